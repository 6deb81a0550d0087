"""Choose the test set: the newest partitions if there are any, else whole groups, else random rows."""

import pandas as pd

from ringside.init.infer.draft import TaskDraft
from ringside.init.infer.panel import are_periods

_FEWEST = 2
"""Fewest partitions to train on."""
_SMALL = 1000
"""Number of labelled rows below which a larger share is tested on."""
_SHOWS = 30
"""Fewest groups of a useful test set."""
_MOST = 0.5
"""Largest share of the rows to test on."""


def split(draft: TaskDraft) -> TaskDraft:
    """Return the draft with its split: by time if partitions are ordered, by group if there are groups, else by row."""
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
    """Return the number of partitions before the test set whose labels were not all known when it begins."""
    if draft.strategy != "time" or draft.partition is None or draft.time is None or not draft.label_delay:
        return 0
    partition = draft.partition[draft.labelled]
    times, names = draft.seen.frame.loc[partition.index, draft.time].groupby(partition), sorted(partition.unique())
    test = int(draft.test)
    begins = times.min()[names[-test:]].min()
    return int((times.max()[names[:-test]] + draft.label_delay > begins).sum())


def _last(draft: TaskDraft, partition: pd.Series, names: list[str], share: float) -> int:
    """Return the smallest number of last partitions that make a useful test set."""
    for count in range(1, len(names) // 2 + 1):
        inside = partition.isin(names[-count:])
        if share / 2 <= inside.mean() <= _MOST and _groups(draft, inside[inside].index) >= _SHOWS:
            return count
    return max(1, len(names) // 3)


def _groups(draft: TaskDraft, rows: pd.Index) -> int:
    """Return the number of groups among some rows."""
    return len(rows) if draft.groups is None else int(draft.groups.loc[rows].nunique())
