"""What a task is tested on: the newest partitions where there are some, whole groups, else rows."""

import pandas as pd

from ringside.init.infer.draft import TaskDraft
from ringside.init.infer.panel import are_periods

_FEWEST = 2
"""Partitions to learn from."""
_SMALL = 1000
"""Of fewer rows a larger share is tested on: a small window needs more of them."""
_SHOWS = 30
"""Groups that show something."""
_MOST = 0.5
"""Share of the rows that are tested on, at most."""


def split(draft: TaskDraft) -> TaskDraft:
    """Time where partitions follow each other, whole groups where there are any, else rows."""
    share = 0.3 if int(draft.labelled.sum()) < _SMALL else 0.2
    ordered = draft.time is not None or draft.seen.source == "folder"
    if draft.partition is not None and (ordered or are_periods(draft.partition)):
        partition = draft.partition[draft.labelled]
        names = sorted(partition.unique())
        if len(names) > _FEWEST:
            draft = draft.but(strategy="time", test=_last(draft, partition, names, share))
            late = late_labels(draft)
            return draft.but(gap=late if len(names) - int(draft.test) - late >= _FEWEST else 0)
    return draft.but(strategy="group" if draft.group else "random", test=share)


def late_labels(draft: TaskDraft) -> int:
    """How many partitions right before the test a model made on its first day could not have learnt from.

    The labels of their last rows were known later than that.
    """
    if draft.strategy != "time" or draft.partition is None or draft.time is None or not draft.label_delay:
        return 0
    partition = draft.partition[draft.labelled]
    times, names = draft.seen.frame.loc[partition.index, draft.time].groupby(partition), sorted(partition.unique())
    test = int(draft.test)
    begins = times.min()[names[-test:]].min()
    return int((times.max()[names[:-test]] + draft.label_delay > begins).sum())


def _last(draft: TaskDraft, partition: pd.Series, names: list[str], share: float) -> int:
    """How many of the last partitions make a window that can tell something."""
    for count in range(1, len(names) // 2 + 1):
        inside = partition.isin(names[-count:])
        if share / 2 <= inside.mean() <= _MOST and _groups(draft, inside[inside].index) >= _SHOWS:
            return count
    return max(1, len(names) // 3)


def _groups(draft: TaskDraft, rows: pd.Index) -> int:
    """Groups among some rows."""
    return len(rows) if draft.groups is None else int(draft.groups.loc[rows].nunique())
