"""One message per code: what the terminal, the report and the docs call a rule, a reason, an outcome or a caution.

A `sentence` has neither a capital nor a full stop, so that it can follow a colon or be put in brackets. Sentences of
rules have fields: `names` (metrics or slices), `why` (the sentence of the reason) and `value` (the figure of the rule).
This module imports neither a renderer nor NumPy, so that every part of the package can use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ringside.codes import RuleCode

BASELINE = "a baseline without features"
"""The rival of a first model, within a sentence."""


@dataclass(frozen=True)
class Message:
    """The texts of one code."""

    sentence: str
    title: str = ""
    """A short name; reasons have none."""
    advice: str = ""
    """Advice to the reader, in full sentences; empty if there is nothing to do."""
    anchor: str = ""
    """Page and section below `docs/`; empty if no page explains the code."""


RULES: Mapping[str, Message] = {
    RuleCode.DATA_VALID: Message(
        "too many rows failed the schema: {value}",
        title="Valid data",
        advice="Look at the rows in data/quarantine.",
        anchor="verdict.md#rs001-data-valid",
    ),
    RuleCode.NO_LEAK: Message(
        "{value} are in both training and test data",
        title="No row in both training and test data",
        advice="Look at the row identity of the task and at the split.",
        anchor="verdict.md#rs002-no-leak",
    ),
    RuleCode.MODEL_FILE: Message(
        "{why}",
        title="Trusted types in the model file",
        advice="Look at the parts of the estimator: skops does not trust one of their types.",
        anchor="verdict.md#rs003-model-file",
    ),
    RuleCode.FLOORS: Message(
        "{names}: {why}",
        title="Floors",
        advice="Look at the data first: the challenger clearly misses a floor.",
        anchor="verdict.md#rs004-floors",
    ),
    RuleCode.BASELINE: Message(
        "not shown to be better than a baseline without features ({names})",
        title="Better than the baseline",
        advice="Look at the features: the model learnt nothing from them.",
        anchor="verdict.md#rs005-baseline",
    ),
    RuleCode.DECIDING_METRIC: Message(
        "deciding metric: {why}",
        title="Deciding metric",
        advice="Look at the slices that moved, the parameters and the data.",
        anchor="verdict.md#rs006-deciding-metric",
    ),
    RuleCode.ANCHOR: Message(
        "anchor: {why}",
        title="Anchor",
        advice="Small losses added up: compare with the anchor's parameters and data.",
        anchor="verdict.md#rs007-anchor",
    ),
    RuleCode.GUARDRAILS: Message(
        "a guardrail is worse than its tolerance allows: {names}",
        title="Guardrails",
        advice="Look at all metrics.",
        anchor="verdict.md#rs008-guardrails",
    ),
    RuleCode.SLICES: Message(
        "a slice is worse than the tolerance allows: {names}; {value}",
        title="Slices",
        advice="Look at the slices.",
        anchor="verdict.md#rs009-slices",
    ),
    RuleCode.CALIBRATION: Message("calibration: {why}", title="Calibration", anchor="verdict.md#rs101-calibration"),
    RuleCode.LATENCY: Message("latency: {why}", title="Latency", anchor="verdict.md#rs102-latency"),
    RuleCode.SIZE: Message("size: {why}", title="Size of the model file", anchor="verdict.md#rs103-size"),
    RuleCode.MINUTES: Message("minutes: {why}", title="Minutes of all stages", anchor="verdict.md#rs104-minutes"),
    RuleCode.REBUILD: Message("rebuild: {why}", title="Rebuild", anchor="verdict.md#rs105-rebuild"),
}
"""Every rule; the code's section of docs/verdict.md has the details."""

_REASONS_PAGE = "troubleshooting.md#inconclusive-or-failed"


def _explained(sentence: str, advice: str) -> Message:
    return Message(sentence, advice=advice, anchor=_REASONS_PAGE)


RIVALS: Mapping[str, Message] = {
    "compared": Message("compared"),
    "no_champion": Message("there is no champion: the registry lists no version"),
    "no_remote": _explained(
        "this checkout has no remote, so the registry cannot be read",
        "Add the remote that has the versions (git remote add origin URL), then compare again.",
    ),
    "unreachable": _explained(
        "the registry cannot be reached, so the champion is unknown",
        "Compare again once the registry can be reached; the log has the error.",
    ),
    "shallow": _explained(
        "this checkout is shallow, so the tag of the champion may be missing",
        "Fetch the history and its tags (git fetch --unshallow --tags), then compare again.",
    ),
    "tag_points_nowhere": _explained(
        "the champion's tag points to a commit that is missing here",
        "Fetch the tags (git fetch --tags --force). If that does not help, roll back.",
    ),
    "files_missing": _explained(
        "files of the champion's release are missing",
        "Restore the files, or roll back to a complete version (ringside rollback).",
    ),
    "files_damaged": _explained(
        "files of the champion's release do not match their checksums",
        "Restore the original files, or roll back to a complete version (ringside rollback).",
    ),
    "environment_fails": _explained(
        "the champion's packages cannot be installed",
        "The log names the package. If it no longer exists, roll back, or publish with a reason.",
    ),
    "cannot_predict": _explained(
        "the champion's code cannot predict the test set",
        "The log has the error. Most often, a column that the champion needs has changed.",
    ),
    "too_few_rows": _explained(
        "too few test rows remain without the champion's training rows",
        "Wait for newer data, or add partitions to the test set (split.test).",
    ),
    "another_target": _explained(
        "the champion predicts another target",
        "Publish the first model of the new target with a reason.",
    ),
}
"""The state of a rival: compared, proven to be absent, or why it could not be compared."""

REASONS: Mapping[str, Message] = {
    **RIVALS,
    "identical": Message("the predictions are identical"),
    "few_rows": _explained(
        "too few rows to judge",
        "The slice has fewer rows than policy.slices.min_rows; add test data.",
    ),
    "no_baseline": _explained(
        "the relative tolerance needs baseline predictions",
        "Set the tolerance on the metric's scale.",
    ),
    "too_few_groups": _explained(
        "too few groups for an interval",
        "Add partitions to the test set (split.test), or wait for data.",
    ),
    "dominating_groups": _explained(
        "a few groups contain most of the rows",
        "Add test data, or choose smaller groups if their rows are not correlated.",
    ),
    "undefined": _explained(
        "undefined on these rows or without one of the groups",
        "Add partitions to the test set (split.test), or choose another metric.",
    ),
    "no_variance": _explained(
        "the difference is the same in every group",
        "Check the group column.",
    ),
    "few_differing_decisions": _explained(
        "the models decide differently in fewer than ten groups",
        "Choose a metric of probabilities, such as log_loss, as the deciding metric.",
    ),
    "none_asked": Message("the policy has none"),
    "no_slices": Message("the task defines no slices"),
    "no_tolerance": Message("the policy sets no tolerance"),
    "same_as_champion": Message("the anchor is the champion"),
    "worse": _explained(
        "worse than the tolerance allows",
        "Do not merge; the section Slices may show the cause.",
    ),
    "better": Message("better"),
    "no_worse": Message("no worse"),
    "inconclusive": _explained(
        "the interval is too wide to decide",
        "Add test data, or wait for newer data.",
    ),
    "below_floor": _explained(
        "misses the floor of the policy, and not by chance",
        "Improve the model, or check the floor.",
    ),
    "near_floor": _explained(
        "misses the floor of the policy, which could be chance",
        "Improve the model, add test data, or check the floor.",
    ),
    "no_baseline_predictions": _explained("there are no baseline predictions", "Run the pipeline again (make run)."),
    "not_better_than_baseline": _explained(
        "no better than a baseline without features",
        "Check the features, and whether the test set differs from the training data.",
    ),
    "too_many_quarantined": _explained("too many rows failed the schema", "Look at the rows in data/quarantine."),
    "rows_on_both_sides": _explained(
        "rows are in both training and test data",
        "Add columns to the row identity, or remove repeated rows.",
    ),
    "untrusted_types": _explained(
        "the model file contains untrusted types",
        "Add the types that the error prints to the task, or use another estimator.",
    ),
    "not_measured": Message("not measured"),
    "other_bytes": Message("the rebuilt files have other bytes"),
    "same_bytes": Message("the rebuilt files have the same bytes"),
}
"""Reasons for the outcome of a result or the state of a rule."""

ANCHORS: Mapping[str, Message] = {
    code: Message(message.sentence.replace("champion", "anchor"), advice=message.advice, anchor=message.anchor)
    for code, message in RIVALS.items()
} | {"same_as_champion": Message("it is the champion")}
"""The state of the anchor: that of a rival, or the champion itself."""

CAUTIONS: Mapping[str, Message] = {
    "real_loss": Message("a significant loss, within or near the tolerance"),
    "one_group": Message("one group contributes more than half of the variance"),
    "autocorrelated": Message("neighbouring groups are correlated, so the interval is a wider one for time series"),
}

VERDICTS: Mapping[str, str] = {"pass": "Pass", "fail": "Fail", "inconclusive": "Inconclusive"}

OUTCOMES: Mapping[str, str] = {
    "better": "better",
    "no_worse": "no worse",
    "worse": "worse",
    "inconclusive": "inconclusive",
}

STATES: Mapping[str, str] = {
    "passed": "passed",
    "failed": "failed",
    "undecided": "undecided",
    "not_applicable": "not applicable",
}

METRICS: Mapping[str, str] = {
    "log_loss": "log loss",
    "brier": "Brier score",
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "precision_at_top": "precision at the top",
    "lift_at_top": "lift at the top",
    "calibration": "squared calibration error",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "r2": "R²",
}
"""Names of the package's metrics; a metric of a task keeps its own name."""

METHODS: Mapping[str, str] = {
    "jackknife": "jackknife over groups",
    "cosine": "long-run variance over groups in time",
}

PARTITIONS: Mapping[str, str] = {"added": "added", "removed": "removed", "changed": "other content"}

EFFECTS: Mapping[str, tuple[float, float, float]] = {
    "distance_d": (0.2, 0.5, 0.8),
    "distance_v": (0.1, 0.3, 0.5),
}
"""Lower limits of a small, medium and large effect (Cohen, Statistical Power Analysis, 1988)."""

LOCKS: Mapping[str, str] = {
    "same": "dvc.lock matches the code.",
    "differs": "dvc.lock does not match the code. Run make lock and commit dvc.lock.",
    "absent": "There is no dvc.lock. Run make lock and commit dvc.lock.",
}
"""The committed dvc.lock compared with the one that the code produces."""

UNREAD: Mapping[str, str] = {
    "newer": (
        "data/source has rows that data/manifest.json does not list, so "
        "they were used neither for training nor for testing. Run ringside ingest and commit the changes."
    ),
    "refused": (
        "data/source changed in a way that source.py refuses, so the change was not used. Run ringside ingest to see "
        "the error."
    ),
    "unknown": "data/source changed after data/manifest.json. Run ringside ingest and commit the changes.",
}
"""Rows of the repository that are not ingested."""


def reason(code: str | None) -> str:
    """Return the sentence of a reason; an empty text for None."""
    return REASONS[code].sentence if code else ""
