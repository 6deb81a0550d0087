"""Read and write `data/adopted.parquet`: existing predictions to compare the first model with, tracked by Git."""

import pyarrow as pa
import pyarrow.parquet as pq

from ringside.common.files import remove, write_bytes
from ringside.common.tables import read_table
from ringside.errors import DataError
from ringside.store.workspace import Workspace

MOST_BYTES = 20_000_000
"""Largest size in bytes, because Git keeps every version of a file."""

_REMEDY = (
    "restore it with `git checkout data/adopted.parquet`, or adopt the predictions again by `ringside adopt FILE`."
)


def read_adopted(workspace: Workspace) -> pa.Table | None:
    """Return the columns of identity and predictions, sorted by identity; None if nothing was adopted.

    Raises:
        DataError: the file is damaged.
    """
    return read_table(workspace.adopted, remedy=_REMEDY) if workspace.adopted.exists() else None


def write_adopted(workspace: Workspace, table: pa.Table) -> bool:
    """Replace the adopted predictions; return whether anything changed.

    A file with equal values is not written again, because another version of pyarrow would write other bytes.

    Raises:
        DataError: the file would be larger than `MOST_BYTES`.
        StoreError: the disk is full or the folder is not writable.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    if len(content) > MOST_BYTES:
        raise DataError(
            f"the file would have {len(content) / 1e6:.0f} MB, and the limit in Git is {MOST_BYTES / 1e6:.0f} MB",
            where=workspace.relative(workspace.adopted),
            remedy="adopt only the rows of the partitions that models are tested on.",
        )
    try:
        same = (before := read_adopted(workspace)) is not None and bool(before.equals(table))
    except DataError:
        same = False
    if not same:
        write_bytes(workspace.adopted, content)
    return not same


def remove_adopted(workspace: Workspace) -> bool:
    """Remove the adopted predictions; return whether there were any."""
    existed = workspace.adopted.exists()
    remove(workspace.adopted)
    return existed
