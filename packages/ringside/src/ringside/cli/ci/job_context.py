"""What a verb of `ringside ci` knows of its job: the machine and its price, the base and its policy."""

import re

from ringside.errors import UsageError
from ringside.github.run import Run
from ringside.params import read_params
from ringside.registry.git import Repository
from ringside.report import prices
from ringside.report.prices import Runner
from ringside.store.workspace import Workspace

_COMMIT = re.compile(r"[0-9a-f]{40}")
_MERGE = 3
"""Hashes of a merge with its two parents."""


def runner_of(run: Run) -> Runner | None:
    """The machine that this job runs on; None outside of Actions.

    RINGSIDE_RUNNER is its label, RINGSIDE_RUNNER_PRICE what its owner says a minute costs.
    """
    if not run.in_actions:
        return None
    return prices.runner(
        run.environ.get("RINGSIDE_RUNNER") or prices.DEFAULT,
        stated=run.environ.get("RINGSIDE_RUNNER_PRICE", ""),
        public=run.at("repository", "visibility") == "public",
        own=run.environ.get("RUNNER_ENVIRONMENT") == "self-hosted",
    )


def may_be_seen(run: Run, workspace: Workspace) -> bool:
    """Whether who sees the repository, with its logs and caches, may see the rows.

    In Actions, where GitHub does not say that the repository is private, params.yaml decides by `data.public`.

    Raises:
        UsageError: params.yaml has no such key that could be read.
    """
    visibility = run.at("repository", "visibility")
    if visibility in ("private", "internal") or (visibility != "public" and not run.in_actions):
        return True
    return read_params(workspace.params).data.public


def policy_ref(run: Run, repository: Repository) -> str | None:
    """The commit whose policy judges: of a pull request or a merge queue the base, else the default branch's tip.

    Returns:
        None outside of Actions, and on the default branch itself: the checkout's own policy judges.

    Raises:
        UsageError: the base cannot be told.
    """
    if not run.in_actions:
        return None
    if run.event_name == "pull_request":
        return _base_of_merge(repository) or _stated(run.at("pull_request", "base", "sha"))
    if run.event_name == "merge_group":
        return _stated(run.at("merge_group", "base_sha"))
    branch = run.at("repository", "default_branch")
    if not isinstance(branch, str) or run.ref == f"refs/heads/{branch}":
        return None
    tip = repository.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/remotes/origin/{branch}")
    return _stated(tip.out.strip() if tip.code == 0 else repository.default_branch("origin"))


def _base_of_merge(repository: Repository) -> str | None:
    """The base of the merge that a pull request is checked out as; None where it is no merge, and so not GitHub's."""
    commits = repository.run("rev-list", "--parents", "--max-count=1", "HEAD").out.split()
    return commits[1] if len(commits) == _MERGE else None


def _stated(commit: object) -> str:
    if isinstance(commit, str) and _COMMIT.fullmatch(commit):
        return commit
    remedy = "fetch the history (`fetch-depth: 0` of actions/checkout) and run again."
    raise UsageError("the base, whose policy judges, cannot be told", where="the event", remedy=remedy)
