"""One model on two windows that have no row in common: is it as good as it was?

The difference of two independent estimates: standard errors are added in quadrature, and the degrees of freedom are
those of Welch and Satterthwaite (Welch, "The generalization of 'Student's' problem when several different population
variances are involved", Biometrika 34, 1947; Satterthwaite, "An approximate distribution of estimates of variance
components", Biometrics Bulletin 2, 1946). Each estimate has its own spread, from `ringside.verdict.intervals`.
"""

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from ringside.codes import SpreadReason
from ringside.verdict.intervals import Spread
from ringside.verdict.metrics import MetricDefinition
from ringside.verdict.outcomes import value_spread
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Scored


@dataclass(frozen=True)
class Known:
    """A metric on one window."""

    value: float | None
    """None where the rows do not define it."""
    spread: Spread | None = None
    reason: SpreadReason | None = None
    """Why there is no spread."""

    @classmethod
    def of(cls, metric: MetricDefinition, scored: Scored, policy: Policy) -> "Known":
        """The metric of some rows, with its spread where they give it one."""
        value, found = value_spread(metric, scored, policy)
        return cls(value, None, found) if isinstance(found, str) else cls(value, found)


@dataclass(frozen=True)
class MetricChange:
    """What a model gained from one window to the other; positive where it does better now."""

    difference: float
    standard_error: float | None = None
    degrees_of_freedom: float | None = None

    def bound(self, confidence: float) -> float | None:
        """How far the one-sided bound is from the difference; None where a window has no spread."""
        if self.standard_error is None or self.degrees_of_freedom is None:
            return None
        return float(stdtrit(self.degrees_of_freedom, confidence)) * self.standard_error


def change(now: Known, then: Known, sign: float) -> MetricChange | None:
    """The difference of two windows; None where one of them does not define the metric.

    Args:
        now: on the newer window.
        then: on the older one.
        sign: 1 where more is better, else -1.
    """
    if now.value is None or then.value is None:
        return None
    difference = sign * (now.value - then.value) + 0.0
    if now.spread is None or then.spread is None:
        return MetricChange(difference)
    one, two = now.spread.standard_error**2, then.spread.standard_error**2
    parts = one**2 / now.spread.degrees_of_freedom + two**2 / then.spread.degrees_of_freedom
    return MetricChange(difference, math.sqrt(one + two), (one + two) ** 2 / parts)
