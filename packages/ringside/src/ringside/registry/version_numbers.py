"""The grammar of versions, and the number of the next one.

| item | name | example |
|---|---|---|
| version | `vMAJOR.MINOR.PATCH` | `v1.2.0` |
| its tag, on the merged commit | `model@<version>` | `model@v1.2.0` |
| a stage that a version was given | `model#<stage>#<count>` | `model#prod#7` |

These are the tags of GTO, which DVC installs: `gto show` reads them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from ringside.errors import UsageError
from ringside.registry.models import Move, ReleaseMetadata

ARTIFACT = "model"
STAGE = "prod"
TAG_PATTERNS = (f"{ARTIFACT}@*", f"{ARTIFACT}#*")
"""Globs of the tags of versions and of stages."""
_NUMBER = r"(0|[1-9][0-9]{0,5})"
_VERSION = re.compile(rf"v{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
_STAGE_TAG = re.compile(rf"{ARTIFACT}#([A-Za-z0-9_/-]+)#([0-9]{{1,9}})")


class Version(NamedTuple):
    """A version, ordered by its numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a version; None if the text is not a version."""
        match = _VERSION.fullmatch(text)
        return cls(*map(int, match.groups())) if match else None

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)


def tag_of(version: str) -> str:
    """Return the tag of a version.

    Raises:
        UsageError: it is not a version; no other text may become the name of a tag or of a folder.
    """
    if Version.parse(version) is None:
        raise UsageError(f"{version!r} is not a version", where="version", remedy="write it like v1.2.0.")
    return f"{ARTIFACT}@{version}"


def version_of(tag: str) -> str | None:
    """Return the version of a tag; None if the tag is not one of this registry's versions."""
    artifact, _, version = tag.partition("@")
    return version if artifact == ARTIFACT and Version.parse(version) else None


def stage_tags(tags: Iterable[str]) -> list[str]:
    """Return those of `tags` that mark the version in production, the newest last."""
    matches = ((int(match[2]), tag) for tag in tags if (match := _STAGE_TAG.fullmatch(tag)) and match[1] == STAGE)
    return [tag for _, tag in sorted(matches)]


def next_stage_tag(tags: Iterable[str]) -> str:
    """Return the next tag for the commit in production, given all existing tags.

    GTO counts the tags of all stages of an artifact together.
    """
    counts = [int(match[2]) for tag in tags if (match := _STAGE_TAG.fullmatch(tag))]
    return f"{ARTIFACT}#{STAGE}#{max(counts, default=0) + 1}"


def in_order(versions: Iterable[str]) -> list[str]:
    """Sort versions from the oldest to the newest: v1.9.0 is before v1.10.0."""
    return sorted(versions, key=_number)


def next_version(taken: Iterable[str], before: ReleaseMetadata | None, after: ReleaseMetadata) -> str:
    """Return the version of the next release.

    Args:
        taken: the versions that have a tag or a release; the next one is above all of them.
        before: the newest release; None if there is none.
        after: the metadata to publish.

    Returns:
        `v1.0.0` if there is no version yet; else the next major version if the columns, the target, the kind or the
            task changed, the next minor version if the code or its packages changed, and the next patch version if
            only data or parameters changed.
    """
    newest = max((version for text in taken if (version := Version.parse(text))), default=None)
    if newest is None:
        return str(FIRST)
    if before is None or _meaning(before) != _meaning(after):
        return str(Version(newest.major + 1, 0, 0))
    if before.code != after.code:
        return str(Version(newest.major, newest.minor + 1, 0))
    return str(Version(newest.major, newest.minor, newest.patch + 1))


def _meaning(metadata: ReleaseMetadata) -> tuple[object, ...]:
    """Return the properties that callers of the model rely on."""
    return metadata.task, metadata.kind, metadata.target, metadata.columns


def in_production(moves: Sequence[Move]) -> list[str]:
    """Return the versions that led to the one in production, which is last, without those that were rolled back.

    A move to an earlier version removes all later ones: after v1, v2, v3 and back to v2 the list is v1, v2, and one
    more rollback leads to v1, never to v3. The same is true if the earlier version was in production long ago or
    never.
    """
    line: list[str] = []
    for move in moves:
        line = [version for version in line if _number(version) < _number(move.version)] + [move.version]
    return line


def rejected(moves: Sequence[Move]) -> set[str]:
    """Return the versions that a rollback removed from production and that did not return."""
    gone: set[str] = set()
    for count, move in enumerate(moves):
        line = in_production(moves[:count])
        if line and _number(move.version) < _number(line[-1]):
            gone.add(line[-1])
        gone.discard(move.version)
    return gone


def _number(text: str) -> Version:
    return Version.parse(text) or FIRST
