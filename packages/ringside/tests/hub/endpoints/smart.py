"""Git itself over HTTPS, by Git's own server program."""

import os
import re
import subprocess

from hub.bare import Bare
from hub.routing import Problem, Reply, Request
from hub.state import Repository

_WRITE = "git-receive-pack"


def smart(request: Request) -> Reply | None:
    """The answer to a `git fetch` or `git push`; None where the request is none."""
    found = re.fullmatch(r"/([^/]+)/([^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)", request.path)
    if request.host != "github.com" or not found:
        return None
    service = request.query.get("service", "") if found[3] == "info/refs" else found[3]
    repo = request.hub.repositories.get(f"{found[1]}/{found[2]}".lower())
    request.repository = repo
    open_to_all = repo is not None and repo.visibility == "public" and service != _WRITE
    if request.token is None and (not open_to_all or request.headers.get("authorization")):
        return Reply(401, b"", {"WWW-Authenticate": 'Basic realm="GitHub"'})
    if repo is None or not (open_to_all or request.may("contents:read")):
        raise Problem(404, "Repository not found.")
    if service == _WRITE and not request.may("contents:write"):
        return Reply(403, f"Permission to {repo.full_name}.git denied to {request.user}.".encode())
    return _served(request, repo, found[3])


def _served(request: Request, repo: Repository, place: str) -> Reply:
    variables = {
        "GIT_PROJECT_ROOT": str(repo.folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{place}",
        "QUERY_STRING": request.target.partition("?")[2],
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.content)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": request.user,
        "RINGSIDE_HUB_TOKEN": request.token.text if request.token else "",
        "GH_TOKEN": "",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "http-backend"],
        cwd=Bare(repo.folder).folder,
        env=inherited | variables,
        input=request.content,
        capture_output=True,
        check=True,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return Reply(int(headers.pop("Status", "200").split()[0]), body, headers)
