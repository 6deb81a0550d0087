"""A copy of this project in a Git repository of its own, in which tests type what a person would type."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm

PROJECT = Path(__file__).resolve().parents[3]
PACKAGE = PROJECT / "packages" / "ringside"
TASKS = PACKAGE / "tests" / "tasks"

_LIMIT = 300
"""Seconds after which a command that a test typed is ended; no test depends on how fast one is."""


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project."""

    root: Path
    is_cold: bool = False
    """Whether each program starts by itself, as on a person's machine."""

    @classmethod
    def of_project(cls, root: Path) -> "Checkout":
        """Return a new repository at `root` with one commit: this project's files as they are in the working tree."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=PROJECT,
            capture_output=True,
            check=True,
            text=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if not (source := PROJECT / name).exists():
                continue
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        checkout = cls(root)
        checkout.ok("git", "init", "--quiet", "--initial-branch=main")
        checkout.commit("the project")
        return checkout

    def clone(self, root: Path) -> "Checkout":
        """A fresh clone of what is committed, without any cache."""
        subprocess.run(["git", "clone", "--quiet", str(self.root), str(root)], check=True)
        return Checkout(root)

    def copy(self, root: Path) -> "Checkout":
        """The whole folder once more, caches and outputs included."""
        shutil.copytree(self.root, root, symlinks=True)
        return Checkout(root)

    def use_task(self, name: str) -> None:
        """Replace the sample by `name` of tests/tasks, as a person would: a folder and params.yaml."""
        for folder in ("flights", name):
            shutil.rmtree(self.root / "src" / folder, ignore_errors=True)
        for file in ("data/manifest.json", "data/raw.dvc", "dvc.lock", "reports/metrics.json"):
            (self.root / file).unlink(missing_ok=True)
        shutil.copytree(TASKS / name, self.root / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.move(self.root / "src" / name / "params.yaml", self.root / "params.yaml")
        self.commit(f"the task {name}")

    def run(self, *command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Type a command at the root and wait for it."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.warm_environment(env),
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def ok(self, *command: str, env: dict[str, str] | None = None) -> str:
        """Type a command that must succeed; what it wrote to stdout and then to stderr."""
        done = self.run(*command, env=env)
        assert done.returncode == 0, f"{' '.join(command)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def fails(self, *command: str, code: int = 1) -> str:
        """Type a command that must fail with an exit code and no traceback; what it wrote to stderr."""
        done = self.run(*command)
        assert done.returncode == code, f"{' '.join(command)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stderr

    def environment(self, env: dict[str, str] | None = None) -> dict[str, str]:
        """This process's environment, with this checkout's code and the tools of this interpreter first."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        # An author of its own, since a machine may have none; and bytecode, as on any machine of a person's.
        who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org"}
        who |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
        inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        code = str(self.root / "packages" / "ringside" / "src")
        return inherited | who | {"PATH": path, "PYTHONPATH": code} | (env or {})

    def warm_environment(self, env: dict[str, str] | None = None) -> dict[str, str]:
        """As `environment`; where nothing depends on how a process starts, Ringside and DVC start warm (warm.py)."""
        found = self.environment(env)
        if not (self.is_cold or warm.is_cold(env or {})):
            found["PATH"] = os.pathsep.join([str(warm.folder()), found["PATH"]])
        return found

    def commit(self, message: str) -> None:
        """Commit everything that Git does not ignore."""
        self.ok("git", "add", "--all")
        self.ok("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place where `old` stands in a file."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def json(self, file: str) -> Any:
        """The content of a JSON file."""
        return json.loads((self.root / file).read_text(encoding="utf-8"))

    def bytes(self, file: str) -> bytes:
        """The content of a file."""
        return (self.root / file).read_bytes()

    def status(self) -> str:
        """`git status --porcelain`."""
        return self.run("git", "status", "--porcelain").stdout
