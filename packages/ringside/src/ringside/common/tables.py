"""Functions that read and write Parquet files, with errors that name the file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ringside.common.files import replacing
from ringside.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def write_table(path: Path, table: pa.Table) -> None:
    """Replace the content of `path`.

    Raises:
        StoreError: the disk is full or the path is not writable.
    """
    with replacing(path) as aside:
        pq.write_table(table, aside, compression="zstd", use_compliant_nested_type=False)


def write_frame(path: Path, frame: "pd.DataFrame") -> None:
    """Replace the content of `path` by a data frame without its index.

    Raises:
        StoreError: the disk is full or the path is not writable.
    """
    write_table(path, pa.Table.from_pandas(frame, preserve_index=False))


def read_table(path: Path, *, remedy: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the content of a Parquet file, all columns or only `columns`.

    Raises:
        DataError: the file is missing, empty, truncated or not Parquet; the error contains `remedy`.
    """
    try:
        # Arrow would read a Python file object in one of its threads, which needs the interpreter even during shutdown.
        with pa.OSFile(str(path), "rb") as file, pq.ParquetFile(file) as parquet:
            if lacking := [name for name in columns or () if name not in parquet.schema_arrow.names]:
                raise DataError(f"it lacks the column {', '.join(lacking)}", where=str(path), remedy=remedy)
            return parquet.read(columns=None if columns is None else list(columns))
    except FileNotFoundError:
        raise DataError("it is missing", where=str(path), remedy=remedy) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        size = path.stat().st_size
        what = "it is empty (0 bytes)" if size == 0 else f"it is truncated or no Parquet file ({size:,} bytes: {error})"
        raise DataError(what, where=str(path), remedy=remedy) from error
