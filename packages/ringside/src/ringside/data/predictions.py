"""Predictions that any tool made, read from CSV or Parquet.

Without pandas, so that the comparison can be installed by itself. Identities, groups, classes and slices are text, so
that the 7 of a CSV file and the integer 7 of a Parquet file are one identity.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ringside.errors import DataError, UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]

_MOMENT = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?)?")
_WHOLE = re.compile(r"-?\d{1,18}")
_MIDNIGHT = re.compile(r"(?<=\d\d) 00:00:00(\.0+)?$")
_MISSING = "(missing)"


@dataclass(frozen=True, kw_only=True)
class PredictionColumns:
    """Which columns hold what."""

    y: str
    prediction: str
    """For multiclass the prefix of `<prediction>:<class>`."""
    group: str | None = None
    """None where each row stands by itself."""
    on: tuple[str, ...] = ()
    """What identifies a row; nothing where the files have their rows in one order."""
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coded:
    """A column of text: names in order, and the position of each row's among them."""

    names: tuple[str, ...]
    codes: Ints
    """`(n_rows,)`."""

    def take(self, index: Ints) -> "Coded":
        """The column on some rows, names unchanged."""
        return Coded(self.names, self.codes[index])

    @property
    def texts(self) -> Texts:
        """The name of each row, `(n_rows,)`."""
        return np.asarray(self.names, dtype=np.str_)[self.codes]

    @property
    def in_time(self) -> bool:
        """Whether all names are dates, months or moments."""
        return all(_MOMENT.fullmatch(name) for name in self.names)


@dataclass(frozen=True)
class Predictions:
    """One file's rows."""

    path: Path
    y: Floats
    """`(n_rows,)`: 0 and 1; for multiclass the position among `classes`; for regression the number."""
    values: Floats
    """`(n_rows,)`, or `(n_rows, n_classes)`; missing ones are NaN."""
    classes: tuple[str, ...]
    group: Coded | None
    on: tuple[Coded, ...]
    slices: dict[str, Coded]

    def __len__(self) -> int:
        return self.y.size

    def take(self, index: Ints) -> "Predictions":
        """Some of the rows."""
        return replace(
            self,
            y=self.y[index],
            values=self.values[index],
            group=self.group and self.group.take(index),
            on=tuple(column.take(index) for column in self.on),
            slices={name: column.take(index) for name, column in self.slices.items()},
        )


def read(path: Path, kind: str, columns: PredictionColumns, *, group_wanted: bool = True) -> Predictions:
    """One file of predictions.

    Args:
        path: a Parquet file, or a CSV file with a header, in UTF-8; compressed where its name ends in `.gz`.
        kind: of the task.
        columns: which columns hold what.
        group_wanted: whether the file must have the group's and the slices' columns.

    Raises:
        UsageError: a column is missing, or stands twice.
        DataError: the file is missing, empty or neither CSV nor Parquet, or a cell is not what its column must hold.
    """
    names = _names(path)
    shared = [*([columns.group] if columns.group else []), *columns.slices]
    optional = [name for name in shared if name in names or group_wanted]
    predictions, classes = _prediction_columns(path, names, kind, columns.prediction)
    asked = {"--y": [columns.y], "--on": columns.on, "--prediction": predictions, "--group or --slice": optional}
    _check_names(path, names, asked)
    numbers, texts = list(predictions), [*columns.on, *optional]
    (numbers if kind == "regression" else texts).append(columns.y)
    table = _table(path, list(dict.fromkeys(texts)), list(dict.fromkeys(numbers)))
    values = np.stack([_number(table, name, path) for name in predictions], axis=1)
    return Predictions(
        path,
        _labels(table, columns.y, kind, classes, path),
        values if kind == "multiclass" else values[:, 0],
        classes,
        _coded(table, columns.group, path) if columns.group in optional else None,
        tuple(_coded(table, name, path) for name in columns.on),
        {name: _coded(table, name, path, missing=_MISSING) for name in columns.slices if name in optional},
    )


def _prediction_columns(
    path: Path, names: Sequence[str], kind: str, prediction: str
) -> tuple[list[str], tuple[str, ...]]:
    """The columns of predictions and, for multiclass, the classes that they are of."""
    if kind != "multiclass":
        return [prediction], ()
    prefix = f"{prediction}:"
    found = [name for name in names if name.startswith(prefix)]
    if not found:
        remedy = f"write one column for each class, called {prefix}<class>, or name their prefix by --prediction."
        raise UsageError(
            f"no column is called {prefix}<class>; there is {listed(names)}", where=str(path), remedy=remedy
        )
    return found, tuple(name.removeprefix(prefix) for name in found)


def _names(path: Path) -> list[str]:
    """The names of a file's columns."""
    with _Reading(path):
        if _is_parquet(path):
            return list(pq.read_schema(path).names)
        with pc.open_csv(path) as reader:
            return list(reader.schema.names)


def _table(path: Path, texts: Sequence[str], numbers: Sequence[str]) -> pa.Table:
    """PredictionColumns of a file, as text and as numbers; a column may be asked for as one of the two."""
    types = dict.fromkeys(texts, pa.string()) | dict.fromkeys(numbers, pa.float64())
    with _Reading(path):
        if _is_parquet(path):
            table = pq.read_table(path, columns=list(types))
            return pa.table({name: _plain(table.column(name)).cast(kind) for name, kind in types.items()})
        options = pc.ConvertOptions(column_types=types, include_columns=list(types))
        return pc.read_csv(path, convert_options=options)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column that can become text: a category's values, and a truth value as 0 or 1."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


class _Reading:
    """What goes wrong while a file is read becomes an error that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        if self.path.is_file() and self.path.stat().st_size == 0:
            raise self._error("it is empty (0 bytes)")

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise self._error("it is missing") from None
        if isinstance(error, pa.ArrowException | OSError | UnicodeDecodeError):
            text = " ".join(str(error).split())
            raise self._error(f"it cannot be read as CSV or Parquet: {text[:200]}") from error

    def _error(self, found: str) -> DataError:
        remedy = "give Parquet, or CSV with a header, in UTF-8 and with commas; predictions are numbers."
        return DataError(found, where=str(self.path), remedy=remedy)


def _check_names(path: Path, names: Sequence[str], wanted: dict[str, Any]) -> None:
    for option, columns in wanted.items():
        for column in columns:
            if names.count(column) != 1:
                how = "no column" if column not in names else f"{names.count(column)} columns"
                remedy = f"name one of the columns by {option}, or rename them."
                raise UsageError(f"{how} called {column!r}; there is {listed(names)}", where=str(path), remedy=remedy)


def listed(names: Sequence[str]) -> str:
    """Names for people, the first twelve of them."""
    most = 12
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _number(table: pa.Table, name: str, path: Path) -> Floats:
    """A column of numbers, the missing ones as NaN."""
    if table.num_rows == 0:
        raise DataError("it has columns and no rows", where=str(path), remedy="give a file with predictions in it.")
    array = table.column(name).combine_chunks()
    values = np.frombuffer(array.buffers()[1], np.float64)[array.offset : array.offset + len(array)].copy()
    values[_vector(array.is_null().cast(pa.int8())) == 1] = np.nan
    return values


def _vector(array: pa.Array) -> npt.NDArray[Any]:
    """An array of numbers, none missing."""
    # `to_numpy` and scalars made of Python's numbers would import pandas where it is installed.
    return np.from_dlpack(array)


def _coded(table: pa.Table, name: str, path: Path, *, missing: str | None = None) -> Coded:
    """A column of text as codes, the names in order: whole numbers by size, others as text."""
    column = table.column(name).cast(pa.string()).combine_chunks().dictionary_encode("encode")
    texts: list[str] = [text or "" for text in column.dictionary.to_pylist()]
    codes = np.array(_vector(column.indices), dtype=np.int64)
    if "" in texts and missing is None:
        rows = np.flatnonzero(np.asarray([text == "" for text in texts])[codes])
        found = f"{rows.size:,} rows have nothing in {name!r}, first in row {rows[0]:,} (counted from 0)"
        raise DataError(found, where=str(path), remedy="fill the cells, or leave the rows out of both files.")
    texts = [text or missing or "" for text in texts]
    if all(_MIDNIGHT.search(text) for text in texts):
        # Days, as pandas writes them to Parquet.
        texts = [_MIDNIGHT.sub("", text) for text in texts]
    whole = all(_WHOLE.fullmatch(text) for text in texts)
    names = sorted(set(texts), key=lambda text: (int(text), text) if whole else (0, text))
    places = {text: place for place, text in enumerate(names)}
    return Coded(tuple(names), np.asarray([places[text] for text in texts], dtype=np.int64)[codes])


def _labels(table: pa.Table, name: str, kind: str, classes: tuple[str, ...], path: Path) -> Floats:
    if kind == "regression":
        return _number(table, name, path)
    labels = _coded(table, name, path)
    if kind == "binary":
        known = {text: float(text.lower() in _YES) for text in labels.names if text.lower() in _YES | _NO}
        allowed = "0 and 1, or false and true"
    else:
        known = {text: float(classes.index(text)) for text in labels.names if text in classes}
        allowed = f"the classes that have a column: {listed(classes)}"
    if unknown := [text for text in labels.names if text not in known]:
        found = f"{name!r} has the label {listed([repr(text) for text in unknown])}"
        raise DataError(found, where=str(path), remedy=f"write labels as {allowed}.")
    return np.asarray([known[text] for text in labels.names])[labels.codes]


_YES = {"1", "1.0", "true"}
_NO = {"0", "0.0", "false"}
