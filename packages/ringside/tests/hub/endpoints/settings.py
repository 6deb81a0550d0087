"""Settings: what is on and off; much of it a workflow's token may not even read."""

from typing import Any

from hub import shapes
from hub.routing import FORBIDDEN, Problem, Reply, Request, route

_PLAN = "Upgrade to GitHub Pro or make this repository public to enable this feature."


def _admin(request: Request) -> None:
    """Only an administrator: no right that a job can be given opens this.

    Raises:
        Problem: 401, 403 or 404.
    """
    if request.token is None:
        raise Problem(401, "Requires authentication")
    if request.token.is_app:
        raise Problem(403, FORBIDDEN)
    request.demand("administration:admin")


@route("GET", "/repos/{owner}/{repo}/actions/permissions/workflow")
def get_workflow_permissions(request: Request) -> Reply:
    """What a workflow's token may by default."""
    _admin(request)
    shown = {
        "default_workflow_permissions": request.repo.default_rights,
        "can_approve_pull_request_reviews": request.repo.may_propose,
    }
    return Reply(body=shown)


@route("PUT", "/repos/{owner}/{repo}/actions/permissions/workflow")
def set_workflow_permissions(request: Request) -> Reply:
    """Change that."""
    _admin(request)
    request.repo.default_rights = request.text("default_workflow_permissions", request.repo.default_rights)
    request.repo.may_propose = bool(request.json.get("can_approve_pull_request_reviews", request.repo.may_propose))
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/actions/permissions")
def get_permissions(request: Request) -> Reply:
    """Whether Actions run here."""
    _admin(request)
    return Reply(body={"enabled": True, "allowed_actions": "all", "sha_pinning_required": False})


@route("GET", "/repos/{owner}/{repo}/actions/variables")
def list_variables(request: Request) -> Reply:
    """Variables."""
    _admin(request)
    shown = [_variable(name, value) for name, value in request.repo.variables.items()]
    return Reply(body={"total_count": len(shown), "variables": shown})


def _variable(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}


@route("GET", "/repos/{owner}/{repo}/actions/variables/{name}")
def get_variable(request: Request, name: str) -> Reply:
    """A variable."""
    _admin(request)
    if name not in request.repo.variables:
        raise Problem(404, "Not Found")
    return Reply(body=_variable(name, request.repo.variables[name]))


@route("POST", "/repos/{owner}/{repo}/actions/variables")
def create_variable(request: Request) -> Reply:
    """A new variable."""
    _admin(request)
    if request.text("name") in request.repo.variables:
        raise Problem(409, "Already exists - Variable already exists")
    request.repo.variables[request.text("name")] = request.text("value")
    return Reply(201, {})


@route("PATCH", "/repos/{owner}/{repo}/actions/variables/{name}")
def update_variable(request: Request, name: str) -> Reply:
    """Another value."""
    _admin(request)
    if name not in request.repo.variables:
        raise Problem(404, "Not Found")
    request.repo.variables[name] = request.text("value", request.repo.variables[name])
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/actions/secrets")
def list_secrets(request: Request) -> Reply:
    """Names of secrets."""
    _admin(request)
    return Reply(
        body={"total_count": len(request.repo.secrets), "secrets": [{"name": name} for name in request.repo.secrets]}
    )


@route("GET", "/repos/{owner}/{repo}/environments", "actions:read")
def list_environments(request: Request) -> Reply:
    """Environments."""
    shown = [_environment(request, name) for name in request.repo.environments]
    return Reply(body={"total_count": len(shown), "environments": shown})


@route("GET", "/repos/{owner}/{repo}/environments/{name}", "actions:read")
def get_environment(request: Request, name: str) -> Reply:
    """An environment and its rules."""
    if name not in request.repo.environments:
        raise Problem(404, "Not Found")
    return Reply(body=_environment(request, name))


def _environment(request: Request, name: str) -> dict[str, Any]:
    place = f"{shapes.API}/repos/{request.repo.full_name}/environments/{name}"
    known = {
        "id": shapes.number_of(name),
        "name": name,
        "url": place,
        "protection_rules": [],
        "deployment_branch_policy": None,
    }
    return known | request.repo.environments[name]


@route("GET", "/repos/{owner}/{repo}/rulesets", "metadata:read")
def list_rulesets(request: Request) -> Reply:
    """Rulesets, without their rules."""
    _by_plan(request)
    kept = ("id", "name", "target", "enforcement", "source", "source_type")
    return request.page([{key: one[key] for key in kept if key in one} for one in request.repo.rulesets])


def _by_plan(request: Request) -> None:
    if not request.repo.rulesets_allowed:
        raise Problem(403, _PLAN)


@route("GET", "/repos/{owner}/{repo}/rulesets/{identity}", "metadata:read")
def get_ruleset(request: Request, identity: str) -> Reply:
    """A ruleset."""
    _by_plan(request)
    found = next((one for one in request.repo.rulesets if str(one["id"]) == identity), None)
    if found is None:
        raise Problem(404, "Not Found")
    return Reply(body=found)


@route("POST", "/repos/{owner}/{repo}/rulesets")
def create_ruleset(request: Request) -> Reply:
    """A new ruleset; GitHub takes no name twice."""
    _admin(request)
    _by_plan(request)
    sent = request.json
    if not sent.get("name") or sent.get("enforcement") not in {"active", "evaluate", "disabled"}:
        raise Problem(422, "Validation Failed", ["Name and enforcement are required"])
    if any(one["name"] == sent["name"] for one in request.repo.rulesets):
        raise Problem(422, "Validation Failed", ["Name must be unique"])
    made = {
        "id": request.hub.id(),
        "source_type": "Repository",
        "source": request.repo.full_name,
        "target": "branch",
    } | sent
    request.repo.rulesets.append(made)
    return Reply(201, made)


@route("PUT", "/repos/{owner}/{repo}/rulesets/{identity}")
def update_ruleset(request: Request, identity: str) -> Reply:
    """Another content of a ruleset."""
    _admin(request)
    _by_plan(request)
    found = next((one for one in request.repo.rulesets if str(one["id"]) == identity), None)
    if found is None:
        raise Problem(404, "Not Found")
    found.update(request.json)
    return Reply(body=found)


@route("GET", "/repos/{owner}/{repo}/rules/branches/{branch}", "metadata:read")
def get_rules(request: Request, branch: str) -> Reply:
    """The rules that hold for a branch; here every ruleset for branches is one of the default branch."""
    _by_plan(request)
    rules = []
    for one in request.repo.rulesets:
        if (
            one.get("enforcement") == "active"
            and one.get("target", "branch") == "branch"
            and branch == request.repo.default_branch
        ):
            rules += [
                rule | {"ruleset_id": one["id"], "ruleset_source": request.repo.full_name}
                for rule in one.get("rules", [])
            ]
    return request.page(rules)


@route("GET", "/repos/{owner}/{repo}/branches/{branch}/protection")
def get_protection(request: Request, branch: str) -> Reply:
    """Classic protection of a branch."""
    _admin(request)
    if branch not in request.repo.protection:
        raise Problem(404, "Branch not protected")
    return Reply(body=request.repo.protection[branch])


@route("GET", "/repos/{owner}/{repo}/immutable-releases")
def get_immutable(request: Request) -> Reply:
    """Whether published releases are locked."""
    _admin(request)
    if not request.repo.immutable_releases:
        raise Problem(404, "Not Found")
    return Reply(body={"enabled": True, "enforced_by_owner": False})


@route("PUT", "/repos/{owner}/{repo}/immutable-releases")
def set_immutable(request: Request) -> Reply:
    """Lock releases from now on."""
    _admin(request)
    request.repo.immutable_releases = True
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/private-vulnerability-reporting", "metadata:read")
def get_reporting(request: Request) -> Reply:
    """Whether people may report a weakness in private."""
    del request
    return Reply(body={"enabled": False})


@route("GET", "/repos/{owner}/{repo}/deployments", "deployments:read")
def list_deployments(request: Request) -> Reply:
    """Deployments, newest first."""
    wanted = request.query.get("environment")
    return request.page([one for one in reversed(request.repo.deployments) if wanted in {None, one["environment"]}])


@route("POST", "/repos/{owner}/{repo}/deployments", "deployments:write")
def create_deployment(request: Request) -> Reply:
    """A new deployment."""
    made = {
        "id": request.hub.id(),
        "ref": request.text("ref"),
        "environment": request.text("environment", "production"),
    }
    made |= {
        "created_at": request.hub.clock.now(),
        "creator": shapes.user(request.user),
        "description": request.text("description"),
    }
    request.repo.deployments.append(made)
    return Reply(201, made)
