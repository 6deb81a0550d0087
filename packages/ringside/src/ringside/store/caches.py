"""Caches of slow checks: content hashes of files, and model files with trusted types only."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError

_KEPT = 100
"""Number of model files in the cache."""


class VerifiedFiles:
    """Cache of content hashes by file, valid while size and modification time of the file are unchanged (as in DVC)."""

    def __init__(self, path: Path, known: dict[str, list[object]]) -> None:
        self._path = path
        self._known = known
        self._changed = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the cache at `path`; return an empty one if the file is missing or damaged."""
        try:
            known = read_json(path, remedy="")
        except RingsideError:
            known = {}
        return cls(path, known if isinstance(known, dict) else {})

    def knows(self, file: Path, content: str) -> bool:
        """Return whether `file` was recorded with this content hash and has not changed since."""
        return self._known.get(file.name) == _state(file, content)

    def remember(self, file: Path, content: str) -> None:
        """Record the content hash of `file`."""
        self._known[file.name] = _state(file, content)
        self._changed = True

    def write(self) -> None:
        """Write the cache if it has changed.

        Raises:
            StoreError: the disk is full or the folder is not writable.
        """
        if self._changed:
            write_json(self._path, self._known)


def _state(file: Path, content: str) -> list[object]:
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns, content]


def untrusted(known: Path, content: bytes, *, where: str, trusted_types: Sequence[str]) -> tuple[str, ...]:
    """Return the untrusted types in a model file, as `ringside.common.model_file.untrusted_types` does, with a cache.

    Args:
        known: the cache of files without untrusted types; a damaged one is written again.
        content: the bytes of the file.
        where: the name of the file, for the error.
        trusted_types: the types that the task trusts.

    Raises:
        ModelError: the file is damaged or no model file.
    """
    key = hashlib.sha256(content + "\n".join(sorted(trusted_types)).encode()).hexdigest()
    try:
        seen = read_json(known, remedy="")
    except RingsideError:
        seen = []
    seen = seen if isinstance(seen, list) else []
    if key in seen:
        return ()
    # Imported here because it imports scikit-learn.
    from ringside.common.model_file import untrusted_types

    types = untrusted_types(content, where=where, trusted_types=trusted_types)
    if not types:
        write_json(known, [*seen, key][-_KEPT:])
    return tuple(types)
