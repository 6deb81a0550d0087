"""Registries on the double of GitHub, with releases as small as those of `shelf`."""

import base64
import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from hub import Hub, gh
from ringside.github.releases import GitHubReleases
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from shelf import Shelf, git, repository

REPO = "acme/demo"
URL = f"https://github.com/{REPO}"
RIGHTS = {"contents": "write", "issues": "write", "pull-requests": "read", "actions": "read"}
"""Of a token that publishes."""


def no_wait(_: float) -> None:
    """Between two tries no time passes."""


def releases_at(root: Path, remote: str, address: str) -> GitHubReleases:
    """The releases, asked without pauses."""
    assert address == URL
    return GitHubReleases(root, remote, REPO, wait=no_wait)


@dataclass(frozen=True)
class HubShelf(Shelf):
    """A checkout whose remote is on the double."""

    hub: Hub

    @property
    def registry(self) -> Registry:
        """The registry, asked anew."""
        return Registry.open(self.root, releases_at=releases_at)

    @property
    def there(self):
        """What the double knows of the repository."""
        return self.hub.of(REPO)

    @property
    def drafts(self) -> list[str]:
        """The tags of all drafts."""
        return [release.tag for release in self.there.releases if release.draft]

    @property
    def refs(self) -> dict[str, str]:
        """Each tag of a version in the remote, with its object's kind."""
        return {ref.removeprefix("refs/tags/"): kind for ref, _, kind in self.hub.bare(REPO).refs("refs/tags/model@")}

    def sent(self) -> list[dict]:
        """The payloads of the events that consumers were sent."""
        calls = self.hub.called("POST", "/dispatches$")
        return [json.loads(call.body)["client_payload"] for call in calls if call.status == 204]

    def issues(self, state: str = "open") -> list:
        """Issues in a state."""
        return [issue for issue in self.there.issues.values() if issue.state == state and not issue.pull]


def on_hub(hub: Hub, folder: Path, monkeypatch, *, rights: dict[str, str] | None = None) -> HubShelf:
    """A checkout whose remote is a new repository on the double; this process asks with a workflow's token."""
    root = repository(folder / "checkout")
    hub.repository(REPO, source=root)
    git(root, "remote", "add", "origin", URL)
    ask_as(hub, monkeypatch, rights or RIGHTS)
    return HubShelf(root, hub)


def ask_as(hub: Hub, monkeypatch, rights: dict[str, str]) -> None:
    """Let this process, and what it starts, ask with a token of these rights."""
    for name, value in hub.environment(hub.token(rights, repository=REPO)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(gh()).parent), os.environ["PATH"]]))


def whole(shelf: HubShelf) -> list[str]:
    """The versions; each is published once, whole and tagged once, and nothing else is left."""
    tags = [release.tag for release in shelf.there.releases]
    assert len(set(tags)) == len(tags)
    assert shelf.drafts == []
    assert shelf.refs == dict.fromkeys(tags, "tag")
    for release in shelf.there.releases:
        assert {asset.name for asset in release.assets} == {"release.json", "SHA256SUMS", "model.skops"}
    return [made.version for made in shelf.registry.versions()]


def copy_of(shelf, release, version):
    """A release like another one, of another version, as if it had been published long ago."""
    made = ReleaseMetadata.model_validate_json(
        next(asset.content for asset in release.assets if asset.name == "release.json")
    )
    content = made.model_copy(update={"version": version}).model_dump_json().encode()
    stated = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assets = [
        dataclasses.replace(asset, id=shelf.hub.id(), content=content, digest=stated)
        if asset.name == "release.json"
        else asset
        for asset in release.assets
    ]
    body = f"<!-- ringside-release: {base64.b64encode(content).decode()} -->"
    return dataclasses.replace(release, id=shelf.hub.id(), tag=f"model@{version}", body=body, assets=assets)
