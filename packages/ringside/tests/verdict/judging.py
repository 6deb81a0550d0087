"""Rows, models and metrics for the tests of the verdict room."""

import numpy as np

from ringside.verdict.metrics import Estimates, MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair, Result, judge
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth

CLASSES = ("bread", "milk", "wine")
ONE, HUNDREDTH = Tolerance(1), Tolerance(0.01)


def truth_of(kind="binary", rows=400, groups=20, *, seed=0, ordered=False) -> Truth:
    """Rows in groups of unequal size, each group with a row of every class."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.repeat(np.arange(groups), 3), rng.integers(0, groups, rows - 3 * groups)])
    labels = np.concatenate([np.tile([0, 1, 2], groups), rng.integers(0, 3, rows - 3 * groups)])
    y = {"binary": labels % 2, "multiclass": labels, "regression": rng.normal(1000, 5, rows)}[kind]
    return Truth.of(kind, y, codes, ordered=ordered, classes=CLASSES if kind == "multiclass" else ())


def model_of(truth: Truth, *, noise=0.5, seed=1, digits=2, **options) -> Scored:
    """A model that is right more often than not; its few digits make ties."""
    rng = np.random.default_rng(seed)
    if truth.kind == "regression":
        return Scored.of(truth, truth.y + rng.normal(0, noise, len(truth)))
    if truth.kind == "multiclass":
        weights = rng.uniform(0.1, 1, (len(truth), 3)) + np.eye(3)[truth.y.astype(int)] / (1 + noise)
        return Scored.of(truth, weights / weights.sum(axis=1, keepdims=True))
    scores = 1 / (1 + np.exp(-(2 * truth.y - 1 + noise * rng.normal(0, 2, len(truth)))))
    return Scored.of(truth, np.round(scores, digits), **options)


def without(scored: Scored, group: int) -> Scored:
    """The model on the rows of all other groups."""
    index = np.flatnonzero(scored.truth.groups != group)
    return scored.take(index, scored.truth.take(index))


def metric(kind: str, name: str) -> MetricDefinition:
    """A metric of the machinery's."""
    return metrics_of(kind)[name]


def policy_of(**changes) -> Policy:
    """Log loss decides, with a tolerance of 0.01."""
    return Policy(**({"metric": "log_loss", "tolerance": Tolerance(0.01)} | changes))


def _mean(scored: Scored) -> Estimates:
    sums, sizes = np.bincount(scored.truth.groups, scored.prediction), np.bincount(scored.truth.groups).astype(float)
    with np.errstate(invalid="ignore"):
        return Estimates(scored.prediction.mean(), (sums.sum() - sums) / (sizes.sum() - sizes), sizes)


MEAN = MetricDefinition("mean", "higher", _mean, "by hand", "decides")
"""The mean prediction, so that a test sets every difference by hand."""


def judged(differences, tolerance=ONE, *, groups=None, ordered=False, naive=None, **policy) -> Result:
    """The outcome of `differences`, row by row, against a rival at 0; a baseline is at `naive`."""
    differences = np.asarray(differences, dtype=float)
    truth = Truth.of("regression", np.zeros(len(differences)), groups, ordered=ordered)
    challenger, rival = Scored.of(truth, differences), Scored.of(truth, np.zeros(len(differences)))
    baseline = None if naive is None else Scored.of(truth, np.full(len(differences), float(naive)))
    pair = Pair(challenger, rival, policy_of(**policy), baseline)
    return judge(MEAN, pair, tolerance, uses=pair.policy.uses)
