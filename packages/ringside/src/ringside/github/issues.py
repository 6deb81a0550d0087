"""One open issue for one matter: opened when the matter comes up, kept up to date, closed when it is over."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ringside.errors import GitHubError
from ringside.github.api import GitHub

_MARKER = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
_MAX_BODY = 60_000
"""Characters; GitHub takes 65,536."""
_BOT = "github-actions[bot]"
_TEAM = {"OWNER", "MEMBER", "COLLABORATOR"}
"""Authors who may write to the repository: a person who runs a command with an own login is one."""
_HEAD = "ringside"


@dataclass(frozen=True)
class Issue:
    """An issue that was kept."""

    number: int
    url: str
    """Its page."""
    new: bool
    """Opened now."""


def keep_issue(github: GitHub, marker: str, title: str, body: str) -> Issue:
    """Let the open issue of this matter have a title and a body, and open it where there is none.

    Args:
        github: the repository.
        marker: names the matter, of `a-z0-9.-`; it stands hidden in the body. An issue in which an outsider wrote it
            is not taken for ours.
        title: one line.
        body: Markdown; its author sees that nothing in it is markup of somebody else's.

    Raises:
        GitHubError: no answer, or GitHub refuses; where issues are switched off the status is 404 or 410.
        ValueError: `marker` is none.
    """
    text = f"{_hidden(marker)}\n\n{body[:_MAX_BODY]}"
    wanted = {"title": title, "body": text}
    found = _open(github, marker)
    if not found:
        made = post_once(github, "issues", wanted, lambda: next(iter(_open(github, marker)), None))
        return Issue(made["number"], made["html_url"], new=True)
    oldest, *others = found
    if any(oldest.get(key) != value for key, value in wanted.items()):
        github.patch(f"issues/{oldest['number']}", wanted)
    for doubled in others:
        _close(github, doubled["number"], f"The same matter as #{oldest['number']}.")
    return Issue(oldest["number"], oldest["html_url"], new=False)


def close_issue(github: GitHub, marker: str, body: str) -> int | None:
    """Close the open issue of a matter that is over, with a comment; its number, None where there is none.

    Raises:
        GitHubError: no answer, or GitHub refuses.
        ValueError: `marker` is none.
    """
    found = _open(github, marker)
    for issue in found:
        _close(github, issue["number"], body)
    return found[0]["number"] if found else None


def post_once(github: GitHub, path: str, body: object, look: Callable[[], Any]) -> Any:  # noqa: ANN401  # JSON
    """Send JSON that makes something, which is not made twice where only the answer was lost.

    Args:
        github: the repository.
        path: as `GitHub.post` takes it.
        body: what is sent.
        look: finds what was made; None where it was not.

    Raises:
        GitHubError: GitHub refuses, or gave no answer twice and nothing was made.
    """
    try:
        return github.post(path, body)
    except GitHubError as error:
        if error.final or (error.status is not None and error.status < _BROKEN):
            raise
    found = look()
    return github.post(path, body) if found is None else found


def _hidden(marker: str) -> str:
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"{marker!r} is no marker")
    return f"<!-- {_HEAD}: {marker} -->"


def _open(github: GitHub, marker: str) -> list[dict[str, Any]]:
    """The open issues of the matter that we or a colleague opened, the oldest first."""
    hidden = _hidden(marker)
    listed = github.pages("issues?state=open")
    ours = [
        issue
        for issue in listed
        if "pull_request" not in issue and str(issue.get("body") or "").startswith(hidden) and _is_ours(issue)
    ]
    return sorted(ours, key=lambda issue: int(issue["number"]))


def _is_ours(issue: dict[str, Any]) -> bool:
    user = issue.get("user") or {}
    by_bot = user.get("login") == _BOT and user.get("type") == "Bot"
    return by_bot or issue.get("author_association") in _TEAM


def _close(github: GitHub, number: int, body: str) -> None:
    def said() -> Any:  # noqa: ANN401  # JSON
        """The comment, if it is there."""
        comments = github.pages(f"issues/{number}/comments")
        return next((comment for comment in comments if comment.get("body") == body), None)

    post_once(github, f"issues/{number}/comments", {"body": body}, said)
    github.patch(f"issues/{number}", {"state": "closed", "state_reason": "completed"})


_BROKEN = 500
"""From this status on nobody knows what was done."""
