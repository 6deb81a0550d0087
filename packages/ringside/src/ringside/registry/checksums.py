"""`SHA256SUMS` of a release, in the format of the command `sha256sum`: written last, checked first."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ringside.common.files import read_bytes, write_bytes
from ringside.errors import RegistryError

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9_][A-Za-z0-9_.+-]{0,199})")
"""A hash and a file name without a path."""
ERASABLE = ("reference.parquet",)
"""Files of rows, which may be erased on request; a published release is complete without them."""

_REMEDY = "fetch the release again (`ringside fetch`); if it is still damaged, do not use it and tell its publisher."


def write_sums(folder: Path) -> None:
    """Write the hashes of all files in `folder`, sorted by name.

    Raises:
        RegistryError: a file has a name that a release does not allow.
        StoreError: the disk is full, or the folder cannot be written to.
    """
    lines = [f"{sha256(path)}  {path.name}" for path in sorted(folder.iterdir()) if path.name != SUMS]
    if odd := [line[66:] for line in lines if not _LINE.fullmatch(line)]:
        remedy = "rename the file with letters, digits and _ . + - only."
        raise RegistryError(f"{odd[0]!r} is not a valid file name in a release", where=str(folder), remedy=remedy)
    write_bytes(folder / SUMS, ("\n".join(lines) + "\n").encode())


def parse_sums(text: str, *, where: str) -> dict[str, str]:
    """Parse the text of a `SHA256SUMS`; return the hashes by file.

    Raises:
        RegistryError: the text is invalid, or names a file twice; state `files_damaged`.
    """
    lines = text.splitlines()
    matches = [_LINE.fullmatch(line) for line in lines]
    sums = {match[2]: match[1] for match in matches if match}
    if not sums or len(sums) != len(lines):
        raise _refusal("it is not a list of hashes and file names", where, "files_damaged")
    return sums


def check_folder(folder: Path, *, where: str | None = None, part: bool = False, new: bool = False) -> dict[str, str]:
    """Compare the files in `folder` with its `SHA256SUMS`; return the hashes by file.

    Args:
        folder: the files of a release.
        where: the folder's name in errors; None for its path.
        part: whether files may be missing because not all were fetched.
        new: whether it was never published, so that no file can have been erased.

    Raises:
        RegistryError: a file is missing (state `files_missing`), has other bytes or is not listed (state
            `files_damaged`).
    """
    place = where or str(folder)
    path = folder / SUMS
    if not path.is_file():
        raise _refusal(f"there is no {SUMS}", place, "files_missing")
    sums = parse_sums(read_bytes(path, remedy=_REMEDY).decode("ascii", "replace"), where=f"{place}/{SUMS}")
    files = {item.name for item in folder.iterdir()} - {SUMS}
    check_names(sums, files | set(sums) if part else files, where=place, new=new)
    if changed := [name for name in sorted(files) if sha256(folder / name) != sums[name]]:
        raise _refusal(f"{', '.join(changed)} does not match its hash in {SUMS}", place, "files_damaged")
    return sums


def check_names(sums: Mapping[str, str], names: Iterable[str], *, where: str, new: bool = False) -> None:
    """Compare file names with those that a `SHA256SUMS` lists.

    Args:
        sums: the hashes by file, from `parse_sums`.
        names: the names of the files; `SHA256SUMS` may be among them.
        where: the folder's name in errors.
        new: as in `check_folder`.

    Raises:
        RegistryError: a file is not listed (state `files_damaged`), or is missing (`files_missing`).
    """
    files = set(names) - {SUMS}
    if unknown := sorted(files - set(sums)):
        raise _refusal(f"{', '.join(unknown)} is not listed in {SUMS}", where, "files_damaged")
    if missing := sorted(set(sums) - files - set(() if new else ERASABLE)):
        raise _refusal(f"{', '.join(missing)} is missing but listed in {SUMS}", where, "files_missing")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits.

    Raises:
        DataError: it is missing or cannot be read.
    """
    return hashlib.sha256(read_bytes(path, remedy=_REMEDY)).hexdigest()


def _refusal(message: str, where: str, state: str) -> RegistryError:
    return RegistryError(message, where=where, remedy=_REMEDY, state=state)
