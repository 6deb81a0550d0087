"""The evaluation of this checkout: from its files, commit and policy to the report."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from ringside.cli.context import Context
from ringside.cli.pending_data import pending_data
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import elapsed, say, working
from ringside.common.context import RERUN
from ringside.common.files import read_bytes, read_json
from ringside.common.split import read_split, side_rows
from ringside.common.tables import read_table
from ringside.errors import RegistryError, UsageError
from ringside.evaluation.dvc_lock import check_fresh, flat, locked_params, parse_lock, read_lock
from ringside.evaluation.evidence import Evaluation, compare_with_rivals, evidence, with_notes
from ringside.evaluation.report_builder import Checkout, calibration_error, make_report
from ringside.evaluation.report_parts import changes
from ringside.evaluation.resources import Costs, notes, rebuild, total_seconds
from ringside.evaluation.rivals import RivalLoader, ScoredRival
from ringside.evaluation.test_set import TestSet
from ringside.git import Repository
from ringside.params import Params, parse_params, read_sections
from ringside.registry.client import find
from ringside.registry.code_hash import code_hash
from ringside.registry.registry import Registry
from ringside.report.model import LockRecord, ParamChangeRecord, PendingDataRecord, Report, UnreadState, name_of
from ringside.report.prices import Runner
from ringside.store.adopted import read_adopted
from ringside.store.caches import untrusted
from ringside.store.times import StageCost, costs
from ringside.store.workspace import Workspace
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.policy import Policy
from ringside.verdict.rules import Evidence, Finding, judge_rules

_PARTITIONS = 200
"""Largest number of partitions that a report names."""


@dataclass(frozen=True)
class Job:
    """The job of an evaluation, for the report."""

    runner: Runner | None = None
    """Machine of the job; None outside of Actions."""
    lock: LockRecord | None = None
    """Comparison of the committed dvc.lock with the new one, if there was one."""
    ran: frozenset[str] | None = None
    """Stages that DVC ran because it had no result for them; None if unknown."""


Stages = dict[str, dict[str, Any]]
"""Stages of a dvc.lock."""


@dataclass(frozen=True)
class Judging:
    """The evaluation of a checkout."""

    context: Context

    def report(
        self,
        registry: Registry | RegistryError,
        policy_from: str | None,
        pull_requests: int | None,
        *,
        job: Job | None = None,
    ) -> Report:
        """Compare the challenger of this checkout with the champion, and return the report.

        Args:
            registry: the registry of the champion, or the error of opening it.
            policy_from: the ref whose policy judges; None for the policy of this checkout.
            pull_requests: the number of pull requests judged on this test set, if known.
            job: the job of this evaluation, in Actions.

        Raises:
            UsageError: the outputs are stale, or the policy names something that does not exist.
        """
        policy_params = self.params_from(policy_from)
        policy = policy_of(policy_params, self.context.task)
        stages = self.fresh()
        own = own_metrics(self.context.task)
        loader = self.loader(policy, registry)
        evaluation = compare_with_rivals(loader, loader.champion(), read_adopted(self.context.workspace), own)
        for rival, role in ((evaluation.champion, "the champion"), (evaluation.anchor, "the anchor")):
            if rival is not None and rival.state not in ("compared", "no_champion"):
                say(f"verdict: {role} was not compared: {rival.where}")
        checkout = self.checkout(evaluation, stages, policy_from, _policy_changes(policy_params, self.context.params))
        rule_inputs = self._evidence(evaluation, checkout, policy_params, self.context.workspace.model)
        rule_inputs = with_notes(rule_inputs, self.notes(evaluation, checkout, stages))
        checkout = replace(checkout, pull_requests=pull_requests)
        if job is not None:
            checkout = replace(checkout, runner=job.runner, seconds=elapsed(), lock=job.lock, ran=job.ran)
        return self._make_report(evaluation, judge_rules(rule_inputs), checkout, own)

    def _evidence(self, evaluation: Evaluation, checkout: Checkout, policy_params: Params, model: Path) -> Evidence:
        validation = read_json(self.context.workspace.validation, remedy=RERUN)
        content, types = read_bytes(model, remedy=RERUN), self.context.task.trusted_types
        unknown = untrusted(self.context.workspace.trusted, content, where=model.name, trusted_types=types)
        return evidence(
            evaluation, validation, checkout.profile, policy_params.validate_.max_quarantined, untrusted=unknown
        )

    def _make_report(
        self,
        evaluation: Evaluation,
        findings: tuple[Finding, ...],
        checkout: Checkout,
        own: tuple[MetricDefinition, ...],
    ) -> Report:
        metric = metrics_of(self.context.task.kind, own)[evaluation.policy.metric]
        return make_report(evaluation, findings, checkout, metric, self.context.params.evaluate.bins)

    def params_from(self, ref: str | None) -> Params:
        """Return the parameters whose policy judges: those of a ref, or without one those of this checkout."""
        if ref is None:
            return self.context.params
        text = _committed(self.context.workspace.root, ref, "params.yaml")
        if text is None:
            remedy = "name a branch, tag or commit of this clone; in a shallow clone, fetch it first."
            raise UsageError(
                "it has no params.yaml, or is not in this clone", where=f"--policy-from {ref}", remedy=remedy
            )
        return parse_params(text, where=f"params.yaml of {ref}")

    def fresh(self) -> Stages:
        """Return the stages of dvc.lock, after a check that the files of this checkout are their outputs."""
        return check_fresh(self.context.workspace, read_sections(self.context.workspace.params))

    def loader(self, policy: Policy, registry: Registry | RegistryError) -> RivalLoader:
        """Return the loader of rivals for the test set of this checkout."""
        workspace, task = self.context.workspace, self.context.task
        table = read_table(workspace.predictions, remedy=RERUN)
        test_set = TestSet.of(table, task, threshold=policy.threshold, top=policy.top)
        code = code_hash(workspace.root, task.name)
        return RivalLoader(workspace, task, policy, test_set, registry, self._test_rows, code)

    def _test_rows(self) -> pd.DataFrame:
        with working("verdict: the champion predicts the test rows"):
            rows = side_rows(self.context.workspace, read_split(self.context.workspace), "test").to_pandas()
        return cast("pd.DataFrame", rows.drop(columns=[self.context.task.target]))

    def checkout(
        self,
        evaluation: Evaluation,
        stages: Stages,
        policy_from: str | None,
        policy_changes: tuple[ParamChangeRecord, ...],
    ) -> Checkout:
        """Return the description of this checkout, for the report."""
        workspace = self.context.workspace
        content = read_bytes(workspace.model, remedy=RERUN)
        metrics, split = read_json(workspace.metrics, remedy=RERUN), read_split(workspace)
        folder = evaluation.rival.folder
        repository = Repository(workspace.root)
        return Checkout(
            commit=_head(repository),
            dirty=_is_dirty(repository),
            model_sha256=hashlib.sha256(content).hexdigest(),
            model_bytes=len(content),
            rows=metrics["rows"]["train"],
            first=split.train[0],
            last=split.train[-1],
            model_lock=_sha256(workspace.lock),
            data=_sha256(workspace.manifest),
            params=locked_params(stages),
            profile=read_json(workspace.profile, remedy=RERUN),
            costs=costs(workspace.times, workspace.stage_outputs),
            stages=tuple(workspace.stage_outputs),
            policy_origin="checkout" if policy_from is None else "ref",
            policy_changes=policy_changes,
            live=self.context.params.live,
            unread=_pending(workspace),
            rival_params=locked_params(read_lock(folder / "dvc.lock")) if folder else None,
        )

    def notes(self, evaluation: Evaluation, checkout: Checkout, stages: Stages) -> tuple[Finding, ...]:
        """Return the findings that do not affect the verdict."""
        test_set, metadata = evaluation.rival.test_set or evaluation.test_set, evaluation.rival.facts
        challenger_costs = Costs(
            calibration_error(test_set.challenger),
            checkout.latency_ms,
            checkout.model_bytes,
            total_seconds(checkout.costs, len(checkout.stages)),
        )
        size = (evaluation.rival.folder / "model.skops").stat().st_size if evaluation.rival.folder else None
        complete = metadata is not None and len(metadata.stages) == len(checkout.stages)
        seconds = sum(metadata.stages.values()) if metadata and complete else None
        latency = metadata.latency_ms if metadata else None
        rival_costs = Costs(calibration_error(evaluation.rival.scored), latency, size, seconds)
        return notes(challenger_costs, rival_costs, rebuild(*self._last_run(stages)))

    def side_by_side(self, old: str, new: str, registry: Registry) -> Report:
        """Compare two released versions on the test rows of this checkout that neither was trained on.

        Raises:
            RegistryError: a version does not exist, or cannot be fetched.
        """
        policy = policy_of(self.context.params, self.context.task)
        self.fresh()
        loader = self.loader(policy, registry)
        after = loader.released(find(registry, new)).require_scored(new)
        loader = replace(loader, test_set=after.test_set.predicted_by(after.scored.prediction, after.facts.threshold))
        own = own_metrics(self.context.task)
        evaluation = compare_with_rivals(
            loader, loader.released(find(registry, old)).require_scored(old).rival, None, own
        )
        checkout = self._released(after, evaluation)
        rule_inputs = self._evidence(evaluation, checkout, self.context.params, after.folder / "model.skops")
        return self._make_report(evaluation, judge_rules(rule_inputs), checkout, own)

    def _released(self, version: ScoredRival, evaluation: Evaluation) -> Checkout:
        """Return the description of a released version in place of the challenger, for the report."""
        metadata, folder = version.facts, version.folder
        rival_lock = (evaluation.rival.folder or folder) / "dvc.lock"
        return Checkout(
            commit=metadata.commit,
            dirty=False,
            model_sha256=metadata.model,
            model_bytes=(folder / "model.skops").stat().st_size,
            rows=metadata.rows,
            first=metadata.first,
            last=metadata.last,
            model_lock=_sha256(folder / "model.txt"),
            data=_sha256(folder / "manifest.json"),
            params=locked_params(read_lock(folder / "dvc.lock")),
            profile=version.profile,
            costs={name: StageCost(seconds=cost, peak_mib=None, output="") for name, cost in metadata.stages.items()},
            stages=tuple(self.context.workspace.stage_outputs),
            policy_origin="checkout",
            rival_params=locked_params(read_lock(rival_lock)),
            version=metadata.version,
            latency=metadata.latency_ms,
        )

    def _last_run(self, stages: Stages) -> tuple[Stages | None, Stages, tuple[dict[str, Any], dict[str, Any]]]:
        """Return dvc.lock and metrics.json of the last commit, and those of this checkout."""
        workspace = self.context.workspace
        lock, metrics = (_committed(workspace.root, "HEAD", path) for path in ("dvc.lock", "reports/metrics.json"))
        now = read_json(workspace.metrics, remedy=RERUN)
        if lock is None or metrics is None:
            return None, stages, ({}, now)
        return parse_lock(lock), stages, (json.loads(metrics), now)


def _policy_changes(judging: Params, checkout: Params) -> tuple[ParamChangeRecord, ...]:
    """Return the changed values of `policy` and `validate` between the judging parameters and the checkout's."""
    before, after = (
        flat({"policy": each.policy.model_dump(), "validate": each.validate_.model_dump()})
        for each in (judging, checkout)
    )
    return tuple(changes(before, after))


def _pending(workspace: Workspace) -> PendingDataRecord | None:
    """Return the record of data that were not ingested, without any text from the source."""
    pending = pending_data(workspace)
    if pending is None:
        return None
    names = [name_of(name) for name in pending.partitions[:_PARTITIONS]]
    state: UnreadState = "refused" if pending.refused is not None else "newer" if names else "unknown"
    return PendingDataRecord(state=state, partitions=names)


def _head(repository: Repository) -> str | None:
    try:
        return repository.head()
    except RegistryError:
        return None


def _is_dirty(repository: Repository) -> bool:
    try:
        return bool(repository.changed_inputs())
    except RegistryError:
        return True


def _committed(root: Path, ref: str, path: str) -> str | None:
    """Return a file of a commit; None if the commit or the file does not exist."""
    # An empty ref would mean Git's index.
    if not ref or ref.startswith("-") or ":" in ref:
        return None
    shown = Repository(root).run("show", f"{ref}:{path}", "--")
    return shown.out if shown.code == 0 else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
