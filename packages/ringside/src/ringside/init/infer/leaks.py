"""Detect leaks: columns that are known only together with the target and reveal it."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.init.infer.columns import NUMBERS
from ringside.init.infer.draft import TaskDraft

_ROWS = 4000
"""Number of sampled rows; enough to see whether one column reveals the target."""
_BINS = 100
_TELLS = {"binary": 0.995, "multiclass": 0.97, "regression": 0.98}
"""Score of a single column, by kind of task, from which it counts as a leak."""
_FEWEST_OF_EACH = 5
"""Fewest rows of each class to score a column on; with fewer, a column may separate the classes by chance."""
_TIED = 0.9
"""Correlation between missing values and the target from which a column counts as a leak."""
_LACKING = 30
"""Fewest rows without a value, all of the same rare class, that are no coincidence."""
_SOME = 5
"""Fewest rows without a label; fewer may be lines of totals."""
_ALWAYS = 0.99
_ADDS_UP = 0.9999
_MOST_NAMES = 12

Floats = npt.NDArray[np.float64]


def leaks(draft: TaskDraft) -> Iterator[str]:
    """Yield one or two sentences for each leak, with the option that removes the column."""
    yield from _tied_to_missing(draft)
    yield from _telling(draft)
    yield from _adding_up(draft)


def _answer(draft: TaskDraft, rows: pd.Index) -> pd.Series:
    """Return the target as numbers; classes by their index."""
    target: pd.Series = draft.seen.frame.loc[rows, draft.target]
    if draft.kind == "regression":
        return target.astype("float64")
    return pd.Series(pd.factorize(target, sort=True)[0].astype("float64"), index=rows)


def _sample(draft: TaskDraft) -> pd.Index:
    rows = draft.seen.frame.index[draft.labelled]
    mixed: pd.Index = pd.Index(np.random.default_rng(0).permutation(rows)[:_ROWS])
    return mixed


def _tied_to_missing(draft: TaskDraft) -> Iterator[str]:
    """Yield columns whose missing values depend on the label."""
    frame, labelled = draft.seen.frame, draft.labelled
    answer = _answer(draft, frame.index[labelled])
    waiting = int((~labelled).sum())
    sides = [answer == value for value in answer.unique()] if draft.kind != "regression" else []
    for name in frame.columns:
        missing = frame[name].isna()
        if name == draft.target or not missing.any() or missing.all():
            continue
        use = "" if name in draft.features else " (already left out)"
        if waiting >= _SOME and missing[~labelled].all() and missing[labelled].mean() < 1 - _TIED:
            yield f"LEAK? {name!r} is missing in all rows without a label{use}. {_without(draft, name)}"
            continue
        known = missing[labelled].astype("float64")
        if 0 < known.mean() < 1 and any(abs(np.corrcoef(known, side)[0, 1]) >= _TIED for side in sides):
            yield f"LEAK? whether {name!r} is missing reveals the target{use}. {_without(draft, name)}"
        elif known.sum() >= _LACKING and any(_always(side, known == 1) for side in sides):
            yield f"LEAK? all rows without {name!r} have the same target{use}. {_without(draft, name)}"


def _always(side: pd.Series, rows: pd.Series) -> bool:
    """Return whether (almost) all these rows have a class that less than half of all rows have."""
    return bool(side[rows].mean() >= _ALWAYS and side.mean() < 0.5)  # noqa: PLR2004  # of all rows


def _telling(draft: TaskDraft) -> Iterator[str]:
    """Yield columns that predict the target almost alone."""
    rows = _sample(draft)
    answer = _answer(draft, rows).to_numpy()
    if len(rows) < 30 or len(np.unique(answer)) < 2:  # noqa: PLR2004  # too little to detect a leak
        return
    # Groups are not split: a column that identifies a group predicts its target, which is no leak.
    parts = np.arange(len(rows)) if draft.groups is None else pd.factorize(draft.groups[rows])[0]
    for name in draft.features:
        score = _score(_encoded(draft.seen.frame.loc[rows, name]), answer, parts % 2 == 0, draft.kind)
        if score >= _TELLS[draft.kind]:
            measure = {"binary": "ROC AUC", "multiclass": "accuracy above chance", "regression": "R²"}[draft.kind]
            yield f"LEAK? {name!r} predicts the target almost alone ({measure} {score:.3f}). {_without(draft, name)}"


def _without(draft: TaskDraft, name: str) -> str:
    if name not in draft.features:
        return "Check which other columns are recorded at the same time."
    return f"If it is known only after the target, add --leave-out {name!r}."


def _encoded(values: pd.Series) -> Floats:
    if values.dtype.kind in "iufb" or str(values.dtype) in NUMBERS:
        numbers = values.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    else:
        numbers = pd.factorize(values, sort=True)[0].astype("float64")
    return np.where(np.isnan(numbers), np.nanmin(numbers, initial=0) - 1, numbers)


def _score(values: Floats, answer: Floats, learn: npt.NDArray[np.bool_], kind: str) -> float:
    """Return how well this column alone, by values or bins, predicts the rows outside `learn`."""
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
    """Return the ROC AUC from the mean rank of the positive rows; 0 if a class has too few rows."""
    from scipy.stats import rankdata

    positive = truth == 1
    n, m = int(positive.sum()), int((~positive).sum())
    if min(n, m) < _FEWEST_OF_EACH:
        return 0.0
    return float((rankdata(predicted)[positive].sum() - n * (n + 1) / 2) / (n * m))


def _adding_up(draft: TaskDraft) -> Iterator[str]:
    """Yield a set of numeric columns whose weighted sum is the target."""
    rows = _sample(draft)
    names = list(draft.numbers)[:200]
    if draft.kind != "regression" or len(names) < 2 or len(rows) < 3 * len(names):  # noqa: PLR2004
        return
    answer = _answer(draft, rows).to_numpy()
    columns = np.column_stack([_encoded(draft.seen.frame.loc[rows, name]) for name in names] + [np.ones(len(rows))])
    weights, *_ = np.linalg.lstsq(columns, answer, rcond=None)
    if 1 - np.mean((columns @ weights - answer) ** 2) / np.var(answer) < _ADDS_UP:
        return
    effects = np.abs(weights[:-1]) * columns[:, :-1].std(axis=0)
    parts = [names[index] for index in np.argsort(-effects)[:4] if effects[index] > 0.01 * effects.max()]
    yield f"LEAK? the target is a sum of other columns ({shown(parts)} and others): nothing is left to predict."


def shown(names: list[str]) -> str:
    """Return names as a text; of many, only the first ones and the number of others."""
    first = ", ".join(map(repr, names[:_MOST_NAMES]))
    return first if len(names) <= _MOST_NAMES else f"{first} and {len(names) - _MOST_NAMES} more"
