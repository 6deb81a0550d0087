"""Metrics that are functions of sums over rows. Subtracting the sums of a group leaves the group out.

Each metric has a function that returns the sums of each group, and one that computes the metric from totals:

    log loss, Brier, MAE          sum of losses, rows
    RMSE, R²                      sums of squares, rows
    precision, recall, F1         counts of the confusion matrix
    accuracy, macro F1            the same for each class
    calibration                   residuals by bin of the prediction, with their products, to remove the noise
"""

import numpy as np

from ringside.verdict.rows import Floats, Scored, Truth

CALIBRATION_BINS = 10


def by_group(truth: Truth, *columns: Floats) -> Floats:
    """Return the sums of columns by group, `(n_groups, n_columns)`."""
    return np.stack([np.bincount(truth.groups, column, truth.n_groups) for column in columns], axis=1)


def row_losses(scored: Scored) -> Floats:
    """Return the log loss of each row in nats, `(n_rows,)`; probabilities are clipped as in scikit-learn."""
    eps = np.finfo(np.float64).eps
    y, p = scored.truth.y, scored.prediction
    if scored.truth.kind == "multiclass":
        chosen = p[np.arange(len(y)), y.astype(np.int64)]
        return np.asarray(-np.log(np.clip(chosen, eps, 1 - eps)))
    return np.asarray(-np.log(np.clip(np.where(y == 1, p, 1 - p), eps, 1 - eps)))


def log_loss(scored: Scored) -> Floats:
    """Return the sums of losses and rows by group."""
    return by_group(scored.truth, row_losses(scored), np.ones(len(scored.truth)))


def squared(scored: Scored) -> Floats:
    """Return the sums of squared errors and rows by group."""
    return by_group(scored.truth, (scored.truth.y - scored.prediction) ** 2, np.ones(len(scored.truth)))


def absolute(scored: Scored) -> Floats:
    """Return the sums of absolute errors and rows by group."""
    return by_group(scored.truth, np.abs(scored.truth.y - scored.prediction), np.ones(len(scored.truth)))


def explained(scored: Scored) -> Floats:
    """Return the sums of squared errors, centred labels, their squares, and rows by group."""
    # Centred, because sums of large labels would lose digits.
    centred = scored.truth.y - scored.truth.y.mean()
    residual = (scored.truth.y - scored.prediction) ** 2
    return by_group(scored.truth, residual, centred, centred**2, np.ones(len(scored.truth)))


def confusion(scored: Scored) -> Floats:
    """Return the counts of true positives, false positives and false negatives by group."""
    decided, actual = scored.decisions == 1, scored.truth.y == 1
    return by_group(
        scored.truth, *((part).astype(float) for part in (decided & actual, decided & ~actual, ~decided & actual))
    )


def hits(scored: Scored) -> Floats:
    """Return the counts of correct decisions and of rows by group."""
    return by_group(scored.truth, (scored.decisions == scored.truth.y).astype(float), np.ones(len(scored.truth)))


def confusions(scored: Scored) -> Floats:
    """Return the counts of hits, decisions and rows of each class that occurs, `(n_groups, 3 n_classes)`."""
    truth, k = scored.truth, len(scored.truth.classes)
    decided, actual = scored.decisions, truth.y.astype(np.int64)
    size = truth.n_groups * k

    def count(classes: np.typing.NDArray[np.int64], rows: np.typing.NDArray[np.bool_] | slice) -> Floats:
        cells = truth.groups[rows] * k + classes[rows]
        return np.bincount(cells, minlength=size).reshape(truth.n_groups, k).astype(float)

    every = slice(None)
    counts = np.stack([count(decided, decided == actual), count(decided, every), count(actual, every)], axis=1)
    occurs = counts[:, 1:].sum(axis=(0, 1)) > 0
    return np.asarray(counts[:, :, occurs].reshape(truth.n_groups, -1))


def calibration(scored: Scored) -> Floats:
    """Return residuals r, rows n and the products r², rn, n² by bin of the prediction, `(n_groups, 5 n_bins)`.

    The bins have equal numbers of rows; ties are in one bin.
    """
    truth = scored.truth
    edges = np.quantile(scored.prediction, np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1])
    bins = np.searchsorted(np.unique(edges), scored.prediction, side="right")
    k = int(bins.max()) + 1
    cells, shape = truth.groups * k + bins, (truth.n_groups, k)
    r = np.bincount(cells, truth.y - scored.prediction, shape[0] * k).reshape(shape)
    n = np.bincount(cells, minlength=shape[0] * k).reshape(shape).astype(float)
    return np.stack([r, n, r * r, r * n, n * n], axis=1).reshape(truth.n_groups, -1)


def mean(sums: Floats) -> Floats:
    """Return the first total divided by the last."""
    return np.asarray(sums[..., 0] / sums[..., -1])


def root_mean(sums: Floats) -> Floats:
    """Return the root of the first total divided by the last."""
    # Subtracting a group's sum can leave a rounding error below zero.
    return np.sqrt(np.maximum(mean(sums), 0))


def r_squared(sums: Floats) -> Floats:
    """Return 1 - residual / total sum of squares; NaN if the labels are equal except for rounding."""
    residual, total, squares, rows = np.moveaxis(sums, -1, 0)
    spread = squares - total**2 / rows
    with np.errstate(over="ignore"):
        value = 1 - residual / np.where(spread > 1e-12 * np.maximum(squares, 1e-300), spread, np.nan)
    return np.where(np.isinf(value), np.nan, value)


def precision(sums: Floats) -> Floats:
    """Return true positives / positive decisions; NaN without positive decisions."""
    return sums[..., 0] / (sums[..., 0] + sums[..., 1])


def recall(sums: Floats) -> Floats:
    """Return true positives / positives; NaN without positives."""
    return sums[..., 0] / (sums[..., 0] + sums[..., 2])


def f1(sums: Floats) -> Floats:
    """Return the harmonic mean of precision and recall; NaN without positives and positive decisions."""
    return 2 * sums[..., 0] / (2 * sums[..., 0] + sums[..., 1] + sums[..., 2])


def macro_f1(sums: Floats) -> Floats:
    """Return the mean F1 of the classes; a class that is missing without a group counts as 0."""
    hit, decided, actual = np.moveaxis(sums.reshape(*sums.shape[:-1], 3, -1), -2, 0)
    return np.asarray((2 * hit / np.maximum(decided + actual, 1)).mean(axis=-1))


def calibration_error(sums: Floats) -> Floats:
    """Return the squared calibration error without the noise of the groups; about 0 for a calibrated model.

    It is the mean over bins, weighted by rows, of (R/N)² minus the variance of R/N between groups, where R and N are
    the residuals and rows of the bin. It can be negative.
    """
    r, n, rr, rn, nn = np.moveaxis(sums.reshape(*sums.shape[:-1], 5, -1), -2, 0)
    safe = np.where(n > 0, n, 1)
    rate = r / safe
    # Effective number of groups in the bin.
    groups = np.maximum(n**2 / np.where(nn > 0, nn, 1), 1.0000001)
    noise = (rr - 2 * rate * rn + rate**2 * nn) / safe**2 * groups / (groups - 1)
    return np.asarray(((rate**2 - noise) * n).sum(axis=-1) / n.sum(axis=-1))
