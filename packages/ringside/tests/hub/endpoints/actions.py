"""Actions: runs, artifacts, workflows."""

import re
from typing import Any

from hub import shapes
from hub.bare import Bare
from hub.routing import Problem, Reply, Request, route
from hub.state import Artifact, Run

_FILES = "productionresultssa0.blob.core.windows.net"


def _filtered(request: Request, path: str | None = None) -> list[Run]:
    query = request.query
    found = []
    for one in reversed(request.repo.runs):
        wanted = {"head_sha": one.sha, "event": one.event, "branch": one.branch, "actor": one.actor}
        fits = all(query.get(key) in {None, value} for key, value in wanted.items())
        state = query.get("status")
        if fits and state in {None, one.status, one.conclusion} and path in {None, one.path}:
            found.append(one)
    return found


def _runs(request: Request, found: list[Run]) -> Reply:
    part, headers = request.cut(found)
    shown = [request.hub.run_shape(request.repo, one) for one in part]
    return Reply(body={"total_count": len(found), "workflow_runs": shown}, headers=headers)


def _run(request: Request, identity: str) -> Run:
    found = next((one for one in request.repo.runs if str(one.id) == identity), None)
    if found is None:
        raise Problem(404, "Not Found")
    return found


@route("GET", "/repos/{owner}/{repo}/actions/runs", "actions:read")
def list_runs(request: Request) -> Reply:
    """Runs by head_sha, event, status (or conclusion), branch and actor, newest first."""
    return _runs(request, _filtered(request))


@route("GET", "/repos/{owner}/{repo}/actions/runs/{identity}", "actions:read")
def get_run(request: Request, identity: str) -> Reply:
    """A run."""
    return Reply(body=request.hub.run_shape(request.repo, _run(request, identity)))


@route("GET", "/repos/{owner}/{repo}/actions/runs/{identity}/jobs", "actions:read")
def list_jobs(request: Request, identity: str) -> Reply:
    """The jobs of a run."""
    run = _run(request, identity)
    jobs = [shapes.check(request.repo, one) | {"run_id": run.id} for one in request.repo.checks if one.run == run.id]
    part, headers = request.cut(jobs)
    return Reply(body={"total_count": len(jobs), "jobs": part}, headers=headers)


@route("GET", "/repos/{owner}/{repo}/actions/runs/{identity}/artifacts", "actions:read")
def list_run_artifacts(request: Request, identity: str) -> Reply:
    """What a run left."""
    run = _run(request, identity)
    return _artifacts(request, [one for one in request.repo.artifacts if one.run == run.id])


@route("GET", "/repos/{owner}/{repo}/actions/artifacts", "actions:read")
def list_artifacts(request: Request) -> Reply:
    """What all runs left, newest first."""
    return _artifacts(request, list(reversed(request.repo.artifacts)))


def _artifacts(request: Request, found: list[Artifact]) -> Reply:
    found = [one for one in found if request.query.get("name") in {None, one.name}]
    part, headers = request.cut(found)
    return Reply(
        body={"total_count": len(found), "artifacts": [shapes.artifact(request.repo, one) for one in part]},
        headers=headers,
    )


def _artifact(request: Request, identity: str) -> Artifact:
    found = next((one for one in request.repo.artifacts if str(one.id) == identity), None)
    if found is None:
        raise Problem(404, "Not Found")
    return found


@route("GET", "/repos/{owner}/{repo}/actions/artifacts/{identity}", "actions:read")
def get_artifact(request: Request, identity: str) -> Reply:
    """An artifact's facts."""
    return Reply(body=shapes.artifact(request.repo, _artifact(request, identity)))


@route("GET", "/repos/{owner}/{repo}/actions/artifacts/{identity}/zip", "actions:read")
def download_artifact(request: Request, identity: str) -> Reply:
    """Its bytes, on another host; never without a token, and gone after its time."""
    if request.token is None:
        raise Problem(401, "Requires authentication")
    found = _artifact(request, identity)
    if found.expired:
        raise Problem(410, "Artifact has expired")
    return request.hub.link(_FILES, found.content)


@route("DELETE", "/repos/{owner}/{repo}/actions/artifacts/{identity}", "actions:write")
def delete_artifact(request: Request, identity: str) -> Reply:
    """Remove it."""
    request.repo.artifacts.remove(_artifact(request, identity))
    return Reply(204)


def _files(request: Request) -> dict[str, str]:
    """The workflows of the default branch: path and name."""
    bare, found = Bare(request.repo.folder), {}
    listed = bare.ask("ls-tree", "--name-only", request.repo.default_branch, ".github/workflows/").stdout.split()
    for path in listed:
        text = bare.run("show", f"{request.repo.default_branch}:{path}")
        name = re.search(r"(?m)^name:\s*(.+?)\s*$", text)
        found[path] = name[1].strip("'\"") if name else path
    return found


def _workflow(request: Request, file: str) -> dict[str, Any]:
    for path, name in _files(request).items():
        if file in {path.split("/")[-1], str(shapes.number_of(path)), path}:
            known = {"id": shapes.number_of(path), "name": name, "path": path, "state": "active"}
            return known | request.repo.workflows.get(path.split("/")[-1], {})
    raise Problem(404, "Not Found")


@route("GET", "/repos/{owner}/{repo}/actions/workflows", "actions:read")
def list_workflows(request: Request) -> Reply:
    """The workflows of the default branch."""
    found = [_workflow(request, path) for path in _files(request)]
    return Reply(body={"total_count": len(found), "workflows": found})


@route("GET", "/repos/{owner}/{repo}/actions/workflows/{file}", "actions:read")
def get_workflow(request: Request, file: str) -> Reply:
    """A workflow, by its file's name."""
    return Reply(body=_workflow(request, file))


@route("GET", "/repos/{owner}/{repo}/actions/workflows/{file}/runs", "actions:read")
def list_workflow_runs(request: Request, file: str) -> Reply:
    """The runs of one workflow."""
    return _runs(request, _filtered(request, _workflow(request, file)["path"]))


@route("POST", "/repos/{owner}/{repo}/actions/workflows/{file}/dispatches", "actions:write")
def workflow_dispatch(request: Request, file: str) -> Reply:
    """Start a workflow; a workflow's token may do this too."""
    workflow, ref, bare = _workflow(request, file), request.text("ref"), Bare(request.repo.folder)
    full = next((name for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}") if ref and bare.exists(name)), None)
    if full is None:
        raise Problem(422, f"No ref found for: {ref}")
    if "workflow_dispatch" not in bare.ask("show", f"{full}:{workflow['path']}").stdout:
        raise Problem(422, "Workflow does not have 'workflow_dispatch' trigger")
    inputs = request.json.get("inputs") or {}
    payload = {"inputs": inputs or None, "ref": full, "workflow": workflow["path"]}
    assert request.token
    request.hub.emit("workflow_dispatch", request.repo, payload, by=request.token, ref=full, sha=bare.sha(full) or "")
    return Reply(204)


@route("POST", "/repos/{owner}/{repo}/actions/runs/{identity}/rerun", "actions:write")
def rerun(request: Request, identity: str) -> Reply:
    """Once more; the player of workflows sees it as an attempt more."""
    _run(request, identity).attempt += 1
    return Reply(201, {})
