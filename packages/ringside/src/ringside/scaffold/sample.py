"""What belongs to the sample, and how it goes when a task of somebody's own takes its place."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.common.files import remove, write_bytes
from ringside.errors import StoreError
from ringside.store.workspace import Workspace

SAMPLE = "flights"

FOLDERS = (
    f"tests/{SAMPLE}",
    "packages/ringside/bench",
    "packages/ringside/docs",
    "packages/ringside/tests",
    f"src/{SAMPLE}",
)
"""The last goes last: as long as it is here, a run that was cut off has not removed all."""
RESULTS = ("data/manifest.json", "data/raw.dvc", "dvc.lock", "reports/metrics.json")
"""What `make run` and `ringside ingest` write of the sample into files that Git has: made again, and nobody's work."""
FILES = (
    "packages/ringside/development.mk",
    "data/adopted.parquet",
    "docs/sample.md",
    *RESULTS,
)
"""In Git; figures and measurements in bench/ are of the sample's data, or begin where a copy has the sample still."""
MADE = (
    "data/quarantine",
    "data/raw",
    "data/valid",
    "models/model.skops",
    "reports/plots",
    "reports/predictions.parquet",
    "reports/profile.json",
    "reports/report.html",
    "reports/report.json",
    "reports/report.md",
    "reports/split.json",
    "reports/status.json",
    "reports/validation.json",
    ".dvc/tmp/ringside-rivals",
    ".dvc/tmp/ringside-times.json",
    ".dvc/tmp/ringside-verified.json",
)
"""Made by the pipeline."""

_GROUP = re.compile(r"^# Where the sample\'s data come from[^\n]*\nsample = \[[^\]]*\]\n", re.MULTILINE)
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==.*?(?=^[A-Za-z0-9._-]+==|\Z)", re.MULTILINE | re.DOTALL)


def is_of_sample(path: str) -> bool:
    """Whether a file in Git, by its path from the root, goes with the sample."""
    return path in FILES or path.startswith(tuple(f"{folder}/" for folder in FOLDERS))


@dataclass(frozen=True)
class Sample:
    """The sample in a copy."""

    workspace: Workspace

    @property
    def is_here(self) -> bool:
        """Whether the copy still has it."""
        return (self.workspace.root / "src" / SAMPLE).is_dir()

    def refuse_lost_work(self, *, begun: bool = False) -> None:
        """Stop where removing the sample would take away what Git does not have.

        Results may differ: another kind of processor writes other last digits, one more month more rows.

        Args:
            begun: an earlier run was cut off after it had begun: what it removed and rewrote is no work of anybody's.

        Raises:
            StoreError: files of the sample, or files that are rewritten, have changes that are not committed.
        """
        rewritten = (
            () if begun else ("README.md", "params.yaml", "pyproject.toml", "dvc.yaml", "requirements/tools.txt")
        )
        theirs = [name for name in FILES if name not in RESULTS]
        command = ["git", "status", "--porcelain", "--untracked-files=all", "--", *FOLDERS, *theirs, *rewritten]
        done = subprocess.run(command, cwd=self.workspace.root, capture_output=True, text=True, check=False)
        if done.returncode:
            remedy = "run it in a clone of your copy (`git clone`), so that nothing can be lost."
            raise StoreError("this is no Git repository", where=str(self.workspace.root), remedy=remedy)
        if changed := [line[3:] for line in done.stdout.splitlines() if not (begun and line[1] == "D")]:
            shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")  # noqa: PLR2004
            remedy = "commit it (`git add -A && git commit`), so that nothing is lost, and run again."
            raise StoreError(f"{shown} would be removed or rewritten and is not committed", where="init", remedy=remedy)

    def remove(self) -> list[str]:
        """Take it away; what went, of what was in Git."""
        root = self.workspace.root
        gone = [name for name in (*FOLDERS[::-1], *FILES) if (root / name).exists()]
        for name in (*MADE, *FILES, *FOLDERS):
            remove(root / name)
        return gone


def without_sample(pyproject: str, name: str, packages: Sequence[str] = ()) -> str:
    """pyproject.toml with the task's own tests in place of the sample's, and the packages that its source needs."""
    needed = ", ".join(f'"{package}"' for package in packages)
    group = f"# What the source of {name} needs beside the pipeline; then `make requirements`.\nsample = [{needed}]\n"
    text = _GROUP.sub(lambda _: group, pyproject)
    return text.replace(f'"tests/{SAMPLE}"', f'"tests/{name}"')


def without_package(lock: str, package: str) -> str:
    """A lock without one package, and without the mention of it among the reasons for others."""
    kept = _PACKAGE.sub(lambda found: "" if found[1] == package else found[0], lock)
    lines = [line for line in kept.splitlines(keepends=True) if line.strip() != f"#   {package}"]
    return "".join(lines)


def rewrite(path: Path, text: str) -> bool:
    """Write a file where its text is another; whether it was."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_bytes(path, text.encode())
    return True
