"""Takes rows out of the files of a source, and leaves every other byte of a text as it is."""

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
    """Write a file again without some of its rows.

    Args:
        path: a file of a kind that can be read.
        numbers: the rows, from 1.
        blank: leave a row without any value in their place, so that the others keep their numbers.
        delimiter: as of `read_rows`.
        encoding: as of `read_rows`.

    Raises:
        StoreError: the disk is full or the place cannot be written to.
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
    """As `_lines`, of rows that may go over several lines."""
    lines = io.StringIO(content.decode(encoding), newline="").readlines()
    # Python's own limit is 128 KiB; what the source could read, this has to.
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    reader = csv.reader(lines, delimiter=delimiter)
    kept, number, before = [], -1, 0
    for values in reader:
        raw, before = lines[before : reader.line_num], reader.line_num
        number += bool(values)
        if not values or number not in numbers:
            kept += raw
        elif blank:
            # A single column's empty line would be no row at all.
            kept.append((delimiter.join([""] * len(values)) or '""') + "\n")
    return "".join(kept).encode(encoding)
