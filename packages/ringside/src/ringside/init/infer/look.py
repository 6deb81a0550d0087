"""Read data whose columns are not known yet: a file, a folder of files, the result of a query."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ringside.errors import SourceError, UsageError
from ringside.init.infer.columns import Column, typed
from ringside.init.infer.numerals import read_numbers
from ringside.sources.columns import MISSING
from ringside.sources.formats import bare_name, kind_of, read_rows
from ringside.sources.numerals import Numerals

PARTITION = "\0partition"
"""Name of the generated column with the file of each row; no column of a file can have this name."""

_DELIMITERS = ",;\t|"
_MARKS = ("?", "n/a", "N/a", "#N/A", "<NA>", "NaT", "-", ".")
"""Texts that may mean a missing value."""
_FEW = 20
_HEAD = 65_536
_BLOCK = 1 << 22
"""Size of a chunk, in bytes."""


@dataclass(frozen=True, kw_only=True)
class SourceSummary:
    """The rows of a source, their columns, and the options to read them."""

    source: str
    """`file`, `folder` or `database`."""
    frame: pd.DataFrame
    """All rows with inferred types, `(n_rows, n_columns)`; columns that fit no type are left out."""
    columns: dict[str, Column]
    """All columns in the order of the source."""
    partition: pd.Series | None = None
    """For a folder, the file of each row, shape `(n_rows,)`."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options of a source that reads the same rows: `delimiter`, `encoding`, `missing`, `formats`,
    `decimal`, `thousands`, `signs`."""


def look_at_file(path: Path) -> SourceSummary:
    """Return the summary of a file.

    Raises:
        SourceError: the file cannot be read or has no rows.
        UsageError: the file format is not supported.
    """
    if kind_of(path) is None:
        raise UsageError("this file format is not supported", where=str(path), remedy=_other_kind(path))
    form = _form([path])
    return _seen("file", [_rows(path, form)], form, str(path))


def look_at_folder(path: Path) -> SourceSummary:
    """Return the summary of a folder with a file for each partition, all with the same columns.

    Raises:
        SourceError: a file cannot be read, or its columns differ from the first file's.
        UsageError: the folder contains no data file.
    """
    files = [file for file in sorted(path.iterdir()) if kind_of(file) and not file.name.startswith(".")]
    if not files:
        raise UsageError("the folder contains no data file", where=str(path), remedy=_elsewhere(path))
    form = _form(files)
    tables = [_rows(file, form) for file in files]
    for file, table in zip(files, tables, strict=True):
        if set(table.column_names) != set(tables[0].column_names):
            other = sorted(set(table.column_names) ^ set(tables[0].column_names))
            lacking = ", ".join(map(repr, other[:8]))
            message = f"its columns differ from those of {files[0].name} (only one of the two has {lacking})"
            raise SourceError(message, where=str(file), remedy="use the same columns in all files of the folder.")
    names = [bare_name(file) for file, table in zip(files, tables, strict=True) for _ in range(table.num_rows)]
    tables = [table.select(tables[0].column_names) for table in tables]
    if len({kind_of(file) in ("csv", "tsv") for file in files}) > 1:
        tables = [_as_texts(table) for table in tables]
    return _seen("folder", tables, form, str(path), partition=pd.Series(names, dtype="str"))


_SAVE_AS = {
    ".xlsx": "save the sheet as CSV UTF-8 (File, Save as) and use that file.",
    ".ods": "save the sheet as CSV (File, Save as) and use that file.",
    ".json": "write one object per line, without the outer brackets, into a .jsonl file.",
    ".txt": "rename it to .csv, or to .tsv if tabs separate the values.",
    ".zip": "unpack it and use the file or folder inside.",
    ".db": "use it as a database: --from sqlite:///PATH with --query.",
}
_SAVE_AS |= {".sqlite": _SAVE_AS[".db"], ".sqlite3": _SAVE_AS[".db"]}
_SAVE_AS |= {".xls": _SAVE_AS[".xlsx"], ".xlsm": _SAVE_AS[".xlsx"], ".dat": _SAVE_AS[".txt"]}


def _other_kind(path: Path) -> str:
    """Return the remedy for a file format that is not supported."""
    usual = "use a .csv, .tsv, .parquet or .jsonl file (also with .gz), a folder of them, or the URL of a database."
    return _SAVE_AS.get(path.suffix.lower(), usual)


def _elsewhere(path: Path) -> str:
    """Return the remedy for a folder without a data file."""
    deeper = next((file for file in sorted(path.rglob("*")) if file.is_file() and kind_of(file)), None)
    if deeper is None:
        return "add .csv, .tsv, .parquet or .jsonl files, one for each partition."
    name = "-".join(re.sub(r"^[^=]*=", "", part) for part in deeper.relative_to(path).parts[:-1])
    into = f"{name}{''.join(deeper.suffixes)}"
    return f"subfolders are not read: move the files into this folder, {deeper.relative_to(path)} as {into}."


def _as_texts(table: pa.Table) -> pa.Table:
    """Return the table with texts in all columns but nested ones, to join files with and without types."""
    plain = [not pa.types.is_nested(field.type) for field in table.schema]
    columns = [one.cast(pa.string()) if fits else one for one, fits in zip(table.columns, plain, strict=True)]
    return pa.table(columns, names=table.column_names)


def look_at_rows(table: pa.Table, where: str) -> SourceSummary:
    """Return the summary of a query's result.

    Raises:
        SourceError: the result has no rows.
    """
    return _seen("database", [table], {}, where)


def _rows(path: Path, form: dict[str, Any]) -> pa.Table:
    """Return the rows of a file; times in JSON stay texts, as a source reads them."""
    table = read_rows(path, **form)
    if kind_of(path) != "json lines":
        return table
    times = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    return read_rows(path, columns=dict.fromkeys(times, "str")) if times else table


def _seen(
    source: str, tables: Sequence[pa.Table], form: dict[str, Any], where: str, partition: pd.Series | None = None
) -> SourceSummary:
    table = _joined(tables, where)
    if table.num_rows == 0:
        raise SourceError("the data have no rows", where=where, remedy="use data with at least one row.")
    # A database has its own missing values and types of times.
    written = source != "database"
    missing = [*MISSING, *(_marks(table) if written else [])]
    table = _without_marks(table, missing)
    plain, numerals, signs = read_numbers(table, delimiter=form.get("delimiter")) if form else (table, Numerals(), {})
    frame, columns = typed(_frame(plain), forms=written)
    options = {key: value for key, value in form.items() if value is not None and (key, value) != ("encoding", "utf-8")}
    options |= {"signs": signs} if signs else {}
    options |= {key: value for key, value in vars(numerals).items() if value != getattr(Numerals, key)}
    if len(missing) > len(MISSING):
        options["missing"] = missing
    if formats := {name: column.form for name, column in columns.items() if column.form}:
        options["formats"] = formats
    return SourceSummary(source=source, frame=frame, columns=columns, partition=partition, options=options)


def _joined(tables: Sequence[pa.Table], where: str) -> pa.Table:
    for name in tables[0].column_names:
        if not name.strip() or tables[0].column_names.count(name) > 1:
            what = "without a name" if not name.strip() else f"{name!r} more than once"
            remedy = "give each column its own name in the first line."
            raise SourceError(f"it has a column {what}", where=where, remedy=remedy)
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        remedy = "use the same type for a column in all files."
        raise SourceError(f"the files do not have the same types ({error})", where=where, remedy=remedy) from error


def _without_marks(table: pa.Table, missing: Sequence[str]) -> pa.Table:
    """Return the table with nulls instead of the texts in `missing`."""
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if _is_text(column.type):
            column = column.cast(pa.string())
            listed = pc.is_in(pc.utf8_trim_whitespace(column), value_set=pa.array(missing, pa.string()))
            column = pc.if_else(listed, pa.scalar(None, pa.string()), column)
        columns[name] = column
    return pa.table(columns)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a data frame with nullable types."""
    columns = {}
    nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_integer(column.type):
            column = column.cast(pa.int64()) if column.type != pa.uint64() else column
        elif pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        columns[name] = column.to_pandas(types_mapper=nullable.get)
    return pd.DataFrame(columns)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _marks(table: pa.Table) -> list[str]:
    """Return the texts that mean missing values in these data; `-` and `.` only in columns of numbers."""
    marks = []
    for mark in _MARKS:
        for name in table.column_names:
            column = table.column(name)
            if not _is_text(column.type):
                continue
            text = pc.utf8_trim_whitespace(column)
            if not pc.any(pc.equal(text, mark)).as_py():
                continue
            if mark not in ("-", ".") or _is_number_beside(text, [*MISSING, *_MARKS]):
                marks.append(mark)
                break
    return marks


def _is_number_beside(text: pa.ChunkedArray, marks: Sequence[str]) -> bool:
    """Return whether all values except `marks` are numbers, and there is at least one number."""
    rest = text.filter(pc.invert(pc.is_in(text, value_set=pa.array(marks, pa.string()))))
    number = pc.match_substring_regex(rest, r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$")
    return len(rest) > 0 and bool(pc.all(number).as_py())


def _form(paths: Sequence[Path]) -> dict[str, Any]:
    """Return encoding and delimiter of text files; the delimiter is that of the first file. Empty for other formats."""
    texts = [path for path in paths if kind_of(path) in ("csv", "tsv")]
    if not texts:
        return {}
    encoding, heads = "utf-8", []
    for path in texts:
        head, detected = _begin(path)
        heads.append(head)
        encoding = detected if encoding == "utf-8" else encoding
    return {"encoding": encoding, "delimiter": _delimiter(texts[0], heads[0].decode(encoding, "replace"))}


def _begin(path: Path) -> tuple[bytes, str]:
    """Return the first bytes of a text file and its encoding; the whole file is decoded to detect it."""
    decoder, head = codecs.getincrementaldecoder("utf-8")(), b""
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            while part := stream.read(_BLOCK):
                head = head or part[:_HEAD]
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return head, "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
    except (OSError, EOFError, pa.ArrowException) as error:
        remedy = "check that the file exists and is readable."
        raise SourceError(f"it cannot be read ({error})", where=str(path), remedy=remedy) from error
    return head, "utf-8"


def _delimiter(path: Path, head: str) -> str | None:
    """Return the delimiter in the first row; None if it is the usual one for the file's suffix."""
    usual = "," if kind_of(path) == "csv" else "\t"
    # Quoted names may contain delimiters and line breaks.
    counts = {mark: len(next(csv.reader(io.StringIO(head, newline=""), delimiter=mark), ())) for mark in _DELIMITERS}
    best = max(counts, key=lambda mark: (counts[mark], mark == usual))
    return None if best == usual or counts[best] == counts[usual] else best
