"""The registry of a checkout: the tags and releases of its remote, or of itself where it has no remote."""

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
"""The folder within a repository on disk that stands in for GitHub Releases."""

State = Literal["found"] | RegistryState

ReleasesAt = Callable[[Path, str, str], Releases | None]
"""Given a checkout, a remote's name and its address: the releases that are kept there; None where it knows none."""


@dataclass(frozen=True)
class ChampionState:
    """Whether there is a champion, or why that cannot be said."""

    state: State
    metadata: ReleaseMetadata | None
    """Of the champion, where it was found."""
    where: str
    """For people: what was asked, and what was wrong there."""


class Registry:
    """Versions and which one is in production.

    Args:
        root: the checkout.
        place: what Git is asked: a remote's name, or the path of the repository that is the registry itself.
        folder: the repository, where it is on this machine.
        address: for people.
        releases: where the files of the versions are, if that is no folder in the repository.
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
        """The registry that the remote is; the local repository where it has no remote at all.

        Args:
            root: the checkout.
            remote: a remote's name.
            releases_at: knows releases that no folder keeps.

        Raises:
            RegistryError: there are remotes and none of this name (state `no_remote`), or no repository here, or the
                remote is a path at which there is none (state `unreachable`).
        """
        repository = Repository(root)
        addresses = repository.remotes()
        if not addresses:
            folder = repository.folder()
            return cls(root, str(folder), folder, str(folder))
        if remote not in addresses:
            found = f"there is no remote {remote!r} (there are {', '.join(addresses)})"
            remedy = "name one of these with --remote, or add it with `git remote add`."
            raise RegistryError(found, where=str(root), remedy=remedy, state="no_remote")
        address = addresses[remote]
        written = repository.configured(remote)
        if releases_at is not None and (releases := releases_at(root, remote, written)) is not None:
            return cls(root, remote, None, f"{remote} ({releases.where})", releases)
        path = local_path(address, root)
        return cls(root, remote, None if path is None else Repository(path).folder(), f"{remote} ({address})")

    @cached_property
    def releases(self) -> Releases:
        """Where the files of the versions are.

        Raises:
            RegistryError: releases at this place cannot be asked from here; state `unreachable`.
        """
        if self._given is not None:
            return self._given
        if self._folder is not None:
            return FolderReleases(self._folder / RELEASES)
        remedy = (
            "use a remote that is a folder on disk (`git init --bare`, `git remote add`) and name it with --remote."
        )
        found = "its releases cannot be asked from here yet"
        raise RegistryError(found, where=self.where, remedy=remedy, state="unreachable")

    def tags(self) -> dict[str, str]:
        """All tags of the registry, of versions and of stages, each with its commit.

        Raises:
            RegistryError: the remote gave no answer; state `unreachable`.
        """
        return self.repository.tags(self._place, *TAG_PATTERNS)

    def default_branch(self) -> str | None:
        """The newest commit of the registry's default branch; None where it has none, or gives no answer."""
        return self.repository.default_branch(self._place)

    def versions(self) -> list[ReleaseMetadata]:
        """All released versions, the oldest first.

        Raises:
            RegistryError: the registry gave no answer, or a `release.json` is damaged.
        """
        released = in_order(version for tag in self.releases.tags() if (version := version_of(tag)))
        return [self.releases.metadata(tag_of(version)) for version in released]

    def production(self) -> str | None:
        """The version in production: the last that was put there, or the newest release where none ever was.

        Raises:
            RegistryError: the registry gave no answer.
        """
        if line := in_production(self.releases.moves()):
            return line[-1]
        released = in_order(version for tag in self.releases.tags() if (version := version_of(tag)))
        return released[-1] if released else None

    def champion(self) -> ChampionState:
        """The version in production, if it is whole; else the state that says why there is none.

        `no_champion` is said only where it is proven: the place answered, and lists no version and no release.
        """
        try:
            return self._champion()
        except (RegistryError, StoreError) as error:
            state: State = getattr(error, "state", None) or "unreachable"
            return ChampionState(state, None, f"{error.where}: {error.found}")

    def _champion(self) -> ChampionState:
        tagged = {tag: commit for tag, commit in self.tags().items() if version_of(tag)}
        if self._folder is None and not tagged:
            # A release on another machine that is no draft has a tag, so none of them proves that there is none, and a
            # fresh clone needs no login to hear that.
            return ChampionState("no_champion", None, self.where)
        version = self.production()
        if version is None:
            return self._none(sorted(tagged))
        tag = tag_of(version)
        self._check_files(tag)
        metadata = self.releases.metadata(tag)
        if tag in tagged and not (tagged[tag] == metadata.commit and self._holds(metadata.commit)):
            found = f"tag {tag} is not on {metadata.commit}, which was published"
            raise RegistryError(found, where=self.where, remedy=_LOST, state="tag_points_nowhere")
        return ChampionState("found", metadata, self.where)

    def _none(self, tagged: list[str]) -> ChampionState:
        if tagged:
            found = f"{', '.join(tagged)} without a release in {self.releases.where}"
            raise RegistryError(found, where=self.where, remedy=_LOST, state="tag_points_nowhere")
        if self._folder is not None and Repository(self._folder).is_shallow():
            found, remedy = "a shallow clone may lack tags", "run `git fetch --unshallow --tags`."
            raise RegistryError(found, where=self.where, remedy=remedy, state="shallow")
        return ChampionState("no_champion", None, self.where)

    def _check_files(self, tag: str) -> None:
        """See that all files of a release are there; their hashes are compared when they are fetched."""
        where = f"{self.releases.where}/{tag}"
        there = self.releases.files(tag)
        with tempfile.TemporaryDirectory() as folder:
            self.releases.fetch(tag, [SUMS], Path(folder))
            text = (Path(folder) / SUMS).read_text(encoding="utf-8", errors="replace")
        sums = parse_sums(text, where=f"{where}/{SUMS}")
        if missing := sorted(set(sums) - set(there) - set(ERASABLE)):
            raise RegistryError(f"{', '.join(missing)} missing", where=where, remedy=_LOST, state="files_missing")

    def _holds(self, commit: str) -> bool:
        """Whether the registry has the commit; of one on another machine the tag is proof enough."""
        return self._folder is None or Repository(self._folder).has_commit(commit)

    def anchor(self, pinned: str | None = None) -> ReleaseMetadata | None:
        """What small losses are measured against.

        Args:
            pinned: a version; it is the anchor whatever came later.

        Returns:
            The pinned version; else the last one that was judged better and not rolled back from; else the first one.
            None where there is no version.

        Raises:
            RegistryError: there is no release of the pinned version (state `files_missing`), or no answer.
        """
        if pinned is not None:
            return self.releases.metadata(tag_of(pinned))
        versions = self.versions()
        out = rejected(self.releases.moves())
        better = [metadata for metadata in versions if metadata.deciding == "better" and metadata.version not in out]
        return better[-1] if better else next(iter(versions), None)

    def judged_on(self, window: str) -> int:
        """How many versions were judged on the test rows with this hash of their identities.

        Raises:
            RegistryError: the registry gave no answer.
        """
        return sum(metadata.window == window for metadata in self.versions())

    def tag(self, version: str, commit: str) -> None:
        """Put the version's tag on its commit in the registry, and here too.

        Raises:
            RegistryError: the commit is not here, or the registry refuses the tag.
        """
        self._tag(tag_of(version), commit, f"Version {version} of the model")

    def tag_production(self, version: str, commit: str) -> None:
        """Let a stage tag say which commit is in production, if the newest one does not; only people and GTO read it.

        Raises:
            RegistryError: the commit is not here, or the registry refuses the tag.
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
            said = "there is a tag of this name"
        else:
            answer = self.repository.push_tag(self._place, name, thing)
            done, said = answer.code == 0 or self._by_call(name, commit, message), answer.message
        # A publisher that was killed may have left a push under way, which set the same tag in between.
        if not done and self.tags().get(name) != commit:
            remedy = f"see what {name} is on (`git ls-remote --tags`), mend it and run again; the release is kept."
            raise RegistryError(said, where=self.where, remedy=remedy)
        if self.is_remote:
            # One of that name which is here and not there is a person's own.
            self.repository.name_tag(name, thing)

    def _by_call(self, name: str, commit: str, message: str) -> bool:
        """Whether the place took the tag by another way than a push, where it has one."""
        return isinstance(self._given, TagsByCall) and self._given.tag(name, commit, message)


_LOST = "restore the release's folder from a copy, or remove the tag if the version was never published."
