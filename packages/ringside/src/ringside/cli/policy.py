"""The policy of params.yaml as the verdict takes it."""

from ringside.common.task import Metric as OwnMetric
from ringside.common.task import Task
from ringside.errors import TaskError
from ringside.loader import load_metrics
from ringside.params import Params
from ringside.verdict.metrics import Function, MetricDefinition, custom
from ringside.verdict.policy import Policy, Tolerance, default_metric
from ringside.verdict.rows import Floats


def policy_of(params: Params, task: Task) -> Policy:
    """The `policy` section, with the kind's own metric where it names none.

    Raises:
        UsageError: a tolerance cannot be.
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
    """The metrics of the task's own, as the verdict takes them.

    Raises:
        TaskError: metrics.py is not what it must be; so do the metrics, where a function of the task's fails.
    """
    return tuple(custom(metric.name, metric.better, _checked(metric, task)) for metric in load_metrics(task))


def _checked(metric: OwnMetric, task: Task) -> Function:
    """The metric's function, whose failure names it."""

    def function(y: Floats, prediction: Floats, weights: Floats) -> float:
        """What the task's function answers."""
        try:
            return float(metric.function(y, prediction, weights))
        except Exception as error:
            where = f"task {task.name!r}, metrics.py, metric {metric.name!r}"
            remedy = "correct it: it takes labels, predictions and weights, and answers one number."
            raise TaskError(f"it raised {type(error).__name__}: {error}", where=where, remedy=remedy) from error

    return function
