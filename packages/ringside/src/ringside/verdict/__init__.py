"""The comparison of two models on the same rows: metrics, intervals, outcomes, rules. It needs NumPy and SciPy only."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.verdict.comparison import Comparison, Slice, compare
    from ringside.verdict.metrics import MetricDefinition, custom
    from ringside.verdict.outcomes import Result
    from ringside.verdict.policy import Policy, Tolerance
    from ringside.verdict.rows import Scored, Truth

__all__ = [
    "Comparison",
    "MetricDefinition",
    "Policy",
    "Result",
    "Scored",
    "Slice",
    "Tolerance",
    "Truth",
    "compare",
    "custom",
]

_MODULES = {
    "Comparison": "comparison",
    "Slice": "comparison",
    "compare": "comparison",
    "MetricDefinition": "metrics",
    "custom": "metrics",
    "Result": "outcomes",
    "Policy": "policy",
    "Tolerance": "policy",
    "Scored": "rows",
    "Truth": "rows",
}


def __getattr__(name: str) -> object:
    # Lazy imports: a stage that imports one module of this package does not depend on the others.
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
