"""The report of an evaluation."""

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
    """Description of this checkout for the report."""

    commit: str | None
    dirty: bool
    model_sha256: str
    model_bytes: int
    rows: int
    """Number of training rows."""
    first: str
    last: str
    """First and last partition of the training data."""
    model_lock: str
    data: str
    """Hashes of requirements/model.txt and data/manifest.json."""
    params: Mapping[str, object]
    """Parameters of the last run of the stages, by dotted key."""
    profile: Mapping[str, Any]
    costs: Mapping[str, StageCost]
    stages: tuple[str, ...]
    policy_origin: str
    policy_changes: tuple[model.ParamChangeRecord, ...] = ()
    rival_params: Mapping[str, object] | None = None
    pull_requests: int | None = None
    live: bool = True
    """True if a merged model is published automatically."""
    unread: model.PendingDataRecord | None = None
    """Rows in data/source that are not ingested."""
    version: str | None = None
    """Version of the challenger if it is already released."""
    latency: float | None = None
    """Latency of a released version, as measured at its release."""
    runner: prices.Runner | None = None
    """Runner of the job; None on your machine."""
    seconds: float = 0.0
    """Seconds since the job started, without its setup."""
    ran: frozenset[str] | None = None
    """Stages that ran for this report; None if only notes of earlier runs exist."""
    lock: model.LockRecord | None = None
    """The committed dvc.lock compared with the one of this checkout; None if not compared."""

    @property
    def latency_ms(self) -> float | None:
        """Milliseconds for 1,000 predictions."""
        cost = self.costs.get("evaluate")
        return cost.get("latency_ms") if cost else self.latency


def make_report(
    evaluation: Evaluation, findings: tuple[Finding, ...], checkout: Checkout, metric: MetricDefinition, bins: int
) -> model.Report:
    """Return the report.

    Args:
        evaluation: The results of all comparisons.
        findings: The findings of the rules.
        checkout: The checkout.
        metric: The deciding metric.
        bins: Number of bins of the calibration curve.

    Returns:
        The content of report.json.
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
        live=checkout.live,
        unread=checkout.unread,
        challenger=_challenger(checkout),
        challenger_version=checkout.version,
        rival=_rival(evaluation),
        window=_test_set_record(evaluation, checkout),
        policy=_policy(evaluation, checkout),
        rules=[parts.rule(finding) for finding in findings],
        metrics=[parts.result(result) for result in results],
        against="rival" if compared else "baseline",
        baseline=parts.result(evaluation.baseline),
        anchor=_anchor(evaluation),
        floors=[parts.floor(floor) for floor in evaluation.floors],
        slices=slices,
        slices_left_out=left_out,
        params=parts.changes(checkout.rival_params, checkout.params) if checkout.rival_params is not None else [],
        data=parts.data_diff(rival.profile, checkout.profile, test_set.task) if rival.profile is not None else None,
        curves=parts.drawn(judged.challenger, bins),
        rival_curves=parts.drawn(rival.scored, bins) if rival.scored else None,
        groups=parts.by_group(judged, rival.scored, metric),
        calibration_error=calibration_error(judged.challenger),
        rival_calibration_error=calibration_error(rival.scored),
        stages=_stages(evaluation, checkout),
        cost=_cost(evaluation, checkout),
        latency_ms=checkout.latency_ms,
        rival_latency_ms=parts.number(rival.facts.latency_ms) if rival.facts else None,
        reproduce=model.ReproduceRecord(
            commit=checkout.commit,
            dirty=checkout.dirty,
            model_lock=checkout.model_lock,
            data=checkout.data,
            python=platform.python_version(),
            lock=checkout.lock,
        ),
    )


def _challenger(checkout: Checkout) -> model.ModelRecord:
    return model.ModelRecord(
        sha256=checkout.model_sha256,
        bytes=checkout.model_bytes,
        rows=checkout.rows,
        first=name_of(checkout.first),
        last=name_of(checkout.last),
    )


def calibration_error(scored: Scored | None) -> float | None:
    """Return the expected calibration error of a binary model; None for other kinds."""
    if scored is None or scored.truth.kind != "binary":
        return None
    return min(expected_calibration_error(scored), 1.0)


def _rival(evaluation: Evaluation) -> model.RivalRecord | None:
    rival, metadata = evaluation.rival, evaluation.rival.facts
    if metadata is None and rival.scored is None:
        return None
    return model.RivalRecord(
        source="champion" if metadata else "adopted",
        version=metadata.version if metadata else None,
        commit=metadata.commit if metadata else None,
        published=metadata.published.date().isoformat() if metadata else None,
        model=parts.rival_model(rival),
        own_environment=rival.own_environment,
        left_out=rival.left_out,
    )


def _test_set_record(evaluation: Evaluation, checkout: Checkout) -> model.TestSetRecord:
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
        pull_requests=checkout.pull_requests,
    )


def _policy(evaluation: Evaluation, checkout: Checkout) -> model.PolicyRecord:
    policy = evaluation.policy
    return model.PolicyRecord(
        metric=name_of(policy.metric),
        confidence=policy.confidence,
        uses=policy.uses,
        min_groups=policy.min_groups,
        threshold=policy.threshold,
        top=policy.top,
        inconclusive=policy.inconclusive,
        origin="ref" if checkout.policy_origin == "ref" else "checkout",
        changes=list(checkout.policy_changes[:100]),
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


def _cost(evaluation: Evaluation, checkout: Checkout) -> model.CostRecord | None:
    runner, metadata = checkout.runner, evaluation.rival.facts
    if runner is None:
        return None
    stages = sum(metadata.stages.values()) if metadata and len(metadata.stages) == len(checkout.stages) else None
    spent = metadata.cost if metadata else None
    theirs, price = (spent.seconds, spent.usd_per_minute) if spent else (stages, runner.usd_per_minute)
    return model.CostRecord(
        runner=name_of(runner.label),
        usd_per_minute=runner.usd_per_minute,
        free=runner.free,
        seconds=round(checkout.seconds, 2),
        minutes=prices.started(checkout.seconds),
        dollars=prices.dollars(checkout.seconds, runner.usd_per_minute),
        rival_seconds=parts.number(theirs),
        rival_dollars=prices.dollars(theirs, price),
    )


def _stages(evaluation: Evaluation, checkout: Checkout) -> list[model.StageCostRecord]:
    theirs = evaluation.rival.facts.stages if evaluation.rival.facts else {}
    records = []
    for stage in checkout.stages:
        cost = checkout.costs.get(stage)
        records.append(
            model.StageCostRecord(
                stage=name_of(stage),
                seconds=cost["seconds"] if cost else None,
                peak_mib=cost["peak_mib"] if cost else None,
                cached=cost is None or (checkout.ran is not None and stage not in checkout.ran),
                rival_seconds=parts.number(theirs.get(stage)),
            )
        )
    return records
