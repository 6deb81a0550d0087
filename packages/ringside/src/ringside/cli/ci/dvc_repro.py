"""`dvc repro`, as the verbs of workflows type it, and what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from ringside.cli.terminal import say
from ringside.github.dvc_remote import is_ours
from ringside.github.run import Run
from ringside.store.workspace import Workspace


def repro(root: Path, run: Run) -> tuple[int, list[str]]:
    """Type `dvc repro` and show what it says as it says it; its exit code and its lines."""
    pull = ["--pull"] if is_ours(Workspace(root)) else []
    # The stages are typed as `ringside ...`: the one of this interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), run.environ.get("PATH", os.defpath)])
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", *pull],
        cwd=root,
        env={**run.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    with process:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            lines.append(line.rstrip("\n"))
    return process.returncode, lines


def failed(said: list[str]) -> str | None:
    """The stage that DVC says failed."""
    found = [match[1] for line in said if (match := re.search(r"failed to reproduce '([^']+)'", line))]
    return found[-1] if found else None


def ran(said: list[str]) -> frozenset[str]:
    """The stages that DVC says it runs; of the others it had the results."""
    return frozenset(match[1] for line in said if (match := re.match(r"Running stage '([^']+)'", line)))
