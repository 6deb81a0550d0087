"""Comparison of challenger and rival: every metric, and the deciding metric within slices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ringside.errors import DataError
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair, Result, judge
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Ints, Scored, Truth


@dataclass(frozen=True)
class Slice:
    """The deciding metric on the rows that have one value of a column."""

    column: str
    value: str
    rows: int
    result: Result


@dataclass(frozen=True)
class Comparison:
    """The results of two models on the same rows."""

    metrics: tuple[Result, ...]
    """The deciding metric first, then the guardrails, then those that are only shown."""
    slices: tuple[Slice, ...]

    @property
    def deciding(self) -> Result:
        """The result of the deciding metric."""
        return self.metrics[0]


def compare(  # noqa: PLR0913  # each is a separate input
    challenger: Scored,
    rival: Scored,
    policy: Policy,
    *,
    baseline: Scored | None = None,
    slices: Mapping[str, npt.ArrayLike] | None = None,
    own: tuple[MetricDefinition, ...] = (),
) -> Comparison:
    """Compare two models on the same rows.

    Args:
        challenger: Predictions of the challenger.
        rival: Predictions of the rival for the same `Truth`.
        policy: The deciding metric, tolerances and slices.
        baseline: Predictions without features for the same rows; relative tolerances need them.
        slices: Columns of text, each `(n_rows,)`.
        own: Metrics of the task.

    Returns:
        The results of all metrics and of the deciding metric in each slice.

    Raises:
        UsageError: The policy names a metric or slice that does not exist, or a metric that cannot decide.
        DataError: The predictions are not of the same rows.
    """
    _same_rows(challenger.truth, *(other.truth for other in (rival, baseline) if other))
    metrics = metrics_of(challenger.truth.kind, own)
    policy.check(metrics, slices or {})
    pair = Pair(challenger, rival, policy, baseline)
    deciding = metrics[policy.metric]
    results = [judge(deciding, pair, policy.tolerance, uses=policy.uses)]
    results += [judge(metrics[name], pair, tolerance) for name, tolerance in policy.guardrails.items()]
    known = {policy.metric, *policy.guardrails}
    results += [judge(metric, pair, None) for name, metric in metrics.items() if name not in known]
    parts = [_slice(column, value, pair, index, deciding) for column, value, index in _parts(slices or {})]
    return Comparison(tuple(results), tuple(holm(parts, policy.alpha)))


def holm(slices: list[Slice], alpha: float) -> list[Slice]:
    """Change `worse` to `inconclusive` if it could be chance among so many slices.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979): in ascending order, each p-value is
    compared with alpha divided by the number of remaining slices. From the first that is larger on, no slice is worse.
    """
    judged = sorted((s.result.p_worse, i) for i, s in enumerate(slices) if s.result.p_worse is not None)
    worse = set()
    for step, (p_value, index) in enumerate(judged):
        if p_value > alpha / (len(judged) - step):
            break
        worse.add(index)
    return [
        replace(s, result=replace(s.result, outcome="inconclusive"))
        if s.result.outcome == "worse" and index not in worse
        else s
        for index, s in enumerate(slices)
    ]


def _same_rows(truth: Truth, *others: Truth) -> None:
    for other in others:
        same = other is truth or (np.array_equal(other.y, truth.y) and np.array_equal(other.groups, truth.groups))
        if not same:
            remedy = "create both from one `Truth`."
            raise DataError("the predictions are not of the same rows", where="the comparison", remedy=remedy)


def _parts(slices: Mapping[str, npt.ArrayLike]) -> Iterator[tuple[str, str, Ints]]:
    """Yield each value of each column with its rows, in order."""
    for column, values in slices.items():
        names, codes = np.unique(np.asarray(values), return_inverse=True)
        order = np.argsort(codes, kind="stable")
        borders = np.searchsorted(codes[order], np.arange(len(names) + 1))
        for position, name in enumerate(names):
            yield column, str(name), order[borders[position] : borders[position + 1]]


def _slice(column: str, value: str, pair: Pair, index: Ints, metric: MetricDefinition) -> Slice:
    part = pair.take(index)
    policy = pair.policy
    allowed = policy.slices if policy.slice_columns is None or column in policy.slice_columns else None
    tolerance = allowed if len(index) >= policy.slice_rows else None
    result = judge(metric, part, tolerance)
    if allowed is not None and tolerance is None:
        result = replace(result, reason="few_rows")
    return Slice(column, value, len(index), result)
