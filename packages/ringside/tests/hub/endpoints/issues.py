"""Issues, comments and labels."""

from typing import Any

from hub import shapes
from hub.routing import Problem, Reply, Request, route
from hub.state import Comment, Issue

MOST = 65_536
"""Characters of a body, as GitHub's message states."""
_EITHER = "issues:{0}|pull-requests:{0}"


def issue_of(request: Request, number: str, level: str = "read") -> Issue:
    """The issue or pull request of a number, for one who may.

    Raises:
        Problem: there is none, or the right is missing.
    """
    issue = request.repo.issues.get(int(number)) if number.isdigit() else None
    if issue is None:
        raise Problem(404, "Not Found")
    # On a pull request either right opens; on an issue only that of issues.
    _demand(request, (_EITHER if issue.pull else "issues:{0}").format(level))
    return issue


def _demand(request: Request, need: str) -> None:
    # Anybody may write issues and comments where they may read.
    if request.token and not request.token.is_app and need.endswith("write") and request.repo.role(request.user):
        return
    request.demand(need)


def checked(text: str) -> str:
    """A body that is not too long.

    Raises:
        Problem: 422; it is.
    """
    if len(text) > MOST:
        said = f"body is too long (maximum is {MOST} characters)"
        raise Problem(
            422, "Validation Failed", [{"resource": "Issue", "field": "body", "code": "custom", "message": said}]
        )
    return text


@route("GET", "/repos/{owner}/{repo}/issues", "issues:read")
def list_issues(request: Request) -> Reply:
    """Issues, pull requests among them, by state, labels and creator, newest first."""
    query = request.query
    state, wanted, creator = (
        query.get("state", "open"),
        set(filter(None, query.get("labels", "").split(","))),
        query.get("creator"),
    )
    found = [
        one
        for one in request.repo.issues.values()
        if state in {"all", one.state} and wanted <= set(one.labels) and creator in {None, one.user}
    ]
    found.sort(key=lambda one: (one.created, one.number), reverse=query.get("direction", "desc") == "desc")
    part, headers = request.cut(found)
    return Reply(body=[shapes.issue(request.repo, one) for one in part], headers=headers)


@route("POST", "/repos/{owner}/{repo}/issues")
def create_issue(request: Request) -> Reply:
    """A new issue; labels of one who may not set them are dropped, unknown ones made."""
    _demand(request, "issues:write")
    title = request.text("title")
    if not title.strip():
        raise Problem(422, "Validation Failed", [{"resource": "Issue", "field": "title", "code": "missing_field"}])
    issue = request.hub.issue(request.repo, title, checked(request.text("body")), user=request.user)
    if request.may("issues:write"):
        issue.labels = _labels(request, request.json.get("labels", []))
        issue.assignees = list(request.json.get("assignees") or [])
    assert request.token
    shown = shapes.issue(request.repo, issue)
    request.hub.emit("issues", request.repo, {"action": "opened", "issue": shown}, by=request.token)
    return Reply(201, shown)


def _labels(request: Request, names: list[Any]) -> list[str]:
    found = [name["name"] if isinstance(name, dict) else name for name in names]
    for name in found:
        request.repo.labels.setdefault(name, {"color": "ededed", "description": ""})
    return list(dict.fromkeys(found))


@route("GET", "/repos/{owner}/{repo}/issues/{number}")
def get_issue(request: Request, number: str) -> Reply:
    """An issue or a pull request."""
    return Reply(body=shapes.issue(request.repo, issue_of(request, number)))


@route("PATCH", "/repos/{owner}/{repo}/issues/{number}")
def update_issue(request: Request, number: str) -> Reply:
    """Another title, body, state or set of labels."""
    issue, sent = issue_of(request, number, "write"), request.json
    if not request.may(_EITHER.format("write")) and issue.user != request.user:
        raise Problem(403, "Must have admin rights to Repository.")
    issue.title, issue.body = request.text("title", issue.title), checked(request.text("body", issue.body))
    issue.updated = request.hub.clock.now()
    if "labels" in sent:
        issue.labels = _labels(request, sent["labels"])
    if "assignees" in sent:
        issue.assignees = list(sent["assignees"])
    assert request.token
    if sent.get("state") == "closed" and issue.state == "open":
        request.hub.close(request.repo, issue, by=request.token, reason=sent.get("state_reason"))
    elif sent.get("state") == "open" and issue.state == "closed":
        issue.state, issue.closed, issue.reason = "open", None, "reopened"
    return Reply(body=shapes.issue(request.repo, issue))


@route("PUT", "/repos/{owner}/{repo}/issues/{number}/lock")
def lock_issue(request: Request, number: str) -> Reply:
    """Let nobody but those who may write comment."""
    issue = issue_of(request, number, "write")
    if not request.may(_EITHER.format("write")):
        raise Problem(403, "Must have admin rights to Repository.")
    issue.locked = True
    return Reply(204)


@route("DELETE", "/repos/{owner}/{repo}/issues/{number}/lock")
def unlock_issue(request: Request, number: str) -> Reply:
    """Let everybody comment again."""
    issue_of(request, number, "write").locked = False
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/issues/{number}/comments")
def list_comments(request: Request, number: str) -> Reply:
    """The comments, oldest first, 30 a page unless more are asked for."""
    issue = issue_of(request, number)
    part, headers = request.cut(issue.comments)
    return Reply(body=[shapes.comment(request.repo, issue.number, one) for one in part], headers=headers)


@route("POST", "/repos/{owner}/{repo}/issues/{number}/comments")
def create_comment(request: Request, number: str) -> Reply:
    """A new comment by the one who asks."""
    issue = issue_of(request, number, "write")
    body = checked(request.text("body"))
    if not body.strip():
        raise Problem(
            422, "Validation Failed", [{"resource": "IssueComment", "field": "body", "code": "missing_field"}]
        )
    if issue.locked and not request.may(_EITHER.format("write")):
        raise Problem(403, "Unable to create comment because issue is locked.")
    now = request.hub.clock.now()
    comment = Comment(request.hub.id(), request.user, body, now, now, request.hub.seq())
    issue.comments.append(comment)
    issue.updated = now
    shown = shapes.comment(request.repo, issue.number, comment)
    assert request.token
    payload = {"action": "created", "comment": shown, "issue": shapes.issue(request.repo, issue)}
    request.hub.emit("issue_comment", request.repo, payload, by=request.token)
    return Reply(201, shown)


def _comment(request: Request, identity: str, level: str) -> tuple[Issue, Comment]:
    for issue in request.repo.issues.values():
        for comment in issue.comments:
            if str(comment.id) == identity:
                return issue_of(request, str(issue.number), level), comment
    raise Problem(404, "Not Found")


@route("GET", "/repos/{owner}/{repo}/issues/comments/{identity}")
def get_comment(request: Request, identity: str) -> Reply:
    """A comment."""
    issue, comment = _comment(request, identity, "read")
    return Reply(body=shapes.comment(request.repo, issue.number, comment))


@route("PATCH", "/repos/{owner}/{repo}/issues/comments/{identity}")
def update_comment(request: Request, identity: str) -> Reply:
    """Another body."""
    issue, comment = _comment(request, identity, "write")
    _own(request, comment)
    comment.body, comment.updated = checked(request.text("body")), request.hub.clock.now()
    return Reply(body=shapes.comment(request.repo, issue.number, comment))


@route("DELETE", "/repos/{owner}/{repo}/issues/comments/{identity}")
def delete_comment(request: Request, identity: str) -> Reply:
    """Remove it."""
    issue, comment = _comment(request, identity, "write")
    _own(request, comment)
    issue.comments.remove(comment)
    return Reply(204)


def _own(request: Request, comment: Comment) -> None:
    if comment.user != request.user and not request.may(_EITHER.format("write")):
        raise Problem(403, "Must have admin rights to Repository.")


@route("GET", "/repos/{owner}/{repo}/labels", "issues:read|pull-requests:read")
def list_labels(request: Request) -> Reply:
    """All labels."""
    return request.page([shapes.label(request.repo, name) for name in request.repo.labels])


@route("GET", "/repos/{owner}/{repo}/labels/{name}", "issues:read|pull-requests:read")
def get_label(request: Request, name: str) -> Reply:
    """A label."""
    if name not in request.repo.labels:
        raise Problem(404, "Not Found")
    return Reply(body=shapes.label(request.repo, name))


@route("POST", "/repos/{owner}/{repo}/labels", _EITHER.format("write"))
def create_label(request: Request) -> Reply:
    """A new label."""
    name = request.text("name")
    if name in request.repo.labels:
        raise Problem(422, "Validation Failed", [{"resource": "Label", "code": "already_exists", "field": "name"}])
    request.repo.labels[name] = {"color": request.text("color", "ededed"), "description": request.text("description")}
    return Reply(201, shapes.label(request.repo, name))


@route("PATCH", "/repos/{owner}/{repo}/labels/{name}", _EITHER.format("write"))
def update_label(request: Request, name: str) -> Reply:
    """Another colour or description."""
    if name not in request.repo.labels:
        raise Problem(404, "Not Found")
    known = request.repo.labels[name]
    request.repo.labels[name] = {key: request.text(key, value) for key, value in known.items()}
    return Reply(body=shapes.label(request.repo, name))


@route("POST", "/repos/{owner}/{repo}/issues/{number}/labels")
def add_labels(request: Request, number: str) -> Reply:
    """Further labels of an issue."""
    issue = issue_of(request, number, "write")
    request.demand((_EITHER if issue.pull else "issues:{0}").format("write"))
    issue.labels = _labels(request, [*issue.labels, *request.json.get("labels", [])])
    return Reply(body=[shapes.label(request.repo, name) for name in issue.labels])


@route("DELETE", "/repos/{owner}/{repo}/issues/{number}/labels/{name}")
def remove_label(request: Request, number: str, name: str) -> Reply:
    """One label less."""
    issue = issue_of(request, number, "write")
    if name not in issue.labels:
        raise Problem(404, "Label does not exist")
    issue.labels.remove(name)
    return Reply(body=[shapes.label(request.repo, left) for left in issue.labels])
