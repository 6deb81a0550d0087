"""A pull request from its branch to what people see of it: what the stories of changes and of data share."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acting import Job
from arena import Arena, Played

Edits = Mapping[str, str | tuple[str, str] | None]
BOT = "dependabot[bot]"


@dataclass(frozen=True)
class Told:
    """What came of a pull request."""

    arena: Arena
    number: int
    played: Played

    @property
    def log(self) -> str:
        """For a test's message."""
        return self.played.log

    @property
    def comment(self) -> str:
        """The one comment."""
        return self.arena.comment(self.number)

    @property
    def head(self) -> str:
        """What nobody has to unfold of it."""
        return self.comment.partition("<details>")[0]

    @property
    def check(self) -> Job:
        """The required check."""
        return self.played.check("Verdict")

    @property
    def shown(self) -> tuple[str, str, str]:
        """Of the required check: what became of it, the level of what it says, and the first word of that."""
        (level, sentence), *_ = self.check.annotations
        return self.check.conclusion, level, sentence.replace(":", " ").split()[0]

    @property
    def ran(self) -> list[str]:
        """The stages that ran, without those whose results were there."""
        lines = self.played.check("Train and judge").log.splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage")]

    def part(self, title: str) -> str:
        """A folded part of the comment."""
        (found,) = [part for part in self.comment.split("<details>")[1:] if f"<b>{title}" in part]
        return found


@contextlib.contextmanager
def twin(released: Arena, folder: Path, *, main: Edits | None = None) -> Iterator[Arena]:
    """Another GitHub, in which nothing but Train and Report runs; with an edit of main, which starts nothing."""
    with released.twin(folder) as arena:
        arena.without("checks.yaml")
        if main:
            arena.change("main", main)
            arena.hub.take()
        yield arena


def told(arena: Arena, edits: Edits, branch: str = "change", **facts: Any) -> Told:
    """Push a branch, open a pull request, and play; `facts` are those of `Hub.pull_request`."""
    arena.change(branch, edits)
    return opened(arena, branch, **facts)


def opened(arena: Arena, branch: str, **facts: Any) -> Told:
    """Open a pull request from a branch that is there, and play."""
    number = arena.propose(branch, **facts)
    return Told(arena, number, arena.play())
