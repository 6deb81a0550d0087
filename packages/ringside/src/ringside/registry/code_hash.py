"""The hash of a version's code: the files and packages that determine how its model is called."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ringside.common.files import read_bytes
from ringside.errors import RegistryError

_MADE = {"__pycache__"}
"""Folders that Python creates itself."""


def package_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of the package in `folder`, as (name relative to the folder's parent, path), sorted by name.

    All files count, since a task may read a table beside its modules; hidden files and bytecode do not.
    """
    files = ((path.relative_to(folder.parent), path) for path in folder.rglob("*") if path.is_file())
    kept = (
        (name.as_posix(), path)
        for name, path in files
        if path.suffix != ".pyc" and not any(part.startswith(".") or part in _MADE for part in name.parts)
    )
    yield from sorted(kept)


def code_hash(root: Path, task: str) -> str:
    """Return the SHA-256 of the task's files (name and bytes, in order) and `requirements/model.txt`, 64 hex digits.

    Two checkouts with the same hash predict alike with the same model file, because the package only calls the model.

    Raises:
        RegistryError: there is no such package under `root/src`.
        DataError: `requirements/model.txt` is missing.
    """
    files = list(package_files(root / "src" / task))
    if not files:
        remedy = "set `task` in params.yaml to a package under src/."
        raise RegistryError(f"there is no src/{task}", where=str(root / "src"), remedy=remedy)
    files.append(("model.txt", root / "requirements" / "model.txt"))
    digest = hashlib.sha256()
    for name, path in files:
        content = read_bytes(path, remedy="restore it from Git (`git checkout requirements src`).")
        digest.update(f"{len(name.encode())}:{name}:{len(content)};".encode())
        digest.update(content)
    return digest.hexdigest()
