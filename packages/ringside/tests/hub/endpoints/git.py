"""Git's own data: refs, commits, tags; and the call that starts other workflows."""

import base64
import re
from typing import Any

from hub import shapes
from hub.bare import ZERO, Bare, Push
from hub.routing import Problem, Reply, Request, route
from hub.state import Repository

_NO_WORKFLOWS = "refusing to allow a GitHub App to create or update workflow without `workflows` permission"


def _ref(repo: Repository, name: str, sha: str, kind: str) -> dict[str, Any]:
    url = f"{shapes.API}/repos/{repo.full_name}/git"
    found = {"sha": sha, "type": kind, "url": f"{url}/{kind}s/{sha}"}
    return {"ref": name, "node_id": f"REF_{name}", "url": f"{url}/{name}", "object": found}


@route("GET", "/repos/{owner}/{repo}/git/ref/{name:path}", "contents:read")
def get_ref(request: Request, name: str) -> Reply:
    """A ref, as `heads/main`."""
    found = Bare(request.repo.folder).object(f"refs/{name}")
    if found is None:
        raise Problem(404, "Not Found")
    return Reply(body=_ref(request.repo, f"refs/{name}", *found))


@route("GET", "/repos/{owner}/{repo}/git/matching-refs/{prefix:path}", "contents:read")
def match_refs(request: Request, prefix: str) -> Reply:
    """All refs that begin so."""
    rows = Bare(request.repo.folder).refs(f"refs/{prefix}")
    return request.page([_ref(request.repo, *row) for row in rows])


@route("POST", "/repos/{owner}/{repo}/git/refs", "contents:write")
def create_ref(request: Request) -> Reply:
    """A new ref."""
    ref, sha, bare = request.text("ref"), request.text("sha"), Bare(request.repo.folder)
    if not re.fullmatch(r"refs/[^/]+/.+", ref):
        raise Problem(422, "Reference name must start with 'refs/' and have at least two slashes.")
    if bare.ask("check-ref-format", ref).returncode:
        raise Problem(422, f"{ref} is not a valid ref name.")
    if bare.exists(ref):
        raise Problem(422, "Reference already exists")
    _move(request, bare, ref, ZERO, sha)
    found = bare.object(ref)
    assert found
    return Reply(201, _ref(request.repo, ref, *found))


@route("PATCH", "/repos/{owner}/{repo}/git/refs/{name:path}", "contents:write")
def update_ref(request: Request, name: str) -> Reply:
    """Move a ref; only forward unless `force`."""
    ref, sha, bare = f"refs/{name}", request.text("sha"), Bare(request.repo.folder)
    found = bare.object(ref)
    if found is None:
        raise Problem(422, "Reference does not exist")
    if not request.json.get("force") and not bare.is_ancestor(found[0], sha):
        raise Problem(422, "Update is not a fast forward")
    _move(request, bare, ref, found[0], sha)
    return Reply(body=_ref(request.repo, ref, *(bare.object(ref) or ("", ""))))


@route("DELETE", "/repos/{owner}/{repo}/git/refs/{name:path}", "contents:write")
def delete_ref(request: Request, name: str) -> Reply:
    """Remove a ref."""
    ref, bare = f"refs/{name}", Bare(request.repo.folder)
    found = bare.object(ref)
    if found is None:
        raise Problem(422, "Reference does not exist")
    bare.drop(ref)
    assert request.token
    request.hub.moved(request.repo, Push(found[0], ZERO, ref, request.token.text))
    return Reply(204)


def _move(request: Request, bare: Bare, ref: str, old: str, new: str) -> None:
    if bare.ask("cat-file", "-e", new).returncode or not re.fullmatch("[0-9a-f]{40}", new):
        raise Problem(422, "Object does not exist")
    assert request.token
    if request.token.is_app and not _known_workflows(bare, new):
        raise Problem(422, _NO_WORKFLOWS)
    bare.set(ref, new)
    request.hub.moved(request.repo, Push(old, new, ref, request.token.text))


def _known_workflows(bare: Bare, sha: str) -> bool:
    """Whether some branch has the same workflows; as the hook that guards pushes asks."""

    def tree(commit: str) -> str:
        return bare.ask("rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}:.github/workflows").stdout.strip()

    return tree(sha) in {"", *(tree(tip) for _, tip, _ in bare.refs("refs/heads/"))}


@route("POST", "/repos/{owner}/{repo}/git/tags", "contents:write")
def create_tag(request: Request) -> Reply:
    """An annotated tag's object; no ref points at it yet."""
    bare, sha = Bare(request.repo.folder), request.text("object")
    if not bare.sha(sha):
        raise Problem(422, "Object does not exist")
    tagger = request.json.get("tagger") or {}
    who = f"{tagger.get('name', 'GitHub')} <{tagger.get('email', 'noreply@github.com')}> 1790000000 +0000"
    rows = [f"object {sha}", f"type {request.text('type', 'commit')}", f"tag {request.text('tag')}", f"tagger {who}"]
    text = "\n".join([*rows, "", request.text("message"), ""])
    made = bare.run("mktag", stdin=text)
    return Reply(201, _tag(request.repo, bare, made))


def _tag(repo: Repository, bare: Bare, sha: str) -> dict[str, Any]:
    head, _, message = bare.run("cat-file", "tag", sha).partition("\n\n")
    rows = dict(row.split(" ", 1) for row in head.splitlines())
    found = {
        "sha": rows["object"],
        "type": rows["type"],
        "url": f"{shapes.API}/repos/{repo.full_name}/git/{rows['type']}s/{rows['object']}",
    }
    return {
        "sha": sha,
        "tag": rows["tag"],
        "message": message,
        "object": found,
        "url": f"{shapes.API}/repos/{repo.full_name}/git/tags/{sha}",
    }


@route("GET", "/repos/{owner}/{repo}/git/tags/{sha}", "contents:read")
def get_tag(request: Request, sha: str) -> Reply:
    """An annotated tag's object."""
    bare = Bare(request.repo.folder)
    if bare.ask("cat-file", "tag", sha).returncode or sha.startswith("-"):
        raise Problem(404, "Not Found")
    return Reply(body=_tag(request.repo, bare, sha))


@route("GET", "/repos/{owner}/{repo}/git/commits/{sha}", "contents:read")
def get_commit(request: Request, sha: str) -> Reply:
    """A commit as Git has it."""
    bare = Bare(request.repo.folder)
    if not re.fullmatch("[0-9a-f]{40}", sha) or not bare.sha(sha):
        raise Problem(404, "Not Found")
    found = bare.commit(sha)
    url = f"{shapes.API}/repos/{request.repo.full_name}/git"
    parents = [{"sha": parent, "url": f"{url}/commits/{parent}"} for parent in found["parents"]]
    return Reply(body=found | {"tree": {"sha": found["tree"]}, "parents": parents, "url": f"{url}/commits/{sha}"})


@route("GET", "/repos/{owner}/{repo}/tags", "contents:read")
def list_tags(request: Request) -> Reply:
    """All tags."""
    bare = Bare(request.repo.folder)
    rows = [(ref.removeprefix("refs/tags/"), bare.sha(ref)) for ref, _, _ in bare.refs("refs/tags/")]
    return request.page([{"name": name, "commit": {"sha": sha}} for name, sha in reversed(rows)])


@route("GET", "/repos/{owner}/{repo}/contents/{path:path}", "contents:read")
def get_contents(request: Request, path: str) -> Reply:
    """A file at a ref."""
    bare, ref = Bare(request.repo.folder), request.query.get("ref", request.repo.default_branch)
    sha = bare.sha(ref)
    blob = bare.ask("rev-parse", "--quiet", "--verify", f"{sha}:{path}").stdout.strip() if sha else ""
    if not blob or bare.run("cat-file", "-t", blob) != "blob":
        raise Problem(404, "Not Found")
    text = bare.ask("cat-file", "blob", blob).stdout.encode(errors="surrogateescape")
    if "raw" in request.headers.get("accept", ""):
        return Reply(body=text)
    content = base64.encodebytes(text).decode()
    return Reply(
        body={
            "type": "file",
            "path": path,
            "name": path.rpartition("/")[2],
            "sha": blob,
            "size": len(text),
            "encoding": "base64",
            "content": content,
        }
    )


@route("POST", "/repos/{owner}/{repo}/dispatches", "contents:write")
def repository_dispatch(request: Request) -> Reply:
    """Start the workflows that listen to a word; a workflow's token may do this too."""
    kind, payload = request.text("event_type"), request.json.get("client_payload", {})
    if not 0 < len(kind) <= 100 or not isinstance(payload, dict) or len(payload) > 10:
        raise Problem(
            422, "Invalid request.\n\nNo more than 10 properties are allowed; event_type has at most 100 characters."
        )
    assert request.token
    body = {"action": kind, "branch": request.repo.default_branch, "client_payload": payload}
    request.hub.emit("repository_dispatch", request.repo, body, by=request.token)
    return Reply(204)
