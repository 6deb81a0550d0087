"""The SQL queries of a source: the task's query, wrapped in what one partition needs.

SQLAlchemy passes names of columns to the database as quoted identifiers and values as parameters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ringside.sources.columns import TRUE

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Executable, Subquery

_MODULUS = 1_000_003
"""Modulus of the sums of whole numbers: sums of remainders overflow in no database and reveal nearly every change."""
_DIGITS = 38
_END = re.compile(r";(?:[\s;]|--[^\n]*(?:\n|$)|/\*.*?\*/)*$", re.DOTALL)
"""Pattern of the semicolon that ends a query, and comments after it."""


@dataclass(frozen=True)
class Query:
    """The statements about one query."""

    query: str
    columns: Mapping[str, str]
    dialect: str
    """SQLAlchemy's name of the kind of database."""

    @staticmethod
    def bare(query: str) -> "Executable":
        """Return a statement for the columns of the query without rows."""
        from sqlalchemy import false, literal_column, select, text

        inner = text(_clean(query)).columns().subquery("ringside")
        return select(literal_column("*")).select_from(inner).where(false())

    def rows(self, holds: "ColumnElement[bool] | None") -> "Executable":
        """Return a statement for the rows for which `holds` is true, with the columns in their order."""
        from sqlalchemy import select

        asked = select(*(self._inner.c[name] for name in self.columns))
        return asked if holds is None else asked.where(holds)

    def without_time(self, time: str) -> "Executable":
        """Return a statement for the number of rows without a time."""
        from sqlalchemy import func, select

        return select(func.count()).select_from(self._inner).where(self._inner.c[time].is_(None))

    def days(self, time: str) -> "Executable":
        """Return a statement for the days that have rows."""
        from sqlalchemy import select

        return select(self._day(time)).distinct()

    def values(self, column: str) -> "Executable":
        """Return a statement for the distinct values of a column."""
        from sqlalchemy import select

        return select(self._inner.c[column]).distinct()

    def between(self, time: str, first: date, after: date) -> "ColumnElement[bool]":
        """Return the condition of rows from the day `first` on, until before the day `after`."""
        from sqlalchemy import and_, bindparam
        from sqlalchemy.types import NullType

        if self.dialect == "sqlite":
            day = self._day(time)
            return and_(day >= first.isoformat(), day < after.isoformat())
        # Compare the column itself, not its day, so that an index on it is used. Days without a type take the column's,
        # be it a type of times or of texts that contain them.
        column = self._inner.c[time]
        low, high = (bindparam(None, day.isoformat(), NullType()) for day in (first, after))
        return and_(column >= low, column < high)

    def equal(self, column: str, value: object) -> "ColumnElement[bool]":
        """Return the condition of rows that have a value."""
        return self._inner.c[column] == value

    def sums(self, holds: "ColumnElement[bool] | None") -> "Executable":
        """Return a statement for count, bounds and a sum of each column, over the rows for which `holds` is true."""
        from sqlalchemy import Double, Numeric, Text, case, cast, func, select

        told: list[ColumnElement[Any]] = [func.count()]
        for name, dtype in self.columns.items():
            column: ColumnElement[Any] = self._inner.c[name]
            told.append(func.count(column))
            # A table may store as text what source.py reads as another type.
            if dtype in ("bool", "boolean"):
                told.append(func.sum(case((func.lower(cast(column, Text)).in_(TRUE), 1), else_=0)))
                continue
            if dtype == "str":
                column = cast(column, Text)
                told.append(func.sum(func.length(column)))
            elif dtype == "float64":
                told.append(func.sum(cast(column, Double)))
            elif dtype in ("int64", "Int64"):
                told.append(func.sum(cast(column, Numeric(_DIGITS)) % _MODULUS))
            told += [func.min(column), func.max(column)]
        asked = select(*told).select_from(self._inner)
        return asked if holds is None else asked.where(holds)

    @cached_property
    def _inner(self) -> "Subquery":
        from sqlalchemy import column, text

        return text(_clean(self.query)).columns(*(column(name) for name in self.columns)).subquery("ringside")

    def _day(self, time: str) -> "ColumnElement[Any]":
        from sqlalchemy import Date, cast, func

        column = self._inner.c[time]
        return func.date(column) if self.dialect == "sqlite" else cast(column, Date)


def _clean(query: str) -> str:
    """Return the query in a form that fits in brackets: without its semicolon, with a line end after a last comment."""
    query = query.strip()
    if found := _END.search(query):
        kept = query[: found.start()]
        # An odd number of quotes means that the semicolon is inside a text.
        query = query if kept.count("'") % 2 or kept.count('"') % 2 else kept
    # NOTE: a colon begins a parameter in SQLAlchemy's texts; the query has none.
    return query.replace(":", "\\:") + "\n"
