"""Store partitions in Git, in `data/store`, if params.yaml contains `data.store: git`."""

import filecmp
from collections.abc import Collection, Sequence

from ringside.common.files import remove, write_bytes
from ringside.errors import DataError
from ringside.store.workspace import Workspace

MOST_BYTES = 50_000_000
"""Largest total size in bytes: Git keeps every version of every file, and each clone downloads all of them."""


def check_size(workspace: Workspace, names: Collection[str], new: str, size: int) -> None:
    """Check that the data stay small enough for Git with one more partition.

    Args:
        workspace: the checkout.
        names: the existing partitions.
        new: the new partition; it may replace an existing one.
        size: the size of the new partition in bytes.

    Raises:
        DataError: all partitions together would be larger than `MOST_BYTES`.
    """
    files = (workspace.partition(workspace.raw, name) for name in names if name != new)
    whole = size + sum(file.stat().st_size for file in files if file.exists())
    if whole > MOST_BYTES:
        limit = f"the limit in Git is {MOST_BYTES / 1e6:.0f} MB"
        remedy = (
            "set `data.store: remote` in params.yaml and add a DVC remote (docs/remotes.md), or set `source`; "
            "nothing of this partition was ingested."
        )
        message = f"with {new} the data have {whole / 1e6:.0f} MB, and {limit}"
        raise DataError(message, where="params.yaml, data.store", remedy=remedy)


def keep(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Make `data/store` equal to the partitions `names` of `data/raw`; return the names of changed files.

    Raises:
        StoreError: the disk is full or the folder is not writable.
    """
    changed = []
    for name in names:
        source, target = (workspace.partition(folder, name) for folder in (workspace.raw, workspace.store))
        if not target.exists() or not filecmp.cmp(source, target, shallow=False):
            write_bytes(target, source.read_bytes())
            changed.append(name)
    for file in workspace.store.glob("*.parquet"):
        if file.stem not in names:
            remove(file)
            changed.append(file.stem)
    return changed
