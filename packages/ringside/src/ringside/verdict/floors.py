"""What a metric must reach, whatever the rival does."""

from ringside.verdict.metrics import Metric, metrics_of
from ringside.verdict.outcomes import value_spread
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Scored
from ringside.verdict.rules import Floor


def floors(challenger: Scored, policy: Policy, own: tuple[Metric, ...] = ()) -> tuple[Floor, ...]:
    """Each floor of the policy against the challenger's value, in the policy's order.

    A value on the wrong side of its limit is surely there when the one-sided bound towards the limit is too; else, and
    where these rows give the value no interval, chance may have put it there.

    Args:
        challenger: the predictions.
        policy: the limits; a ceiling where less is better.
        own: metrics of the task's own.

    Raises:
        UsageError: the policy names a metric that does not exist.
    """
    metrics = metrics_of(challenger.truth.kind, own)
    policy.check(metrics)
    return tuple(_floor(metrics[name], challenger, policy, limit) for name, limit in policy.floors.items())


def _floor(metric: Metric, challenger: Scored, policy: Policy, limit: float) -> Floor:
    value, found = value_spread(metric, challenger, policy)
    if value is None:
        return Floor(metric.name, None, limit, reached=False, surely_not=False)
    short = metric.sign * (limit - value)
    surely_not = not isinstance(found, str) and short > found.bound(policy.confidence)
    return Floor(metric.name, value, limit, reached=short <= 0, surely_not=surely_not and short > 0)
