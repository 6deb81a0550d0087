"""A source that runs a query in a database, one partition at a time."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa

from ringside.errors import SourceError, TaskError, told
from ringside.sources.columns import Columns
from ringside.sources.connection import Session, connected
from ringside.sources.periods import ALL, bounds_of, check_division, is_period, names_of_values, period_of
from ringside.sources.queries import Query

if TYPE_CHECKING:
    import pandas as pd

_MOST = 2**63
"""Smallest whole number that no 64-bit type can represent."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A query of any database that SQLAlchemy supports. Ringside only reads it, one partition at a time.

    Raises:
        TaskError: a field is invalid.
    """

    query: str
    """A SELECT. Ringside wraps it in filters for one partition, so that the database sends only its rows."""
    columns: Mapping[str, str]
    """Type of every column of the result, as in `File`."""
    time: str | None = None
    """Column with the time of a row; a row without it is an error."""
    partition_by: str | None = None
    """`month`, `week` or `day` of `time` (in UTC), or a column whose values name the partitions; None for `all`."""
    row_id: str | None = None
    """Column to add if the data have no identity: the partition and a number in the order of all values."""
    url: str = "DATABASE_URL"
    """Environment variable with the URL, including the password; no file contains it."""
    timeout: float = 600
    """Seconds that one query may take, including all its rows."""

    def __post_init__(self) -> None:
        check_division(self._columns.answered, time=self.time, partition_by=self.partition_by, row_id=self.row_id)
        if self.partition_by is not None and not self._is_period and self.columns[str(self.partition_by)] == "float64":
            remedy = "choose a column of text, whole numbers or days."
            found = f"`partition_by` is {self.partition_by!r}, a column of fractions"
            raise TaskError(found, where="source.py, `partition_by`", remedy=remedy)

    def partitions(self) -> list[str]:
        """Return the partitions that the query has rows of, in order.

        Raises:
            SourceError: see `read`.
        """
        with self._session() as (session, asked):
            if self.time is not None and (missing := int(session.one(asked.without_time(self.time))[0])):
                remedy = "mend the table, or leave these rows out in the query; nothing of it was kept."
                found = f"{missing:,} rows have no time in {self.time!r}"
                raise SourceError(found, where=session.where, remedy=remedy)
            if self.partition_by is None:
                return [ALL]
            if self._is_period and self.partition_by:
                days = [_day(row[0]) for row in session.all(asked.days(self.time or ""))]
                return sorted({period_of(day, self.partition_by) for day in days})
            return sorted(self._values(session, asked))

    def read(self, partition: str) -> "pd.DataFrame":
        """Return the rows of one partition.

        Raises:
            SourceError: the database cannot be reached from here or does not respond in time (then it is unreadable
                here), it refuses the query, or the schema of the result changed. A connection that breaks in the middle
                is an error too; it never yields fewer rows.
        """
        with self._session() as (session, asked):
            where = f"{session.where}, partition {partition}"
            parts, first, names = [], 1, list(self._columns.answered)
            for rows in session.batches(asked.rows(self._filter(session, asked, partition))):
                table = pa.table({name: _array(rows, at, name, where) for at, name in enumerate(names)})
                parts.append(self._columns.typed(table, where=where, first_row=first))
                first += len(rows)
        if not parts:
            remedy = "see that the query still finds these rows; nothing of it was kept."
            raise SourceError("it answers no rows", where=where, remedy=remedy)
        table = pa.concat_tables(parts)
        if self.row_id is not None:
            # NOTE: a database returns rows in any order; sorted by all values, equal rows always get equal numbers.
            table = table.sort_by([(name, "ascending") for name in self._columns.answered])
            numbers = [f"{partition}/{number}" for number in range(1, table.num_rows + 1)]
            table = table.add_column(0, self.row_id, pa.array(numbers, pa.string()))
        return self._columns.frame(table)

    def fingerprint(self, partition: str) -> str:
        """Return a hash of counts, bounds and sums of each column, which the database computes.

        Raises:
            SourceError: see `read`.
        """
        with self._session() as (session, asked):
            row = session.one(asked.sums(self._filter(session, asked, partition)))
        told = [f"{value:.9g}" if isinstance(value, float) else str(value) for value in row]
        return f"sha256:{hashlib.sha256(repr((dict(self.columns), told)).encode()).hexdigest()}"

    @property
    def _columns(self) -> Columns:
        return Columns(dtypes=self.columns)

    @property
    def _is_period(self) -> bool:
        return is_period(self.partition_by, self.time)

    @contextmanager
    def _session(self) -> Iterator[tuple[Session, Query]]:
        """Open a session in which the query returns exactly the columns that source.py names."""
        with connected(self.url, self.timeout) as session:
            self._columns.check_names(session.names(Query.bare(self.query)), where=session.where)
            yield session, Query(self.query, self._columns.answered, session.dialect)

    def _values(self, session: Session, asked: Query) -> dict[str, Any]:
        """Return the values of the partition column, by the names of their partitions."""
        column = self.partition_by or ""
        values = [row[0] for row in session.all(asked.values(column))]
        if None in values:
            found = f"rows have no value in {column!r}, the column of their partition"
            remedy = "leave them out in the query, or mend the table; nothing of it was kept."
            raise SourceError(found, where=session.where, remedy=remedy)
        table = pa.table({column: _array([(value,) for value in values], 0, column, session.where)})
        typed = Columns(dtypes={column: self.columns[column]}).typed(table, where=session.where)
        names = names_of_values(typed.column(column).to_pylist(), f"column {column!r}", session.where)
        return dict(zip(names, values, strict=True))

    def _filter(self, session: Session, asked: Query, partition: str) -> Any:  # noqa: ANN401  # of SQLAlchemy
        """Return the condition of a partition's rows; None for all rows."""
        if self.partition_by is None:
            return None
        if self._is_period and self.partition_by:
            return asked.between(self.time or "", *bounds_of(partition, self.partition_by))
        values = self._values(session, asked)
        if partition not in values:
            found = f"it has no rows of partition {partition} any more"
            remedy = "restore them, or remove the partition from data/manifest.json if it is meant to go."
            raise SourceError(found, where=session.where, remedy=remedy)
        return asked.equal(self.partition_by, values[partition])


def look(query: str, url: str | None = None, *, most: int | None = None, timeout: float = 600) -> pa.Table:
    """Return the result of a query whose column types are not known yet.

    Args:
        query: a SELECT.
        url: the database's; that of the environment variable DATABASE_URL if None.
        most: the approximate maximum number of rows; all rows if None.
        timeout: seconds that the whole query may take.

    Raises:
        SourceError: see `Database.read`.
        TaskError: SQLAlchemy or the driver is not installed.
    """
    with connected("DATABASE_URL", timeout, text=url) as session:
        names = session.names(Query.bare(query))
        rows: list[Any] = []
        with closing(session.batches(Query(query, dict.fromkeys(names, ""), session.dialect).rows(None))) as batches:
            for batch in batches:
                rows += batch
                if most is not None and len(rows) >= most:
                    break
        return pa.table({name: _array(rows, at, name, session.where) for at, name in enumerate(names)})


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _array(rows: list[Any], at: int, name: str, where: str) -> pa.Array:
    """Return one column of rows as an Arrow array; values of types unknown to Arrow (uuid, inet) become text."""
    values = [row[at] for row in rows]
    kinds = {type(value): value for value in values if value is not None}
    if Decimal in kinds:
        values = _numbers(values)
    elif kinds and all(_is_strange(value) for value in kinds.values()):
        values = [None if value is None else str(value) for value in values]
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError) as error:
        found = f"column {name!r} has values of several types ({told(error, 200)})"
        remedy = "cast the column in the query; nothing of it was kept."
        raise SourceError(found, where=where, remedy=remedy) from error


def _numbers(values: list[Any]) -> list[int | float | None]:
    """Return decimals as whole numbers if all are whole and fit, else as fractions."""
    known = [Decimal(value) for value in values if value is not None]
    whole = all(value.is_finite() and abs(value) < _MOST and value == value.to_integral_value() for value in known)
    return [value if value is None else int(value) if whole else float(value) for value in values]


def _is_strange(value: object) -> bool:
    """Return whether Arrow has no type for a value."""
    if isinstance(value, UUID):
        return True
    try:
        pa.scalar(value)
    except pa.ArrowInvalid:
        return True
    except OverflowError:
        return False
    return False
