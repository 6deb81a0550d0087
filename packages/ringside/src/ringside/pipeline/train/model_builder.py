"""The function of the task that builds its model."""

from collections.abc import Callable
from typing import Any

from ringside.common.loader import load_part
from ringside.common.task import Task, TrainParams
from ringside.errors import TaskError

CLASSIFIERS = ("binary", "multiclass")


def load_model_builder(task: Task) -> Callable[[TrainParams], Any]:
    """Return the task's `build_model`, wrapped in a check of its result.

    Raises:
        TaskError: `model.py` is missing, or `build_model` does not return an estimator of the task's kind.
    """
    build_model = load_part(task.name, "model", "build_model").build_model
    where = f"task {task.name!r}, model.py, `build_model`"

    def checked(params: TrainParams) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
        """Return the result of `build_model`, or raise if it is not an estimator of the task's kind."""
        try:
            estimator = build_model(params)
        except Exception as error:
            found = f"it raised {type(error).__name__}: {error}"
            raise TaskError(found, where=where, remedy="correct it, or the parameters that `train` states.") from error
        if isinstance(estimator, type) or not hasattr(estimator, "fit") or not hasattr(estimator, "predict"):
            found = f"it returned {type(estimator).__name__}, which is no estimator"
            raise TaskError(found, where=where, remedy="return an estimator of scikit-learn, usually a Pipeline.")
        if task.kind in CLASSIFIERS and not hasattr(estimator, "predict_proba"):
            found = f"{type(estimator).__name__} has no `predict_proba`, which kind {task.kind!r} needs"
            remedy = "choose a classifier with probabilities, or wrap it in sklearn.calibration.CalibratedClassifierCV."
            raise TaskError(found, where=where, remedy=remedy)
        return estimator

    return checked
