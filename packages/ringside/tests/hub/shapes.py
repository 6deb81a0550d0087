"""The JSON in which GitHub speaks of its things, in answers and in payloads alike."""

import hashlib
from typing import Any

from hub.bare import Bare
from hub.state import BOT, Artifact, Asset, Check, Comment, Issue, Release, Repository, Run

API = "https://api.github.com"
WEB = "https://github.com"


def number_of(name: str) -> int:
    """The id of a user: the same for the same name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:7], 16)


def user(name: str) -> dict[str, Any]:
    """A person or a bot."""
    return {
        "login": name,
        "id": 41898282 if name == BOT else number_of(name),
        "node_id": f"U_{number_of(name)}",
        "type": "Bot" if name.endswith("[bot]") else "User",
        "url": f"{API}/users/{name}",
        "html_url": f"{WEB}/{name}",
        "site_admin": False,
    }


def repository(repo: Repository, role: str | None = "read") -> dict[str, Any]:
    """A repository, as one of that role sees it."""
    url = f"{API}/repos/{repo.full_name}"
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "owner": user(repo.owner),
        "private": repo.visibility != "public",
        "visibility": repo.visibility,
        "description": repo.description or None,
        "fork": repo.fork_of is not None,
        "is_template": repo.is_template,
        "default_branch": repo.default_branch,
        "url": url,
        "html_url": f"{WEB}/{repo.full_name}",
        "clone_url": f"{WEB}/{repo.full_name}.git",
        "git_url": f"git://github.com/{repo.full_name}.git",
        "ssh_url": f"git@github.com:{repo.full_name}.git",
        "created_at": repo.created,
        "updated_at": repo.created,
        "pushed_at": repo.created,
        "has_issues": True,
        "archived": False,
        "disabled": False,
        "permissions": {
            "admin": role == "admin",
            "maintain": role == "admin",
            "push": role in {"admin", "write"},
            "triage": role in {"admin", "write"},
            "pull": role is not None,
        },
    }


def comment(repo: Repository, number: int, one: Comment) -> dict[str, Any]:
    """A comment on an issue or a pull request."""
    kind = "pull" if repo.issues[number].pull else "issues"
    return {
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "url": f"{API}/repos/{repo.full_name}/issues/comments/{one.id}",
        "html_url": f"{WEB}/{repo.full_name}/{kind}/{number}#issuecomment-{one.id}",
        "issue_url": f"{API}/repos/{repo.full_name}/issues/{number}",
        "body": one.body,
        "user": user(one.user),
        "created_at": one.created,
        "updated_at": one.updated,
        "author_association": _association(repo, one.user),
        "performed_via_github_app": {"slug": "github-actions", "id": 15368} if one.user == BOT else None,
    }


def _association(repo: Repository, name: str) -> str:
    if name == repo.owner:
        return "OWNER"
    return "COLLABORATOR" if repo.roles.get(name) in {"write", "admin"} else "NONE"


def label(repo: Repository, name: str) -> dict[str, Any]:
    """A label; one that nobody made has no colour of its own."""
    known = repo.labels.get(name, {"color": "ededed", "description": ""})
    return {"id": number_of(name), "node_id": f"LA_{number_of(name)}", "name": name, "default": False, **known}


def issue(repo: Repository, one: Issue) -> dict[str, Any]:
    """An issue; a pull request is one too, with the key `pull_request`."""
    url = f"{API}/repos/{repo.full_name}/issues/{one.number}"
    kind = "pull" if one.pull else "issues"
    found = {
        "id": one.id,
        "node_id": f"I_{one.id}",
        "number": one.number,
        "title": one.title,
        "body": one.body or None,
        "state": one.state,
        "state_reason": one.reason,
        "locked": one.locked,
        "user": user(one.user),
        "labels": [label(repo, name) for name in one.labels],
        "assignees": [user(name) for name in one.assignees],
        "assignee": user(one.assignees[0]) if one.assignees else None,
        "comments": len(one.comments),
        "created_at": one.created,
        "updated_at": one.updated,
        "closed_at": one.closed,
        "author_association": _association(repo, one.user),
        "url": url,
        "repository_url": f"{API}/repos/{repo.full_name}",
        "comments_url": f"{url}/comments",
        "labels_url": f"{url}/labels{{/name}}",
        "html_url": f"{WEB}/{repo.full_name}/{kind}/{one.number}",
    }
    if one.pull:
        place = f"{repo.full_name}/pull/{one.number}"
        api = f"{API}/repos/{repo.full_name}/pulls/{one.number}"
        found["pull_request"] = {"url": api, "html_url": f"{WEB}/{place}", "merged_at": one.pull.merged_at}
    return found


def pull(repo: Repository, one: Issue, head: Repository | None) -> dict[str, Any]:
    """A pull request; `head` is None where the fork is gone."""
    assert one.pull
    had, place = one.pull, f"{API}/repos/{repo.full_name}/pulls/{one.number}"
    shown = issue(repo, one)
    kept = (
        "id",
        "number",
        "title",
        "body",
        "state",
        "locked",
        "user",
        "labels",
        "assignees",
        "assignee",
        "created_at",
        "updated_at",
    )
    owner = had.head_repository.split("/")[0]
    return {key: shown[key] for key in (*kept, "closed_at", "author_association", "html_url", "comments")} | {
        "node_id": f"PR_{one.id}",
        "url": place,
        "issue_url": shown["url"],
        "comments_url": shown["comments_url"],
        "statuses_url": f"{API}/repos/{repo.full_name}/statuses/{had.head_sha}",
        "diff_url": f"{WEB}/{repo.full_name}/pull/{one.number}.diff",
        "draft": had.draft,
        "merged": had.merged,
        "merged_at": had.merged_at,
        "merged_by": user(had.merged_by) if had.merged_by else None,
        "merge_commit_sha": had.merged_as or had.merge_sha,
        "mergeable": None if one.state == "closed" else had.mergeable,
        "mergeable_state": "clean" if had.mergeable else "dirty",
        "rebaseable": had.mergeable,
        "maintainer_can_modify": False,
        "auto_merge": None,
        "requested_reviewers": [user(name) for name in had.requested],
        "head": _side(head, had.head_ref, had.head_sha, owner),
        "base": _side(repo, had.base_ref, had.base_sha, repo.owner),
    }


def _side(repo: Repository | None, ref: str, sha: str, owner: str) -> dict[str, Any]:
    shown = repository(repo) if repo else None
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": user(owner), "repo": shown}


def asset(repo: Repository, release_tag: str, one: Asset) -> dict[str, Any]:
    """A file of a release."""
    return {
        "id": one.id,
        "node_id": f"RA_{one.id}",
        "name": one.name,
        "label": one.label,
        "state": "uploaded",
        "content_type": one.content_type,
        "size": len(one.content),
        "digest": one.digest,
        "download_count": one.downloads,
        "created_at": one.created,
        "updated_at": one.created,
        "uploader": user(one.uploader),
        "url": f"{API}/repos/{repo.full_name}/releases/assets/{one.id}",
        "browser_download_url": f"{WEB}/{repo.full_name}/releases/download/{release_tag}/{one.name}",
    }


def release(repo: Repository, one: Release) -> dict[str, Any]:
    """A release."""
    url = f"{API}/repos/{repo.full_name}/releases/{one.id}"
    # A draft's page and files stand below a name that is not its tag.
    place = f"untagged-{one.id:x}" if one.draft else one.tag
    return {
        "id": one.id,
        "node_id": f"RE_{one.id}",
        "tag_name": one.tag,
        "target_commitish": one.target,
        "name": one.name,
        "body": one.body,
        "draft": one.draft,
        "prerelease": one.prerelease,
        "immutable": one.immutable,
        "author": user(one.user),
        "created_at": one.created,
        "published_at": one.published,
        "url": url,
        "html_url": f"{WEB}/{repo.full_name}/releases/tag/{place}",
        "assets_url": f"{url}/assets",
        "upload_url": f"https://uploads.github.com/repos/{repo.full_name}/releases/{one.id}/assets{{?name,label}}",
        "tarball_url": None if one.draft else f"{API}/repos/{repo.full_name}/tarball/{one.tag}",
        "zipball_url": None if one.draft else f"{API}/repos/{repo.full_name}/zipball/{one.tag}",
        "assets": [asset(repo, place, file) for file in one.assets],
    }


def run(repo: Repository, one: Run, head: Repository | None, pulls: list[dict[str, Any]]) -> dict[str, Any]:
    """A workflow's run."""
    url = f"{API}/repos/{repo.full_name}/actions/runs/{one.id}"
    return {
        "id": one.id,
        "node_id": f"WFR_{one.id}",
        "name": one.name,
        "display_title": one.name,
        "path": one.path,
        "event": one.event,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": number_of(one.path),
        "run_number": one.number,
        "run_attempt": one.attempt,
        "head_sha": one.sha,
        "head_branch": one.branch,
        "head_commit": {"id": one.sha},
        "head_repository": repository(head) if head else None,
        "repository": repository(repo),
        "pull_requests": pulls,
        "actor": user(one.actor),
        "triggering_actor": user(one.actor),
        "created_at": one.created,
        "run_started_at": one.created,
        "updated_at": one.updated,
        "url": url,
        "html_url": f"{WEB}/{repo.full_name}/actions/runs/{one.id}",
        "artifacts_url": f"{url}/artifacts",
        "jobs_url": f"{url}/jobs",
        "workflow_url": f"{API}/repos/{repo.full_name}/actions/workflows/{number_of(one.path)}",
    }


def artifact(repo: Repository, one: Artifact) -> dict[str, Any]:
    """What a run left."""
    made = next((entry for entry in repo.runs if entry.id == one.run), None)
    url = f"{API}/repos/{repo.full_name}/actions/artifacts/{one.id}"
    return {
        "id": one.id,
        "node_id": f"A_{one.id}",
        "name": one.name,
        "size_in_bytes": len(one.content),
        "digest": f"sha256:{hashlib.sha256(one.content).hexdigest()}",
        "expired": one.expired,
        "created_at": one.created,
        "updated_at": one.created,
        "expires_at": one.created,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "workflow_run": {
            "id": one.run,
            "repository_id": repo.id,
            "head_repository_id": repo.id if not made else number_of(made.head_repository),
            "head_branch": made.branch if made else None,
            "head_sha": made.sha if made else None,
        },
    }


def check(repo: Repository, one: Check) -> dict[str, Any]:
    """A check run."""
    page = (
        f"{WEB}/{repo.full_name}/actions/runs/{one.run}/job/{one.id}"
        if one.run
        else f"{WEB}/{repo.full_name}/runs/{one.id}"
    )
    return {
        "id": one.id,
        "node_id": f"CR_{one.id}",
        "name": one.name,
        "head_sha": one.sha,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": one.created,
        "completed_at": one.created if one.conclusion else None,
        "output": {"title": one.title, "summary": one.summary, "text": None, "annotations_count": len(one.annotations)},
        "url": f"{API}/repos/{repo.full_name}/check-runs/{one.id}",
        "html_url": page,
        "details_url": page,
        "app": {"slug": "github-actions", "id": 15368, "name": "GitHub Actions"},
        "pull_requests": [],
    }


def commit(repo: Repository, bare: Bare, sha: str) -> dict[str, Any]:
    """A commit, as `repos/o/r/commits/SHA` shows it."""
    found = bare.commit(sha)
    url = f"{API}/repos/{repo.full_name}"
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{url}/commits/{sha}",
        "html_url": f"{WEB}/{repo.full_name}/commit/{sha}",
        "commit": {
            "author": found["author"],
            "committer": found["committer"],
            "message": found["message"],
            "tree": {"sha": found["tree"], "url": f"{url}/git/trees/{found['tree']}"},
            "url": f"{url}/git/commits/{sha}",
            "verification": {"verified": False, "reason": "unsigned"},
        },
        "author": None,
        "committer": None,
        "parents": [{"sha": parent, "url": f"{url}/commits/{parent}"} for parent in found["parents"]],
    }
