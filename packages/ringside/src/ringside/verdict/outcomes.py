"""One metric of two models: the paired difference, its bounds, and the outcome."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ringside.codes import Better, Caution, Method, Outcome, SpreadReason
from ringside.codes import ResultReason as Reason
from ringside.verdict.intervals import POWER, SMALLEST_DIFFERENCE, Spread, spread
from ringside.verdict.metrics import Estimates, MetricDefinition, differing_groups
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Floats, Scored

MIN_DIFFERING_GROUPS = 10
MOST_GROUPS = 100_000
"""More groups than this are no advice."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one metric says of challenger and rival; differences are positive where the challenger is better."""

    metric: str
    better: Better
    challenger: float | None
    """None where these rows cannot define the metric."""
    rival: float | None
    difference: float | None = None
    lower: float | None = None
    """The one-sided bound that decides `better` and `no_worse`."""
    upper: float | None = None
    """The one-sided bound that decides `worse`."""
    tolerance: float | None = None
    """On the metric's scale; None where the metric has none and gets no outcome."""
    relative: float | None = None
    """The share of the rival's gain over the baseline that `tolerance` was computed from."""
    outcome: Outcome | None = None
    reason: Reason | None = None
    """Why the outcome is not the bounds'."""
    cautions: tuple[Caution, ...] = ()
    method: Method | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    groups: int = 0
    effective_groups: float = 0.0
    smallest: float | None = None
    """The true difference that a window like this one shows in four of five cases."""
    more_groups: int | None = None
    """About how many more groups would settle an inconclusive outcome, if the estimate stays what it is."""
    p_worse: float | None = None
    """The chance of such an estimate where the challenger loses no more than the tolerance."""


@dataclass(frozen=True)
class Pair:
    """Challenger and rival on the same rows, with what judging them needs."""

    challenger: Scored
    rival: Scored
    policy: Policy
    baseline: Scored | None = None
    """Naive predictions of the same rows, for relative tolerances."""

    def identical(self, metric: MetricDefinition) -> bool:
        """Whether the two models give the metric the same bits; their thresholds matter where it looks at decisions."""
        if metric.decisions and self.challenger.threshold != self.rival.threshold:
            return False
        return np.array_equal(self.challenger.prediction, self.rival.prediction)

    def take(self, index: np.typing.NDArray[np.int64]) -> "Pair":
        """The pair on some of the rows."""
        truth = self.challenger.truth.take(index)
        baseline = self.baseline.take(index, truth) if self.baseline else None
        return Pair(self.challenger.take(index, truth), self.rival.take(index, truth), self.policy, baseline)


def judge(  # noqa: PLR0911  # one for each way in which bounds cannot be had
    metric: MetricDefinition, pair: Pair, tolerance: Tolerance | None, *, uses: int = 1
) -> Result:
    """The difference of one metric and, where there is a tolerance, its outcome.

    With one-sided bounds at an error rate of alpha = 1 - confidence, the lower one at alpha / uses: `better` when the
    lower bound is above 0, `no_worse` when it is above -tolerance, `worse` when the upper bound is below -tolerance,
    else `inconclusive`. A relative tolerance f tests difference + f · (gain of the rival over the baseline), as one
    statistic.

    Args:
        metric: of the kind of the rows.
        pair: the models.
        tolerance: None for a metric that is only shown.
        uses: verdicts that share the error rate of the lower bound.
    """
    ours, theirs = metric.estimate(pair.challenger), metric.estimate(pair.rival)
    result = Result(
        metric=metric.name, better=metric.better, challenger=_number(ours.value), rival=_number(theirs.value)
    )
    if result.challenger is None or result.rival is None:
        return _judged(result, tolerance, "inconclusive", "undefined")
    # Adding nothing turns the -0.0 of a lower-is-better metric into 0.0.
    difference = metric.sign * (ours.value - theirs.value) + 0.0
    deleted = metric.sign * (ours.deleted - theirs.deleted)
    result = replace(result, difference=difference)
    margin, margins = _margin(metric, pair, tolerance, theirs)
    if tolerance is not None:
        # A share of a gain that is none tolerates nothing.
        share = tolerance.value if tolerance.relative else None
        result = replace(result, tolerance=_number(margin), relative=share)
    if pair.identical(metric):
        return _judged(result, tolerance, "no_worse", "identical")
    policy = pair.policy
    how = {"ordered": pair.challenger.truth.ordered, "min_groups": policy.min_groups}
    found = spread(deleted, ours.sizes, **how)  # type: ignore[arg-type]
    if isinstance(found, str):
        return _judged(result, tolerance, "inconclusive", found)
    if metric.decisions and differing_groups(pair.challenger, pair.rival) < MIN_DIFFERING_GROUPS:
        return _judged(result, tolerance, "inconclusive", "few_differing_decisions")
    result = _with_spread(result, found, policy, uses)
    if tolerance is None:
        return result
    if tolerance.relative and pair.baseline is None:
        return _judged(result, tolerance, "inconclusive", "no_baseline")
    within = spread(deleted + margins, ours.sizes, **how) if tolerance.relative else found  # type: ignore[arg-type]
    if isinstance(within, str):
        return _judged(result, tolerance, "inconclusive", within)
    return _decided(result, within, margin, policy, uses)


def value_spread(
    metric: MetricDefinition, scored: Scored, policy: Policy
) -> tuple[float | None, Spread | SpreadReason]:
    """One model's metric and its spread."""
    found = metric.estimate(scored)
    if (value := _number(found.value)) is None:
        return None, "undefined"
    truth = scored.truth
    return value, spread(found.deleted, found.sizes, ordered=truth.ordered, min_groups=policy.min_groups)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _judged(result: Result, tolerance: Tolerance | None, outcome: Outcome, reason: Reason) -> Result:
    return replace(result, outcome=None if tolerance is None else outcome, reason=reason)


def _margin(
    metric: MetricDefinition, pair: Pair, tolerance: Tolerance | None, theirs: Estimates
) -> tuple[float, Floats]:
    """The accepted loss, and what it is without each group."""
    nothing = np.zeros_like(theirs.deleted)
    if tolerance is None:
        return 0.0, nothing
    if not tolerance.relative:
        return tolerance.value, nothing + tolerance.value
    # Without a baseline the gain is unknown, and nothing can be said: NaN is undefined to `spread`.
    if pair.baseline is None:
        return math.nan, nothing + math.nan
    naive = metric.estimate(pair.baseline)
    share = metric.sign * tolerance.value
    return share * (theirs.value - naive.value), share * (theirs.deleted - naive.deleted)


def _with_spread(result: Result, found: Spread, policy: Policy, uses: int) -> Result:
    difference = result.difference or 0.0
    confident = 1 - policy.alpha / uses
    cautions: list[Caution] = []
    if found.dominated:
        cautions.append("one_group")
    if found.method == "cosine":
        cautions.append("autocorrelated")
    return replace(
        result,
        lower=difference - found.bound(confident),
        upper=difference + found.bound(policy.confidence),
        method=found.method,
        standard_error=found.standard_error,
        degrees_of_freedom=found.degrees_of_freedom,
        groups=found.groups,
        effective_groups=found.effective_groups,
        smallest=found.bound(confident) + found.bound(POWER),
        cautions=tuple(cautions),
    )


def _decided(result: Result, within: Spread, margin: float, policy: Policy, uses: int) -> Result:
    """The outcome from the bounds of the difference and of the difference with the margin."""
    difference, lower, upper = result.difference or 0.0, result.lower or 0.0, result.upper or 0.0
    slack = difference + margin
    below = slack - within.bound(1 - policy.alpha / uses)
    above = slack + within.bound(policy.confidence)
    result = replace(result, p_worse=within.p_value(-slack))
    if lower > 0 and difference > SMALLEST_DIFFERENCE:
        return replace(result, outcome="better")
    if below > 0:
        outcome: Outcome = "no_worse"
    elif above < 0:
        return replace(result, outcome="worse")
    else:
        outcome = "inconclusive"
        result = replace(result, more_groups=_more_groups(within, slack, policy, uses))
    if upper < 0:
        result = replace(result, cautions=("real_loss", *result.cautions))
    return replace(result, outcome=outcome)


def _more_groups(within: Spread, slack: float, policy: Policy, uses: int) -> int | None:
    """How many more groups bring the bound of the slack off 0; None where that is no advice."""
    bound = within.bound(1 - policy.alpha / uses if slack > 0 else policy.confidence)
    if slack == 0:
        return None
    wanted = within.groups * (bound / slack) ** 2
    return math.ceil(wanted) - within.groups if wanted < MOST_GROUPS else None
