"""What GitHub notices by itself: of owners, of runners, of the cache."""

from hub.endpoints.settings import _admin
from hub.routing import Reply, Request, route


@route("GET", "/repos/{owner}/{repo}/codeowners/errors", "contents:read")
def list_owner_errors(request: Request) -> Reply:
    """What is wrong with CODEOWNERS."""
    return Reply(body={"errors": request.repo.owner_errors})


@route("GET", "/repos/{owner}/{repo}/actions/runners")
def list_runners(request: Request) -> Reply:
    """Self-hosted runners."""
    _admin(request)
    return Reply(body={"total_count": len(request.repo.runners), "runners": request.repo.runners})


@route("GET", "/repos/{owner}/{repo}/actions/cache/usage", "actions:read")
def get_cache_usage(request: Request) -> Reply:
    """How large the caches are."""
    shown = {"full_name": request.repo.full_name, "active_caches_count": 1}
    return Reply(body=shown | {"active_caches_size_in_bytes": request.repo.cache_bytes})
