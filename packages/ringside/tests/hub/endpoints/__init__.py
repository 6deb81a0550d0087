"""What GitHub's hosts answer, by subject."""

import re

from hub.endpoints import actions, commits, git, graphql, issues, pulls, releases, repositories, settings, upkeep
from hub.endpoints.smart import smart
from hub.routing import Problem, Reply, Request

__all__ = [
    "actions",
    "commits",
    "file",
    "git",
    "graphql",
    "issues",
    "pulls",
    "releases",
    "repositories",
    "settings",
    "smart",
    "upkeep",
]


def file(request: Request) -> Reply | None:
    """The answer of a host that gives files; None where the request is for another one."""
    if request.host.endswith((".githubusercontent.com", ".blob.core.windows.net")):
        if request.path not in request.hub.links:
            raise Problem(404, "Not Found")
        if request.headers.get("authorization"):
            # The address is the permission; these hosts refuse a second one, and a token must not travel to them.
            raise Problem(400, "Only one auth mechanism allowed")
        return Reply(200, request.hub.links.pop(request.path))
    found = re.fullmatch(r"/([^/]+)/([^/]+)/releases/(?:download/([^/]+)|latest/download)/([^/]+)", request.path)
    if request.host == "github.com" and found:
        return releases.page_download(request, *found.groups())
    return smart(request)
