"""What it costs to let a released version predict: in this process, and in an environment of its own.

`bench/run.py` calls `measure` with a checkout in which the pipeline has run.
"""

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from ringside.loader import load_task
from ringside.params import read_params
from ringside.registry.checksums import sha256
from ringside.registry.code_hash import code_hash
from ringside.registry.models import ReleaseMetadata
from ringside.registry.scoring import LOCK, MODEL, predict_with
from ringside.registry.wheel import build_wheels
from ringside.store.workspace import Workspace
from ringside.task import Task

_NONE = "0" * 64


@dataclass(frozen=True)
class Scoring:
    """Seconds of one prediction of the same rows."""

    same_code: float
    """In this process."""
    new_processes: bool
    """Whether that started any."""
    first: float
    """With changed code: the environment is made."""
    again: float
    """With changed code, once more: it is used again."""


def measure(root: Path, scratch: Path, *, python: str) -> Scoring:
    """Let the model of a checkout predict a partition as a version of the same code, and as one of other code.

    Args:
        root: a checkout in which the pipeline has run.
        scratch: a folder for the version's files.
        python: the version of Python, as in `3.11.7`.
    """
    workspace = Workspace(root)
    task = load_task(root, read_params(workspace.params).task)
    facts = _version(workspace, task, scratch, python)
    rows = pd.read_parquet(max(workspace.valid.glob("*.parquet"))).drop(columns=[task.target])

    def predicts(version: ReleaseMetadata) -> Callable[[], object]:
        return lambda: predict_with(scratch, version, rows, workspace, task)

    # Once before, so that libraries are loaded.
    predicts(facts)()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    same_code = _seconds(predicts(facts))
    new_processes = resource.getrusage(resource.RUSAGE_CHILDREN) != before
    other = facts.model_copy(update={"code": _NONE})
    shutil.rmtree(root / ".dvc" / "tmp" / "ringside-environments", ignore_errors=True)
    return Scoring(same_code, new_processes, _seconds(predicts(other)), _seconds(predicts(other)))


def _version(workspace: Workspace, task: Task, folder: Path, python: str) -> ReleaseMetadata:
    """The files of a version that predicting needs, and its facts."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(workspace.model, folder / MODEL)
    shutil.copyfile(workspace.lock, folder / LOCK)
    for wheel in build_wheels(workspace.root, task.name):
        (folder / wheel.name).write_bytes(wheel.content)
    return ReleaseMetadata(
        version="v1.0.0",
        commit="0" * 40,
        published=datetime(2026, 1, 1, tzinfo=UTC),
        task=task.name,
        kind=task.kind,
        target=task.target,
        columns={},
        model=sha256(folder / MODEL),
        code=code_hash(workspace.root, task.name),
        inputs=_NONE,
        python=python,
        threshold=0.5,
        verdict="pass",
        deciding=None,
        champion=None,
        window=_NONE,
        metrics={},
        first="first",
        last="last",
        rows=0,
    )


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
