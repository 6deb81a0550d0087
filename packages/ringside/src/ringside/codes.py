"""The codes by which rooms tell each other what they found; sentences are made of them where people read.

Without imports, so that what judges and what only renders can share them.
"""

from typing import Literal

Kind = Literal["binary", "multiclass", "regression"]
Better = Literal["higher", "lower"]
Method = Literal["jackknife", "cosine"]
"""How an interval was made."""

Outcome = Literal["better", "no_worse", "worse", "inconclusive"]
"""Of one metric."""
Verdict = Literal["pass", "fail", "inconclusive"]
"""Of the whole."""

SpreadReason = Literal["too_few_groups", "dominating_groups", "undefined", "no_variance", "few_differing_decisions"]
"""Why a difference has no interval."""
ResultReason = Literal["identical", "few_rows", "no_baseline"] | SpreadReason
"""Why an outcome is not the bounds'."""
Caution = Literal["real_loss", "one_group", "autocorrelated"]

RegistryState = Literal[
    "no_champion",
    "no_remote",
    "unreachable",
    "shallow",
    "tag_points_nowhere",
    "files_missing",
    "files_damaged",
]
"""Why a registry has no champion to show: `no_champion` is proven, the others are not."""
RivalState = (
    RegistryState | Literal["compared", "environment_fails", "cannot_predict", "too_few_rows", "another_target"]
)
"""What became of a rival: compared, proven not to be, or why it could not be compared."""

State = Literal["passed", "failed", "undecided", "not_applicable"]
"""Of a rule."""
Severity = Literal["decides", "note"]
RuleReason = (
    ResultReason
    | RivalState
    | Literal[
        "none_asked",
        "no_slices",
        "no_tolerance",
        "same_as_champion",
        "worse",
        "better",
        "no_worse",
        "inconclusive",
        "below_floor",
        "near_floor",
        "no_baseline_predictions",
        "not_better_than_baseline",
        "too_many_quarantined",
        "rows_on_both_sides",
        "untrusted_types",
        "not_measured",
        "other_bytes",
        "same_bytes",
    ]
)
"""Why a rule has its state, where the state alone does not say it."""
