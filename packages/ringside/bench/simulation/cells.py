"""One cell: many windows of one setting, and where the truth lay in the interval of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ringside.codes import Kind
from ringside.verdict.intervals import effective_groups, spread
from ringside.verdict.metrics import METRICS, MetricDefinition, differing_groups
from ringside.verdict.outcomes import MIN_DIFFERING_GROUPS, Pair, judge
from ringside.verdict.policy import Policy, Tolerance
from simulation.worlds import Window

Floats = npt.NDArray[np.float64]

USES = 1, 5
LEVEL = 0.95
ASKED: Mapping[Kind, tuple[str, ...]] = {
    "binary": ("log_loss", "roc_auc", "f1"),
    "multiclass": ("log_loss", "macro_f1"),
    "regression": ("mae",),
}
"""The metrics whose outcomes are counted."""


@dataclass(frozen=True)
class Outcomes:
    """What `judge` answered where the truth is a loss of exactly the tolerance, as shares of all windows."""

    passed: dict[int, float]
    """By `uses`: better or no worse, which is wrong."""
    worse: float
    """Which is wrong too: the loss is no more than what is tolerated."""


@dataclass(frozen=True)
class Cell:
    """What came of the windows."""

    positions: dict[str, Floats]
    """By metric: the chance, by the interval's own account, of an estimate as low as each window's, `(n_windows,)`.
    Uniform on 0 to 1 where intervals are right; NaN where there is no interval."""
    refused: float
    """The share of windows with fewer than ten effective groups."""
    alike: float
    """The share of windows with fewer than ten groups in which the models decide differently."""
    outcomes: dict[str, Outcomes]
    """By metric; one in which the challenger does not truly lose has none."""

    def covered(self, metric: str, level: float = LEVEL) -> float:
        """The share of the intervals, two-sided, that hold the truth; NaN where there is none."""
        return 1 - sum(self.tails(metric, level))

    def tails(self, metric: str, level: float = LEVEL) -> tuple[float, float]:
        """The shares of the intervals that lie wholly above the truth, so that they flatter, and wholly below it."""
        known = self.positions[metric][~np.isnan(self.positions[metric])]
        if not len(known):
            return float("nan"), float("nan")
        outside = (1 - level) / 2
        return float((known > 1 - outside).mean()), float((known < outside).mean())

    def missing(self, metric: str) -> float:
        """The share of the windows without an interval."""
        return float(np.isnan(self.positions[metric]).mean())


def position(metric: MetricDefinition, window: Window, truth: float) -> float:
    """Where the truth lies in the metric's interval, as `Cell.positions`; a window of two groups has one too."""
    ours, theirs = metric.estimate(window.challenger), metric.estimate(window.rival)
    rows = window.challenger.truth
    deleted = metric.sign * (ours.deleted - theirs.deleted)
    found = spread(deleted, ours.sizes, ordered=rows.ordered, min_groups=2)
    too_alike = metric.decisions and differing_groups(window.challenger, window.rival) < min(
        MIN_DIFFERING_GROUPS, rows.n_groups
    )
    if isinstance(found, str) or too_alike:
        return float("nan")
    return found.p_value(truth - metric.sign * (ours.value - theirs.value))


def simulate(kind: Kind, draw: Callable[[], Window], windows: int, truths: Mapping[str, float]) -> Cell:
    """Draw windows and judge each.

    Args:
        kind: of the world.
        draw: a window of the world.
        windows: how many.
        truths: the true differences, by metric; other metrics are left out.
    """
    metrics = [metric for metric in METRICS[kind] if metric.name in truths]
    # Only a loss can be what is tolerated.
    asked = [metric for metric in metrics if metric.name in ASKED[kind] and truths[metric.name] < 0]
    policy = Policy(metric=metrics[0].name, tolerance=Tolerance(1))
    positions = {metric.name: np.empty(windows) for metric in metrics}
    found: dict[tuple[str, int], list[str | None]] = {(m.name, uses): [] for m in asked for uses in USES}
    refused = np.zeros((2, windows))
    for index in range(windows):
        window = draw()
        for metric in metrics:
            positions[metric.name][index] = position(metric, window, truths[metric.name])
        pair = Pair(window.challenger, window.rival, policy)
        for metric in asked:
            for uses in USES:
                result = judge(metric, pair, Tolerance(-truths[metric.name]), uses=uses)
                found[metric.name, uses].append(result.outcome)
        sizes = np.bincount(window.challenger.truth.groups).astype(float)
        refused[0, index] = effective_groups(sizes) < policy.min_groups
        if kind != "regression":
            refused[1, index] = differing_groups(window.challenger, window.rival) < MIN_DIFFERING_GROUPS
    outcomes = {metric.name: _outcomes(found, metric.name) for metric in asked}
    return Cell(positions, float(refused[0].mean()), float(refused[1].mean()), outcomes)


def _outcomes(found: Mapping[tuple[str, int], list[str | None]], metric: str) -> Outcomes:
    words = {uses: found[metric, uses] for uses in USES}
    passed = {uses: (those.count("better") + those.count("no_worse")) / len(those) for uses, those in words.items()}
    # How many uses there are does not touch the bound that makes it worse.
    return Outcomes(passed, words[1].count("worse") / len(words[1]))
