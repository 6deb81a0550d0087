"""The command `ci rebuild`: rebuilds the model from the merged code and judges it before it is published."""

import sys
from pathlib import Path

from ringside.cli.ci.job_context import are_rows_readable
from ringside.cli.ci.publish import NOTES, fingerprint
from ringside.cli.ci.train import StopError, Training
from ringside.cli.ci.workflow_inputs import github_releases, read_input, run_and_registry
from ringside.cli.publish import candidate_of
from ringside.cli.terminal import say
from ringside.cli.tracking import track_evaluation
from ringside.cli.verdict import renderings
from ringside.common.files import read_bytes, remove, write_bytes
from ringside.errors import RingsideError
from ringside.github.reviewed_evidence import ReviewedComparison, committed, compare, shown
from ringside.github.run import Run
from ringside.registry.checksums import SUMS
from ringside.registry.publish import prepare, published_as
from ringside.registry.registry import Registry
from ringside.registry.rollback import checked_reason
from ringside.report.model import Report
from ringside.report.render.terminal import to_terminal
from ringside.report.words import headline
from ringside.store.workspace import Workspace

FOLDER = "release"
"""Folder for the next job, below the root of the checkout."""


def rebuild() -> None:
    """Rebuild the model from the merged code, compare it with what was reviewed, judge it, and prepare its release.

    Exits with 3 for the verdict fail, and with 1 for an error or a model that differs from the reviewed one; an
    inconclusive model is prepared only with a reason.
    """
    run, registry = run_and_registry()
    workspace = Workspace.find(Path.cwd())
    reason = read_input(run, "reason", "accept_reason")
    accepted = checked_reason(reason, "accept_reason") if reason else None
    run.output("cache", str(may_cache(run, workspace)).lower())
    report = _rebuild(run, workspace)
    reviewed = _compare_with_reviewed(run, registry, workspace, report)
    say(f"rebuild: {reviewed.sentence}")
    _exit_if_different(run, reviewed)
    if report.verdict != "pass" and accepted is None:
        _exit_unpublished(run, report, reviewed)
    try:
        _prepare(run, registry, workspace, accepted, reviewed)
    except RingsideError:
        _set_outputs(run, version="", publish=False, sums="")
        raise


def may_cache(run: Run, workspace: Workspace) -> bool:
    """Return whether computed files may be stored in Actions' cache, which any author of a pull request can read.

    In a public repository, `data.public` of params.yaml decides.
    """
    if are_rows_readable(run, workspace):
        return True
    say("the repository is public and the data are private (params.yaml, data.public): Actions' cache gets no data")
    return False


def _rebuild(run: Run, workspace: Workspace) -> Report:
    """Return the report on the model of this checkout, built without results of other runs."""
    if run.in_actions:
        # A pull request may have written the results of other runs.
        remove(workspace.root / ".dvc" / "cache" / "runs")
    job = Training(run, workspace, "origin", None)
    job.remove_reports()
    try:
        report = job.train_and_judge()
    except StopError as stop:
        _set_outputs(run, version="", publish=False, sums="")
        unread = stop.reason == "data_unreadable"
        why = "this job cannot read the data" if unread else f"the step {stop.step} failed"
        remedy = (
            "give this workflow access to the data (docs/remotes.md) and run it again." if unread else "see its log."
        )
        run.annotate("error", f"Nothing is published: {why}. What to do: {remedy}")
        sys.exit(1)
    files = renderings(workspace, report)
    for path, content in files.items():
        write_bytes(path, content)
    track_evaluation(workspace, report)
    print("\n".join(to_terminal(report)), flush=True)
    if run.in_actions:
        run.summary(files[workspace.report_text].decode())
    return report


def _compare_with_reviewed(run: Run, registry: Registry, workspace: Workspace, report: Report) -> ReviewedComparison:

    repository = registry.repository
    releases = github_releases(registry)
    evidence = None
    if releases is not None:
        branch = run.at("repository", "default_branch") or "main"
        evidence = shown(releases.github, repository.head(), str(branch), report)

    def at_head(path: str) -> str | None:
        """Return a file of the commit, or None."""
        output = repository.run("show", f"HEAD:{path}", "--")
        return output.out if output.code == 0 else None

    return compare(report, evidence or committed(workspace.root, at_head, report))


def _exit_if_different(run: Run, reviewed: ReviewedComparison) -> None:
    """Exit with 1 if the model differs from the reviewed one."""
    if reviewed.state != "apart":
        return
    _set_outputs(run, version="", publish=False, sums="")
    remedy = (
        "find the difference between the pull request and main (another merge, another machine, numbers that were not "
        "made by this code); open a pull request that changes the model: its report shows the model of main."
    )
    run.annotate(
        "error", f"Nothing is published. {reviewed.sentence} What to do: {remedy}", title="Not what was reviewed"
    )
    run.summary(f"**Nothing is published.** {reviewed.sentence}\n\nWhat to do: {remedy}")
    sys.exit(1)


def _exit_unpublished(run: Run, report: Report, reviewed: ReviewedComparison) -> None:
    """Exit without publishing, because of the verdict."""
    _set_outputs(run, version="", publish=False, sums="")
    champion = f"{report.rival.version} stays" if report.rival and report.rival.version else "nothing changes"
    sentence = f"{headline(report)} Nothing is published; in production {champion}."
    how = "To publish it anyway, start this workflow by hand with `accept_reason`; the release shows the reason."
    run.summary(f"**{sentence}** {reviewed.sentence}\n\n{how}")
    failed = report.verdict == "fail"
    run.annotate("error" if failed else "warning", f"{sentence} {how}", title="Publish")
    sys.exit(3 if failed else 0)


def _prepare(
    run: Run, registry: Registry, workspace: Workspace, accepted: str | None, reviewed: ReviewedComparison
) -> None:

    candidate = candidate_of(workspace, accepted, registry)
    if (same := published_as(registry, candidate.metadata.inputs, candidate.metadata.commit)) is not None:
        _set_outputs(run, version=same.version, publish=False, sums="")
        run.summary(f"{same.version} was published from this commit before; there is nothing to do.")
        return
    folder = workspace.root / FOLDER
    done = prepare(registry, candidate, folder)
    notes = f"{done.notes.rstrip()}\n\n{reviewed.sentence}\n".encode()
    write_bytes(folder / NOTES, notes)
    version = done.metadata.version
    _set_outputs(
        run, version=version, publish=True, sums=fingerprint(read_bytes(folder / SUMS, remedy="run again."), notes)
    )
    run.summary(f"**{version} is prepared.** {reviewed.sentence}")
    say(f"rebuild: {version} -> {folder.relative_to(workspace.root)}/")


def _set_outputs(run: Run, *, version: str, publish: bool, sums: str) -> None:
    """Set the outputs for the next job."""
    for name, value in (("version", version), ("publish", str(publish).lower()), ("sums", sums)):
        run.output(name, value)
