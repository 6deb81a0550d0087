"""What a person has to look at before believing any figure: leaks, identifiers, constants, too few rows or groups."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.scaffold.columns import IGNORED, NUMBERS, SHORT, TIMES
from ringside.scaffold.draft import Draft
from ringside.scaffold.panel import are_periods

_ROWS = 4000
"""So many rows tell whether one column gives the answer away."""
_BINS = 100
_FEWEST_ROWS = 300
_GROUPS = 10
_FEW_GROUPS = 30
_RARE = 20
_TELLS = {"binary": 0.995, "multiclass": 0.97, "regression": 0.98}
"""From this score on a single column is too good to be true."""
_TIED = 0.9
"""The correlation of being missing with the answer."""
_LACKING = 30
"""So many rows without a value, all with one answer that is not the usual one, are no accident."""
_SOME = 5
"""So many rows without a label are no line of totals."""
_ALWAYS = 0.99
_ADDS_UP = 0.9999
_ALMOST = 0.05
"""Of fewer rows than this share without a time a person may know it, or do without them."""
_MOST_NAMES = 12

Floats = npt.NDArray[np.float64]


def doubts(draft: Draft) -> list[str]:
    """One sentence or two for each thing, the most serious first."""
    return [
        *_tied_to_missing(draft),
        *_telling(draft),
        *_adding_up(draft),
        *_almost_timed(draft),
        *_in_order_of_names(draft),
        *_almost_named(draft),
        *_too_few(draft),
        *_unread(draft),
        *_copies(draft),
    ]


def _answer(draft: Draft, rows: pd.Index) -> pd.Series:
    """The target as numbers: classes by their number."""
    target: pd.Series = draft.seen.frame.loc[rows, draft.target]
    if draft.kind == "regression":
        return target.astype("float64")
    return pd.Series(pd.factorize(target, sort=True)[0].astype("float64"), index=rows)


def _sample(draft: Draft) -> pd.Index:
    rows = draft.seen.frame.index[draft.labelled]
    mixed: pd.Index = pd.Index(np.random.default_rng(0).permutation(rows)[:_ROWS])
    return mixed


def _tied_to_missing(draft: Draft) -> Iterator[str]:
    """Columns that are there, or lack, exactly where the label is of one kind."""
    frame, labelled = draft.seen.frame, draft.labelled
    answer = _answer(draft, frame.index[labelled])
    waiting = int((~labelled).sum())
    sides = [answer == value for value in answer.unique()] if draft.kind != "regression" else []
    for name in frame.columns:
        missing = frame[name].isna()
        if name == draft.target or not missing.any() or missing.all():
            continue
        use = "" if name in draft.features else " (it is left out already)"
        if waiting >= _SOME and missing[~labelled].all() and missing[labelled].mean() < 1 - _TIED:
            yield f"LEAK? {name!r} is missing wherever the label is: it comes with it{use}. {_without(draft, name)}"
            continue
        known = missing[labelled].astype("float64")
        if 0 < known.mean() < 1 and any(abs(np.corrcoef(known, side)[0, 1]) >= _TIED for side in sides):
            yield f"LEAK? whether {name!r} is missing tells the answer{use}. {_without(draft, name)}"
        elif known.sum() >= _LACKING and any(_always(side, known == 1) for side in sides):
            yield f"LEAK? wherever {name!r} is missing the answer is the same{use}. {_without(draft, name)}"


def _always(side: pd.Series, rows: pd.Series) -> bool:
    """Whether an answer that is not the usual one is that of all these rows."""
    return bool(side[rows].mean() >= _ALWAYS and side.mean() < 0.5)  # noqa: PLR2004  # of all rows


def _telling(draft: Draft) -> Iterator[str]:
    """Columns that predict the target almost alone."""
    rows = _sample(draft)
    answer = _answer(draft, rows).to_numpy()
    if len(rows) < 30 or len(np.unique(answer)) < 2:  # noqa: PLR2004  # nothing could be told
        return
    for name in draft.features:
        score = _score(_encoded(draft.seen.frame.loc[rows, name]), answer, draft.kind)
        if score >= _TELLS[draft.kind]:
            measure = {"binary": "ROC AUC", "multiclass": "accuracy above chance", "regression": "R²"}[draft.kind]
            yield f"LEAK? {name!r} predicts the target almost alone ({measure} {score:.3f}). {_without(draft, name)}"


def _without(draft: Draft, name: str) -> str:
    if name not in draft.features:
        return "Check what else is written down at the same moment."
    return f"If it is known only afterwards: --leave-out {name!r}."


def _encoded(values: pd.Series) -> Floats:
    if values.dtype.kind in "iufb" or str(values.dtype) in NUMBERS:
        numbers = values.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    else:
        numbers = pd.factorize(values, sort=True)[0].astype("float64")
    return np.where(np.isnan(numbers), np.nanmin(numbers, initial=0) - 1, numbers)


def _score(values: Floats, answer: Floats, kind: str) -> float:
    """How well this column alone predicts rows that it did not learn from: by its values, or by bins of them."""
    learn = np.arange(len(values)) % 2 == 0
    edges = np.unique(values[learn])
    if len(edges) > _BINS:
        edges = np.unique(np.quantile(values[learn], np.linspace(0, 1, _BINS + 1)))
    bins = np.searchsorted(edges, values, side="right")
    counts = np.bincount(bins[learn], minlength=len(edges) + 1)
    if kind == "multiclass":
        labels = answer.astype(int)
        table = np.zeros((len(edges) + 1, labels.max() + 1))
        np.add.at(table, (bins[learn], labels[learn]), 1)
        usual = float(np.bincount(labels).max() / len(labels))
        right = float(np.mean(table.argmax(axis=1)[bins[~learn]] == labels[~learn]))
        return (right - usual) / (1 - usual)
    sums = np.bincount(bins[learn], weights=answer[learn], minlength=len(edges) + 1)
    predicted = np.where(counts > 0, sums / np.maximum(counts, 1), answer[learn].mean())[bins[~learn]]
    truth = answer[~learn]
    return (
        float(1 - np.mean((predicted - truth) ** 2) / np.var(truth))
        if kind == "regression"
        else _area(predicted, truth)
    )


def _area(predicted: Floats, truth: Floats) -> float:
    """ROC AUC, from the mean rank of the positive rows."""
    from scipy.stats import rankdata

    positive = truth == 1
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return 0.0
    return float((rankdata(predicted)[positive].sum() - n * (n + 1) / 2) / (n * m))


def _adding_up(draft: Draft) -> Iterator[str]:
    """Numbers that add up to the target."""
    rows = _sample(draft)
    names = list(draft.numbers)[:200]
    if draft.kind != "regression" or len(names) < 2 or len(rows) < 3 * len(names):  # noqa: PLR2004
        return
    answer = _answer(draft, rows).to_numpy()
    columns = np.column_stack([_encoded(draft.seen.frame.loc[rows, name]) for name in names] + [np.ones(len(rows))])
    found, *_ = np.linalg.lstsq(columns, answer, rcond=None)
    if 1 - np.mean((columns @ found - answer) ** 2) / np.var(answer) < _ADDS_UP:
        return
    weights = np.abs(found[:-1]) * columns[:, :-1].std(axis=0)
    parts = [names[place] for place in np.argsort(-weights)[:4] if weights[place] > 0.01 * weights.max()]
    yield f"LEAK? the target is a sum of other columns ({_names(parts)} and what they need): it is no prediction."


def _almost_timed(draft: Draft) -> Iterator[str]:
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


def _in_order_of_names(draft: Draft) -> Iterator[str]:
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


def _almost_named(draft: Draft) -> Iterator[str]:
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


def _too_few(draft: Draft) -> Iterator[str]:
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
            names = _names([str(label) for label in draft.rare])
            found = f"labels too rare to learn: {names}; their {waiting:,} rows"
            yield f"{found} wait in quarantine until schema.py has them."
        if int(counts.min()) < _RARE:
            rare = f"the label {str(counts.index[-1])!r} stands in {int(counts.min()):,} rows alone"
            yield f"{rare}: too few to learn it from."


def window_groups(draft: Draft) -> int:
    """About how many groups the test window has; rows where each stands by itself."""
    frame = draft.seen.frame[draft.labelled]
    if draft.strategy == "time" and draft.partition is not None:
        partition = draft.partition[draft.labelled]
        frame = frame[partition.isin(sorted(partition.unique())[-int(draft.test) :])]
        share = 1.0
    else:
        share = float(draft.test)
    if draft.day is not None and draft.time is not None:
        return int(frame[draft.time].dt.floor("D").nunique() * share)
    return int((len(frame) if draft.group is None else frame[draft.group].nunique()) * share)


def _unread(draft: Draft) -> Iterator[str]:
    """Columns that no model sees, and texts that should be numbers."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"not used, since each {reason}: {_names(names)}."
    odd = [name for name, column in draft.seen.columns.items() if column.like_numbers and column.type != IGNORED]
    if odd:
        yield (
            f"texts that look like numbers (1.234,56 beside 1.5, or $5 beside 5), taken for categories: {_names(odd)}. "
            "Write them all in one way where they come from."
        )


def _copies(draft: Draft) -> Iterator[str]:
    """Rows that stand more than once, and so on both sides of a split."""
    if draft.row_id is None or draft.strategy == "time":
        return
    copies = int(draft.seen.frame[list(draft.kept)].duplicated().sum())
    if copies:
        what = "row repeats" if copies == 1 else "rows repeat"
        yield f"{copies:,} {what} another row in every column: a model may be tested on what it has learnt."


def _names(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:_MOST_NAMES]))
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"
