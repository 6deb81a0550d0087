"""Partitions by time and by the values of a column: their names and their bounds."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringside.errors import SourceError, TaskError, quoted
from ringside.store.workspace import PARTITION_NAME

PERIODS = {"month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}
"""Format of a partition's name by period: 2013-01, 2013-W05, 2013-01-31."""

ALL = "all"
"""Name of the only partition of a source that is not divided."""


def check_division(columns: Iterable[str], *, time: str | None, partition_by: str | None, row_id: str | None) -> None:
    """Check a source's settings of its partitions.

    Raises:
        TaskError: `time` or `partition_by` name no column, a period has no time, or `row_id` is already a column.
    """
    names = list(columns)
    if time is not None and time not in names:
        raise _wrong("time", time, f"name one of {', '.join(names)}")
    if partition_by is not None and not is_period(partition_by, time) and partition_by not in names:
        other = "name the column of times by `time`" if partition_by in PERIODS else f"say one of {', '.join(PERIODS)}"
        raise _wrong("partition_by", partition_by, f"{other}, or name a column")
    if row_id is not None and row_id in names:
        raise _wrong("row_id", row_id, "choose a name that no column has")


def is_period(partition_by: str | None, time: str | None) -> bool:
    """Return whether partitions are periods of a column of times; without one, `month` can only be a column's name."""
    return time is not None and partition_by in PERIODS


def _wrong(field: str, value: object, remedy: str) -> TaskError:
    return TaskError(f"`{field}` is {value!r}", where=f"source.py, `{field}`", remedy=f"{remedy}.")


def names_of_rows(table: pa.Table, *, time: str | None, partition_by: str | None, where: str) -> pa.Array:
    """Return the name of each row's partition, shape `(n_rows,)`.

    Raises:
        SourceError: rows have no time, or a value cannot be the name of a partition.
    """
    if time is not None and (missing := table.column(time).null_count):
        remedy = "mend the source, or leave these rows out there; nothing of it was kept."
        raise SourceError(f"{missing:,} rows have no time in {time!r}", where=where, remedy=remedy)
    if partition_by is None:
        return pa.array([ALL] * table.num_rows, pa.string())
    if is_period(partition_by, time):
        days = pc.cast(table.column(time), pa.date32(), safe=False).combine_chunks()
        encoded = days.dictionary_encode()
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        names = pa.array([period_of(day, partition_by) for day in encoded.dictionary.to_pylist()], pa.string())
        return names.take(encoded.indices)
    encoded = table.column(partition_by).combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    if encoded.null_count:
        found = f"{encoded.null_count:,} rows have no value in {partition_by!r}, the column of their partition"
        raise SourceError(found, where=where, remedy="mend the source; nothing of it was kept.")
    names = pa.array(names_of_values(encoded.dictionary.to_pylist(), f"column {partition_by!r}", where), pa.string())
    return names.take(encoded.indices)


def names_of_values(values: list[Any], column: str, where: str) -> list[str]:
    """Return the names of the partitions of values, in the same order.

    Args:
        values: the distinct values.
        column: their column, for errors.
        where: the source that was read, for errors.

    Raises:
        SourceError: a value cannot be a name, or numbers would not be sorted by their names.
    """
    names = [_name(value) for value in values]
    for name in names:
        if not re.fullmatch(PARTITION_NAME, name):
            found = f"{quoted(name)} in {column} is no name for a partition"
            remedy = f"use a column whose values fit {PARTITION_NAME}, or a period of time."
            raise SourceError(found, where=where, remedy=remedy)
    if all(name.isdigit() for name in names) and len({len(name) for name in names}) > 1:
        low, high = min(names, key=int), max(names, key=int)
        found = f"{column} has the numbers {low} to {high}, and partitions are in order of their names: 10 before 9"
        remedy = "write them with leading zeros, as text, or divide by a period of time."
        raise SourceError(found, where=where, remedy=remedy)
    return names


def _name(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return str(value)


def period_of(day: date, period: str) -> str:
    """Return the name of the partition of a day."""
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return day.isoformat()[:7] if period == "month" else day.isoformat()


def bounds_of(name: str, period: str) -> tuple[date, date]:
    """Return the first day of a partition and the first day after it.

    Raises:
        ValueError: `name` is not the name of such a period.
    """
    if period == "day":
        first = date.fromisoformat(name)
        after = first + timedelta(days=1)
    elif period == "week":
        first = datetime.strptime(f"{name}-1", "%G-W%V-%u").date()  # noqa: DTZ007  # a day has no zone
        after = first + timedelta(weeks=1)
    else:
        first = date.fromisoformat(f"{name}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    if period_of(first, period) != name:
        raise ValueError(f"{name!r} is no {period}")
    return first, after
