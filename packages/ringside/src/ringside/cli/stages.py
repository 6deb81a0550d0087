"""The commands of the stages: each runs its stage and prints a summary."""

from pathlib import Path

from ringside.cli.terminal import elapsed, say, seconds, track, working
from ringside.common.context import StageContext, stage_context
from ringside.store.times import note as note_times
from ringside.store.workspace import Workspace


def validate() -> None:
    """Check each partition of data/raw against the task's schema; rows that fail go to data/quarantine."""
    from ringside.pipeline.validate.stage import run

    context = _stage_context()
    report = run(context, track)
    _note(context, "validate")
    total = {key: sum(row[key] for row in report) for key in ("rows", "valid", "quarantined", "unlabelled")}
    say(
        f"validate: {total['rows']:,} rows in; {total['valid']:,} valid, {total['quarantined']:,} quarantined, "
        f"{total['unlabelled']:,} without a label; {seconds()} -> {context.files.relative(context.files.valid)}"
    )


def split() -> None:
    """Decide which rows are for training and which for the test."""
    from ringside.pipeline.split.stage import run

    context = _stage_context()
    result = run(context)
    _note(context, "split")
    span = " to ".join(dict.fromkeys([result.test[0], result.test[-1]]))
    say(
        f"split: {result.strategy}; {result.rows['train']:,} training rows, {result.rows['test']:,} test rows "
        f"({span}); {seconds()} -> {context.files.relative(context.files.split)}"
    )


def train() -> None:
    """Fit the task's model on the training rows with a fixed seed."""
    # Checked before scikit-learn is imported, so that an error in params.yaml appears at once.
    context = _stage_context()
    from ringside.pipeline.train.stage import run

    done = run(context, working)
    _note(context, "train")
    say(
        f"train: {done.rows:,} rows, {done.columns} columns in; {done.size / 1e6:.1f} MB; "
        f"{seconds()} -> {context.files.relative(context.files.model)}"
    )


def evaluate() -> None:
    """Score the model on the test rows and write metrics, predictions, curves and the profile of the data."""
    # Checked before scikit-learn is imported, so that an error in params.yaml appears at once.
    context = _stage_context()
    from ringside.pipeline.evaluate.stage import run

    evaluated = run(context)
    _note(context, "evaluate", latency_ms=evaluated.latency_ms)
    for note in evaluated.notes:
        say(f"evaluate: note: {note}")
    written = context.files.relative(context.files.metrics)
    say(f"evaluate: {len(evaluated.predictions):,} rows in; {seconds()} -> {written}")


def _stage_context() -> StageContext:

    return stage_context(Path.cwd())


def _note(context: StageContext, stage: str, *, latency_ms: float | None = None) -> None:
    """Record the duration of the stage, for the table of costs in the report."""
    workspace = Workspace(context.files.root)
    note_times(workspace.times, stage, elapsed(), workspace.stage_outputs[stage], latency_ms=latency_ms)
