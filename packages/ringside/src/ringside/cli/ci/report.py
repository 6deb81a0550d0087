"""The verb `ci report`."""

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
    typer.Option("--run", metavar="ID", help="A run of Train; else the one that this workflow's event is about."),
]

_NEVER_RAN = {"cancelled", "skipped", "action_required", "stale"}


def report(number: Number = None) -> None:
    """Bring the comment of a pull request up to date with its run of Train; outside of Actions, print it."""
    here = Run.here()
    try:
        _tell(here, number)
    except RingsideError as error:
        # One line: an annotation is read in a list, and what was refused gets no more room than this.
        here.annotate("error", f"{error.where}: {error.found}. {error.remedy[:1].upper()}{error.remedy[1:]}")
        raise typer.Exit(error.exit_code) from None


def _tell(here: Run, number: int | None) -> None:

    if not here.repository or (number is None and here.event_name != "workflow_run"):
        remedy = "set GITHUB_REPOSITORY=OWNER/NAME and name a run of Train by --run."
        raise UsageError("there is no run to report", where="ringside ci report", remedy=remedy)
    github = GitHub(here.repository)
    stated = here.at("workflow_run") if number is None else github.get(f"actions/runs/{number}")
    if _is_other(stated, here):
        return
    run, branch = train_run(github, stated), _default_branch(here, github)
    pull = pull_of(github, run, branch)
    if isinstance(pull, NoPull):
        here.annotate("notice", _NO_PULL[pull.reason])
        return
    place = f"{here.server}/{here.repository}"
    found: Uploaded | None
    try:
        found = uploaded(github, run)
    except ReportError:
        if here.in_actions:
            # A verdict on an earlier commit must not stand as if it were of this one. The news is the refusal, whether
            # or not that comment can be mended.
            with suppress(GitHubError):
                _commenter(here, github).write(pull.number, body_refused(run, place), create=False)
        raise
    if _is_into_another(github, run, pull, found, branch):
        here.annotate("notice", "The run of Train was for a merge into another branch; its summary has the report.")
    elif found is None:
        _write(here, github, pull.number, body_without(run, place), create=False)
    else:
        _write(here, github, pull.number, body_of(found, run, place), create=True)


_NO_PULL = {
    "stale": "The pull request has a newer commit; the run for that one reports.",
    "closed": "No open pull request has this commit at its tip; there is nothing to comment on.",
}


def _is_into_another(github: GitHub, run: TrainRun, pull: Pull, found: Uploaded | None, branch: str) -> bool:
    """Whether the run was not for this pull request but for another one of the same branch, with another policy."""
    commit = found.status.commit if found else None
    return pull.shared if commit is None else not is_into(github, run, commit, branch)


def _is_other(stated: object, here: Run) -> bool:
    """Whether there is nothing to say: Train ran for a merge queue or by hand, or did not run."""
    if not isinstance(stated, dict) or stated.get("path") != TRAIN:
        return False
    if stated.get("event") in ("merge_group", "workflow_dispatch"):
        here.annotate("notice", "The run of Train was for no pull request; its summary has the report.")
        return True
    if stated.get("conclusion") in _NEVER_RAN:
        here.annotate("notice", "The run of Train did not run to its end; there is nothing to report.")
        return True
    return False


def _default_branch(here: Run, github: GitHub) -> str:
    stated = here.at("repository", "default_branch")
    return stated if isinstance(stated, str) else str(github.get("")["default_branch"])


def _commenter(here: Run, github: GitHub) -> Commenter:

    return Commenter(github, server=here.server, sha=here.sha)


def _write(here: Run, github: GitHub, number: int, body: Body, *, create: bool) -> None:

    if not here.in_actions:
        result(body(LIMITS[0]))
        return
    try:
        written = _commenter(here, github).write(number, body, create=create)
    except GitHubError as error:
        if not is_locked(error):
            raise
        said = f"The conversation of pull request {number} is locked; the summary of its run has the report."
        here.annotate("notice", said)
        return
    if written is None:
        here.annotate("notice", f"Pull request {number} has nothing to judge and no comment; none was written.")
    else:
        done = {"same": "says this already", "cml": "was written by CML", "gh": "was written by gh"}[written.way]
        here.annotate("notice", f"The comment of pull request {number} {done}: {written.url}")
