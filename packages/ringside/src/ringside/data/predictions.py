"""Read predictions of any tool from CSV or Parquet.

The module does not use pandas, so that the comparison can be installed alone. Identities, groups, classes and slices
are texts, so that the 7 of a CSV file and the integer 7 of a Parquet file are the same identity.
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
    """The names of the columns in a file of predictions."""

    y: str
    prediction: str
    """Column of the prediction; for multiclass the prefix of `<prediction>:<class>`."""
    group: str | None = None
    """Column of the group; None if rows are independent."""
    on: tuple[str, ...] = ()
    """Columns that identify a row; empty if both files have the same rows in the same order."""
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coded:
    """A text column as sorted distinct names and the position of each row's name."""

    names: tuple[str, ...]
    codes: Ints
    """Position of each row's name, `(n_rows,)`."""

    def take(self, index: Ints) -> "Coded":
        """Return the column for some rows, with the same names."""
        return Coded(self.names, self.codes[index])

    @property
    def texts(self) -> Texts:
        """The name of each row, `(n_rows,)`."""
        return np.asarray(self.names, dtype=np.str_)[self.codes]

    @property
    def in_time(self) -> bool:
        """Return whether all names are months, dates or times."""
        return all(_MOMENT.fullmatch(name) for name in self.names)


@dataclass(frozen=True)
class Predictions:
    """The rows of one file."""

    path: Path
    y: Floats
    """Labels, `(n_rows,)`: 0 or 1; for multiclass the position in `classes`; for regression the number."""
    values: Floats
    """Predictions, `(n_rows,)` or `(n_rows, n_classes)`; missing ones are NaN."""
    classes: tuple[str, ...]
    group: Coded | None
    on: tuple[Coded, ...]
    slices: dict[str, Coded]

    def __len__(self) -> int:
        return self.y.size

    def take(self, index: Ints) -> "Predictions":
        """Return some of the rows."""
        return replace(
            self,
            y=self.y[index],
            values=self.values[index],
            group=self.group and self.group.take(index),
            on=tuple(column.take(index) for column in self.on),
            slices={name: column.take(index) for name, column in self.slices.items()},
        )


def read(path: Path, kind: str, columns: PredictionColumns, *, group_wanted: bool = True) -> Predictions:
    """Read a file of predictions.

    Args:
        path: a Parquet file, or a CSV file with a header, in UTF-8; gzip-compressed if its name ends with `.gz`.
        kind: the kind of the task.
        columns: the names of the columns.
        group_wanted: whether the file must contain the columns of the group and the slices.

    Raises:
        UsageError: a column is missing or occurs twice.
        DataError: the file is missing, empty or neither CSV nor Parquet, or a cell is invalid for its column.
    """
    names = _names(path)
    shared = [*([columns.group] if columns.group else []), *columns.slices]
    optional = [name for name in shared if name in names or group_wanted]
    predictions, classes = _prediction_columns(path, names, kind, columns.prediction)
    wanted = {"--y": [columns.y], "--on": columns.on, "--prediction": predictions, "--group or --slice": optional}
    _check_names(path, names, wanted)
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
    """Return the prediction columns and, for multiclass, their classes."""
    if kind != "multiclass":
        return [prediction], ()
    prefix = f"{prediction}:"
    columns = [name for name in names if name.startswith(prefix)]
    if not columns:
        remedy = f"write one column {prefix}<class> for each class, or name another prefix by --prediction."
        message = f"there is no column {prefix}<class>; the columns are {listed(names)}"
        raise UsageError(message, where=str(path), remedy=remedy)
    return columns, tuple(name.removeprefix(prefix) for name in columns)


def _names(path: Path) -> list[str]:
    """Return the names of a file's columns."""
    with _Reading(path):
        if _is_parquet(path):
            return list(pq.read_schema(path).names)
        with pc.open_csv(path) as reader:
            return list(reader.schema.names)


def _table(path: Path, texts: Sequence[str], numbers: Sequence[str]) -> pa.Table:
    """Return columns of a file, each either as text or as number."""
    types = dict.fromkeys(texts, pa.string()) | dict.fromkeys(numbers, pa.float64())
    with _Reading(path):
        if _is_parquet(path):
            table = pq.read_table(path, columns=list(types))
            return pa.table({name: _plain(table.column(name)).cast(kind) for name, kind in types.items()})
        options = pc.ConvertOptions(column_types=types, include_columns=list(types))
        return pc.read_csv(path, convert_options=options)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column that can be cast to text: the values of categories, booleans as 0 or 1."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


class _Reading:
    """Context manager that turns errors of reading a file into a `DataError` that names the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        if self.path.is_file() and self.path.stat().st_size == 0:
            raise self._error("the file is empty (0 bytes)")

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise self._error("the file does not exist") from None
        if isinstance(error, pa.ArrowException | OSError | UnicodeDecodeError):
            text = " ".join(str(error).split())
            raise self._error(f"the file cannot be read as CSV or Parquet: {text[:200]}") from error

    def _error(self, message: str) -> DataError:
        remedy = "use Parquet, or CSV with a header, in UTF-8 and with commas; predictions must be numbers."
        return DataError(message, where=str(self.path), remedy=remedy)


def _check_names(path: Path, names: Sequence[str], wanted: dict[str, Any]) -> None:
    for option, columns in wanted.items():
        for column in columns:
            if names.count(column) != 1:
                count = "no column" if column not in names else f"{names.count(column)} columns"
                remedy = f"name an existing column by {option}, or rename the columns."
                message = f"the file has {count} {column!r}; its columns are {listed(names)}"
                raise UsageError(message, where=str(path), remedy=remedy)


def listed(names: Sequence[str]) -> str:
    """Return names as a text; of more than twelve, the first ones and the number of others."""
    most = 12
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _number(table: pa.Table, name: str, path: Path) -> Floats:
    """Return a column of numbers, missing ones as NaN."""
    if table.num_rows == 0:
        raise DataError("the file has no rows", where=str(path), remedy="use a file that contains predictions.")
    array = table.column(name).combine_chunks()
    values = np.frombuffer(array.buffers()[1], np.float64)[array.offset : array.offset + len(array)].copy()
    values[_vector(array.is_null().cast(pa.int8())) == 1] = np.nan
    return values


def _vector(array: pa.Array) -> npt.NDArray[Any]:
    """Return a NumPy array of numbers, none missing."""
    # `to_numpy`, and scalars made from Python numbers, would import pandas if it is installed.
    return np.from_dlpack(array)


def _coded(table: pa.Table, name: str, path: Path, *, missing: str | None = None) -> Coded:
    """Return a text column as codes of sorted names: whole numbers by size, others as text."""
    column = table.column(name).cast(pa.string()).combine_chunks().dictionary_encode("encode")
    texts: list[str] = [text or "" for text in column.dictionary.to_pylist()]
    codes = np.array(_vector(column.indices), dtype=np.int64)
    if "" in texts and missing is None:
        rows = np.flatnonzero(np.asarray([text == "" for text in texts])[codes])
        message = f"{rows.size:,} rows have no {name!r}, the first is row {rows[0]:,} (counted from 0)"
        raise DataError(message, where=str(path), remedy="fill the cells, or remove the rows from both files.")
    texts = [text or missing or "" for text in texts]
    if all(_MIDNIGHT.search(text) for text in texts):
        # Days, in the format in which pandas writes them to Parquet.
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
        allowed = f"one of the classes with a column: {listed(classes)}"
    if unknown := [text for text in labels.names if text not in known]:
        message = f"{name!r} has the unknown label {listed([repr(text) for text in unknown])}"
        raise DataError(message, where=str(path), remedy=f"write labels as {allowed}.")
    return np.asarray([known[text] for text in labels.names])[labels.codes]


_YES = {"1", "1.0", "true"}
_NO = {"0", "0.0", "false"}
