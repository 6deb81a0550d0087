"""The verb `publish`: the model that was judged becomes a version."""

import functools
import json
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.workflow_inputs import on_github
from ringside.cli.terminal import result, say, seconds, working
from ringside.cli.tracking import track_versions
from ringside.common.files import read_bytes
from ringside.errors import GitHubError
from ringside.github.releases import open_registry
from ringside.loader import load_task
from ringside.params import Params, read_params
from ringside.registry.build import assemble, release_notes
from ringside.registry.candidate import approval, checkout_facts, refuse_changes
from ringside.registry.publish import Candidate, default_branch_note
from ringside.registry.publish import publish as make
from ringside.registry.registry import Registry
from ringside.registry.rollback import checked_reason
from ringside.report.read import read_report
from ringside.store.workspace import Workspace


def publish(
    accept_reason: Annotated[
        str | None, typer.Option(help="Publish without a pass, and say why in the release.", metavar="TEXT")
    ] = None,
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Make the model that was judged a version that anyone can fetch, verify and roll back to."""
    workspace = Workspace.find(Path.cwd())
    registry = open_registry(workspace.root, remote)
    candidate = candidate_of(workspace, accept_reason, registry)
    with working("publish: making the release"):
        done = make(registry, candidate, workspace.release_draft)
    version = done.facts.version
    notes = [*done.notes, *filter(None, [default_branch_note(registry, done.facts.commit) if done.new else None])]
    for note in notes:
        say(f"publish: {note}")
    state = "published" if done.new else "already published as"
    say(f"publish: {state} {version} in {registry.where}, {done.production} is in production, {seconds()}")
    track_versions(registry)
    answer = {"version": version, "new": done.new, "production": done.production, "notes": notes}
    result(json.dumps(answer, indent=2) if as_json else version)


def candidate_of(workspace: Workspace, accept_reason: str | None, registry: Registry) -> Candidate:
    """What this checkout would publish; nothing is built yet.

    Args:
        workspace: the checkout.
        accept_reason: why it is published without a pass, if it is.
        registry: where it goes; in a public one stand no rows of data that are not public.

    Raises:
        RegistryError: a file that decides the model differs from the commit.
        UsageError: the reason is none.
        DataError: the verdict has not run.
    """
    accepted = None if accept_reason is None else checked_reason(accept_reason, "--accept-reason")
    refuse_changes(workspace)
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    report = read_report(read_bytes(workspace.report, remedy="run `make run`, which ends with a report."))
    facts = checkout_facts(workspace, task, params, report, accepted=accepted)
    rows = functools.cache(lambda: _rows_may_be_seen(registry, params))
    return Candidate(
        facts,
        approve=approval(workspace, report, facts),
        fill=lambda final, folder: assemble(workspace, task, final, report, folder, rows=rows()),
        notes=lambda final: release_notes(workspace, final, report, rows=rows()),
    )


def _rows_may_be_seen(registry: Registry, params: Params) -> bool:
    """Whether a release may carry rows: where everybody can read it, only those of data that are public."""
    releases = on_github(registry)
    if params.data.public or releases is None or not params.publish.reference_rows:
        return True
    try:
        private = releases.github.get("").get("visibility") in ("private", "internal")
    except GitHubError:
        private = False
    if not private:
        say(
            "publish: the repository is public and the data are not (params.yaml, data.public), so the release has no "
            "reference rows; anyone can read its metrics, its profile (bins, categories, hashes of rows) and the model"
        )
    return private
