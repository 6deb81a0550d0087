"""The data of the usual curves, small enough to draw anywhere: at most `POINTS` points each."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POINTS = 200
_BARS = 20


def roc(positive: npt.NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """Return false and true positive rate by threshold, from (0, 0) to (1, 1), each `(n_points,)`.

    Args:
        positive: `(n_rows,)`, with both values.
        scores: `(n_rows,)`.
    """
    hits, misses = _counts(positive, scores)
    return _thinned(np.append(0.0, misses / misses[-1]), np.append(0.0, hits / hits[-1]))


def precision_recall(positive: npt.NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """Return recall and precision by threshold, from the highest score down, each `(n_points,)`.

    Args:
        positive: `(n_rows,)`, with at least one positive.
        scores: `(n_rows,)`.
    """
    hits, misses = _counts(positive, scores)
    return _thinned(np.append(0.0, hits / hits[-1]), np.append(1.0, hits / (hits + misses)))


def calibration(outcome: Floats, predicted: Floats, bins: int) -> list[tuple[float, float, int]]:
    """Return mean prediction, mean outcome and row count of bins with equally many rows, in order of the prediction.

    Args:
        outcome: the observed values, `(n_rows,)`.
        predicted: `(n_rows,)`.
        bins: the number of bins; fewer if there are fewer rows.
    """
    parts = np.array_split(np.argsort(predicted, kind="stable"), bins)
    return [(float(predicted[part].mean()), float(outcome[part].mean()), part.size) for part in parts if part.size]


def histogram(predicted: Floats, limits: tuple[float, float] | None = None) -> list[tuple[float, int]]:
    """Return the lower edges of 20 bins of equal width, and the number of rows in each.

    Args:
        predicted: `(n_rows,)`.
        limits: start of the first bin and end of the last; the extremes of the predictions if None.
    """
    rows, edges = np.histogram(predicted, bins=_BARS, range=limits)
    return [(float(low), int(count)) for low, count in zip(edges[:-1], rows, strict=True)]


def _thinned(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return points at evenly spaced values of `first`, including its first and last value."""
    ends = np.searchsorted(first, np.linspace(first[0], first[-1], POINTS - 1), side="right") - 1
    keep = np.unique(np.concatenate([[0], ends, [first.size - 1]]))
    return first[keep], second[keep]


def _counts(positive: npt.NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """Return the positives and negatives at or above each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(positive[order].astype(np.float64))[last]
    return hits, last + 1 - hits
