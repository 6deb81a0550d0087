"""Find and remove files in DVC's cache, including versions that the checkout no longer contains."""

import json
import re
from collections.abc import Callable, Collection
from pathlib import Path

from ringside.common.files import remove
from ringside.store import dvc
from ringside.store.workspace import Workspace

_MD5 = re.compile(r"\b[0-9a-f]{32}(?:\.dir)?\b")


def sweep(workspace: Workspace, holds: Callable[[Path], bool], *, also: Collection[str] = ()) -> list[str]:
    """Remove from DVC's cache each file for which `holds` returns true, and the folders and runs that refer to it.

    Args:
        workspace: the checkout.
        holds: function that returns whether a file of the cache must be removed.
        also: hashes of further files to remove, and of folders to remove with all files that no other folder contains.

    Returns:
        The hashes of the removed files.
    """
    cache = dvc.cache_folder(workspace)
    files = files_of(cache)
    gone = {digest for digest in also if digest in files}
    folders = {digest: _named(path) for digest, path in files.items() if digest.endswith(".dir")}
    theirs = {name for digest in gone for name in folders.get(digest, ())}
    gone |= theirs & files.keys() - {name for digest in folders.keys() - gone for name in folders[digest]}
    gone |= {digest for digest, path in files.items() if digest not in folders and holds(path)}
    gone |= {digest for digest, names in folders.items() if names & gone}
    for digest in gone:
        remove(files[digest])
    for run in (cache / "runs").glob("??/*/*"):
        if set(_MD5.findall(run.read_text(encoding="utf-8"))) & gone:
            remove(run)
    return sorted(gone)


def files_of(cache: Path) -> dict[str, Path]:
    """Return the files of a cache by hash; the hash of a folder ends with `.dir`."""
    return {_hash_of(path): path for path in (cache / "files" / "md5").glob("??/*") if path.is_file()}


def _hash_of(path: Path) -> str:
    return path.parent.name + path.name


def _named(folder: Path) -> set[str]:
    """Return the hashes of the files in a folder, from DVC's list of its files."""
    try:
        return {entry["md5"] for entry in json.loads(folder.read_bytes())}
    except (ValueError, KeyError, TypeError):
        return set()
