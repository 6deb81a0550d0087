"""Metrics, drift and alarms of the champion on newer rows, and the decision to retrain; from arrays and counts only."""

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
    """Metrics of a release on its own test set."""

    scored: Scored | None
    """Predictions of the champion for that test set; None if its rows are no longer available."""
    metrics: Mapping[str, float]
    """Metrics in release.json."""
    baseline: Mapping[str, float]
    """Metrics of the baseline in metrics.json; empty if unknown."""


def metrics_now(
    now: Scored, released: Released, policy: Policy, own: tuple[MetricDefinition, ...] = ()
) -> list[MetricNow]:
    """Return every metric of the champion now and at its release: deciding metric, guardrails, others.

    Args:
        now: Predictions of the champion for the newest partition.
        released: Metrics of the champion on the test set of its release.
        policy: The deciding metric, tolerances, confidence.
        own: Metrics of the task.

    Raises:
        UsageError: The policy names a metric that does not exist.
    """
    metrics = metrics_of(now.truth.kind, own)
    policy.check(metrics)
    tolerances = {policy.metric: policy.tolerance, **policy.guardrails}
    order = dict.fromkeys([*tolerances, *metrics])
    return [_metric(metrics[name], now, released, policy, tolerances.get(name)) for name in order]


def _metric(
    metric: MetricDefinition, scored: Scored, released: Released, policy: Policy, tolerance: Tolerance | None
) -> MetricNow:
    now = Known.of(metric, scored, policy)
    if released.scored is None:
        then = Known(released.metrics.get(metric.name))
    else:
        then = Known.of(metric, released.scored, policy)
    changed = change(now, then, metric.sign)
    accepted = None if tolerance is None else absolute(tolerance, metric, released)
    bound = changed.bound(policy.confidence) if changed else None
    lower, upper = None, None
    if changed and bound is not None:
        lower, upper = changed.difference - bound, changed.difference + bound
    return MetricNow(
        metric=name_of(metric.name),
        better=metric.better,
        now=_estimate(now, policy.confidence),
        release=_estimate(then, policy.confidence),
        difference=parts.number(changed.difference) if changed else None,
        lower=parts.number(lower),
        upper=parts.number(upper),
        degrees_of_freedom=_freedom(changed),
        tolerance=parts.number(accepted.value) if accepted else None,
        lost=upper is not None and accepted is not None and upper < -accepted.value,
        reason=now.reason,
    )


def _freedom(changed: MetricChange | None) -> float | None:
    return parts.number(changed.degrees_of_freedom) if changed else None


def _estimate(known: Known, confidence: float) -> Estimate | None:
    value = parts.number(known.value)
    if value is None:
        return None
    if known.spread is None:
        return Estimate(value=value)
    bound = known.spread.bound(confidence)
    return Estimate(value=value, lower=parts.number(value - bound), upper=parts.number(value + bound))


def absolute(tolerance: Tolerance, metric: MetricDefinition, released: Released) -> Tolerance | None:
    """Return the tolerance on the metric's scale; a relative one is a share of the gain on the release's test set.

    None if the gain is unknown or not positive.
    """
    if not tolerance.relative:
        return tolerance
    value, naive = released.metrics.get(metric.name), released.baseline.get(metric.name)
    if value is None or naive is None:
        return None
    gain = metric.sign * (value - naive)
    return Tolerance(tolerance.value * gain) if gain > 0 else None


def floors_now(now: Scored, policy: Policy, own: tuple[MetricDefinition, ...] = ()) -> list[FloorNow]:
    """Return the state of the champion for each floor of the policy.

    Raises:
        UsageError: The policy names a metric that does not exist.
    """
    return [_floor(floor) for floor in floors(now, policy, own)]


def _floor(floor: Floor) -> FloorNow:
    value = parts.number(floor.value)
    state = "undefined" if value is None else "reached" if floor.reached else "below" if floor.surely_not else "near"
    return FloorNow(metric=name_of(floor.metric), limit=floor.limit, value=value, state=state)  # type: ignore[arg-type]


def drift_now(
    profile: Mapping[str, Any], columns: Mapping[str, Any], leave_out: frozenset[str], effect: str
) -> list[DriftNow]:
    """Return the drift of each column from the champion's training rows, largest first.

    Args:
        profile: Profile of the champion.
        columns: Counts of the newest partition by column, in the bins of that profile.
        leave_out: Columns that move by design.
        effect: Minimum effect size of a moved column: small, medium or large.
    """
    trained = [part["columns"] for part in profile["partitions"].values() if "train" in part["sides"]]
    drifts = [
        column_drift(name, pool([part[name] for part in trained]), counts)
        for name, counts in columns.items()
        if name not in leave_out and trained and all(name in part for part in trained)
    ]
    drifts.sort(key=lambda drift: (-(drift.stability or 0.0), drift.column))
    return [_drift(drift, effect) for drift in drifts]


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
    """Compare the champion with the previous version by the deciding metric and the guardrails.

    This comparison runs once per partition, so the error rate is not divided among submissions.

    Args:
        pair: The champion as challenger, the previous version as rival, and the policy.
        version: The previous version.
        released: Metrics in the previous version's release, for relative tolerances.
        own: Metrics of the task.
    """
    metrics, policy = metrics_of(pair.challenger.truth.kind, own), pair.policy
    tolerances = {policy.metric: policy.tolerance, **policy.guardrails}
    results = [judge(metrics[name], pair, absolute(each, metrics[name], released)) for name, each in tolerances.items()]
    return Repeat(version=version, state="compared", results=[parts.result(result) for result in results])


def alarms(floor_states: Sequence[FloorNow], repeat: Repeat | None) -> list[AlarmCode]:
    """Return the alarms about the champion."""
    codes: list[AlarmCode] = []
    if any(floor.state == "below" for floor in floor_states):
        codes.append("below_floor")
    if repeat is not None and repeat.worse:
        codes.append("worse")
    return codes


def decide(policy: RetrainParams, monitor: Monitor, brought: Sequence[str]) -> Decision:
    """Decide by the policy `retrain.when` whether to train a new model.

    Without new partitions, training again gives the same model. In that case, the decision is `nothing_to_learn` and an
    alarm, even after drift or a loss: the user can change the model or its features, or publish a waiting model.

    Args:
        policy: The section `retrain` of params.yaml.
        monitor: The result of monitoring the champion.
        brought: Partitions that are new to the default branch, labelled and valid.

    Returns:
        `retrain` with every reason that applies; `nothing_to_learn` if reasons apply without new data; else `nothing`.
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
    """Return all alarms, the most serious first."""
    codes: list[AlarmCode] = list(monitor.alarms)
    if data_problem:
        codes.append("data")
    if decision.decided == "nothing_to_learn":
        # The alarm `below_floor` already covers the loss.
        if "performance" in decision.reasons and "below_floor" not in codes:
            codes.append("performance")
        if "drift" in decision.reasons:
            codes.append("drift")
    return codes
