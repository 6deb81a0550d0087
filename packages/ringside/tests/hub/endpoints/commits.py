"""What stands at commits: pull requests, statuses, check runs, comments."""

from typing import Any

from hub import shapes
from hub.bare import Bare
from hub.endpoints.issues import checked
from hub.routing import FORBIDDEN, Problem, Reply, Request, route
from hub.state import Check, Comment


def _sha(request: Request, name: str) -> str:
    bare = Bare(request.repo.folder)
    found = bare.sha(f"refs/heads/{name}") or bare.sha(f"refs/tags/{name}") or bare.sha(name)
    if not found:
        raise Problem(422, f"No commit found for SHA: {name}")
    return found


@route("GET", "/repos/{owner}/{repo}/commits", "contents:read")
def list_commits(request: Request) -> Reply:
    """The history of a branch, newest first."""
    bare = Bare(request.repo.folder)
    start = _sha(request, request.query.get("sha") or request.repo.default_branch)
    part, headers = request.cut(bare.commits(start))
    return Reply(body=[shapes.commit(request.repo, bare, sha) for sha in part], headers=headers)


@route("GET", "/repos/{owner}/{repo}/commits/{name}/pulls", "pull-requests:read")
def list_pulls(request: Request, name: str) -> Reply:
    """Pull requests of a commit: merged ones for the default branch's, open ones for heads; none for forks."""
    sha, bare, repo = _sha(request, name), Bare(request.repo.folder), request.repo
    found = []
    for issue in repo.pulls():
        pull = issue.pull
        assert pull
        own = pull.head_repository == repo.full_name
        holds = bare.ask("rev-list", pull.head_sha, "--not", pull.base_sha).stdout.split()
        if pull.merged_as == sha or (own and sha in holds):
            found.append(request.hub.pull_shape(repo, issue))
    state = request.query.get("state", "all")
    return request.page([one for one in found if state in {"all", one["state"]}])


@route("GET", "/repos/{owner}/{repo}/commits/{name}/comments", "contents:read")
def list_comments(request: Request, name: str) -> Reply:
    """The comments on a commit."""
    return request.page([_comment(request, name, one) for one in request.repo.commit_comments.get(name, [])])


@route("POST", "/repos/{owner}/{repo}/commits/{name}/comments", "contents:write")
def create_comment(request: Request, name: str) -> Reply:
    """A comment on a commit, which nobody sees in a pull request."""
    sha, now = _sha(request, name), request.hub.clock.now()
    made = Comment(request.hub.id(), request.user, checked(request.text("body")), now, now, request.hub.seq())
    request.repo.commit_comments.setdefault(sha, []).append(made)
    return Reply(201, _comment(request, sha, made))


def _comment(request: Request, sha: str, one: Comment) -> dict[str, Any]:
    place = f"{shapes.WEB}/{request.repo.full_name}/commit/{sha}#commitcomment-{one.id}"
    return {
        "id": one.id,
        "body": one.body,
        "user": shapes.user(one.user),
        "commit_id": sha,
        "created_at": one.created,
        "html_url": place,
    }


@route("GET", "/repos/{owner}/{repo}/commits/{name}/statuses", "statuses:read")
def list_statuses(request: Request, name: str) -> Reply:
    """The statuses of a commit, newest first."""
    sha = _sha(request, name)
    return request.page([one for one in reversed(request.repo.statuses) if one["sha"] == sha])


@route("GET", "/repos/{owner}/{repo}/commits/{name}/status", "statuses:read")
def get_status(request: Request, name: str) -> Reply:
    """The newest status of each context, and what they come to."""
    sha = _sha(request, name)
    newest = {one["context"]: one for one in request.repo.statuses if one["sha"] == sha}
    states = {one["state"] for one in newest.values()}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    return Reply(body={"state": state, "sha": sha, "total_count": len(newest), "statuses": list(newest.values())})


@route("POST", "/repos/{owner}/{repo}/statuses/{sha}", "statuses:write")
def create_status(request: Request, sha: str) -> Reply:
    """A status."""
    state = request.text("state")
    if state not in {"error", "failure", "pending", "success"}:
        raise Problem(422, "Validation Failed", [{"resource": "Status", "field": "state", "code": "invalid"}])
    found = _sha(request, sha)
    made = {"id": request.hub.id(), "sha": found, "state": state, "context": request.text("context", "default")}
    made |= {
        "description": request.text("description")[:140],
        "target_url": request.text("target_url"),
        "creator": shapes.user(request.user),
    }
    made |= {"created_at": request.hub.clock.now()}
    request.repo.statuses.append(made)
    return Reply(201, made)


@route("GET", "/repos/{owner}/{repo}/commits/{name}/check-runs", "checks:read")
def list_checks(request: Request, name: str) -> Reply:
    """The newest check run of each name on a commit."""
    sha, wanted = _sha(request, name), request.query.get("check_name")
    found = [one for one in request.repo.checks if one.sha == sha and wanted in {None, one.name}]
    newest = list({one.name: one for one in found}.values()) if request.query.get("filter") != "all" else found
    part, headers = request.cut(newest)
    return Reply(
        body={"total_count": len(newest), "check_runs": [shapes.check(request.repo, one) for one in part]},
        headers=headers,
    )


@route("POST", "/repos/{owner}/{repo}/check-runs")
def create_check(request: Request) -> Reply:
    """A check run; only an app may make one."""
    if request.token is None:
        raise Problem(401, "Requires authentication")
    if not request.token.is_app:
        raise Problem(403, "You must authenticate via a GitHub App.")
    if not request.may("checks:write"):
        raise Problem(403, FORBIDDEN)
    output = request.json.get("output") or {}
    status = "completed" if request.json.get("conclusion") else request.text("status", "queued")
    made = Check(
        request.hub.id(),
        request.text("name"),
        _sha(request, request.text("head_sha")),
        status,
        request.json.get("conclusion"),
        output.get("title") or "",
        output.get("summary") or "",
        request.hub.clock.now(),
        request.hub.seq(),
        annotations=output.get("annotations") or [],
    )
    request.repo.checks.append(made)
    return Reply(201, shapes.check(request.repo, made))


@route("PATCH", "/repos/{owner}/{repo}/check-runs/{identity}", "checks:write")
def update_check(request: Request, identity: str) -> Reply:
    """Another state of a check run."""
    check = next((one for one in request.repo.checks if str(one.id) == identity), None)
    if check is None:
        raise Problem(404, "Not Found")
    output = request.json.get("output") or {}
    check.conclusion = request.json.get("conclusion", check.conclusion)
    check.status = "completed" if check.conclusion else request.text("status", check.status)
    check.title, check.summary = output.get("title") or check.title, output.get("summary") or check.summary
    return Reply(body=shapes.check(request.repo, check))


@route("GET", "/repos/{owner}/{repo}/compare/{span:path}", "contents:read")
def compare(request: Request, span: str) -> Reply:
    """What lies between two commits."""
    base, dots, head = span.partition("...")
    if not dots:
        raise Problem(404, "Not Found")
    bare, first, last = Bare(request.repo.folder), _sha(request, base), _sha(request, head.rpartition(":")[2])
    ahead, behind = bare.commits(f"{first}..{last}"), bare.commits(f"{last}..{first}")
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    root = bare.ask("merge-base", first, last).stdout.strip()
    body = {
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "files": bare.files(first, last),
    }
    body["base_commit"] = shapes.commit(request.repo, bare, first)
    body["merge_base_commit"] = shapes.commit(request.repo, bare, root) if root else None
    body["commits"] = [shapes.commit(request.repo, bare, sha) for sha in reversed(ahead)]
    return Reply(body=body)


# Last, since a branch's name may hold slashes.
@route("GET", "/repos/{owner}/{repo}/commits/{name:path}", "contents:read")
def get_commit(request: Request, name: str) -> Reply:
    """A commit, by SHA, branch or tag, with the files that it changes."""
    bare, sha = Bare(request.repo.folder), _sha(request, name)
    shown = shapes.commit(request.repo, bare, sha)
    parents = shown["parents"]
    return Reply(body=shown | {"files": bare.files(parents[0]["sha"], sha) if parents else []})
