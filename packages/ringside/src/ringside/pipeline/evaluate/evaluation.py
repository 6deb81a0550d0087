"""Stage `evaluate`: metrics, slices and curves of the challenger's predictions on the test rows."""

import time
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ringside.common.labels import check_kind
from ringside.common.task import Task
from ringside.pipeline.evaluate.curves import Rows, curves
from ringside.pipeline.evaluate.predict import PREDICTION, classes, predict
from ringside.pipeline.evaluate.scores import LEADING, baseline, scores

PARTITION = "\0partition"
"""Column of the test rows with the partition of each row; the name cannot be that of a column of the data."""

NAMES = {PARTITION: "partition"}
"""Name of that column in predictions.parquet and as a slice, which it always is."""

BASELINE = "baseline"
"""Prefix of the columns of the baseline's predictions, in place of `prediction`."""

_BATCH = 1000
"""Number of rows for the measurement of a model's latency."""

_FEW = 5
"""Largest number of values that a note names."""


@dataclass(frozen=True)
class Evaluation:
    """Result of the stage `evaluate`."""

    metrics: dict[str, Any]
    """Content of `metrics.json`: the metrics of the kind, those of the baseline under `baseline`, rows under `rows`."""
    predictions: pd.DataFrame
    """Content of `predictions.parquet`: identity, group, slices, partition, `y`, the prediction of each test row, and
    the baseline's in columns that begin with `baseline`."""
    slices: Rows
    """Metrics by value of each slice; `leading` repeats the primary metric of the kind."""
    curves: dict[str, Rows]
    """Curves as returned by `ringside.pipeline.evaluate.curves.curves`."""
    latency_ms: float | None = None
    """Milliseconds that the model took for 1,000 rows; None if there are fewer test rows."""
    notes: list[str] = field(default_factory=list)
    """Notes for people: values that are not in the training rows, metrics that are undefined on these rows."""


def evaluate(estimator: Any, train: pd.DataFrame, test: pd.DataFrame, task: Task, *, bins: int) -> Evaluation:  # noqa: ANN401
    """Score a fitted estimator on rows that it was not trained on.

    Args:
        estimator: fitted on `train`.
        train: the training rows, for the baseline and for unseen values; `(n_train, n_columns)`.
        test: the test rows with the column `PARTITION`; `(n_test, n_columns + 1)`; not changed.
        task: the task's definition.
        bins: bins of the calibration curve.

    Raises:
        DataError: the test rows have a label that is not in the training rows, or one that is not of the task's kind.
        ModelError: the estimator cannot predict a row, or returns an invalid prediction.
    """
    labels = test[task.target]
    check_kind(labels, task, where="the test rows")
    features = test.drop(columns=[task.target, PARTITION])
    predictions = predict(estimator, features, task)
    found = scores(labels, predictions, task)
    naive = baseline(train[task.target], test.index, task, classes(predictions))
    kept = list(dict.fromkeys([*task.identity, *([task.group] if task.group else []), *task.slices, PARTITION]))
    return Evaluation(
        metrics=found | {"baseline": scores(labels, naive, task), "rows": {"train": len(train), "test": len(test)}},
        predictions=pd.concat(
            [test[kept].rename(columns=NAMES), labels.rename("y"), predictions, naive.rename(columns=_naive)], axis=1
        ),
        slices=_by_slice(test, labels, predictions, task),
        curves=curves(labels, predictions, task, bins=bins),
        latency_ms=_latency(estimator, features, task),
        notes=_never_seen(train, test, task) + _undefined(found, labels, task),
    )


def _latency(estimator: Any, features: pd.DataFrame, task: Task) -> float | None:  # noqa: ANN401
    if len(features) < _BATCH:
        return None
    start = time.perf_counter()
    predict(estimator, features.iloc[:_BATCH], task)
    return (time.perf_counter() - start) * 1000


def _naive(column: str) -> str:
    return column.replace(PREDICTION, BASELINE, 1)


def _by_slice(test: pd.DataFrame, labels: pd.Series, predictions: pd.DataFrame, task: Task) -> Rows:
    rows: Rows = []
    for column in [*task.slices, PARTITION]:
        for value, index in sorted(test.groupby(column, observed=True, dropna=False).groups.items(), key=str):
            found = scores(labels.loc[index], predictions.loc[index], task)
            leading = {"leading": found[LEADING[task.kind]]}
            rows.append(
                {"slice": f"{NAMES.get(column, column)}={value}", "rows": len(index)} | _rounded(leading | found)
            )
    return rows


def _rounded(found: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in found.items()}


def _never_seen(train: pd.DataFrame, test: pd.DataFrame, task: Task) -> list[str]:
    """Return the categories in the test rows that the training rows do not have, so that the model has to guess."""
    notes = []
    # Identities and groups are new by design.
    known = [task.target, PARTITION, *task.identity, *([task.group] if task.group else [])]
    for column in test.columns.difference(known, sort=False):
        if not (pd.api.types.is_string_dtype(test[column]) or isinstance(test[column].dtype, pd.CategoricalDtype)):
            continue
        unseen = test.loc[~test[column].isin(train[column].unique()) & test[column].notna(), column]
        if len(unseen):
            values = sorted(map(str, unseen.unique()))
            shown = ", ".join(values[:_FEW]) + (f" and {len(values) - _FEW} more" if len(values) > _FEW else "")
            notes.append(f"{len(unseen):,} test rows have a {column} that training never saw: {shown}")
    return notes


def _undefined(found: dict[str, float], labels: pd.Series, task: Task) -> list[str]:
    if task.kind != "multiclass" and (labels == labels.iloc[0]).all():
        return [f"all {len(labels):,} test labels are {labels.iloc[0]}: only {', '.join(found)} can be computed"]
    return []
