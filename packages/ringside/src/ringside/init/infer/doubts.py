"""What a person has to look at before believing any figure: leaks, identifiers, constants, too few rows or groups."""

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
"""Of fewer rows than this share without a time a person may know it, or do without them."""


def doubts(draft: TaskDraft) -> list[str]:
    """One sentence or two for each thing, the most serious first."""
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
    """A time without partitions; and where there is none, columns of times that only a few rows lack."""
    if draft.strategy == "time":
        return
    if draft.time is not None:
        found = f"rows have a time ({draft.time!r}) and there are too few partitions of it"
        yield f"{found}: the test is not on the newest rows. Say --partition-by month, week, day or a column as a year."
        return
    for column in draft.seen.columns.values():
        if column.type in TIMES and 0 < column.missing < _ALMOST * column.rows and column.name != draft.target:
            rows = "row lacks" if column.missing == 1 else "rows lack"
            found = f"{column.name!r} is a time that {column.missing:,} {rows}"
            yield f"{found}: the test is not on the newest rows. Mend these in the source, then --time {column.name!r}."


def _in_order_of_names(draft: TaskDraft) -> Iterator[str]:
    """Files whose names do not say when their rows are from."""
    if draft.seen.source != "folder" or draft.partition is None or draft.strategy != "time":
        return
    if not are_periods(draft.partition):
        names = sorted(draft.partition.unique())
        last = " and ".join(dict.fromkeys([names[-int(draft.test)], names[-1]]))
        yield (
            f"files follow each other by their names, and the test is on the last ({last}): where that is not the "
            "order of time, call them 2026-01, 2026-02 and so on."
        )


def _almost_named(draft: TaskDraft) -> Iterator[str]:
    """Where rows have no name, columns that would name all but a few, as above a line of totals."""
    if draft.row_id is None:
        return
    for name, column in draft.seen.columns.items():
        if not 0 < column.missing < _ALMOST * column.rows or column.distinct < column.present:
            continue
        numbers = column.type == "Int64" and (column.named_like_identifier or column.is_numbering)
        if numbers or (column.type == "str" and column.longest <= SHORT):
            rows = "1 row that lacks" if column.missing == 1 else f"{column.missing:,} rows that lack"
            yield (
                f"{name!r} names each row but for {rows} it (totals?): take these out of the source, "
                f"then --identity {name!r}."
            )


def _too_late(draft: TaskDraft) -> Iterator[str]:
    """Labels that come so late that no partition could be left out for them."""
    if (late := late_labels(draft)) > draft.gap:
        yield (
            f"the labels of the last {late:,} partitions before the test were not known when it begins, and too few "
            "partitions would be left without these: the model is tested as if it had been made with them."
        )


def _too_few(draft: TaskDraft) -> Iterator[str]:
    """Rows, labels and groups of which there are too few for a verdict."""
    labelled = int(draft.labelled.sum())
    if waiting := len(draft.seen.frame) - labelled:
        rows = "1 row has no label yet: it waits" if waiting == 1 else f"{waiting:,} rows have no label yet: they wait"
        yield f"{rows} in data/raw and {'is' if waiting == 1 else 'are'} not learnt from."
    if labelled < _FEWEST_ROWS:
        yield f"{labelled:,} rows with a label are few: only large differences between two models will ever show."
    groups = window_groups(draft)
    what = "groups" if draft.group else "rows"
    if groups < _GROUPS:
        yield f"the test window has about {groups:,} {what}: with fewer than {_GROUPS} every verdict is inconclusive."
    elif groups < _FEW_GROUPS:
        yield f"the test window has about {groups:,} {what}: only large differences will show."
    if draft.kind != "regression":
        counts = draft.seen.frame[draft.target].value_counts().drop(list(draft.rare))
        if draft.rare:
            waiting = int(draft.seen.frame[draft.target].isin(draft.rare).sum())
            names = shown([str(label) for label in draft.rare])
            found = f"labels too rare to learn: {names}; their {waiting:,} rows"
            yield f"{found} wait in quarantine until schema.py has them."
        if int(counts.min()) < _RARE:
            rare = f"the label {str(counts.index[-1])!r} stands in {int(counts.min()):,} rows alone"
            yield f"{rare}: too few to learn it from."


def window_groups(draft: TaskDraft) -> int:
    """About how many groups the test window has; rows where each stands by itself."""
    rows, share = draft.seen.frame.index[draft.labelled], 1.0
    if draft.strategy == "time" and draft.partition is not None:
        partition = draft.partition[rows]
        rows = partition.index[partition.isin(sorted(partition.unique())[-int(draft.test) :])]
    else:
        share = float(draft.test)
    return int((len(rows) if draft.groups is None else draft.groups[rows].nunique()) * share)


def _unread(draft: TaskDraft) -> Iterator[str]:
    """Columns that no model sees, and texts that should be numbers."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"not used, since each {reason}: {shown(names)}."
    odd = [name for name, column in draft.seen.columns.items() if column.like_numbers and column.type != IGNORED]
    if odd:
        yield (
            f"texts that look like numbers (1.234,56 beside 1.5, or $5 beside 5), taken for categories: {shown(odd)}. "
            "Write them all in one way where they come from."
        )


def _copies(draft: TaskDraft) -> Iterator[str]:
    """Rows that stand more than once, and so on both sides of a split."""
    if draft.row_id is None or draft.strategy == "time":
        return
    copies = int(draft.seen.frame[list(draft.kept)].duplicated().sum())
    if copies:
        what = "row repeats" if copies == 1 else "rows repeat"
        yield f"{copies:,} {what} another row in every column: a model may be tested on what it has learnt."
