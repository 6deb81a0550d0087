"""The verdict: coded rules, each passed, failed, undecided or not applicable, and what they come to.

docs/verdict.md has a section for each code. A rule of severity `decides` fails the verdict when it fails and leaves it
inconclusive when it is undecided; a rule of severity `note` is only shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ringside.codes import RivalState, Severity, State, Verdict
from ringside.codes import RuleReason as Reason
from ringside.verdict.comparison import Comparison
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Result, value_spread
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Scored


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, and whether it decides."""

    code: str
    name: str
    severity: Severity = "decides"


DATA_VALID = Rule("RS001", "data_valid")
NO_LEAK = Rule("RS002", "no_leak")
MODEL_FILE = Rule("RS003", "model_file")
FLOORS = Rule("RS004", "floors")
BASELINE = Rule("RS005", "baseline")
DECIDING = Rule("RS006", "deciding_metric")
ANCHOR = Rule("RS007", "anchor")
GUARDRAILS = Rule("RS008", "guardrails")
SLICES = Rule("RS009", "slices")
CALIBRATION = Rule("RS101", "calibration", "note")
LATENCY = Rule("RS102", "latency", "note")
SIZE = Rule("RS103", "size", "note")
MINUTES = Rule("RS104", "minutes", "note")
REBUILD = Rule("RS105", "rebuild", "note")
RULES = (
    DATA_VALID,
    NO_LEAK,
    MODEL_FILE,
    FLOORS,
    BASELINE,
    DECIDING,
    ANCHOR,
    GUARDRAILS,
    SLICES,
    CALIBRATION,
    LATENCY,
    SIZE,
    MINUTES,
    REBUILD,
)


@dataclass(frozen=True)
class Finding:
    """What a rule found."""

    rule: Rule
    state: State
    reason: Reason | None = None
    subjects: tuple[str, ...] = ()
    """The metrics or slices (`column=value`) that it is about."""
    value: float | None = None
    """The figure that was found: a share, a count, seconds, bytes; the rule's section says which."""
    limit: float | None = None
    """What `value` was compared with."""


@dataclass(frozen=True)
class Floor:
    """One metric against the least that the policy asks of it."""

    metric: str
    value: float | None
    limit: float
    reached: bool
    surely_not: bool
    """The bound on the good side is beyond the limit too."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that the rules look at."""

    champion: RivalState
    comparison: Comparison | None = None
    """With the champion, or with the predictions that a team adopted."""
    anchor_state: RivalState | Literal["same_as_champion"] = "no_champion"
    anchor: Result | None = None
    baseline: Result | None = None
    """The deciding metric against the naive baseline, with any tolerance."""
    floors: Sequence[Floor] = ()
    quarantined: float = 0.0
    """The largest share of a partition that failed the schema."""
    max_quarantined: float = 0.0
    leaked: int = 0
    """Rows on both sides of the split."""
    untrusted: tuple[str, ...] = ()
    """Types in the model file that are not trusted."""
    notes: tuple[Finding, ...] = field(default=())


def floors(challenger: Scored, policy: Policy, own: tuple[MetricDefinition, ...] = ()) -> tuple[Floor, ...]:
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


def judge_rules(evidence: Evidence) -> tuple[Finding, ...]:
    """What each rule finds, in the order of their codes."""
    found = (
        _limit(DATA_VALID, evidence.quarantined, evidence.max_quarantined, "too_many_quarantined"),
        _limit(NO_LEAK, float(evidence.leaked), 0.0, "rows_on_both_sides"),
        Finding(MODEL_FILE, "failed", "untrusted_types", evidence.untrusted)
        if evidence.untrusted
        else Finding(MODEL_FILE, "passed"),
        _floors(evidence.floors),
        _baseline(evidence.baseline),
        _deciding(evidence),
        _anchor(evidence),
        _guardrails(evidence),
        _slices(evidence),
    )
    return (*found, *evidence.notes)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """`fail` where a deciding rule failed, else `inconclusive` where one is undecided, else `pass`."""
    states = {finding.state for finding in findings if finding.rule.severity == "decides"}
    if "failed" in states:
        return "fail"
    return "inconclusive" if "undecided" in states else "pass"


def _limit(rule: Rule, value: float, limit: float, reason: Reason) -> Finding:
    if value > limit:
        return Finding(rule, "failed", reason, value=value, limit=limit)
    return Finding(rule, "passed", value=value, limit=limit)


def _floor(metric: MetricDefinition, challenger: Scored, policy: Policy, limit: float) -> Floor:
    value, found = value_spread(metric, challenger, policy)
    if value is None:
        return Floor(metric.name, None, limit, reached=False, surely_not=False)
    short = metric.sign * (limit - value)
    surely_not = not isinstance(found, str) and short > found.bound(policy.confidence)
    return Floor(metric.name, value, limit, reached=short <= 0, surely_not=surely_not and short > 0)


def _floors(floors: Sequence[Floor]) -> Finding:
    if not floors:
        return Finding(FLOORS, "not_applicable", "none_asked")
    failed = [floor for floor in floors if floor.surely_not]
    near = [floor for floor in floors if not floor.reached and not floor.surely_not]
    for state, reason, those in (("failed", "below_floor", failed), ("undecided", "near_floor", near)):
        if those:
            names = tuple(floor.metric for floor in those)
            return Finding(FLOORS, state, reason, names, those[0].value, those[0].limit)  # type: ignore[arg-type]
    return Finding(FLOORS, "passed", subjects=tuple(floor.metric for floor in floors))


def _baseline(result: Result | None) -> Finding:
    """Better than a model that knows no feature, beyond chance; failed where it is surely not."""
    if result is None:
        return Finding(BASELINE, "not_applicable", "no_baseline_predictions")
    names = (result.metric,)
    if result.outcome == "better":
        return Finding(BASELINE, "passed", "better", names, result.difference)
    if result.reason == "identical" or (result.upper is not None and result.upper < 0):
        return Finding(BASELINE, "failed", "not_better_than_baseline", names, result.difference)
    return Finding(BASELINE, "undecided", result.reason or "inconclusive", names, result.difference)


def _deciding(evidence: Evidence) -> Finding:
    if evidence.comparison is not None:
        return _by_outcome(DECIDING, evidence.comparison.deciding)
    if evidence.champion == "no_champion":
        return Finding(DECIDING, "not_applicable", "no_champion")
    return Finding(DECIDING, "undecided", evidence.champion)


def _anchor(evidence: Evidence) -> Finding:
    if evidence.anchor is not None:
        return _by_outcome(ANCHOR, evidence.anchor)
    if evidence.anchor_state in ("no_champion", "same_as_champion"):
        return Finding(ANCHOR, "not_applicable", evidence.anchor_state)
    # Without a registry, rule RS006 says so already.
    state: State = "not_applicable" if evidence.comparison is None else "undecided"
    return Finding(ANCHOR, state, evidence.anchor_state)


def _by_outcome(rule: Rule, result: Result) -> Finding:
    names, value = (result.metric,), result.difference
    if result.outcome in ("better", "no_worse"):
        return Finding(rule, "passed", result.reason or result.outcome, names, value, result.tolerance)
    if result.outcome == "worse":
        return Finding(rule, "failed", "worse", names, value, result.tolerance)
    return Finding(rule, "undecided", result.reason or "inconclusive", names, value, result.tolerance)


def _guardrails(evidence: Evidence) -> Finding:
    if evidence.comparison is None:
        return Finding(GUARDRAILS, "not_applicable", evidence.champion)
    guards = [result for result in evidence.comparison.metrics[1:] if result.outcome is not None]
    if not guards:
        return Finding(GUARDRAILS, "not_applicable", "none_asked")
    worse = tuple(result.metric for result in guards if result.outcome == "worse")
    if worse:
        return Finding(GUARDRAILS, "failed", "worse", worse)
    return Finding(GUARDRAILS, "passed", subjects=tuple(result.metric for result in guards))


def _slices(evidence: Evidence) -> Finding:
    if evidence.comparison is None:
        return Finding(SLICES, "not_applicable", evidence.champion)
    if not evidence.comparison.slices:
        return Finding(SLICES, "not_applicable", "no_slices")
    judged = [part for part in evidence.comparison.slices if part.result.outcome is not None]
    if not judged:
        return Finding(SLICES, "not_applicable", "no_tolerance")
    worse = tuple(f"{part.column}={part.value}" for part in judged if part.result.outcome == "worse")
    if worse:
        return Finding(SLICES, "failed", "worse", worse, float(len(worse)), float(len(judged)))
    return Finding(SLICES, "passed", value=0.0, limit=float(len(judged)))
