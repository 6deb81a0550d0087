"""Publishing: a model that was judged becomes a version, once, and whole.

The steps, all under the registry's lock: finish or clean up what a killed publisher left (`tidy`); stop if this was
published already (`published_as`); take the next version and build its files aside (`prepare`); publish them as one
release, tag the commit, put the version in production unless there is a promotion freeze (`deliver`). If the process is
killed between two steps, the next run, of this commit or of another one, finishes the work. A workflow prepares in one
job, which may not write to the repository, and delivers in another, which runs no code of the model.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ringside.common.files import empty_folder, remove, write_bytes
from ringside.errors import RegistryError
from ringside.registry.models import Move, ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import next_version, tag_of, version_of


@dataclass(frozen=True)
class Candidate:
    """What may become a version."""

    metadata: ReleaseMetadata
    """Of the checkout; `version` and `published` are set by `prepare`."""
    approve: Callable[[], None]
    """Raises where it must not be published; asked only where it was not published before."""
    fill: Callable[[ReleaseMetadata, Path], None]
    """Writes all other files of the release into a folder that holds `release.json`, and SHA256SUMS last."""
    notes: Callable[[ReleaseMetadata], str]
    """The text that people read first."""


@dataclass(frozen=True)
class Published:
    """What publishing came to."""

    metadata: ReleaseMetadata
    new: bool
    """False where the same had been published before."""
    production: str | None
    """The version that is in production now."""
    notes: tuple[str, ...]
    """Sentences for the user: work finished for a killed publisher, a promotion freeze, a tag that could not be set."""


@dataclass(frozen=True)
class Prepared:
    """The files of a version that does not exist yet."""

    metadata: ReleaseMetadata
    folder: Path
    """All files, `release.json` and SHA256SUMS among them."""
    notes: str


def publish(registry: Registry, candidate: Candidate, folder: Path) -> Published:
    """Make a version of a candidate, or find the one that the same inputs or the same commit were published as.

    Args:
        registry: where.
        candidate: what.
        folder: where the files are built; emptied before and removed after.

    Raises:
        RegistryError: the registry gives no answer, or refuses; or another version is in production than the one
            that the candidate was judged against.
        StoreError: another publisher holds the lock for too long, or a file cannot be written.
    """
    with registry.releases.lock():
        said = tidy(registry)
        found = published_as(registry, candidate.metadata.inputs, candidate.metadata.commit)
        if found is not None:
            said += produce(registry, found)
            return Published(found, new=False, production=registry.production(), notes=tuple(said))
        try:
            done = deliver(registry, prepare(registry, candidate, folder))
        finally:
            remove(folder)
        return replace(done, notes=(*said, *done.notes))


def tidy(registry: Registry) -> list[str]:
    """Finish or clean up what killed publishers left; what was done, for people.

    Raises:
        RegistryError: the registry gives no answer.
    """
    removed = [f"removed {name}, left by a publisher that was killed" for name in registry.releases.clean()]
    return removed + _tag_all(registry, registry.versions())


def published_as(registry: Registry, inputs: str, commit: str) -> ReleaseMetadata | None:
    """The newest version, if it was made of the same inputs or of the same commit; else None.

    Raises:
        RegistryError: the registry gives no answer.
    """
    newest = _newest(registry)
    return newest if newest is not None and (newest.inputs == inputs or newest.commit == commit) else None


def overtaken(registry: Registry, commit: str) -> ReleaseMetadata | None:
    """The newest version, if it was made of a later commit than this one, and the default branch has gone on as well.

    A run that somebody repeats must not bring an older state of the branch out as a newer version. A branch that was
    put back to an older commit is no such case.

    Raises:
        RegistryError: the registry gives no answer.
    """
    newest = _newest(registry)
    if newest is None or commit in {newest.commit, registry.default_branch()}:
        return None
    return newest if registry.repository.is_ancestor(commit, newest.commit) else None


def prepare(registry: Registry, candidate: Candidate, folder: Path) -> Prepared:
    """Build all files of the version that a candidate would be if it were published now.

    Args:
        registry: where; nothing is changed there.
        candidate: what; it must not have been published.
        folder: where the files are built; emptied before.

    Raises:
        RegistryError: it must not be published, or the registry gives no answer.
        StoreError: a file cannot be written.
    """
    candidate.approve()
    _check_champion(registry, candidate.metadata)
    metadata = candidate.metadata.model_copy(
        update={"version": _next(registry, candidate.metadata), "published": now()}
    )
    empty_folder(folder)
    write_metadata(metadata, folder)
    candidate.fill(metadata, folder)
    return Prepared(metadata, folder, candidate.notes(metadata))


def deliver(registry: Registry, prepared: Prepared) -> Published:
    """Publish the prepared files, tag the commit, and put the version in production unless there is a freeze.

    The files may come from another machine. If the version was published before, the remaining steps are finished.

    Raises:
        RegistryError: the registry gives no answer, or refuses; or another version is in production, or has come out,
            than when it was prepared.
        StoreError: another publisher holds the lock for too long, or a file cannot be written.
    """
    metadata = prepared.metadata
    with registry.releases.lock():
        found = published_as(registry, metadata.inputs, metadata.commit)
        if found is None:
            _check_champion(registry, metadata)
            _check_next(registry, metadata)
            registry.releases.publish(tag_of(metadata.version), metadata.commit, prepared.folder, prepared.notes)
            registry.tag(metadata.version, metadata.commit)
        said = produce(registry, found or metadata)
        return Published(found or metadata, found is None, registry.production(), tuple(said))


def write_metadata(metadata: ReleaseMetadata, folder: Path) -> None:
    """Write `release.json`.

    Raises:
        StoreError: the place cannot be written to.
    """
    write_bytes(folder / "release.json", metadata.model_dump_json(indent=2).encode() + b"\n")


def default_branch_note(registry: Registry, commit: str) -> str | None:
    """A warning where the registry's default branch does not hold the commit, or that cannot be told."""
    newest = registry.default_branch()
    if newest is None:
        return "the registry has no default branch yet: push the commit, so that the version can be reproduced"
    held = registry.repository.is_ancestor(commit, newest)
    if held is None:
        return "it cannot be told whether the registry's default branch holds this commit: `git fetch` first"
    return None if held else "the registry's default branch does not hold this commit: push or merge it"


def _check_champion(registry: Registry, metadata: ReleaseMetadata) -> None:
    """A verdict against a model that is no longer in production says nothing about the one that is."""
    production = registry.production()
    if metadata.accepted is None and metadata.champion != production:
        judged = f"against {metadata.champion}" if metadata.champion else "without a champion"
        found = f"the model was judged {judged}, and {production or 'nothing'} is in production now"
        remedy = "judge it again (`make run`) and publish then."
        raise RegistryError(found, where=registry.where, remedy=remedy)


def _newest(registry: Registry) -> ReleaseMetadata | None:
    return next(reversed(registry.versions()), None)


def _next(registry: Registry, metadata: ReleaseMetadata) -> str:
    """The version that comes next, if it is this one."""
    tagged = registry.tags()
    # A tag of this version on this commit is what a killed publisher left, where nobody may remove tags.
    own = [tag for tag, commit in tagged.items() if commit == metadata.commit and version_of(tag) == metadata.version]
    tags = (*registry.releases.tags(), *(tag for tag in tagged if tag not in own))
    return next_version((found for tag in tags if (found := version_of(tag))), _newest(registry), metadata)


def _check_next(registry: Registry, metadata: ReleaseMetadata) -> None:
    expected = _next(registry, metadata)
    if expected != metadata.version:
        found = f"it was prepared as {metadata.version}, and {expected} comes next by now"
        raise RegistryError(found, where=registry.where, remedy="prepare it again: start the publishing anew.")


def _tag_all(registry: Registry, versions: list[ReleaseMetadata]) -> list[str]:
    """Set the tags that a killed publisher did not come to; a release without its commit here is only told."""
    said = []
    tagged = registry.tags()
    for metadata in versions:
        if tag_of(metadata.version) in tagged:
            continue
        try:
            registry.tag(metadata.version, metadata.commit)
            said.append(f"tagged {metadata.version}, which a publisher that was killed had not")
        except RegistryError as error:
            said.append(f"{metadata.version} has no tag, and none could be set ({error.found})")
    return said


def produce(registry: Registry, newest: ReleaseMetadata) -> list[str]:
    """Put the newest version in production, unless it was there before or there is a promotion freeze.

    Returns:
        Sentences for the user.

    Raises:
        RegistryError: the registry gives no answer, or refuses.
    """
    releases = registry.releases
    moves = releases.moves()
    if not any(move.version == newest.version for move in moves):
        if (freeze := releases.promotion_freeze()) is not None:
            why = f"promotion is frozen since {freeze.rejected} was rolled back ({freeze.reason})"
            remedy = "lift it with `ringside rollback --lift-freeze` and publish again"
            return [f"{newest.version} is not in production: {why}; {remedy}"]
        releases.mark_latest(Move(version=newest.version, at=now()))
    return show_production(registry)


def show_production(registry: Registry) -> list[str]:
    """Let the stage tag follow what is in production; what a person can do where it cannot."""
    version = registry.production()
    if version is None:
        return []
    metadata = registry.releases.metadata(tag_of(version))
    try:
        registry.tag_production(version, metadata.commit)
    except RegistryError as error:
        # By force, for the version was in that stage before.
        command = f"gto assign model --version {version} --stage prod --force --push"
        return [f"the stage tag could not be set ({error.found}); a person can: {command}"]
    return []


def now() -> datetime:
    """The time, in UTC and to the second."""
    return datetime.now(UTC).replace(microsecond=0)
