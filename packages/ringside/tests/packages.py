"""A task's package, written for one test."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from ringside.loader import load_task
from ringside.task import Task


@dataclass(frozen=True)
class Package:
    """A task's package in a folder `src` of its own."""

    root: Path
    name: str

    def write(self, file: str, text: str) -> None:
        """Write one of the package's files."""
        path = self.root / "src" / self.name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    def state(self, **facts: object) -> None:
        """Write `__init__.py` with facts that are in order but for those given."""
        stated = {"name": self.name, "kind": "binary", "target": "bought", "identity": ("customer",)} | facts
        self.write("__init__.py", f"from ringside.task import Task\n\nTASK = Task(**{stated!r})\n")

    def load(self) -> Task:
        """The task."""
        return load_task(self.root, self.name)
