"""Stage `train`: fits the challenger with a fixed seed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ringside.common.labels import check_labels
from ringside.common.task import Task, TrainParams
from ringside.errors import DataError, ModelError, told


def train(frame: pd.DataFrame, task: Task, params: TrainParams, build_model: Callable[[TrainParams], Any]) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
    """Fit the estimator that `build_model` answers on the training rows.

    Args:
        frame: the training rows, `(n_rows, n_columns)`, as the schema has them, in order; not changed.
        task: the facts of the task.
        params: the task's `train` section.
        build_model: the task's function.

    Returns:
        The fitted estimator.

    Raises:
        DataError: the target has one class, or is not of the task's kind; or a column has no value at all.
        ModelError: the estimator cannot be fitted.
    """
    target = frame[task.target]
    check_labels(target, task, where="the training rows")
    features = frame.drop(columns=task.target)
    if empty := [str(column) for column in features if features[column].isna().all()]:
        raise DataError(
            f"no row has a value in {', '.join(empty)}",
            where=f"task {task.name!r}, the training rows",
            remedy="mend the source, or take the column out of SCHEMA in schema.py and out of the model.",
        )
    # Estimators whose random_state the task forgot draw from this generator.
    np.random.seed(params.seed)  # noqa: NPY002
    estimator = build_model(params)
    try:
        estimator.fit(features, target)
    except Exception as error:
        raise ModelError(
            f"the estimator cannot be fitted ({type(error).__name__}: {told(error)})",
            where=f"task {task.name!r}, model.py",
            remedy="see that the Pipeline takes the columns of SCHEMA as they are, missing values included.",
        ) from error
    return estimator
