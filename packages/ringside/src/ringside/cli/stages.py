"""The verbs of the pipeline: each reads the files of its stage, calls its function, and writes the answer.

`dvc.yaml` names this module among the dependencies of every stage; what only talks is in `ringside.cli.terminal`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringside.cli.terminal import elapsed, say, seconds, track, working

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from ringside.params import Params
    from ringside.pipeline.split import Split
    from ringside.store.workspace import Workspace
    from ringside.task import Task

RERUN = "run `dvc repro` (or `make run`), which makes what is missing."


@dataclass(frozen=True)
class Context:
    """The repository, its parameters and its task, all checked."""

    workspace: "Workspace"
    params: "Params"
    task: "Task"


def context() -> Context:
    """The repository, its parameters and its task, all checked before any work."""
    from ringside.errors import UsageError
    from ringside.loader import load_task
    from ringside.params import read_params, train_params
    from ringside.store import dvc
    from ringside.store.workspace import Workspace

    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    train_params(params, task.train_params)
    if (folder := dvc.task_folder(workspace)) != task.name:
        found = f"it names the files of src/{folder}, params.yaml names task {task.name!r}"
        remedy = "run `ringside ingest`, which brings the task's data and lets dvc.yaml name its files."
        raise UsageError(found, where="dvc.yaml", remedy=remedy)
    return Context(workspace, params, task)


def validate() -> None:
    """Check each partition of data/raw against the task's schema; rows that fail go to data/quarantine."""
    from ringside.data.manifest import Manifest
    from ringside.data.partitions import check_identities, read_raw, refuse_strangers, strangers
    from ringside.loader import load_schema
    from ringside.pipeline.validate import check_quarantine
    from ringside.pipeline.validate import validate as check
    from ringside.store.files import empty_folder, write_json
    from ringside.store.tables import write_frame

    here = context()
    workspace, schema = here.workspace, load_schema(here.task)
    entries = Manifest.read(workspace.manifest, task=here.task.name).entries
    refuse_strangers(strangers(workspace.raw, entries))
    empty_folder(workspace.valid)
    empty_folder(workspace.quarantine)
    report: list[dict[str, Any]] = []
    for name in track(entries, "validate"):
        path = workspace.partition(workspace.raw, name)
        where = workspace.relative(path)
        table = read_raw(path, entries[name])
        check_identities(table, here.task, where=where)
        part = check(table.to_pandas(), schema, here.task, where=where)
        write_frame(workspace.partition(workspace.valid, name), part.valid)
        if len(part.quarantined):
            write_frame(workspace.partition(workspace.quarantine, name), part.quarantined)
        report.append(
            {
                "partition": name,
                "rows": entries[name].rows,
                "valid": len(part.valid),
                "quarantined": len(part.quarantined),
                "unlabelled": part.unlabelled,
                "reasons": part.reasons,
            }
        )
    reasons = {row["partition"]: row["reasons"] for row in report if row["reasons"]}
    write_json(workspace.quarantine / "reasons.json", reasons)
    check_quarantine(report, here.params.validate_.max_quarantined)
    write_json(workspace.validation, report)
    _note(workspace, "validate")
    total = {key: sum(row[key] for row in report) for key in ("rows", "valid", "quarantined", "unlabelled")}
    say(
        f"validate: {total['rows']:,} rows in; {total['valid']:,} valid, {total['quarantined']:,} quarantined, "
        f"{total['unlabelled']:,} without a label; {seconds()} -> {workspace.relative(workspace.valid)}"
    )


def split() -> None:
    """Decide which rows are for training and which for the test."""
    from ringside.pipeline.split import split as decide
    from ringside.store.files import write_json
    from ringside.store.tables import read_table

    here = context()
    workspace, task = here.workspace, here.task
    columns = list(dict.fromkeys([*task.identity, *([task.group] if task.group else [])]))
    tables = {
        name: read_table(workspace.partition(workspace.valid, name), remedy=RERUN, columns=columns)
        for name in _partitions(workspace)
    }
    decided = decide(tables, task, here.params.split)
    write_json(workspace.split, decided.to_json())
    _note(workspace, "split")
    places = " to ".join(dict.fromkeys([decided.test[0], decided.test[-1]]))
    say(
        f"split: {decided.strategy}; {decided.rows['train']:,} rows to train on, {decided.rows['test']:,} to test on "
        f"({places}); {seconds()} -> {workspace.relative(workspace.split)}"
    )


def train() -> None:
    """Fit the task's model on the training rows with a fixed seed."""
    # Before scikit-learn is imported, so that a wrong key is told at once.
    here = context()
    from ringside.loader import load_model_builder
    from ringside.params import train_params
    from ringside.pipeline.train import train as fit
    from ringside.store.files import write_bytes
    from ringside.store.model_file import check_trusted, dump_model

    workspace, task = here.workspace, here.task
    builder = load_model_builder(task)
    frame = side_rows(workspace, read_split(workspace), "train").to_pandas()
    with working(f"train: fitting on {len(frame):,} rows"):
        model = fit(frame, task, train_params(here.params, task.train_params), builder)
    content = dump_model(model)
    where, facts = workspace.relative(workspace.model), f"src/{task.name}/__init__.py"
    check_trusted(content, where=where, trusted_types=task.trusted_types, stated_in=facts)
    write_bytes(workspace.model, content)
    _note(workspace, "train")
    say(
        f"train: {len(frame):,} rows, {frame.shape[1] - 1} columns in; {len(content) / 1e6:.1f} MB; "
        f"{seconds()} -> {workspace.relative(workspace.model)}"
    )


def evaluate() -> None:
    """Score the model on the test rows and write metrics, predictions, curves and the profile of the data."""
    # Before scikit-learn is imported, so that a wrong key is told at once.
    here = context()
    from ringside.pipeline.evaluate import evaluate as score
    from ringside.store.files import empty_folder, read_bytes, write_json
    from ringside.store.model_file import load_model
    from ringside.store.tables import write_frame

    workspace, task, bins = here.workspace, here.task, here.params.evaluate.bins
    decided = read_split(workspace)
    content = read_bytes(workspace.model, remedy=RERUN)
    model = load_model(content, where=workspace.relative(workspace.model), trusted_types=task.trusted_types)
    train_rows = side_rows(workspace, decided, "train").to_pandas()
    found = score(model, train_rows, side_rows(workspace, decided, "test", named=True).to_pandas(), task, bins=bins)
    empty_folder(workspace.plots)
    for name, rows in {**found.curves, "slices": found.slices}.items():
        write_json(workspace.plots / f"{name}.json", rows)
    write_frame(workspace.predictions, found.predictions)
    write_json(workspace.profile, _profile(here, decided, train_rows))
    write_json(workspace.metrics, found.metrics)
    _note(workspace, "evaluate", latency_ms=found.latency_ms)
    for note in found.notes:
        say(f"evaluate: note: {note}")
    say(f"evaluate: {len(found.predictions):,} rows in; {seconds()} -> {workspace.relative(workspace.metrics)}")


def _note(workspace: "Workspace", stage: str, *, latency_ms: float | None = None) -> None:
    """Write down what the stage took, for the report's table of costs."""
    from ringside.store.times import note

    note(workspace.times, stage, elapsed(), workspace.stage_outputs[stage], latency_ms=latency_ms)


def _partitions(workspace: "Workspace") -> list[str]:
    """The partitions that `validate` passed, in order."""
    from ringside.store.files import read_json

    return [row["partition"] for row in read_json(workspace.validation, remedy=RERUN)]


def read_split(workspace: "Workspace") -> "Split":
    """What `split` decided."""
    from ringside.pipeline.split import Split
    from ringside.store.files import read_json

    return Split.from_json(read_json(workspace.split, remedy=RERUN))


def side_rows(workspace: "Workspace", decided: "Split", side: str, *, named: bool = False) -> "pa.Table":
    """The valid rows on one side, in order; `named`: with the column `PARTITION` of `evaluate`."""
    import pyarrow as pa

    from ringside.store.tables import read_table

    def parts() -> Iterable[pa.Table]:
        for name in decided.train if side == "train" else decided.test:
            whole = read_table(workspace.partition(workspace.valid, name), remedy=RERUN)
            rows = whole.filter(pa.array(decided.side(name, whole, side)))
            yield _named(rows, name) if named else rows

    return pa.concat_tables(parts())


def _named(rows: "pa.Table", partition: str) -> "pa.Table":
    import pyarrow as pa

    from ringside.pipeline.evaluate import PARTITION

    return rows.append_column(PARTITION, pa.array([partition] * rows.num_rows, pa.string()))


def _profile(here: Context, decided: "Split", train_rows: "pd.DataFrame") -> dict[str, object]:
    """The profile of all valid partitions; one is in memory at a time."""
    import numpy as np

    from ringside.data.fingerprint import row_hashes
    from ringside.data.manifest import Manifest
    from ringside.data.profile import VERSION, column_bins, pack_hashes, partition_profile
    from ringside.store.tables import read_table

    workspace, task = here.workspace, here.task
    bins = column_bins(train_rows, bins=here.params.evaluate.bins)
    entries = Manifest.read(workspace.manifest, task=task.name).entries
    partitions, trained_on = {}, []
    for name in _partitions(workspace):
        rows = read_table(workspace.partition(workspace.valid, name), remedy=RERUN)
        sides = [side for side in ("train", "test") if name in getattr(decided, side)]
        trained_on.append(row_hashes(rows, task.identity)[decided.side(name, rows, "train")])
        partitions[name] = {"sides": sides, "content": entries[name].content}
        partitions[name] |= partition_profile(rows.to_pandas(), bins, task)
    return {
        "version": VERSION,
        "task": task.name,
        "bins": bins,
        "partitions": partitions,
        "trained_on": pack_hashes(np.concatenate(trained_on)),
    }
