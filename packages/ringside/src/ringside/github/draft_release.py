"""A draft release: created, filled, verified and published."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from ringside.errors import GitHubError
from ringside.github.api import GitHub
from ringside.github.issues import post_once
from ringside.registry.checksums import SUMS, sha256

MARKER = "<!-- ringside-release: "
"""Start of the hidden `release.json` at the end of a release's notes; it identifies Ringside's drafts."""
_RECORD = re.compile(rf"{re.escape(MARKER)}([A-Za-z0-9+/=]{{1,60000}}) -->\s*\Z")
_TRIES = 3
_EXISTS = 422


def metadata_in(body: str) -> bytes | None:
    """Return the hidden `release.json` in release notes, None if there is none; collaborators can edit it."""
    found = _RECORD.search(body)
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True)
    except ValueError:
        return None


@dataclass(frozen=True)
class DraftRelease:
    """A new draft."""

    github: GitHub
    large: GitHub
    """Client for files, with a higher time limit."""
    tag: str
    number: int
    upload_url: str

    @classmethod
    def make(cls, github: GitHub, large: GitHub, tag: str, commit: str, body: str) -> Self:
        """Create a draft.

        Raises:
            GitHubError: GitHub refuses or does not respond.
        """
        # The response to the creation of a draft can be lost; the random number identifies the draft.
        name = f"{tag} ({secrets.token_hex(8)})"

        def made() -> Any:  # noqa: ANN401  # JSON
            """Return the draft if it was created."""
            listed = github.pages("releases")
            return next((release for release in listed if release["draft"] and release["name"] == name), None)

        wanted = {"tag_name": tag, "target_commitish": commit, "name": name, "body": body, "draft": True}
        draft = post_once(github, "releases", wanted | {"make_latest": "false"}, made)
        return cls(github, large, tag, draft["id"], draft["upload_url"].partition("{")[0])

    def fill(self, folder: Path, sums: Mapping[str, str]) -> None:
        """Upload all files, and verify that GitHub has exactly these bytes.

        Args:
            folder: the files.
            sums: the expected SHA-256 of all files except SHA256SUMS.

        Raises:
            GitHubError: GitHub refuses, does not respond, or has other bytes.
        """
        wanted = dict(sums) | {SUMS: sha256(folder / SUMS)}
        for name in sorted(wanted):
            self._upload(folder / name, wanted[name])
        there = {asset["name"]: asset for asset in self.github.pages(f"releases/{self.number}/assets")}
        wrong = [name for name in wanted if not self._is(there.get(name), folder / name, wanted[name])]
        if wrong or set(there) != set(wanted):
            names = ", ".join(sorted({*wrong, *(set(there) ^ set(wanted))}))
            raise GitHubError(f"{names}: not what was uploaded", where=f"draft of {self.tag}", remedy="run again.")

    def publish(self) -> bool:
        """Publish the draft without putting it in production; return False if its tag has another release.

        Raises:
            GitHubError: GitHub refuses or does not respond.
        """
        wanted = {"tag_name": self.tag, "name": self.tag, "draft": False, "make_latest": "false"}
        place = f"releases/{self.number}"
        try:
            self.github.patch(place, wanted)
        except GitHubError as error:
            if error.status != _EXISTS:
                raise
            # GitHub also responds like this to a second try if the first one succeeded and its response was lost.
            if self.github.get(place)["draft"] is False:
                return True
            self.github.delete(place)
            return False
        return True

    def _upload(self, file: Path, digest: str) -> None:
        url = f"{self.upload_url}?name={quote(file.name)}"
        for left in range(_TRIES - 1, -1, -1):
            try:
                self.large.upload(url, file)
            except GitHubError as error:
                there = self._there(file.name)
                if self._is(there, file, digest):
                    return
                if there is not None:
                    # An interrupted upload still occupies the name.
                    self.github.delete(f"releases/assets/{there['id']}")
                refused = error.status is not None and error.status < 500 and error.status != _EXISTS  # noqa: PLR2004
                if not left or error.final or refused:
                    raise
            else:
                return

    def _there(self, name: str) -> dict[str, Any] | None:
        listed = self.github.pages(f"releases/{self.number}/assets")
        return next((asset for asset in listed if asset["name"] == name), None)

    def _is(self, asset: dict[str, Any] | None, file: Path, digest: str) -> bool:
        """Return whether an asset has the bytes of a file."""
        if asset is None or asset["state"] != "uploaded" or asset["size"] != file.stat().st_size:
            return False
        stated = asset.get("digest")
        if stated is None:
            content = self.large.download(f"releases/assets/{asset['id']}", limit=max(asset["size"], 1))
            stated = f"sha256:{hashlib.sha256(content).hexdigest()}"
        return bool(stated == f"sha256:{digest}")
