"""Decide the time column, the partitions and the label delay."""

import functools
import re
from datetime import timedelta

import pandas as pd

from ringside.errors import SourceError, UsageError
from ringside.init.infer.columns import TIMES
from ringside.init.infer.draft import Ask, Question, TaskDraft, Wishes
from ringside.init.infer.panel import BIRTH, panel_of, period_column
from ringside.sources.periods import PERIODS, is_period, names_of_values
from ringside.store.workspace import PARTITION_NAME

NONE = "none"

_FEWEST = 4
"""Fewest partitions that are worth it."""
_ROWS = 20
"""Fewest rows of a partition on average, so that a month of daily rows is enough."""
_MOST = 400
"""Largest number of partitions; a longer period is better than more."""


def by_time(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    """Return the draft with its time column, its partitions and its label delay.

    Raises:
        UsageError: an option names a column or a period that does not fit.
    """
    time = _time(draft, wishes, ask)
    draft = draft.but(time=time)
    draft = _partitions(draft, wishes, ask)
    if time is None:
        if wishes.label_delay:
            remedy = "name the time column by --time, or remove the option."
            raise UsageError("a label delay needs a time column", where="--label-delay", remedy=remedy)
        return draft
    if wishes.label_delay is not None:
        return draft.but(label_delay=wishes.label_delay)
    text = f"how long after {time!r} is {draft.target!r} known (0d, 12h, 60d)?"
    return draft.but(label_delay=delay(ask(Question(option="--label-delay", text=text, default="0d", check=delay))))


def _time(draft: TaskDraft, wishes: Wishes, ask: Ask) -> str | None:
    columns = draft.seen.columns
    if wishes.time == NONE:
        return None
    if wishes.time is not None:
        column = columns[wishes.time]
        where = f"--time {wishes.time!r}"
        if column.type not in TIMES:
            remedy = "write times as 2026-01-31 or 2026-01-31T12:00:00Z in the source."
            raise UsageError(f"its values are no times ({column.type})", where=where, remedy=remedy)
        if column.missing:
            remedy = "name a column with a value in every row."
            raise UsageError(f"{column.missing:,} rows have no value in it", where=where, remedy=remedy)
        return wishes.time
    fit = [
        c.name
        for c in columns.values()
        if c.type in TIMES and not c.missing and c.distinct > 1 and c.name != draft.target
    ]
    fit.sort(key=lambda name: bool(BIRTH.search(name)))
    if not fit or BIRTH.search(fit[0]):
        return None
    text = "which column is the time at which the other columns of a row were known?"
    answer = ask(Question(option="--time", text=text, default=fit[0], choices=(*fit, NONE)))
    return None if answer == NONE else answer


def _partitions(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    by = wishes.partition_by
    if draft.seen.source == "folder":
        if by is not None:
            remedy = "remove the option: each file of a folder is a partition."
            raise UsageError("a folder already has partitions", where="--partition-by", remedy=remedy)
        for name in draft.seen.partition.unique():  # type: ignore[union-attr]  # a folder's rows have one
            if not re.fullmatch(PARTITION_NAME, name):
                remedy = f"rename the file so that its name matches {PARTITION_NAME}."
                raise UsageError(f"{name!r} is no valid name for a partition", where="the folder", remedy=remedy)
        return draft.but(partition=draft.seen.partition)
    if by is None and draft.time is not None:
        text = "in which partitions do rows arrive (month, week, day; none: all in one)?"
        question = Question(option="--partition-by", text=text, default=_period(draft), choices=(*PERIODS, NONE))
        by = ask(question)
    elif by is None and (column := _column_of_periods(draft)) is not None:
        text = "which column is the period in which a row arrived (none: all in one)?"
        question = Question(option="--partition-by", text=text, default=column, check=functools.partial(_names, draft))
        by = ask(question)
    if by in (None, NONE):
        return draft
    return draft.but(partition_by=by, partition=_names(draft, by))


def _column_of_periods(draft: TaskDraft) -> str | None:
    """Return the column of months, weeks or quarters, or the period of panel data; None if there is neither."""
    if (period := period_column(draft.seen, draft.target)) is not None:
        return period
    panel = panel_of(draft.seen, draft.target, None)
    return None if panel is None else panel.period


def _period(draft: TaskDraft) -> str:
    """Return the longest period with enough partitions and enough rows in each; `none` if there is none."""
    rows = len(draft.seen.frame)
    for period in PERIODS:
        count = _of_period(draft, period).nunique()
        if _FEWEST <= count <= _MOST and rows >= _ROWS * count:
            return period
    return NONE


def _of_period(draft: TaskDraft, period: str) -> pd.Series:
    names: pd.Series = draft.seen.frame[draft.time].dt.strftime(PERIODS[period])
    return names


def _names(draft: TaskDraft, by: str) -> pd.Series | None:
    """Return the name of each row's partition, shape `(n_rows,)`; None if there is only one."""
    if by == NONE:
        return None
    if is_period(by, draft.time):
        return _of_period(draft, by)
    where = f"--partition-by {by!r}"
    if by not in draft.seen.frame.columns or by == draft.target:
        remedy = f"use {', '.join(PERIODS)} together with --time, or name a column that is not the target."
        message = "there is no time column" if by in PERIODS else "it is neither a period nor a column"
        raise UsageError(message, where=where, remedy=remedy)
    values = draft.seen.frame[by]
    if missing := int(values.isna().sum()):
        raise UsageError(f"{missing:,} rows have no value in it", where=where, remedy="name another column.")
    distinct = list(values.unique())
    try:
        named = names_of_values(distinct, by, "the data")
    except SourceError as error:
        raise UsageError(error.found, where=where, remedy=error.remedy) from None
    return values.map(dict(zip(distinct, named, strict=True)))


def delay(text: str) -> timedelta:
    """Return a duration from a text such as 60d, 12h or 8w.

    Raises:
        UsageError: the text is no duration.
    """
    match = re.fullmatch(r"([0-9]{1,4})\s*([hdw])", text.strip().lower())
    if not match:
        remedy = "write a number and h, d or w, as in 60d."
        raise UsageError(f"{text!r} is no duration", where="--label-delay", remedy=remedy)
    unit = {"h": "hours", "d": "days", "w": "weeks"}[match[2]]
    return timedelta(**{unit: int(match[1])})
