"""The verdict: coded rules, each passed, failed, undecided or not applicable.

docs/verdict.md has a section for each code. A rule of severity `decides` fails the verdict if it fails, and makes it
inconclusive if it is undecided. A rule of severity `note` is only shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ringside.codes import RivalState, RuleCode, Severity, State, Verdict
from ringside.codes import RuleReason as Reason
from ringside.verdict.comparison import Comparison
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Result, value_spread
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Scored


@dataclass(frozen=True)
class Rule:
    """One rule: its code, its name, and whether it decides."""

    code: RuleCode
    severity: Severity = "decides"

    @property
    def name(self) -> str:
        """Name in report.json, such as `data_valid`."""
        return self.code.name.lower()


DATA_VALID = Rule(RuleCode.DATA_VALID)
NO_LEAK = Rule(RuleCode.NO_LEAK)
MODEL_FILE = Rule(RuleCode.MODEL_FILE)
FLOORS = Rule(RuleCode.FLOORS)
BASELINE = Rule(RuleCode.BASELINE)
DECIDING = Rule(RuleCode.DECIDING_METRIC)
ANCHOR = Rule(RuleCode.ANCHOR)
GUARDRAILS = Rule(RuleCode.GUARDRAILS)
SLICES = Rule(RuleCode.SLICES)
CALIBRATION = Rule(RuleCode.CALIBRATION, "note")
LATENCY = Rule(RuleCode.LATENCY, "note")
SIZE = Rule(RuleCode.SIZE, "note")
MINUTES = Rule(RuleCode.MINUTES, "note")
REBUILD = Rule(RuleCode.REBUILD, "note")


@dataclass(frozen=True)
class Finding:
    """State of one rule, with its reason."""

    rule: Rule
    state: State
    reason: Reason | None = None
    subjects: tuple[str, ...] = ()
    """The metrics or slices (`column=value`) concerned."""
    value: float | None = None
    """The figure of the rule: a share, a count, seconds or bytes, as in its section of docs/verdict.md."""
    limit: float | None = None
    """The limit or the rival's figure that `value` is compared with."""


@dataclass(frozen=True)
class Floor:
    """One metric compared with its floor in the policy."""

    metric: str
    value: float | None
    limit: float
    reached: bool
    surely_not: bool
    """True if the better bound of the interval misses the limit too."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The input of the rules."""

    champion: RivalState
    comparison: Comparison | None = None
    """Comparison with the champion, or with predictions that a team adopted."""
    anchor_state: RivalState | Literal["same_as_champion"] = "no_champion"
    anchor: Result | None = None
    baseline: Result | None = None
    """The deciding metric compared with the baseline; the tolerance does not matter."""
    floors: Sequence[Floor] = ()
    quarantined: float = 0.0
    """Largest share of rows of one partition that failed the schema."""
    max_quarantined: float = 0.0
    leaked: int = 0
    """Number of rows in both training and test data."""
    untrusted: tuple[str, ...] = ()
    """Untrusted types in the model file."""
    notes: tuple[Finding, ...] = field(default=())


def floors(challenger: Scored, policy: Policy, own: tuple[MetricDefinition, ...] = ()) -> tuple[Floor, ...]:
    """Compare the challenger with each floor of the policy, in the policy's order.

    A value surely misses its limit if the one-sided bound towards the limit misses it too. Otherwise, or if these rows
    give no interval, the miss may be chance.

    Args:
        challenger: The predictions.
        policy: The limits; a limit is a maximum if a lower metric is better.
        own: Metrics of the task.

    Returns:
        One result for each floor.

    Raises:
        UsageError: The policy names a metric that does not exist.
    """
    metrics = metrics_of(challenger.truth.kind, own)
    policy.check(metrics)
    return tuple(_floor(metrics[name], challenger, policy, limit) for name, limit in policy.floors.items())


def judge_rules(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the finding of each rule, in the order of the codes; the notes follow."""
    findings = (
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
    return (*findings, *evidence.notes)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return `fail` if a deciding rule failed, else `inconclusive` if one is undecided, else `pass`."""
    states = {finding.state for finding in findings if finding.rule.severity == "decides"}
    if "failed" in states:
        return "fail"
    return "inconclusive" if "undecided" in states else "pass"


def _limit(rule: Rule, value: float, limit: float, reason: Reason) -> Finding:
    if value > limit:
        return Finding(rule, "failed", reason, value=value, limit=limit)
    return Finding(rule, "passed", value=value, limit=limit)


def _floor(metric: MetricDefinition, challenger: Scored, policy: Policy, limit: float) -> Floor:
    value, spread = value_spread(metric, challenger, policy)
    if value is None:
        return Floor(metric.name, None, limit, reached=False, surely_not=False)
    short = metric.sign * (limit - value)
    surely_not = not isinstance(spread, str) and short > spread.bound(policy.confidence)
    return Floor(metric.name, value, limit, reached=short <= 0, surely_not=surely_not and short > 0)


def _floors(floors: Sequence[Floor]) -> Finding:
    if not floors:
        return Finding(FLOORS, "not_applicable", "none_asked")
    failed = [floor for floor in floors if floor.surely_not]
    near = [floor for floor in floors if not floor.reached and not floor.surely_not]
    for state, reason, missed in (("failed", "below_floor", failed), ("undecided", "near_floor", near)):
        if missed:
            names = tuple(floor.metric for floor in missed)
            return Finding(FLOORS, state, reason, names, missed[0].value, missed[0].limit)  # type: ignore[arg-type]
    return Finding(FLOORS, "passed", subjects=tuple(floor.metric for floor in floors))


def _baseline(result: Result | None) -> Finding:
    """Return passed if the outcome is `better`, failed if equal or surely worse than the baseline, else undecided."""
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
    # Without a comparison, rule RS006 reports the reason already.
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
