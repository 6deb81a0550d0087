"""Rows to predict: read from a file, validated, predicted, and compared with stored predictions."""

import functools
import io
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from ringside.common.files import read_bytes, write_bytes
from ringside.common.tables import read_table, write_frame
from ringside.common.task import Task
from ringside.errors import DataError, RegistryError, UsageError
from ringside.loader import load_schema
from ringside.pipeline.evaluate.predict import predict

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

SHOWN = 20
"""Maximum rows that an error shows."""
TOLERANCE = 1e-9
"""Difference relative to the larger of the stored value and 1e-3; another processor adds in another order."""
_SMALL = 1e-3
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_REMEDY = "correct the rows in the file and run again; nothing was written."

Failures = list[tuple[int, str]]
"""Rows, counted from 0, each with its problem."""


@dataclass(frozen=True)
class Rows:
    """The rows of a file."""

    frame: pd.DataFrame
    failures: Failures = field(default_factory=list)
    """CSV cells that cannot be converted to the column's type."""


def schema_columns(schema: "DataFrameSchema", target: str) -> dict[str, str]:
    """Return each feature of a schema with its dtype, followed by `?` if it is nullable."""
    columns = ((str(name), column) for name, column in schema.columns.items() if name != target)
    return {name: f"{column.dtype}{'?' if column.nullable else ''}" for name, column in columns}


def file_kind(path: Path) -> str:
    """Return `csv` or `parquet`, by the extension.

    Raises:
        UsageError: the extension is neither.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "parquet"):
        message = f"the extension {path.suffix!r} is neither .parquet nor .csv"
        raise UsageError(message, where=str(path), remedy="name a Parquet or a CSV file.")
    return kind


def read_rows(path: Path, columns: Mapping[str, str]) -> Rows:
    """Read the rows of a Parquet or CSV file.

    Args:
        path: the file.
        columns: the types for CSV cells, from `schema_columns`.

    Raises:
        UsageError: the extension is neither.
        DataError: the file is missing, damaged or empty.
    """
    if file_kind(path) == "parquet":
        rows = Rows(read_table(path, remedy="name a Parquet file with the rows to predict.").to_pandas())
    else:
        rows = _typed(_texts(path), columns)
    if rows.frame.empty:
        raise DataError("it has no rows", where=str(path), remedy="name a file with the rows to predict.")
    # pandas may have stored a column as the index of a Parquet file.
    named = any(name is not None for name in rows.frame.index.names)
    return Rows(rows.frame.reset_index(drop=not named), rows.failures)


def write_rows(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame to `path`, as Parquet or CSV by its extension.

    Raises:
        UsageError: the extension is neither.
        StoreError: the disk is full, or the place cannot be written to.
    """
    if file_kind(path) == "parquet":
        write_frame(path, frame)
        return
    out = io.BytesIO()
    csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), out)
    write_bytes(path, out.getvalue())


def in_types(records: "Iterable[Mapping[str, object]] | pd.DataFrame", columns: Mapping[str, str]) -> pd.DataFrame:
    """Convert rows from JSON or a database to the types of the features; columns outside the schema stay.

    Args:
        records: the rows; not changed.
        columns: the types, from `schema_columns`.

    Raises:
        DataError: a value cannot be converted to its column's type; the error names the column.
    """
    frame = pd.DataFrame(records if isinstance(records, pd.DataFrame) else list(records))
    problems = []
    for name in frame.columns.intersection(list(columns)):
        dtype = pd.api.types.pandas_dtype(columns[name].removesuffix("?"))
        try:
            frame[name] = _as_type(frame[name], dtype)
        except (ValueError, TypeError, OverflowError):
            # A library's message repeats the value, which must not get into the caller's logs.
            problems.append(f"{name}: a value is not a valid {dtype}")
    if problems:
        raise DataError("; ".join(problems), where="the rows to predict", remedy="correct the rows and try again.")
    return frame


def _as_type(values: pd.Series, dtype: Any) -> pd.Series:  # noqa: ANN401  # a dtype of pandas or NumPy
    if pd.api.types.is_datetime64_any_dtype(dtype):
        zone = getattr(dtype, "tz", None)
        times = pd.to_datetime(values, utc=zone is not None, format=None if values.dtype.kind in "mM" else "ISO8601")
        return times.astype(dtype)
    if pd.api.types.is_bool_dtype(dtype):
        # Databases without a Boolean type store 0 and 1; `astype` would also accept any other number.
        odd = values[values.notna() & ~values.isin([0, 1])]
        if not odd.empty:
            raise ValueError("it is neither 0 nor 1")
    elif pd.api.types.is_integer_dtype(dtype) and (pd.to_numeric(values.dropna()) % 1 != 0).any():
        raise ValueError("it has digits after the point")
    return values.astype(dtype)


def predict_rows(estimator: Any, frame: pd.DataFrame, task: Task, *, check: bool) -> pd.DataFrame:  # noqa: ANN401
    """Predict as `ringside.pipeline.evaluate.predict.predict` does, for rows that may have the target.

    Args:
        estimator: a fitted estimator of the task's kind.
        frame: `(n_rows, n_columns)`; not changed.
        task: the task.
        check: validate the rows with the schema first.

    Raises:
        DataError: a row does not match the schema.
        ModelError: the estimator cannot predict.
    """
    features = frame.drop(columns=[task.target], errors="ignore").reset_index(drop=True)
    return predict(estimator, check_features(features, task) if check else features, task)


def check_features(features: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Validate rows with the schema and return them in its types.

    Args:
        features: `(n_rows, n_columns)` with an index from 0, without the target; not changed.
        task: the task.

    Raises:
        DataError: a column is missing or unknown, or rows fail; the error shows the first `SHOWN`, counted from 1.
    """
    # Imported here because predicting checked rows does not need pandera.
    from ringside.pipeline.validate.rows import check_rows

    schema = load_schema(task)
    where = "the rows to predict"
    columns = schema_columns(schema, task.target)
    needed = [name for name in columns if schema.columns[name].required]
    missing = [name for name in needed if name not in features]
    extra = [str(name) for name in features if name not in columns] if schema.strict is True else []
    problems = [f"the column {name!r} is missing" for name in missing]
    if problems := problems + [f"the column {name!r} is not in the schema" for name in extra]:
        raise DataError("; ".join(problems), where=where, remedy=f"the model takes: {', '.join(columns)}.")
    schema = schema.remove_columns([task.target])
    schema.checks = [check for check in schema.checks if _needs_no_target(check, features, task.target)]
    try:
        valid, failed = check_rows(features, schema, where=where)
    except DataError as error:
        raise DataError(error.found, where=where, remedy=_REMEDY) from error
    refuse_failures(zip(failed["index"].tolist(), failed["reason"].tolist(), strict=True), where=where)
    return valid


def refuse_failures(failures: "Sequence[tuple[int, str]] | zip[tuple[int, str]]", *, where: str) -> None:
    """Raise if there are failures.

    Raises:
        DataError: the first `SHOWN` rows, counted from 1 as in the file.
    """
    by_row: dict[int, list[str]] = {}
    for row, reason in failures:
        by_row.setdefault(int(row), []).append(reason)
    if by_row:
        shown = [f"  row {row + 1:,}: {'; '.join(dict.fromkeys(by_row[row]))}" for row in sorted(by_row)[:SHOWN]]
        rest = [f"  and {len(by_row) - SHOWN:,} more"] if len(by_row) > SHOWN else []
        count = "1 row is" if len(by_row) == 1 else f"{len(by_row):,} rows are"
        message = "\n".join([f"{count} not what the model takes (counted from 1, without the header)", *shown, *rest])
        raise DataError(message, where=where, remedy=_REMEDY)


def compare(stored: pd.DataFrame, now: pd.DataFrame, *, where: str, remedy: str) -> float:
    """Return the largest difference between two sets of predictions of the same rows, relative as in `TOLERANCE`.

    Raises:
        RegistryError: they have other columns or numbers of rows, or differ by more; state `files_damaged`.
    """
    if list(stored.columns) != list(now.columns) or len(stored) != len(now):
        message = "the model returns other columns or another number of rows than stored"
        raise RegistryError(message, where=where, remedy=remedy, state="files_damaged")
    before, after = stored.to_numpy(dtype=float), now.to_numpy(dtype=float)
    differences = np.abs(after - before) / np.maximum(np.abs(before), _SMALL)
    largest = float(differences.max(initial=0.0))
    if not largest <= TOLERANCE:
        rows = int((~(differences <= TOLERANCE)).any(axis=1).sum())
        message = (
            f"{rows:,} of {len(before):,} stored predictions differ from the model's "
            f"(by {largest:.2g} at most, relative; {TOLERANCE:g} is allowed)"
        )
        raise RegistryError(message, where=where, remedy=remedy, state="files_damaged")
    return largest


def _needs_no_target(check: Any, features: pd.DataFrame, target: str) -> bool:  # noqa: ANN401  # pandera has no types
    """Return whether a check of the whole frame works without the target."""
    try:
        check(features)
    except KeyError as error:
        return error.args != (target,)
    except Exception:  # noqa: BLE001  # pandera reports it with the place
        return True
    return True


def _texts(path: Path) -> pd.DataFrame:
    """Read a CSV's cells as texts; empty cells are missing."""
    content = read_bytes(path, remedy="name a CSV file with the rows to predict.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.BytesIO(content),
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                # Blank lines count, so that a row keeps its number.
                skip_blank_lines=False,
            )
    except (pd.errors.EmptyDataError, pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        message = f"it is not a CSV with one header and equally many cells in each row ({' '.join(str(error).split())})"
        raise DataError(message, where=str(path), remedy="write it as UTF-8 with commas, or use Parquet.") from None


def _typed(texts: pd.DataFrame, columns: Mapping[str, str]) -> Rows:
    """Convert texts to the columns' types; invalid values are failures, columns of unknown type stay."""
    frame, failures = texts.copy(), Rows(texts).failures
    for name in texts.columns.intersection(list(columns)):
        dtype = pd.api.types.pandas_dtype(columns[name].removesuffix("?"))
        convert = _converter(dtype)
        if convert is None:
            continue
        values = convert(texts[name])
        bad = texts[name].notna() & values.isna() & (texts[name].str.lower() != "nan")
        failures += [(int(row), f"{name}: {texts[name][row]!r} is not a valid {dtype}") for row in texts.index[bad]]
        empty = values.isna() & ~bad
        if isinstance(dtype, pd.api.extensions.ExtensionDtype) or dtype.kind in "fM":
            frame[name] = values.astype(dtype)
        elif empty.any():
            failures += [(int(row), f"{name}: the value is missing") for row in texts.index[empty]]
        elif not bad.any():
            frame[name] = values.astype(dtype)
    return Rows(frame, failures)


def _converter(dtype: Any) -> Any:  # noqa: ANN401  # a dtype of pandas or NumPy
    """Return a function that converts texts, invalid ones to missing; None for text columns."""
    if pd.api.types.is_bool_dtype(dtype):
        return lambda texts: texts.str.lower().map(_TRUTH)
    if pd.api.types.is_integer_dtype(dtype):
        return functools.partial(_whole_numbers, limits=np.iinfo(str(dtype).partition("[")[0].lower()))
    if pd.api.types.is_float_dtype(dtype):
        return functools.partial(pd.to_numeric, errors="coerce")
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return functools.partial(_times, zone=getattr(dtype, "tz", None))
    return None


def _whole_numbers(texts: pd.Series, *, limits: np.iinfo[Any]) -> pd.Series:
    values = pd.to_numeric(texts, errors="coerce")
    return values.where((values % 1 == 0) & (values >= limits.min) & (values <= limits.max))


def _times(texts: pd.Series, *, zone: Any) -> pd.Series:  # noqa: ANN401  # a time zone of any library
    values = pd.to_datetime(texts, errors="coerce", utc=True, format="ISO8601")
    return values.dt.tz_convert(zone) if zone is not None else values.dt.tz_localize(None)
