"""One open issue per topic: opened when the topic comes up, updated, closed when it is over."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ringside.errors import GitHubError
from ringside.github.api import GitHub

_MARKER = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
_MAX_BODY = 60_000
"""Maximum characters of a body; GitHub accepts 65,536."""
_BOT = "github-actions[bot]"
_TEAM = {"OWNER", "MEMBER", "COLLABORATOR"}
"""Author associations with write access, such as a colleague who runs a command with their own login."""
_HEAD = "ringside"


@dataclass(frozen=True)
class Issue:
    """An issue that was opened or updated."""

    number: int
    url: str
    """Address of its page."""
    new: bool
    """True if it was opened now."""


def keep_issue(github: GitHub, marker: str, title: str, body: str) -> Issue:
    """Update title and body of the open issue about a topic; open one if there is none.

    Args:
        github: the repository.
        marker: the topic's name, of `a-z0-9.-`; it is hidden in the body. Issues by outsiders that contain it are
            ignored.
        title: one line.
        body: Markdown; the caller makes sure that it contains no untrusted markup.

    Raises:
        GitHubError: GitHub does not respond or refuses; the status is 404 or 410 if issues are disabled.
        ValueError: `marker` is invalid.
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
        _close(github, doubled["number"], f"The same topic as #{oldest['number']}.")
    return Issue(oldest["number"], oldest["html_url"], new=False)


def close_issue(github: GitHub, marker: str, body: str) -> int | None:
    """Close the open issue about a topic with a comment; return its number, None if there is none.

    Raises:
        GitHubError: GitHub does not respond or refuses.
        ValueError: `marker` is invalid.
    """
    found = _open(github, marker)
    for issue in found:
        _close(github, issue["number"], body)
    return found[0]["number"] if found else None


def post_once(github: GitHub, path: str, body: object, look: Callable[[], Any]) -> Any:  # noqa: ANN401  # JSON
    """Send JSON that creates something, without creating it twice if only the response was lost.

    Args:
        github: the repository.
        path: as in `GitHub.post`.
        body: the JSON.
        look: function that returns the created object; None if there is none.

    Raises:
        GitHubError: GitHub refuses, or did not respond twice and nothing was created.
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
    """Return the open issues about this topic created by Ringside or a colleague, the oldest first."""
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
        """Return the comment if it exists."""
        comments = github.pages(f"issues/{number}/comments")
        return next((comment for comment in comments if comment.get("body") == body), None)

    post_once(github, f"issues/{number}/comments", {"body": body}, said)
    github.patch(f"issues/{number}", {"state": "closed", "state_reason": "completed"})


_BROKEN = 500
"""Lowest status after which it is unknown whether GitHub executed the request."""
