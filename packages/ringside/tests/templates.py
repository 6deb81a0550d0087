"""A small template with two releases, and repositories made from the first one."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ringside.init.sample import TEMPLATE_ONLY

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

PACKAGED = """[project]
name = "ringside-ml"
dynamic = ["version"]
dependencies = ["numpy>=2.2"]

[project.optional-dependencies]
cli = ["typer>=0.20"]
"""

CHECKS = "name: Checks\non: push\njobs:\n  lint:\n    timeout-minutes: 15\n    steps: []\n"

OLD = {
    ".dvc/config": "[core]\n    analytics = false\n",
    ".github/CODEOWNERS": "/params.yaml owner@example.com\n",
    ".github/workflows/checks.yaml": CHECKS,
    ".github/workflows/doctor.yaml": "name: Doctor\non: push\n",
    ".github/workflows/package.yaml": "name: Package\non: push\n",
    ".github/workflows/rollback.yaml": "name: Rollback\non: push\n",
    ".gitattributes": "* text=auto eol=lf\n",
    ".gitignore": "/ignored/\n",
    "CHANGELOG.md": CHANGELOG,
    "Makefile": "run:\n\ttrue\n",
    "README.md": "# Ringside\n",
    "data/.gitignore": "/raw\n",
    "data/manifest.json": '{"partitions": ["2013-01"]}\n',
    "docs/alternatives.md": "# Alternatives\n",
    "docs/old.md": "# Old\n",
    "docs/params.md": "# Parameters\n",
    "docs/reference.md": "# The command line\n",
    "dvc.lock": "schema: '2.0'\n",
    "dvc.yaml": PIPELINE,
    "examples/service/app.py": "PORT = 1\n",
    "packages/ringside/bench/run.py": "RUNS = 1\n",
    "packages/ringside/development.mk": "bench:\n\ttrue\n",
    "packages/ringside/pyproject.toml": PACKAGED,
    "params.yaml": PARAMS,
    "pyproject.toml": '[project]\nname = "flights"\n',
    "requirements/model.txt": "numpy==2.2 \\\n    --hash=sha256:0\n",
    "requirements/tools.txt": "typer==0.20.1\n",
    "src/flights/__init__.py": '"""Flights."""\n',
    "src/flights/model.py": "DEPTH = 1\n",
    "packages/ringside/src/ringside/__init__.py": '__version__ = "0.1.0"\n',
    "packages/ringside/src/ringside/core.py": "ONE = 1\n\n\n\nTWO = 2\n\n\n\nTHREE = 3\n",
    "packages/ringside/src/ringside/old.py": "OLD = 1\nOLDER = 2\nOLDEST = 3\n",
    "tests/test_task_contract.py": "def test_contract(): ...\n",
    "tests/flights/test_flights.py": "def test_flies(): ...\n",
    "packages/ringside/tests/test_core.py": "def test_core(): ...\n",
}

NEW = {
    ".github/CODEOWNERS": "/params.yaml owner@example.com\n/Makefile owner@example.com\n",
    ".github/workflows/checks.yaml": CHECKS.replace("15", "20"),
    ".github/workflows/doctor.yaml": "name: Doctor\non: push\npermissions: {}\n",
    ".github/workflows/package.yaml": "name: Package\non: push\npermissions: {}\n",
    ".github/workflows/rollback.yaml": "name: Rollback\non: push\npermissions: {}\n",
    "CHANGELOG.md": CHANGELOG.replace("Unreleased", "0.1.0").replace(
        "# Changelog\n", "# Changelog\n\n## 0.2.0\n\n### Changed\n\n- The core counts\n  differently.\n"
    ),
    "README.md": "# Ringside, newer\n",
    "data/manifest.json": '{"partitions": ["2013-01", "2013-02"]}\n',
    "docs/alternatives.md": "# Alternatives, newer\n",
    "docs/new.md": "# New\n",
    "docs/params.md": "# Parameters, newer\n",
    "docs/reference.md": "# The command line\n\n## ringside new\n",
    "dvc.yaml": PIPELINE + "      - packages/ringside/src/ringside/added.py\n",
    "examples/service/app.py": "PORT = 2\n",
    "packages/ringside/bench/run.py": "RUNS = 2\n",
    "packages/ringside/docs/code.md": "# The code\n",
    "packages/ringside/pyproject.toml": PACKAGED.replace("0.20", "0.30"),
    "packages/ringside/src/ringside/__init__.py": '__version__ = "0.2.0"\n',
    "packages/ringside/src/ringside/added.py": "ADDED = 1\n",
    "packages/ringside/src/ringside/core.py": "ONE = 1.5\n\n\n\nTWO = 2\n\n\n\nTHREE = 3\n",
    "packages/ringside/tests/test_core.py": "def test_core(): ...\n\n\ndef test_more(): ...\n",
    "params.yaml": PARAMS.replace("    roc_auc: 0.6\n", "    roc_auc: 0.7\n    brier: 0.2\n").replace(
        "  uses: 5 ", "  cap: 3                    # new, and\n                            # explained\n  uses: 5 "
    )
    + "\n# Where things go.\nserve:\n  port: 8000                # which\n",
    "pyproject.toml": '[project]\nname = "flights"\n\n[tool.x]\ny = 1\n',
    "requirements/model.txt": "numpy==2.3 \\\n    --hash=sha256:1\n",
    "requirements/tools.txt": "typer==0.30.0\n",
    "src/flights/model.py": "DEPTH = 2\n",
    "tests/test_task_contract.py": "def test_contract(): ...\n\n\ndef test_more(): ...\n",
}
GONE = ("packages/ringside/src/ringside/old.py", "docs/old.md")
"""Files that the second release no longer has."""


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
    """Return the template: an early commit, the releases 0.1.0 and 0.2.0, and a commit after them."""
    made = Repo.new(root, {"README.md": "# An idea\n"})
    made.write(OLD)
    made.commit("one")
    made.git("tag", "package-v0.1.0")
    made.remove(*GONE)
    made.write(NEW)
    made.commit("two")
    made.git("tag", "package-v0.2.0")
    made.write({"packages/ringside/src/ringside/core.py": "UNRELEASED = 1\n"})
    made.commit("three")
    return made


def used(root: Path, files: dict[str, str] | None = None) -> Repo:
    """What GitHub's "Use this template" makes: the files, in a history of their own."""
    return Repo.new(root, OLD if files is None else files)


def own(copy: Repo) -> None:
    """Turn a repository into somebody's own: what `ringside init` removes and writes, and edits in all other parts."""
    copy.git("mv", "src/flights", "src/churn")
    here = [path for path in TEMPLATE_ONLY if (copy.root / path).exists()]
    copy.remove("tests/flights", "dvc.lock", ".github/workflows/rollback.yaml", *here)
    copy.write(
        {
            ".github/CODEOWNERS": "/params.yaml @acme/models\n",
            ".github/workflows/doctor.yaml": "# Ours\nname: Doctor\non: push\n",
            ".github/workflows/mine.yaml": "name: Mine\n",
            "README.md": "# Churn\n",
            "data/manifest.json": '{"partitions": ["2026-01"]}\n',
            "docs/params.md": "# Our parameters\n",
            "dvc.yaml": PIPELINE.replace("flights", "churn"),
            "params.yaml": PARAMS.replace("flights", "churn  ").replace("uses: 5", "uses: 9").replace("false", "true"),
            "pyproject.toml": '[project]\nname = "churn"\n',
            "src/churn/model.py": "DEPTH = 7\n",
            "tests/churn/test_churn.py": "def test_churns(): ...\n",
        }
    )
    copy.commit("ours")
