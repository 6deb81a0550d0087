"""Durable writes: atomic renames of folders, copies that are on the disk, and locks for a single writer."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ringside.errors import StoreError

_TAKEN = {errno.EEXIST, errno.ENOTEMPTY}
_POLL = 0.05
"""Seconds between two attempts to get a lock."""


def make_folder(path: Path) -> None:
    """Create the folder `path` and its parents, if they do not exist.

    Raises:
        StoreError: the folder cannot be created.
    """
    with _told(path):
        path.mkdir(parents=True, exist_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy one file; its content is on the disk when the function returns.

    Raises:
        StoreError: the disk is full, the source is not readable, or the target is not writable.
    """
    with _told(target):
        shutil.copyfile(source, target)
        with target.open("rb") as written:
            os.fsync(written.fileno())


def give_name(folder: Path, name: Path) -> bool:
    """Rename `folder` to `name` atomically; return false, and change nothing, if `name` exists.

    Raises:
        StoreError: the rename fails for another reason.
    """
    with _told(name):
        _sync(folder)
        try:
            # NOTE: rename(2) fails if the target folder contains files, so the files of two writers never mix.
            folder.rename(name)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
        _sync(name.parent)
    return True


@contextmanager
def locked(path: Path, *, patience: float) -> Iterator[None]:
    """Hold the lock file `path`; the operating system releases it when the process ends.

    Args:
        path: the lock file; it is created if it is missing and never removed.
        patience: seconds to wait for another process.

    Raises:
        StoreError: another process holds the lock for longer, or the folder is not writable.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("ab")
    with handle:
        end = time.monotonic() + patience
        while not _taken(handle.fileno()):
            if time.monotonic() > end:
                message = f"another process has held this lock for more than {patience:g} s"
                raise StoreError(message, where=str(path), remedy="wait until that process has ended, then run again.")
            time.sleep(_POLL)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Write the entries of a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        message = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        remedy = "free some space and run again." if full else "make the folder writable and run again."
        raise StoreError(message, where=str(path), remedy=remedy) from error
