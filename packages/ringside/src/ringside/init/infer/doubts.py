"""Warnings to check before trusting any metric: leaks, identifiers, constants, too few rows or groups."""

from collections.abc import Iterator

from ringside.init.infer.columns import IGNORED, SHORT, TIMES
from ringside.init.infer.draft import TaskDraft
from ringside.init.infer.leaks import leaks, shown
from ringside.init.infer.panel import are_periods
from ringside.init.infer.split import late_labels

_FEWEST_ROWS = 300
_GROUPS = 10
_FEW_GROUPS = 30
_RARE = 20
_ALMOST = 0.05
"""Largest share of rows without a value that you could fix or drop by hand."""


def doubts(draft: TaskDraft) -> list[str]:
    """Return one or two sentences for each warning, the most serious first."""
    return [
        *leaks(draft),
        *_almost_timed(draft),
        *_in_order_of_names(draft),
        *_almost_named(draft),
        *_too_late(draft),
        *_too_few(draft),
        *_unread(draft),
        *_copies(draft),
    ]


def _almost_timed(draft: TaskDraft) -> Iterator[str]:
    """Warn of a time column without partitions, or, without one, of time columns that only a few rows lack."""
    if draft.strategy == "time":
        return
    if draft.time is not None:
        message = f"rows have a time ({draft.time!r}) but too few partitions: the test set is not the newest rows"
        yield f"{message}. Add --partition-by month, week, day or a column such as the year."
        return
    for column in draft.seen.columns.values():
        if column.type in TIMES and 0 < column.missing < _ALMOST * column.rows and column.name != draft.target:
            rows = "row lacks" if column.missing == 1 else "rows lack"
            message = f"{column.name!r} is a time that {column.missing:,} {rows}: the test set is not the newest rows"
            yield f"{message}. Fix these rows in the source, then add --time {column.name!r}."


def _in_order_of_names(draft: TaskDraft) -> Iterator[str]:
    """Warn of files whose names are no periods of time."""
    if draft.seen.source != "folder" or draft.partition is None or draft.strategy != "time":
        return
    if not are_periods(draft.partition):
        names = sorted(draft.partition.unique())
        last = " and ".join(dict.fromkeys([names[-int(draft.test)], names[-1]]))
        yield (
            f"files are ordered by name, and the last ({last}) are the test set: if that is not the order of time, "
            "rename the files to 2026-01, 2026-02 and so on."
        )


def _almost_named(draft: TaskDraft) -> Iterator[str]:
    """Warn, if rows have no identity, of columns that identify all but a few rows, such as a line of totals."""
    if draft.row_id is None:
        return
    for name, column in draft.seen.columns.items():
        if not 0 < column.missing < _ALMOST * column.rows or column.distinct < column.present:
            continue
        numbers = column.type == "Int64" and (column.named_like_identifier or column.is_numbering)
        if numbers or (column.type == "str" and column.longest <= SHORT):
            rows = "1 row that lacks" if column.missing == 1 else f"{column.missing:,} rows that lack"
            yield (
                f"{name!r} identifies each row except {rows} it (totals?): remove these from the source, "
                f"then add --identity {name!r}."
            )


def _too_late(draft: TaskDraft) -> Iterator[str]:
    """Warn of labels known so late that not all affected partitions can be left out."""
    if (late := late_labels(draft)) > draft.gap:
        yield (
            f"the labels of the last {late:,} partitions before the test set were not known when it begins, and too "
            "few partitions would be left without them: in the test the model has labels that it lacks in production."
        )


def _too_few(draft: TaskDraft) -> Iterator[str]:
    """Warn of too few rows, labels or groups for a verdict."""
    labelled = int(draft.labelled.sum())
    if waiting := len(draft.seen.frame) - labelled:
        rows = "1 row has no label yet: it stays" if waiting == 1 else f"{waiting:,} rows have no label yet: they stay"
        yield f"{rows} in data/raw and {'is' if waiting == 1 else 'are'} not used for training."
    if labelled < _FEWEST_ROWS:
        yield f"there are only {labelled:,} rows with a label: only large differences between models can be detected."
    groups = groups_in_test_set(draft)
    what = "groups" if draft.group else "rows"
    if groups < _GROUPS:
        yield f"the test set has about {groups:,} {what}: with fewer than {_GROUPS} every verdict is inconclusive."
    elif groups < _FEW_GROUPS:
        yield f"the test set has about {groups:,} {what}: only large differences can be detected."
    if draft.kind != "regression":
        counts = draft.seen.frame[draft.target].value_counts().drop(list(draft.rare))
        if draft.rare:
            waiting = int(draft.seen.frame[draft.target].isin(draft.rare).sum())
            names = shown([str(label) for label in draft.rare])
            message = f"labels with too few rows to learn: {names}; their {waiting:,} rows"
            yield f"{message} stay in quarantine until you add the labels to schema.py."
        if int(counts.min()) < _RARE:
            rare = f"the label {str(counts.index[-1])!r} has only {int(counts.min()):,} rows"
            yield f"{rare}: too few to learn it."


def groups_in_test_set(draft: TaskDraft) -> int:
    """Return the approximate number of groups in the test set; of rows if there are no groups."""
    rows, share = draft.seen.frame.index[draft.labelled], 1.0
    if draft.strategy == "time" and draft.partition is not None:
        partition = draft.partition[rows]
        rows = partition.index[partition.isin(sorted(partition.unique())[-int(draft.test) :])]
    else:
        share = float(draft.test)
    return int((len(rows) if draft.groups is None else draft.groups[rows].nunique()) * share)


def _unread(draft: TaskDraft) -> Iterator[str]:
    """Warn of columns that the model does not see, and of texts that should be numbers."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"not used, because each {reason}: {shown(names)}."
    odd = [name for name, column in draft.seen.columns.items() if column.like_numbers and column.type != IGNORED]
    if odd:
        yield (
            f"texts that look like numbers (1.234,56 next to 1.5, or $5 next to 5) are used as categories: "
            f"{shown(odd)}. Write all numbers in the same format in the source."
        )


def _copies(draft: TaskDraft) -> Iterator[str]:
    """Warn of duplicate rows, which can be in both training and test."""
    if draft.row_id is None or draft.strategy == "time":
        return
    copies = int(draft.seen.frame[list(draft.kept)].duplicated().sum())
    if copies:
        what = "row repeats" if copies == 1 else "rows repeat"
        yield f"{copies:,} {what} another row in every column: the model may be tested on rows that it was trained on."
