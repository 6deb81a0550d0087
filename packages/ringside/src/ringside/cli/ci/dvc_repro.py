"""`dvc repro` in the commands of workflows, and its output."""

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
    """Run `dvc repro` and print its output; return its exit code and its lines."""
    pull = ["--pull"] if is_ours(Workspace(root)) else []
    # dvc.yaml runs `ringside`; this finds the one of this interpreter.
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


def failed(output: list[str]) -> str | None:
    """Return the name of the stage that failed, or None."""
    stages = [match[1] for line in output if (match := re.search(r"failed to reproduce '([^']+)'", line))]
    return stages[-1] if stages else None


def ran(output: list[str]) -> frozenset[str]:
    """Return the stages that DVC ran; it had results for the others."""
    return frozenset(match[1] for line in output if (match := re.match(r"Running stage '([^']+)'", line)))
