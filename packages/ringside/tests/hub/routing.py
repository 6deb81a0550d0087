"""Which function answers which request, and who may ask."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from hub.state import Repository, Token

if TYPE_CHECKING:
    from hub.hub import Hub

Handler = Callable[..., "Reply"]

FORBIDDEN = "Resource not accessible by integration"
"""What a workflow's token hears when its job lacks a right."""


class Problem(Exception):  # noqa: N818  # an answer, not an error of the double
    """An answer of 400 and above."""

    def __init__(self, status: int, message: str, errors: list[Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


@dataclass
class Reply:
    """An answer."""

    status: int = 200
    body: Any = None
    """JSON, or bytes."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """One question."""

    hub: "Hub"
    method: str
    host: str
    target: str
    """Path and query."""
    headers: dict[str, str]
    """By name in lower case."""
    content: bytes
    token: Token | None
    repository: Repository | None = None

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The first value of each parameter."""
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query, keep_blank_values=True).items()}

    @property
    def repo(self) -> Repository:
        """The repository that the path names."""
        assert self.repository
        return self.repository

    @property
    def user(self) -> str:
        """Who asks."""
        return self.token.user if self.token else ""

    @property
    def json(self) -> dict[str, Any]:
        """What was sent."""
        try:
            found = json.loads(self.content or b"{}")
        except ValueError:
            raise Problem(400, "Problems parsing JSON") from None
        if not isinstance(found, dict):
            raise Problem(422, "Invalid request.\n\nFor 'links/0/schema', input is not an object.")
        return found

    def text(self, name: str, default: str = "") -> str:
        """A string that was sent.

        Raises:
            Problem: 422; it is no string.
        """
        value = self.json.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise Problem(422, f"Invalid request.\n\nFor 'properties/{name}', {json.dumps(value)} is not a string.")
        return value

    def may(self, need: str) -> bool:
        """Whether the one who asks has `contents:write`, or one of `issues:write|pull-requests:write`."""
        return any(self._may(*one.split(":")) for one in need.split("|"))

    def _may(self, right: str, level: str) -> bool:
        if self.token is None:
            return level == "read" and self.repository is not None and self.repository.visibility == "public"
        if self.token.rights is None:
            role = self.repository.role(self.token.user) if self.repository else "read"
            return role in {"read": ("read", "write", "admin"), "write": ("write", "admin"), "admin": ("admin",)}[level]
        if self.repository and self.token.repository != self.repository.full_name:
            return level == "read" and self.repository.visibility == "public"
        given = self.token.rights.get(right, "none")
        return given in {"write", level} or (right == "metadata" and level == "read")

    def demand(self, need: str) -> None:
        """Go on only with a right.

        Raises:
            Problem: 401 without a token, 403 or 404 where the right is missing.
        """
        if self.may(need):
            return
        if self.token is None:
            raise Problem(401, "Requires authentication")
        if self.token.is_app:
            raise Problem(403, FORBIDDEN)
        raise Problem(
            403 if "admin" in need else 404, "Must have admin rights to Repository." if "admin" in need else "Not Found"
        )

    def page(self, items: list[Any]) -> Reply:
        """One page of a list of finished items, with GitHub's Link header."""
        part, headers = self.cut(items)
        return Reply(body=part, headers=headers)

    def cut(self, items: list[Any]) -> tuple[list[Any], dict[str, str]]:
        """The items of one page, and the Link header."""
        query = self.query
        try:
            size = min(int(query.get("per_page", "30")), 100) or 30
            number = max(int(query.get("page", "1")), 1)
        except ValueError:
            size, number = 30, 1
        last = max(-(-len(items) // size), 1)
        places = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        shown = [
            name
            for name in places
            if (name in {"prev", "first"} and number > 1) or (name in {"next", "last"} and number < last)
        ]
        # GitHub writes the address with the repository's number, whatever name was asked for.
        path = (
            re.sub(r"^/repos/[^/]+/[^/]+", f"/repositories/{self.repository.id}", self.path)
            if self.repository
            else self.path
        )
        links = [
            f'<https://{self.host}{path}?{urlencode(query | {"page": str(places[name])})}>; rel="{name}"'
            for name in shown
        ]
        return items[(number - 1) * size : number * size], {"Link": ", ".join(links)} if links else {}


@dataclass(frozen=True)
class _Route:
    method: str
    host: str
    pattern: "re.Pattern[str]"
    need: str
    handler: Handler


ROUTES: list[_Route] = []


def route(method: str, path: str, need: str = "", *, host: str = "api.github.com") -> Callable[[Handler], Handler]:
    """A function that answers `method path`.

    Args:
        method: as GET.
        path: `{name}` is one part of it, `{name:path}` any number of them.
        need: the right, as `contents:write`; alternatives with `|`; empty: the function looks itself.
        host: who is asked.
    """
    regex = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", path)
    regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", regex)

    def register(handler: Handler) -> Handler:
        ROUTES.append(_Route(method, host, re.compile(regex), need, handler))
        return handler

    return register


def dispatch(request: Request) -> Reply:
    """The answer to a request; a `Problem` becomes GitHub's JSON for it."""
    try:
        return _dispatch(request)
    except Problem as problem:
        body = {
            "message": problem.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(problem.status),
        }
        if problem.errors is not None:
            body["errors"] = problem.errors  # type: ignore[assignment]
        return Reply(problem.status, body)


def _dispatch(request: Request) -> Reply:
    if request.headers.get("authorization") and request.token is None and request.host.endswith("github.com"):
        raise Problem(401, "Bad credentials")
    path, accept = _by_name(request), request.headers.get("accept", "*/*")
    if not re.search(r"json|\*/\*|vnd\.github", accept) and not re.search(r"/releases/(assets/|\d+/assets)", path):
        raise Problem(415, f"Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.")
    for one in ROUTES:
        found = one.pattern.fullmatch(path) if one.method == request.method and one.host == request.host else None
        if not found:
            continue
        names = {key: unquote(value) for key, value in found.groupdict().items()}
        if "owner" in names and "repo" in names:
            request.repository = _visible(request, names.pop("owner"), names.pop("repo"))
        if one.need:
            request.demand(one.need)
        return one.handler(request, **names)
    raise Problem(404, "Not Found")


def _by_name(request: Request) -> str:
    found = re.match(r"/repositories/(\d+)(/.*)?$", request.path)
    if not found:
        return request.path
    for repository in request.hub.repositories.values():
        if repository.id == int(found[1]):
            return f"/repos/{repository.full_name}{found[2] or ''}"
    raise Problem(404, "Not Found")


def _visible(request: Request, owner: str, name: str) -> Repository:
    repository = request.hub.repositories.get(f"{owner}/{name}".lower())
    if repository is None:
        raise Problem(404, "Not Found")
    if repository.visibility != "public":
        own = request.token is not None and (
            request.token.repository == repository.full_name
            if request.token.is_app
            else repository.role(request.token.user)
        )
        if not own:
            raise Problem(404, "Not Found")
    return repository
