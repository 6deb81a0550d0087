"""Caches of slow checks: the content hashes of files, and the model files that hold trusted types only."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError

_KEPT = 100
"""Model files that are remembered."""


class VerifiedFiles:
    """Content hashes by file, believed while a file's size and time of change are what they were (as DVC does)."""

    def __init__(self, path: Path, known: dict[str, list[object]]) -> None:
        self._path = path
        self._known = known
        self._changed = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """What is remembered at `path`; nothing where the file is missing or damaged, for it can be made again."""
        try:
            known = read_json(path, remedy="")
        except RingsideError:
            known = {}
        return cls(path, known if isinstance(known, dict) else {})

    def knows(self, file: Path, content: str) -> bool:
        """Whether `file` was seen with this content hash and has not changed since."""
        return self._known.get(file.name) == _state(file, content)

    def remember(self, file: Path, content: str) -> None:
        """Note that `file` has this content hash now."""
        self._known[file.name] = _state(file, content)
        self._changed = True

    def write(self) -> None:
        """Keep what was noted.

        Raises:
            StoreError: the disk is full or the place cannot be written to.
        """
        if self._changed:
            write_json(self._path, self._known)


def _state(file: Path, content: str) -> list[object]:
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns, content]


def untrusted(known: Path, content: bytes, *, where: str, trusted_types: Sequence[str]) -> tuple[str, ...]:
    """The types in a model file that nobody trusts, as `ringside.common.model_file.untrusted_types`.

    Args:
        known: where it is remembered which files hold none; a damaged one is made anew.
        content: the file's bytes.
        where: the file's name, for the error.
        trusted_types: the task's own.

    Raises:
        ModelError: the file is damaged, or none.
    """
    key = hashlib.sha256(content + "\n".join(sorted(trusted_types)).encode()).hexdigest()
    try:
        seen = read_json(known, remedy="")
    except RingsideError:
        seen = []
    seen = seen if isinstance(seen, list) else []
    if key in seen:
        return ()
    # Imported here because it brings scikit-learn.
    from ringside.common.model_file import untrusted_types

    found = untrusted_types(content, where=where, trusted_types=trusted_types)
    if not found:
        write_json(known, [*seen, key][-_KEPT:])
    return tuple(found)
