"""Releases on GitHub: a version's files are the assets of its tag's release; the one marked latest is in production.

The workflows' concurrency group lets one publisher run at a time; GitHub has no lock. Two publishers without that
group still create no partial release: each step checks the current state, and the second one is refused.
"""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from ringside.common.files import write_bytes
from ringside.errors import GitHubError, RegistryError, ReleaseExistsError
from ringside.git import Repository
from ringside.github.api import GitHub
from ringside.github.draft_release import MARKER, DraftRelease, metadata_in
from ringside.github.production import ProductionRef, Record
from ringside.registry.checksums import check_folder
from ringside.registry.models import Move, PromotionFreeze, ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import TAG_PATTERNS, in_order, tag_of, version_of

RECORD = "release.json"
_ADDRESS = re.compile(
    r"(?:https://(?:[^/@]+@)?github\.com/|ssh://(?:[^/@]+@)?(?:ssh\.)?github\.com(?::\d+)?/|(?:[^/@:]+@)?github\.com:)"
    r"([A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}?)(?:\.git)?/?"
)
_LARGE = 3600.0
"""Time limit of a file transfer, in seconds."""
_FRESH = 5.0
"""Seconds for which the list of releases is cached."""
_MOST = 10_000
"""Maximum releases listed; GitHub's own limit."""


def repository_at(address: str) -> str | None:
    """Return `owner/name` of a remote's address on github.com; None for any other."""
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else None


def releases_at(root: Path, remote: str, address: str) -> "GitHubReleases | None":
    """Return the releases of a remote on github.com, for the checkout `root`; None for any other."""
    name = repository_at(address)
    return None if name is None else GitHubReleases(root, remote, name)


def open_registry(root: Path, remote: str = "origin") -> Registry:
    """Open the registry of a remote: on github.com with GitHub's releases, else as `Registry.open` does.

    Raises:
        RegistryError: as in `Registry.open`.
    """
    return Registry.open(root, remote, releases_at)


def parent(root: Path, remote: str = "origin") -> str | None:
    """Return the address of the template or the fork's parent; None if there is none, or not on github.com.

    Raises:
        GitHubError: GitHub does not respond.
    """
    name = repository_at(Repository(root).configured(remote))
    return None if name is None else parent_of(GitHub(name).get(""))


def parent_of(repository: Mapping[str, Any]) -> str | None:
    """Return the address of a repository's template or parent, from GitHub's description of it."""
    found = repository.get("template_repository") or repository.get("parent")
    return None if found is None else f"https://github.com/{found['full_name']}"


class GitHubReleases:
    """The releases of a repository on GitHub.

    Args:
        root: a checkout with the repository as a remote; it may be shallow.
        remote: the remote's name.
        name: `owner/name`.
        wait: sleeps for a number of seconds between two tries.
    """

    def __init__(self, root: Path, remote: str, name: str, *, wait: Callable[[float], None] = time.sleep) -> None:
        self.where = f"https://github.com/{name}/releases"
        self.github = GitHub(name, wait=wait)
        self._large = GitHub(name, seconds=_LARGE, wait=wait)
        self._repository = Repository(root)
        self._remote = remote
        self._ref = ProductionRef(self._repository, remote, f"https://github.com/{name}")
        self._listed: tuple[float, list[dict[str, Any]]] | None = None
        self._marked = False

    def tags(self) -> list[str]:
        """Return the tags of all published releases of versions, unordered and without drafts.

        Raises:
            RegistryError: GitHub does not respond, or refuses; state `unreachable`.
        """
        return [release["tag_name"] for release in self._published() if version_of(release["tag_name"])]

    def metadata(self, tag: str) -> ReleaseMetadata:
        """Return the `release.json` of a release.

        Raises:
            RegistryError: there is no such release or file (state `files_missing`), the file is invalid or of another
                version (`files_damaged`), or GitHub does not respond (`unreachable`).
        """
        release = self._release(tag)
        asset = self._asset(release, RECORD)
        # The notes contain the same text, so that one request returns a hundred versions; GitHub's digest verifies it.
        content = metadata_in(release.get("body") or "")
        if content is None or _digest(content) != asset.get("digest"):
            content = self._download(tag, asset)
        where, remedy = f"{self.where}/tag/{tag}", "remove the release and publish again."
        try:
            found = ReleaseMetadata.model_validate_json(content)
        except ValidationError as error:
            detail = error.errors(include_input=False)[0]
            said = f"its {RECORD} is none ({'.'.join(map(str, detail['loc']))}: {detail['msg']})"
            raise RegistryError(said, where=where, remedy=remedy, state="files_damaged") from None
        if found.version != version_of(tag):
            said = f"its {RECORD} describes {found.version}, not {version_of(tag)}"
            raise RegistryError(said, where=where, remedy=remedy, state="files_damaged")
        return found

    def files(self, tag: str) -> dict[str, int]:
        """Return the files of a release and their sizes in bytes.

        Raises:
            RegistryError: there is no such release (state `files_missing`), or GitHub does not respond
                (`unreachable`).
        """
        return {asset["name"]: asset["size"] for asset in _uploaded(self._release(tag))}

    def fetch(self, tag: str, names: Sequence[str], folder: Path) -> None:
        """Download files of a release into the existing folder `folder`; compare the digests that GitHub states.

        Raises:
            RegistryError: the release or a file is missing (state `files_missing`), has another digest
                (`files_damaged`), or GitHub does not respond (`unreachable`).
            StoreError: `folder` cannot be written to.
        """
        release = self._release(tag)
        assets = [self._asset(release, name) for name in names]
        for asset in assets:
            write_bytes(folder / asset["name"], self._download(tag, asset))

    def publish(self, tag: str, commit: str, folder: Path, notes: str) -> None:
        """Publish all files in `folder` as one release: create and verify a draft, set the tag, publish.

        If the response of a step is lost, its result is looked up instead of repeating it. A killed publisher leaves
        a draft and perhaps the tag, which `clean` removes.

        Raises:
            ReleaseExistsError: there is a release with this tag.
            RegistryError: `tag` is not the tag of a version, the files do not match SHA256SUMS, the tag is on another
                commit, or GitHub refuses or does not respond (`unreachable`).
        """
        sums = check_folder(folder, new=True)
        self._listed = None
        remedy = "run again: the next free version is taken."
        if self._find(_checked(tag)) is not None:
            raise ReleaseExistsError("another run published it", where=f"{self.where}/tag/{tag}", remedy=remedy)
        with self._asked():
            draft = DraftRelease.make(self.github, self._large, tag, commit, _with_record(notes, folder))
            draft.fill(folder, sums)
            thing = self._push_tag(tag, commit)
            if not draft.publish():
                where = f"{self.where}/tag/{tag}"
                raise ReleaseExistsError("another run published it", where=where, remedy=remedy)
        self._listed = None
        if thing is not None:
            self._repository.name_tag(tag, thing)

    def moves(self) -> list[Move]:
        """Return the changes of production, the oldest first, ending with the release that GitHub marks latest.

        Raises:
            RegistryError: the record is damaged (state `files_damaged`), or GitHub does not respond (`unreachable`).
        """
        return self._true(self._ref.read())

    def mark_latest(self, move: Move) -> None:
        """Put a version in production: on GitHub first, then in the record.

        Raises:
            RegistryError: the version has no release (state `files_missing`), or GitHub refuses or does not respond.
        """
        release = self._release(tag_of(move.version))
        # Read this before the flag moves: otherwise a change made on GitHub's own page would be lost.
        before = self._true(self._ref.read())
        with self._asked():
            self.github.patch(f"releases/{release['id']}", {"make_latest": "true"})

        def moved(record: Record) -> Record:
            """Return the record with this change as its last one."""
            known = record.moves
            missing = before[len(known) :] if before[: len(known)] == known else []
            return record.with_moves([*known, *missing, move])

        self._ref.write(moved, f"{move.version} is in production")
        self._marked = True

    def promotion_freeze(self) -> PromotionFreeze | None:
        """Return the promotion freeze in effect; None if there is none.

        Raises:
            RegistryError: the record is damaged (state `files_damaged`), or GitHub does not respond (`unreachable`).
        """
        return self._ref.read().freeze

    def set_freeze(self, freeze: PromotionFreeze | None) -> None:
        """Set the promotion freeze, or lift it if `freeze` is None.

        Raises:
            RegistryError: GitHub refuses or does not respond.
        """
        message = "Lift the promotion freeze" if freeze is None else f"Freeze promotion after {freeze.rejected}"
        self._ref.write(lambda record: record.with_freeze(freeze), message)

    def clean(self) -> list[str]:
        """Remove the drafts of killed publishers, each after its unused tag; return what was removed.

        Raises:
            RegistryError: GitHub refuses or does not respond.
        """
        self._listed = None
        removed = []
        for listed in [release for release in self._all() if _is_ours(release)]:
            with self._asked():
                draft = self.github.find(f"releases/{listed['id']}")
            if draft is None or not draft["draft"]:
                continue
            tag = draft["tag_name"]
            # Remove the tag first: the next run finds a remaining draft; a tag alone would block its number forever.
            if version_of(tag) and self._find(tag) is None and self._remove_tag(tag):
                removed.append(f"tag {tag}")
            with self._asked():
                self.github.delete(f"releases/{draft['id']}")
            removed.append(f"the draft of {tag}")
        self._listed = None
        return removed

    def lock(self) -> AbstractContextManager[None]:
        """Return a lock without effect: GitHub has none, and publishing workflows share a concurrency group."""
        return nullcontext()

    def tag(self, name: str, commit: str, message: str) -> bool:
        """Create an annotated tag through GitHub's API after a refused push; return False if that is refused."""
        wanted = {"tag": name, "message": message, "object": commit, "type": "commit"}
        try:
            thing = self.github.post("git/tags", wanted)["sha"]
            self.github.post("git/refs", {"ref": f"refs/tags/{name}", "sha": thing})
        except GitHubError:
            return False
        return True

    def note(self, tag: str, text: str) -> bool:
        """Add a paragraph to the notes of a release, once; return False if the notes contain it already.

        Raises:
            RegistryError: there is no such release, or GitHub refuses or does not respond.
        """
        release = self._release(tag)
        body = str(release.get("body") or "")
        if text in body:
            return False
        notes, marker, record = body.partition(f"\n{MARKER}")
        with self._asked():
            whole = f"{notes.rstrip()}\n\n{text}\n{marker}{record}"
            self.github.patch(f"releases/{release['id']}", {"body": whole})
        self._listed = None
        return True

    def _true(self, record: Record) -> list[Move]:
        """Return the changes in a record, plus one that was made on GitHub's own page."""
        moves = record.moves
        if self._marked:
            # GitHub may take seconds to show the flag that this process has just set.
            return moves
        with self._asked():
            release = self.github.find("releases/latest")
        version = version_of(release["tag_name"]) if release else None
        if release is None or version is None or (moves and moves[-1].version == version):
            return moves
        if not moves and version == in_order(filter(None, map(version_of, self.tags())))[-1]:
            # GitHub shows the newest one as latest if none was marked.
            return moves
        # GitHub does not return the time of the change; the release's time is its lower bound.
        at = self.metadata(release["tag_name"]).published
        return [*moves, Move(version=version, at=at, reason="marked latest on GitHub")]

    def _push_tag(self, tag: str, commit: str) -> str | None:
        """Push the version's annotated tag; return its object, None if the tag was there already."""
        standing = self._repository.tags(self._remote, *TAG_PATTERNS)
        if standing.get(tag) == commit:
            return None
        thing = self._repository.make_tag(tag, commit, f"Version {version_of(tag)} of the model")
        answer = self._repository.push_tag(self._remote, tag, thing)
        if answer.code == 0 or self._repository.tags(self._remote, *TAG_PATTERNS).get(tag) == commit:
            return thing
        if tag not in standing and self.tag(tag, commit, f"Version {version_of(tag)} of the model"):
            return None
        remedy = f"see what {tag} is on (`git ls-remote --tags`) and what the token may push, then run again."
        raise RegistryError(f"{tag} cannot be pushed ({answer.message})", where=self.where, remedy=remedy)

    def _remove_tag(self, tag: str) -> bool:
        """Remove a tag without a release; return False if there was none, or it must not be removed."""
        if tag not in self._repository.tags(self._remote, *TAG_PATTERNS):
            return False
        return self._repository.run("push", "--no-verify", "--", self._remote, f":refs/tags/{tag}").code == 0

    def _all(self) -> list[dict[str, Any]]:
        """Return all releases that the token may see, including drafts."""
        if self._listed is None or time.monotonic() - self._listed[0] > _FRESH:
            with self._asked():
                self._listed = time.monotonic(), self.github.pages("releases", most=_MOST)
        return self._listed[1]

    def _published(self) -> list[dict[str, Any]]:
        return [release for release in self._all() if not release["draft"]]

    def _find(self, tag: str) -> dict[str, Any] | None:
        """Return the published release of a tag; None if there is none."""
        known = next((release for release in self._published() if release["tag_name"] == tag), None)
        if known is not None:
            return known
        # The list may be some seconds old; this response is current.
        with self._asked():
            found = self.github.find(f"releases/tags/{quote(tag, safe='@')}")
        return found if found is not None and not found["draft"] else None

    def _release(self, tag: str) -> dict[str, Any]:
        found = self._find(_checked(tag))
        if found is None:
            remedy = "use another version (`ringside versions` lists them)."
            where = f"{self.where}/tag/{tag}"
            raise RegistryError("there is no such release", where=where, remedy=remedy, state="files_missing")
        return found

    def _asset(self, release: dict[str, Any], name: str) -> dict[str, Any]:
        for asset in _uploaded(release):
            if asset["name"] == name:
                return asset
        where = f"{self.where}/tag/{release['tag_name']}"
        remedy = "use another version (`ringside versions` lists them), or publish again."
        raise RegistryError(f"{name} missing", where=where, remedy=remedy, state="files_missing")

    def _download(self, tag: str, asset: dict[str, Any]) -> bytes:
        with self._asked():
            content = self._large.download(f"releases/assets/{asset['id']}", limit=max(asset["size"], 1))
        stated = asset.get("digest")
        if len(content) == asset["size"] and stated in (None, _digest(content)):
            return content
        message, remedy = (
            f"{asset['name']} does not match GitHub's digest",
            "run again; if it stays, do not use it.",
        )
        raise RegistryError(message, where=f"{self.where}/tag/{tag}", remedy=remedy, state="files_damaged")

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Turn errors of GitHub into errors of the registry."""
        try:
            yield
        except GitHubError as error:
            message = f"{error.found} ({error.where})"
            raise RegistryError(message, where=self.where, remedy=error.remedy, state="unreachable") from error


def _checked(tag: str) -> str:
    if version_of(tag) is None:
        remedy = "use a tag such as model@v1.2.0."
        raise RegistryError(f"{tag!r} is not the tag of a version", where="tag", remedy=remedy)
    return tag


def _uploaded(release: dict[str, Any]) -> list[dict[str, Any]]:
    return [asset for asset in release["assets"] if asset["state"] == "uploaded"]


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _is_ours(release: dict[str, Any]) -> bool:
    return bool(release["draft"]) and MARKER in (release.get("body") or "")


def _with_record(notes: str, folder: Path) -> str:
    """Return the notes with `release.json` as a hidden comment."""
    record = base64.b64encode((folder / RECORD).read_bytes()).decode()
    return f"{notes.rstrip()}\n\n{MARKER}{record} -->\n"
