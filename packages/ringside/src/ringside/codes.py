"""Codes of verdicts, outcomes, rules and reasons. `ringside.messages` has the text of each.

It imports no other module of the package, so that the modules that compute verdicts and those that render them share
it.
"""

from enum import StrEnum
from typing import Literal

Kind = Literal["binary", "multiclass", "regression"]
Better = Literal["higher", "lower"]
Method = Literal["jackknife", "cosine"]
"""Method of an interval."""

Outcome = Literal["better", "no_worse", "worse", "inconclusive"]
"""Outcome of one metric."""
Verdict = Literal["pass", "fail", "inconclusive"]
"""Verdict on the challenger."""

SpreadReason = Literal["too_few_groups", "dominating_groups", "undefined", "no_variance", "few_differing_decisions"]
"""Reason why a difference has no interval."""
ResultReason = Literal["identical", "few_rows", "no_baseline"] | SpreadReason
"""Reason why the interval does not decide the outcome."""
Caution = Literal["real_loss", "one_group", "autocorrelated"]
"""Warning shown with an outcome."""

RegistryState = Literal[
    "no_champion",
    "no_remote",
    "unreachable",
    "shallow",
    "tag_points_nowhere",
    "files_missing",
    "files_damaged",
]
"""Reason why a registry returns no champion; only `no_champion` proves that there is none."""
RivalState = (
    RegistryState | Literal["compared", "environment_fails", "cannot_predict", "too_few_rows", "another_target"]
)
"""State of a rival: compared, proven to be absent, or the reason why it could not be compared."""

State = Literal["passed", "failed", "undecided", "not_applicable"]
"""State of a rule."""
Severity = Literal["decides", "note"]
"""Severity of a rule: a rule that decides can fail the verdict; a note is only shown."""


class RuleCode(StrEnum):
    """Code of each rule. The member's name in lower case is the rule's name in report.json."""

    DATA_VALID = "RS001"
    NO_LEAK = "RS002"
    MODEL_FILE = "RS003"
    FLOORS = "RS004"
    BASELINE = "RS005"
    DECIDING_METRIC = "RS006"
    ANCHOR = "RS007"
    GUARDRAILS = "RS008"
    SLICES = "RS009"
    CALIBRATION = "RS101"
    LATENCY = "RS102"
    SIZE = "RS103"
    MINUTES = "RS104"
    REBUILD = "RS105"


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
"""Reason why a rule has its state; None if the state needs no reason."""
