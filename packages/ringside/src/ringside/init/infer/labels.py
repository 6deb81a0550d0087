"""Check that each label has enough rows, and early enough, to be both trained and tested."""

from collections.abc import Hashable

import pandas as pd

from ringside.errors import DataError, UsageError
from ringside.init.infer.draft import TaskDraft

_FEWEST, _LEAST = 5, 3
"""Fewest rows (groups in a group split) of a label: with fewer, all may be on one side of the split."""
_FEWEST_ROWS = 10
_QUARANTINED = 0.02
"""Value of `validate.max_quarantined` in a new params.yaml."""


def check_labels(draft: TaskDraft) -> TaskDraft:
    """Return the draft, with labels that have too few rows in `rare`.

    Raises:
        DataError: there are too few rows with a label.
        UsageError: a label cannot be on both sides of the split.
    """
    labels = draft.seen.frame.loc[draft.labelled, draft.target]
    where = f"--target {draft.target!r}"
    if len(labels) < _FEWEST_ROWS:
        message = f"it has {len(labels):,} rows with a label, too few for training and test"
        remedy = f"provide at least {_FEWEST_ROWS} labelled rows; a verdict needs a few hundred."
        raise DataError(message, where=where, remedy=remedy)
    if draft.kind == "regression":
        return draft
    draft = _without_few(draft, labels, where)
    _check_sides(draft, labels[~labels.isin(draft.rare)], where)
    return draft


def _without_few(draft: TaskDraft, labels: pd.Series, where: str) -> TaskDraft:
    """Return the draft with the labels of a few rows in `rare`; raise if these rows cannot be quarantined."""
    counts, most = _units(draft, labels)
    rare = tuple(counts.index[counts < min(_FEWEST, most)])
    if draft.kind == "binary" or not _few_rows(draft, labels, rare):
        rare = tuple(counts.index[counts < min(_LEAST, most)])
        if not rare:
            return draft
        what = "group" if draft.strategy == "group" else "row"
        times = f"{counts[rare[0]]:,} {what}{'s' if counts[rare[0]] > 1 else ''}"
        remedy = "provide more rows with this label, or merge it with another label in the source."
        message = f"the label {str(rare[0])!r} has {times}, too few for training and test"
        raise UsageError(message, where=where, remedy=remedy)
    return draft.but(rare=rare)


def _units(draft: TaskDraft, labels: pd.Series) -> tuple[pd.Series, int]:
    """Return the number of rows (groups in a group split) of each label, and of all labels."""
    if draft.strategy != "group" or draft.group is None:
        return labels.value_counts(), len(labels)
    pairs = pd.DataFrame({"label": labels, "group": draft.seen.frame.loc[labels.index, draft.group]})
    return pairs.drop_duplicates()["label"].value_counts(), pairs["group"].nunique()


def _few_rows(draft: TaskDraft, labels: pd.Series, rare: tuple[Hashable, ...]) -> bool:
    """Return whether the rows of these labels are few enough for the quarantine in each partition."""
    if not rare:
        return True
    waits = labels.isin(rare)
    parts = waits.groupby(draft.partition[labels.index]).mean() if draft.partition is not None else [waits.mean()]
    return max(parts) <= _QUARANTINED


def _check_sides(draft: TaskDraft, labels: pd.Series, where: str) -> None:
    """Raise if the test partitions have a label that the training partitions lack."""
    if draft.strategy != "time" or draft.partition is None:
        return
    names = draft.partition[draft.labelled]
    ordered, sides = sorted(names.unique()), names[labels.index]
    test = int(draft.test)
    tested, learnt = sides.isin(ordered[-test:]), sides.isin(ordered[: -test - draft.gap])
    late = sorted(map(str, set(labels[tested]) - set(labels[learnt])))
    if late:
        remedy = "merge labels in the source, or test on rows of any time: --partition-by none."
        message = f"the label {late[0]!r} occurs only in the newest partitions, which are the test set"
        raise UsageError(message, where=where, remedy=remedy)
