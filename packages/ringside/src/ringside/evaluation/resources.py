"""Notes: calibration, latency, size, minutes, and whether the model is a rebuild of the last one.

Shared runners are noisy and machines differ, so notes are shown beside the rival's and never fail a verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringside.codes import RuleReason as Reason
from ringside.store.times import StageCost
from ringside.verdict.rules import CALIBRATION, LATENCY, MINUTES, REBUILD, SIZE, Finding, Rule

SLOWER = 1.5
"""A note fails if calibration error, latency, size or minutes exceed the rival's by this factor."""


@dataclass(frozen=True)
class Costs:
    """Measurements of a model; None if not measured."""

    calibration_error: float | None = None
    latency_ms: float | None = None
    bytes: float | None = None
    seconds: float | None = None


def notes(ours: Costs, theirs: Costs, rebuilt: Finding) -> tuple[Finding, ...]:
    """Return the notes, in the order of their codes."""
    return (
        _beside(CALIBRATION, ours.calibration_error, theirs.calibration_error),
        _beside(LATENCY, ours.latency_ms, theirs.latency_ms),
        _beside(SIZE, ours.bytes, theirs.bytes),
        _beside(MINUTES, _minutes(ours.seconds), _minutes(theirs.seconds)),
        rebuilt,
    )


def _beside(rule: Rule, ours: float | None, theirs: float | None) -> Finding:
    if ours is None:
        return Finding(rule, "not_applicable", "not_measured")
    if theirs is None:
        return Finding(rule, "passed", value=ours)
    return Finding(rule, "failed" if ours > SLOWER * theirs else "passed", value=ours, limit=theirs)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def total_seconds(costs: Mapping[str, StageCost], stages: int) -> float | None:
    """Return the seconds of all stages; None if one of them was not measured here."""
    return sum(cost["seconds"] for cost in costs.values()) if len(costs) == stages else None


def rebuild(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], metrics: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Finding:
    """Return whether the model of the last commit was rebuilt, and how far metrics differ.

    Args:
        before: Stages of the committed dvc.lock; None if there is none.
        after: Stages of the dvc.lock in the checkout.
        metrics: The committed metrics.json, and that of the checkout.

    Returns:
        The finding; not applicable if the inputs differ.
    """
    if before is None or any(_inputs(before.get(name)) != _inputs(stage) for name, stage in after.items()):
        return Finding(REBUILD, "not_applicable", "not_measured")
    same = before == after
    old, new = metrics
    moved = [abs(old[key] - new[key]) for key in new if _is_number(new[key]) and _is_number(old.get(key))]
    reason: Reason = "same_bytes" if same else "other_bytes"
    return Finding(REBUILD, "passed", reason, value=float(max(moved, default=0.0)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _inputs(stage: Mapping[str, Any] | None) -> object:
    """Return the parameters and source files of a stage, without the outputs of other stages."""
    if stage is None:
        return None
    made = ("reports/", "models/", "data/valid", "data/quarantine")
    given = [(item["path"], item["md5"]) for item in stage.get("deps", ()) if not item["path"].startswith(made)]
    return given, stage.get("params")
