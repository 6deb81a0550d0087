"""What the team asks of a challenger, as `ringside.verdict` takes it."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ringside.codes import Kind
from ringside.errors import UsageError
from ringside.verdict.metrics import LEADING, MetricDefinition

_FEWEST_GROUPS = 2
"""Fewer have no variance."""
_LEAST_CONFIDENCE = 0.5
"""Below it a bound stands on the wrong side of its estimate."""


@dataclass(frozen=True)
class Tolerance:
    """The loss against the rival that the team accepts: on the metric's scale, or as a share of the rival's gain.

    A relative one, f, accepts a loss of f times what the rival is better than the naive baseline.
    """

    value: float
    relative: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value > 0 and (not self.relative or self.value < 1)):
            found = f"a tolerance of {self.value}{' of the gain' if self.relative else ''}"
            remedy = "take a number above 0 on the metric's scale, or a share of the gain below 100 %."
            raise UsageError(found, where="policy", remedy=remedy)

    @classmethod
    def parse(cls, text: str | float) -> "Tolerance":
        """`0.01`, or `10%` for a share of the gain.

        Raises:
            UsageError: it is neither.
        """
        try:
            if isinstance(text, str) and text.strip().endswith("%"):
                return cls(float(text.strip().removesuffix("%")) / 100, relative=True)
            return cls(float(text))
        except ValueError:
            remedy = "write a number on the metric's scale, as 0.01, or a share of the gain over the baseline, as 10%."
            raise UsageError(f"{text!r} is no tolerance", where="policy", remedy=remedy) from None

    def __str__(self) -> str:
        return f"{self.value * 100:g}% of the gain" if self.relative else f"{self.value:g}"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The policy, checked by itself; `check` compares it with the metrics that there are.

    Raises:
        UsageError: a value is none that is allowed.
    """

    metric: str
    """The one that decides."""
    tolerance: Tolerance
    """Of the deciding metric."""
    guardrails: Mapping[str, Tolerance] = field(default_factory=dict)
    """Metrics that fail the verdict where the challenger is worse by more."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """What a metric must reach, whatever the rival does; a ceiling where less is better."""
    slices: Tolerance | None = None
    """The deciding metric's tolerance within a slice; None where slices are shown and not judged."""
    slice_columns: tuple[str, ...] | None = None
    """The columns whose slices are judged; None for all, () for none."""
    slice_rows: int = 200
    """A slice with fewer rows is shown and not judged."""
    confidence: float = 0.95
    uses: int = 1
    """How many verdicts this test window may give; divides the error rate of the deciding metric's lower bound."""
    min_groups: float = 10
    """The effective groups that an interval needs."""
    threshold: float = 0.5
    top: float = 0.1
    inconclusive: Literal["merge_only", "block"] = "merge_only"
    anchor: str | None = None
    """A version that people pinned; None for the last one that was judged better."""

    def __post_init__(self) -> None:
        for key, holds, allowed in (
            ("confidence", _LEAST_CONFIDENCE <= self.confidence < 1, f"a number from {_LEAST_CONFIDENCE} to below 1"),
            ("uses", self.uses >= 1, "a whole number of 1 or more"),
            ("min_groups", self.min_groups >= _FEWEST_GROUPS, f"a number of {_FEWEST_GROUPS} or more"),
            ("slice_rows", self.slice_rows >= 1, "a whole number of 1 or more"),
            ("threshold", 0 <= self.threshold <= 1, "a number from 0 to 1"),
            ("top", 0 < self.top < 1, "a number between 0 and 1"),
            ("floors", all(map(math.isfinite, self.floors.values())), "a finite number for each metric"),
        ):
            if not holds:
                found = f"`{key}` is {getattr(self, key)}"
                raise UsageError(found, where="policy", remedy=f"allowed is {allowed}.")

    @property
    def alpha(self) -> float:
        """The error rate of one bound."""
        return 1 - self.confidence

    def on_slices(self, slices: Collection[str]) -> "Policy":
        """The policy for rows of which only these slices are left."""
        if self.slice_columns is None:
            return self
        return replace(self, slice_columns=tuple(name for name in self.slice_columns if name in slices))

    def check(self, metrics: Mapping[str, MetricDefinition], slices: Collection[str] | None = None) -> None:
        """Compare with the metrics, and where they are known with the slices, that there are.

        Raises:
            UsageError: a metric or slice does not exist, or a metric is asked for more than it can bear.
        """
        for key, names in (("metric", [self.metric]), ("guardrails", self.guardrails), ("floors", self.floors)):
            _check_names(key, names, "metric", metrics)
        if slices is not None and self.slice_columns is not None:
            _check_names("slices.columns", self.slice_columns, "slice", slices)
        if metrics[self.metric].judged != "decides":
            remedy = f"name one of {', '.join(n for n, m in metrics.items() if m.judged == 'decides')}."
            raise UsageError(f"`metric` is {self.metric!r}, which cannot decide", where="policy", remedy=remedy)
        if self.metric in self.guardrails:
            remedy = "its tolerance is `tolerance`; take it out of the guardrails."
            raise UsageError(f"{self.metric!r} decides and is a guardrail", where="policy", remedy=remedy)


def _check_names(key: str, names: Iterable[str], what: str, known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            remedy = f"name one of {', '.join(known)}." if known else "take it out: there is none."
            raise UsageError(f"`{key}` names the {what} {name!r}, which there is not", where="policy", remedy=remedy)


def default_metric(kind: Kind) -> str:
    """The metric that decides where nobody names one."""
    return LEADING[kind]
