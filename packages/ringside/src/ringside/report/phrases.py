"""The words for each code of a report: tables and nothing else, so that a test can hold them against the model."""

from collections.abc import Mapping

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
"""Metrics that the machinery has; a metric of a task's own is called by its name."""

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

RULES: Mapping[str, str] = {
    "RS001": "Data are valid",
    "RS002": "No row on both sides of the split",
    "RS003": "Model file holds trusted types alone",
    "RS004": "Floors are reached",
    "RS005": "Better than knowing no feature",
    "RS006": "Deciding metric",
    "RS007": "Anchor",
    "RS008": "Guardrails",
    "RS009": "Slices",
    "RS101": "Calibration",
    "RS102": "Latency",
    "RS103": "Size of the model file",
    "RS104": "Minutes of training",
    "RS105": "Rebuild",
}
"""Titles by code; a code that is not here is called by the name that the report gives it."""

RIVALS: Mapping[str, str] = {
    "compared": "compared",
    "no_champion": "there is no champion: the registry was asked and lists no version",
    "no_remote": "this checkout has no remote, so the registry could not be asked for a champion",
    "unreachable": "the registry could not be reached, so it is unknown whether there is a champion",
    "shallow": "this checkout is shallow, so the tags that it lacks may hold a champion",
    "tag_points_nowhere": "the champion's tag points at a commit that is not there",
    "files_missing": "files of the champion's release are missing",
    "files_damaged": "files of the champion's release do not match their hashes",
    "environment_fails": "the champion's packages could not be installed",
    "cannot_predict": "the champion's code could not predict these rows",
    "too_few_rows": "too few test rows are left that the champion was not trained on",
    "another_target": "the champion predicts another target",
}
"""What became of a rival, as half a sentence."""

REMEDIES: Mapping[str, str] = {
    "compared": "Nothing is to be done.",
    "no_champion": "Nothing is to be done: the first version that is published becomes the champion.",
    "no_remote": "Add the remote that holds the versions (git remote add origin URL) and judge again.",
    "unreachable": "Judge again when the registry answers; the log has its error.",
    "shallow": "Fetch the whole history with its tags (git fetch --unshallow --tags) and judge again.",
    "tag_points_nowhere": "Fetch the tags (git fetch --tags --force); if that is no help, roll back.",
    "files_missing": "Bring the files back, or roll back to a version that is whole (ringside rollback).",
    "files_damaged": "Bring the right files back, or roll back to a version that is whole (ringside rollback).",
    "environment_fails": "The log names the package; if it is gone for good, roll back or publish with a reason.",
    "cannot_predict": "The log has the error: most often a column changed that the champion needs.",
    "too_few_rows": "Wait for newer data, or make the test window longer (split.test).",
    "another_target": "A new target is a new line of models: publish the first one with a reason.",
}

REASONS: Mapping[str, str] = {
    **RIVALS,
    "identical": "the predictions are identical",
    "few_rows": "too few rows to judge",
    "no_baseline": "no baseline to measure the tolerance by",
    "too_few_groups": "too few groups for an interval",
    "dominating_groups": "a few groups hold most of the rows, so that they count as too few",
    "undefined": "these rows do not define it",
    "no_variance": "no variation between groups, so no interval",
    "few_differing_decisions": "the models decide differently in fewer than ten groups",
    "none_asked": "the policy asks for none",
    "no_slices": "the task names no slices",
    "no_tolerance": "the policy has no tolerance for it",
    "same_as_champion": "the anchor is the champion",
    "worse": "worse, beyond the tolerance",
    "better": "better",
    "no_worse": "no worse",
    "inconclusive": "the interval reaches over the tolerance",
    "below_floor": "beyond the limit that the policy sets, and not by chance",
    "near_floor": "beyond the limit that the policy sets, which could be chance",
    "no_baseline_predictions": "there are no baseline predictions",
    "not_better_than_baseline": "no better than a model that knows no feature",
    "too_many_quarantined": "too many rows failed the schema",
    "rows_on_both_sides": "rows stand in training and in test",
    "untrusted_types": "the file holds types that are not trusted",
    "not_measured": "not measured",
    "other_bytes": "rebuilt with other bytes",
    "same_bytes": "rebuilt byte for byte",
}
"""Why a result or a rule is what it is."""

CAUTIONS: Mapping[str, str] = {
    "real_loss": "a real loss, within or near the tolerance",
    "one_group": "one group carries much of the difference",
    "autocorrelated": "neighbouring groups are alike, so the interval is the wider one for series",
}

METHODS: Mapping[str, str] = {
    "jackknife": "jackknife over groups",
    "cosine": "long-run variance over groups in time",
}

ANCHORS: Mapping[str, str] = {code: words.replace("champion", "anchor") for code, words in RIVALS.items()} | {
    "same_as_champion": "it is the champion"
}

PARTITIONS: Mapping[str, str] = {"added": "added", "removed": "removed", "changed": "other content"}

EFFECTS: Mapping[str, tuple[float, float, float]] = {
    "distance_d": (0.2, 0.5, 0.8),
    "distance_v": (0.1, 0.3, 0.5),
}
"""From where on an effect is small, medium and large (Cohen, Statistical Power Analysis, 1988)."""

LOCKS: Mapping[str, str] = {
    "same": "dvc.lock is what this code makes.",
    "differs": "dvc.lock differs from what this code makes; make lock mends it.",
    "absent": "There is no dvc.lock; make lock writes it.",
}
"""The committed lock beside the one that this code makes."""

UNREAD: Mapping[str, str] = {
    "newer": (
        "data/source has rows that data/manifest.json does not name, so they were neither learnt from nor judged on: "
        "run ringside ingest, and commit what it changes."
    ),
    "refused": "data/source changed in a way that source.py refuses, so none of it was used: ringside ingest says why.",
    "unknown": "data/source changed since data/manifest.json did: run ringside ingest, and commit what it changes.",
}
"""Rows that lie in the repository and were not ingested."""

BASELINE = "a model that knows no feature"
