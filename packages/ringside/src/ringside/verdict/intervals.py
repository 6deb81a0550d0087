"""Standard error of a paired difference: the delete-one-group jackknife, or the long-run variance of groups in time.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 11, for the jackknife; Lazarus,
Lewis, Stock and Watson, "HAR Inference: Recommendations for Practice", Journal of Business & Economic Statistics 36
(2018), for the equal-weighted cosine estimator and its number of terms. docs/statistics.md has the measured coverage.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from ringside.codes import Method
from ringside.codes import SpreadReason as Reason
from ringside.verdict.rows import Floats

SMALLEST_DIFFERENCE = 1e-6
"""Smallest difference that can be `better`; rebuilds of one model differ by less."""
POWER = 0.8
_DOMINATED = 0.5
AUTOCORRELATED = 1
"""Largest accepted correlation of neighbouring groups, in units of 1/√G. With 2, the usual test, too many test sets
of 30 groups with a true correlation of 0.5 are accepted, and their intervals are too narrow."""


@dataclass(frozen=True)
class Spread:
    """The standard error of a difference, with its method and groups."""

    standard_error: float
    degrees_of_freedom: float
    method: Method
    groups: int
    """Number of groups with rows."""
    effective_groups: float
    """(Σn)² / Σn²: the number of groups of equal size with the same information."""
    dominated: bool
    """True if one group contributes more than half of the variance."""

    def bound(self, confidence: float) -> float:
        """Return the distance from the estimate to the one-sided bound at this confidence, at least 0."""
        return float(stdtrit(self.degrees_of_freedom, confidence)) * self.standard_error

    def p_value(self, distance: float) -> float:
        """Return the probability of an estimate at least `distance` below the true value."""
        return float(stdtr(self.degrees_of_freedom, -distance / self.standard_error))


def effective_groups(sizes: Floats) -> float:
    """Return (Σn)² / Σn² over groups of these sizes; 0 without rows."""
    squares = float((sizes**2).sum())
    return float(sizes.sum() ** 2 / squares) if squares else 0.0


def spread(deleted: Floats, sizes: Floats, *, ordered: bool, min_groups: float) -> Spread | Reason:
    """Return the spread of a statistic, or the reason why it has none.

    Args:
        deleted: The statistic without each group, `(n_groups,)`.
        sizes: Rows of each group, `(n_groups,)`; groups without rows are ignored.
        ordered: Whether the groups are in time order.
        min_groups: Minimum of effective groups for an interval.

    Returns:
        The spread, or the code of the reason.
    """
    present = sizes > 0
    values, count = deleted[present], int(present.sum())
    effective = effective_groups(sizes)
    if count <= 1 or effective < min_groups:
        return "dominating_groups" if count >= max(min_groups, 2) else "too_few_groups"
    if not np.isfinite(values).all():
        return "undefined"
    # Centred pseudo-values; their variance divided by the number of groups is the jackknife variance.
    pseudo = (count - 1) * (values.mean() - values)
    variance = float((pseudo**2).sum()) / (count - 1) / count
    if variance <= (np.finfo(float).eps * max(1.0, float(np.abs(values).max()))) ** 2:
        return "no_variance"
    dominated = bool((pseudo**2).max() > _DOMINATED * (pseudo**2).sum())
    if ordered and lag_one(pseudo) > AUTOCORRELATED / np.sqrt(count):
        terms = max(int(0.41 * count ** (2 / 3)), 1)
        long_run = _cosine_variance(pseudo, terms)
        return Spread(math.sqrt(long_run / (count - 1)), terms, "cosine", count, effective, dominated)
    return Spread(math.sqrt(variance), effective - 1, "jackknife", count, effective, dominated)


def lag_one(values: Floats) -> float:
    """Return the correlation of neighbours in a series with mean 0."""
    return float((values[1:] * values[:-1]).sum() / (values**2).sum())


def _cosine_variance(values: Floats, terms: int) -> float:
    """Return the equal-weighted cosine estimate of the long-run variance."""
    count = len(values)
    angles = np.pi * np.arange(1, terms + 1)[:, None] * (np.arange(count) + 0.5) / count
    weights = np.sqrt(2 / count) * np.cos(angles) @ values
    return float((weights**2).mean())
