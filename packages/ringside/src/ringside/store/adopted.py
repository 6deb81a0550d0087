"""`data/adopted.parquet`: predictions that a team had before its first champion, tracked by Git."""

import pyarrow as pa
import pyarrow.parquet as pq

from ringside.common.files import remove, write_bytes
from ringside.common.tables import read_table
from ringside.errors import DataError
from ringside.store.workspace import Workspace

MOST_BYTES = 20_000_000
"""Git keeps every version of a file for ever, so a large one does not belong there."""

_REMEDY = (
    "restore it with `git checkout data/adopted.parquet`, or adopt the predictions again by `ringside adopt FILE`."
)


def read_adopted(workspace: Workspace) -> pa.Table | None:
    """The identity and prediction columns, in the order of the identity; None where nothing was adopted.

    Raises:
        DataError: the file is damaged.
    """
    return read_table(workspace.adopted, remedy=_REMEDY) if workspace.adopted.exists() else None


def write_adopted(workspace: Workspace, table: pa.Table) -> bool:
    """Keep predictions in the place of those that were there; answers whether anything changed.

    Equal values leave the file as it is, since another version of the library would write other bytes.

    Raises:
        DataError: the file would be larger than `MOST_BYTES`.
        StoreError: the disk is full or the place cannot be written to.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    if len(content) > MOST_BYTES:
        raise DataError(
            f"it would be {len(content) / 1e6:.0f} MB, and Git is to keep at most {MOST_BYTES / 1e6:.0f} MB",
            where=workspace.relative(workspace.adopted),
            remedy="adopt the rows of the partitions that models are tested on, and leave the others out.",
        )
    try:
        same = (before := read_adopted(workspace)) is not None and bool(before.equals(table))
    except DataError:
        same = False
    if not same:
        write_bytes(workspace.adopted, content)
    return not same


def remove_adopted(workspace: Workspace) -> bool:
    """Take the predictions away; answers whether there were any."""
    there = workspace.adopted.exists()
    remove(workspace.adopted)
    return there
