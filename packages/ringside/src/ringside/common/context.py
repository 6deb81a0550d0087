"""The context of each stage: the checkout, the parameters and the task, all checked before any work starts."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ringside.common.loader import load_task
from ringside.common.params import StageParams, read_stage_params, train_params
from ringside.common.task import Task
from ringside.common.workspace import StageFiles
from ringside.errors import UsageError

RERUN = "run `dvc repro` (or `make run`), which makes what is missing."

TASK_FILE = re.compile(r"^ +- src/(\w+)/(?:__init__|schema|model)\.py$", re.MULTILINE)
"""A file of the task among the dependencies of a stage in dvc.yaml."""

Track = Callable[[Iterable[str], str], Iterator[str]]
"""Function that iterates over the names of partitions and shows the progress of the stage with the given name."""


@dataclass(frozen=True)
class StageContext:
    """The checkout, its parameters and its task, all checked."""

    files: StageFiles
    params: StageParams
    task: Task


def stage_context(start: Path) -> StageContext:
    """Return the context of the checkout that `start` is in.

    Raises:
        UsageError: params.yaml is invalid, or dvc.yaml names the files of another task.
        TaskError: the task cannot be imported or is invalid.
        StoreError: `start` is not in a checkout.
    """
    files = StageFiles.find(start)
    params = read_stage_params(files.params)
    task = load_task(files.root, params.task)
    train_params(params, task.train_params)
    check_dvc_yaml(files, task)
    return StageContext(files, params, task)


def check_dvc_yaml(files: StageFiles, task: Task) -> None:
    """Check that the stages depend on the files of the task.

    Raises:
        UsageError: dvc.yaml names the files of another task.
    """
    text = (files.root / "dvc.yaml").read_text(encoding="utf-8")
    if (folder := "/".join(sorted(set(TASK_FILE.findall(text))))) != task.name:
        found = f"it names the files of src/{folder}, params.yaml names task {task.name!r}"
        remedy = "run `ringside ingest`, which brings the task's data and lets dvc.yaml name its files."
        raise UsageError(found, where="dvc.yaml", remedy=remedy)
