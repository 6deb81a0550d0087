"""Pull requests: the one of a finished Train run, and the number evaluated on the same test rows.

This module uses only GitHub's responses, not the run's upload, which code of the pull request writes. The payload's
list of pull requests is empty for forks. So the branch is looked up, and its tip must be the run's commit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from ringside.errors import GitHubError
from ringside.github.api import GitHub

TRAIN = ".github/workflows/train.yaml"
"""Workflow file whose runs are reported; another file may have the same workflow name."""

MANIFEST = "data/manifest.json"
_PAGES = 10
_SIZE = 100
"""Pull requests per page of GitHub's list."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_NOTHING = "nothing is to be done: no comment was written."


@dataclass(frozen=True)
class TrainRun:
    """A finished Train run on a pull request, as GitHub describes it."""

    id: int
    attempt: int
    """Number of the attempt, from 1."""
    started: str
    """Start of this attempt in GitHub's time format, which sorts as text."""
    conclusion: str
    head_sha: str
    """Tip of the pull request's branch, not the merge that was checked out."""
    head_branch: str
    """Branch name, untrusted text."""
    head_repository: str
    """`owner/name` of the fork, or of this repository."""


@dataclass(frozen=True)
class Pull:
    """An open pull request."""

    number: int
    locked: bool
    shared: bool = False
    """True if another pull request merges the branch into another branch; the run may belong to that one."""


@dataclass(frozen=True)
class NoPull:
    """Reason why a run has no pull request to report to; this is not an error."""

    reason: Literal["stale", "closed"]


def train_run(github: GitHub, run: object) -> TrainRun:
    """Parse the run in the payload of `workflow_run`, or in a response of `actions/runs/ID`.

    Raises:
        GitHubError: it is not a Train run for a pull request to this repository, or is malformed.
    """
    if not isinstance(run, Mapping):
        raise _odd("there is no workflow_run in it")
    if run.get("path") != TRAIN:
        raise _odd("it is a run of another workflow")
    if run.get("event") != "pull_request":
        raise _odd("it was not started by a pull request")
    home = _at(run, "repository", "full_name")
    if not isinstance(home, str) or home.lower() != github.repository.lower():
        raise _odd("it is a run of another repository")
    return TrainRun(
        id=_count(run, "id"),
        attempt=_count(run, "run_attempt") if "run_attempt" in run else 1,
        started=_text(run, "run_started_at", r"[0-9TZ:.+-]{0,40}") if run.get("run_started_at") else "",
        conclusion=_text(run, "conclusion", r"[a-z_]{1,40}"),
        head_sha=_text(run, "head_sha", _COMMIT.pattern),
        head_branch=_text(run, "head_branch", r"[^\x00-\x20\x7f]{1,1000}"),
        head_repository=_name(_at(run, "head_repository", "full_name")),
    )


def pull_of(github: GitHub, run: TrainRun, default_branch: str) -> Pull | NoPull:
    """Return the one open pull request into the default branch whose tip is the run's commit.

    Raises:
        GitHubError: GitHub does not respond, or there are several.
    """
    owner = run.head_repository.partition("/")[0]
    found = github.pages(f"pulls?state=open&head={quote(f'{owner}:{run.head_branch}', safe='')}")
    ours = [pull for pull in found if _joins(pull, run, github.repository, default_branch)]
    current = [pull for pull in ours if _at(pull, "head", "sha") == run.head_sha]
    if len(current) > 1:
        raise _odd(f"{len(current)} open pull requests have this commit at their tip")
    if not current:
        return NoPull("stale" if ours else "closed")
    others = [pull for pull in found if pull not in ours and _at(pull, "head", "sha") == run.head_sha]
    return Pull(_count(current[0], "number"), bool(current[0].get("locked")), shared=bool(others))


def is_commit_of(github: GitHub, run: TrainRun, commit: str) -> bool:
    """Return whether `commit` is the run's commit, or a merge that has it as its second parent.

    A pull request's workflow checks out such a merge of the base and the branch.

    Raises:
        GitHubError: GitHub does not respond.
    """
    if commit == run.head_sha:
        return True
    if not _COMMIT.fullmatch(commit):
        return False
    try:
        parents = github.get(f"git/commits/{commit}").get("parents", [])
    except GitHubError as error:
        if error.status in (404, 409, 422):
            return False
        raise
    return len(parents) == 2 and parents[1].get("sha") == run.head_sha  # noqa: PLR2004  # branch into base


def is_into(github: GitHub, run: TrainRun, commit: str, branch: str) -> bool:
    """Return whether a commit of the run is not a merge into a branch other than `branch`.

    GitHub reports the source branch of a run, but not its target. Only the merge shows whose policy was applied.

    Args:
        github: the repository.
        run: the run of `commit`.
        commit: a commit that `is_commit_of` accepts.
        branch: a branch of the repository.

    Raises:
        GitHubError: GitHub does not respond.
    """
    if commit == run.head_sha:
        return True
    base = github.get(f"git/commits/{commit}")["parents"][0]["sha"]
    # The commits of the comparison are not needed, and the response with its second page is short.
    span = f"{quote(branch, safe='')}...{base}"
    return github.get(f"compare/{span}?per_page=1&page=2").get("status") in ("behind", "identical")


def reviewed_run(github: GitHub, merged: str, default_branch: str) -> TrainRun | None:
    """Return the newest successful Train run of the pull request that was merged as a commit.

    This is the run that reviewers saw. None if the commit has no pull request, or its runs were deleted.

    Args:
        github: the repository.
        merged: a commit of the default branch.
        default_branch: its name.

    Raises:
        GitHubError: GitHub does not respond.
    """
    for pull in github.find(f"commits/{merged}/pulls") or []:
        sha, branch = _at(pull, "head", "sha"), _at(pull, "head", "ref")
        into = _at(pull, "base", "ref") == default_branch and _is_here(pull, github.repository)
        if not (into and pull.get("merged_at") and _COMMIT.fullmatch(str(sha))):
            continue
        asked = f"actions/workflows/train.yaml/runs?event=pull_request&status=success&head_sha={sha}"
        runs = [train_run(github, run) for run in github.pages(asked, "workflow_runs") if _is_ours(run, github)]
        same = [run for run in runs if (run.head_sha, run.head_branch) == (sha, branch)]
        if same:
            return max(same, key=lambda run: run.id)
    return None


def _is_ours(run: Mapping[str, Any], github: GitHub) -> bool:
    try:
        train_run(github, run)
    except GitHubError:
        return False
    return True


def _joins(pull: Mapping[str, Any], run: TrainRun, repository: str, default_branch: str) -> bool:
    return (
        pull.get("state") == "open"
        and _is_here(pull, repository)
        and _at(pull, "base", "ref") == default_branch
        and _at(pull, "head", "ref") == run.head_branch
        and str(_at(pull, "head", "repo", "full_name")).lower() == run.head_repository.lower()
    )


def _is_here(pull: Mapping[str, Any], repository: str) -> bool:
    return str(_at(pull, "base", "repo", "full_name")).lower() == repository.lower()


def others_since(github: GitHub, since: datetime | None, commit: str, own: int | None) -> int | None:
    """Return the other pull requests that were opened since the newest data arrived.

    New data change the test set, so each of these pull requests may have been evaluated on the current one.

    Args:
        github: the repository.
        since: the last change of data/manifest.json; None to request it from GitHub, if this clone lacks it.
        commit: the commit whose history GitHub searches.
        own: the number of the evaluated pull request.

    Returns:
        The pull requests; None if GitHub does not respond, or has no such file.
    """
    try:
        moment = since or _manifest_changed(github, commit)
        return None if moment is None else _opened_since(github, moment, own)
    except (GitHubError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _manifest_changed(github: GitHub, commit: str) -> datetime | None:
    found = github.get(f"commits?path={MANIFEST}&sha={commit}&per_page=1")
    return datetime.fromisoformat(found[0]["commit"]["committer"]["date"]) if found else None


def _opened_since(github: GitHub, since: datetime, own: int | None) -> int:
    count = 0
    for page in range(1, _PAGES + 1):
        place = f"pulls?state=all&sort=created&direction=desc&per_page={_SIZE}&page={page}"
        found: list[dict[str, Any]] = github.get(place)
        recent = [one for one in found if datetime.fromisoformat(one["created_at"]) >= since]
        count += sum(one["number"] != own for one in recent)
        if len(found) < _SIZE or len(recent) < len(found):
            break
    return count


def _at(value: Any, *keys: str) -> Any:  # noqa: ANN401  # JSON
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _count(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key)
    if type(value) is not int or value < 1:
        raise _odd(f"its {key} is no number")
    return value


def _text(values: Mapping[str, Any], key: str, pattern: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise _odd(f"its {key} is not as GitHub writes one")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not _REPOSITORY.fullmatch(value):
        raise _odd("the repository that it came from is gone")
    return value


def _odd(message: str) -> GitHubError:
    return GitHubError(message, where="the run that is to be reported", remedy=_NOTHING, final=True)
