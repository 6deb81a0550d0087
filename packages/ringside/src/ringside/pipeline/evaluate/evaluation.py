"""Stage `evaluate`: what the challenger's predictions on the test rows are worth."""

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
"""The column of the test rows that says which partition a row is from: a name that no column of anybody's data has."""

NAMES = {PARTITION: "partition"}
"""What it is called in predictions.parquet and as a slice, which it always is."""

BASELINE = "baseline"
"""The columns of the baseline's predictions: this in the place of `prediction`."""

_BATCH = 1000
"""Rows by which a model's latency is measured."""

_FEW = 5
"""A note names at most so many values."""


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found."""

    metrics: dict[str, Any]
    """For `metrics.json`: the metrics of the kind, those of the baseline under `baseline`, rows under `rows`."""
    predictions: pd.DataFrame
    """For `predictions.parquet`: identity, group, slices, partition, `y`, the prediction of each test row, and the
    baseline's in columns that begin with `baseline`."""
    slices: Rows
    """The metrics by value of each slice; `leading` repeats the one that the kind is judged by first."""
    curves: dict[str, Rows]
    """As `ringside.pipeline.evaluate.curves.curves`."""
    latency_ms: float | None = None
    """Milliseconds that the model took for 1,000 rows; None where there are fewer test rows."""
    notes: list[str] = field(default_factory=list)
    """What a person should know: values that training never saw, metrics that these rows cannot define."""


def evaluate(estimator: Any, train: pd.DataFrame, test: pd.DataFrame, task: Task, *, bins: int) -> Evaluation:  # noqa: ANN401
    """Score a fitted estimator on rows that it was not trained on.

    Args:
        estimator: fitted on `train`.
        train: the training rows, for the baseline and for values never seen; `(n_train, n_columns)`.
        test: the test rows with the column `PARTITION`; `(n_test, n_columns + 1)`; not changed.
        task: the facts of the task.
        bins: bins of the calibration curve.

    Raises:
        DataError: the test rows have a label that training never saw, or one that is not of the task's kind.
        ModelError: the estimator cannot predict a row, or answers something that is no prediction.
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
    """Categories in the test rows that training did not have; the model has to guess there."""
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
