"""Atomic file operations: a reader sees either the old content or the new, never a part."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ringside.errors import DataError, StoreError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, and rename it to `path` if the block succeeds; else leave `path` unchanged.

    The content is on the disk before the rename, so that a kill or a power failure at any moment leaves the old file or
    the new one (rename(2) is atomic within a file system).

    Raises:
        StoreError: the disk is full or the path is not writable.
    """
    aside = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        full = error.errno in _FULL
        found = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        remedy = "free some space" if full else "see that the folder can be written to"
        raise StoreError(found, where=str(path), remedy=f"{remedy} and run again; the file is as it was.") from error
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the content of `path`.

    Raises:
        StoreError: see `replacing`.
    """
    with replacing(path) as aside:
        aside.write_bytes(content)


def write_json(path: Path, content: object) -> None:
    """Replace the content of `path` by JSON that diffs well: indented, in the given order, finite numbers only.

    Raises:
        StoreError: see `replacing`.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_bytes(path, text.encode())


def read_bytes(path: Path, *, remedy: str, most: int = -1) -> bytes:
    """Return the content of a file.

    Args:
        path: the file.
        remedy: what to do if the file cannot be read.
        most: the largest number of bytes to read, for a file that may be endless; -1 for all.

    Raises:
        DataError: the file is missing or cannot be read; the error contains `remedy`.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except FileNotFoundError:
        raise DataError("it is missing", where=str(path), remedy=remedy) from None
    except OSError as error:
        raise DataError(f"it cannot be read ({error.strerror})", where=str(path), remedy=remedy) from None


def read_json(path: Path, *, remedy: str) -> Any:  # noqa: ANN401  # the caller checks the shape
    """Return the content of a JSON file.

    Raises:
        DataError: the file is missing or not JSON; the error contains `remedy`.
    """
    try:
        return json.loads(read_bytes(path, remedy=remedy))
    except ValueError as error:
        raise DataError(f"it is not JSON ({error})", where=str(path), remedy=remedy) from None


def move(source: Path, target: Path) -> None:
    """Rename `source` to `target` in one step.

    Raises:
        StoreError: the file system refuses the rename.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    except OSError as error:
        remedy = "see that the folder can be written to and run again."
        raise StoreError(f"it cannot be moved ({error.strerror})", where=str(source), remedy=remedy) from error


def remove(path: Path) -> None:
    """Remove a file, or a folder with everything in it; a missing path is no error."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """Replace the content of `target` by the content of the file `source`.

    Raises:
        StoreError: see `replacing`.
    """
    with replacing(target) as aside:
        shutil.copyfile(source, aside)


def make_folder(path: Path) -> None:
    """Create the folder `path` and its parents if they do not exist."""
    path.mkdir(parents=True, exist_ok=True)


def empty_folder(path: Path) -> None:
    """Create `path` as an empty folder; remove its content if it exists."""
    remove(path)
    path.mkdir(parents=True)
