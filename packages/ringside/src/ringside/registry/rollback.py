"""Rollback: put an earlier version in production and freeze promotion."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import RegistryError, UsageError
from ringside.registry.checksums import check_folder
from ringside.registry.models import Move, PromotionFreeze
from ringside.registry.publish import now, show_production
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import in_order, in_production, tag_of, version_of


@dataclass(frozen=True)
class RolledBack:
    """The result of a rollback."""

    before: str
    """Version that was in production."""
    after: str
    """Version that is in production now."""
    freeze: PromotionFreeze | None
    """Promotion freeze in effect after the rollback; None if there is none."""
    notes: tuple[str, ...]


def rollback(registry: Registry, to: str | None, reason: str) -> RolledBack:
    """Put another version in production, after comparing its files with their hashes.

    The promotion freeze is set first. If the process is killed in between, production is unchanged and the rejected
    model cannot return.

    Args:
        registry: the registry.
        to: the version; None for the previous one in production that was not rolled back.
        reason: the reason, for the record.

    Raises:
        UsageError: `to` is not a version.
        RegistryError: nothing is or was in production, or `to` is in production already, has no release (state
            `files_missing`) or has incomplete files.
        StoreError: another process has the registry's lock for too long.
    """
    releases = registry.releases
    with releases.lock():
        before = registry.production()
        if before is None:
            remedy = "publish a version first (`ringside publish`)."
            raise RegistryError("nothing is in production", where=registry.where, remedy=remedy)
        after = to or _previous(registry, before)
        tag = tag_of(after)
        if after == before:
            remedy = "choose another version with --to (`ringside versions` lists them)."
            raise RegistryError(f"{after} is in production already", where=registry.where, remedy=remedy)
        _check(registry, tag)
        time, standing = now(), releases.promotion_freeze()
        # Putting a rejected version back in production ends its rejection.
        returned = standing is not None and standing.rejected == after
        freeze = None if returned else PromotionFreeze(rejected=before, reason=reason, since=time)
        if freeze is not None:
            releases.set_freeze(freeze)
        if not releases.moves():
            releases.mark_latest(Move(version=before, at=time))
        releases.mark_latest(Move(version=after, at=time, reason=reason))
        if returned:
            releases.set_freeze(None)
        return RolledBack(before, after, freeze, tuple(show_production(registry)))


def lift_freeze(registry: Registry) -> PromotionFreeze | None:
    """Lift the promotion freeze and return it; None if there was none.

    Raises:
        RegistryError: the registry does not respond, or the record of the freeze is damaged; a damaged record is
            removed.
        StoreError: another process has the registry's lock for too long.
    """
    releases = registry.releases
    with releases.lock():
        try:
            freeze = releases.promotion_freeze()
        except RegistryError:
            # A damaged record is removed too: lifting the freeze is its remedy.
            releases.set_freeze(None)
            raise
        if freeze is not None:
            releases.set_freeze(None)
        return freeze


def checked_reason(text: str, option: str) -> str:
    """Return a reason without surrounding spaces.

    Raises:
        UsageError: it is empty, longer than 500 characters, or contains a line break or another control character.
    """
    if 1 <= len(text.strip()) <= _MAX_REASON and text.isprintable():
        return text.strip()
    remedy = f"give a reason in one line of 1 to {_MAX_REASON} characters."
    raise UsageError(f"{option} is not a valid reason", where=option, remedy=remedy)


def _previous(registry: Registry, before: str) -> str:
    line = in_production(registry.releases.moves())
    released = {version_of(tag) for tag in registry.releases.tags()}
    earlier = [version for version in line[:-1] if version in released]
    if earlier:
        return earlier[-1]
    others = [version for version in in_order(v for v in released if v) if version != before]
    remedy = f"choose one of {', '.join(others)} with --to." if others else "publish another version first."
    raise RegistryError(f"no version was in production before {before}", where=registry.where, remedy=remedy)


def _check(registry: Registry, tag: str) -> None:
    """Fetch the files and compare their hashes."""
    releases = registry.releases
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        releases.fetch(tag, list(releases.files(tag)), folder)
        check_folder(folder, where=f"{releases.where}/{tag}")


_MAX_REASON = 500
