"""The one comment on a pull request: created once, then updated, by CML or by `gh`.

Both end the comment with CML's watermark, so that each finds the other's. CML looks at the first 30 comments only,
takes the last one with the watermark and does not check its author. So CML is used only if it would pick Ringside's
comment, or would find a new one again.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ringside.common.files import write_bytes
from ringside.errors import GitHubError
from ringside.github.api import GitHub

TITLE = "ringside"
"""Title in the watermark."""
AUTHOR = "github-actions[bot]"
"""Login of comments that a job's token writes; a user's login has no brackets."""
LIMITS = (60_000, 30_000, 12_000)
"""Maximum characters of the report, tried in turn if GitHub responds that it is too long."""

_MARK = re.compile(rf'!\[\]\(https://cml\.dev/watermark\.png#[0-9a-fA-F]+ "CML watermark {TITLE}"\)')
_SEEN_BY_CML = 30
_SECONDS = 60.0
"""Time limit of CML, which waits two minutes or more after a rate limit; then `gh` takes over."""
_TRIES = 4
_KEPT = (
    "PATH",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SYSTEMROOT",
)

Way = Literal["cml", "gh", "same"]


@dataclass(frozen=True)
class CommentResult:
    """The result of writing a comment."""

    way: Way
    """Tool that wrote it; `same` if it was up to date."""
    new: bool
    url: str


@dataclass(frozen=True)
class Found:
    """Our comment in a conversation."""

    ours: Mapping[str, Any] | None
    cml: bool
    """True if CML would pick the same comment to update."""


class Commenter:
    """Writer of the one comment of a pull request.

    Args:
        github: the repository.
        server: address of GitHub, such as https://github.com.
        sha: a commit for the watermark, 40 hexadecimal digits; CML finds no watermark without one.
        environ: the variables, some of which are passed to CML; None for those of this process.
        wait: function that sleeps for a number of seconds.
    """

    def __init__(
        self,
        github: GitHub,
        *,
        server: str,
        sha: str,
        environ: Mapping[str, str] | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._github = github
        self._server = server
        self._sha = sha
        self._environ = os.environ if environ is None else environ
        self._wait = wait

    def write(self, number: int, body: Callable[[int], str], *, create: bool = True) -> CommentResult | None:
        """Create or update the comment; return None if there is none and `create` is false.

        Args:
            number: the number of the pull request.
            body: function that returns the Markdown for a maximum number of characters.
            create: whether to create a first comment.

        Raises:
            GitHubError: GitHub does not respond or refuses; then the comment is unchanged or complete.
        """
        for limit in LIMITS:
            try:
                return self._upsert(number, body(limit).rstrip("\n"), create=create)
            except GitHubError as error:
                if not _is_too_long(error) or limit == LIMITS[-1]:
                    raise
        raise AssertionError("unreachable: the last limit returns or raises")

    def find(self, number: int) -> Found:
        """Find our comment, the last if there are several, and whether CML would find it.

        Raises:
            GitHubError: GitHub does not respond.
        """
        comments = self._github.pages(f"issues/{number}/comments")
        ours = [comment for comment in comments if _is_marked(comment) and _is_mine(comment)]
        seen = [comment for comment in comments[:_SEEN_BY_CML] if _is_marked(comment)]
        last = ours[-1] if ours else None
        if last is None:
            return Found(None, cml=not seen and len(comments) < _SEEN_BY_CML)
        return Found(last, cml=bool(seen) and seen[-1]["id"] == last["id"])

    def _upsert(self, number: int, text: str, *, create: bool) -> CommentResult | None:
        found = self.find(number)
        marked = self._marked(text)
        if found.ours is None and not create:
            return None
        if found.ours is not None and _same(found.ours, marked):
            return _written("same", found.ours, new=False)
        if found.cml and self._has_cml():
            if url := self._by_cml(number, text):
                return CommentResult("cml", found.ours is None, url)
            # CML may have written the comment although it failed.
            return self._by_gh(number, marked, self.find(number).ours)
        return self._by_gh(number, marked, found.ours)

    def _marked(self, text: str) -> str:
        return f'{text}\n\n![](https://cml.dev/watermark.png#{self._sha} "CML watermark {TITLE}")'

    def _by_gh(self, number: int, text: str, ours: Mapping[str, Any] | None) -> CommentResult:
        """Update or create the comment; after a lost response look first, so that none is created twice."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                if ours is None:
                    return _written("gh", self._github.post(f"issues/{number}/comments", {"body": text}), new=True)
                if not _same(ours, text):
                    ours = self._github.patch(f"issues/comments/{ours['id']}", {"body": text})
                return _written("gh", ours, new=False)
            except GitHubError as error:
                gone = ours is not None and error.status == 404  # noqa: PLR2004  # deleted in between
                lost = ours is None and (error.status is None or error.status >= 500) and not error.final  # noqa: PLR2004
                if not left or not (gone or lost):
                    raise
            self._wait(2.0 ** (_TRIES - 1 - left))
            ours = self.find(number).ours
        raise AssertionError("unreachable: the last try returns or raises")

    def _has_cml(self) -> bool:
        return bool(shutil.which("cml", path=self._environ.get("PATH")) and self._token())

    def _token(self) -> str:
        return self._environ.get("GH_TOKEN") or self._environ.get("GITHUB_TOKEN") or ""

    def _by_cml(self, number: int, text: str) -> str | None:
        """Return the address of the comment that CML wrote; None if it failed."""
        command = shutil.which("cml", path=self._environ.get("PATH")) or "cml"
        # CML writes to Git's global configuration, and reads variables that start with CML_ as its options.
        with tempfile.TemporaryDirectory(prefix="ringside-") as home:
            write_bytes(Path(home) / "comment.md", text.encode())
            kept = {name: self._environ[name] for name in _KEPT if name in self._environ}
            said = {
                "HOME": home,
                "TMPDIR": home,
                "REPO_TOKEN": self._token(),
                "GITHUB_SHA": self._sha,
                "GITHUB_REPOSITORY": self._github.repository,
                "ITERATIVE_DO_NOT_TRACK": "1",
                "CI": "true",
            }
            options = [
                f"--target=pr/{number}",
                f"--repo={self._server}/{self._github.repository}",
                # Without it, CML would upload files that the Markdown names to a public host.
                "--publish=false",
                f"--watermark-title={TITLE}",
            ]
            return _ran([command, "comment", "update", "comment.md", *options], Path(home), kept | said)


def _ran(command: list[str], folder: Path, environ: Mapping[str, str]) -> str | None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=dict(environ), capture_output=True, timeout=_SECONDS, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    lines = done.stdout.split()
    # CML also exits with 0 if it did nothing; only an address in the output proves that there is a comment.
    url = lines[-1] if lines else ""
    return url if done.returncode == 0 and re.fullmatch(r"https://[^\s\x00-\x1f]{1,500}", url) else None


def _is_marked(comment: Mapping[str, Any]) -> bool:
    return bool(_MARK.search(comment.get("body") or ""))


def _is_mine(comment: Mapping[str, Any]) -> bool:
    user = comment.get("user") or {}
    return user.get("login") == AUTHOR and user.get("type", "Bot") == "Bot"


def _same(comment: Mapping[str, Any] | None, text: str) -> bool:
    stands = (comment or {}).get("body") or ""
    return _MARK.sub("", stands.replace("\r\n", "\n")).strip() == _MARK.sub("", text).strip()


def _written(way: Way, comment: Mapping[str, Any] | None, *, new: bool) -> CommentResult:
    return CommentResult(way, new, str((comment or {}).get("html_url", "")))


def _is_too_long(error: GitHubError) -> bool:
    return error.status == 422 and "too long" in error.found  # noqa: PLR2004


def is_locked(error: GitHubError) -> bool:
    """Return whether GitHub refused because the conversation is locked."""
    return error.status == 403 and "locked" in error.found  # noqa: PLR2004
