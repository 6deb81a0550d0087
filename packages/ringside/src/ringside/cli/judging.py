"""What judging this checkout reads: its files, its commit, its policy."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from ringside.cli.context import Context
from ringside.cli.pending_data import unread
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
from ringside.params import Params, parse_params, read_sections
from ringside.registry.client import find
from ringside.registry.code_hash import code_hash
from ringside.registry.git import Repository
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
"""As many a report names."""


@dataclass(frozen=True)
class Job:
    """What the report says of the job that makes it."""

    runner: Runner | None = None
    """None on a person's machine."""
    lock: LockRecord | None = None
    """The committed dvc.lock beside the one that was made, where they were compared."""
    ran: frozenset[str] | None = None
    """The stages that DVC had no result of; None where nobody looked."""


Stages = dict[str, dict[str, Any]]
"""The stages of a dvc.lock."""


@dataclass(frozen=True)
class Judging:
    """What the verb reads from the checkout."""

    here: Context

    def report(
        self,
        registry: Registry | RegistryError,
        policy_from: str | None,
        pull_requests: int | None,
        *,
        job: Job | None = None,
    ) -> Report:
        """The challenger of this checkout against the champion.

        Args:
            registry: where the champion is, or why it cannot be asked.
            policy_from: the ref whose policy judges; None for this checkout's.
            pull_requests: how many were judged on this test set, if somebody counted.
            job: the one that this is a part of, where there is one.

        Raises:
            UsageError: the outputs are stale, or the policy names what there is not.
        """
        judging = self.params_from(policy_from)
        policy = policy_of(judging, self.here.task)
        stages = self.fresh()
        own = own_metrics(self.here.task)
        loader = self.loader(policy, registry)
        evaluation = compare_with_rivals(loader, loader.champion(), read_adopted(self.here.workspace), own)
        for rival, what in ((evaluation.champion, "the champion"), (evaluation.anchor, "the anchor")):
            if rival is not None and rival.state not in ("compared", "no_champion"):
                say(f"verdict: {what} was not compared: {rival.where}")
        checkout = self.checkout(evaluation, stages, policy_from, _moved(judging, self.here.params))
        found = self._evidence(evaluation, checkout, judging, self.here.workspace.model)
        found = with_notes(found, self.notes(evaluation, checkout, stages))
        checkout = replace(checkout, pull_requests=pull_requests)
        if job is not None:
            checkout = replace(checkout, runner=job.runner, seconds=elapsed(), lock=job.lock, ran=job.ran)
        return self._written(evaluation, judge_rules(found), checkout, own)

    def _evidence(self, evaluation: Evaluation, checkout: Checkout, judging: Params, model: Path) -> Evidence:
        validation = read_json(self.here.workspace.validation, remedy=RERUN)
        content, types = read_bytes(model, remedy=RERUN), self.here.task.trusted_types
        unknown = untrusted(self.here.workspace.trusted, content, where=model.name, trusted_types=types)
        return evidence(evaluation, validation, checkout.profile, judging.validate_.max_quarantined, untrusted=unknown)

    def _written(
        self,
        evaluation: Evaluation,
        findings: tuple[Finding, ...],
        checkout: Checkout,
        own: tuple[MetricDefinition, ...],
    ) -> Report:
        metric = metrics_of(self.here.task.kind, own)[evaluation.policy.metric]
        return make_report(evaluation, findings, checkout, metric, self.here.params.evaluate.bins)

    def params_from(self, ref: str | None) -> Params:
        """The parameters whose policy judges: of a commit, or without one of this checkout."""
        if ref is None:
            return self.here.params
        text = _committed(self.here.workspace.root, ref, "params.yaml")
        if text is None:
            remedy = "name a branch, tag or commit that is here; in a shallow clone, fetch it first."
            raise UsageError("it has no params.yaml, or is not here", where=f"--policy-from {ref}", remedy=remedy)
        return parse_params(text, where=f"params.yaml of {ref}")

    def fresh(self) -> Stages:
        """The stages of dvc.lock, which the files here are the outputs of."""
        return check_fresh(self.here.workspace, read_sections(self.here.workspace.params))

    def loader(self, policy: Policy, registry: Registry | RegistryError) -> RivalLoader:
        """The challenger's side."""
        workspace, task = self.here.workspace, self.here.task
        table = read_table(workspace.predictions, remedy=RERUN)
        test_set = TestSet.of(table, task, threshold=policy.threshold, top=policy.top)
        code = code_hash(workspace.root, task.name)
        return RivalLoader(workspace, task, policy, test_set, registry, self._test_rows, code)

    def _test_rows(self) -> pd.DataFrame:
        with working("verdict: the champion predicts the test rows"):
            rows = side_rows(self.here.workspace, read_split(self.here.workspace), "test").to_pandas()
        return cast("pd.DataFrame", rows.drop(columns=[self.here.task.target]))

    def checkout(
        self, evaluation: Evaluation, stages: Stages, policy_from: str | None, moved: tuple[ParamChangeRecord, ...]
    ) -> Checkout:
        """What the report says of this checkout."""
        workspace = self.here.workspace
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
            policy_changes=moved,
            live=self.here.params.live,
            unread=_unread(workspace),
            rival_params=locked_params(read_lock(folder / "dvc.lock")) if folder else None,
        )

    def notes(self, evaluation: Evaluation, checkout: Checkout, stages: Stages) -> tuple[Finding, ...]:
        """The findings that decide nothing."""
        judged, facts = evaluation.rival.test_set or evaluation.test_set, evaluation.rival.facts
        ours = Costs(
            calibration_error(judged.challenger),
            checkout.latency_ms,
            checkout.model_bytes,
            total_seconds(checkout.costs, len(checkout.stages)),
        )
        size = (evaluation.rival.folder / "model.skops").stat().st_size if evaluation.rival.folder else None
        seconds = sum(facts.stages.values()) if facts and len(facts.stages) == len(checkout.stages) else None
        theirs = Costs(calibration_error(evaluation.rival.scored), facts.latency_ms if facts else None, size, seconds)
        return notes(ours, theirs, rebuild(*self._last_run(stages)))

    def side_by_side(self, old: str, new: str, registry: Registry) -> Report:
        """Two released versions on the rows of this checkout's test set that neither was trained on.

        Raises:
            RegistryError: there is no such version, or it cannot be had.
        """
        policy = policy_of(self.here.params, self.here.task)
        self.fresh()
        loader = self.loader(policy, registry)
        after = loader.released(find(registry, new)).require_scored(new)
        loader = replace(loader, test_set=after.test_set.predicted_by(after.scored.prediction, after.facts.threshold))
        own = own_metrics(self.here.task)
        evaluation = compare_with_rivals(
            loader, loader.released(find(registry, old)).require_scored(old).rival, None, own
        )
        checkout = self._released(after, evaluation)
        found = self._evidence(evaluation, checkout, self.here.params, after.folder / "model.skops")
        return self._written(evaluation, judge_rules(found), checkout, own)

    def _released(self, version: ScoredRival, evaluation: Evaluation) -> Checkout:
        """What the report says of a released version in the challenger's place."""
        facts, folder = version.facts, version.folder
        own = (evaluation.rival.folder or folder) / "dvc.lock"
        return Checkout(
            commit=facts.commit,
            dirty=False,
            model_sha256=facts.model,
            model_bytes=(folder / "model.skops").stat().st_size,
            rows=facts.rows,
            first=facts.first,
            last=facts.last,
            model_lock=_sha256(folder / "model.txt"),
            data=_sha256(folder / "manifest.json"),
            params=locked_params(read_lock(folder / "dvc.lock")),
            profile=version.profile,
            costs={name: StageCost(seconds=cost, peak_mib=None, output="") for name, cost in facts.stages.items()},
            stages=tuple(self.here.workspace.stage_outputs),
            policy_origin="checkout",
            rival_params=locked_params(read_lock(own)),
            version=facts.version,
            latency=facts.latency_ms,
        )

    def _last_run(self, stages: Stages) -> tuple[Stages | None, Stages, tuple[dict[str, Any], dict[str, Any]]]:
        """dvc.lock and metrics.json of the last commit beside those that stand here."""
        workspace = self.here.workspace
        lock, metrics = (_committed(workspace.root, "HEAD", path) for path in ("dvc.lock", "reports/metrics.json"))
        now = read_json(workspace.metrics, remedy=RERUN)
        if lock is None or metrics is None:
            return None, stages, ({}, now)
        return parse_lock(lock), stages, (json.loads(metrics), now)


def _moved(judging: Params, here: Params) -> tuple[ParamChangeRecord, ...]:
    """What a change of the policy would change: its section, and how many rows may fail the schema."""
    before, after = (
        flat({"policy": each.policy.model_dump(), "validate": each.validate_.model_dump()}) for each in (judging, here)
    )
    return tuple(changes(before, after))


def _unread(workspace: Workspace) -> PendingDataRecord | None:
    """What the report may say of rows that were not ingested: no word that the source said."""
    found = unread(workspace)
    if found is None:
        return None
    names = [name_of(name) for name in found.partitions[:_PARTITIONS]]
    state: UnreadState = "refused" if found.refused is not None else "newer" if names else "unknown"
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
    """A file as a commit has it; None where there is no such commit or file."""
    # Git reads an empty ref as its index.
    if not ref or ref.startswith("-") or ":" in ref:
        return None
    answer = Repository(root).run("show", f"{ref}:{path}", "--")
    return answer.out if answer.code == 0 else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
