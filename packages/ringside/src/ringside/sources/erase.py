"""Removes rows from the files of a source, and leaves every other byte of a text file unchanged."""

import csv
import gzip
import io
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ringside.common.files import write_bytes
from ringside.sources.formats import kind_of


def take_out(path: Path, numbers: Collection[int], *, blank: bool, delimiter: str | None, encoding: str) -> None:
    """Rewrite a file without some of its rows.

    Args:
        path: a file of a supported kind.
        numbers: the rows to remove, counted from 1.
        blank: leave an empty row in their place, so that the other rows keep their numbers.
        delimiter: see `read_rows`.
        encoding: see `read_rows`.

    Raises:
        StoreError: the disk is full or the path is not writable.
    """
    content = path.read_bytes()
    zipped = content.startswith(b"\x1f\x8b")
    content = gzip.decompress(content) if zipped else content
    kind = kind_of(path)
    if kind == "parquet":
        content = _parquet(content, set(numbers), blank=blank)
    elif kind == "json lines":
        content = _lines(content, set(numbers), blank=blank)
    else:
        content = _text(content, set(numbers), delimiter or ("," if kind == "csv" else "\t"), encoding, blank=blank)
    write_bytes(path, gzip.compress(content, mtime=0) if zipped else content)


def _parquet(content: bytes, numbers: set[int], *, blank: bool) -> bytes:
    table = pq.read_table(pa.BufferReader(content))
    stays = pa.array([number not in numbers for number in range(1, table.num_rows + 1)])
    if blank:
        columns = [pc.if_else(stays, column, pa.scalar(None, column.type)) for column in table.columns]
        table = pa.table(columns, names=table.column_names)
    else:
        table = table.filter(stays)
    written = pa.BufferOutputStream()
    pq.write_table(table, written)
    return bytes(written.getvalue().to_pybytes())


def _lines(content: bytes, numbers: set[int], *, blank: bool) -> bytes:
    kept, number = [], 0
    for line in content.splitlines(keepends=True):
        number += bool(line.strip())
        if not line.strip() or number not in numbers:
            kept.append(line)
        elif blank:
            kept.append(b"{}\n")
    return b"".join(kept)


def _text(content: bytes, numbers: set[int], delimiter: str, encoding: str, *, blank: bool) -> bytes:
    """Return the text without the rows, like `_lines`, for rows that may span several lines."""
    lines = io.StringIO(content.decode(encoding), newline="").readlines()
    # Python's default limit is 128 KiB; this must read all that the source can read.
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    reader = csv.reader(lines, delimiter=delimiter)
    kept, number, before = [], -1, 0
    for values in reader:
        raw, before = lines[before : reader.line_num], reader.line_num
        number += bool(values)
        if not values or number not in numbers:
            kept += raw
        elif blank:
            # An empty line in a file with a single column would not be a row.
            kept.append((delimiter.join([""] * len(values)) or '""') + "\n")
    return "".join(kept).encode(encoding)
