"""Publish a judged model as a version: only once, and with all its files.

The steps, all under the registry's lock: finish or remove the leftovers of a killed publisher (`tidy`); stop if the
same was published before (`published_as`); choose the next version and build its files in a separate folder
(`prepare`); publish them as one release, tag the commit, put the version in production unless there is a promotion
freeze (`deliver`). If the process is killed between two steps, the next run, of this commit or of another one, finishes
the work. A workflow prepares in one job, which may not write to the repository, and delivers in another, which runs no
code of the model.
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
    """A model that may become a version."""

    metadata: ReleaseMetadata
    """Metadata of the checkout; `prepare` sets `version` and `published`."""
    approve: Callable[[], None]
    """Function that raises if the model must not be published; called only if it was not published before."""
    fill: Callable[[ReleaseMetadata, Path], None]
    """Function that writes all other files of the release into a folder with `release.json`, SHA256SUMS last."""
    notes: Callable[[ReleaseMetadata], str]
    """Function that returns the release notes."""


@dataclass(frozen=True)
class Published:
    """The result of publishing."""

    metadata: ReleaseMetadata
    new: bool
    """True unless a version from the same inputs or commit was published before."""
    production: str | None
    """Version in production after publishing."""
    notes: tuple[str, ...]
    """Sentences for the user: work finished for a killed publisher, a promotion freeze, a tag that could not be set."""


@dataclass(frozen=True)
class Prepared:
    """The files of a version that is not published yet."""

    metadata: ReleaseMetadata
    folder: Path
    """Folder with all files, including `release.json` and SHA256SUMS."""
    notes: str


def publish(registry: Registry, candidate: Candidate, folder: Path) -> Published:
    """Publish a candidate, or return the version that was published from the same inputs or commit.

    Args:
        registry: the target registry.
        candidate: the candidate.
        folder: temporary folder for the files; emptied before and removed afterwards.

    Raises:
        RegistryError: the registry does not respond or refuses; or production has changed since the candidate was
            evaluated.
        StoreError: another publisher has the lock for too long, or a file cannot be written.
    """
    with registry.releases.lock():
        messages = tidy(registry)
        same = published_as(registry, candidate.metadata.inputs, candidate.metadata.commit)
        if same is not None:
            messages += produce(registry, same)
            return Published(same, new=False, production=registry.production(), notes=tuple(messages))
        try:
            done = deliver(registry, prepare(registry, candidate, folder))
        finally:
            remove(folder)
        return replace(done, notes=(*messages, *done.notes))


def tidy(registry: Registry) -> list[str]:
    """Finish or remove the leftovers of killed publishers; return sentences for the user.

    Raises:
        RegistryError: the registry does not respond.
    """
    removed = [f"removed {name}, left by a killed publisher" for name in registry.releases.clean()]
    return removed + _tag_all(registry, registry.versions())


def published_as(registry: Registry, inputs: str, commit: str) -> ReleaseMetadata | None:
    """Return the newest version if it was made from the same inputs or commit; else None.

    Raises:
        RegistryError: the registry does not respond.
    """
    newest = _newest(registry)
    return newest if newest is not None and (newest.inputs == inputs or newest.commit == commit) else None


def overtaken(registry: Registry, commit: str) -> ReleaseMetadata | None:
    """Return the newest version if it and the default branch are at later commits; else None.

    A repeated run must not publish an older state of the branch as a newer version. A branch that was reset to an
    older commit does not count as overtaken.

    Raises:
        RegistryError: the registry does not respond.
    """
    newest = _newest(registry)
    if newest is None or commit in {newest.commit, registry.default_branch()}:
        return None
    return newest if registry.repository.is_ancestor(commit, newest.commit) else None


def prepare(registry: Registry, candidate: Candidate, folder: Path) -> Prepared:
    """Build all files of the version that the candidate would become now.

    Args:
        registry: the registry; it is not changed.
        candidate: the candidate, which must not be published yet.
        folder: target folder for the files; emptied before.

    Raises:
        RegistryError: it must not be published, or the registry does not respond.
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
        RegistryError: the registry does not respond or refuses; or production or the newest version has changed since
            it was prepared.
        StoreError: another publisher has the lock for too long, or a file cannot be written.
    """
    metadata = prepared.metadata
    with registry.releases.lock():
        same = published_as(registry, metadata.inputs, metadata.commit)
        if same is None:
            _check_champion(registry, metadata)
            _check_next(registry, metadata)
            registry.releases.publish(tag_of(metadata.version), metadata.commit, prepared.folder, prepared.notes)
            registry.tag(metadata.version, metadata.commit)
        messages = produce(registry, same or metadata)
        return Published(same or metadata, same is None, registry.production(), tuple(messages))


def write_metadata(metadata: ReleaseMetadata, folder: Path) -> None:
    """Write `release.json`.

    Raises:
        StoreError: the place cannot be written to.
    """
    write_bytes(folder / "release.json", metadata.model_dump_json(indent=2).encode() + b"\n")


def default_branch_note(registry: Registry, commit: str) -> str | None:
    """Return a warning if the registry's default branch may not contain the commit; else None."""
    newest = registry.default_branch()
    if newest is None:
        return "the registry has no default branch yet: push the commit, so that the version can be reproduced"
    contained = registry.repository.is_ancestor(commit, newest)
    if contained is None:
        return "the registry's default branch is not in this clone: run `git fetch`, then check that it has this commit"
    return None if contained else "the registry's default branch does not contain this commit: push or merge it"


def _check_champion(registry: Registry, metadata: ReleaseMetadata) -> None:
    """Raise if production has changed: a verdict against another champion does not apply."""
    production = registry.production()
    if metadata.accepted is None and metadata.champion != production:
        judged = f"against {metadata.champion}" if metadata.champion else "without a champion"
        message = f"the model was evaluated {judged}, but {production or 'nothing'} is in production now"
        remedy = "evaluate it again (`make run`), then publish."
        raise RegistryError(message, where=registry.where, remedy=remedy)


def _newest(registry: Registry) -> ReleaseMetadata | None:
    return next(reversed(registry.versions()), None)


def _next(registry: Registry, metadata: ReleaseMetadata) -> str:
    """Return the next version, as if this metadata is published."""
    tagged = registry.tags()
    # A killed publisher left its tag of this version on this commit, if tags cannot be removed.
    own = [tag for tag, commit in tagged.items() if commit == metadata.commit and version_of(tag) == metadata.version]
    tags = (*registry.releases.tags(), *(tag for tag in tagged if tag not in own))
    return next_version((version for tag in tags if (version := version_of(tag))), _newest(registry), metadata)


def _check_next(registry: Registry, metadata: ReleaseMetadata) -> None:
    expected = _next(registry, metadata)
    if expected != metadata.version:
        message = f"it was prepared as {metadata.version}, but the next version is {expected} now"
        raise RegistryError(message, where=registry.where, remedy="publish again from the start.")


def _tag_all(registry: Registry, versions: list[ReleaseMetadata]) -> list[str]:
    """Set the tags that killed publishers left out; return sentences for the user."""
    messages = []
    tagged = registry.tags()
    for metadata in versions:
        if tag_of(metadata.version) in tagged:
            continue
        try:
            registry.tag(metadata.version, metadata.commit)
            messages.append(f"tagged {metadata.version}, which a killed publisher had left untagged")
        except RegistryError as error:
            messages.append(f"{metadata.version} has no tag, and setting it failed ({error.found})")
    return messages


def produce(registry: Registry, newest: ReleaseMetadata) -> list[str]:
    """Put the newest version in production, unless it was there before or there is a promotion freeze.

    Returns:
        Sentences for the user.

    Raises:
        RegistryError: the registry does not respond or refuses.
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
    """Set the stage tag to the version in production; return a command for the user if that fails."""
    version = registry.production()
    if version is None:
        return []
    metadata = registry.releases.metadata(tag_of(version))
    try:
        registry.tag_production(version, metadata.commit)
    except RegistryError as error:
        # --force, because the version was in that stage before.
        command = f"gto assign model --version {version} --stage prod --force --push"
        return [f"setting the stage tag failed ({error.found}); run: {command}"]
    return []


def now() -> datetime:
    """Return the time, in UTC and to the second."""
    return datetime.now(UTC).replace(microsecond=0)
