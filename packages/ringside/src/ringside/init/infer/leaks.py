"""Columns that come with the answer, so that a model which sees them predicts nothing."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.init.infer.columns import NUMBERS
from ringside.init.infer.draft import TaskDraft

_ROWS = 4000
"""So many rows tell whether one column gives the answer away."""
_BINS = 100
_TELLS = {"binary": 0.995, "multiclass": 0.97, "regression": 0.98}
"""From this score on a single column is too good to be true."""
_FEWEST_OF_EACH = 5
"""So many rows of each answer, not learnt from, tell a leak from luck: one alone is above all others in any column."""
_TIED = 0.9
"""The correlation of being missing with the answer."""
_LACKING = 30
"""So many rows without a value, all with one answer that is not the usual one, are no accident."""
_SOME = 5
"""So many rows without a label are no line of totals."""
_ALWAYS = 0.99
_ADDS_UP = 0.9999
_MOST_NAMES = 12

Floats = npt.NDArray[np.float64]


def leaks(draft: TaskDraft) -> Iterator[str]:
    """One sentence or two for each, with the option that takes the column away."""
    yield from _tied_to_missing(draft)
    yield from _telling(draft)
    yield from _adding_up(draft)


def _answer(draft: TaskDraft, rows: pd.Index) -> pd.Series:
    """The target as numbers: classes by their number."""
    target: pd.Series = draft.seen.frame.loc[rows, draft.target]
    if draft.kind == "regression":
        return target.astype("float64")
    return pd.Series(pd.factorize(target, sort=True)[0].astype("float64"), index=rows)


def _sample(draft: TaskDraft) -> pd.Index:
    rows = draft.seen.frame.index[draft.labelled]
    mixed: pd.Index = pd.Index(np.random.default_rng(0).permutation(rows)[:_ROWS])
    return mixed


def _tied_to_missing(draft: TaskDraft) -> Iterator[str]:
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


def _telling(draft: TaskDraft) -> Iterator[str]:
    """Columns that predict the target almost alone."""
    rows = _sample(draft)
    answer = _answer(draft, rows).to_numpy()
    if len(rows) < 30 or len(np.unique(answer)) < 2:  # noqa: PLR2004  # nothing could be told
        return
    # What tells a group apart tells its answer for rows of the same group: that is no leak.
    parts = np.arange(len(rows)) if draft.groups is None else pd.factorize(draft.groups[rows])[0]
    for name in draft.features:
        score = _score(_encoded(draft.seen.frame.loc[rows, name]), answer, parts % 2 == 0, draft.kind)
        if score >= _TELLS[draft.kind]:
            measure = {"binary": "ROC AUC", "multiclass": "accuracy above chance", "regression": "R²"}[draft.kind]
            yield f"LEAK? {name!r} predicts the target almost alone ({measure} {score:.3f}). {_without(draft, name)}"


def _without(draft: TaskDraft, name: str) -> str:
    if name not in draft.features:
        return "Check what else is written down at the same moment."
    return f"If it is known only afterwards: --leave-out {name!r}."


def _encoded(values: pd.Series) -> Floats:
    if values.dtype.kind in "iufb" or str(values.dtype) in NUMBERS:
        numbers = values.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    else:
        numbers = pd.factorize(values, sort=True)[0].astype("float64")
    return np.where(np.isnan(numbers), np.nanmin(numbers, initial=0) - 1, numbers)


def _score(values: Floats, answer: Floats, learn: npt.NDArray[np.bool_], kind: str) -> float:
    """How well this column alone predicts rows beside those of `learn`: by its values, or by bins of them."""
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
    if kind == "binary":
        return _area(predicted, truth)
    spread = float(np.var(truth))
    return 1 - float(np.mean((predicted - truth) ** 2)) / spread if spread else 0.0


def _area(predicted: Floats, truth: Floats) -> float:
    """ROC AUC, from the mean rank of the positive rows; 0 where there are too few of either answer."""
    from scipy.stats import rankdata

    positive = truth == 1
    n, m = int(positive.sum()), int((~positive).sum())
    if min(n, m) < _FEWEST_OF_EACH:
        return 0.0
    return float((rankdata(predicted)[positive].sum() - n * (n + 1) / 2) / (n * m))


def _adding_up(draft: TaskDraft) -> Iterator[str]:
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
    yield f"LEAK? the target is a sum of other columns ({shown(parts)} and what they need): it is no prediction."


def shown(names: list[str]) -> str:
    """Names for people, of many the first ones."""
    first = ", ".join(map(repr, names[:_MOST_NAMES]))
    return first if len(names) <= _MOST_NAMES else f"{first} and {len(names) - _MOST_NAMES} more"
