"""Measure the drift of a column between two sets of rows from the counts in their profiles.

There are two measures, because neither is enough alone:

    stability   the population stability index, Σ (aᵢ - bᵢ) · ln(aᵢ / bᵢ) over the shares a and b of each bin. It is the
                symmetric divergence of Jeffreys ("An Invariant Form for the Prior Probability in Estimation Problems",
                Proceedings of the Royal Society A 186, 1946), named so in credit scoring (Siddiqi, Credit Risk
                Scorecards, 2006). It reacts to every change of shape.
    distance    an effect size: Cohen's d for numbers and times (Statistical Power Analysis for the Behavioral Sciences,
                1988), Cramér's V for categories, with Bergsma's correction of its bias (Journal of the Korean
                Statistical Society 42, 2013). It does not grow with the number of rows, so a million rows do not make
                everything "significant".
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ringside.common.task import Task

Counts = Mapping[str, Any]
"""Counts of one column in one partition (as `partition_profile` returns them) or in several (by `pool`)."""
Floats = npt.NDArray[np.float64]
Effect = Literal["distance_d", "distance_v"]
"""Kind of effect size: Cohen's d or Cramér's V."""

NOTICEABLE = 0.1
"""Stability from which a column has drifted slightly, by convention; it is no statistical test."""
LARGE = 0.25
"""Stability from which a column has drifted strongly, by convention."""
FLOOR = 0.5
"""Rows counted in a bin that is empty on one side only, because its logarithm would be infinite."""
FARTHEST = 100.0
"""Largest Cohen's d; also its value if both sides are constants, which have no standard deviation."""

_SAME = 1e-9
"""Relative difference of means that counts as rounding."""


@dataclass(frozen=True)
class ColumnDrift:
    """The drift of one column; measures are None if a side has no values or the sides have different bins."""

    column: str
    stability: float | None
    """Population stability index, 0 or more, with missing values as a bin."""
    by_chance: float | None
    """Mean stability of two samples of one population: (bins - 1) · (1/n + 1/m), by Yurdakul and
    Naranjo (Journal of Risk Model Validation 14, 2020). With few rows this alone can pass the thresholds."""
    distance: float | None
    """Absolute Cohen's d of the non-missing values; or Cramér's V, 0 to 1, with missing values as a category."""
    effect: Effect | None
    """Kind of `distance`."""


def new_by_design(task: Task) -> frozenset[str]:
    """Return the columns that always differ in new data, so that drift is meaningless: time, group, single identity.

    The columns of an identity of several columns have repeated values and may be features.
    """
    alone = task.identity if len(task.identity) == 1 else ()
    return frozenset(column for column in (task.time, task.group, *alone) if column)


def pool(parts: Sequence[Counts]) -> Counts:
    """Return the sum of the counts of several partitions.

    Args:
        parts: counts of at least one partition; all with the bins of one profile.
    """
    pooled: dict[str, Any] = {
        "counts": np.sum([part["counts"] for part in parts], axis=0).tolist(),
        "missing": sum(part["missing"] for part in parts),
    }
    if "other" in parts[0]:
        pooled["other"] = sum(part["other"] for part in parts)
    if measured := [part for part in parts if "mean" in part]:
        sizes = [sum(part["counts"]) for part in measured]
        pooled["mean"], pooled["std"] = pooled_moments(
            sizes, [part["mean"] for part in measured], [part["std"] for part in measured]
        )
    return pooled


def pooled_moments(sizes: Sequence[float], means: Sequence[float], deviations: Sequence[float]) -> tuple[float, float]:
    """Return mean and standard deviation (by n) of all parts together; there must be at least one row."""
    weights = np.asarray(sizes, dtype=float)
    each, spread = np.asarray(means, dtype=float), np.asarray(deviations, dtype=float)
    mean = float(np.average(each, weights=weights))
    variance = float(np.average(spread**2 + (each - mean) ** 2, weights=weights))
    return mean, math.sqrt(variance)


def column_drift(column: str, before: Counts, after: Counts) -> ColumnDrift:
    """Return the drift of a column.

    Args:
        column: the name of the column.
        before: counts as in a profile.
        after: counts in the same bins.
    """
    if len(before["counts"]) != len(after["counts"]) or ("other" in before) != ("other" in after):
        return ColumnDrift(column, None, None, None, None)
    one, two = _cells(before), _cells(after)
    categories = "other" in before
    return ColumnDrift(
        column,
        stability(one, two),
        _by_chance(one, two),
        cramers_v(one, two) if categories else _cohens_d(before, after),
        "distance_v" if categories else "distance_d",
    )


def stability(before: npt.ArrayLike, after: npt.ArrayLike) -> float | None:
    """Return the population stability index of counts in the same bins, `(n_bins,)`; None if a side has no rows.

    Bins that are empty on both sides are ignored; for bins that are empty on one side see `FLOOR`.
    """
    one, two = _present(before, after)
    if not one.sum() or not two.sum():
        return None
    shares, others = np.maximum(one, FLOOR) / one.sum(), np.maximum(two, FLOOR) / two.sum()
    return float(((others - shares) * np.log(others / shares)).sum())


def cohens_d(sizes: tuple[float, float], means: tuple[float, float], deviations: tuple[float, float]) -> float | None:
    """Return the distance of two means in units of their pooled standard deviation, 0 to `FARTHEST`.

    Args:
        sizes: number of values on each side.
        means: mean of each side.
        deviations: standard deviation (by n) of each side, as in a profile.

    Returns:
        The distance; None if a side has no values or both together have fewer than 3.
    """
    if min(sizes) < 1 or sum(sizes) <= 2:  # noqa: PLR2004  # degrees of freedom
        return None
    gap = abs(means[0] - means[1])
    if gap <= _SAME * max(abs(means[0]), abs(means[1])):
        return 0.0
    squares = sizes[0] * deviations[0] ** 2 + sizes[1] * deviations[1] ** 2
    spread = math.sqrt(squares / (sum(sizes) - 2))
    return min(gap / spread, FARTHEST) if spread else FARTHEST


def cramers_v(before: npt.ArrayLike, after: npt.ArrayLike) -> float | None:
    """Return the bias-corrected Cramér's V of counts by category and side, 0 to 1; None if a side has no rows.

    Both sides have the same weight, whatever their number of rows, so that a long history does not hide a drift. The
    correction uses twice the harmonic mean of the two numbers of rows as the n of the table; with sides of equal size
    this is Bergsma's formula.

    Args:
        before: number of rows by category, `(n_categories,)`.
        after: number of rows by category, in the same order.
    """
    one, two = _present(before, after)
    if not one.sum() or not two.sum():
        return None
    total = 4 / (1 / one.sum() + 1 / two.sum())
    extra = one.size - 1
    if extra == 0 or total <= 1:
        return 0.0
    shares, others = one / one.sum(), two / two.sum()
    squared = float(((others - shares) ** 2 / (others + shares)).sum()) / 2
    corrected = max(0.0, squared - extra / (total - 1))
    # The table has two sides; the formula uses the smaller of its two dimensions.
    sides, categories = 1 - 1 / (total - 1), extra - extra**2 / (total - 1)
    smaller = min(sides, categories)
    return min(math.sqrt(corrected / smaller), 1.0) if smaller > 0 else 0.0


def _cohens_d(before: Counts, after: Counts) -> float | None:
    if "mean" not in before or "mean" not in after:
        return None
    sizes = (float(sum(before["counts"])), float(sum(after["counts"])))
    return cohens_d(sizes, (before["mean"], after["mean"]), (before["std"], after["std"]))


def _cells(counts: Counts) -> Floats:
    """Return the number of rows of each bin, then of values without a bin, then of missing values."""
    return np.array([*counts["counts"], *([counts["other"]] if "other" in counts else []), counts["missing"]], float)


def _present(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return the bins that are not empty on both sides."""
    one, two = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    filled = (one > 0) | (two > 0)
    return one[filled], two[filled]


def _by_chance(before: Floats, after: Floats) -> float | None:
    one, two = _present(before, after)
    if not one.sum() or not two.sum():
        return None
    return float((one.size - 1) * (1 / one.sum() + 1 / two.sum()))


def rebin(counts: Counts, edges: Sequence[float], onto: Sequence[float]) -> Counts | None:
    """Return the counts of a number in other bins, by linear interpolation of the cumulative distribution.

    The result is exact at shared edges; between them, values are assumed to be uniform within a bin.

    Args:
        counts: counts of one partition in the bins of `edges`.
        edges: the inner edges of the bins; a bin includes its lower edge and excludes its upper one.
        onto: the inner edges of the new bins.

    Returns:
        The counts, which are no whole numbers; None if the smallest and the largest value are unknown.
    """
    if list(edges) == list(onto):
        return counts
    total = sum(counts["counts"])
    if total and "min" not in counts:
        return None
    below = np.concatenate([[0.0], np.cumsum(counts["counts"], dtype=float)])
    low, high = float(counts.get("min", 0.0)), float(counts.get("max", 0.0))
    places = np.array([min([low, *edges[:1]]), *edges, max([high, *edges[-1:]])])
    # `interp` needs increasing positions: of equal ones keep the first; all rows are below the last one.
    rising = np.concatenate([[True], np.diff(places) > 0])
    at_edges = np.interp(onto, places[rising], below[rising], left=0.0, right=float(total))
    return {**counts, "counts": np.diff(np.concatenate([[0.0], at_edges, [float(total)]])).tolist()}


def recategorise(counts: Counts, values: Sequence[str], onto: Collection[str]) -> Counts:
    """Return the counts of categories in other bins; categories without a bin are added to `other`.

    Args:
        counts: counts of one partition in the bins `values`.
        values: the categories with a bin in `counts`.
        onto: the categories of the new bins, in order; none of them may be in `other` of `counts`.
    """
    known = dict(zip(values, counts["counts"], strict=True))
    kept = [known.get(value, 0) for value in onto]
    return {**counts, "counts": kept, "other": counts["other"] + sum(known.values()) - sum(kept)}
