"""Repositories, people, and how much may still be asked."""

from hub import shapes
from hub.bare import Bare
from hub.routing import Problem, Reply, Request, route


@route("GET", "/repos/{owner}/{repo}")
def get_repository(request: Request) -> Reply:
    """A repository; what only its owners may see is left out."""
    role = None
    if request.token:
        role = (
            ("write" if request.may("contents:write") else "read")
            if request.token.is_app
            else request.repo.role(request.user)
        )
    shown = shapes.repository(request.repo, role or "read")
    if request.repo.fork_of and request.repo.fork_of.lower() in request.hub.repositories:
        parent = shapes.repository(request.hub.of(request.repo.fork_of))
        shown |= {"parent": parent, "source": parent}
    template = (request.repo.made_from or "").lower()
    # GitHub says null where there is none, and where whoever asks may not see it.
    known = template in request.hub.repositories
    shown["template_repository"] = shapes.repository(request.hub.of(template)) if known else None
    return Reply(body=shown)


@route("GET", "/user")
def get_user(request: Request) -> Reply:
    """Who asks; a workflow's token is nobody."""
    if request.token is None:
        raise Problem(401, "Requires authentication")
    if request.token.is_app:
        raise Problem(403, "Resource not accessible by integration")
    return Reply(body=shapes.user(request.user))


@route("GET", "/users/{name}")
def get_person(request: Request, name: str) -> Reply:
    """A person."""
    del request
    return Reply(body=shapes.user(name))


@route("GET", "/rate_limit")
def get_limit(request: Request) -> Reply:
    """How much is left."""
    del request
    core = {"limit": 1000, "remaining": 900, "reset": 4102444800, "used": 100}
    return Reply(body={"resources": {"core": core, "graphql": core, "search": core}, "rate": core})


@route("GET", "/repos/{owner}/{repo}/collaborators/{name}/permission", "metadata:read")
def get_permission(request: Request, name: str) -> Reply:
    """What a person may here."""
    role = request.repo.role(name) or "none"
    return Reply(body={"permission": role, "role_name": role, "user": shapes.user(name)})


@route("GET", "/repos/{owner}/{repo}/branches", "contents:read")
def get_branches(request: Request) -> Reply:
    """All branches."""
    rows = Bare(request.repo.folder).refs("refs/heads/")
    return request.page(
        [{"name": ref.removeprefix("refs/heads/"), "commit": {"sha": sha}, "protected": False} for ref, sha, _ in rows]
    )


@route("GET", "/repos/{owner}/{repo}/branches/{branch}", "contents:read")
def get_branch(request: Request, branch: str) -> Reply:
    """A branch and its tip."""
    sha = Bare(request.repo.folder).sha(f"refs/heads/{branch}")
    if not sha:
        raise Problem(404, "Branch not found")
    protected = branch in request.repo.protection or bool(request.repo.rulesets)
    return Reply(
        body={
            "name": branch,
            "commit": shapes.commit(request.repo, Bare(request.repo.folder), sha),
            "protected": protected,
        }
    )
