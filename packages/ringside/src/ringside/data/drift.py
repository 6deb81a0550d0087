"""How far a column has moved between two sets of rows, from the counts that a profile holds.

Two measures, since neither is enough alone:

    stability   the population stability index, Σ (aᵢ - bᵢ) · ln(aᵢ / bᵢ) over the shares a and b of each bin. It is the
                symmetric divergence of Jeffreys ("An Invariant Form for the Prior Probability in Estimation Problems",
                Proceedings of the Royal Society A 186, 1946), named so in credit scoring (Siddiqi, Credit Risk
                Scorecards, 2006). It sees every change of shape.
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
"""One column of one partition, or of several by `pool`: as `partition_profile` of the stage `evaluate` returns it."""
Floats = npt.NDArray[np.float64]
Effect = Literal["distance_d", "distance_v"]

NOTICEABLE = 0.1
"""From this stability on, a column is commonly said to have moved a little. A convention, not a test."""
LARGE = 0.25
"""From this stability on, a column is commonly said to have moved much. A convention too."""
FLOOR = 0.5
"""A bin that is empty on one side alone counts as half a row there, since its logarithm would be infinite."""
FARTHEST = 100.0
"""No d is larger: where a constant became another constant, there is no spread to measure by."""

_SAME = 1e-9
"""Means that differ by less than this share of their size differ by rounding."""


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column has moved; None where one side has no value, or the two sides were counted differently."""

    column: str
    stability: float | None
    """Population stability index, 0 or more, with missing values as a bin."""
    by_chance: float | None
    """The stability that two samples of one population have on average: (bins - 1) · (1/n + 1/m), by Yurdakul and
    Naranjo (Journal of Risk Model Validation 14, 2020). With few rows this alone can pass the thresholds."""
    distance: float | None
    """Cohen's d, absolute, of the values that are there; or Cramér's V, 0 to 1, with missing values as a category."""
    effect: Effect | None
    """Which of the two `distance` is."""


def new_by_design(task: Task) -> frozenset[str]:
    """Columns that move whenever new data come, and so say nothing: the time, the group, and an identity of one column.

    Where several columns make up the identity, each repeats, and may well be a feature.
    """
    alone = task.identity if len(task.identity) == 1 else ()
    return frozenset(column for column in (task.time, task.group, *alone) if column)


def pool(parts: Sequence[Counts]) -> Counts:
    """The counts of several partitions in the same bins, as of one.

    Args:
        parts: one or more; all with the bins of one profile.
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
    """The mean and the standard deviation (by n) of parts together, from those of each; one row or more in all."""
    weights = np.asarray(sizes, dtype=float)
    each, spread = np.asarray(means, dtype=float), np.asarray(deviations, dtype=float)
    mean = float(np.average(each, weights=weights))
    variance = float(np.average(spread**2 + (each - mean) ** 2, weights=weights))
    return mean, math.sqrt(variance)


def column_drift(column: str, before: Counts, after: Counts) -> ColumnDrift:
    """How far a column has moved.

    Args:
        column: its name.
        before: counts, as a profile has them.
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
    """The population stability index of counts in the same bins, `(n_bins,)`; None where a side has no row.

    Bins that are empty on both sides do not count; for those that are empty on one side see `FLOOR`.
    """
    one, two = _present(before, after)
    if not one.sum() or not two.sum():
        return None
    shares, others = np.maximum(one, FLOOR) / one.sum(), np.maximum(two, FLOOR) / two.sum()
    return float(((others - shares) * np.log(others / shares)).sum())


def cohens_d(sizes: tuple[float, float], means: tuple[float, float], deviations: tuple[float, float]) -> float | None:
    """The distance of two means in units of their pooled standard deviation, 0 to `FARTHEST`.

    Args:
        sizes: values on each side; None is answered where there are fewer than 3 in all, or none on a side.
        means: of each side.
        deviations: standard deviations by n, as a profile has them.
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
    """Cramér's V of counts by category and side, corrected for its bias, 0 to 1; None where a side has no row.

    Both sides weigh the same however many rows each has, so that a drift does not look smaller because the history is
    longer. The correction takes twice the harmonic mean of the two numbers of rows for the n of such a table; with
    sides of equal size this is Bergsma's formula as it stands.

    Args:
        before: rows by category, `(n_categories,)`.
        after: the same categories.
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
    # The table has two sides, and the smaller of its two dimensions is the one that counts.
    sides, categories = 1 - 1 / (total - 1), extra - extra**2 / (total - 1)
    smaller = min(sides, categories)
    return min(math.sqrt(corrected / smaller), 1.0) if smaller > 0 else 0.0


def _cohens_d(before: Counts, after: Counts) -> float | None:
    if "mean" not in before or "mean" not in after:
        return None
    sizes = (float(sum(before["counts"])), float(sum(after["counts"])))
    return cohens_d(sizes, (before["mean"], after["mean"]), (before["std"], after["std"]))


def _cells(counts: Counts) -> Floats:
    """The rows of each bin, then of the values without a bin, then of the missing ones."""
    return np.array([*counts["counts"], *([counts["other"]] if "other" in counts else []), counts["missing"]], float)


def _present(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[Floats, Floats]:
    """The bins that are not empty on both sides."""
    one, two = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    filled = (one > 0) | (two > 0)
    return one[filled], two[filled]


def _by_chance(before: Floats, after: Floats) -> float | None:
    one, two = _present(before, after)
    if not one.sum() or not two.sum():
        return None
    return float((one.size - 1) * (1 / one.sum() + 1 / two.sum()))


def rebin(counts: Counts, edges: Sequence[float], onto: Sequence[float]) -> Counts | None:
    """The counts of a number on other edges, by linear interpolation of their cumulative distribution.

    Exact at edges that both have; between them, values are taken as spread evenly over a bin.

    Args:
        counts: of one partition, on `edges`.
        edges: the inner edges that `counts` is on; a bin has its lower edge and not its upper one.
        onto: the inner edges wanted.

    Returns:
        The counts, no longer whole numbers; None where the smallest and the largest value are not known.
    """
    if list(edges) == list(onto):
        return counts
    total = sum(counts["counts"])
    if total and "min" not in counts:
        return None
    below = np.concatenate([[0.0], np.cumsum(counts["counts"], dtype=float)])
    low, high = float(counts.get("min", 0.0)), float(counts.get("max", 0.0))
    places = np.array([min([low, *edges[:1]]), *edges, max([high, *edges[-1:]])])
    # `interp` wants places that rise. Where two are one, the first says what is below; beyond the last all are.
    rising = np.concatenate([[True], np.diff(places) > 0])
    at_edges = np.interp(onto, places[rising], below[rising], left=0.0, right=float(total))
    return {**counts, "counts": np.diff(np.concatenate([[0.0], at_edges, [float(total)]])).tolist()}


def recategorise(counts: Counts, values: Sequence[str], onto: Collection[str]) -> Counts:
    """The counts of categories in other bins; what has no bin there is counted with the others.

    Args:
        counts: of one partition, in the bins `values`.
        values: the categories that `counts` has a bin for.
        onto: the categories wanted, in order; none of them is among the others of `counts`.
    """
    known = dict(zip(values, counts["counts"], strict=True))
    kept = [known.get(value, 0) for value in onto]
    return {**counts, "counts": kept, "other": counts["other"] + sum(known.values()) - sum(kept)}
