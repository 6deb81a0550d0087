"""Compare the figures that reviewers saw of a merged model with those that the merged code produces.

The author of a pull request can forge its figures. So no model is published because of them; they can only block a
model whose figures differ from those that reviewers saw.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from ringside.errors import GitHubError, ReportError
from ringside.github.api import GitHub
from ringside.report.model import Report
from ringside.report.words import metric_name

State = Literal["same", "close", "apart", "other_window", "nothing"]

_PRECISION = 1e-3
"""Relative tolerance, far above the difference between two runs of the same code on two kinds of processor."""
_MODEL, _METRICS, _SPLIT = "models/model.skops", "reports/metrics.json", "reports/split.json"


@dataclass(frozen=True)
class Reviewed:
    """The figures that reviewers saw."""

    source: str
    """Origin of the figures, for messages."""
    same_model: bool
    same_window: bool
    metric: float | None
    """Deciding metric; None if it was not stated."""


@dataclass(frozen=True)
class ReviewedComparison:
    """The comparison of the rebuilt model with the reviewed one."""

    state: State
    sentence: str


def compare(report: Report, seen: Reviewed | None) -> ReviewedComparison:
    """Compare the rebuilt model with the reviewed figures, as far as they are known.

    Args:
        report: the report on the rebuilt model.
        seen: the reviewed figures; None if there are none.
    """
    if seen is None:
        return ReviewedComparison("nothing", "There is nothing that was reviewed to compare it with.")
    if seen.same_model:
        return ReviewedComparison("same", f"The model has the very bytes of {seen.source}.")
    if not seen.same_window:
        why = "the test rows are others, since other data were merged as well"
        return ReviewedComparison("other_window", f"It cannot be compared with {seen.source}: {why}.")
    decides = report.metrics[0]
    name, now = metric_name(decides.metric), decides.challenger
    if seen.metric is None or now is None:
        return ReviewedComparison("nothing", f"{seen.source} does not state {name}, so nothing can be compared.")
    allowed = decides.tolerance if decides.tolerance is not None else abs(seen.metric) * _PRECISION
    figures = f"{name} is {now:.5g}, and {seen.metric:.5g} in {seen.source}"
    if abs(now - seen.metric) <= allowed:
        return ReviewedComparison(
            "close", f"The model is another one than was reviewed, within the tolerance: {figures}."
        )
    return ReviewedComparison("apart", f"The model is not what was reviewed: {figures} ({allowed:.5g} is allowed).")


def shown(github: GitHub, commit: str, default_branch: str, report: Report) -> Reviewed | None:
    """Return the figures of the pull request that was merged as `commit`; None if there are no valid ones.

    Args:
        github: the repository.
        commit: a commit of the default branch.
        default_branch: its name.
        report: the report on the rebuilt model.
    """
    from ringside.github.artifact import uploaded
    from ringside.github.pulls import reviewed_run

    try:
        run = reviewed_run(github, commit, default_branch)
        found = uploaded(github, run) if run is not None else None
    except (GitHubError, ReportError):
        # An unreadable upload is ignored; the committed outputs are used instead.
        return None
    if run is None or found is None or found.report is None:
        return None
    theirs = found.report
    name = report.metrics[0].metric
    return Reviewed(
        source=f"the pull request's report (run {run.id})",
        same_model=theirs.challenger.sha256 == report.challenger.sha256,
        same_window=theirs.window.sha256 == report.window.sha256,
        metric=next((each.challenger for each in theirs.metrics if each.metric == name), None),
    )


def committed(root: Path, read: Callable[[str], str | None], report: Report) -> Reviewed | None:
    """Return the figures in the commit itself, from dvc.lock and reports/metrics.json.

    A lock of other code, parameters or data than the commit's does not describe its model: the pipeline was not run
    after the last change. Then the result is None, as for an unreadable lock.

    Args:
        root: the checkout, in which the pipeline has run.
        read: function that returns the text of a committed file; None if it was not committed.
        report: the report on the rebuilt model.
    """
    lock, metrics = read("dvc.lock"), read(_METRICS)
    outputs = _outputs(lock) if lock else {}
    if lock is None or _MODEL not in outputs or metrics is None or _is_stale(lock, root / "dvc.lock"):
        return None
    return Reviewed(
        source="the dvc.lock that was committed",
        same_model=outputs[_MODEL] == _md5(root / _MODEL),
        same_window=outputs.get(_SPLIT) == _md5(root / _SPLIT),
        metric=_metric(metrics, report.metrics[0].metric),
    )


def _outputs(lock: str) -> dict[str, str]:
    """Return the hash of each stage output in an untrusted dvc.lock."""
    try:
        stages = yaml.safe_load(lock)["stages"].values()
        return {str(out["path"]): str(out["md5"]) for stage in stages for out in stage.get("outs", ())}
    except (yaml.YAMLError, LookupError, TypeError, AttributeError):
        return {}


def _is_stale(lock: str, made: Path) -> bool:
    """Return whether a lock has other inputs than the one that the pipeline wrote here."""
    return made.is_file() and _inputs(lock) != _inputs(made.read_text(encoding="utf-8"))


def _inputs(lock: str) -> object:
    """Return the inputs of a lock's stages: commands, parameters, and files that no stage wrote."""
    try:
        stages = yaml.safe_load(lock)["stages"]
        made = {out["path"] for stage in stages.values() for out in stage.get("outs", ())}
        return {
            name: (
                stage.get("cmd"),
                stage.get("params"),
                {dep["path"]: dep.get("md5") for dep in stage.get("deps", ()) if dep["path"] not in made},
            )
            for name, stage in stages.items()
        }
    except (yaml.YAMLError, LookupError, TypeError, AttributeError):
        return None


def _metric(text: str, name: str) -> float | None:
    try:
        value: Any = json.loads(text)[name]
    except (ValueError, LookupError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _md5(path: Path) -> str | None:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else None
