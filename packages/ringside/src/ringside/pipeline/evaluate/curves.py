"""The data of the usual curves as rows, for `dvc plots` and for people."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.common.task import Task
from ringside.pipeline.evaluate import curve_points as drawn
from ringside.pipeline.evaluate.predict import Floats, classes, prediction_values
from ringside.pipeline.evaluate.scores import class_codes

Rows = list[dict[str, Any]]


def curves(labels: pd.Series, predictions: pd.DataFrame, task: Task, *, bins: int) -> dict[str, Rows]:
    """Return the curves of a kind, each as rows; a curve that the kind or these labels do not have has no rows.

    Args:
        labels: the target, shape `(n_rows,)`.
        predictions: as `ringside.pipeline.evaluate.predict.predict` returns them.
        task: the task's definition.
        bins: the number of bins with equally many rows in the calibration curve.

    Returns:
        `roc` (false and true positive rate) and `precision_recall`, for multiclass of all pairs of a row and a class
        (the micro-average, so that each is one line); `calibration` (mean prediction against mean outcome by bins of
        the prediction; for multiclass of the largest probability); `scores` (histogram of predictions); `confusion`
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
    fpr, tpr = drawn.roc(truth, values)
    recall, precision = drawn.precision_recall(truth, values)
    found["roc"] = _rows(fpr=fpr, tpr=tpr)
    found["precision_recall"] = _rows(recall=recall, precision=precision)


def _rows(**columns: Floats) -> Rows:
    values = zip(*(column.round(6).tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in values]


def _calibration(truth: Floats, values: Floats, bins: int) -> Rows:
    return [
        {"predicted": round(predicted, 6), "observed": round(observed, 6), "rows": rows}
        for predicted, observed, rows in drawn.calibration(truth, values, bins)
    ]


def _histogram(values: Floats) -> Rows:
    return [{"prediction": round(low, 6), "rows": rows} for low, rows in drawn.histogram(values)]
