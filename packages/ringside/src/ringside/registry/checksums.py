"""`SHA256SUMS` of a release: written last, checked first. The format is that of the command `sha256sum`."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ringside.common.files import read_bytes, write_bytes
from ringside.errors import RegistryError

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9_][A-Za-z0-9_.+-]{0,199})")
"""A hash and a name that is no path."""
ERASABLE = ("reference.parquet",)
"""Rows, which somebody may have asked to be erased: a release that was published stays whole without them."""

_REMEDY = "take the release again (`ringside fetch`); if it is the same there, do not use it and tell who published it."


def write_sums(folder: Path) -> None:
    """Write the hashes of all files in `folder`, in order of their names.

    Raises:
        RegistryError: a file's name is none that a release may have.
        StoreError: the disk is full or the place cannot be written to.
    """
    lines = [f"{sha256(path)}  {path.name}" for path in sorted(folder.iterdir()) if path.name != SUMS]
    if odd := [line[66:] for line in lines if not _LINE.fullmatch(line)]:
        remedy = "give the file a name of letters, digits and _ . + -"
        raise RegistryError(f"{odd[0]!r} is no name for a file of a release", where=str(folder), remedy=remedy)
    write_bytes(folder / SUMS, ("\n".join(lines) + "\n").encode())


def parse_sums(text: str, *, where: str) -> dict[str, str]:
    """The hashes by file that the text of a `SHA256SUMS` states.

    Raises:
        RegistryError: it is no such text, or names a file twice; state `files_damaged`.
    """
    lines = text.splitlines()
    found = [_LINE.fullmatch(line) for line in lines]
    sums = {match[2]: match[1] for match in found if match}
    if not sums or len(sums) != len(lines):
        raise _refusal("it is no list of hashes and names", where, "files_damaged")
    return sums


def check_folder(folder: Path, *, where: str | None = None, part: bool = False, new: bool = False) -> dict[str, str]:
    """Compare the files in `folder` with its `SHA256SUMS`; the hashes by file.

    Args:
        folder: the files of a release.
        where: what people call the folder, for the error.
        part: the folder may lack files, since not all were asked for.
        new: it was not published yet, so that nothing of it can have been erased.

    Raises:
        RegistryError: a file is missing (state `files_missing`), has other bytes or is not on the list (state
            `files_damaged`).
    """
    place = where or str(folder)
    path = folder / SUMS
    if not path.is_file():
        raise _refusal(f"there is no {SUMS}", place, "files_missing")
    sums = parse_sums(read_bytes(path, remedy=_REMEDY).decode("ascii", "replace"), where=f"{place}/{SUMS}")
    there = {item.name for item in folder.iterdir()} - {SUMS}
    check_names(sums, there | set(sums) if part else there, where=place, new=new)
    if changed := [name for name in sorted(there) if sha256(folder / name) != sums[name]]:
        raise _refusal(f"{', '.join(changed)} has other bytes than {SUMS} says", place, "files_damaged")
    return sums


def check_names(sums: Mapping[str, str], names: Iterable[str], *, where: str, new: bool = False) -> None:
    """Compare the files that there are with those that a `SHA256SUMS` names.

    Args:
        sums: as `parse_sums` answers them.
        names: of the files; `SHA256SUMS` may be among them.
        where: what people call the place, for the error.
        new: as of `check_folder`.

    Raises:
        RegistryError: a file is not on the list (state `files_damaged`), or is missing (`files_missing`).
    """
    there = set(names) - {SUMS}
    if unknown := sorted(there - set(sums)):
        raise _refusal(f"{', '.join(unknown)} is not on the list {SUMS}", where, "files_damaged")
    if missing := sorted(set(sums) - there - set(() if new else ERASABLE)):
        raise _refusal(f"{', '.join(missing)} is missing, which {SUMS} names", where, "files_missing")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, 64 hex digits.

    Raises:
        DataError: it is missing or cannot be read.
    """
    return hashlib.sha256(read_bytes(path, remedy=_REMEDY)).hexdigest()


def _refusal(found: str, where: str, state: str) -> RegistryError:
    return RegistryError(found, where=where, remedy=_REMEDY, state=state)
