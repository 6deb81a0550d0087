"""Releases and their files."""

import hashlib
import re
from typing import Any

from hub import shapes
from hub.bare import ZERO, Bare, Push
from hub.routing import Problem, Reply, Request, route
from hub.state import Asset, Release, Repository

_FILES = "release-assets.githubusercontent.com"


def latest_of(repo: Repository) -> Release | None:
    """The release that GitHub shows as the latest."""
    published = [one for one in repo.releases if not one.draft and not one.prerelease]
    marked = [one for one in published if one.id == repo.latest]
    return marked[0] if marked else max(published, key=_age, default=None)


def _age(one: Release) -> tuple[str, int]:
    return one.published or "", one.id


def _invalid(field: str, code: str = "invalid", said: str = "") -> Problem:
    error: dict[str, Any] = {"resource": "Release", "code": code, "field": field}
    return Problem(422, "Validation Failed", [error | ({"message": said} if said else {})])


def _release(request: Request, identity: str) -> Release:
    found = next((one for one in request.repo.releases if str(one.id) == identity), None)
    # Whoever may not write knows of no draft.
    if found is None or (found.draft and not request.may("contents:write")):
        raise Problem(404, "Not Found")
    return found


@route("GET", "/repos/{owner}/{repo}/releases", "contents:read")
def list_releases(request: Request) -> Reply:
    """Releases, newest first; drafts only for who may write."""
    shown = [one for one in request.repo.releases if not one.draft or request.may("contents:write")]
    shown.sort(key=lambda one: (one.draft, one.created, one.id), reverse=True)
    return request.page([shapes.release(request.repo, one) for one in shown])


@route("GET", "/repos/{owner}/{repo}/releases/latest", "contents:read")
def get_latest(request: Request) -> Reply:
    """The one marked latest."""
    found = latest_of(request.repo)
    if found is None:
        raise Problem(404, "Not Found")
    return Reply(body=shapes.release(request.repo, found))


@route("GET", "/repos/{owner}/{repo}/releases/tags/{tag:path}", "contents:read")
def get_by_tag(request: Request, tag: str) -> Reply:
    """The published release of a tag; never a draft."""
    found = next((one for one in request.repo.releases if one.tag == tag and not one.draft), None)
    if found is None:
        raise Problem(404, "Not Found")
    return Reply(body=shapes.release(request.repo, found))


@route("POST", "/repos/{owner}/{repo}/releases", "contents:write")
def create_release(request: Request) -> Reply:
    """A new release; a draft makes no tag."""
    sent, now = request.json, request.hub.clock.now()
    tag = request.text("tag_name")
    if not re.fullmatch(r"[^\s~^:?*\[\\]+", tag) or ".." in tag:
        raise _invalid("tag_name", "custom", "tag_name is not well-formed")
    made = Release(
        request.hub.id(),
        tag,
        request.text("target_commitish", request.repo.default_branch),
        request.text("name"),
        request.text("body"),
        draft=True,
        prerelease=bool(sent.get("prerelease")),
        user=request.user,
        created=now,
        seq=request.hub.seq(),
    )
    _mark_possible(made, sent, draft=bool(sent.get("draft")))
    if not sent.get("draft"):
        _publish(request, made, sent)
    elif tag in request.repo.burned:
        raise _invalid("tag_name", "custom", "tag_name was used by an immutable release")
    request.repo.releases.append(made)
    shown = shapes.release(request.repo, made)
    return Reply(201, shown, {"Location": shown["url"]})


def _mark_possible(release: Release, sent: dict[str, Any], *, draft: bool) -> None:
    if str(sent.get("make_latest")).lower() == "true" and (draft or release.prerelease):
        raise _invalid("make_latest", "custom", "Latest release cannot be draft or prerelease.")


def _publish(request: Request, release: Release, sent: dict[str, Any]) -> None:
    repo, bare = request.repo, Bare(request.repo.folder)
    if any(one.tag == release.tag and not one.draft for one in repo.releases):
        raise _invalid("tag_name", "already_exists")
    if release.tag in repo.burned:
        raise _invalid("tag_name", "custom", "tag_name was used by an immutable release")
    ref = f"refs/tags/{release.tag}"
    if not bare.exists(ref):
        sha = bare.sha(f"refs/heads/{release.target}") or (
            bare.sha(release.target) if re.fullmatch("[0-9a-f]{40}", release.target) else None
        )
        if sha is None:
            raise _invalid("target_commitish")
        bare.set(ref, sha)
        assert request.token
        request.hub.moved(repo, Push(ZERO, sha, ref, request.token.text))
    release.draft, release.published = False, request.hub.clock.now()
    release.immutable = repo.immutable_releases
    _mark(repo, release, str(sent.get("make_latest", "true")).lower())
    assert request.token
    shown = shapes.release(repo, release)
    for action in ("published", "released") if not release.prerelease else ("published", "prereleased"):
        request.hub.emit(
            "release", repo, {"action": action, "release": shown}, by=request.token, ref=ref, sha=bare.sha(ref) or ""
        )


def _mark(repo: Repository, release: Release, wanted: str) -> None:
    if wanted == "true" and not release.prerelease:
        repo.latest = release.id
    elif wanted == "false" and repo.latest in {None, release.id}:
        # It stays where it was; without an earlier mark the newest of the others has it.
        others = [one for one in repo.releases if one.id != release.id and not one.draft and not one.prerelease]
        repo.latest = max(others, key=_age).id if others else None


@route("GET", "/repos/{owner}/{repo}/releases/{identity}", "contents:read")
def get_release(request: Request, identity: str) -> Reply:
    """A release."""
    return Reply(body=shapes.release(request.repo, _release(request, identity)))


@route("PATCH", "/repos/{owner}/{repo}/releases/{identity}", "contents:write")
def update_release(request: Request, identity: str) -> Reply:
    """Other texts; a draft becomes public by `draft: false`; another one may become the latest."""
    release, sent = _release(request, identity), request.json
    if release.immutable and request.text("tag_name", release.tag) != release.tag:
        raise _invalid("tag_name", "custom", "tag_name cannot be changed on an immutable release")
    stays = release.draft and sent.get("draft") is not False
    _mark_possible(release, sent, draft=stays)
    release.tag = request.text("tag_name", release.tag)
    release.target = request.text("target_commitish", release.target)
    release.name, release.body = request.text("name", release.name), request.text("body", release.body)
    release.prerelease = bool(sent.get("prerelease", release.prerelease))
    if release.draft and not stays:
        _publish(request, release, sent)
    elif not release.draft and "make_latest" in sent:
        _mark(request.repo, release, str(sent["make_latest"]).lower())
    return Reply(body=shapes.release(request.repo, release))


@route("DELETE", "/repos/{owner}/{repo}/releases/{identity}", "contents:write")
def delete_release(request: Request, identity: str) -> Reply:
    """Remove it; its tag stays."""
    release = _release(request, identity)
    if release.immutable:
        request.repo.burned.add(release.tag)
    request.repo.releases.remove(release)
    return Reply(204)


@route("GET", "/repos/{owner}/{repo}/releases/{identity}/assets", "contents:read")
def list_assets(request: Request, identity: str) -> Reply:
    """The files of a release."""
    return request.page(shapes.release(request.repo, _release(request, identity))["assets"])


@route("POST", "/repos/{owner}/{repo}/releases/{identity}/assets", "contents:write", host="uploads.github.com")
def upload_asset(request: Request, identity: str) -> Reply:
    """One more file; GitHub writes spaces in names as dots, and takes no name twice."""
    release = _release(request, identity)
    if release.immutable:
        raise Problem(422, "Cannot upload assets to an immutable release.")
    name = re.sub(r"[^A-Za-z0-9._@+-]", ".", request.query.get("name", ""))
    if not name or not request.content:
        raise Problem(400, "Bad Content-Length or name")
    if any(one.name == name for one in release.assets):
        raise Problem(
            422, "Validation Failed", [{"resource": "ReleaseAsset", "code": "already_exists", "field": "name"}]
        )
    digest = f"sha256:{hashlib.sha256(request.content).hexdigest()}"
    kind = request.headers.get("content-type", "application/octet-stream")
    asset = Asset(
        request.hub.id(),
        name,
        request.content,
        kind,
        digest,
        request.user,
        request.hub.clock.now(),
        request.query.get("label", ""),
    )
    release.assets.append(asset)
    return Reply(201, shapes.asset(request.repo, release.tag, asset))


def _asset(request: Request, identity: str) -> tuple[Release, Asset]:
    for release in request.repo.releases:
        for asset in release.assets:
            if str(asset.id) == identity and (not release.draft or request.may("contents:write")):
                return release, asset
    raise Problem(404, "Not Found")


@route("GET", "/repos/{owner}/{repo}/releases/assets/{identity}", "contents:read")
def get_asset(request: Request, identity: str) -> Reply:
    """A file's facts; its bytes, on another host, for who accepts application/octet-stream."""
    release, asset = _asset(request, identity)
    if "application/octet-stream" in request.headers.get("accept", ""):
        asset.downloads += 1
        return request.hub.link(_FILES, asset.content)
    return Reply(body=shapes.asset(request.repo, release.tag, asset))


@route("DELETE", "/repos/{owner}/{repo}/releases/assets/{identity}", "contents:write")
def delete_asset(request: Request, identity: str) -> Reply:
    """Remove a file."""
    release, asset = _asset(request, identity)
    if release.immutable:
        raise Problem(422, "Cannot delete asset from an immutable release")
    release.assets.remove(asset)
    return Reply(204)


@route("POST", "/repos/{owner}/{repo}/releases/generate-notes", "contents:write")
def generate_notes(request: Request) -> Reply:
    """Notes, of which the double has none."""
    tag = request.text("tag_name")
    return Reply(body={"name": tag, "body": f"**Full Changelog**: {shapes.WEB}/{request.repo.full_name}/commits/{tag}"})


def page_download(request: Request, owner: str, name: str, tag: str | None, file: str) -> Reply:
    """github.com/…/releases/download/TAG/FILE: what a browser or curl asks; only public repositories answer it."""
    repo = request.hub.repositories.get(f"{owner}/{name}".lower())
    if repo is None or repo.visibility != "public":
        raise Problem(404, "Not Found")
    release = next((one for one in repo.releases if one.tag == tag and not one.draft), None) if tag else latest_of(repo)
    for asset in release.assets if release else []:
        if asset.name == file:
            return request.hub.link(_FILES, asset.content)
    raise Problem(404, "Not Found")
