"""The command `ci report`."""

from contextlib import suppress
from typing import Annotated

import typer

from ringside.cli.terminal import result
from ringside.errors import GitHubError, ReportError, RingsideError, UsageError
from ringside.github.api import GitHub
from ringside.github.artifact import Uploaded, uploaded
from ringside.github.comment import LIMITS, Commenter, is_locked
from ringside.github.comment_body import Body, body_of, body_refused, body_without
from ringside.github.pulls import TRAIN, NoPull, Pull, TrainRun, is_into, pull_of, train_run
from ringside.github.run import Run

Number = Annotated[
    int | None,
    typer.Option("--run", metavar="ID", help="The ID of a run of Train; by default the run of this workflow's event."),
]

_NEVER_RAN = {"cancelled", "skipped", "action_required", "stale"}


def report(number: Number = None) -> None:
    """Update the comment of a pull request from its run of Train; outside of Actions, print the comment."""
    run = Run.here()
    try:
        _update_comment(run, number)
    except RingsideError as error:
        # An annotation is one line of a list.
        run.annotate("error", f"{error.where}: {error.found}. {error.remedy[:1].upper()}{error.remedy[1:]}")
        raise typer.Exit(error.exit_code) from None


def _update_comment(run: Run, number: int | None) -> None:
    if not run.repository or (number is None and run.event_name != "workflow_run"):
        remedy = "set GITHUB_REPOSITORY=OWNER/NAME, and name a run of Train with --run."
        raise UsageError("there is no run to report", where="ringside ci report", remedy=remedy)
    github = GitHub(run.repository)
    stated = run.at("workflow_run") if number is None else github.get(f"actions/runs/{number}")
    if _is_other(stated, run):
        return
    training, branch = train_run(github, stated), _default_branch(run, github)
    pull = pull_of(github, training, branch)
    if isinstance(pull, NoPull):
        run.annotate("notice", _NO_PULL[pull.reason])
        return
    address = f"{run.server}/{run.repository}"
    artifact: Uploaded | None
    try:
        artifact = uploaded(github, training)
    except ReportError:
        if run.in_actions:
            # The verdict on an earlier commit must not look like one on this commit. The original error is raised,
            # even if the comment cannot be changed.
            with suppress(GitHubError):
                _commenter(run, github).write(pull.number, body_refused(training, address), create=False)
        raise
    if _is_into_another(github, training, pull, artifact, branch):
        run.annotate("notice", "The run of Train was for a merge into another branch; its summary has the report.")
    elif artifact is None:
        _write(run, github, pull.number, body_without(training, address), create=False)
    else:
        _write(run, github, pull.number, body_of(artifact, training, address), create=True)


_NO_PULL = {
    "stale": "The pull request has a newer commit; the run for that commit reports.",
    "closed": "No open pull request has this commit at its tip; there is nothing to comment on.",
}


def _is_into_another(github: GitHub, training: TrainRun, pull: Pull, artifact: Uploaded | None, branch: str) -> bool:
    """Return whether the run was for another pull request of the same branch, which has another base and policy."""
    commit = artifact.status.commit if artifact else None
    return pull.shared if commit is None else not is_into(github, training, commit, branch)


def _is_other(stated: object, run: Run) -> bool:
    """Return whether there is nothing to report: Train ran for a merge queue or by hand, or did not finish."""
    if not isinstance(stated, dict) or stated.get("path") != TRAIN:
        return False
    if stated.get("event") in ("merge_group", "workflow_dispatch"):
        run.annotate("notice", "The run of Train was for no pull request; its summary has the report.")
        return True
    if stated.get("conclusion") in _NEVER_RAN:
        run.annotate("notice", "The run of Train did not finish; there is nothing to report.")
        return True
    return False


def _default_branch(run: Run, github: GitHub) -> str:
    stated = run.at("repository", "default_branch")
    return stated if isinstance(stated, str) else str(github.get("")["default_branch"])


def _commenter(run: Run, github: GitHub) -> Commenter:

    return Commenter(github, server=run.server, sha=run.sha)


def _write(run: Run, github: GitHub, number: int, body: Body, *, create: bool) -> None:
    if not run.in_actions:
        result(body(LIMITS[0]))
        return
    try:
        written = _commenter(run, github).write(number, body, create=create)
    except GitHubError as error:
        if not is_locked(error):
            raise
        message = f"The conversation of pull request {number} is locked; the summary of its run has the report."
        run.annotate("notice", message)
        return
    if written is None:
        run.annotate("notice", f"Pull request {number} has nothing to judge and no comment, so no comment was written.")
    else:
        done = {"same": "is already up to date", "cml": "was written by CML", "gh": "was written by gh"}[written.way]
        run.annotate("notice", f"The comment of pull request {number} {done}: {written.url}")
