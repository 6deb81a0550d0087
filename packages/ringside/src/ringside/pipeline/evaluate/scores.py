"""Metrics of predictions, for all kinds of task, by scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as skm

from ringside.common.task import Task
from ringside.errors import DataError
from ringside.pipeline.evaluate.predict import Floats, classes, prediction_values

LEADING = {"binary": "log_loss", "multiclass": "log_loss", "regression": "mae"}
"""Primary metric of each kind."""


def scores(labels: pd.Series, predictions: pd.DataFrame, task: Task) -> dict[str, float]:
    """Return the metrics of a kind, in the metric's own unit, without metrics that are undefined on these rows.

    binary: log loss (nats), Brier score, ROC AUC and average precision (both need both classes);
    multiclass: log loss (nats), accuracy, macro F1; regression: MAE, RMSE (units of the target), R² (needs two
    different values).

    Args:
        labels: the target, shape `(n_rows,)`, none missing.
        predictions: as `ringside.pipeline.evaluate.predict.predict` returns them.
        task: the task's definition.

    Raises:
        DataError: there is a label that the model does not know.
    """
    values = prediction_values(predictions)
    found = _KINDS[task.kind](labels, values, classes(predictions))
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def baseline(train_labels: pd.Series, index: pd.Index, task: Task, class_names: list[str]) -> pd.DataFrame:
    """Return the predictions of a baseline without features: base rates, or the training median.

    Args:
        train_labels: the target of the training rows.
        index: the index of the test rows, `(n_rows,)`.
        task: the task's definition.
        class_names: multiclass: the labels in the order of the model's predictions.

    Returns:
        Columns as `ringside.pipeline.evaluate.predict.predict` returns them, each constant.
    """
    if task.kind == "regression":
        constants = {"prediction": float(np.median(train_labels.to_numpy(dtype=float)))}
    elif task.kind == "binary":
        constants = {"prediction": float(train_labels.to_numpy(dtype=bool).mean())}
    else:
        shares = train_labels.astype(str).value_counts(normalize=True)
        constants = {f"prediction:{name}": float(shares.get(name, 0.0)) for name in class_names}
    return pd.DataFrame(constants, index=index)


def _binary(labels: pd.Series, values: Floats, _names: list[str]) -> dict[str, Any]:
    truth = labels.to_numpy(dtype=bool)
    found = {
        "log_loss": skm.log_loss(truth, values, labels=[False, True]),
        "brier": skm.brier_score_loss(truth, values),
    }
    if truth.all() or not truth.any():
        return found
    return found | {
        "roc_auc": skm.roc_auc_score(truth, values),
        "average_precision": skm.average_precision_score(truth, values),
    }


def _multiclass(labels: pd.Series, values: Floats, names: list[str]) -> dict[str, Any]:
    codes = class_codes(labels, names)
    decided = values.argmax(axis=1)
    known = list(range(len(names)))
    return {
        "log_loss": skm.log_loss(codes, values, labels=known),
        "accuracy": skm.accuracy_score(codes, decided),
        "macro_f1": skm.f1_score(codes, decided, average="macro", zero_division=0.0),
    }


def _regression(labels: pd.Series, values: Floats, _names: list[str]) -> dict[str, Any]:
    truth = labels.to_numpy(dtype=float)
    found = {"mae": skm.mean_absolute_error(truth, values), "rmse": skm.root_mean_squared_error(truth, values)}
    return found | ({"r2": skm.r2_score(truth, values)} if np.unique(truth).size > 1 else {})


def class_codes(labels: pd.Series, names: list[str]) -> "np.typing.NDArray[np.int64]":
    """Return the position of each label among `names`, shape `(n_rows,)`.

    Raises:
        DataError: a label is not among them.
    """
    texts = labels.astype(str)
    if unknown := sorted(set(texts) - set(names)):
        raise DataError(
            f"the test rows have labels that training never saw: {', '.join(unknown[:5])}",
            where=f"the target {labels.name!r}",
            remedy="take rows with these labels into training (split.test, split.gap), or merge rare classes.",
        )
    return np.asarray(pd.Categorical(texts, categories=names).codes, dtype=np.int64)


_KINDS: dict[str, Callable[[pd.Series, Floats, list[str]], dict[str, Any]]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
}
