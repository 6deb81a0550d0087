"""One workflow, played by the real `act` on this machine, and what came of each job."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEVELS = ("notice", "warning", "error")
_LIMIT = 600
"""Seconds after which a play is ended; no test depends on how fast one is."""


@dataclass
class Job:
    """One job as people see it on the run's page."""

    id: str
    name: str
    conclusion: str = "skipped"
    """`success`, `failure` or `skipped`."""
    outputs: dict[str, str] = field(default_factory=dict)
    """Of all its steps, by name."""
    summary: str = ""
    annotations: list[tuple[str, str]] = field(default_factory=list)
    """Level and text, in order."""
    log: str = ""
    steps: dict[str, str] = field(default_factory=dict)
    """What became of each step, by its name."""


@dataclass(frozen=True)
class Play:
    """What came of one workflow."""

    jobs: dict[str, Job]
    """By the job's name, in the file's order."""
    seconds: float
    said: str
    """What act itself said, for a person who looks for a fault."""

    @property
    def conclusion(self) -> str:
        """The run's."""
        found = {job.conclusion for job in self.jobs.values()}
        return next((word for word in ("failure", "success") if word in found), "skipped")


def tool(name: str) -> str:
    """The path of a program that came with the tests' environment; that beside this interpreter first."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which(name, path=places)
    assert found, f"there is no {name}: install requirements/dev.txt (make test does)"
    return found


def act(folder: Path, command: list[str], env: dict[str, str], jobs: dict[str, Job]) -> Play:
    """Run act in a folder with one workflow.

    Args:
        folder: where `.github/workflows` has the workflow alone.
        command: the event's name and options.
        env: all variables; those of this process are not inherited.
        jobs: by id, as the file names them; filled in.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        [tool("act"), *command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(f"act took longer than {_LIMIT} s\n{out[-4000:]}{err[-2000:]}") from None
    for line in out.splitlines():
        if line.startswith("{"):
            _hear(json.loads(line), jobs)
    failed = any(job.conclusion == "failure" for job in jobs.values())
    assert process.returncode == 0 or failed, f"act exited {process.returncode}\n{out[-4000:]}{err[-4000:]}"
    return Play({job.name: job for job in jobs.values()}, time.monotonic() - began, out + err)


def _hear(line: dict[str, Any], jobs: dict[str, Job]) -> None:
    job = jobs.get(line.get("jobID", ""))
    if job is None:
        return
    command = line.get("command")
    if "jobResult" in line:
        job.conclusion = line["jobResult"]
    elif command == "summary":
        job.summary += line["content"]
    elif command == "set-output" and line.get("stepID", [""])[1:] == []:
        job.outputs[line["name"]] = line["arg"]
    elif command in LEVELS:
        job.annotations.append((command, line["arg"]))
    elif line.get("raw_output"):
        job.log += line["msg"]
    if line.get("stage") == "Main" and "stepResult" in line and len(line["stepID"]) == 1:
        job.steps[line["step"]] = line["stepResult"]
    if line.get("level") == "error":
        job.log += f"{line['msg']}\n"
