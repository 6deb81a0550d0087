"""Labels that stand in so few rows, or so late, that no model could be trained and tested on them."""

from collections.abc import Hashable

import pandas as pd

from ringside.errors import DataError, UsageError
from ringside.init.infer.draft import TaskDraft

_FEWEST, _LEAST = 5, 3
"""Rows, or groups where these stay together: with fewer a label may well be on one side of the split alone."""
_FEWEST_ROWS = 10
_QUARANTINED = 0.02
"""As `validate.max_quarantined` of a new params.yaml."""


def check_labels(draft: TaskDraft) -> TaskDraft:
    """A draft of which each label can be learnt and tested; those of a few rows are named as `rare`.

    Raises:
        DataError: there are too few rows with a label.
        UsageError: a label cannot be on both sides of the split.
    """
    labels = draft.seen.frame.loc[draft.labelled, draft.target]
    where = f"--target {draft.target!r}"
    if len(labels) < _FEWEST_ROWS:
        found = f"it has {len(labels):,} rows with a label, too few to learn from and to be tested on"
        raise DataError(found, where=where, remedy=f"give at least {_FEWEST_ROWS}; a verdict needs a few hundred.")
    if draft.kind == "regression":
        return draft
    draft = _without_few(draft, labels, where)
    _check_sides(draft, labels[~labels.isin(draft.rare)], where)
    return draft


def _without_few(draft: TaskDraft, labels: pd.Series, where: str) -> TaskDraft:
    """A draft that names the labels of a few rows as `rare`."""
    counts, most = _units(draft, labels)
    rare = tuple(counts.index[counts < min(_FEWEST, most)])
    if draft.kind == "binary" or not _few_rows(draft, labels, rare):
        rare = tuple(counts.index[counts < min(_LEAST, most)])
        if not rare:
            return draft
        what = "group" if draft.strategy == "group" else "row"
        times = f"{counts[rare[0]]:,} {what}{'s' if counts[rare[0]] > 1 else ''}"
        remedy = "give more such rows, or put it together with another label in the source."
        found = f"the label {str(rare[0])!r} stands in {times}, too few to learn from and to be tested on"
        raise UsageError(found, where=where, remedy=remedy)
    return draft.but(rare=rare)


def _units(draft: TaskDraft, labels: pd.Series) -> tuple[pd.Series, int]:
    """In how many rows, or groups, each label stands, and how many there are."""
    if draft.strategy != "group" or draft.group is None:
        return labels.value_counts(), len(labels)
    pairs = pd.DataFrame({"label": labels, "group": draft.seen.frame.loc[labels.index, draft.group]})
    return pairs.drop_duplicates()["label"].value_counts(), pairs["group"].nunique()


def _few_rows(draft: TaskDraft, labels: pd.Series, rare: tuple[Hashable, ...]) -> bool:
    """Whether the rows of these labels may wait in quarantine, in each partition."""
    if not rare:
        return True
    waits = labels.isin(rare)
    parts = waits.groupby(draft.partition[labels.index]).mean() if draft.partition is not None else [waits.mean()]
    return max(parts) <= _QUARANTINED


def _check_sides(draft: TaskDraft, labels: pd.Series, where: str) -> None:
    """Stop where the newest partitions have a label that no earlier one has."""
    if draft.strategy != "time" or draft.partition is None:
        return
    names = draft.partition[draft.labelled]
    ordered, sides = sorted(names.unique()), names[labels.index]
    test = int(draft.test)
    tested, learnt = sides.isin(ordered[-test:]), sides.isin(ordered[: -test - draft.gap])
    late = sorted(map(str, set(labels[tested]) - set(labels[learnt])))
    if late:
        remedy = "put labels together in the source, or test on rows of any time: --partition-by none."
        found = f"the label {late[0]!r} stands in the newest partitions alone, which are the test"
        raise UsageError(found, where=where, remedy=remedy)
