"""Somebody's data, seen before anything is known of their columns: a file, a folder of files, a query."""

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
"""The name that a folder's rows get for their file; no column of a file can be called so."""

_DELIMITERS = ",;\t|"
_MARKS = ("?", "n/a", "N/a", "#N/A", "<NA>", "NaT", "-", ".")
"""Texts that some people write for a missing value."""
_FEW = 20
_HEAD = 65_536
_BLOCK = 1 << 22
"""Bytes that are read at once."""


@dataclass(frozen=True, kw_only=True)
class SourceSummary:
    """What the data are."""

    source: str
    """`file`, `folder` or `database`."""
    frame: pd.DataFrame
    """All rows in the types that their values have, `(n_rows, n_columns)`; columns that no type holds are left out."""
    columns: dict[str, Column]
    """All columns in the order of the source."""
    partition: pd.Series | None = None
    """Of a folder: the file that each row is from."""
    options: dict[str, Any] = field(default_factory=dict)
    """What the source has to be told to read the same: `delimiter`, `encoding`, `missing`, `formats`,
    `decimal`, `thousands`, `signs`."""


def look_at_file(path: Path) -> SourceSummary:
    """A file of rows.

    Raises:
        SourceError: it cannot be read, or has no row.
        UsageError: it is of no kind that is known.
    """
    if kind_of(path) is None:
        raise UsageError("it is no file of a kind that can be read", where=str(path), remedy=_other_kind(path))
    form = _form([path])
    return _seen("file", [_rows(path, form)], form, str(path))


def look_at_folder(path: Path) -> SourceSummary:
    """A folder with a file for each partition; all have the columns of the first.

    Raises:
        SourceError: a file cannot be read, or has other columns than the first.
        UsageError: there is no file of rows in it.
    """
    files = [file for file in sorted(path.iterdir()) if kind_of(file) and not file.name.startswith(".")]
    if not files:
        raise UsageError("there is no file of rows in it", where=str(path), remedy=_elsewhere(path))
    form = _form(files)
    tables = [_rows(file, form) for file in files]
    for file, table in zip(files, tables, strict=True):
        if set(table.column_names) != set(tables[0].column_names):
            other = sorted(set(table.column_names) ^ set(tables[0].column_names))
            found = (
                f"it and {files[0].name} do not have the same columns (only one has {', '.join(map(repr, other[:8]))})"
            )
            raise SourceError(found, where=str(file), remedy="let all files of the folder have the same columns.")
    names = [bare_name(file) for file, table in zip(files, tables, strict=True) for _ in range(table.num_rows)]
    tables = [table.select(tables[0].column_names) for table in tables]
    if len({kind_of(file) in ("csv", "tsv") for file in files}) > 1:
        tables = [_as_texts(table) for table in tables]
    return _seen("folder", tables, form, str(path), partition=pd.Series(names, dtype="str"))


_SAVE_AS = {
    ".xlsx": "save the sheet as CSV UTF-8 (File, Save as), and give that file.",
    ".ods": "save the sheet as CSV (File, Save as), and give that file.",
    ".json": "write one object a line, without the brackets around all, and call it .jsonl.",
    ".txt": "call it .csv, or .tsv where tabs part the values.",
    ".zip": "unpack it, and give the file or the folder that is in it.",
    ".db": "give it as a database, sqlite:///PATH, with --query.",
}
_SAVE_AS |= {".sqlite": _SAVE_AS[".db"], ".sqlite3": _SAVE_AS[".db"]}
_SAVE_AS |= {".xls": _SAVE_AS[".xlsx"], ".xlsm": _SAVE_AS[".xlsx"], ".dat": _SAVE_AS[".txt"]}


def _other_kind(path: Path) -> str:
    """What to do with a file of a kind that cannot be read."""
    usual = "give a .csv, .tsv, .parquet or .jsonl file (also with .gz), a folder of them, or a database's URL."
    return _SAVE_AS.get(path.suffix.lower(), usual)


def _elsewhere(path: Path) -> str:
    """What to do with a folder that has no file of rows."""
    deeper = next((file for file in sorted(path.rglob("*")) if file.is_file() and kind_of(file)), None)
    if deeper is None:
        return "put .csv, .tsv, .parquet or .jsonl files there, one for each partition."
    name = "-".join(re.sub(r"^[^=]*=", "", part) for part in deeper.relative_to(path).parts[:-1])
    into = f"{name}{''.join(deeper.suffixes)}"
    return f"files in folders of it are not looked at: put them side by side, {deeper.relative_to(path)} as {into}."


def _as_texts(table: pa.Table) -> pa.Table:
    """The table as a text file would have it, so that files with and without types can stand side by side."""
    plain = [not pa.types.is_nested(field.type) for field in table.schema]
    columns = [one.cast(pa.string()) if fits else one for one, fits in zip(table.columns, plain, strict=True)]
    return pa.table(columns, names=table.column_names)


def look_at_rows(table: pa.Table, where: str) -> SourceSummary:
    """The answer of a query.

    Raises:
        SourceError: there is no row.
    """
    return _seen("database", [table], {}, where)


def _rows(path: Path, form: dict[str, Any]) -> pa.Table:
    """The rows of a file; what Arrow takes for a time in JSON is the text that a source will see."""
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
        raise SourceError("there is no row in it", where=where, remedy="give data that have rows.")
    # A database has its own word for what is missing, and its own times.
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
            remedy = "give each column one name of its own, in the first line."
            raise SourceError(f"it has a column {what}", where=where, remedy=remedy)
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        remedy = "let a column have one type in all files."
        raise SourceError(f"the files do not have the same types ({error})", where=where, remedy=remedy) from error


def _without_marks(table: pa.Table, missing: Sequence[str]) -> pa.Table:
    """The table in which the texts of `missing` are none."""
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
    """A data frame with nullable types."""
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
    """The marks of missing values that these data use: beside numbers, or as one of a few question marks."""
    found = []
    for mark in _MARKS:
        for name in table.column_names:
            column = table.column(name)
            if not _is_text(column.type):
                continue
            text = pc.utf8_trim_whitespace(column)
            if not pc.any(pc.equal(text, mark)).as_py():
                continue
            if mark not in ("-", ".") or _is_number_beside(text, [*MISSING, *_MARKS]):
                found.append(mark)
                break
    return found


def _is_number_beside(text: pa.ChunkedArray, marks: Sequence[str]) -> bool:
    """Whether all is numbers but for `marks`, and there are numbers."""
    rest = text.filter(pc.invert(pc.is_in(text, value_set=pa.array(marks, pa.string()))))
    number = pc.match_substring_regex(rest, r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$")
    return len(rest) > 0 and bool(pc.all(number).as_py())


def _form(paths: Sequence[Path]) -> dict[str, Any]:
    """The delimiter and the encoding of files of text, which are those of the first of them; nothing for the others."""
    texts = [path for path in paths if kind_of(path) in ("csv", "tsv")]
    if not texts:
        return {}
    encoding, heads = "utf-8", []
    for path in texts:
        head, found = _begin(path)
        heads.append(head)
        encoding = found if encoding == "utf-8" else encoding
    return {"encoding": encoding, "delimiter": _delimiter(texts[0], heads[0].decode(encoding, "replace"))}


def _begin(path: Path) -> tuple[bytes, str]:
    """How a file of text begins, and its encoding; all of it is looked at: the first accent may be in the last line."""
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
        remedy = "see that the file is there and may be read."
        raise SourceError(f"it cannot be read ({error})", where=str(path), remedy=remedy) from error
    return head, "utf-8"


def _delimiter(path: Path, head: str) -> str | None:
    """What parts the names in the first row; None for what the file's name says."""
    usual = "," if kind_of(path) == "csv" else "\t"
    # Quoted names may hold any of them, and ends of lines.
    counts = {mark: len(next(csv.reader(io.StringIO(head, newline=""), delimiter=mark), ())) for mark in _DELIMITERS}
    best = max(counts, key=lambda mark: (counts[mark], mark == usual))
    return None if best == usual or counts[best] == counts[usual] else best
