"""The context of a job in Actions: the machine and its price, the base and its policy."""

import re

from ringside.errors import UsageError
from ringside.git import Repository
from ringside.github.run import Run
from ringside.params import read_params
from ringside.report import prices
from ringside.report.prices import Runner
from ringside.store.workspace import Workspace

_COMMIT = re.compile(r"[0-9a-f]{40}")
_MERGE = 3
"""Number of hashes that Git prints for a merge: its own and those of two parents."""


def runner_of(run: Run) -> Runner | None:
    """Return the machine that this job runs on; None outside of Actions.

    RINGSIDE_RUNNER is its label, RINGSIDE_RUNNER_PRICE its price per minute as the owner states it.
    """
    if not run.in_actions:
        return None
    return prices.runner(
        run.environ.get("RINGSIDE_RUNNER") or prices.DEFAULT,
        stated=run.environ.get("RINGSIDE_RUNNER_PRICE", ""),
        public=run.at("repository", "visibility") == "public",
        own=run.environ.get("RUNNER_ENVIRONMENT") == "self-hosted",
    )


def are_rows_readable(run: Run, workspace: Workspace) -> bool:
    """Return whether all readers of the repository, its logs and its caches may see the rows.

    In Actions, unless GitHub states that the repository is private, `data.public` of params.yaml decides.

    Raises:
        UsageError: params.yaml cannot be read.
    """
    visibility = run.at("repository", "visibility")
    if visibility in ("private", "internal") or (visibility != "public" and not run.in_actions):
        return True
    return read_params(workspace.params).data.public


def policy_ref(run: Run, repository: Repository) -> str | None:
    """Return the commit whose policy judges: the base of a pull request or merge queue, else the default branch's tip.

    Returns:
        The hash, or None outside of Actions and on the default branch itself: the policy of the checkout judges.

    Raises:
        UsageError: the base is unknown.
    """
    if not run.in_actions:
        return None
    if run.event_name == "pull_request":
        return _base_of_merge(repository) or _checked(run.at("pull_request", "base", "sha"))
    if run.event_name == "merge_group":
        return _checked(run.at("merge_group", "base_sha"))
    branch = run.at("repository", "default_branch")
    if not isinstance(branch, str) or run.ref == f"refs/heads/{branch}":
        return None
    tip = repository.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/remotes/origin/{branch}")
    return _checked(tip.out.strip() if tip.code == 0 else repository.default_branch("origin"))


def _base_of_merge(repository: Repository) -> str | None:
    """Return the base of GitHub's merge commit for a pull request; None if the checkout is no merge."""
    commits = repository.run("rev-list", "--parents", "--max-count=1", "HEAD").out.split()
    return commits[1] if len(commits) == _MERGE else None


def _checked(commit: object) -> str:
    if isinstance(commit, str) and _COMMIT.fullmatch(commit):
        return commit
    remedy = "fetch the history (`fetch-depth: 0` of actions/checkout) and run again."
    raise UsageError("the base commit, whose policy judges, is unknown", where="the event", remedy=remedy)
