"""Stage `train`: reads data/valid and reports/split.json, fits the challenger, writes models/model.skops."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ringside.common.context import StageContext
from ringside.common.files import write_bytes
from ringside.common.labels import check_labels
from ringside.common.model_file import check_trusted, dump_model
from ringside.common.params import train_params
from ringside.common.split import read_split, side_rows
from ringside.common.task import Task, TrainParams
from ringside.errors import DataError, ModelError, told
from ringside.pipeline.train.model_builder import load_model_builder


class Trained(NamedTuple):
    """Result of the training."""

    rows: int
    """Number of training rows."""
    columns: int
    """Number of columns of the training rows, without the target."""
    size: int
    """Size of the model file in bytes."""


def run(context: StageContext, working: Callable[[str], AbstractContextManager[None]]) -> Trained:
    """Fit the task's model on the training rows and write it.

    Args:
        context: the checkout, its parameters and its task.
        working: context manager that shows the progress while the block runs.

    Raises:
        DataError: rows are missing, or the labels cannot be learned from.
        TaskError: the task has no `build_model`, or it does not return an estimator of its kind.
        ModelError: the model cannot be fitted, or cannot be written with trusted types alone.
        StoreError: the file cannot be written.
    """
    files, task = context.files, context.task
    builder = load_model_builder(task)
    frame = side_rows(files, read_split(files), "train").to_pandas()
    with working(f"train: fitting on {len(frame):,} rows"):
        model = train(frame, task, train_params(context.params, task.train_params), builder)
    content = dump_model(model)
    where, facts = files.relative(files.model), f"src/{task.name}/__init__.py"
    check_trusted(content, where=where, trusted_types=task.trusted_types, stated_in=facts)
    write_bytes(files.model, content)
    return Trained(len(frame), frame.shape[1] - 1, len(content))


def train(frame: pd.DataFrame, task: Task, params: TrainParams, build_model: Callable[[TrainParams], Any]) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
    """Fit the estimator that `build_model` returns on the training rows, with a fixed seed.

    Args:
        frame: the training rows, `(n_rows, n_columns)`, in the types of the schema, in order; not changed.
        task: the task's definition.
        params: the task's `train` section.
        build_model: the task's `build_model`.

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
    # Estimators without a `random_state` draw from this generator.
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
