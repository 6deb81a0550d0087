"""The policy: deciding metric, tolerances, guardrails, floors and slices."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ringside.codes import Kind
from ringside.errors import UsageError
from ringside.verdict.metrics import LEADING, MetricDefinition

_FEWEST_GROUPS = 2
"""Minimum number of groups; a single group has no variance."""
_LEAST_CONFIDENCE = 0.5
"""Minimum confidence; below it, a bound is on the wrong side of its estimate."""


@dataclass(frozen=True)
class Tolerance:
    """The accepted loss against the rival (non-inferiority margin): on the metric's scale, or relative.

    A relative tolerance f accepts a loss of f times the gain of the rival over the baseline without features.
    """

    value: float
    relative: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value > 0 and (not self.relative or self.value < 1)):
            found = f"a tolerance of {self.value}{' of the gain' if self.relative else ''}"
            remedy = "set a number above 0 on the metric's scale, or a share of the gain below 100 %."
            raise UsageError(found, where="policy", remedy=remedy)

    @classmethod
    def parse(cls, text: str | float) -> "Tolerance":
        """Parse `0.01`, or `10%` for a share of the gain.

        Raises:
            UsageError: The text is neither.
        """
        try:
            if isinstance(text, str) and text.strip().endswith("%"):
                return cls(float(text.strip().removesuffix("%")) / 100, relative=True)
            return cls(float(text))
        except ValueError:
            remedy = "write a number on the metric's scale, such as 0.01, or a share of the baseline gain, such as 10%."
            raise UsageError(f"{text!r} is no tolerance", where="policy", remedy=remedy) from None

    def __str__(self) -> str:
        return f"{self.value * 100:g}% of the gain" if self.relative else f"{self.value:g}"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The policy. Its values are checked here; `check` compares its names with the existing metrics.

    Raises:
        UsageError: A value is not allowed.
    """

    metric: str
    """Name of the deciding metric."""
    tolerance: Tolerance
    """Tolerance of the deciding metric."""
    guardrails: Mapping[str, Tolerance] = field(default_factory=dict)
    """Tolerance by metric; a larger loss fails the verdict."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """Limit by metric, independent of the rival: a minimum, or a maximum if lower is better."""
    slices: Tolerance | None = None
    """Tolerance of the deciding metric within a slice; None if slices are only shown."""
    slice_columns: tuple[str, ...] | None = None
    """Columns whose slices are judged; None for all, () for none."""
    slice_rows: int = 200
    """Minimum rows of a slice; smaller slices are only shown."""
    confidence: float = 0.95
    uses: int = 1
    """Submissions that this test set allows; divides the error rate of the deciding metric's lower bound."""
    min_groups: float = 10
    """Minimum of effective groups for an interval."""
    threshold: float = 0.5
    top: float = 0.1
    inconclusive: Literal["merge_only", "block"] = "merge_only"
    anchor: str | None = None
    """Pinned version; None for the last version that was judged better."""

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
        """Error rate of one bound."""
        return 1 - self.confidence

    def on_slices(self, slices: Collection[str]) -> "Policy":
        """Return the policy for rows that have only these slices."""
        if self.slice_columns is None:
            return self
        return replace(self, slice_columns=tuple(name for name in self.slice_columns if name in slices))

    def check(self, metrics: Mapping[str, MetricDefinition], slices: Collection[str] | None = None) -> None:
        """Check that the metrics exist, and the slices if they are known.

        Raises:
            UsageError: A metric or slice does not exist, or the deciding metric cannot decide.
        """
        for key, names in (("metric", [self.metric]), ("guardrails", self.guardrails), ("floors", self.floors)):
            _check_names(key, names, "metric", metrics)
        if slices is not None and self.slice_columns is not None:
            _check_names("slices.columns", self.slice_columns, "slice", slices)
        if metrics[self.metric].judged != "decides":
            remedy = f"name one of {', '.join(n for n, m in metrics.items() if m.judged == 'decides')}."
            raise UsageError(f"`metric` is {self.metric!r}, which cannot decide", where="policy", remedy=remedy)
        if self.metric in self.guardrails:
            remedy = "remove it from the guardrails; its tolerance is `tolerance`."
            raise UsageError(f"{self.metric!r} is the deciding metric and a guardrail", where="policy", remedy=remedy)


def _check_names(key: str, names: Iterable[str], what: str, known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            remedy = f"name one of {', '.join(known)}." if known else "remove it: there is none."
            raise UsageError(f"`{key}` names the {what} {name!r}, which does not exist", where="policy", remedy=remedy)


def default_metric(kind: Kind) -> str:
    """Return the deciding metric if the policy names none."""
    return LEADING[kind]
