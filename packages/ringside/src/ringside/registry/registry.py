"""The registry of a checkout: the tags and releases of its remote, or of itself if it has no remote."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from ringside.codes import RegistryState
from ringside.errors import RegistryError, StoreError
from ringside.git import Repository, local_path
from ringside.registry.checksums import ERASABLE, SUMS, parse_sums
from ringside.registry.folder import FolderReleases
from ringside.registry.models import ReleaseMetadata, Releases, TagsByCall
from ringside.registry.version_numbers import (
    TAG_PATTERNS,
    in_order,
    in_production,
    next_stage_tag,
    rejected,
    stage_tags,
    tag_of,
    version_of,
)

RELEASES = "releases"
"""Folder of the releases within a repository on disk."""

State = Literal["found"] | RegistryState

ReleasesAt = Callable[[Path, str, str], Releases | None]
"""Function that returns the releases of a checkout's remote by its name and address; None if it finds none."""


@dataclass(frozen=True)
class ChampionState:
    """The champion, or the state that explains why there is none."""

    state: State
    metadata: ReleaseMetadata | None
    """Metadata of the champion, if it was found."""
    where: str
    """Place and problem, for messages."""


class Registry:
    """The versions and the version in production.

    Args:
        root: the checkout.
        place: a remote's name, or the path of the repository that is the registry itself.
        folder: the repository, if it is on this machine.
        address: name of the registry in messages.
        releases: the releases, if they are not in a folder of the repository.
    """

    def __init__(
        self, root: Path, place: str, folder: Path | None, address: str, releases: Releases | None = None
    ) -> None:
        self.repository = Repository(root)
        self.where = address
        self.is_remote = folder is None or place != str(folder)
        self._place = place
        self._folder = folder
        self._given = releases

    @classmethod
    def open(cls, root: Path, remote: str = "origin", releases_at: ReleasesAt | None = None) -> "Registry":
        """Open the registry of a remote, or of the local repository if it has no remote at all.

        Args:
            root: the checkout.
            remote: a remote's name.
            releases_at: returns the releases of a remote that are not in a folder.

        Raises:
            RegistryError: there are remotes but none of this name (state `no_remote`), or no repository here, or no
                repository at the remote's path (state `unreachable`).
        """
        repository = Repository(root)
        addresses = repository.remotes()
        if not addresses:
            folder = repository.folder()
            return cls(root, str(folder), folder, str(folder))
        if remote not in addresses:
            message = f"there is no remote {remote!r} (there are {', '.join(addresses)})"
            remedy = "name one of these with --remote, or add it with `git remote add`."
            raise RegistryError(message, where=str(root), remedy=remedy, state="no_remote")
        address = addresses[remote]
        written = repository.configured(remote)
        if releases_at is not None and (releases := releases_at(root, remote, written)) is not None:
            return cls(root, remote, None, f"{remote} ({releases.where})", releases)
        path = local_path(address, root)
        return cls(root, remote, None if path is None else Repository(path).folder(), f"{remote} ({address})")

    @cached_property
    def releases(self) -> Releases:
        """The place of the versions' files.

        Raises:
            RegistryError: this machine cannot read releases at this place; state `unreachable`.
        """
        if self._given is not None:
            return self._given
        if self._folder is not None:
            return FolderReleases(self._folder / RELEASES)
        remedy = (
            "use a remote that is a folder on disk (`git init --bare`, `git remote add`) and name it with --remote."
        )
        message = "releases at this address are not supported"
        raise RegistryError(message, where=self.where, remedy=remedy, state="unreachable")

    def tags(self) -> dict[str, str]:
        """Return all tags of versions and of stages, each with its commit.

        Raises:
            RegistryError: the remote does not respond; state `unreachable`.
        """
        return self.repository.tags(self._place, *TAG_PATTERNS)

    def default_branch(self) -> str | None:
        """Return the newest commit of the default branch; None if there is none or the registry does not respond."""
        return self.repository.default_branch(self._place)

    def versions(self) -> list[ReleaseMetadata]:
        """Return all released versions, the oldest first.

        Raises:
            RegistryError: the registry does not respond, or a `release.json` is damaged.
        """
        released = in_order(version for tag in self.releases.tags() if (version := version_of(tag)))
        return [self.releases.metadata(tag_of(version)) for version in released]

    def production(self) -> str | None:
        """Return the version in production: the last promoted one, or the newest release if none ever was.

        Raises:
            RegistryError: the registry does not respond.
        """
        if line := in_production(self.releases.moves()):
            return line[-1]
        released = in_order(version for tag in self.releases.tags() if (version := version_of(tag)))
        return released[-1] if released else None

    def champion(self) -> ChampionState:
        """Return the version in production if its files are complete; else the state that explains why there is none.

        The state `no_champion` requires proof: the place responded and lists neither a version nor a release.
        """
        try:
            return self._champion()
        except (RegistryError, StoreError) as error:
            state: State = getattr(error, "state", None) or "unreachable"
            return ChampionState(state, None, f"{error.where}: {error.found}")

    def _champion(self) -> ChampionState:
        tagged = {tag: commit for tag, commit in self.tags().items() if version_of(tag)}
        if self._folder is None and not tagged:
            # Each published release on another machine has a tag. Without tags there is no release, and a fresh clone
            # needs no login to find that out.
            return ChampionState("no_champion", None, self.where)
        version = self.production()
        if version is None:
            return self._none(sorted(tagged))
        tag = tag_of(version)
        self._check_files(tag)
        metadata = self.releases.metadata(tag)
        if tag in tagged and not (tagged[tag] == metadata.commit and self._holds(metadata.commit)):
            message = f"tag {tag} is not on the published commit {metadata.commit}"
            raise RegistryError(message, where=self.where, remedy=_LOST, state="tag_points_nowhere")
        return ChampionState("found", metadata, self.where)

    def _none(self, tagged: list[str]) -> ChampionState:
        if tagged:
            message = f"{', '.join(tagged)} without a release in {self.releases.where}"
            raise RegistryError(message, where=self.where, remedy=_LOST, state="tag_points_nowhere")
        if self._folder is not None and Repository(self._folder).is_shallow():
            message, remedy = "a shallow clone may lack tags", "run `git fetch --unshallow --tags`."
            raise RegistryError(message, where=self.where, remedy=remedy, state="shallow")
        return ChampionState("no_champion", None, self.where)

    def _check_files(self, tag: str) -> None:
        """Raise unless all files of a release exist; their hashes are compared when they are fetched."""
        where = f"{self.releases.where}/{tag}"
        existing = self.releases.files(tag)
        with tempfile.TemporaryDirectory() as folder:
            self.releases.fetch(tag, [SUMS], Path(folder))
            text = (Path(folder) / SUMS).read_text(encoding="utf-8", errors="replace")
        sums = parse_sums(text, where=f"{where}/{SUMS}")
        if missing := sorted(set(sums) - set(existing) - set(ERASABLE)):
            raise RegistryError(f"{', '.join(missing)} missing", where=where, remedy=_LOST, state="files_missing")

    def _holds(self, commit: str) -> bool:
        """Return whether the registry has the commit; on another machine the tag is proof enough."""
        return self._folder is None or Repository(self._folder).has_commit(commit)

    def anchor(self, pinned: str | None = None) -> ReleaseMetadata | None:
        """Return the version against which the sum of small losses is measured.

        Args:
            pinned: a version that is the anchor in any case.

        Returns:
            The pinned version; else the last version that was better and not rolled back; else the first one. None if
                there is no version.

        Raises:
            RegistryError: there is no release of the pinned version (state `files_missing`), or the registry does not
                respond.
        """
        if pinned is not None:
            return self.releases.metadata(tag_of(pinned))
        versions = self.versions()
        out = rejected(self.releases.moves())
        better = [metadata for metadata in versions if metadata.deciding == "better" and metadata.version not in out]
        return better[-1] if better else next(iter(versions), None)

    def judged_on(self, window: str) -> int:
        """Return how many versions were evaluated on the test rows with this hash of their identities.

        Raises:
            RegistryError: the registry does not respond.
        """
        return sum(metadata.window == window for metadata in self.versions())

    def tag(self, version: str, commit: str) -> None:
        """Set the version's tag on its commit, in the registry and in this clone.

        Raises:
            RegistryError: this clone lacks the commit, or the registry refuses the tag.
        """
        self._tag(tag_of(version), commit, f"Version {version} of the model")

    def tag_production(self, version: str, commit: str) -> None:
        """Set a stage tag on the commit in production unless the newest one is there; only users and GTO read it.

        Raises:
            RegistryError: this clone lacks the commit, or the registry refuses the tag.
        """
        tags = self.tags()
        newest = stage_tags(tags)
        if not newest or tags[newest[-1]] != commit:
            self._tag(next_stage_tag(tags), commit, f"{version} is in production")

    def _tag(self, name: str, commit: str, message: str) -> None:
        if self.is_remote and self.tags().get(name) == commit:
            return
        thing = self.repository.make_tag(name, commit, message)
        if not self.is_remote:
            done = self.repository.name_tag(name, thing)
            problem = "a tag of this name exists"
        else:
            result = self.repository.push_tag(self._place, name, thing)
            done, problem = result.code == 0 or self._by_call(name, commit, message), result.message
        # A killed publisher's push may have set the same tag in between.
        if not done and self.tags().get(name) != commit:
            remedy = f"check the commit of {name} (`git ls-remote --tags`), fix it and run again; the release is kept."
            raise RegistryError(problem, where=self.where, remedy=remedy)
        if self.is_remote:
            # An existing local tag of that name is your own and stays.
            self.repository.name_tag(name, thing)

    def _by_call(self, name: str, commit: str, message: str) -> bool:
        """Return whether the place created the tag through its API, if it has one."""
        return isinstance(self._given, TagsByCall) and self._given.tag(name, commit, message)


_LOST = "restore the release's folder from a backup, or remove the tag if the version was never published."
