"""The time column and the partitions."""

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
"""Periods that are worth being partitions."""
_ROWS = 20
"""Rows that a partition should have, on average; a month of days has enough."""
_MOST = 400
"""Partitions beyond which a coarser period is better."""


def by_time(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    """A draft with its time column, its partitions and how long labels take.

    Raises:
        UsageError: a column or a period that was named cannot serve.
    """
    time = _time(draft, wishes, ask)
    draft = draft.but(time=time)
    draft = _partitions(draft, wishes, ask)
    if time is None:
        if wishes.label_delay:
            remedy = "name the column of times by --time, or leave the delay out."
            raise UsageError("there is no time after which a label could arrive", where="--label-delay", remedy=remedy)
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
            remedy = "name a column that every row has."
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
    text = "which column says when the rest of a row was known?"
    answer = ask(Question(option="--time", text=text, default=fit[0], choices=(*fit, NONE)))
    return None if answer == NONE else answer


def _partitions(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    asked = wishes.partition_by
    if draft.seen.source == "folder":
        if asked is not None:
            remedy = "leave it out: each file of a folder is a partition."
            raise UsageError("a folder has its partitions already", where="--partition-by", remedy=remedy)
        for name in draft.seen.partition.unique():  # type: ignore[union-attr]  # a folder's rows have one
            if not re.fullmatch(PARTITION_NAME, name):
                remedy = f"give the file a name that fits {PARTITION_NAME}."
                raise UsageError(f"{name!r} is no name for a partition", where="the folder", remedy=remedy)
        return draft.but(partition=draft.seen.partition)
    if asked is None and draft.time is not None:
        text = "in which partitions do rows arrive (month, week, day; none: all in one)?"
        question = Question(option="--partition-by", text=text, default=_period(draft), choices=(*PERIODS, NONE))
        asked = ask(question)
    elif asked is None and (column := _column_of_periods(draft)) is not None:
        text = "which column says in which period a row arrived (none: all in one)?"
        question = Question(option="--partition-by", text=text, default=column, check=functools.partial(_names, draft))
        asked = ask(question)
    if asked in (None, NONE):
        return draft
    return draft.but(partition_by=asked, partition=_names(draft, asked))


def _column_of_periods(draft: TaskDraft) -> str | None:
    """The column of months, weeks or quarters, or of the years in which the same ones come again."""
    if (found := period_column(draft.seen, draft.target)) is not None:
        return found
    panel = panel_of(draft.seen, draft.target, None)
    return None if panel is None else panel.period


def _period(draft: TaskDraft) -> str:
    """The longest period of which there are a few, each with rows enough."""
    rows = len(draft.seen.frame)
    for period in PERIODS:
        count = _of_period(draft, period).nunique()
        if _FEWEST <= count <= _MOST and rows >= _ROWS * count:
            return period
    return NONE


def _of_period(draft: TaskDraft, period: str) -> pd.Series:
    names: pd.Series = draft.seen.frame[draft.time].dt.strftime(PERIODS[period])
    return names


def _names(draft: TaskDraft, asked: str) -> pd.Series | None:
    """The name of each row's partition, shape `(n_rows,)`; None where there is one for all."""
    if asked == NONE:
        return None
    if is_period(asked, draft.time):
        return _of_period(draft, asked)
    where = f"--partition-by {asked!r}"
    if asked not in draft.seen.frame.columns or asked == draft.target:
        remedy = f"say {', '.join(PERIODS)} beside --time, or name a column that is not the target."
        found = "there is no time" if asked in PERIODS else "it is no period and no column"
        raise UsageError(found, where=where, remedy=remedy)
    values = draft.seen.frame[asked]
    if missing := int(values.isna().sum()):
        raise UsageError(f"{missing:,} rows have no value in it", where=where, remedy="name another column.")
    distinct = list(values.unique())
    try:
        named = names_of_values(distinct, asked, "the data")
    except SourceError as error:
        raise UsageError(error.found, where=where, remedy=error.remedy) from None
    return values.map(dict(zip(distinct, named, strict=True)))


def delay(text: str) -> timedelta:
    """A duration such as 60d, 12h or 8w.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"([0-9]{1,4})\s*([hdw])", text.strip().lower())
    if not found:
        raise UsageError(f"it is {text!r}", where="--label-delay", remedy="write a number and h, d or w, as in 60d.")
    unit = {"h": "hours", "d": "days", "w": "weeks"}[found[2]]
    return timedelta(**{unit: int(found[1])})
