"""How the champion does on rows that came after it, and whether to train anew; from arrays and counts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringside.data.drift import ColumnDrift, column_drift, pool
from ringside.evaluation import report_parts as parts
from ringside.messages import EFFECTS
from ringside.monitoring.change import Known, MetricChange, change
from ringside.params import RetrainParams
from ringside.report.model import name_of
from ringside.report.watch import AlarmCode, Decision, DriftNow, Estimate, FloorNow, MetricNow, Monitor, Reason, Repeat
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair, judge
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored
from ringside.verdict.rules import Floor, floors

MOST_COLUMNS = 1000
_EFFECTS = ("small", "medium", "large")


@dataclass(frozen=True)
class Released:
    """What a release says of its own window."""

    scored: Scored | None
    """The champion on that window's rows; None where they cannot be had any more."""
    metrics: Mapping[str, float]
    """As release.json states them."""
    baseline: Mapping[str, float]
    """What a model without features had there, from metrics.json; empty where it is not known."""


def metrics_now(
    now: Scored, released: Released, policy: Policy, own: tuple[MetricDefinition, ...] = ()
) -> list[MetricNow]:
    """Every metric of the champion now and at its release: the deciding one, the guardrails, the others.

    Args:
        now: the champion on the newest partition.
        released: the champion on the window that it was released by.
        policy: the metric that decides, tolerances, confidence.
        own: metrics of the task's own.

    Raises:
        UsageError: the policy names a metric that does not exist.
    """
    metrics = metrics_of(now.truth.kind, own)
    policy.check(metrics)
    asked = {policy.metric: policy.tolerance, **policy.guardrails}
    order = dict.fromkeys([*asked, *metrics])
    return [_metric(metrics[name], now, released, policy, asked.get(name)) for name in order]


def _metric(
    metric: MetricDefinition, scored: Scored, released: Released, policy: Policy, tolerance: Tolerance | None
) -> MetricNow:
    now = Known.of(metric, scored, policy)
    if released.scored is None:
        then = Known(released.metrics.get(metric.name))
    else:
        then = Known.of(metric, released.scored, policy)
    found = change(now, then, metric.sign)
    accepted = None if tolerance is None else absolute(tolerance, metric, released)
    bound = found.bound(policy.confidence) if found else None
    lower, upper = (None, None) if not found or bound is None else (found.difference - bound, found.difference + bound)
    return MetricNow(
        metric=name_of(metric.name),
        better=metric.better,
        now=_estimate(now, policy.confidence),
        release=_estimate(then, policy.confidence),
        difference=parts.number(found.difference) if found else None,
        lower=parts.number(lower),
        upper=parts.number(upper),
        degrees_of_freedom=_freedom(found),
        tolerance=parts.number(accepted.value) if accepted else None,
        lost=upper is not None and accepted is not None and upper < -accepted.value,
        reason=now.reason,
    )


def _freedom(found: MetricChange | None) -> float | None:
    return parts.number(found.degrees_of_freedom) if found else None


def _estimate(known: Known, confidence: float) -> Estimate | None:
    value = parts.number(known.value)
    if value is None:
        return None
    if known.spread is None:
        return Estimate(value=value)
    bound = known.spread.bound(confidence)
    return Estimate(value=value, lower=parts.number(value - bound), upper=parts.number(value + bound))


def absolute(tolerance: Tolerance, metric: MetricDefinition, released: Released) -> Tolerance | None:
    """The tolerance on the metric's scale; a share is of the gain that the release had on its own window.

    None where the release does not say what it gained, or gained nothing.
    """
    if not tolerance.relative:
        return tolerance
    value, naive = released.metrics.get(metric.name), released.baseline.get(metric.name)
    if value is None or naive is None:
        return None
    gain = metric.sign * (value - naive)
    return Tolerance(tolerance.value * gain) if gain > 0 else None


def floors_now(now: Scored, policy: Policy, own: tuple[MetricDefinition, ...] = ()) -> list[FloorNow]:
    """Where the champion stands to each floor of the policy.

    Raises:
        UsageError: the policy names a metric that does not exist.
    """
    return [_floor(found) for found in floors(now, policy, own)]


def _floor(found: Floor) -> FloorNow:
    value = parts.number(found.value)
    state = "undefined" if value is None else "reached" if found.reached else "below" if found.surely_not else "near"
    return FloorNow(metric=name_of(found.metric), limit=found.limit, value=value, state=state)  # type: ignore[arg-type]


def drift_now(
    profile: Mapping[str, Any], columns: Mapping[str, Any], leave_out: frozenset[str], effect: str
) -> list[DriftNow]:
    """How far each column moved from the rows that the champion learnt from, the farthest first.

    Args:
        profile: the champion's.
        columns: counts of the newest partition by column, in the bins of that profile.
        leave_out: columns that move by design.
        effect: from this effect size on a column has moved: small, medium or large.
    """
    learnt = [part["columns"] for part in profile["partitions"].values() if "train" in part["sides"]]
    found = [
        column_drift(name, pool([part[name] for part in learnt]), counts)
        for name, counts in columns.items()
        if name not in leave_out and learnt and all(name in part for part in learnt)
    ]
    found.sort(key=lambda moved: (-(moved.stability or 0.0), moved.column))
    return [_drift(moved, effect) for moved in found]


def _drift(found: ColumnDrift, effect: str) -> DriftNow:
    moved = False
    if found.effect is not None and found.distance is not None:
        moved = found.distance >= EFFECTS[found.effect][_EFFECTS.index(effect)]
    return DriftNow(
        column=name_of(found.column),
        stability=parts.number(found.stability),
        by_chance=parts.number(found.by_chance),
        distance=parts.number(found.distance),
        effect=found.effect if found.distance is not None else None,
        moved=moved,
    )


def repeated(pair: Pair, version: str, released: Released, own: tuple[MetricDefinition, ...] = ()) -> Repeat:
    """The champion against the version before it: the deciding metric and the guardrails.

    A comparison of its own, once a partition, so the error rate is not divided among uses.

    Args:
        pair: the champion as challenger, the version before it as rival, and the policy.
        version: the one before.
        released: what that version's release states, for tolerances that are shares.
        own: metrics of the task's own.
    """
    metrics, policy = metrics_of(pair.challenger.truth.kind, own), pair.policy
    asked = {policy.metric: policy.tolerance, **policy.guardrails}
    results = [judge(metrics[name], pair, absolute(each, metrics[name], released)) for name, each in asked.items()]
    return Repeat(version=version, state="compared", results=[parts.result(found) for found in results])


def alarms(floor_states: Sequence[FloorNow], repeat: Repeat | None) -> list[AlarmCode]:
    """What is wrong with the champion."""
    found: list[AlarmCode] = []
    if any(floor.state == "below" for floor in floor_states):
        found.append("below_floor")
    if repeat is not None and repeat.worse:
        found.append("worse")
    return found


def decide(policy: RetrainParams, monitor: Monitor, brought: Sequence[str]) -> Decision:
    """Decide by the policy `retrain.when` whether to train a new model.

    A model learns from data, so without partitions that the default branch does not have, training again makes the
    model that it has already: whatever drifted or was lost, the answer is `nothing_to_learn` and an alarm for people.
    What they can do is another model, other features, or publishing a model that waits.

    Args:
        policy: what counts.
        monitor: what was found of the champion.
        brought: the partitions that are new to the default branch, labelled and valid.

    Returns:
        `retrain` with every reason of the policy that holds; `nothing_to_learn` where reasons hold and no data came;
        else `nothing`.
    """
    holds: dict[Reason, bool] = {
        "new_data": bool(brought),
        "drift": monitor.drifted,
        "performance": monitor.lost or "below_floor" in monitor.alarms,
    }
    reasons: list[Reason] = [reason for reason, does in holds.items() if does and reason in policy.when]
    if not reasons:
        return Decision(decided="nothing")
    return Decision(decided="retrain" if brought else "nothing_to_learn", reasons=reasons)


def alarms_of(decision: Decision, monitor: Monitor, *, data_problem: bool) -> list[AlarmCode]:
    """All that people have to hear of, the gravest first."""
    found: list[AlarmCode] = list(monitor.alarms)
    if data_problem:
        found.append("data")
    if decision.decided == "nothing_to_learn":
        # A champion below its floor has an alarm of its own already, which says more.
        if "performance" in decision.reasons and "below_floor" not in found:
            found.append("performance")
        if "drift" in decision.reasons:
            found.append("drift")
    return found
