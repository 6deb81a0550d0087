"""The verbs of the pipeline: each runs the code of its stage and says what came of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringside.cli.terminal import elapsed, say, seconds, track, working

if TYPE_CHECKING:
    from ringside.common.context import StageContext
    from ringside.common.task import Task
    from ringside.params import Params
    from ringside.store.workspace import Workspace


@dataclass(frozen=True)
class Context:
    """The repository, its parameters and its task, all checked."""

    workspace: "Workspace"
    params: "Params"
    task: "Task"


def context() -> Context:
    """Return the repository, its parameters and its task, all checked before any work.

    Raises:
        UsageError: params.yaml is not in order, or dvc.yaml names the files of another task.
        TaskError: the task cannot be imported, or a fact of it does not hold.
        StoreError: this is no checkout.
    """
    from ringside.common.context import check_dvc_yaml
    from ringside.common.loader import load_task
    from ringside.params import read_params, train_params
    from ringside.store.workspace import Workspace

    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    train_params(params, task.train_params)
    check_dvc_yaml(workspace, task)
    return Context(workspace, params, task)


def validate() -> None:
    """Check each partition of data/raw against the task's schema; rows that fail go to data/quarantine."""
    from ringside.pipeline.validate.stage import run

    here = _stage_context()
    report = run(here, track)
    _note(here, "validate")
    total = {key: sum(row[key] for row in report) for key in ("rows", "valid", "quarantined", "unlabelled")}
    say(
        f"validate: {total['rows']:,} rows in; {total['valid']:,} valid, {total['quarantined']:,} quarantined, "
        f"{total['unlabelled']:,} without a label; {seconds()} -> {here.files.relative(here.files.valid)}"
    )


def split() -> None:
    """Decide which rows are for training and which for the test."""
    from ringside.pipeline.split.stage import run

    here = _stage_context()
    decided = run(here)
    _note(here, "split")
    places = " to ".join(dict.fromkeys([decided.test[0], decided.test[-1]]))
    say(
        f"split: {decided.strategy}; {decided.rows['train']:,} rows to train on, {decided.rows['test']:,} to test on "
        f"({places}); {seconds()} -> {here.files.relative(here.files.split)}"
    )


def train() -> None:
    """Fit the task's model on the training rows with a fixed seed."""
    # Before scikit-learn is imported, so that a wrong key is told at once.
    here = _stage_context()
    from ringside.pipeline.train.stage import run

    done = run(here, working)
    _note(here, "train")
    say(
        f"train: {done.rows:,} rows, {done.columns} columns in; {done.size / 1e6:.1f} MB; "
        f"{seconds()} -> {here.files.relative(here.files.model)}"
    )


def evaluate() -> None:
    """Score the model on the test rows and write metrics, predictions, curves and the profile of the data."""
    # Before scikit-learn is imported, so that a wrong key is told at once.
    here = _stage_context()
    from ringside.pipeline.evaluate.stage import run

    found = run(here)
    _note(here, "evaluate", latency_ms=found.latency_ms)
    for note in found.notes:
        say(f"evaluate: note: {note}")
    say(f"evaluate: {len(found.predictions):,} rows in; {seconds()} -> {here.files.relative(here.files.metrics)}")


def _stage_context() -> "StageContext":
    from ringside.common.context import stage_context

    return stage_context(Path.cwd())


def _note(here: "StageContext", stage: str, *, latency_ms: float | None = None) -> None:
    """Write down what the stage took, for the report's table of costs."""
    from ringside.store.times import note
    from ringside.store.workspace import Workspace

    workspace = Workspace(here.files.root)
    note(workspace.times, stage, elapsed(), workspace.stage_outputs[stage], latency_ms=latency_ms)
