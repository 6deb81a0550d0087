"""Checks of the target for each kind of task."""

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ringside.common.task import Task
from ringside.errors import DataError, quoted


def check_labels(target: pd.Series, task: Task, *, where: str) -> None:
    """Check that the labels fit the kind of the task and have more than one value.

    Args:
        target: the labels, shape `(n_rows,)`, none missing.
        task: the task's definition.
        where: the rows that the labels belong to, for the error message.

    Raises:
        DataError: a binary target is not true/false or 0/1, a regression target is not numeric or not finite, or all
            labels are the same.
    """
    check_kind(target, task, where=where)
    values = target.unique()
    if len(values) <= 1:
        found = f"all {len(target):,} labels are {values[0]!s}" if len(values) else "there is no label"
        remedy = "take more data into the training rows (split.test, split.gap), or see what the source does to labels."
        raise DataError(f"{found}: there is nothing to learn", where=_place(task, where), remedy=remedy)


def check_kind(target: pd.Series, task: Task, *, where: str) -> None:
    """Check that the labels fit the kind of the task.

    Args:
        target: the labels, shape `(n_rows,)`, none missing.
        task: the task's definition.
        where: the rows that the labels belong to, for the error message.

    Raises:
        DataError: a binary target is not true/false or 0/1, or a regression target is not numeric or not finite.
    """
    place = _place(task, where)
    values = target.unique()
    if task.kind == "regression":
        if not is_numeric_dtype(target) or is_bool_dtype(target) or not np.isfinite(target.to_numpy(dtype=float)).all():
            remedy = "answer finite numbers in source.py, or set `kind` to binary or multiclass."
            raise DataError(f"kind regression needs finite numbers, this is {target.dtype}", where=place, remedy=remedy)
    elif task.kind == "binary" and not set(values) <= {0, 1}:
        shown = ", ".join(map(quoted, sorted(map(str, values))[:5]))
        remedy = "answer true and false in source.py (`frame[target] = frame[column] == 'yes'`), or set `kind`."
        raise DataError(f"kind binary needs true/false or 0/1, this has {shown}", where=place, remedy=remedy)


def _place(task: Task, where: str) -> str:
    return f"task {task.name!r}, target {task.target!r}, {where}"
