"""Detect panel data: the same entities in many periods, such as a customer each month or a country each year.

Names such as `customer` or `country` are no proof, so the shape of the data decides: no pair of entity and period
repeats, and most pairs exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ringside.init.infer.columns import Column
from ringside.init.infer.look import SourceSummary

BIRTH = re.compile(r"birth|born|dob|geburt|naissance", re.IGNORECASE)
"""Names of columns with dates of birth, which are not the time at which a row was known."""

_PERIOD = r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])|-?W[0-5][0-9]|-?Q[1-4])"
_ORDERED = rf"[12][0-9]{{3}}|{_PERIOD}|[12][0-9]{{3}}-[01][0-9]-[0-3][0-9]"
_YEAR = re.compile(r"^(?:calendar |fiscal )?(?:year|season|jahr|saison|ann[eé]e|año|ano)$", re.IGNORECASE)
_WHO = re.compile(
    r"^(?:customer|client|user|member|subscriber|account|household|person|patient|employee|student|driver|player|company|"
    r"device|machine|vehicle|sensor|station|store|shop|branch|school|hospital|kunde|kundin|nutzer|client[eo])"
    r"(?:[ _]?name)?$",
    re.IGNORECASE,
)
"""Names of columns with the entity of a row."""
_FEWEST_PERIODS, _MOST_PERIODS = 3, 400
_FEWEST = 30
"""Fewest entities that are used as groups; with fewer, a test set would have too few groups."""
_THERE = 0.5
"""Smallest share of the pairs of entity and period that must exist."""


@dataclass(frozen=True)
class Panel:
    """The columns of the entity and of the period."""

    one: str
    period: str


def period_column(seen: SourceSummary, target: str) -> str | None:
    """Return the column of months, weeks or quarters as texts (2025-01, 2025-W07, 2025Q1); None if there is none."""
    for column in seen.columns.values():
        if column.type == "str" and _may_be_period(column, target) and are_periods(seen.frame[column.name], _PERIOD):
            return column.name
    return None


def are_periods(names: pd.Series, pattern: str = _ORDERED) -> bool:
    """Return whether all values are years, quarters, months, weeks or days that sort in the order of time."""
    return bool(pd.Series(names.dropna().unique()).astype("str").str.fullmatch(pattern).all())


def panel_of(seen: SourceSummary, target: str, time: str | None) -> Panel | None:
    """Return the entity and the period of panel data; None if the data are no panel.

    Args:
        seen: the data.
        target: the target, which is neither of the two.
        time: the time column, if there is one.
    """
    for period in _periods(seen, target, time):
        for one in _ones(seen, target, period):
            pairs = seen.columns[one].distinct * seen.columns[period].distinct
            if len(seen.frame) >= _THERE * pairs and not seen.frame.duplicated([one, period]).any():
                return Panel(one, period)
    return None


def comes_again(seen: SourceSummary, target: str) -> str | None:
    """Return the column named like an entity with several rows, at any times; None if there is none."""
    named = [name for name in _ones(seen, target) if _WHO.search(name)]
    return named[0] if named else None


def _periods(seen: SourceSummary, target: str, time: str | None) -> Iterator[str]:
    if time is not None:
        yield time
    if (period := period_column(seen, target)) is not None:
        yield period
    for column in seen.columns.values():
        if column.type == "Int64" and _YEAR.search(column.name) and _may_be_period(column, target):
            low, high = column.low or 0, column.high or 0
            if low >= 1000 and high < 3000:  # noqa: PLR2004  # years of four digits
                yield column.name


def _ones(seen: SourceSummary, target: str, period: str | None = None) -> list[str]:
    """Return the columns that may be the entity: first those named like identifiers, then texts before numbers."""
    fit = [
        column
        for column in seen.columns.values()
        if column.type in ("str", "Int64")
        and not column.missing
        and not column.is_taken
        and column.name not in (target, period)
        and _FEWEST <= column.distinct <= len(seen.frame) / 2
    ]
    fit.sort(key=lambda column: (not column.named_like_identifier, column.type != "str", column.distinct))
    return [column.name for column in fit]


def _may_be_period(column: Column, target: str) -> bool:
    few = _FEWEST_PERIODS <= column.distinct <= _MOST_PERIODS
    return few and not column.missing and column.name != target and not BIRTH.search(column.name)
