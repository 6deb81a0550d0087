"""The grammar of versions, and which one comes next.

| what | name | example |
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
    """A version; versions are ordered as their numbers are."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The version that `text` is; None where it is none."""
        found = _VERSION.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)


def tag_of(version: str) -> str:
    """The tag of a version.

    Raises:
        UsageError: it is no version, so that no other text becomes the name of a tag or of a folder.
    """
    if Version.parse(version) is None:
        raise UsageError(f"{version!r} is no version", where="version", remedy="write it as in v1.2.0.")
    return f"{ARTIFACT}@{version}"


def version_of(tag: str) -> str | None:
    """The version that a tag names; None where it is not one of this registry's."""
    artifact, _, version = tag.partition("@")
    return version if artifact == ARTIFACT and Version.parse(version) else None


def stage_tags(tags: Iterable[str]) -> list[str]:
    """Those of `tags` that say what is in production, the newest last."""
    found = ((int(match[2]), tag) for tag in tags if (match := _STAGE_TAG.fullmatch(tag)) and match[1] == STAGE)
    return [tag for _, tag in sorted(found)]


def next_stage_tag(tags: Iterable[str]) -> str:
    """The next tag that says which commit is in production, given all tags that there are.

    GTO counts the tags of all stages of an artifact together.
    """
    counts = [int(match[2]) for tag in tags if (match := _STAGE_TAG.fullmatch(tag))]
    return f"{ARTIFACT}#{STAGE}#{max(counts, default=0) + 1}"


def in_order(versions: Iterable[str]) -> list[str]:
    """Versions from the oldest to the newest: v1.9.0 is before v1.10.0."""
    return sorted(versions, key=_number)


def next_version(taken: Iterable[str], before: ReleaseMetadata | None, after: ReleaseMetadata) -> str:
    """The version of what is published next.

    Args:
        taken: the versions that have a tag or a release; the next one is above all of them.
        before: the newest release, None where there is none.
        after: what is published.

    Returns:
        `v1.0.0` where there is none yet; else the next major version where the columns, the target, the kind or the
        task changed, the next minor one where the code or its packages did, and the next patch where only data or
        parameters did.
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
    """What callers of the model rely on."""
    return metadata.task, metadata.kind, metadata.target, metadata.columns


def in_production(moves: Sequence[Move]) -> list[str]:
    """The versions that led to the one in production, which is the last; without those that were rolled back.

    A move to an earlier version takes back all later ones: after v1, v2, v3 and back to v2 the list is v1, v2, and one
    more rollback leads to v1, never to v3. So it is where the earlier one was in production long ago, or never.
    """
    line: list[str] = []
    for move in moves:
        line = [version for version in line if _number(version) < _number(move.version)] + [move.version]
    return line


def rejected(moves: Sequence[Move]) -> set[str]:
    """The versions that were in production when a rollback ended that, and that did not come back."""
    gone: set[str] = set()
    for count, move in enumerate(moves):
        line = in_production(moves[:count])
        if line and _number(move.version) < _number(line[-1]):
            gone.add(line[-1])
        gone.discard(move.version)
    return gone


def _number(text: str) -> Version:
    return Version.parse(text) or FIRST
