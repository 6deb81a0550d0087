"""Partitions that Git keeps, in `data/store`, where params.yaml says `data.store: git`."""

import filecmp
from collections.abc import Collection, Sequence

from ringside.common.files import remove, write_bytes
from ringside.errors import DataError
from ringside.store.workspace import Workspace

MOST_BYTES = 50_000_000
"""In sum: Git keeps every version of every file for ever, and each clone brings them all."""


def check_size(workspace: Workspace, names: Collection[str], new: str, size: int) -> None:
    """Check that a partition finds room beside the others.

    Args:
        workspace: the checkout.
        names: the partitions that there are.
        new: the one that comes, perhaps in the place of one of them.
        size: its bytes.

    Raises:
        DataError: all together would be larger than `MOST_BYTES`.
    """
    files = (workspace.partition(workspace.raw, name) for name in names if name != new)
    whole = size + sum(file.stat().st_size for file in files if file.exists())
    if whole > MOST_BYTES:
        found = f"with {new} the data are {whole / 1e6:.0f} MB, and Git is to keep at most {MOST_BYTES / 1e6:.0f} MB"
        remedy = (
            "set `data.store: remote` in params.yaml with a DVC remote (docs/remotes.md), or `source`; "
            "nothing of this partition was kept."
        )
        raise DataError(found, where="params.yaml, data.store", remedy=remedy)


def keep(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Let `data/store` hold the partitions `names` as `data/raw` has them, and nothing else; which files changed.

    Raises:
        StoreError: the disk is full or the place cannot be written to.
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
