"""The limits in the policy of a new task, fitted to its test set by the same pilot as `ringside plan`."""

import math

from ringside.cli.context import load_context
from ringside.cli.plan import pairs_of, resolved
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import result, say, table
from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import rounded
from ringside.init.write.params import FLOOR, GUARD, METRIC, Limits
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair
from ringside.verdict.power import Resolution, wanted

_MARGIN = 1.5
"""Factor on the fitted tolerance: the models of the pilot differ less than two real models do."""
_MOST = 0.5
"""Largest tolerance, as a share of the gain over a baseline without features; more would pass useless models."""
_LITTLE = 0.05
"""Least gain of the pilot's models over a baseline without features for which a floor is written."""


def limits(draft: TaskDraft) -> Limits:
    """Return tolerances and floors that fit the data, and print the figures that led to them.

    Raises:
        RingsideError: the pilot failed.
    """
    context = load_context()
    policy = policy_of(context.params, context.task)
    metrics = metrics_of(context.task.kind, own_metrics(context.task))
    _, pairs, _ = pairs_of(context, policy)
    resolutions = {resolution.metric: resolution for resolution in resolved(pairs, metrics, [], None)[0]}
    decides, guards, floors = METRIC[draft.kind], GUARD[draft.kind], FLOOR[draft.kind]
    _show([resolutions[name] for name in dict.fromkeys([decides, guards, floors]) if name in resolutions])
    tolerance, why = tolerance_of(resolutions[decides], metrics[decides], pairs[0])
    guard = resolutions.get(guards)
    floor = floor_of(resolutions.get(floors), metrics[floors], pairs[0])
    return Limits(
        tolerance=tolerance,
        why=why,
        guardrails={guards: _with_margin(guard.fits)} if guard and guard.fits else {},
        floors={floors: floor} if floor is not None else {},
    )


def _with_margin(fits: float) -> float:

    return rounded(_MARGIN * fits, up=True)


def tolerance_of(resolution: Resolution, metric: MetricDefinition, pair: Pair) -> tuple[float | None, str]:
    """Return the tolerance and its reason, and print how it was chosen; None if the test set resolves no tolerance.

    The tolerance is at most half of the pilot's gain over a baseline without features, if there is a gain.
    """
    if resolution.fits is None:
        say(
            f"init: look: this test set detects no difference in {metric.name} ({resolution.reason}): "
            "the tolerance is 10% of the gain"
        )
        return None, Limits().why
    gain = _gain(resolution, metric, pair)
    if gain is None or gain <= 0:
        tolerance = _with_margin(resolution.fits)
        say("init: look: the first models are no better than a baseline without features: check the columns")
        say(
            f"init: tolerance: {metric.name} {tolerance:g}; the smallest that fits this test set is {resolution.fits:g}"
        )
        return tolerance, f"accepted loss; `ringside plan` fits {resolution.fits:g} to this test set"
    most = rounded(_MOST * gain, up=False)
    tolerance = min(_with_margin(resolution.fits), most)
    planned = wanted(resolution, tolerance, pair.policy)
    if resolution.spread and resolution.spread.effective_groups < pair.policy.min_groups:
        more = f": it needs about {planned.more:,} more" if planned and planned.more else ""
        say(f"init: tolerance: {metric.name} {tolerance:g}; the test set has too few groups for any verdict{more}")
        return tolerance, f"accepted loss; the test set has too few groups for any verdict, the gain is {gain:.2g}"
    chance = f"{planned.equal_passes:.0%}" if planned else "no"
    say(f"init: tolerance: {metric.name} {tolerance:g}, with which an equal model passes in {chance} of cases;")
    say(
        f"init:   the smallest that fits this test set is {resolution.fits:g}; "
        f"the gain over a baseline without features is {gain:.3g}"
    )
    if tolerance < resolution.fits:
        more = f" (about {planned.more:,} more groups)" if planned and planned.more else ""
        say(
            f"init: look: the test set is small for this tolerance: many verdicts will be "
            f"inconclusive; ingest more data{more}"
        )
    return (
        tolerance,
        f"accepted loss; `ringside plan` fits {resolution.fits:g} to this test set, the gain is {gain:.2g}",
    )


def _gain(resolution: Resolution, metric: MetricDefinition, pair: Pair) -> float | None:
    """Return the pilot's gain over a baseline without features; None if it is unknown."""
    if resolution.value is None or pair.baseline is None:
        return None
    gain = metric.sign * (resolution.value - metric.estimate(pair.baseline).value)
    return float(gain) if math.isfinite(gain) else None


def floor_of(resolution: Resolution | None, metric: MetricDefinition, pair: Pair) -> float | None:
    """Return the middle between a baseline without features and the pilot's models; None if they are close."""
    gain = _gain(resolution, metric, pair) if resolution else None
    if resolution is None or resolution.value is None or gain is None or gain < _LITTLE:
        return None
    return rounded(resolution.value - gain / 2, up=False)


def _show(resolutions: list[Resolution]) -> None:
    """Print the first rows of the table of `ringside plan`."""

    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.4g}"

    rows = [[each.metric, figure(each.value), figure(each.standard_error), figure(each.fits)] for each in resolutions]
    result(table(["metric", "pilot", "standard error", "tolerance that fits"], rows) + "\n")
