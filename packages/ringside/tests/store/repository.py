"""A Git repository with DVC in it and nothing else, for tests that need no project."""

import os
import subprocess
import sys
from pathlib import Path

from ringside.store.workspace import Workspace

_CONFIG = "[core]\n    analytics = false\n    check_update = false\n"


def new_repository(root: Path) -> Workspace:
    """A workspace at `root` after `git init` and `dvc init`, with empty dvc.yaml and params.yaml."""
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=root, check=True)
    dvc(root, "init", "--quiet")
    (root / ".dvc" / "config").write_text(_CONFIG, encoding="utf-8")
    for name in ("dvc.yaml", "params.yaml"):
        (root / name).touch()
    return Workspace(root)


def dvc(root: Path, *args: str) -> str:
    """Type a command of DVC's at `root`; it must succeed. What it wrote to stdout."""
    command = [sys.executable, "-m", "dvc", *args]
    env = os.environ | {"DVC_NO_ANALYTICS": "true"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=True).stdout


def files(root: Path) -> dict[str, bytes]:
    """Every file beneath `root` with its content."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
