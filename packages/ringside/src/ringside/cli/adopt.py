"""The command `adopt`: uses existing predictions as the rival until there is a champion."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from ringside.cli.context import load_context
from ringside.cli.terminal import say
from ringside.common.context import RERUN
from ringside.common.files import read_json
from ringside.common.fingerprint import row_hashes
from ringside.common.split import read_split
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.data.adopt import adopt as read_adoptable
from ringside.errors import DataError, UsageError
from ringside.store.adopted import remove_adopted, write_adopted
from ringside.store.workspace import Workspace

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="A CSV or Parquet file with the columns of the task's identity and the predictions."
    ),
]
Prediction = Annotated[
    str,
    typer.Option(
        metavar="COLUMN",
        help="The column of the predictions; for several classes, the part of the names before `:<class>`.",
    ),
]
Remove = Annotated[bool, typer.Option("--remove", help="Remove the adopted predictions.")]


def adopt(file: File = None, prediction: Prediction = "prediction", remove: Remove = False) -> None:
    """Use the predictions of an existing model as the rival, until there is a champion."""
    if (file is None) != remove:
        remedy = "write `ringside adopt FILE`, or `ringside adopt --remove`."
        raise UsageError("it needs either a file or --remove", where="ringside adopt", remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    stored = workspace.relative(workspace.adopted)
    if file is not None:
        _adopt(workspace, file, prediction)
    elif remove_adopted(workspace):
        say(f"adopt: removed {stored}; commit the change")
    else:
        say(f"adopt: nothing to remove, {stored} does not exist")


def _adopt(workspace: Workspace, file: Path, prediction: str) -> None:

    task = load_context().task
    valid, in_test_set = _valid_rows(workspace, task)
    classes = {str(value) for value in valid.column(task.target).unique().to_pylist()}
    types = {key: valid.schema.field(key).type for key in task.identity}
    table = read_adoptable(file, task, prediction=prediction, types=types, classes=classes)
    valid_hashes, adopted_hashes = row_hashes(valid, task.identity), row_hashes(table, task.identity)
    known = int(np.isin(adopted_hashes, valid_hashes).sum())
    if not known:
        example = ", ".join(f"{key}={table.column(key)[0].as_py()}" for key in task.identity)
        remedy = "write its identity columns as in data/valid, with the same spelling and time zone."
        raise DataError(f"none of its rows is in data/valid (first row: {example})", where=str(file), remedy=remedy)
    changed = write_adopted(workspace, table)
    stored, covered = (
        workspace.relative(workspace.adopted),
        int(np.isin(valid_hashes[in_test_set], adopted_hashes).sum()),
    )
    say(f"adopt: {table.num_rows:,} rows; {known:,} are in data/valid, {table.num_rows - known:,} are not")
    say(f"adopt: {covered:,} of the {int(in_test_set.sum()):,} rows of the current test set have a prediction")
    say(f"adopt: wrote {stored}; commit it" if changed else f"adopt: {stored} already has these predictions")


def _valid_rows(workspace: Workspace, task: Task) -> tuple[pa.Table, np.typing.NDArray[np.bool_]]:
    """Return the identity and the target of all valid rows, and a mask of those in the current test set."""
    split = read_split(workspace)
    columns = list(dict.fromkeys([*task.identity, task.target, *split.columns]))
    names = [row["partition"] for row in read_json(workspace.validation, remedy=RERUN)]
    parts = [read_table(workspace.partition(workspace.valid, name), remedy=RERUN, columns=columns) for name in names]
    masks = [split.side(name, part, "test") for name, part in zip(names, parts, strict=True)]
    return pa.concat_tables(parts), np.concatenate(masks)
