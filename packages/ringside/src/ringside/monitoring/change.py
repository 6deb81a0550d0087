"""Change of a metric of one model between two test sets without common rows.

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
    """A metric on one test set, with its spread."""

    value: float | None
    """Value on the rows; None if undefined on them."""
    spread: Spread | None = None
    reason: SpreadReason | None = None
    """Reason for a missing spread."""

    @classmethod
    def of(cls, metric: MetricDefinition, scored: Scored, policy: Policy) -> "Known":
        """Compute a metric, with its spread or the reason why it has none."""
        value, spread = value_spread(metric, scored, policy)
        return cls(value, None, spread) if isinstance(spread, str) else cls(value, spread)


@dataclass(frozen=True)
class MetricChange:
    """Change of a metric between two test sets; positive if the model is better now."""

    difference: float
    standard_error: float | None = None
    degrees_of_freedom: float | None = None

    def bound(self, confidence: float) -> float | None:
        """Return the distance from the difference to the one-sided bound; None without a spread."""
        if self.standard_error is None or self.degrees_of_freedom is None:
            return None
        return float(stdtrit(self.degrees_of_freedom, confidence)) * self.standard_error


def change(now: Known, then: Known, sign: float) -> MetricChange | None:
    """Return the change between two test sets; None if the metric is undefined on one of them.

    Args:
        now: The metric on the newer test set.
        then: The metric on the older test set.
        sign: 1 if higher is better, else -1.
    """
    if now.value is None or then.value is None:
        return None
    difference = sign * (now.value - then.value) + 0.0
    if now.spread is None or then.spread is None:
        return MetricChange(difference)
    one, two = now.spread.standard_error**2, then.spread.standard_error**2
    parts = one**2 / now.spread.degrees_of_freedom + two**2 / then.spread.degrees_of_freedom
    return MetricChange(difference, math.sqrt(one + two), (one + two) ** 2 / parts)
