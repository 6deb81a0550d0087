"""The release metadata of this checkout, and the check that its report allows a release."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

from ringside.common.manifest import Manifest
from ringside.common.task import Task
from ringside.errors import RegistryError
from ringside.git import Repository
from ringside.loader import load_schema
from ringside.params import Params
from ringside.registry.checksums import sha256
from ringside.registry.code_hash import code_hash
from ringside.registry.models import CostRecord, ReleaseMetadata
from ringside.report.model import Report
from ringside.store.workspace import Workspace

UNPUBLISHED = "v0.0.0"
"""Version in the metadata of a model that is not published yet."""
_SECTIONS = {"task", "validate_", "split", "train", "evaluate"}
_EXIT_CODES = {"fail": 3, "inconclusive": 4}
_AGAIN = "run `make run`, which trains and evaluates this checkout, then publish."


def inputs_hash(workspace: Workspace, params: Params) -> str:
    """Return the SHA-256 of a model's inputs, 64 hex digits; equal inputs would publish the same version.

    It covers the task's code with its packages, the parameters that stages read (neither the policy nor comments),
    and the values of the data. The package `ringside` is not an input: an update of it publishes nothing. The task's
    code is not run.

    Raises:
        DataError: the manifest is missing or invalid.
        RegistryError: the task's code is missing.
    """
    entries = Manifest.read(workspace.manifest, task=params.task).entries.values()
    parts = {
        "code": code_hash(workspace.root, params.task),
        "params": params.model_dump(mode="json", include=_SECTIONS),
        "data": [[entry.partition, entry.rows, entry.content] for entry in entries],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def columns(task: Task) -> dict[str, str]:
    """Return each feature of the schema with its dtype, followed by `?` if it is nullable.

    Raises:
        TaskError: `schema.py` is missing or has no schema.
    """
    schema = load_schema(task).columns.items()
    return {str(name): f"{column.dtype}{'?' * column.nullable}" for name, column in schema if name != task.target}


def checkout_metadata(
    workspace: Workspace, task: Task, params: Params, report: Report, *, accepted: str | None
) -> ReleaseMetadata:
    """Return the release metadata of this checkout and its report, with the version `UNPUBLISHED`.

    Args:
        workspace: the checkout.
        task: its task.
        params: its parameters.
        report: the report on its model.
        accepted: the reason to publish without a pass; None if there is none.

    Raises:
        RegistryError: there is no commit.
        DataError: the manifest is missing or invalid.
        TaskError: the schema is missing or invalid.
    """
    compared = report.rival is not None and report.rival.source == "champion" and report.champion == "compared"
    return ReleaseMetadata(
        version=UNPUBLISHED,
        commit=Repository(workspace.root).head(),
        published=datetime.fromtimestamp(0, UTC),
        task=task.name,
        kind=task.kind,
        target=task.target,
        columns=columns(task),
        model=report.challenger.sha256,
        code=code_hash(workspace.root, task.name),
        inputs=inputs_hash(workspace, params),
        python=report.reproduce.python,
        threshold=report.policy.threshold,
        verdict=report.verdict,
        deciding=report.metrics[0].outcome if compared and report.metrics else None,
        champion=report.rival.version if compared and report.rival else None,
        # A passing verdict needs no reason.
        accepted=accepted if report.verdict != "pass" else None,
        window=report.window.sha256,
        metrics={metric.metric: metric.challenger for metric in report.metrics if metric.challenger is not None},
        first=report.challenger.first,
        last=report.challenger.last,
        rows=report.challenger.rows,
        latency_ms=report.latency_ms,
        stages={stage.stage: stage.seconds for stage in report.stages if stage.seconds is not None},
        cost=_spent(report),
    )


def _spent(report: Report) -> CostRecord | None:
    cost = report.cost
    if cost is None:
        return None
    return CostRecord(runner=cost.runner, usd_per_minute=cost.usd_per_minute, seconds=cost.seconds)


def refuse_changes(workspace: Workspace) -> None:
    """Raise if the checkout has uncommitted changes of inputs.

    Raises:
        RegistryError: a file that determines the model or its wheel differs from the commit.
    """
    if changed := Repository(workspace.root).changed_inputs():
        message = f"{', '.join(changed[:_SHOWN])}{' and more' * (len(changed) > _SHOWN)} differ from the commit"
        remedy = "commit or stash your changes, run `make run`, then publish."
        raise RegistryError(message, where=str(workspace.root), remedy=remedy)


def approval(workspace: Workspace, report: Report, metadata: ReleaseMetadata) -> Callable[[], None]:
    """Return a function that raises if the report does not allow a release or belongs to another checkout state.

    The function raises:
        RegistryError: the verdict is no pass and no reason accepts it (exit code 3 for `fail`, 4 for `inconclusive`);
            or the report belongs to another task, model, lock, data or commit.
    """

    def approve() -> None:
        """Raise if the report does not allow a release."""
        _check_state(workspace, report, metadata)
        if report.verdict != "pass" and metadata.accepted is None:
            message = f"the verdict is {report.verdict}, so nothing is published"
            remedy = "see reports/report.md; to publish anyway, pass --accept-reason TEXT, which the release records."
            error = RegistryError(message, where=workspace.relative(workspace.report), remedy=remedy)
            error.exit_code = _EXIT_CODES[report.verdict]
            raise error

    return approve


def _check_state(workspace: Workspace, report: Report, metadata: ReleaseMetadata) -> None:
    stated = report.reproduce
    mismatches = {
        f"task {report.task}": report.task == metadata.task,
        "another model than models/model.skops": report.challenger.sha256 == sha256(workspace.model),
        "another requirements/model.txt": stated.model_lock == sha256(workspace.lock),
        "another data/manifest.json": stated.data == sha256(workspace.manifest),
        "a checkout with uncommitted changes": not stated.dirty,
        f"another commit ({stated.commit or 'none'})": stated.commit is not None
        and (
            stated.commit == metadata.commit or Repository(workspace.root).same_inputs(stated.commit, metadata.commit)
        ),
    }
    if wrong := [what for what, same in mismatches.items() if not same]:
        where = workspace.relative(workspace.report)
        raise RegistryError(f"it is about {wrong[0]}", where=where, remedy=_AGAIN)


_SHOWN = 5
