"""Check existing predictions and convert them to the format of `reports/predictions.parquet`."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from ringside.common.fingerprint import row_hashes
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.errors import DataError, UsageError

PREDICTION = "prediction"
"""Name of the column with a probability or a number; multiclass has one for each class, `prediction:<class>`."""

_PARQUET = b"PAR1"
_OFF = 1e-5
"""Tolerance for the sum of a row's probabilities, enough for single precision."""
_FORM = "use a CSV file with a header, in UTF-8 and with commas, or a Parquet file."


def adopt(
    path: Path, task: Task, *, prediction: str, types: Mapping[str, pa.DataType], classes: Collection[str] = ()
) -> pa.Table:
    """Return the predictions in a file: columns of identity and predictions, sorted by identity.

    Args:
        path: a CSV or Parquet file.
        task: the task.
        prediction: the column of the predictions; for multiclass the prefix before `:<class>`.
        types: types of the identity's columns in `data/valid`, to which the file's columns are converted.
        classes: for multiclass, all labels.

    Raises:
        UsageError: a column is missing.
        DataError: the file cannot be read; an identity is missing, repeated, or of another type; a prediction is
            missing, infinite, or no probability.
    """
    where, keys = str(path), list(task.identity)
    names = [f"{prediction}:{label}" for label in sorted(classes)] if task.kind == "multiclass" else [prediction]
    rows = _read(path, keys, names)
    if rows.num_rows == 0:
        raise DataError("the file has no rows", where=where, remedy="use a file that contains predictions.")
    columns = {key: _identity(rows.column(key), types[key], key, where) for key in keys}
    columns |= {name.replace(prediction, PREDICTION, 1): _numbers(rows.column(name), name, where) for name in names}
    table = pa.table(columns)
    _check_probabilities(table.drop_columns(keys), task, where)
    _check_doubled(table, keys, where)
    return table.sort_by([(key, "ascending") for key in keys]).combine_chunks()


def _read(path: Path, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """Return the needed columns of a file; those of a CSV file as text."""
    where = str(path)
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == _PARQUET
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror})", where=where, remedy=_FORM) from None
    if parquet:
        rows = read_table(path, remedy=_FORM)
    else:
        # As text, so that leading zeros are kept and each column is converted to the type that it needs.
        wanted = dict.fromkeys([*keys, *names], pa.string())
        options = pv.ConvertOptions(column_types=wanted, strings_can_be_null=True, null_values=[""])
        try:
            rows = pv.read_csv(path, convert_options=options)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            message = f"the file cannot be read as CSV ({' '.join(str(error).split())[:200]})"
            raise DataError(message, where=where, remedy=_FORM) from None
    for name in [*keys, *names]:
        if (count := rows.column_names.count(name)) != 1:
            what = f"{count} columns" if count else "no column"
            message = f"the file has {what} {name!r} (its columns: {', '.join(rows.column_names[:12])})"
            remedy = f"add {', '.join(keys)} and the predictions; name the column of predictions by --prediction."
            raise UsageError(message, where=where, remedy=remedy)
    return rows.select([*keys, *names])


def _identity(column: pa.ChunkedArray, kind: pa.DataType, name: str, where: str) -> pa.ChunkedArray:
    """Return a column of the identity, converted to its type in `data/valid`."""
    if column.null_count:
        remedy = "fill the cells or remove the rows: each row needs a complete identity."
        raise DataError(f"{column.null_count:,} rows have no {name!r}", where=where, remedy=remedy)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    for cast in (_plainly, _in_utc, _as_number):
        try:
            return cast(column, kind)
        except (pa.ArrowException, ValueError):
            continue
    message = f"{name!r} has the type {column.type}, and {column[0].as_py()!r} is no {kind}"
    raise DataError(message, where=where, remedy=f"write {name!r} in the format of data/valid.")


def _plainly(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column.cast(kind)


def _in_utc(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return times with a time zone as instants; times without one are in UTC."""
    if not pa.types.is_timestamp(kind):
        raise ValueError
    zone = None if kind.tz else "UTC"
    return column.cast(pa.timestamp(kind.unit, zone)).cast(kind)


def _as_number(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return whole numbers from texts with a decimal point."""
    return column.cast(pa.float64()).cast(kind)


def _numbers(column: pa.ChunkedArray, name: str, where: str) -> pa.ChunkedArray:
    try:
        numbers = column.cast(pa.float64())
    except pa.ArrowException as error:
        message = f"{name!r} contains a value that is no number ({' '.join(str(error).split())[:200]})"
        raise DataError(message, where=where, remedy="write predictions as numbers with a decimal point.") from None
    bad = ~np.isfinite(numbers.to_numpy().astype(np.float64))
    _refuse(bad, f"no finite {name!r}", where)
    return numbers


def _check_probabilities(predictions: pa.Table, task: Task, where: str) -> None:
    if task.kind == "regression":
        return
    values = np.column_stack([column.to_numpy() for column in predictions.columns])
    outside = np.asarray(((values < 0) | (values > 1)).any(axis=1), dtype=bool)
    _refuse(outside, "a probability outside 0 to 1", where)
    if task.kind == "multiclass":
        _refuse(np.abs(values.sum(axis=1) - 1) > _OFF, "probabilities that do not sum to 1", where)


def _check_doubled(table: pa.Table, keys: Sequence[str], where: str) -> None:
    hashes = row_hashes(table, keys)
    _, first = np.unique(hashes, return_index=True)
    again = np.ones(len(hashes), dtype=bool)
    again[first] = False
    _refuse(again, f"the identity ({', '.join(keys)}) of another row", where)


def _refuse(bad: "np.typing.NDArray[np.bool_]", what: str, where: str) -> None:
    """Raise if a row is bad; the error names the first one."""
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        message = f"{int(bad.sum()):,} rows have {what}, first row {row + 1:,} of the data"
        raise DataError(message, where=where, remedy="correct or remove the rows, and adopt the file again.")
