"""Pull requests."""

from typing import Any

from hub import shapes
from hub.bare import Bare
from hub.routing import FORBIDDEN, Problem, Reply, Request, route
from hub.state import Issue, Repository

NOT_PERMITTED = "GitHub Actions is not permitted to create or approve pull requests."


def pull_of(request: Request, number: str) -> Issue:
    """The pull request of a number.

    Raises:
        Problem: 404; there is none.
    """
    issue = request.repo.issues.get(int(number)) if number.isdigit() else None
    if issue is None or issue.pull is None:
        raise Problem(404, "Not Found")
    return issue


@route("GET", "/repos/{owner}/{repo}/pulls", "pull-requests:read")
def list_pulls(request: Request) -> Reply:
    """Pull requests by state, head (`owner:branch`) and base, newest first."""
    query = request.query
    state, head, base = query.get("state", "open"), query.get("head", ""), query.get("base", "")
    found = [one for one in request.repo.pulls() if state in {"all", one.state} and _has(one, head, base)]
    when = "updated" if query.get("sort") == "updated" else "created"
    found.sort(key=lambda one: (getattr(one, when), one.number), reverse=query.get("direction", "desc") == "desc")
    part, headers = request.cut(found)
    hidden = ("merged", "merged_by", "mergeable", "mergeable_state", "rebaseable", "comments", "maintainer_can_modify")
    shown = [{key: value for key, value in shape(request, one).items() if key not in hidden} for one in part]
    return Reply(body=shown, headers=headers)


def _has(one: Issue, head: str, base: str) -> bool:
    pull = one.pull
    assert pull
    # GitHub ignores a head that is not owner:branch, and so lists all.
    owner, _, branch = head.partition(":")
    fits = not branch or (pull.head_repository.split("/")[0].lower() == owner.lower() and pull.head_ref == branch)
    return fits and base in {"", pull.base_ref}


def shape(request: Request, one: Issue) -> dict[str, Any]:
    """The JSON of a pull request."""
    return request.hub.pull_shape(request.repo, one)


@route("GET", "/repos/{owner}/{repo}/pulls/{number}", "pull-requests:read")
def get_pull(request: Request, number: str) -> Reply:
    """A pull request."""
    return Reply(body=shape(request, pull_of(request, number)))


@route("POST", "/repos/{owner}/{repo}/pulls")
def create_pull(request: Request) -> Reply:
    """A new pull request; a workflow's token opens one only where the setting allows it."""
    if request.token is None:
        raise Problem(401, "Requires authentication")
    if request.token.is_app and not request.may("pull-requests:write"):
        raise Problem(403, FORBIDDEN)
    if request.token.is_app and not request.repo.may_propose:
        raise Problem(403, NOT_PERMITTED)
    owner, _, branch = request.text("head").rpartition(":")
    source = _source(request, owner)
    tip = Bare(source.folder).sha(f"refs/heads/{branch}") if source else None
    bare = Bare(request.repo.folder)
    onto = bare.sha(f"refs/heads/{request.text('base')}")
    if source is None or tip is None or onto is None:
        field = "head" if onto else "base"
        raise Problem(422, "Validation Failed", [{"resource": "PullRequest", "field": field, "code": "invalid"}])
    if bare.ask("rev-list", "-1", tip, "--not", onto).stdout == "" and source is request.repo:
        said = f"No commits between {request.text('base')} and {branch}"
        raise Problem(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    for one in request.repo.pulls():
        if one.state == "open" and _has(one, f"{source.owner}:{branch}", request.text("base")):
            said = f"A pull request already exists for {source.owner}:{branch}."
            raise Problem(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
    number = request.hub.pull_request(
        branch,
        request.text("base"),
        repository=request.repo.full_name,
        fork=source.full_name,
        title=request.text("title"),
        body=request.text("body"),
        draft=bool(request.json.get("draft")),
        by=request.token,
    )
    place = f"{shapes.API}/repos/{request.repo.full_name}/pulls/{number}"
    return Reply(201, shape(request, request.repo.issues[number]), {"Location": place})


def _source(request: Request, owner: str) -> Repository | None:
    if owner in {"", request.repo.owner}:
        return request.repo
    forks = (one for one in request.hub.repositories.values() if one.fork_of == request.repo.full_name)
    return next((one for one in forks if one.owner == owner), None)


@route("PATCH", "/repos/{owner}/{repo}/pulls/{number}", "pull-requests:write")
def update_pull(request: Request, number: str) -> Reply:
    """Another title, body, base or state."""
    issue, sent = pull_of(request, number), request.json
    assert issue.pull
    issue.title, issue.body = request.text("title", issue.title), request.text("body", issue.body)
    issue.updated = request.hub.clock.now()
    assert request.token
    if sent.get("base"):
        issue.pull.base_ref = sent["base"]
        request.hub.refresh(request.repo, issue)
    if sent.get("state") == "closed" and issue.state == "open":
        request.hub.close(request.repo, issue, by=request.token)
    elif sent.get("state") == "open" and issue.state == "closed":
        if issue.pull.merged:
            raise Problem(422, "Validation Failed", [{"resource": "PullRequest", "field": "state", "code": "invalid"}])
        issue.state, issue.closed = "open", None
        request.hub.tell(request.repo, issue, "reopened", by=request.token)
    elif {"title", "body", "base"} & set(sent):
        request.hub.tell(request.repo, issue, "edited", by=request.token)
    return Reply(body=shape(request, issue))


@route("GET", "/repos/{owner}/{repo}/pulls/{number}/files", "pull-requests:read")
def list_files(request: Request, number: str) -> Reply:
    """What a pull request changes."""
    issue, bare = pull_of(request, number), Bare(request.repo.folder)
    assert issue.pull
    return request.page(bare.files(issue.pull.base_sha, issue.pull.head_sha))


@route("GET", "/repos/{owner}/{repo}/pulls/{number}/commits", "pull-requests:read")
def list_commits(request: Request, number: str) -> Reply:
    """The commits of a pull request, oldest first."""
    issue, bare = pull_of(request, number), Bare(request.repo.folder)
    assert issue.pull
    shas = bare.commits(f"{issue.pull.base_sha}..{issue.pull.head_sha}")
    return request.page([shapes.commit(request.repo, bare, sha) for sha in reversed(shas)])


@route("GET", "/repos/{owner}/{repo}/pulls/{number}/reviews", "pull-requests:read")
def list_reviews(request: Request, number: str) -> Reply:
    """Nobody reviews here."""
    pull_of(request, number)
    return request.page([])


@route("POST", "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers", "pull-requests:write")
def ask_reviewers(request: Request, number: str) -> Reply:
    """Ask people for their review."""
    issue = pull_of(request, number)
    assert issue.pull
    issue.pull.requested += [str(name) for name in request.json.get("reviewers", [])]
    return Reply(201, shape(request, issue))


@route("PUT", "/repos/{owner}/{repo}/pulls/{number}/merge", "contents:write")
def merge_pull(request: Request, number: str) -> Reply:
    """Merge it."""
    issue = pull_of(request, number)
    assert issue.pull
    if issue.state == "closed" or issue.pull.draft or not issue.pull.mergeable:
        raise Problem(405, "Pull Request is not mergeable")
    if request.json.get("sha", issue.pull.head_sha) != issue.pull.head_sha:
        raise Problem(409, "Head branch was modified. Review and try the merge again.")
    assert request.token
    squash = request.json.get("merge_method") == "squash"
    made = request.hub.merge_pull(
        request.repo, issue, by=request.token, squash=squash, message=request.text("commit_title")
    )
    return Reply(body={"sha": made, "merged": True, "message": "Pull Request successfully merged"})
