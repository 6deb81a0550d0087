"""The command `predict`."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from ringside.cli.terminal import result, say, seconds, working
from ringside.common.files import read_bytes
from ringside.common.model_file import load_model
from ringside.common.task import Task
from ringside.github.releases import open_registry
from ringside.loader import load_schema
from ringside.registry.client import is_folder, load, task_of
from ringside.registry.rows import Rows, file_kind, predict_rows, read_rows, refuse_failures, schema_columns, write_rows
from ringside.store.workspace import Workspace


def predict(
    rows: Annotated[Path, typer.Argument(metavar="ROWS", help="The rows to predict, Parquet or CSV by the extension.")],
    model: Annotated[
        str,
        typer.Option(
            metavar="MODEL", help="A version as in v1.2.0, latest, a fetched folder, or the path of a model.skops."
        ),
    ] = "latest",
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file for the predictions, Parquet or CSV.")
    ] = Path("predictions.parquet"),
    remote: Annotated[str, typer.Option(metavar="NAME", help="The Git remote that is the registry.")] = "origin",
) -> None:
    """Predict rows with a released version or a model file, after a check of each row against the schema."""
    for path in (rows, output):
        file_kind(path)
    workspace = Workspace.find(Path.cwd())
    task = task_of(workspace)
    with working(f"predict: {rows}"):
        if model.endswith(".skops"):
            name, frame, predictions = _by_file(Path(model), rows, task)
        else:
            name, frame, predictions = _by_version(model, rows, workspace, remote)
    known = [column for column in task.identity if column in frame]
    write_rows(output, frame[known].join(predictions))
    say(f"predict: {len(predictions):,} rows by {name}; {seconds()}")
    result(str(output))


def _by_file(path: Path, source: Path, task: Task) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the model's name, the rows and their predictions, for a model file of this checkout."""
    content = read_bytes(path, remedy="name an existing model.skops, as in models/model.skops.")
    estimator = load_model(content, where=str(path), trusted_types=task.trusted_types)
    rows = _read(source, schema_columns(load_schema(task), task.target))
    return str(path), rows.frame, predict_rows(estimator, rows.frame, task, check=True)


def _by_version(
    version: str, source: Path, workspace: Workspace, remote: str
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the version, the rows and their predictions, for a released version with its own code."""
    named = Path(version) if is_folder(version) else version
    released = load(named, root=workspace.root, remote=remote, opened=open_registry)
    rows = _read(source, released.metadata.columns)
    return released.version, rows.frame, released.predict(rows.frame, check=True)


def _read(source: Path, columns: dict[str, str]) -> Rows:

    rows = read_rows(source, columns)
    refuse_failures(rows.failures, where=str(source))
    return rows
