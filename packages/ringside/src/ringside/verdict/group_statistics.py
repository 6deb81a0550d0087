"""Metrics that are functions of sums over rows, so that a group is left out by subtracting its sums.

Each has `statistics`, which answers the sums of each group, and `value`, which makes the metric of any totals:

    log loss, Brier, MAE          sum of losses, rows
    RMSE, R²                      sums of squares, rows
    precision, recall, F1         counts of the confusion matrix
    accuracy, macro F1            the same for each class
    calibration                   residuals by bin of the prediction, with their products, to take the noise out
"""

import numpy as np

from ringside.verdict.rows import Floats, Scored, Truth

CALIBRATION_BINS = 10


def by_group(truth: Truth, *columns: Floats) -> Floats:
    """The sums of columns by group, `(n_groups, n_columns)`."""
    return np.stack([np.bincount(truth.groups, column, truth.n_groups) for column in columns], axis=1)


def row_losses(scored: Scored) -> Floats:
    """The log loss of each row in nats, `(n_rows,)`; probabilities are kept off 0 and 1 as scikit-learn does."""
    eps = np.finfo(np.float64).eps
    y, p = scored.truth.y, scored.prediction
    if scored.truth.kind == "multiclass":
        chosen = p[np.arange(len(y)), y.astype(np.int64)]
        return np.asarray(-np.log(np.clip(chosen, eps, 1 - eps)))
    return np.asarray(-np.log(np.clip(np.where(y == 1, p, 1 - p), eps, 1 - eps)))


def log_loss(scored: Scored) -> Floats:
    """Sums of losses and rows."""
    return by_group(scored.truth, row_losses(scored), np.ones(len(scored.truth)))


def squared(scored: Scored) -> Floats:
    """Sums of squared errors and rows."""
    return by_group(scored.truth, (scored.truth.y - scored.prediction) ** 2, np.ones(len(scored.truth)))


def absolute(scored: Scored) -> Floats:
    """Sums of absolute errors and rows."""
    return by_group(scored.truth, np.abs(scored.truth.y - scored.prediction), np.ones(len(scored.truth)))


def explained(scored: Scored) -> Floats:
    """Sums of squared errors, of labels about their mean, of their squares, and rows."""
    # About the mean, since the sums of large labels would lose their digits.
    centred = scored.truth.y - scored.truth.y.mean()
    residual = (scored.truth.y - scored.prediction) ** 2
    return by_group(scored.truth, residual, centred, centred**2, np.ones(len(scored.truth)))


def confusion(scored: Scored) -> Floats:
    """Counts of true positives, false positives and false negatives."""
    said, is_so = scored.decisions == 1, scored.truth.y == 1
    return by_group(scored.truth, *((part).astype(float) for part in (said & is_so, said & ~is_so, ~said & is_so)))


def hits(scored: Scored) -> Floats:
    """Counts of right decisions and of rows."""
    return by_group(scored.truth, (scored.decisions == scored.truth.y).astype(float), np.ones(len(scored.truth)))


def confusions(scored: Scored) -> Floats:
    """Counts of hits, decisions and rows of each class that occurs, `(n_groups, 3 n_classes)`."""
    truth, k = scored.truth, len(scored.truth.classes)
    said, is_so = scored.decisions, truth.y.astype(np.int64)
    size = truth.n_groups * k

    def count(classes: np.typing.NDArray[np.int64], rows: np.typing.NDArray[np.bool_] | slice) -> Floats:
        cells = truth.groups[rows] * k + classes[rows]
        return np.bincount(cells, minlength=size).reshape(truth.n_groups, k).astype(float)

    every = slice(None)
    counts = np.stack([count(said, said == is_so), count(said, every), count(is_so, every)], axis=1)
    occurs = counts[:, 1:].sum(axis=(0, 1)) > 0
    return np.asarray(counts[:, :, occurs].reshape(truth.n_groups, -1))


def calibration(scored: Scored) -> Floats:
    """By bin of the prediction: residuals r, rows n, and the products r², rn and n²; `(n_groups, 5 n_bins)`.

    The bins hold equal numbers of rows, ties together.
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
    """The first total by the last."""
    return np.asarray(sums[..., 0] / sums[..., -1])


def root_mean(sums: Floats) -> Floats:
    """The root of the first total by the last."""
    # Taking a group's sum away can leave a rounding error below zero.
    return np.sqrt(np.maximum(mean(sums), 0))


def r_squared(sums: Floats) -> Floats:
    """1 - residual by total sum of squares; not a number where labels are equal, or as good as equal beside it."""
    residual, total, squares, rows = np.moveaxis(sums, -1, 0)
    spread = squares - total**2 / rows
    with np.errstate(over="ignore"):
        found = 1 - residual / np.where(spread > 1e-12 * np.maximum(squares, 1e-300), spread, np.nan)
    return np.where(np.isinf(found), np.nan, found)


def precision(sums: Floats) -> Floats:
    """True positives by decisions; not a number where nothing was decided positive."""
    return sums[..., 0] / (sums[..., 0] + sums[..., 1])


def recall(sums: Floats) -> Floats:
    """True positives by positives; not a number where there are none."""
    return sums[..., 0] / (sums[..., 0] + sums[..., 2])


def f1(sums: Floats) -> Floats:
    """The harmonic mean of precision and recall; not a number where there is neither a positive nor a decision."""
    return 2 * sums[..., 0] / (2 * sums[..., 0] + sums[..., 1] + sums[..., 2])


def macro_f1(sums: Floats) -> Floats:
    """The mean of the F1 of the classes; one that no longer occurs when a group is left out counts as 0."""
    hit, said, is_so = np.moveaxis(sums.reshape(*sums.shape[:-1], 3, -1), -2, 0)
    return np.asarray((2 * hit / np.maximum(said + is_so, 1)).mean(axis=-1))


def calibration_error(sums: Floats) -> Floats:
    """The squared calibration error with the noise of the groups taken out, so that a calibrated model has about 0.

    The mean over bins, weighted by rows, of (R/N)² minus the variance that R/N has from group to group: R and N are the
    bin's residuals and rows. May be below zero.
    """
    r, n, rr, rn, nn = np.moveaxis(sums.reshape(*sums.shape[:-1], 5, -1), -2, 0)
    safe = np.where(n > 0, n, 1)
    rate = r / safe
    # Groups in the bin, as many as would have these sizes if they were equal.
    groups = np.maximum(n**2 / np.where(nn > 0, nn, 1), 1.0000001)
    noise = (rr - 2 * rate * rn + rate**2 * nn) / safe**2 * groups / (groups - 1)
    return np.asarray(((rate**2 - noise) * n).sum(axis=-1) / n.sum(axis=-1))
