"""Folders that are whole or not there, files that are on the disk, and one writer at a time."""

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
"""Seconds between two tries to get a lock."""


def make_folder(path: Path) -> None:
    """Make `path` a folder, with those above it; one that is there stays as it is.

    Raises:
        StoreError: the place cannot be written to.
    """
    with _told(path):
        path.mkdir(parents=True, exist_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy one file; its bytes are on the disk when the call returns.

    Raises:
        StoreError: the disk is full, or a place cannot be read or written.
    """
    with _told(target):
        shutil.copyfile(source, target)
        with target.open("rb") as written:
            os.fsync(written.fileno())


def give_name(folder: Path, name: Path) -> bool:
    """Rename `folder` to `name` in one step; False, with nothing changed, where there is something of that name.

    Raises:
        StoreError: the file system refuses.
    """
    with _told(name):
        _sync(folder)
        try:
            # NOTE: rename(2) refuses a folder that has files in it, so two writers never mix theirs.
            folder.rename(name)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
        _sync(name.parent)
    return True


@contextmanager
def locked(path: Path, *, patience: float) -> Iterator[None]:
    """Hold the lock file `path`, which the system frees when the process ends, however it ends.

    Args:
        path: the lock file, made where it is missing and never removed.
        patience: seconds to wait for another holder.

    Raises:
        StoreError: somebody else holds it for longer than that, or the place cannot be written to.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("ab")
    with handle:
        end = time.monotonic() + patience
        while not _taken(handle.fileno()):
            if time.monotonic() > end:
                found = f"another process has worked here for more than {patience:g} s"
                raise StoreError(found, where=str(path), remedy="wait until it has ended and run again.")
            time.sleep(_POLL)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
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
        found = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        remedy = "free some space and run again." if full else "see that the folder can be written to and run again."
        raise StoreError(found, where=str(path), remedy=remedy) from error
