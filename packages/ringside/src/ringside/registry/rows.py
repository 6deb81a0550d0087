"""Rows that a model is to predict: read from a file, held against the schema, predicted, compared with stored ones."""

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
"""An error shows at most so many rows."""
TOLERANCE = 1e-9
"""Relative to the larger of the stored value and 1e-3: another processor adds numbers in another order."""
_SMALL = 1e-3
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_REMEDY = "correct the rows in the file and run again; nothing was written."

Failures = list[tuple[int, str]]
"""Rows, counted from 0, and what is wrong with each."""


@dataclass(frozen=True)
class Rows:
    """What a file holds."""

    frame: pd.DataFrame
    failures: Failures = field(default_factory=list)
    """CSV: texts that are no value of the column's type."""


def schema_columns(schema: "DataFrameSchema", target: str) -> dict[str, str]:
    """What a model takes: each column but the target with its dtype, `?` after it where a value may be missing."""
    columns = ((str(name), column) for name, column in schema.columns.items() if name != target)
    return {name: f"{column.dtype}{'?' if column.nullable else ''}" for name, column in columns}


def file_kind(path: Path) -> str:
    """`csv` or `parquet`, by the extension.

    Raises:
        UsageError: it is another one.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "parquet"):
        found = f"the extension {path.suffix!r} is neither .parquet nor .csv"
        raise UsageError(found, where=str(path), remedy="name a Parquet or a CSV file.")
    return kind


def read_rows(path: Path, columns: Mapping[str, str]) -> Rows:
    """The rows of a Parquet or CSV file.

    Args:
        path: the file.
        columns: as `schema_columns`; the types of a CSV's texts.

    Raises:
        UsageError: the extension is another one.
        DataError: the file is missing, damaged or empty.
    """
    if file_kind(path) == "parquet":
        rows = Rows(read_table(path, remedy="name a Parquet file with the rows to predict.").to_pandas())
    else:
        rows = _typed(_texts(path), columns)
    if rows.frame.empty:
        raise DataError("it has no rows", where=str(path), remedy="name a file with the rows to predict.")
    # A column that pandas kept as the index of a Parquet file is a column again.
    named = any(name is not None for name in rows.frame.index.names)
    return Rows(rows.frame.reset_index(drop=not named), rows.failures)


def write_rows(path: Path, frame: pd.DataFrame) -> None:
    """Replace `path`, Parquet or CSV by its extension.

    Raises:
        UsageError: the extension is another one.
        StoreError: the disk is full or the place cannot be written to.
    """
    if file_kind(path) == "parquet":
        write_frame(path, frame)
        return
    out = io.BytesIO()
    csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), out)
    write_bytes(path, out.getvalue())


def in_types(found: "Iterable[Mapping[str, object]] | pd.DataFrame", columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows from JSON or a database, in the types that the model takes; what the schema does not know stays.

    Args:
        found: the rows; not changed.
        columns: as `schema_columns`.

    Raises:
        DataError: a value is none of its column's type; the error names the column.
    """
    frame = pd.DataFrame(found if isinstance(found, pd.DataFrame) else list(found))
    problems = []
    for name in frame.columns.intersection(list(columns)):
        dtype = pd.api.types.pandas_dtype(columns[name].removesuffix("?"))
        try:
            frame[name] = _as_type(frame[name], dtype)
        except (ValueError, TypeError, OverflowError):
            # What a library says of it repeats the value, and logs of callers keep answers.
            problems.append(f"{name}: a value is no {dtype}")
    if problems:
        raise DataError("; ".join(problems), where="the rows to predict", remedy="correct the rows and ask again.")
    return frame


def _as_type(values: pd.Series, dtype: Any) -> pd.Series:  # noqa: ANN401  # a dtype of pandas or NumPy
    if pd.api.types.is_datetime64_any_dtype(dtype):
        zone = getattr(dtype, "tz", None)
        times = pd.to_datetime(values, utc=zone is not None, format=None if values.dtype.kind in "mM" else "ISO8601")
        return times.astype(dtype)
    if pd.api.types.is_bool_dtype(dtype):
        # Databases without a type of their own keep 0 and 1; any other value is none, which `astype` would take.
        odd = values[values.notna() & ~values.isin([0, 1])]
        if not odd.empty:
            raise ValueError("it is neither 0 nor 1")
    elif pd.api.types.is_integer_dtype(dtype) and (pd.to_numeric(values.dropna()) % 1 != 0).any():
        raise ValueError("it has digits after the point")
    return values.astype(dtype)


def predict_rows(estimator: Any, frame: pd.DataFrame, task: Task, *, check: bool) -> pd.DataFrame:  # noqa: ANN401
    """As `ringside.pipeline.evaluate.predict.predict`, for rows that may have the target.

    Args:
        estimator: a fitted estimator of the task's kind.
        frame: `(n_rows, n_columns)`; not changed.
        task: the task.
        check: hold the rows against the schema first.

    Raises:
        DataError: a row is not what the schema says.
        ModelError: the estimator cannot predict.
    """
    features = frame.drop(columns=[task.target], errors="ignore").reset_index(drop=True)
    return predict(estimator, check_features(features, task) if check else features, task)


def check_features(features: pd.DataFrame, task: Task) -> pd.DataFrame:
    """The rows in the types of the schema, if all of them are what it says.

    Args:
        features: `(n_rows, n_columns)` under an index from 0, without the target; not changed.
        task: the task.

    Raises:
        DataError: a column is missing or unknown, or rows fail; the error shows the first `SHOWN`, counted from 1.
    """
    # Imported here because who predicts rows that were checked before has no use for pandera.
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
    """Stop where there are failures.

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
        found = "\n".join([f"{count} not what the model takes (counted from 1, without the header)", *shown, *rest])
        raise DataError(found, where=where, remedy=_REMEDY)


def compare(stored: pd.DataFrame, now: pd.DataFrame, *, where: str, remedy: str) -> float:
    """The largest difference of two sets of predictions of the same rows, relative as `TOLERANCE` says.

    Raises:
        RegistryError: they have other columns or numbers of rows, or differ by more; state `files_damaged`.
    """
    if list(stored.columns) != list(now.columns) or len(stored) != len(now):
        found = "the model answers other columns or another number of rows than were stored"
        raise RegistryError(found, where=where, remedy=remedy, state="files_damaged")
    before, after = stored.to_numpy(dtype=float), now.to_numpy(dtype=float)
    differences = np.abs(after - before) / np.maximum(np.abs(before), _SMALL)
    largest = float(differences.max(initial=0.0))
    if not largest <= TOLERANCE:
        rows = int((~(differences <= TOLERANCE)).any(axis=1).sum())
        found = (
            f"{rows:,} of {len(before):,} stored predictions differ from what the model answers "
            f"(by {largest:.2g} at most, relative; {TOLERANCE:g} is allowed)"
        )
        raise RegistryError(found, where=where, remedy=remedy, state="files_damaged")
    return largest


def _needs_no_target(check: Any, features: pd.DataFrame, target: str) -> bool:  # noqa: ANN401  # pandera has no types
    """Whether a check of the whole frame can be asked where there is no label yet."""
    try:
        check(features)
    except KeyError as error:
        return error.args != (target,)
    except Exception:  # noqa: BLE001  # pandera reports it with the place
        return True
    return True


def _texts(path: Path) -> pd.DataFrame:
    """A CSV's cells as texts, missing where they are empty."""
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
                # A row keeps its number whatever stands before it.
                skip_blank_lines=False,
            )
    except (pd.errors.EmptyDataError, pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        found = f"it is no CSV with one header and as many cells in each row ({' '.join(str(error).split())})"
        raise DataError(found, where=str(path), remedy="write it as UTF-8 with commas, or use Parquet.") from None


def _typed(texts: pd.DataFrame, columns: Mapping[str, str]) -> Rows:
    """Texts as values of the columns' types; what is no such value is a failure, what no type is known for stays."""
    frame, failures = texts.copy(), Rows(texts).failures
    for name in texts.columns.intersection(list(columns)):
        dtype = pd.api.types.pandas_dtype(columns[name].removesuffix("?"))
        convert = _converter(dtype)
        if convert is None:
            continue
        values = convert(texts[name])
        bad = texts[name].notna() & values.isna() & (texts[name].str.lower() != "nan")
        failures += [(int(row), f"{name}: {texts[name][row]!r} is no {dtype}") for row in texts.index[bad]]
        empty = values.isna() & ~bad
        if isinstance(dtype, pd.api.extensions.ExtensionDtype) or dtype.kind in "fM":
            frame[name] = values.astype(dtype)
        elif empty.any():
            failures += [(int(row), f"{name}: it is missing") for row in texts.index[empty]]
        elif not bad.any():
            frame[name] = values.astype(dtype)
    return Rows(frame, failures)


def _converter(dtype: Any) -> Any:  # noqa: ANN401  # a dtype of pandas or NumPy
    """A function from texts to values, missing where a text is none; None where texts are what is wanted."""
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
