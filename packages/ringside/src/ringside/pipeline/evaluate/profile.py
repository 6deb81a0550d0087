"""Data profile of a model: counts per partition and column, and hashes of the training rows.

Drift, a data diff and the check for overlap between one model's training rows and another's test rows read this file
and nothing else, so each release includes it; it contains counts and hashes, but no row.
"""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype, is_object_dtype

from ringside.common.fingerprint import UInt64
from ringside.common.task import Task

VERSION = 2
"""Version of the file format. Version 1 had no duplicates, no types, and no smallest and largest number."""
CATEGORIES = 50
"""Largest number of bins of a text column; the other values are counted together."""

Bins = dict[str, Any]


def column_bins(train: pd.DataFrame, *, bins: int) -> dict[str, Bins]:
    """Return the bins of each column, from the training rows: quantiles of numbers and times, the most frequent texts.

    Args:
        train: the training rows, `(n_rows, n_columns)`.
        bins: the number of bins of a number; fewer if values repeat.
    """
    return {str(column): _bins(train[column], bins) for column in train}


def partition_profile(frame: pd.DataFrame, bins: Mapping[str, Bins], task: Task) -> dict[str, Any]:
    """Count one partition's rows, duplicates and labels, and per column the missing values and the rows in each bin.

    A duplicate is a row that repeats an earlier one of the partition in all columns except the identity. `types` has
    the pandas type of each column, including the target.

    Args:
        frame: the valid rows of the partition.
        bins: the result of `column_bins`.
        task: the task's definition.
    """
    return {
        "rows": len(frame),
        "duplicates": _duplicates(frame, task),
        "types": {str(column): str(frame[column].dtype) for column in frame},
        "labels": _labels(frame[task.target], task),
        "columns": {column: _counts(frame[column], bins[column]) for column in bins if column != task.target},
    }


def pack_hashes(hashes: UInt64) -> str:
    """Return row hashes as text: the upper 48 bits, sorted, big-endian, in base64 (8 characters per row).

    With a million training rows, 1 of 280 million other rows is mistaken for one of them.
    """
    upper = np.sort(hashes >> np.uint64(16)).astype(">u8").view(np.uint8).reshape(-1, 8)[:, 2:]
    return base64.b64encode(upper.tobytes()).decode()


def contains(packed: str, hashes: UInt64) -> np.typing.NDArray[np.bool_]:
    """Return a mask of the `hashes` that are among the packed ones, shape `(n_rows,)`."""
    six = np.frombuffer(base64.b64decode(packed), dtype=np.uint8).reshape(-1, 6)
    known = np.zeros((len(six), 8), dtype=np.uint8)
    known[:, 2:] = six
    return np.isin(hashes >> np.uint64(16), known.view(">u8").ravel().astype(np.uint64))


def _is_number(column: pd.Series) -> bool:
    return (is_numeric_dtype(column) or is_datetime64_any_dtype(column)) and not is_bool_dtype(column)


def _numbers(column: pd.Series) -> np.typing.NDArray[np.float64]:
    """Return values as numbers; times as seconds since 1970 (UTC)."""
    if is_datetime64_any_dtype(column):
        column = (column - pd.Timestamp(0, unit="s", tz=column.dt.tz)).dt.total_seconds()
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _finite(values: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    return values[np.isfinite(values)]


def _bins(column: pd.Series, bins: int) -> Bins:
    present = column.dropna()
    if _is_number(column):
        values = _finite(_numbers(present))
        edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])) if values.size else np.empty(0)
        return {"edges": [float(edge) for edge in edges]}
    counts = present.astype(str).value_counts()
    # Ties are broken by the text, so that the same data give the same profile.
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"values": [str(value) for value, _ in ranked[:CATEGORIES]]}


def _counts(column: pd.Series, bins: Bins) -> dict[str, Any]:
    present = column.dropna()
    result: dict[str, Any] = {"missing": int(len(column) - len(present))}
    if "edges" in bins:
        values = _numbers(present)
        where = np.searchsorted(bins["edges"], values, side="right")
        result["counts"] = np.bincount(where, minlength=len(bins["edges"]) + 1).tolist()
        if (finite := _finite(values)).size:
            result |= {"mean": float(finite.mean()), "std": float(finite.std())}
            result |= {"min": float(finite.min()), "max": float(finite.max())}
        return result
    counts = present.astype(str).value_counts()
    known = [int(counts.get(value, 0)) for value in bins["values"]]
    return result | {"counts": known, "other": int(len(present) - sum(known)), "distinct": len(counts)}


def _duplicates(frame: pd.DataFrame, task: Task) -> int:
    """Count rows that repeat an earlier one in all columns except the identity; 0 if there is no other column."""
    others = frame.drop(columns=[column for column in task.identity if column in frame])
    if others.columns.empty:
        return 0
    # A list cannot be hashed and is compared by its text.
    texts = {str(column): others[column].astype(str) for column in others if is_object_dtype(others[column])}
    return int(others.assign(**texts).duplicated().sum())


def _labels(target: pd.Series, task: Task) -> dict[str, float]:
    if task.kind == "regression":
        values = target.to_numpy(dtype=float)
        return {"mean": float(values.mean()), "std": float(values.std())} if values.size else {}
    return {str(label): int(count) for label, count in target.value_counts().sort_index().items()}
