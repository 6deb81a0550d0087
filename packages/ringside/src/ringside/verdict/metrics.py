"""The metrics: definition, interval, and whether each may decide.

A metric returns its value and its value without each group. The comparison subtracts those of two models, so that one
function computes the interval of every metric. docs/statistics.md has the coverage of each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from ringside.codes import Better, Kind
from ringside.errors import UsageError
from ringside.verdict import group_statistics as sums
from ringside.verdict import ranks
from ringside.verdict.rows import Floats, Scored

Judged = Literal["decides", "guards"]

LEADING: Mapping[Kind, str] = {"binary": "log_loss", "multiclass": "log_loss", "regression": "mae"}
"""Deciding metric if the policy names none."""


class Function(Protocol):
    """A metric of the task: any function of labels, predictions and row weights."""

    def __call__(self, y: Floats, prediction: Floats, weights: Floats) -> float:
        """Return the metric of rows `(n_rows,)` with weights of 0 and 1."""
        ...


@dataclass(frozen=True)
class Estimates:
    """The value of a metric for one model, with its values without each group."""

    value: float
    """Value on all rows; NaN if undefined on these rows."""
    deleted: Floats
    """The value without each group or block of groups, `(n_blocks,)`."""
    sizes: Floats
    """Rows by group or block, `(n_blocks,)`."""


@dataclass(frozen=True)
class MetricDefinition:
    """One metric."""

    name: str
    better: Better
    estimate: Callable[[Scored], Estimates]
    interval: str
    """Method of the interval, for docs/metrics.md."""
    judged: Judged = "guards"
    """The most that the policy may use it for: decide, or only guard."""
    decisions: bool = False
    """True if it depends on decisions only, so that models with equal decisions have equal values."""

    @property
    def sign(self) -> float:
        """1 if higher is better, else -1."""
        return 1.0 if self.better == "higher" else -1.0


_SUMS = "Jackknife, exact, from group statistics."
_SQUARES = "Jackknife, exact, from group statistics; too narrow for heavy-tailed errors."
_RANKS = "Jackknife, exact, from rank comparisons by group."
_HISTOGRAMS = "Jackknife; exact value, deviations from 4,096 bins of ranks."
_DECISIONS = "Jackknife, exact, from group statistics; needs ten groups with different decisions."
_CUSTOM = "Jackknife; the function is called once without each group, or block of groups."


def _of_sums(
    statistics: Callable[[Scored], Floats], value: Callable[[Floats], Floats]
) -> Callable[[Scored], Estimates]:
    def estimate(scored: Scored) -> Estimates:
        """Return the value of all groups, and without each group."""
        by_group = statistics(scored)
        total = by_group.sum(axis=0)
        sizes = scored.truth.sizes
        with np.errstate(invalid="ignore", divide="ignore"):
            return Estimates(float(value(total)), value(total - by_group), sizes)

    return estimate


def _of_ranks(function: Callable[[Scored], tuple[float, Floats]]) -> Callable[[Scored], Estimates]:
    def estimate(scored: Scored) -> Estimates:
        """Return the results of the function, with the rows of its groups or blocks."""
        value, deleted = function(scored)
        sizes = scored.truth.sizes
        return Estimates(value, deleted, sizes if len(deleted) == len(sizes) else ranks.block_sizes(scored))

    return estimate


def custom(name: str, better: Better, function: Function) -> MetricDefinition:
    """Return the definition of a metric of the task; its time is that of the function times the number of groups."""

    def estimate(scored: Scored) -> Estimates:
        """Return the value of all rows, and without each block."""
        block, sizes = ranks.blocks(scored), ranks.block_sizes(scored)
        y, prediction = scored.truth.y, scored.prediction
        values = [function(y, prediction, np.ones(len(y)))]
        for index in range(len(sizes)):
            weights = (block != index).astype(float)
            # Without the only group, no row remains and most averages raise.
            values.append(function(y, prediction, weights) if weights.any() else np.nan)
        return Estimates(float(values[0]), np.asarray(values[1:], dtype=float), sizes)

    return MetricDefinition(name, better, estimate, _CUSTOM, "decides")


_CALIBRATION = MetricDefinition("calibration", "lower", _of_sums(sums.calibration, sums.calibration_error), _SUMS)

_BINARY = (
    MetricDefinition("log_loss", "lower", _of_sums(sums.log_loss, sums.mean), _SUMS, "decides"),
    MetricDefinition("brier", "lower", _of_sums(sums.squared, sums.mean), _SUMS, "decides"),
    MetricDefinition("roc_auc", "higher", _of_ranks(ranks.roc_auc), _RANKS, "decides"),
    MetricDefinition("average_precision", "higher", _of_ranks(ranks.average_precision), _HISTOGRAMS, "decides"),
    MetricDefinition(
        "precision", "higher", _of_sums(sums.confusion, sums.precision), _DECISIONS, "decides", decisions=True
    ),
    MetricDefinition("recall", "higher", _of_sums(sums.confusion, sums.recall), _DECISIONS, "decides", decisions=True),
    MetricDefinition("f1", "higher", _of_sums(sums.confusion, sums.f1), _DECISIONS, "decides", decisions=True),
    MetricDefinition("precision_at_top", "higher", _of_ranks(ranks.precision_at_top), _HISTOGRAMS, "decides"),
    MetricDefinition("lift_at_top", "higher", _of_ranks(ranks.lift_at_top), _HISTOGRAMS, "decides"),
    _CALIBRATION,
)
_MULTICLASS = (
    MetricDefinition("log_loss", "lower", _of_sums(sums.log_loss, sums.mean), _SUMS, "decides"),
    MetricDefinition("accuracy", "higher", _of_sums(sums.hits, sums.mean), _DECISIONS, "decides", decisions=True),
    MetricDefinition(
        "macro_f1", "higher", _of_sums(sums.confusions, sums.macro_f1), _DECISIONS, "decides", decisions=True
    ),
)
_REGRESSION = (
    MetricDefinition("mae", "lower", _of_sums(sums.absolute, sums.mean), _SUMS, "decides"),
    MetricDefinition("rmse", "lower", _of_sums(sums.squared, sums.root_mean), _SQUARES, "decides"),
    MetricDefinition("r2", "higher", _of_sums(sums.explained, sums.r_squared), _SQUARES, "decides"),
)
METRICS: Mapping[Kind, tuple[MetricDefinition, ...]] = {
    "binary": _BINARY,
    "multiclass": _MULTICLASS,
    "regression": _REGRESSION,
}
"""The metrics of each kind, in the order of the report."""


def metrics_of(kind: Kind, own: tuple[MetricDefinition, ...] = ()) -> dict[str, MetricDefinition]:
    """Return the metrics of a kind by name, with those of the task.

    Raises:
        UsageError: Two metrics have the same name.
    """
    metrics: dict[str, MetricDefinition] = {}
    for metric in (*METRICS[kind], *own):
        if metric.name in metrics:
            remedy = "rename the metric in metrics.py."
            raise UsageError(f"two metrics have the name {metric.name!r}", where="metrics.py", remedy=remedy)
        metrics[metric.name] = metric
    return metrics


def expected_calibration_error(scored: Scored, bins: int = sums.CALIBRATION_BINS) -> float:
    """Return the mean absolute difference of mean prediction and mean outcome, over bins of equal size.

    The noise in each bin biases it upwards, especially with few rows, so it is shown and never judged.
    """
    edges = np.unique(np.quantile(scored.prediction, np.linspace(0, 1, bins + 1)[1:-1]))
    where = np.searchsorted(edges, scored.prediction, side="right")
    gaps = np.abs(np.bincount(where, scored.truth.y - scored.prediction))
    return float(gaps.sum() / len(scored.truth))


def differing_groups(challenger: Scored, rival: Scored) -> int:
    """Return the number of groups in which the two models decide at least one row differently."""
    differ: npt.NDArray[np.bool_] = challenger.decisions != rival.decisions
    return int(np.unique(challenger.truth.groups[differ]).size)
