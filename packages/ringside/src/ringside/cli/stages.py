"""The verbs of the pipeline: each runs the code of its stage and says what came of it."""

from pathlib import Path

from ringside.cli.terminal import elapsed, say, seconds, track, working
from ringside.common.context import StageContext, stage_context
from ringside.store.times import note as note_times
from ringside.store.workspace import Workspace


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


def _stage_context() -> StageContext:

    return stage_context(Path.cwd())


def _note(here: StageContext, stage: str, *, latency_ms: float | None = None) -> None:
    """Write down what the stage took, for the report's table of costs."""
    workspace = Workspace(here.files.root)
    note_times(workspace.times, stage, elapsed(), workspace.stage_outputs[stage], latency_ms=latency_ms)
