"""A model's predictions in one form for all kinds of task."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.common.task import Task
from ringside.errors import ModelError, told

Floats = npt.NDArray[np.float64]

PREDICTION = "prediction"
"""Column of the prediction. binary: the probability of the positive class; regression: the number. multiclass has one
column per class, in the order of the classes, each named `prediction:<class>`."""


def predict(estimator: Any, features: pd.DataFrame, task: Task) -> pd.DataFrame:  # noqa: ANN401
    """Predict each row.

    Args:
        estimator: a fitted estimator of the task's kind.
        features: `(n_rows, n_columns)`, in the types of the schema, without the target.
        task: the task's definition.

    Returns:
        One row per input row, with the columns described at `PREDICTION`, all finite; probabilities within 0 and 1.

    Raises:
        ModelError: the estimator fails on these rows, or returns an invalid prediction.
    """
    where = f"task {task.name!r}, model.py"
    try:
        if task.kind == "regression":
            values = np.asarray(estimator.predict(features), dtype=float).reshape(-1, 1)
            names = [PREDICTION]
        else:
            values = np.asarray(estimator.predict_proba(features), dtype=float)
            names = [f"{PREDICTION}:{label}" for label in estimator.classes_]
    except Exception as error:
        raise ModelError(
            f"the model cannot predict these rows ({type(error).__name__}: {told(error)})",
            where=where,
            remedy="let the Pipeline accept what training had not seen: `handle_unknown='ignore'` in an encoder, "
            "an imputer for values that can be missing.",
        ) from error
    limits = (-np.inf, np.inf) if task.kind == "regression" else (0.0, 1.0)
    if values.shape != (len(features), len(names)) or not np.isfinite(values).all():
        found = "it answers values that are not finite, or not one for each row"
        raise ModelError(found, where=where, remedy="correct the estimator in model.py.")
    if values.min() < limits[0] or values.max() > limits[1]:
        raise ModelError("it answers probabilities outside 0 to 1", where=where, remedy="correct `predict_proba`.")
    if task.kind == "binary":
        values, names = values[:, [list(estimator.classes_).index(1)]], [PREDICTION]
    return pd.DataFrame(values, columns=names, index=features.index)


def classes(predictions: pd.DataFrame) -> list[str]:
    """Return the labels as text, in the order of the prediction columns (multiclass)."""
    prefix = f"{PREDICTION}:"
    return [column.removeprefix(prefix) for column in predictions.columns if column.startswith(prefix)]


def prediction_values(predictions: pd.DataFrame) -> Floats:
    """Return the predictions, `(n_rows,)`, or `(n_rows, n_classes)` for multiclass."""
    labels = classes(predictions)
    if not labels:
        return predictions[PREDICTION].to_numpy(dtype=float)
    return predictions[[f"{PREDICTION}:{label}" for label in labels]].to_numpy(dtype=float)
