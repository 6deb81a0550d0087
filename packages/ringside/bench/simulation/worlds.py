"""Worlds to draw test windows from: two correlated models, rows in groups that share an effect.

A model's score is what all models know of the row plus noise of its own, by row and by group. So the truth of every
metric is that of the world, and a window's estimate is off it by chance alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import expit, softmax

from ringside.codes import Kind
from ringside.verdict.metrics import METRICS
from ringside.verdict.rows import Scored, Truth

Floats = npt.NDArray[np.float64]
Random = np.random.Generator
Errors = Literal["normal", "t3", "log-normal"]
"""Mean 0 and variance 1: normal, Student's t with 3 degrees of freedom, or log-normal with sigma 1."""

TRUTH_GROUPS, TRUTH_PARTS = 20_000, 4
"""A truth is the mean of so many samples of so many groups: its error is 3 % of that of a window of 90 groups."""
GROUP_NOISE = 0.25
THRESHOLD = 0.4
COMMON, RARE = -0.8, -4.6
"""Intercepts: about 32 % and 2 % of the rows are positive."""


@dataclass(frozen=True)
class Setting:
    """What the groups are like."""

    name: str
    rows: int = 50
    """In a group, on average."""
    sigma: float = 0
    """Of log-normal sizes; 0 for equal ones."""
    informative: float = 0
    """The correlation of a group's log size with its outcomes."""
    heavy: bool = False
    """Group effects have Student's t with 3 degrees of freedom, else they are normal."""
    ordered: bool = False
    autocorrelation: float = 0
    """Of every group effect, from one group to the next."""
    intercept: float = COMMON
    errors: Errors = "normal"
    """regression: of the rows and of both models."""
    blunders: Errors | None = None
    """regression: the kind of the challenger's own errors where it is another; then they are as large as the rows'."""


@dataclass(frozen=True)
class Window:
    """Two models on the same rows."""

    challenger: Scored
    rival: Scored


@dataclass(frozen=True)
class Rows:
    """Rows with a binary outcome, before any model."""

    truth: Truth
    known: Floats
    """The log odds of each row but for its group's effect, `(n_rows,)`."""

    def model(self, noise: Floats, by_group: Floats, *, shift: float = 0) -> Scored:
        """A model of these rows.

        Args:
            noise: what it adds to the log odds of each row, `(n_rows,)`.
            by_group: the same for each group, `(n_groups,)`.
            shift: the same for all rows.
        """
        scores = expit(self.known + noise + by_group[self.truth.groups] + shift)
        return Scored.of(self.truth, scores, threshold=THRESHOLD)


def effects(setting: Setting, groups: int, rng: Random) -> Floats:
    """One effect of each group, of variance 1, `(n_groups,)`."""
    if setting.heavy:
        return rng.standard_t(3, groups) / np.sqrt(3)
    fresh = rng.standard_normal(groups)
    if not setting.autocorrelation:
        return fresh
    phi = setting.autocorrelation
    fresh[1:] *= np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1], [1, -phi], fresh))


def _groups(setting: Setting, effect: Floats, rng: Random) -> npt.NDArray[np.int64]:
    """The group of each row, `(n_rows,)`; every group has one row at least."""
    z = setting.informative * effect + np.sqrt(1 - setting.informative**2) * rng.standard_normal(len(effect))
    sizes = setting.rows * np.exp(setting.sigma * z - setting.sigma**2 / 2)
    return np.repeat(np.arange(len(effect)), np.maximum(np.round(sizes), 1).astype(int))


def binary_rows(setting: Setting, groups: int, rng: Random) -> Rows:
    """Rows whose outcomes share their group's effect."""
    effect = effects(setting, groups, rng)
    group = _groups(setting, effect, rng)
    known = setting.intercept + 1.2 * rng.standard_normal(len(group))
    happened = rng.uniform(size=len(group)) < expit(known + 0.5 * effect[group])
    return Rows(Truth("binary", happened.astype(float), group, groups, setting.ordered), known)


def binary(setting: Setting, groups: int, rng: Random) -> Window:
    """A challenger that has more noise than its rival and is too low by a constant."""
    rows = binary_rows(setting, groups, rng)
    shared, own = rng.standard_normal((2, len(rows.known)))
    first, second = (GROUP_NOISE * effects(setting, groups, rng) for _ in range(2))
    return Window(rows.model(0.3 * shared + 0.4 * own, first, shift=-0.15), rows.model(0.3 * shared, second))


def multiclass(setting: Setting, groups: int, rng: Random) -> Window:
    """Three classes, one of them less frequent; the challenger has more noise."""
    effect = np.stack([effects(setting, groups, rng) for _ in range(3)], axis=1)
    group = _groups(setting, effect[:, 0], rng)
    shape = len(group), 3
    known = np.array([0.5, 0.0, -0.7]) + 1.2 * rng.standard_normal(shape)
    # The largest of log odds with Gumbel noise is a draw from their softmax.
    y = (known + 0.5 * effect[group] + rng.gumbel(size=shape)).argmax(axis=1)
    truth = Truth("multiclass", y.astype(float), group, groups, setting.ordered, ("a", "b", "c"))
    shared, own = 0.3 * rng.standard_normal(shape), 0.5 * rng.standard_normal(shape)

    def model(noise: Floats) -> Scored:
        by_group = np.stack([effects(setting, groups, rng) for _ in range(3)], axis=1)
        return Scored.of(truth, softmax(known + noise + GROUP_NOISE * by_group[group], axis=1))

    return Window(model(shared + own), model(shared))


def _errors(kind: Errors, rows: int, rng: Random) -> Floats:
    """Errors of rows, `(n_rows,)`."""
    if kind == "t3":
        return rng.standard_t(3, rows) / np.sqrt(3)
    if kind == "log-normal":
        return np.asarray((rng.lognormal(size=rows) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e))
    return rng.standard_normal(rows)


def _own(setting: Setting) -> tuple[float, float]:
    """regression: the standard deviations of the own errors of challenger and rival."""
    return 1.0 if setting.blunders else 0.7, 0.5


def regression(setting: Setting, groups: int, rng: Random) -> Window:
    """Labels that both models miss by a shared error, and each by one of its own; the challenger's is larger."""
    effect = effects(setting, groups, rng)
    group = _groups(setting, effect, rng)
    known = rng.standard_normal(len(group))
    y = known + 0.3 * effect[group] + _errors(setting.errors, len(group), rng)
    truth = Truth("regression", y, group, groups, setting.ordered)

    def model(scale: float, kind: Errors) -> Scored:
        by_group = GROUP_NOISE * effects(setting, groups, rng)
        return Scored.of(truth, known + by_group[group] + scale * _errors(kind, len(group), rng))

    ours, theirs = _own(setting)
    return Window(model(ours, setting.blunders or setting.errors), model(theirs, setting.errors))


DRAW: Mapping[Kind, Callable[[Setting, int, Random], Window]] = {
    "binary": binary,
    "multiclass": multiclass,
    "regression": regression,
}


def truths(kind: Kind, setting: Setting, rng: Random, *, parts: int = TRUTH_PARTS) -> dict[str, float]:
    """The true difference of each metric, positive where the challenger is better.

    From `parts` very large windows; of RMSE and R², which converge slowly under heavy tails, by their formulas.
    """
    # An effect's distribution is the same with and without autocorrelation, but independent groups tell more of it.
    independent = replace(setting, autocorrelation=0)
    found = dict.fromkeys((metric.name for metric in METRICS[kind]), 0.0)
    for _ in range(parts):
        window = DRAW[kind](independent, TRUTH_GROUPS, rng)
        for metric in METRICS[kind]:
            difference = metric.estimate(window.challenger).value - metric.estimate(window.rival).value
            found[metric.name] += metric.sign * difference / parts
    if kind == "regression" and not setting.informative:
        ours, theirs = (0.3**2 + 1 + GROUP_NOISE**2 + own**2 for own in _own(setting))
        found |= {"rmse": np.sqrt(theirs) - np.sqrt(ours), "r2": (theirs - ours) / (1 + 0.3**2 + 1)}
    return found
