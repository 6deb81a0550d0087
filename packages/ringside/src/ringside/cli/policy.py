"""Conversion of the policy in params.yaml for the verdict."""

from ringside.common.task import Metric as OwnMetric
from ringside.common.task import Task
from ringside.errors import TaskError
from ringside.loader import load_metrics
from ringside.params import Params
from ringside.verdict.metrics import Function, MetricDefinition, custom
from ringside.verdict.policy import Policy, Tolerance, default_metric
from ringside.verdict.rows import Floats


def policy_of(params: Params, task: Task) -> Policy:
    """Return the policy of the `policy` section; without a metric there, the default metric of the kind decides.

    Raises:
        UsageError: a tolerance is invalid.
    """
    section = params.policy
    slices = section.slices.tolerance
    return Policy(
        metric=section.metric or default_metric(task.kind),
        tolerance=Tolerance.parse(section.tolerance),
        guardrails={name: Tolerance.parse(value) for name, value in section.guardrails.items()},
        floors=section.floors,
        slices=None if slices is None else Tolerance.parse(slices),
        slice_columns=None if section.slices.columns is None else tuple(section.slices.columns),
        slice_rows=section.slices.min_rows,
        confidence=section.confidence,
        uses=section.uses,
        min_groups=section.min_groups,
        threshold=section.threshold,
        top=section.top,
        inconclusive=section.inconclusive,
        anchor=section.anchor,
    )


def own_metrics(task: Task) -> tuple[MetricDefinition, ...]:
    """Return the metrics that the task defines, for the verdict.

    Raises:
        TaskError: metrics.py is invalid. The returned metrics raise it, too, if a function of the task fails.
    """
    return tuple(custom(metric.name, metric.better, _checked(metric, task)) for metric in load_metrics(task))


def _checked(metric: OwnMetric, task: Task) -> Function:
    """Return the metric's function with errors that name the metric."""

    def function(y: Floats, prediction: Floats, weights: Floats) -> float:
        """Return the value of the task's function."""
        try:
            return float(metric.function(y, prediction, weights))
        except Exception as error:
            where = f"task {task.name!r}, metrics.py, metric {metric.name!r}"
            remedy = "correct it: it takes labels, predictions and weights, and returns one number."
            raise TaskError(f"it raised {type(error).__name__}: {error}", where=where, remedy=remedy) from error

    return function
