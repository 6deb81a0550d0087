"""Pull requests: which one a finished run of Train belongs to, and how many were judged on the same test rows.

Only GitHub's own answers count, and nothing that the run wrote. The payload's list of pull requests is empty for forks,
and what a run uploads is written by the pull request's own code; so the branch is looked up, and its tip has to be the
commit that the run was made for.
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
"""The workflow whose runs are reported; another file may bear its name."""

MANIFEST = "data/manifest.json"
_PAGES = 10
_SIZE = 100
"""Pull requests on a page of GitHub's list."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_NOTHING = "nothing is to be done: no comment was written."


@dataclass(frozen=True)
class TrainRun:
    """A finished run of Train on a pull request, as GitHub describes it."""

    id: int
    attempt: int
    """Counts from 1; more where somebody ran it again."""
    started: str
    """When this attempt began, as GitHub writes times (they compare as texts)."""
    conclusion: str
    head_sha: str
    """The tip of the pull request's branch, not the merge that was checked out."""
    head_branch: str
    """Anybody's text."""
    head_repository: str
    """`owner/name` of the fork, or of this repository."""


@dataclass(frozen=True)
class Pull:
    """An open pull request."""

    number: int
    locked: bool
    shared: bool = False
    """Whether its branch is to be merged into another branch, too; a run may then be that one's."""


@dataclass(frozen=True)
class NoPull:
    """Why a run has no pull request to report to; nothing is wrong."""

    reason: Literal["stale", "closed"]


def train_run(github: GitHub, run: object) -> TrainRun:
    """The run in the payload of `workflow_run`, or in an answer of `actions/runs/ID`.

    Raises:
        GitHubError: it is no run of Train for a pull request to this repository, or is not as GitHub writes one.
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
    """The one open pull request into the default branch whose tip is what the run was made for.

    Raises:
        GitHubError: GitHub does not answer, or there are several.
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
    """Whether `commit` is what the run was made for, or a merge that has it as its second parent.

    A pull request's workflow checks out such a merge, of the base and the branch.

    Raises:
        GitHubError: GitHub does not answer.
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
    """Whether a commit of the run is no merge into something else than `branch`.

    GitHub says of a run which branch it came from, not which one it was to be merged into: whose policy judged it is
    seen from the merge alone.

    Args:
        github: the repository.
        run: what `commit` was made for.
        commit: as `is_commit_of` accepts it.
        branch: of the repository.

    Raises:
        GitHubError: GitHub does not answer.
    """
    if commit == run.head_sha:
        return True
    base = github.get(f"git/commits/{commit}")["parents"][0]["sha"]
    # What lies between them is of no interest here; the second page of it is short.
    span = f"{quote(branch, safe='')}...{base}"
    return github.get(f"compare/{span}?per_page=1&page=2").get("status") in ("behind", "identical")


def reviewed_run(github: GitHub, merged: str, default_branch: str) -> TrainRun | None:
    """The newest successful run of Train for the pull request that was merged as a commit of the default branch.

    This is what people looked at before they merged. None where the commit came by no pull request, or its runs are
    gone.

    Args:
        github: the repository.
        merged: a commit of the default branch.
        default_branch: its name.

    Raises:
        GitHubError: GitHub does not answer.
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
    """The pull requests, but for the own one, that were opened since the newest data arrived.

    A test window moves with the data, so each of them could be judged on this one.

    Args:
        github: the repository.
        since: when data/manifest.json last changed; None where this clone cannot tell, and GitHub is asked.
        commit: whose history GitHub looks at.
        own: the number of the pull request that is judged.

    Returns:
        None where GitHub cannot be asked, or has no such file.
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
