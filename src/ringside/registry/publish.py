"""Publishing: a model that was judged becomes a version, once, and whole.

The steps, all under the registry's lock: finish or clean up what a killed publisher left; stop if this was published
already; take the next version; build the files aside; publish them as one release; tag the commit; put the version in
production unless a hold stands. A kill between two steps leaves a state that the next run, of this commit or of another
one, brings to its end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ringside.errors import RegistryError
from ringside.registry.interface import Facts, Move
from ringside.registry.registry import Registry
from ringside.registry.versions import next_version, tag_of, version_of
from ringside.store.files import empty_folder, remove, write_bytes


@dataclass(frozen=True)
class Candidate:
    """What may become a version."""

    facts: Facts
    """Of the checkout; `version` and `published` are set by `publish`."""
    approve: Callable[[], None]
    """Raises where it must not be published; asked only where it was not published before."""
    fill: Callable[[Facts, Path], None]
    """Writes all other files of the release into a folder that holds `release.json`, and SHA256SUMS last."""
    notes: Callable[[Facts], str]
    """The text that people read first."""


@dataclass(frozen=True)
class Published:
    """What publishing came to."""

    facts: Facts
    new: bool
    """False where the same had been published before."""
    production: str | None
    """The version that is in production now."""
    notes: tuple[str, ...]
    """What people should know: what was finished for a killed publisher, a hold, a tag that could not be set."""


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
    releases = registry.releases
    with releases.lock():
        said = [f"removed {name}, left by a publisher that was killed" for name in releases.clean()]
        versions = registry.versions()
        said += _tag_all(registry, versions)
        newest = versions[-1] if versions else None
        new = newest is None or not _same(newest, candidate.facts)
        if newest is None or new:
            candidate.approve()
            _check_champion(registry, candidate.facts)
            newest = _release(registry, newest, candidate, folder)
        said += _produce(registry, newest)
        return Published(newest, new, registry.production(), tuple(said))


def write_facts(facts: Facts, folder: Path) -> None:
    """Write `release.json`.

    Raises:
        StoreError: the place cannot be written to.
    """
    write_bytes(folder / "release.json", facts.model_dump_json(indent=2).encode() + b"\n")


def default_branch_note(registry: Registry, commit: str) -> str | None:
    """A warning where the registry's default branch does not hold the commit, or that cannot be told."""
    newest = registry.default_branch()
    if newest is None:
        return "the registry has no default branch yet: push the commit, so that the version can be reproduced"
    held = registry.repository.is_ancestor(commit, newest)
    if held is None:
        return "it cannot be told whether the registry's default branch holds this commit: `git fetch` first"
    return None if held else "the registry's default branch does not hold this commit: push or merge it"


def _same(published: Facts, facts: Facts) -> bool:
    return published.inputs == facts.inputs or published.commit == facts.commit


def _check_champion(registry: Registry, facts: Facts) -> None:
    """A verdict against a model that is no longer in production says nothing about the one that is."""
    production = registry.production()
    if facts.accepted is None and facts.champion != production:
        judged = f"against {facts.champion}" if facts.champion else "without a champion"
        found = f"the model was judged {judged}, and {production or 'nothing'} is in production now"
        remedy = "judge it again (`make run`) and publish then."
        raise RegistryError(found, where=registry.where, remedy=remedy)


def _release(registry: Registry, newest: Facts | None, candidate: Candidate, folder: Path) -> Facts:
    tags = (*registry.releases.tags(), *registry.tags())
    version = next_version((found for tag in tags if (found := version_of(tag))), newest, candidate.facts)
    facts = candidate.facts.model_copy(update={"version": version, "published": now()})
    empty_folder(folder)
    try:
        write_facts(facts, folder)
        candidate.fill(facts, folder)
        registry.releases.publish(tag_of(version), facts.commit, folder, candidate.notes(facts))
    finally:
        remove(folder)
    registry.tag(version, facts.commit)
    return facts


def _tag_all(registry: Registry, versions: list[Facts]) -> list[str]:
    """Set the tags that a killed publisher did not come to; a release without its commit here is only told."""
    said = []
    tagged = registry.tags()
    for facts in versions:
        if tag_of(facts.version) in tagged:
            continue
        try:
            registry.tag(facts.version, facts.commit)
            said.append(f"tagged {facts.version}, which a publisher that was killed had not")
        except RegistryError as error:
            said.append(f"{facts.version} has no tag, and none could be set ({error.found})")
    return said


def _produce(registry: Registry, newest: Facts) -> list[str]:
    """Put the newest version in production, unless it was there before or a hold stands."""
    releases = registry.releases
    moves = releases.moves()
    if not any(move.version == newest.version for move in moves):
        if (hold := releases.hold()) is not None:
            why = f"a hold stands since {hold.rejected} was rolled back ({hold.reason})"
            remedy = "lift it with `ringside rollback --lift-hold` and publish again"
            return [f"{newest.version} is not in production: {why}; {remedy}"]
        releases.mark_latest(Move(version=newest.version, at=now()))
    return show_production(registry)


def show_production(registry: Registry) -> list[str]:
    """Let the stage tag follow what is in production; what a person can do where it cannot."""
    version = registry.production()
    if version is None:
        return []
    facts = registry.releases.facts(tag_of(version))
    try:
        registry.tag_production(version, facts.commit)
    except RegistryError as error:
        command = f"gto assign model --version {version} --stage prod"
        return [f"the stage tag could not be set ({error.found}); a person can: {command}"]
    return []


def now() -> datetime:
    """The time, in UTC and to the second."""
    return datetime.now(UTC).replace(microsecond=0)
