"""What this checkout would publish: its metadata, and whether its report allows it."""

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
"""The version of what has none yet."""
_SECTIONS = {"task", "validate_", "split", "train", "evaluate"}
_EXIT_CODES = {"fail": 3, "inconclusive": 4}
_AGAIN = "run `make run`, which trains and judges what is here, and publish then."


def inputs_hash(workspace: Workspace, params: Params) -> str:
    """SHA-256 over what a model is made of, 64 hex digits: equal where publishing again would publish the same.

    It covers the task's code with its packages, the parameters that stages read (not the policy, and no comment), and
    the values of the data. The machinery is no input: an update of it publishes nothing. The task's code is not run.

    Raises:
        DataError: the manifest is none.
        RegistryError: the task's code is not here.
    """
    entries = Manifest.read(workspace.manifest, task=params.task).entries.values()
    parts = {
        "code": code_hash(workspace.root, params.task),
        "params": params.model_dump(mode="json", include=_SECTIONS),
        "data": [[entry.partition, entry.rows, entry.content] for entry in entries],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def columns(task: Task) -> dict[str, str]:
    """What the model takes: each column of the schema but the target with its dtype, `?` where it may be missing.

    Raises:
        TaskError: `schema.py` is missing or has no schema.
    """
    schema = load_schema(task).columns.items()
    return {str(name): f"{column.dtype}{'?' * column.nullable}" for name, column in schema if name != task.target}


def checkout_metadata(
    workspace: Workspace, task: Task, params: Params, report: Report, *, accepted: str | None
) -> ReleaseMetadata:
    """The metadata of this checkout and its report, of version `UNPUBLISHED`.

    Args:
        workspace: the checkout.
        task: its task.
        params: its parameters.
        report: what judged its model.
        accepted: why people publish it without a pass, if they do.

    Raises:
        RegistryError: there is no commit.
        DataError: the manifest is none.
        TaskError: the schema is none.
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
        # A reason says why there was no pass; where there was one, there is nothing to accept.
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
    """See that the commit holds what is here.

    Raises:
        RegistryError: a file that decides the model or its wheel differs from the commit.
    """
    if changed := Repository(workspace.root).changed_inputs():
        found = f"{', '.join(changed[:_SHOWN])}{' and more' * (len(changed) > _SHOWN)} differ from the commit"
        remedy = "commit (or put away) your changes, run `make run` and publish then."
        raise RegistryError(found, where=str(workspace.root), remedy=remedy)


def approval(workspace: Workspace, report: Report, metadata: ReleaseMetadata) -> Callable[[], None]:
    """What refuses to publish where the report does not allow it, or is of another state than this checkout's.

    The function raises:
        RegistryError: the verdict is no pass and nobody accepted that (exit code 3 for `fail`, 4 for `inconclusive`);
            or the report is of another task, model, lock, data or commit.
    """

    def approve() -> None:
        """Raise where the report does not allow it."""
        _check_state(workspace, report, metadata)
        if report.verdict != "pass" and metadata.accepted is None:
            found = f"the verdict is {report.verdict}: nothing is published, the champion stays"
            remedy = "see why in reports/report.md; who takes it all the same says --accept-reason TEXT, which is kept."
            error = RegistryError(found, where=workspace.relative(workspace.report), remedy=remedy)
            error.exit_code = _EXIT_CODES[report.verdict]
            raise error

    return approve


def _check_state(workspace: Workspace, report: Report, metadata: ReleaseMetadata) -> None:
    stated = report.reproduce
    found = {
        f"task {report.task}": report.task == metadata.task,
        "another model than models/model.skops": report.challenger.sha256 == sha256(workspace.model),
        "another requirements/model.txt": stated.model_lock == sha256(workspace.lock),
        "another data/manifest.json": stated.data == sha256(workspace.manifest),
        "a checkout with changes that were not committed": not stated.dirty,
        f"another commit ({stated.commit or 'none'})": stated.commit is not None
        and (
            stated.commit == metadata.commit or Repository(workspace.root).same_inputs(stated.commit, metadata.commit)
        ),
    }
    if wrong := [what for what, same in found.items() if not same]:
        where = workspace.relative(workspace.report)
        raise RegistryError(f"it is about {wrong[0]}", where=where, remedy=_AGAIN)


_SHOWN = 5
