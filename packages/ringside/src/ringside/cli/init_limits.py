"""The limits of a new task's policy: what its test window can carry, by the same pilot as `ringside plan`."""

import math

from ringside.cli.context import context
from ringside.cli.plan import pairs_of, resolved
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import result, say, table
from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import rounded
from ringside.init.write.params import FLOOR, GUARD, METRIC, Limits
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair
from ringside.verdict.power import Resolution, wanted

_ROOM = 1.5
"""The pilot's models differ less than two that people make: a tolerance that just fits is somewhat too narrow."""
_MOST = 0.5
"""Of the gain over a model without features: with more, a model would pass that is hardly worth having."""
_LITTLE = 0.05
"""A floor needs this much between a model without features and the pilot's, on the floor's scale."""


def limits(draft: TaskDraft) -> Limits:
    """Tolerances and floors that fit the data, with the figures that they come from in the terminal.

    Raises:
        RingsideError: the pilot cannot do its work.
    """
    here = context()
    policy = policy_of(here.params, here.task)
    metrics = metrics_of(here.task.kind, own_metrics(here.task))
    _, pairs, _ = pairs_of(here, policy)
    found = {one.metric: one for one in resolved(pairs, metrics, [], None)[0]}
    decides, guards, floors = METRIC[draft.kind], GUARD[draft.kind], FLOOR[draft.kind]
    _show([found[name] for name in dict.fromkeys([decides, guards, floors]) if name in found])
    tolerance, why = tolerance_of(found[decides], metrics[decides], pairs[0])
    guard = found.get(guards)
    floor = floor_of(found.get(floors), metrics[floors], pairs[0])
    return Limits(
        tolerance=tolerance,
        why=why,
        guardrails={guards: _roomy(guard.fits)} if guard and guard.fits else {},
        floors={floors: floor} if floor is not None else {},
    )


def _roomy(fits: float) -> float:

    return rounded(_ROOM * fits, up=True)


def tolerance_of(found: Resolution, metric: MetricDefinition, pair: Pair) -> tuple[float | None, str]:
    """The tolerance and where it comes from, with what there is to say of it; None where no window figure is known.

    It is never more than half of what the pilot gains over a model without features, where it gains anything.
    """
    if found.fits is None:
        say(f"init: look: this window shows no difference in {metric.name} ({found.reason}): 10% of the gain is taken")
        return None, Limits().why
    gain = _gain(found, metric, pair)
    if gain is None or gain <= 0:
        tolerance = _roomy(found.fits)
        say("init: look: the first models are no better than one without features: see what the columns can say")
        say(f"init: tolerance: {metric.name} {tolerance:g}; {found.fits:g} would just fit this window")
        return tolerance, f"accepted loss; `ringside plan` fits {found.fits:g} to this window"
    most = rounded(_MOST * gain, up=False)
    tolerance = min(_roomy(found.fits), most)
    planned = wanted(found, tolerance, pair.policy)
    if found.spread and found.spread.effective_groups < pair.policy.min_groups:
        more = f": about {planned.more:,} more settle it" if planned and planned.more else ""
        say(f"init: tolerance: {metric.name} {tolerance:g}; the window has too few groups for any verdict{more}")
        return tolerance, f"accepted loss; the window has too few groups for any verdict, the gain is {gain:.2g}"
    chance = f"{planned.equal_passes:.0%}" if planned else "no"
    say(f"init: tolerance: {metric.name} {tolerance:g}, with which an equal model passes in {chance} of cases;")
    say(f"init:   {found.fits:g} would just fit this window; the gain over a model without features is {gain:.3g}")
    if tolerance < found.fits:
        more = f" (about {planned.more:,} more groups)" if planned and planned.more else ""
        say(f"init: look: the window is small for that: many verdicts will be inconclusive; more data help{more}")
    return tolerance, f"accepted loss; `ringside plan` fits {found.fits:g} to this window, the gain is {gain:.2g}"


def _gain(found: Resolution, metric: MetricDefinition, pair: Pair) -> float | None:
    """What the pilot's models are better by than one without features; None where that is not known."""
    if found.value is None or pair.baseline is None:
        return None
    gain = metric.sign * (found.value - metric.estimate(pair.baseline).value)
    return float(gain) if math.isfinite(gain) else None


def floor_of(found: Resolution | None, metric: MetricDefinition, pair: Pair) -> float | None:
    """Half way between a model without features and the pilot's, where more is better; None where they are near."""
    gain = _gain(found, metric, pair) if found else None
    if found is None or found.value is None or gain is None or gain < _LITTLE:
        return None
    return rounded(found.value - gain / 2, up=False)


def _show(found: list[Resolution]) -> None:
    """The first lines of what `ringside plan` shows."""

    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.4g}"

    rows = [[one.metric, figure(one.value), figure(one.standard_error), figure(one.fits)] for one in found]
    result(table(["metric", "pilot", "standard error", "tolerance that fits"], rows) + "\n")
