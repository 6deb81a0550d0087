"""What a test window can show before a challenger is trained: tolerances, groups, and the chance of an equal model.

All of it follows from the spread of one paired difference of two models on the window. With one-sided bounds at an
error rate of alpha / uses, a true difference of (t₁ + t₂) standard errors is shown in four of five windows, where t₁
and t₂ are the quantiles of Student's t at 1 - alpha / uses and at 0.8. More groups of the same kind shrink the standard
error by the root of their number. The chance that a model passes is the noncentral t distribution's, as for any test on
means (Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, chapter 2).
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
"""Effective groups below which not even a guess is made."""


@dataclass(frozen=True)
class Resolution:
    """How finely a window sees one metric."""

    metric: str
    value: float | None
    """The mean of the two models; None where these rows cannot define the metric."""
    spread: Spread | None
    """Of their paired difference."""
    reason: Reason | None
    """Why there is no spread."""
    smallest: float | None
    """The true difference that such a window shows in four of five cases."""
    fits: float | None
    """A tolerance with which an equal model passes in about four of five cases: `smallest`, rounded up."""

    @property
    def standard_error(self) -> float | None:
        """Of the paired difference."""
        return self.spread.standard_error if self.spread else None


@dataclass(frozen=True)
class Wanted:
    """What one tolerance asks of a window."""

    metric: str
    tolerance: float
    """On the metric's scale."""
    groups: int | None
    """So many groups let an equal model pass in four of five cases; None where they are beyond reason."""
    more: int | None
    """How many of them the window lacks."""
    equal_passes: float
    """The chance that an equal model passes on the window as it is, 0 to 1."""


def resolution(metric: MetricDefinition, pairs: Sequence[Pair], *, groups: int | None = None) -> Resolution:
    """How finely a window sees a metric, as the one that decides.

    Of several pairs the one with the middle standard error counts. The policy's `min_groups` is not asked here: there
    are figures too where a verdict would be refused.

    Args:
        metric: of the kind of the rows.
        pairs: of models that differ about as much as a challenger and its rival will.
        groups: of the window to speak of; None for the one at hand.
    """
    found = [_one(metric, pair) for pair in pairs]
    seen = sorted((one for one in found if one.spread), key=lambda one: one.standard_error or 0.0)
    if not seen:
        return found[0]
    middle = seen[len(seen) // 2]
    if groups is None or middle.spread is None:
        return middle
    return _resolved(metric, middle.value, with_groups(middle.spread, groups), pairs[0].policy)


def _one(metric: MetricDefinition, pair: Pair) -> Resolution:
    relaxed = replace(pair, policy=replace(pair.policy, min_groups=FEWEST))
    found = judge(metric, relaxed, None, uses=pair.policy.uses)
    known = found.challenger is not None and found.rival is not None
    value = ((found.challenger or 0.0) + (found.rival or 0.0)) / 2 if known else None
    if found.standard_error is None or found.degrees_of_freedom is None or found.method is None:
        return Resolution(metric.name, value, None, found.reason, None, None)
    sizes = found.groups, found.effective_groups
    dominated = "one_group" in found.cautions
    spread = Spread(found.standard_error, found.degrees_of_freedom, found.method, *sizes, dominated)
    return _resolved(metric, value, spread, pair.policy)


def _resolved(metric: MetricDefinition, value: float | None, spread: Spread, policy: Policy) -> Resolution:
    smallest = smallest_shown(spread, policy)
    return Resolution(metric.name, value, spread, None, smallest, rounded_up(smallest))


def wanted(found: Resolution, tolerance: float, policy: Policy) -> Wanted | None:
    """What a tolerance asks of the window; None where the metric has no spread.

    Args:
        found: of the metric.
        tolerance: above 0, on the metric's scale.
        policy: its confidence, uses and min_groups.
    """
    if found.spread is None:
        return None
    needed = groups_needed(found.spread, tolerance, policy)
    more = None if needed is None else max(0, needed - found.spread.groups)
    return Wanted(found.metric, tolerance, needed, more, equal_passes(found.spread, tolerance, policy))


def absolute(tolerance: Tolerance, metric: MetricDefinition, pair: Pair) -> float | None:
    """A tolerance on the metric's scale; a relative one by the rival's gain over the baseline, taken as exact.

    None where the gain is not known or is none.
    """
    if not tolerance.relative:
        return tolerance.value
    if pair.baseline is None:
        return None
    gain = metric.sign * (metric.estimate(pair.rival).value - metric.estimate(pair.baseline).value)
    return tolerance.value * gain if math.isfinite(gain) and gain > 0 else None


def smallest_shown(spread: Spread, policy: Policy) -> float:
    """The true difference that the lower bound shows in four of five windows."""
    return spread.bound(1 - policy.alpha / policy.uses) + spread.bound(POWER)


def equal_passes(spread: Spread, tolerance: float, policy: Policy) -> float:
    """The chance that the lower bound of a model without any true difference is above -tolerance, 0 to 1.

    0 where the window has fewer groups than the policy asks for.
    """
    if spread.effective_groups < policy.min_groups:
        return 0.0
    nu = spread.degrees_of_freedom
    quantile = float(stdtrit(nu, 1 - policy.alpha / policy.uses))
    return float(1 - nctdtr(nu, tolerance / spread.standard_error, quantile))


def groups_needed(spread: Spread, tolerance: float, policy: Policy) -> int | None:
    """The fewest groups that show `tolerance` in four of five windows; None where they are more than `MOST_GROUPS`."""
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
    """The spread of a window with so many groups of the same kind."""
    times = groups / spread.groups
    effective = spread.effective_groups * times
    # As `ringside.verdict.intervals.spread` sets them; fractions keep a search over groups from stepping back.
    degrees = effective - 1 if spread.method == "jackknife" else 0.41 * groups ** (2 / 3)
    return replace(
        spread,
        standard_error=spread.standard_error / math.sqrt(times),
        degrees_of_freedom=max(degrees, 1.0),
        groups=groups,
        effective_groups=effective,
    )


def rounded_up(value: float) -> float:
    """A number above 0, rounded up to two significant digits."""
    digits = 1 - math.floor(math.log10(value))
    # What differs from a round number by less than rounding is that number.
    up = math.ceil(value * 10.0**digits * (1 - 1e-9)) / 10.0**digits
    return round(up, max(digits, 0))
