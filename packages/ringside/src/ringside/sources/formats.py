"""Reading of files of rows with Arrow: CSV, TSV, Parquet and JSON lines, also gzipped."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.json as pajson
import pyarrow.parquet as pq

from ringside.errors import SourceError, told

SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".jsonl": "json lines", ".ndjson": "json lines"}
"""File format by the suffix of a file's name, before `.gz`."""

UNNAMED = "unnamed"
"""Name of the first column of a CSV file without a name; the next is `unnamed_2`. R and pandas leave out the name of
the row names' column, and spreadsheets write columns that were empty once."""

_BLOCK = 1 << 24
"""Bytes that are parsed at once; no row may be longer."""


def kind_of(path: Path) -> str | None:
    """Return the format of a file by its name: `csv`, `tsv`, `parquet` or `json lines`; None for others."""
    return SUFFIXES.get(Path(re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)).suffix.lower())


def bare_name(path: Path) -> str:
    """Return a file's name without the suffixes of its format: `2013-01` for `2013-01.csv.gz`."""
    return Path(re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE)).stem


def read_rows(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    columns: Mapping[str, str] | None = None,
    where: str | None = None,
) -> pa.Table:
    """Read the rows of a file: all text for CSV or TSV, else in the types of the file.

    Args:
        path: the file.
        delimiter: of a CSV file; if None, a comma, or a tab for TSV.
        encoding: of a CSV file.
        columns: the expected types, so that text in JSON that looks like a time stays text.
        where: the name of the file in errors; its path if None.

    Raises:
        SourceError: the file does not exist (then it is unreadable here), is incomplete, or of an unknown format.
    """
    kind, where = kind_of(path), where or str(path)
    try:
        if kind in ("csv", "tsv"):
            return _read_text(path, delimiter or ("," if kind == "csv" else "\t"), encoding)
        if kind == "json lines":
            return _read_json(path, columns or {})
        if kind == "parquet":
            with pa.input_stream(path, compression="detect") as file:
                return pq.read_table(pa.BufferReader(file.read()))
    except FileNotFoundError as error:
        remedy = "put the file there (`dvc pull` where DVC tracks it), or correct `path` in source.py."
        raise SourceError("there is no such file", where=where, remedy=remedy, unreadable=True) from error
    except PermissionError as error:
        remedy = "see that the file may be read from here."
        raise SourceError(f"it may not be read ({error})", where=where, remedy=remedy, unreadable=True) from error
    except (pa.ArrowException, OSError, EOFError, UnicodeError, LookupError) as error:
        found = f"it is not whole, or is no {kind} file ({told(error, 300)})"
        remedy = "let whoever writes the file write it again, whole; nothing of it was kept."
        if "Expected" in found and kind in ("csv", "tsv"):
            remedy = (
                "let its first line hold the names of the columns and nothing else stand above it, and each line below "
                "as many values; nothing of it was kept."
            )
        raise SourceError(found, where=where, remedy=remedy) from error
    remedy = f"let its name end with one of {', '.join(SUFFIXES)}, also with .gz."
    raise SourceError("it is no file of a kind that can be read", where=where, remedy=remedy)


def without_blanks(table: pa.Table, missing: Sequence[str]) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Return the rows that have any value, and their numbers from 1, which stay the same if a row is erased."""
    blank = np.ones(table.num_rows, dtype=bool)
    texts = pa.array(missing, pa.string())
    for column in table.columns:
        empty = pc.is_null(column)
        if pa.types.is_string(column.type):
            empty = pc.or_(empty, pc.fill_null(pc.is_in(column, value_set=texts), fill_value=True))
        blank &= np.asarray(empty, dtype=bool)
    return table.filter(pa.array(~blank)), np.flatnonzero(~blank) + 1


def _read_text(path: Path, delimiter: str, encoding: str) -> pa.Table:
    """Read every value as text: the task defines the types, and no file's types are guessed."""
    parse = pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    read = pacsv.ReadOptions(encoding=encoding, block_size=_BLOCK)
    with pacsv.open_csv(str(path), read_options=read, parse_options=parse) as head:
        names = head.schema.names
    convert = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    table = pacsv.read_csv(str(path), read_options=read, parse_options=parse, convert_options=convert)
    return table.rename_columns(_named([name.strip() for name in names]))


def _named(names: Sequence[str]) -> list[str]:
    """Return the names, with one for each unnamed column; unchanged if such a name is another column's."""
    count = names.count("")
    made = [UNNAMED, *(f"{UNNAMED}_{number}" for number in range(2, count + 1))]
    free = iter(made if not set(made) & set(names) else [""] * count)
    return [name or next(free) for name in names]


def _read_json(path: Path, columns: Mapping[str, str]) -> pa.Table:
    texts = [name for name, dtype in columns.items() if dtype == "str" or dtype.startswith("datetime")]
    schema = pa.schema([(name, pa.string()) for name in texts])
    parse = pajson.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer", newlines_in_values=False)
    table = pajson.read_json(str(path), read_options=pajson.ReadOptions(block_size=_BLOCK), parse_options=parse)
    # NOTE: a column that a schema names and no row has is read as empty; it counts as missing.
    absent = [name for name in texts if table.column(name).null_count == table.num_rows]
    return table.drop_columns(absent) if absent and _lack(path, absent) else table


def _lack(path: Path, names: list[str]) -> bool:
    """Return whether no row has a key of these names, whose values are all missing."""
    inferred = pajson.read_json(str(path), read_options=pajson.ReadOptions(block_size=_BLOCK))
    return not set(names) & set(inferred.column_names)
