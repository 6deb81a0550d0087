"""The verb `adopt`: the predictions that a team already has become the rival, as long as there is no champion."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from ringside.cli.context import context
from ringside.cli.terminal import say
from ringside.common.context import RERUN
from ringside.common.files import read_json
from ringside.common.fingerprint import row_hashes
from ringside.common.split import read_split
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.data.adopt import adopt as checked
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
        metavar="COLUMN", help="The column of the predictions; with several classes, what stands before `:<class>`."
    ),
]
Remove = Annotated[bool, typer.Option("--remove", help="Take the adopted predictions away.")]


def adopt(file: File = None, prediction: Prediction = "prediction", remove: Remove = False) -> None:
    """Keep predictions that the team already has as the first rival, until there is a champion."""
    if (file is None) != remove:
        remedy = "write `ringside adopt FILE`, or `ringside adopt --remove`."
        raise UsageError("it takes a file or --remove, one of the two", where="ringside adopt", remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    place = workspace.relative(workspace.adopted)
    if file is not None:
        _adopt(workspace, file, prediction)
    elif remove_adopted(workspace):
        say(f"adopt: {place} is removed; commit that")
    else:
        say(f"adopt: there is no {place}, nothing to remove")


def _adopt(workspace: Workspace, file: Path, prediction: str) -> None:

    task = context().task
    valid, tested = _valid(workspace, task)
    classes = {str(value) for value in valid.column(task.target).unique().to_pylist()}
    types = {key: valid.schema.field(key).type for key in task.identity}
    table = checked(file, task, prediction=prediction, types=types, classes=classes)
    ours, theirs = row_hashes(valid, task.identity), row_hashes(table, task.identity)
    known = int(np.isin(theirs, ours).sum())
    if not known:
        example = ", ".join(f"{key}={table.column(key)[0].as_py()}" for key in task.identity)
        remedy = "see that its identity columns hold what data/valid holds, in the same spelling and time zone."
        raise DataError(f"none of its rows is in data/valid (the first: {example})", where=str(file), remedy=remedy)
    changed = write_adopted(workspace, table)
    place, covered = workspace.relative(workspace.adopted), int(np.isin(ours[tested], theirs).sum())
    say(f"adopt: {table.num_rows:,} rows; {known:,} are in data/valid, {table.num_rows - known:,} are not")
    say(f"adopt: {covered:,} of the {int(tested.sum()):,} rows of the present test window have a prediction")
    say(f"adopt: {place} is written; commit it" if changed else f"adopt: {place} holds these predictions already")


def _valid(workspace: Workspace, task: Task) -> tuple[pa.Table, np.typing.NDArray[np.bool_]]:
    """The identity and the target of all valid rows, and which of them are in the present test window."""
    decided = read_split(workspace)
    columns = list(dict.fromkeys([*task.identity, task.target, *decided.columns]))
    names = [row["partition"] for row in read_json(workspace.validation, remedy=RERUN)]
    parts = [read_table(workspace.partition(workspace.valid, name), remedy=RERUN, columns=columns) for name in names]
    tested = [decided.side(name, part, "test") for name, part in zip(names, parts, strict=True)]
    return pa.concat_tables(parts), np.concatenate(tested)
