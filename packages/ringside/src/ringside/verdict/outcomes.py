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
"""Largest number of groups that advice names."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one metric; differences are positive if the challenger is better."""

    metric: str
    better: Better
    challenger: float | None
    """Value of the challenger; None if the metric is undefined on these rows."""
    rival: float | None
    difference: float | None = None
    lower: float | None = None
    """The one-sided bound that decides `better` and `no_worse`."""
    upper: float | None = None
    """The one-sided bound that decides `worse`."""
    tolerance: float | None = None
    """Tolerance on the metric's scale; None if the metric has none, and then no outcome."""
    relative: float | None = None
    """Share of the rival's gain over the baseline from which `tolerance` is computed."""
    outcome: Outcome | None = None
    reason: Reason | None = None
    """Reason if the bounds do not determine the outcome; else None."""
    cautions: tuple[Caution, ...] = ()
    method: Method | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    groups: int = 0
    effective_groups: float = 0.0
    smallest: float | None = None
    """Smallest true difference that this test set detects in four of five cases."""
    more_groups: int | None = None
    """Approximate number of additional groups that decide an inconclusive outcome, if the estimate stays."""
    p_worse: float | None = None
    """Probability of such an estimate if the challenger loses no more than the tolerance."""


@dataclass(frozen=True)
class Pair:
    """Challenger and rival on the same rows, with policy and baseline."""

    challenger: Scored
    rival: Scored
    policy: Policy
    baseline: Scored | None = None
    """Predictions without features for the same rows, for relative tolerances."""

    def identical(self, metric: MetricDefinition) -> bool:
        """Return whether both models have identical predictions, and thresholds if the metric uses decisions."""
        if metric.decisions and self.challenger.threshold != self.rival.threshold:
            return False
        return np.array_equal(self.challenger.prediction, self.rival.prediction)

    def take(self, index: np.typing.NDArray[np.int64]) -> "Pair":
        """Return the pair on some of the rows."""
        truth = self.challenger.truth.take(index)
        baseline = self.baseline.take(index, truth) if self.baseline else None
        return Pair(self.challenger.take(index, truth), self.rival.take(index, truth), self.policy, baseline)


def judge(  # noqa: PLR0911  # one for each reason without bounds
    metric: MetricDefinition, pair: Pair, tolerance: Tolerance | None, *, uses: int = 1
) -> Result:
    """Return the difference of one metric and, with a tolerance, its outcome.

    The bounds are one-sided, with error rate alpha = 1 - confidence for the upper and alpha / uses for the lower bound.
    The outcome is `better` if the lower bound is above 0, `no_worse` if it is above -tolerance, `worse` if the upper
    bound is below -tolerance, else `inconclusive`. With a relative tolerance f, the tested statistic is
    difference + f · (gain of the rival over the baseline).

    Args:
        metric: A metric for the kind of the rows.
        pair: The models.
        tolerance: None for a metric that is only shown.
        uses: Number of submissions that share the error rate of the lower bound.

    Returns:
        The result; its reason is set if the bounds do not determine the outcome.
    """
    ours, theirs = metric.estimate(pair.challenger), metric.estimate(pair.rival)
    result = Result(
        metric=metric.name, better=metric.better, challenger=_number(ours.value), rival=_number(theirs.value)
    )
    if result.challenger is None or result.rival is None:
        return _judged(result, tolerance, "inconclusive", "undefined")
    # Adding 0.0 turns the -0.0 of a lower-is-better metric into 0.0.
    difference = metric.sign * (ours.value - theirs.value) + 0.0
    deleted = metric.sign * (ours.deleted - theirs.deleted)
    result = replace(result, difference=difference)
    margin, margins = _margin(metric, pair, tolerance, theirs)
    if tolerance is not None:
        # A share of no gain tolerates nothing.
        share = tolerance.value if tolerance.relative else None
        result = replace(result, tolerance=_number(margin), relative=share)
    if pair.identical(metric):
        return _judged(result, tolerance, "no_worse", "identical")
    policy = pair.policy
    how = {"ordered": pair.challenger.truth.ordered, "min_groups": policy.min_groups}
    whole = spread(deleted, ours.sizes, **how)  # type: ignore[arg-type]
    if isinstance(whole, str):
        return _judged(result, tolerance, "inconclusive", whole)
    if metric.decisions and differing_groups(pair.challenger, pair.rival) < MIN_DIFFERING_GROUPS:
        return _judged(result, tolerance, "inconclusive", "few_differing_decisions")
    result = _with_spread(result, whole, policy, uses)
    if tolerance is None:
        return result
    if tolerance.relative and pair.baseline is None:
        return _judged(result, tolerance, "inconclusive", "no_baseline")
    within = spread(deleted + margins, ours.sizes, **how) if tolerance.relative else whole  # type: ignore[arg-type]
    if isinstance(within, str):
        return _judged(result, tolerance, "inconclusive", within)
    return _decided(result, within, margin, policy, uses)


def value_spread(
    metric: MetricDefinition, scored: Scored, policy: Policy
) -> tuple[float | None, Spread | SpreadReason]:
    """Return a metric of one model and its spread, or the reason why it has none."""
    estimates = metric.estimate(scored)
    if (value := _number(estimates.value)) is None:
        return None, "undefined"
    truth = scored.truth
    return value, spread(estimates.deleted, estimates.sizes, ordered=truth.ordered, min_groups=policy.min_groups)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _judged(result: Result, tolerance: Tolerance | None, outcome: Outcome, reason: Reason) -> Result:
    return replace(result, outcome=None if tolerance is None else outcome, reason=reason)


def _margin(
    metric: MetricDefinition, pair: Pair, tolerance: Tolerance | None, theirs: Estimates
) -> tuple[float, Floats]:
    """Return the accepted loss, and its value without each group."""
    nothing = np.zeros_like(theirs.deleted)
    if tolerance is None:
        return 0.0, nothing
    if not tolerance.relative:
        return tolerance.value, nothing + tolerance.value
    # Without a baseline the gain is unknown; `spread` treats NaN as undefined.
    if pair.baseline is None:
        return math.nan, nothing + math.nan
    naive = metric.estimate(pair.baseline)
    share = metric.sign * tolerance.value
    return share * (theirs.value - naive.value), share * (theirs.deleted - naive.deleted)


def _with_spread(result: Result, spread: Spread, policy: Policy, uses: int) -> Result:
    difference = result.difference or 0.0
    confident = 1 - policy.alpha / uses
    cautions: list[Caution] = []
    if spread.dominated:
        cautions.append("one_group")
    if spread.method == "cosine":
        cautions.append("autocorrelated")
    return replace(
        result,
        lower=difference - spread.bound(confident),
        upper=difference + spread.bound(policy.confidence),
        method=spread.method,
        standard_error=spread.standard_error,
        degrees_of_freedom=spread.degrees_of_freedom,
        groups=spread.groups,
        effective_groups=spread.effective_groups,
        smallest=spread.bound(confident) + spread.bound(POWER),
        cautions=tuple(cautions),
    )


def _decided(result: Result, within: Spread, margin: float, policy: Policy, uses: int) -> Result:
    """Return the result with its outcome, from the bounds of the difference and of difference plus margin."""
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
    """Return the additional groups that move the bound of the slack away from 0; None above `MOST_GROUPS`."""
    bound = within.bound(1 - policy.alpha / uses if slack > 0 else policy.confidence)
    if slack == 0:
        return None
    wanted = within.groups * (bound / slack) ** 2
    return math.ceil(wanted) - within.groups if wanted < MOST_GROUPS else None
