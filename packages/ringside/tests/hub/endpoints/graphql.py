"""The little of GraphQL that `gh release`, `gh pr` and `gh issue` ask; our own code asks REST."""

import json
from typing import Any

from hub import shapes
from hub.bare import Bare
from hub.endpoints.releases import latest_of
from hub.query import Query
from hub.routing import FORBIDDEN, Problem, Reply, Request, dispatch, route
from hub.state import Issue, Repository

Args = dict[str, Any]


@route("POST", "/graphql")
def graphql(request: Request) -> Reply:
    """A query or a mutation; what the double does not know is null."""
    if request.token is None:
        raise Problem(401, "Requires authentication")
    sent = request.json
    query = Query(sent.get("query", ""))
    root = _mutations(request) if query.kind == "mutation" else _queries(request)
    try:
        return Reply(body={"data": query.answer(root, sent.get("variables") or {})})
    except Problem as problem:
        said = "; ".join(
            error["message"] for error in problem.errors or [] if isinstance(error, dict) and "message" in error
        )
        kind = {403: "FORBIDDEN", 404: "NOT_FOUND"}.get(problem.status, "UNPROCESSABLE")
        return Reply(body={"data": None, "errors": [{"type": kind, "message": said or problem.message}]})


def _queries(request: Request) -> dict[str, Any]:
    return {
        "viewer": {"__typename": "User", "login": request.user, "id": f"U_{shapes.number_of(request.user)}"},
        "repository": lambda args: _repository(request, f"{args['owner']}/{args['name']}"),
        "rateLimit": {"limit": 5000, "remaining": 4900},
        # `gh` looks here which fields a server knows, and asks for no more.
        "__type": lambda args: {"name": args["name"], "fields": [], "enumValues": [], "inputFields": []},
    }


def _within(request: Request, repo: Repository) -> Request:
    return Request(request.hub, "GET", request.host, request.target, request.headers, b"", request.token, repo)


def _repository(request: Request, name: str) -> dict[str, Any]:
    repo = request.hub.repositories.get(name.lower())
    inner = _within(request, repo) if repo else request
    if repo is None or not inner.may("metadata:read"):
        raise Problem(404, f"Could not resolve to a Repository with the name '{name}'.")
    bare = Bare(repo.folder)
    main = {"name": repo.default_branch, "target": {"oid": bare.sha(repo.default_branch)}}
    return {
        "__typename": "Repository",
        "id": f"R_{repo.id}",
        "databaseId": repo.id,
        "name": repo.name,
        "nameWithOwner": repo.full_name,
        "owner": _actor(repo.owner),
        "url": f"{shapes.WEB}/{repo.full_name}",
        "sshUrl": f"git@github.com:{repo.full_name}.git",
        "description": repo.description,
        "isPrivate": repo.visibility != "public",
        "visibility": repo.visibility.upper(),
        "isFork": repo.fork_of is not None,
        "isTemplate": repo.is_template,
        "hasIssuesEnabled": True,
        "viewerPermission": "WRITE" if inner.may("contents:write") else "READ",
        "defaultBranchRef": main,
        "mergeCommitAllowed": True,
        "squashMergeAllowed": True,
        "rebaseMergeAllowed": True,
        "parent": (lambda _: _repository(request, repo.fork_of)) if repo.fork_of else None,
        "release": lambda args: _release(inner, args["tagName"]),
        "releases": lambda args: _releases(inner, args),
        "latestRelease": lambda _: _release(inner, latest.tag) if (latest := latest_of(repo)) else None,
        "pullRequests": lambda args: _pulls(inner, args),
        "pullRequest": lambda args: _numbered(inner, args["number"], pull=True),
        "issues": lambda args: _issues(inner, args),
        "issue": lambda args: _numbered(inner, args["number"], pull=False),
        "issueOrPullRequest": lambda args: _numbered(inner, args["number"], pull=None),
        "labels": lambda _: _connection([_label(repo, one) for one in repo.labels]),
        "ref": lambda args: (
            {"id": "REF", "name": args["qualifiedName"]} if bare.exists(args["qualifiedName"]) else None
        ),
    }


def _actor(name: str) -> dict[str, Any]:
    kind = "Bot" if name.endswith("[bot]") else "User"
    return {"__typename": kind, "id": f"U_{shapes.number_of(name)}", "login": name.removesuffix("[bot]"), "name": name}


def _connection(items: list[Any], args: Args | None = None) -> dict[str, Any]:
    size = (args or {}).get("first") or len(items)
    start = int((args or {}).get("after") or 0)
    more = start + size < len(items)
    page = {"hasNextPage": more, "endCursor": str(start + size) if more else None}
    return {"nodes": items[start : start + size], "totalCount": len(items), "pageInfo": page}


def _label(repo: Repository, name: str) -> dict[str, Any]:
    return shapes.label(repo, name) | {"id": f"LA_{shapes.number_of(name)}"}


def _release(request: Request, tag: str) -> dict[str, Any] | None:
    request.demand("contents:read")
    shown = [
        one for one in request.repo.releases if one.tag == tag and (not one.draft or request.may("contents:write"))
    ]
    one = next((one for one in shown if not one.draft), shown[-1] if shown else None)
    if one is None:
        return None
    latest = latest_of(request.repo)
    return {
        "databaseId": one.id,
        "name": one.name,
        "tagName": one.tag,
        "isDraft": one.draft,
        "isPrerelease": one.prerelease,
        "isImmutable": one.immutable,
        "isLatest": latest is not None and latest.id == one.id,
        "createdAt": one.created,
        "publishedAt": one.published,
        "url": shapes.release(request.repo, one)["html_url"],
    }


def _releases(request: Request, args: Args) -> dict[str, Any]:
    tags = dict.fromkeys(one.tag for one in reversed(request.repo.releases))
    return _connection([shown for tag in tags if (shown := _release(request, tag))], args)


def _pulls(request: Request, args: Args) -> dict[str, Any]:
    request.demand("pull-requests:read")
    states = args.get("states") or ["OPEN", "CLOSED", "MERGED"]
    found = []
    for one in reversed(request.repo.pulls()):
        assert one.pull
        wanted = _state(one) in ([states] if isinstance(states, str) else states)
        if (
            wanted
            and args.get("baseRefName") in {None, one.pull.base_ref}
            and args.get("headRefName") in {None, one.pull.head_ref}
        ):
            found.append(_issue(request, one))
    return _connection(found, args)


def _state(one: Issue) -> str:
    return "MERGED" if one.pull and one.pull.merged else one.state.upper()


def _issues(request: Request, args: Args) -> dict[str, Any]:
    request.demand("issues:read")
    states, only = args.get("states") or ["OPEN", "CLOSED"], args.get("filterBy") or {}
    found = []
    for one in reversed(list(request.repo.issues.values())):
        fits = set(only.get("labels") or []) <= set(one.labels) and only.get("createdBy") in {None, one.user}
        if not one.pull and _state(one) in ([states] if isinstance(states, str) else states) and fits:
            found.append(_issue(request, one))
    return _connection(found, args)


def _numbered(request: Request, number: int, *, pull: bool | None) -> dict[str, Any]:
    one = request.repo.issues.get(number)
    if one is None or pull not in {None, one.pull is not None}:
        raise Problem(404, f"Could not resolve to an issue or pull request with the number of {number}.")
    request.demand("pull-requests:read|issues:read" if one.pull else "issues:read")
    return _issue(request, one)


def _issue(request: Request, one: Issue) -> dict[str, Any]:
    repo = request.repo
    shown = shapes.issue(repo, one)
    found = {
        "__typename": "PullRequest" if one.pull else "Issue",
        "id": f"{'PR' if one.pull else 'I'}_{one.id}",
        "number": one.number,
        "title": one.title,
        "body": one.body,
        "state": _state(one),
        "stateReason": (one.reason or "").upper() or None,
        "url": shown["html_url"],
        "author": _actor(one.user),
        "createdAt": one.created,
        "updatedAt": one.updated,
        "closedAt": one.closed,
        "closed": one.state == "closed",
        "labels": _connection([_label(repo, name) for name in one.labels]),
        "assignees": _connection([_actor(name) for name in one.assignees]),
        "comments": _connection([_comment(request, one, at) for at in range(len(one.comments))]),
        "reactionGroups": [],
        "projectItems": _connection([]),
        "projectCards": _connection([]),
        "locked": one.locked,
    }
    return found | (_pull(request, one) if one.pull else {})


def _comment(request: Request, one: Issue, at: int) -> dict[str, Any]:
    had = one.comments[at]
    found = {
        "id": f"IC_{had.id}",
        "author": _actor(had.user),
        "body": had.body,
        "createdAt": had.created,
        "reactionGroups": [],
    }
    place = f"{shapes.issue(request.repo, one)['html_url']}#issuecomment-{had.id}"
    return found | {
        "url": place,
        "authorAssociation": "NONE",
        "viewerDidAuthor": had.user == request.user,
        "isMinimized": False,
    }


def _pull(request: Request, one: Issue) -> dict[str, Any]:
    had = one.pull
    assert had
    owner, name = had.head_repository.split("/")
    contexts = [
        {
            "__typename": "CheckRun",
            "name": check.name,
            "status": check.status.upper(),
            "conclusion": (check.conclusion or "").upper(),
        }
        for check in request.repo.checks
        if check.sha == had.head_sha
    ]
    rollup = {"contexts": _connection(contexts), "state": None} if contexts else None
    return {
        "isDraft": had.draft,
        "headRefName": had.head_ref,
        "headRefOid": had.head_sha,
        "baseRefName": had.base_ref,
        "baseRefOid": had.base_sha,
        "headRepository": {"id": f"R_{name}", "name": name, "nameWithOwner": had.head_repository},
        "headRepositoryOwner": _actor(owner),
        "isCrossRepository": had.head_repository != request.repo.full_name,
        "maintainerCanModify": False,
        "mergeable": "MERGEABLE" if had.mergeable else "CONFLICTING",
        "mergeStateStatus": "CLEAN" if had.mergeable else "DIRTY",
        "mergedAt": had.merged_at,
        "mergedBy": _actor(had.merged_by) if had.merged_by else None,
        "additions": 0,
        "deletions": 0,
        "reviewRequests": _connection([]),
        "reviews": _connection([]),
        "commits": {"totalCount": 1, "nodes": [{"commit": {"oid": had.head_sha, "statusCheckRollup": rollup}}]},
    }


def _mutations(request: Request) -> dict[str, Any]:
    return {
        "createPullRequest": lambda args: {"pullRequest": _create_pull(request, args["input"])},
        "createIssue": lambda args: {"issue": _create_issue(request, args["input"])},
        "addComment": lambda args: {"commentEdge": {"node": _add_comment(request, args["input"])}},
        "closeIssue": lambda args: {"issue": _close(request, args["input"]["issueId"], {"state_reason": "completed"})},
        "closePullRequest": lambda args: {"pullRequest": _close(request, args["input"]["pullRequestId"], {})},
    }


def _rest(request: Request, method: str, path: str, body: dict[str, Any]) -> Any:
    """The same by REST, with the same rights.

    Raises:
        Problem: as there.
    """
    inner = Request(
        request.hub, method, "api.github.com", path, request.headers, json.dumps(body).encode(), request.token
    )
    reply = dispatch(inner)
    if reply.status >= 400:
        raise Problem(reply.status, reply.body["message"], reply.body.get("errors"))
    return reply.body


def _repo(request: Request, identity: str) -> Repository:
    for repo in request.hub.repositories.values():
        if f"R_{repo.id}" == identity:
            return repo
    raise Problem(404, f"Could not resolve to a node with the global id of '{identity}'")


def _by_id(request: Request, identity: str) -> tuple[Repository, Issue]:
    for repo in request.hub.repositories.values():
        for issue in repo.issues.values():
            if identity.partition("_")[2] == str(issue.id):
                return repo, issue
    raise Problem(404, f"Could not resolve to a node with the global id of '{identity}'")


def _create_pull(request: Request, sent: Args) -> dict[str, Any]:
    repo = _repo(request, sent["repositoryId"])
    body = {
        "title": sent["title"],
        "body": sent.get("body") or "",
        "head": sent["headRefName"],
        "base": sent["baseRefName"],
    }
    made = _rest(request, "POST", f"/repos/{repo.full_name}/pulls", body | {"draft": sent.get("draft", False)})
    return _issue(_within(request, repo), repo.issues[made["number"]])


def _create_issue(request: Request, sent: Args) -> dict[str, Any]:
    repo = _repo(request, sent["repositoryId"])
    known = {f"LA_{shapes.number_of(name)}": name for name in repo.labels}
    labels = [known[one] for one in sent.get("labelIds") or []]
    inner = _within(request, repo)
    if not inner.may("issues:write"):
        raise Problem(403, FORBIDDEN)
    made = _rest(
        request,
        "POST",
        f"/repos/{repo.full_name}/issues",
        {"title": sent["title"], "body": sent.get("body") or "", "labels": labels},
    )
    return _issue(inner, repo.issues[made["number"]])


def _add_comment(request: Request, sent: Args) -> dict[str, Any]:
    repo, issue = _by_id(request, sent["subjectId"])
    _rest(request, "POST", f"/repos/{repo.full_name}/issues/{issue.number}/comments", {"body": sent["body"]})
    return _comment(_within(request, repo), issue, len(issue.comments) - 1)


def _close(request: Request, identity: str, more: dict[str, str]) -> dict[str, Any]:
    repo, issue = _by_id(request, identity)
    _rest(request, "PATCH", f"/repos/{repo.full_name}/issues/{issue.number}", {"state": "closed"} | more)
    return _issue(_within(request, repo), issue)
