"""Remembers which files were compared with their content hash, so that what did not change is not read again."""

from pathlib import Path
from typing import Self

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError


class Verified:
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
