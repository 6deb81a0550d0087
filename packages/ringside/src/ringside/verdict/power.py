"""The power of a test set, before a challenger is trained: tolerances, groups, and the pass rate of an equal model.

Everything follows from the spread of one paired difference of two models on the test set. With one-sided bounds at an
error rate of alpha / uses, a true difference of (t₁ + t₂) standard errors is detected in four of five test sets, where
t₁ and t₂ are the quantiles of Student's t at 1 - alpha / uses and at 0.8. The standard error is inversely proportional
to the root of the number of groups. The probability that a model passes is that of the noncentral t distribution, as
for any test on means (Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, chapter 2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import nctdtr, stdtrit

from ringside.codes import ResultReason as Reason
from ringside.verdict.intervals import POWER, Spread
from ringside.verdict.metrics import MetricDefinition
from ringside.verdict.outcomes import MOST_GROUPS, Pair, judge
from ringside.verdict.policy import Policy, Tolerance

FEWEST = 3.0
"""Minimum of effective groups for an estimate."""


@dataclass(frozen=True)
class Resolution:
    """The resolution of a test set for one metric."""

    metric: str
    value: float | None
    """Mean of both models; None if the metric is undefined on these rows."""
    spread: Spread | None
    """Spread of their paired difference."""
    reason: Reason | None
    """Reason for a missing spread."""
    smallest: float | None
    """Smallest true difference that such a test set detects in four of five cases."""
    fits: float | None
    """Tolerance with which an equal model passes in about four of five cases: `smallest`, rounded up."""

    @property
    def standard_error(self) -> float | None:
        """Standard error of the paired difference."""
        return self.spread.standard_error if self.spread else None


@dataclass(frozen=True)
class Wanted:
    """The groups that one tolerance needs."""

    metric: str
    tolerance: float
    """Tolerance on the metric's scale."""
    groups: int | None
    """Groups with which an equal model passes in four of five cases; None above `MOST_GROUPS`."""
    more: int | None
    """Number of groups that the test set lacks."""
    equal_passes: float
    """Probability that an equal model passes on the current test set, 0 to 1."""


def resolution(metric: MetricDefinition, pairs: Sequence[Pair], *, groups: int | None = None) -> Resolution:
    """Return the resolution of a test set for a deciding metric.

    Of several pairs, the one with the median standard error is used. The policy's `min_groups` is ignored, so there is
    an estimate even if a verdict would be inconclusive.

    Args:
        metric: A metric for the kind of the rows.
        pairs: Pairs of models that differ about as much as a challenger and its rival.
        groups: Number of groups to plan for; None for those of the test set.

    Returns:
        The resolution; without a spread if no pair has one.
    """
    resolutions = [_one(metric, pair) for pair in pairs]
    known = sorted((one for one in resolutions if one.spread), key=lambda one: one.standard_error or 0.0)
    if not known:
        return resolutions[0]
    middle = known[len(known) // 2]
    if groups is None or middle.spread is None:
        return middle
    return _resolved(metric, middle.value, with_groups(middle.spread, groups), pairs[0].policy)


def _one(metric: MetricDefinition, pair: Pair) -> Resolution:
    relaxed = replace(pair, policy=replace(pair.policy, min_groups=FEWEST))
    result = judge(metric, relaxed, None, uses=pair.policy.uses)
    known = result.challenger is not None and result.rival is not None
    value = ((result.challenger or 0.0) + (result.rival or 0.0)) / 2 if known else None
    if result.standard_error is None or result.degrees_of_freedom is None or result.method is None:
        return Resolution(metric.name, value, None, result.reason, None, None)
    sizes = result.groups, result.effective_groups
    dominated = "one_group" in result.cautions
    spread = Spread(result.standard_error, result.degrees_of_freedom, result.method, *sizes, dominated)
    return _resolved(metric, value, spread, pair.policy)


def _resolved(metric: MetricDefinition, value: float | None, spread: Spread, policy: Policy) -> Resolution:
    smallest = smallest_shown(spread, policy)
    return Resolution(metric.name, value, spread, None, smallest, rounded_up(smallest))


def wanted(found: Resolution, tolerance: float, policy: Policy) -> Wanted | None:
    """Return the groups that a tolerance needs; None if the metric has no spread.

    Args:
        found: The resolution of the metric.
        tolerance: Tolerance above 0, on the metric's scale.
        policy: The policy, for its confidence, uses and min_groups.
    """
    if found.spread is None:
        return None
    needed = groups_needed(found.spread, tolerance, policy)
    more = None if needed is None else max(0, needed - found.spread.groups)
    return Wanted(found.metric, tolerance, needed, more, equal_passes(found.spread, tolerance, policy))


def absolute(tolerance: Tolerance, metric: MetricDefinition, pair: Pair) -> float | None:
    """Return a tolerance on the metric's scale; a relative one by the rival's gain, taken as exact.

    None if the gain is unknown or not positive.
    """
    if not tolerance.relative:
        return tolerance.value
    if pair.baseline is None:
        return None
    gain = metric.sign * (metric.estimate(pair.rival).value - metric.estimate(pair.baseline).value)
    return tolerance.value * gain if math.isfinite(gain) and gain > 0 else None


def smallest_shown(spread: Spread, policy: Policy) -> float:
    """Return the true difference that the lower bound detects in four of five test sets."""
    return spread.bound(1 - policy.alpha / policy.uses) + spread.bound(POWER)


def equal_passes(spread: Spread, tolerance: float, policy: Policy) -> float:
    """Return the probability that the lower bound of an equal model is above -tolerance, 0 to 1.

    It is 0 if the test set has fewer groups than `policy.min_groups`.
    """
    if spread.effective_groups < policy.min_groups:
        return 0.0
    nu = spread.degrees_of_freedom
    quantile = float(stdtrit(nu, 1 - policy.alpha / policy.uses))
    return float(1 - nctdtr(nu, tolerance / spread.standard_error, quantile))


def groups_needed(spread: Spread, tolerance: float, policy: Policy) -> int | None:
    """Return the fewest groups that detect `tolerance` in four of five test sets; None above `MOST_GROUPS`."""
    fewest = math.ceil(max(policy.min_groups, FEWEST) * spread.groups / spread.effective_groups - 1e-9)

    def enough(groups: int) -> bool:
        return smallest_shown(with_groups(spread, groups), policy) <= tolerance

    low, high = fewest, max(fewest, MOST_GROUPS)
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def with_groups(spread: Spread, groups: int) -> Spread:
    """Return the spread of a test set with this number of similar groups."""
    times = groups / spread.groups
    effective = spread.effective_groups * times
    # As in `ringside.verdict.intervals.spread`; fractions keep the search over groups monotonic.
    degrees = effective - 1 if spread.method == "jackknife" else 0.41 * groups ** (2 / 3)
    return replace(
        spread,
        standard_error=spread.standard_error / math.sqrt(times),
        degrees_of_freedom=max(degrees, 1.0),
        groups=groups,
        effective_groups=effective,
    )


def rounded_up(value: float) -> float:
    """Return a number above 0, rounded up to two significant digits."""
    digits = 1 - math.floor(math.log10(value))
    # A rounding error above a round number does not count.
    up = math.ceil(value * 10.0**digits * (1 - 1e-9)) / 10.0**digits
    return round(up, max(digits, 0))
