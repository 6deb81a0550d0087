"""Loader of the task's schema."""

from typing import TYPE_CHECKING, cast

from ringside.common.loader import load_part
from ringside.common.task import Task
from ringside.errors import TaskError

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema


def load_schema(task: Task) -> "DataFrameSchema":
    """Return the task's pandera schema; it contains every column that the task names.

    Raises:
        TaskError: `schema.py` is missing or has no schema, or the task names a column that it lacks, or the identity or
            the group is nullable.
    """
    schema = load_part(task.name, "schema", "SCHEMA").SCHEMA
    schema = schema.to_schema() if hasattr(schema, "to_schema") else schema
    if not hasattr(schema, "columns") or not hasattr(schema, "validate"):
        where = f"task {task.name!r}, schema.py, `SCHEMA`"
        raise TaskError("it is no pandera schema", where=where, remedy="make it a pandera.pandas.DataFrameSchema.")
    for column, field in task.columns.items():
        if column not in schema.columns:
            raise TaskError(
                f"{column!r} is no column of the schema ({', '.join(map(str, schema.columns))})",
                where=f"task {task.name!r}, field `{field}`",
                remedy=f"add {column!r} to SCHEMA in schema.py, or name a column that is there.",
            )
        if field in ("identity", "group") and getattr(schema.columns[column], "nullable", False):
            raise TaskError(
                f"{column!r} may be missing by the schema",
                where=f"task {task.name!r}, field `{field}`",
                remedy="let SCHEMA say nullable=False for it; rows without it then go to quarantine.",
            )
    return cast("DataFrameSchema", schema)
