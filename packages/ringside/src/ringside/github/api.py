"""GitHub's REST API through `gh`, which is installed on every runner and uses your login on your own machine."""

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import quote

from ringside.errors import GitHubError

MAX_BYTES = 50_000_000
"""Maximum bytes of a response, unless a caller sets another limit."""
_MAX_HEADERS = 65_536
_MAX_SAID = 300
"""Maximum characters of GitHub's message in an error."""
_MAX_WAIT = 60.0
"""Maximum pause before a retry, in seconds; a longer one is an error."""
_LIMIT_PAUSE = 60.0
"""Pause in seconds after a rate limit without a stated time, as GitHub recommends."""
_NOT_LOGGED_IN = 4
"""Exit code of `gh` without a token."""
_HELPER = "credential.https://github.com.helper"
_HEAD = re.compile(rb"HTTP/[\d.]+ (\d{3})[^\n]*\n((?:[^\r\n]+\r?\n)*)\r?\n")
_NEXT = re.compile(r'<(https://[^>]+)>;\s*rel="next"')
_PLACE = re.compile(r"(?:/|https://)[!-z|~]*")
"""Visible ASCII without braces: `gh` replaces `{branch}` and similar placeholders from the checkout."""


def quoted(text: str) -> str:
    """Quote a text as one part of a path or a query, whatever characters it contains."""
    return quote(text, safe="")


@dataclass(frozen=True)
class Response:
    """A response of GitHub."""

    status: int
    headers: dict[str, str]
    """Headers by lower-case name."""
    body: bytes
    where: str = "an answer"
    """The request, for messages."""

    def json(self) -> Any:  # noqa: ANN401  # JSON
        """Return the parsed body; None if it is empty.

        Raises:
            GitHubError: the body is not valid JSON.
        """
        try:
            return json.loads(self.body) if self.body.strip() else None
        except ValueError:
            remedy = "see whether a proxy answers for GitHub, and githubstatus.com; then run again."
            raise GitHubError("the response is not JSON", where=self.where, remedy=remedy, status=self.status) from None


class GitHub:
    """One repository on GitHub.

    Reads and idempotent writes (PUT, PATCH, DELETE) are retried after a rate limit, a 5xx or a broken connection, up
    to `tries` times and with the pause that the response requests. A POST is retried only if GitHub states that it
    did nothing (a rate limit); after a broken connection the caller has to check its effect.

    Args:
        repository: `owner/name`.
        seconds: time limit of one try.
        tries: maximum number of tries.
        wait: function that sleeps for a number of seconds.
    """

    def __init__(
        self, repository: str, *, seconds: float = 60, tries: int = 4, wait: Callable[[float], None] = time.sleep
    ) -> None:
        names = re.fullmatch(r"([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100})", repository)
        if names is None or {names[1], names[2]} & {".", ".."}:
            remedy = "name the repository as OWNER/NAME."
            raise GitHubError("it is no repository's name", where=repr(repository[:80]), remedy=remedy, final=True)
        self.repository = repository
        self._seconds = seconds
        self._tries = tries
        self._wait = wait

    def get(self, path: str) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON at a path below this repository (`pulls/7`); absolute paths start with `/` or `https://`.

        Raises:
            GitHubError: there is no response, or its `status` is 400 or above.
        """
        return self.call("GET", path).json()

    def find(self, path: str) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON as `get` does; None if GitHub responds with 404.

        Raises:
            GitHubError: as in `get`.
        """
        try:
            return self.get(path)
        except GitHubError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def pages(self, path: str, key: str | None = None, *, most: int = 2000) -> list[Any]:
        """Return all items of a list, from all pages.

        Args:
            path: the list; `per_page=100` is added.
            key: the key of the items in each page; None if a page is a list itself.
            most: maximum number of items.

        Raises:
            GitHubError: as in `get`; or a page has no list.
        """
        found: list[Any] = []
        place: str | None = f"{path}{'&' if '?' in path else '?'}per_page=100"
        while place and len(found) < most:
            answer = self.call("GET", place)
            page = answer.json()
            items = page.get(key) if key and isinstance(page, dict) else page
            if not isinstance(items, list):
                remedy = "see that the path is that of a list; if it is, githubstatus.com may know more."
                raise GitHubError("the response is not a list", where=answer.where, remedy=remedy, final=True)
            found += items
            more = _NEXT.search(answer.headers.get("link", ""))
            place = more[1] if more else None
        return found[:most]

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        """Send JSON with POST.

        Raises:
            GitHubError: as in `get`.
        """
        return self.call("POST", path, body).json()

    def patch(self, path: str, body: object) -> Any:  # noqa: ANN401  # JSON
        """Send JSON with PATCH.

        Raises:
            GitHubError: as in `get`.
        """
        return self.call("PATCH", path, body).json()

    def put(self, path: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        """Send JSON with PUT.

        Raises:
            GitHubError: as in `get`.
        """
        return self.call("PUT", path, body).json()

    def delete(self, path: str) -> None:
        """Send DELETE; if a retry finds nothing, the resource counts as deleted.

        Raises:
            GitHubError: as in `get`.
        """
        self.call("DELETE", path)

    def download(self, path: str, *, limit: int = MAX_BYTES) -> bytes:
        """Return the bytes of an asset or an artifact.

        Raises:
            GitHubError: as in `get`; or there are more than `limit` bytes.
        """
        # GitHub returns an asset's bytes only with this `Accept`, but responds with 415 to it for an artifact.
        accept = "application/octet-stream" if "releases/assets/" in path else None
        return self.call("GET", path, accept=accept, limit=limit).body

    def upload(self, url: str, file: Path) -> Any:  # noqa: ANN401  # JSON
        """Upload a file's bytes to an absolute address.

        Raises:
            GitHubError: as in `get`.
        """
        return self.call("POST", url, file).json()

    def call(
        self, method: str, path: str, body: object = None, *, accept: str | None = None, limit: int = MAX_BYTES
    ) -> Response:
        """Send one request and return the response; retry if that is safe.

        Raises:
            GitHubError: as in `get`.
        """
        place = path if path.startswith(("/", "https://")) else f"/repos/{self.repository}/{path}".rstrip("/")
        if not _PLACE.fullmatch(place):
            remedy = "name each part of the path by `quoted`."
            raise GitHubError("it is no address", where=repr(place[:200]), remedy=remedy, final=True)
        unsure = False
        for tried in range(self._tries):
            last = tried == self._tries - 1
            try:
                answer = self._once(method, place, body, accept, limit)
            except GitHubError as error:
                if last or error.final or method == "POST":
                    raise
                unsure, pause = True, 2.0**tried
            else:
                if answer.status < HTTPStatus.BAD_REQUEST or (unsure and _is_gone(method, answer)):
                    return answer
                pause = self._pause_or_raise(method, answer, tried)
                unsure = unsure or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            self._wait(pause)
        raise ValueError(f"tries: {self._tries}; at least one is needed")

    def _pause_or_raise(self, method: str, answer: Response, tried: int) -> float:
        """Return the seconds until the next try; raise if a retry makes no sense."""
        limited, broken = _is_limited(answer), answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        again = limited or (broken and method != "POST")
        pause = _pause(answer, tried, limited=limited)
        if tried == self._tries - 1 or not again or pause > _MAX_WAIT:
            _refuse(answer, pause if limited else None)
        return pause

    def _once(self, method: str, place: str, body: object, accept: str | None, limit: int) -> Response:
        where = f"{method} {place}"
        command = ["gh", "api", "--include", "--method", method, place, "-H", "X-GitHub-Api-Version: 2022-11-28"]
        if accept:
            command += ["-H", f"Accept: {accept}"]
        content: bytes | None = None
        if isinstance(body, Path):
            command += ["-H", "Content-Type: application/octet-stream", "--input", str(body.absolute())]
        elif body is not None:
            command += ["--input", "-"]
            content = json.dumps(body).encode()
        code, out, said = _talk(command, content, limit + _MAX_HEADERS, self._seconds, where)
        head = _HEAD.match(out)
        if head is None:
            _no_answer(code, said, where)
        rest = out[head.end() :]
        if len(rest) > limit:
            remedy = "see what lies there; it is larger than anything that belongs there."
            raise GitHubError(f"more than {limit:,} bytes", where=where, remedy=remedy, final=True)
        status = int(head[1])
        if code and status < HTTPStatus.BAD_REQUEST:
            # The status arrived, but the end of the body did not.
            raise GitHubError(f"the response broke off{f' ({said})' if said else ''}", where=where, remedy=_AGAIN)
        lines = head[2].decode("latin-1").splitlines()
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Response(status, headers, rest, where)


_AGAIN = "check that github.com responds (githubstatus.com) and run again."


def _no_answer(code: int, said: str, where: str) -> NoReturn:
    if code == _NOT_LOGGED_IN:
        remedy = "log in (`gh auth login`), or give the step GH_TOKEN."
        raise GitHubError("gh is not logged in", where=where, remedy=remedy, final=True)
    remedy = "check that github.com can be reached and that `gh auth status` succeeds, then run again."
    raise GitHubError(said[:_MAX_SAID] or "no answer", where=where, remedy=remedy)


def _environment() -> dict[str, str]:
    """Return this process's environment without variables that change the output of `gh`."""
    loud = {"GH_DEBUG", "DEBUG", "GH_FORCE_TTY", "CLICOLOR_FORCE"}
    quiet = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1", "GH_PAGER": ""}
    # Go's garbage collection takes half of the time of a call; below this memory limit it does not run.
    quick = {"GOGC": "off", "GOMEMLIMIT": "256MiB"}
    return {name: value for name, value in os.environ.items() if name not in loud} | quiet | quick


def _talk(command: list[str], content: bytes | None, most: int, seconds: float, where: str) -> tuple[int, bytes, str]:
    """Run a command; return its exit code, its output (at most `most` + 1 bytes) and its error output.

    Raises:
        GitHubError: there is no such command, or it took longer than `seconds`.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if content is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
    except OSError:
        remedy = "install GitHub's command line, `gh` (https://cli.github.com), and log in with `gh auth login`."
        raise GitHubError("gh is not installed", where=where, remedy=remedy, final=True) from None
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        out, said = _exchange(process, content, most)
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
    if late.is_set():
        raise GitHubError(f"no answer within {seconds:g} s", where=where, remedy=_AGAIN)
    return code, out, " ".join(said.decode(errors="replace").split())


def _exchange(process: "subprocess.Popen[bytes]", content: bytes | None, most: int) -> tuple[bytes, bytes]:
    said: list[bytes] = []

    def listen(stream: IO[bytes]) -> None:
        said.append(stream.read(_MAX_HEADERS))

    out = b""
    if process.stderr and process.stdout:
        listener = threading.Thread(target=listen, args=(process.stderr,), daemon=True)
        listener.start()
        if content is not None and process.stdin:
            try:
                process.stdin.write(content)
                process.stdin.flush()
            except BrokenPipeError:
                content = None  # it ended before it read all; its error output has the reason
            _close(process.stdin)
        out = process.stdout.read(most + 1)
        if len(out) > most:
            process.kill()
        listener.join(5)
    return out, b"".join(said)


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return


def _is_gone(method: str, answer: Response) -> bool:
    """Return whether the response to a DELETE means that the resource no longer exists."""
    gone = answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
    return method == "DELETE" and (gone or b"does not exist" in answer.body)


def _is_limited(answer: Response) -> bool:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    asked = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status == HTTPStatus.FORBIDDEN and (asked or "rate limit" in _said(answer).lower())


def _pause(answer: Response, tried: int, *, limited: bool) -> float:
    """Return the seconds to wait: as the response requests, else twice as long each time."""
    asked = answer.headers.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - time.time(), 1.0)
    return _LIMIT_PAUSE if limited else 2.0**tried


def _said(answer: Response) -> str:
    """Return GitHub's error message, on one line."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    words = [str(body.get("message") or "")]
    errors = body.get("errors")
    for error in errors if isinstance(errors, list) else []:
        parts = (error.get("message"), error.get("field"), error.get("code")) if isinstance(error, dict) else (error,)
        words.append(" ".join(str(part) for part in parts if part))
    text = "; ".join(filter(None, (" ".join(word.split()) for word in words)))
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_MAX_SAID]


def _refuse(answer: Response, pause: float | None) -> NoReturn:
    said = _said(answer)
    message = f"GitHub answers {answer.status}{f' ({said})' if said else ''}"
    remedy = _REMEDIES.get(answer.status, _AGAIN)
    if pause is not None:
        then = datetime.fromtimestamp(time.time() + pause, UTC)
        remedy = f"the token has asked too often: run again after {then:%H:%M} UTC."
    raise GitHubError(message, where=answer.where, remedy=remedy, status=answer.status)


_REMEDIES = {
    401: "log in again (`gh auth login`), or give the step GH_TOKEN.",
    403: "give the job the right that its comment in the workflow names, or ask an owner of the repository.",
    404: "see that it exists and that the token may read it.",
    405: "see the message; GitHub does not do this now.",
    409: "run again: something else changed it at the same time.",
    410: "it is gone: run again the workflow that made it.",
    422: "see the message; GitHub takes no such thing.",
}


def lend_token(environ: MutableMapping[str, str] | None = None) -> bool:
    """Let Git use `gh` as the credential helper for github.com if a workflow step has a token; return whether it does.

    The workflows' checkouts store no credentials. The token stays in the environment and is not written to a file.
    Outside of workflows, Git keeps its own configuration.

    Args:
        environ: the variables; None for those of this process.
    """
    given = os.environ if environ is None else environ
    if not given.get("GH_TOKEN"):
        return False
    count = int(given.get("GIT_CONFIG_COUNT") or 0)
    if any(given.get(f"GIT_CONFIG_KEY_{number}") == _HELPER for number in range(count)):
        return True
    # The empty value removes the helpers that the machine's configuration sets for all hosts.
    for number, value in enumerate(("", "!gh auth git-credential"), start=count):
        given[f"GIT_CONFIG_KEY_{number}"], given[f"GIT_CONFIG_VALUE_{number}"] = _HELPER, value
    given["GIT_CONFIG_COUNT"] = str(count + 2)
    return True
