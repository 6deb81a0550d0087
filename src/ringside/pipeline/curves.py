"""The data of the usual curves, small enough to draw anywhere: at most `POINTS` points each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import metrics as skm

from ringside.pipeline.predict import Floats, classes, prediction_values
from ringside.pipeline.scores import class_codes
from ringside.task import Task

POINTS = 200

Rows = list[dict[str, Any]]


def curves(labels: pd.Series, predictions: pd.DataFrame, task: Task, *, bins: int) -> dict[str, Rows]:
    """The curves of a kind, each as rows; a curve that the kind or these labels do not have has no rows.

    Args:
        labels: the target, shape `(n_rows,)`.
        predictions: as `ringside.pipeline.predict.predict` answers them.
        task: the facts of the task.
        bins: how many bins of equal size the calibration curve has.

    Returns:
        `roc` (false and true positive rate) and `precision_recall`, for multiclass of all pairs of a row and a class
        (the micro-average, so that each is one line); `calibration` (mean prediction against mean outcome by bins of
        the prediction; for multiclass of the largest probability); `scores` (how often which prediction); `confusion`
        (multiclass: one row per test row).
    """
    values = prediction_values(predictions)
    found: dict[str, Rows] = {"roc": [], "precision_recall": [], "confusion": []}
    if task.kind == "regression":
        truth = labels.to_numpy(dtype=float)
        top = values
    elif task.kind == "binary":
        truth = labels.to_numpy(dtype=float)
        top = values
        _add_rankings(found, truth == 1, values)
    else:
        names = classes(predictions)
        codes = class_codes(labels, names)
        top, decided = values.max(axis=1), values.argmax(axis=1)
        truth = (decided == codes).astype(float)
        _add_rankings(found, (codes[:, None] == np.arange(len(names))).ravel(), values.ravel())
        found["confusion"] = [
            {"actual": names[actual], "predicted": names[guess]} for actual, guess in zip(codes, decided, strict=True)
        ]
    return found | {"calibration": _calibration(truth, top, bins), "scores": _histogram(top)}


def _add_rankings(found: dict[str, Rows], truth: npt.NDArray[np.bool_], values: Floats) -> None:
    if truth.all() or not truth.any():
        return
    fpr, tpr, _ = skm.roc_curve(truth, values)
    precision, recall, _ = skm.precision_recall_curve(truth, values)
    found["roc"] = _thinned(fpr=fpr, tpr=tpr)
    found["precision_recall"] = _thinned(recall=recall[::-1], precision=precision[::-1])


def _thinned(**columns: Floats) -> Rows:
    """Rows at evenly spaced values of the first column, first and last included."""
    first = next(iter(columns.values()))
    ends = np.searchsorted(first, np.linspace(first[0], first[-1], POINTS - 1), side="right") - 1
    keep = np.unique(np.concatenate([[0], ends, [first.size - 1]]))
    return [{key: round(float(column[i]), 6) for key, column in columns.items()} for i in keep]


def _calibration(truth: Floats, values: Floats, bins: int) -> Rows:
    order = np.argsort(values, kind="stable")
    return [
        {
            "predicted": round(float(values[part].mean()), 6),
            "observed": round(float(truth[part].mean()), 6),
            "rows": int(part.size),
        }
        for part in np.array_split(order, bins)
        if part.size
    ]


def _histogram(values: Floats) -> Rows:
    counts, edges = np.histogram(values, bins=20)
    return [
        {"prediction": round(float(low), 6), "rows": int(count)} for low, count in zip(edges[:-1], counts, strict=True)
    ]
