"""The verb `ci rebuild`: the merged code makes its model once more, and it is judged before anybody publishes it."""

import sys
from pathlib import Path

from ringside.cli.ci.job_context import may_be_seen
from ringside.cli.ci.publish import NOTES, fingerprint
from ringside.cli.ci.train import StopError, Training
from ringside.cli.ci.workflow_inputs import asked, here, on_github
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
"""Below the root of the checkout: what is handed on."""


def rebuild() -> None:
    """Rebuild the model from the merged code, compare it with what was reviewed, judge it, and prepare its release.

    Ends with 3 where the verdict is fail, and with 1 where the model is not what was reviewed or something broke; an
    inconclusive model is prepared only where somebody gave a reason.
    """
    run, registry = here()
    workspace = Workspace.find(Path.cwd())
    reason = asked(run, "reason", "accept_reason")
    accepted = checked_reason(reason, "accept_reason") if reason else None
    run.output("cache", str(may_cache(run, workspace)).lower())
    report = _made(run, workspace)
    seen = _compared(run, registry, workspace, report)
    say(f"rebuild: {seen.sentence}")
    _ended_apart(run, seen)
    if report.verdict != "pass" and accepted is None:
        _unpublished(run, report, seen)
    try:
        _prepared(run, registry, workspace, accepted, seen)
    except RingsideError:
        _leave(run, version="", publish=False, sums="")
        raise


def may_cache(run: Run, workspace: Workspace) -> bool:
    """Whether what was computed may ride in Actions' cache, which whoever opens a pull request can read.

    In a public repository, only where params.yaml says that the data are public.
    """
    if may_be_seen(run, workspace):
        return True
    say("the repository is public and the data are not (params.yaml, data.public): none go into the cache of Actions")
    return False


def _made(run: Run, workspace: Workspace) -> Report:
    """The report on the model that this checkout makes, with nothing taken over from any other run."""
    if run.in_actions:
        # What other runs computed may have been written by a pull request.
        remove(workspace.root / ".dvc" / "cache" / "runs")
    job = Training(run, workspace, "origin", None)
    job.forget()
    try:
        report = job.judged()
    except StopError as stop:
        _leave(run, version="", publish=False, sums="")
        unread = stop.reason == "data_unreadable"
        why = "the data cannot be read here" if unread else f"the step {stop.step} broke"
        what = "give this workflow access to the data (docs/remotes.md) and run it again." if unread else "see its log."
        run.annotate("error", f"Nothing is published: {why}. What to do: {what}")
        sys.exit(1)
    files = renderings(workspace, report)
    for path, content in files.items():
        write_bytes(path, content)
    track_evaluation(workspace, report)
    print("\n".join(to_terminal(report)), flush=True)
    if run.in_actions:
        run.summary(files[workspace.report_text].decode())
    return report


def _compared(run: Run, registry: Registry, workspace: Workspace, report: Report) -> ReviewedComparison:

    repository = registry.repository
    releases = on_github(registry)
    seen = None
    if releases is not None:
        branch = run.at("repository", "default_branch") or "main"
        seen = shown(releases.github, repository.head(), str(branch), report)

    def at_head(path: str) -> str | None:
        """A file as the commit has it."""
        answer = repository.run("show", f"HEAD:{path}", "--")
        return answer.out if answer.code == 0 else None

    return compare(report, seen or committed(workspace.root, at_head, report))


def _ended_apart(run: Run, seen: ReviewedComparison) -> None:
    """End the job where the model is not the one that was reviewed."""
    if seen.state != "apart":
        return
    _leave(run, version="", publish=False, sums="")
    what = (
        "see what differs between the pull request and main (another merge, another machine, numbers that were not "
        "made by this code); open a pull request that touches the model, whose report shows what main makes now."
    )
    run.annotate("error", f"Nothing is published. {seen.sentence} What to do: {what}", title="Not what was reviewed")
    run.summary(f"**Nothing is published.** {seen.sentence}\n\nWhat to do: {what}")
    sys.exit(1)


def _unpublished(run: Run, report: Report, seen: ReviewedComparison) -> None:
    """End the job where the verdict publishes nothing."""
    _leave(run, version="", publish=False, sums="")
    champion = f"{report.rival.version} stays" if report.rival and report.rival.version else "nothing changes"
    sentence = f"{headline(report)} Nothing is published; in production {champion}."
    how = "To publish it all the same, start this workflow by hand with `accept_reason`; the release keeps the reason."
    run.summary(f"**{sentence}** {seen.sentence}\n\n{how}")
    failed = report.verdict == "fail"
    run.annotate("error" if failed else "warning", f"{sentence} {how}", title="Publish")
    sys.exit(3 if failed else 0)


def _prepared(
    run: Run, registry: Registry, workspace: Workspace, accepted: str | None, seen: ReviewedComparison
) -> None:

    candidate = candidate_of(workspace, accepted, registry)
    if (same := published_as(registry, candidate.facts.inputs, candidate.facts.commit)) is not None:
        _leave(run, version=same.version, publish=False, sums="")
        run.summary(f"{same.version} was published of this before; nothing is to be done.")
        return
    folder = workspace.root / FOLDER
    done = prepare(registry, candidate, folder)
    notes = f"{done.notes.rstrip()}\n\n{seen.sentence}\n".encode()
    write_bytes(folder / NOTES, notes)
    version = done.facts.version
    _leave(run, version=version, publish=True, sums=fingerprint(read_bytes(folder / SUMS, remedy="run again."), notes))
    run.summary(f"**{version} is prepared.** {seen.sentence}")
    say(f"rebuild: {version} -> {folder.relative_to(workspace.root)}/")


def _leave(run: Run, *, version: str, publish: bool, sums: str) -> None:
    """Tell the next job."""
    for name, value in (("version", version), ("publish", str(publish).lower()), ("sums", sums)):
        run.output(name, value)
