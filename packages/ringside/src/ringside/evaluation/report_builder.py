"""The report of a evaluation."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringside.evaluation import report_parts as parts
from ringside.evaluation.evidence import Evaluation
from ringside.report import model, prices
from ringside.report.model import name_of
from ringside.store.times import StageCost
from ringside.verdict.intervals import effective_groups
from ringside.verdict.metrics import MetricDefinition, expected_calibration_error
from ringside.verdict.rows import Scored
from ringside.verdict.rules import Finding, verdict


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """What the report says of this checkout."""

    commit: str | None
    dirty: bool
    model_sha256: str
    model_bytes: int
    rows: int
    """Trained on."""
    first: str
    last: str
    """First and last partition trained on."""
    model_lock: str
    data: str
    """Hashes of requirements/model.txt and data/manifest.json."""
    params: Mapping[str, object]
    """As the stages ran with, by dotted key."""
    profile: Mapping[str, Any]
    costs: Mapping[str, StageCost]
    stages: tuple[str, ...]
    policy_origin: str
    policy_changes: tuple[model.ParamChangeRecord, ...] = ()
    rival_params: Mapping[str, object] | None = None
    pull_requests: int | None = None
    live: bool = True
    """Whether a merge publishes by itself."""
    unread: model.PendingDataRecord | None = None
    """Rows in the repository that were not ingested."""
    version: str | None = None
    """Where the challenger is itself a released version."""
    latency: float | None = None
    """Of a released version, as it was measured then."""
    runner: prices.Runner | None = None
    """What the job runs on; None on a person's machine."""
    seconds: float = 0.0
    """That the job took until now, without its set-up."""
    ran: frozenset[str] | None = None
    """The stages that ran for this report; None where only the notes of earlier runs tell."""
    lock: model.LockRecord | None = None
    """The committed dvc.lock beside the one that stands here, where they were compared."""

    @property
    def latency_ms(self) -> float | None:
        """Milliseconds that the model took for 1,000 rows."""
        cost = self.costs.get("evaluate")
        return cost.get("latency_ms") if cost else self.latency


def make_report(
    evaluation: Evaluation, findings: tuple[Finding, ...], here: Checkout, metric: MetricDefinition, bins: int
) -> model.Report:
    """The report.

    Args:
        evaluation: what was compared.
        findings: of the rules.
        here: the checkout.
        metric: the one that decides.
        bins: of the calibration curve.
    """
    rival, test_set = evaluation.rival, evaluation.test_set
    judged = rival.test_set or test_set
    compared = evaluation.comparison is not None and rival.scored is not None
    results = evaluation.comparison.metrics if evaluation.comparison else evaluation.against_baseline
    slices, left_out = parts.slices(evaluation.comparison.slices) if evaluation.comparison else ([], 0)
    return model.Report(
        format=1,
        task=name_of(test_set.task.name),
        kind=test_set.task.kind,
        verdict=verdict(findings),
        champion=evaluation.champion.state,
        live=here.live,
        unread=here.unread,
        challenger=_challenger(here),
        challenger_version=here.version,
        rival=_rival(evaluation),
        window=_test_set_record(evaluation, here),
        policy=_policy(evaluation, here),
        rules=[parts.rule(finding) for finding in findings],
        metrics=[parts.result(found) for found in results],
        against="rival" if compared else "baseline",
        baseline=parts.result(evaluation.baseline),
        anchor=_anchor(evaluation),
        floors=[parts.floor(found) for found in evaluation.floors],
        slices=slices,
        slices_left_out=left_out,
        params=parts.changes(here.rival_params, here.params) if here.rival_params is not None else [],
        data=parts.data_diff(rival.profile, here.profile, test_set.task) if rival.profile is not None else None,
        curves=parts.drawn(judged.challenger, bins),
        rival_curves=parts.drawn(rival.scored, bins) if rival.scored else None,
        groups=parts.by_group(judged, rival.scored, metric),
        calibration_error=calibration_error(judged.challenger),
        rival_calibration_error=calibration_error(rival.scored),
        stages=_stages(evaluation, here),
        cost=_cost(evaluation, here),
        latency_ms=here.latency_ms,
        rival_latency_ms=parts.number(rival.facts.latency_ms) if rival.facts else None,
        reproduce=model.ReproduceRecord(
            commit=here.commit,
            dirty=here.dirty,
            model_lock=here.model_lock,
            data=here.data,
            python=platform.python_version(),
            lock=here.lock,
        ),
    )


def _challenger(here: Checkout) -> model.ModelRecord:
    return model.ModelRecord(
        sha256=here.model_sha256,
        bytes=here.model_bytes,
        rows=here.rows,
        first=name_of(here.first),
        last=name_of(here.last),
    )


def calibration_error(scored: Scored | None) -> float | None:
    """The expected calibration error of a binary model; other kinds have none here."""
    if scored is None or scored.truth.kind != "binary":
        return None
    return min(expected_calibration_error(scored), 1.0)


def _rival(evaluation: Evaluation) -> model.RivalRecord | None:
    rival, facts = evaluation.rival, evaluation.rival.facts
    if facts is None and rival.scored is None:
        return None
    return model.RivalRecord(
        source="champion" if facts else "adopted",
        version=facts.version if facts else None,
        commit=facts.commit if facts else None,
        published=facts.published.date().isoformat() if facts else None,
        model=parts.rival_model(rival),
        own_environment=rival.own_environment,
        left_out=rival.left_out,
    )


def _test_set_record(evaluation: Evaluation, here: Checkout) -> model.TestSetRecord:
    test_set = evaluation.rival.test_set or evaluation.test_set
    partitions = test_set.partitions
    return model.TestSetRecord(
        rows=len(test_set.truth),
        left_out=evaluation.rival.left_out,
        groups=test_set.truth.n_groups,
        effective_groups=round(effective_groups(test_set.truth.sizes), 3),
        first=name_of(partitions[0]),
        last=name_of(partitions[-1]),
        sha256=evaluation.test_set.sha256,
        releases=evaluation.judged_before,
        pull_requests=here.pull_requests,
    )


def _policy(evaluation: Evaluation, here: Checkout) -> model.PolicyRecord:
    policy = evaluation.policy
    return model.PolicyRecord(
        metric=name_of(policy.metric),
        confidence=policy.confidence,
        uses=policy.uses,
        min_groups=policy.min_groups,
        threshold=policy.threshold,
        top=policy.top,
        inconclusive=policy.inconclusive,
        origin="ref" if here.policy_origin == "ref" else "checkout",
        changes=list(here.policy_changes[:100]),
    )


def _anchor(evaluation: Evaluation) -> model.AnchorRecord | None:
    if evaluation.champion.state != "compared":
        return None
    pinned = evaluation.policy.anchor is not None
    if evaluation.anchor is None:
        version = evaluation.champion.facts.version if evaluation.champion.facts else None
        return model.AnchorRecord(version=version, pinned=pinned, state="same_as_champion", result=None)
    version = evaluation.anchor.facts.version if evaluation.anchor.facts else None
    result = parts.result(evaluation.anchor_result) if evaluation.anchor_result else None
    return model.AnchorRecord(version=version, pinned=pinned, state=evaluation.anchor.state, result=result)


def _cost(evaluation: Evaluation, here: Checkout) -> model.CostRecord | None:
    runner, facts = here.runner, evaluation.rival.facts
    if runner is None:
        return None
    stages = sum(facts.stages.values()) if facts and len(facts.stages) == len(here.stages) else None
    spent = facts.cost if facts else None
    theirs, price = (spent.seconds, spent.usd_per_minute) if spent else (stages, runner.usd_per_minute)
    return model.CostRecord(
        runner=name_of(runner.label),
        usd_per_minute=runner.usd_per_minute,
        free=runner.free,
        seconds=round(here.seconds, 2),
        minutes=prices.started(here.seconds),
        dollars=prices.dollars(here.seconds, runner.usd_per_minute),
        rival_seconds=parts.number(theirs),
        rival_dollars=prices.dollars(theirs, price),
    )


def _stages(evaluation: Evaluation, here: Checkout) -> list[model.StageCostRecord]:
    theirs = evaluation.rival.facts.stages if evaluation.rival.facts else {}
    found = []
    for stage in here.stages:
        cost = here.costs.get(stage)
        found.append(
            model.StageCostRecord(
                stage=name_of(stage),
                seconds=cost["seconds"] if cost else None,
                peak_mib=cost["peak_mib"] if cost else None,
                cached=cost is None or (here.ran is not None and stage not in here.ran),
                rival_seconds=parts.number(theirs.get(stage)),
            )
        )
    return found
