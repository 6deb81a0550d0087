"""The command `publish`: publishes the judged model as a version."""

import functools
import json
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.workflow_inputs import github_releases
from ringside.cli.terminal import result, say, seconds, working
from ringside.cli.tracking import track_versions
from ringside.common.files import read_bytes
from ringside.errors import GitHubError
from ringside.github.releases import open_registry
from ringside.loader import load_task
from ringside.params import Params, read_params
from ringside.registry.build import assemble, release_notes
from ringside.registry.candidate import approval, checkout_metadata, refuse_changes
from ringside.registry.publish import Candidate, default_branch_note
from ringside.registry.publish import publish as publish_candidate
from ringside.registry.registry import Registry
from ringside.registry.rollback import checked_reason
from ringside.report.read import read_report
from ringside.store.workspace import Workspace


def publish(
    accept_reason: Annotated[
        str | None,
        typer.Option(help="Publish without the verdict pass; the release shows this reason.", metavar="TEXT"),
    ] = None,
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Publish the judged model as a version that you can fetch, verify and roll back to."""
    workspace = Workspace.find(Path.cwd())
    registry = open_registry(workspace.root, remote)
    candidate = candidate_of(workspace, accept_reason, registry)
    with working("publish: making the release"):
        done = publish_candidate(registry, candidate, workspace.release_draft)
    version = done.metadata.version
    notes = [*done.notes, *filter(None, [default_branch_note(registry, done.metadata.commit) if done.new else None])]
    for note in notes:
        say(f"publish: {note}")
    state = "published" if done.new else "already published as"
    say(f"publish: {state} {version} in {registry.where}, {done.production} is in production, {seconds()}")
    track_versions(registry)
    summary = {"version": version, "new": done.new, "production": done.production, "notes": notes}
    result(json.dumps(summary, indent=2) if as_json else version)


def candidate_of(workspace: Workspace, accept_reason: str | None, registry: Registry) -> Candidate:
    """Return the candidate for a release of this checkout; nothing is built yet.

    Args:
        workspace: the checkout.
        accept_reason: the reason to publish without the verdict pass; None to require it.
        registry: the target; rows of private data are left out of a public one.

    Raises:
        RegistryError: a file that determines the model differs from the commit.
        UsageError: the reason is invalid.
        DataError: there is no report of a verdict.
    """
    accepted = None if accept_reason is None else checked_reason(accept_reason, "--accept-reason")
    refuse_changes(workspace)
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    report = read_report(read_bytes(workspace.report, remedy="run `make run`, which writes a report."))
    metadata = checkout_metadata(workspace, task, params, report, accepted=accepted)
    rows = functools.cache(lambda: _may_contain_rows(registry, params))
    return Candidate(
        metadata,
        approve=approval(workspace, report, metadata),
        fill=lambda final, folder: assemble(workspace, task, final, report, folder, rows=rows()),
        notes=lambda final: release_notes(workspace, final, report, rows=rows()),
    )


def _may_contain_rows(registry: Registry, params: Params) -> bool:
    """Return whether a release may contain rows: a public release contains rows of public data only."""
    releases = github_releases(registry)
    if params.data.public or releases is None or not params.publish.reference_rows:
        return True
    try:
        private = releases.github.get("").get("visibility") in ("private", "internal")
    except GitHubError:
        private = False
    if not private:
        say(
            "publish: the repository is public and the data are private (params.yaml, data.public), so the release has "
            "no reference rows; anyone can read its metrics, its profile (bins, categories, hashes of rows) and "
            "the model"
        )
    return private
