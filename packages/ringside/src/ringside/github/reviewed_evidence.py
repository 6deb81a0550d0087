"""What reviewers saw of a model that was merged, beside what the merged code makes.

A pull request's own figures can be forged by whoever wrote it. So they publish nothing here: they can only stop what
comes out otherwise than it was shown.
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
"""Relative; what two runs of the same code on two kinds of processor stay within, by far."""
_MODEL, _METRICS, _SPLIT = "models/model.skops", "reports/metrics.json", "reports/split.json"


@dataclass(frozen=True)
class Reviewed:
    """What was seen."""

    source: str
    """For people: where it stood."""
    same_model: bool
    same_window: bool
    metric: float | None
    """The deciding metric; None where it was not stated."""


@dataclass(frozen=True)
class ReviewedComparison:
    """How what was rebuilt compares with what was seen."""

    state: State
    sentence: str


def compare(report: Report, seen: Reviewed | None) -> ReviewedComparison:
    """Whether what was rebuilt is what was reviewed, as far as that can be told.

    Args:
        report: of what was rebuilt.
        seen: what reviewers saw; None where nothing is there to compare with.
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
    """What the pull request showed that was merged as `commit`; None where there is nothing that can be read.

    Args:
        github: the repository.
        commit: a commit of the default branch.
        default_branch: its name.
        report: of what was rebuilt.
    """
    from ringside.github.artifact import uploaded
    from ringside.github.pulls import reviewed_run

    try:
        run = reviewed_run(github, commit, default_branch)
        found = uploaded(github, run) if run is not None else None
    except (GitHubError, ReportError):
        # What cannot be read says nothing; the committed outputs are looked at instead.
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
    """What the commit itself holds: dvc.lock and reports/metrics.json, where somebody committed them.

    A lock of other code, parameters or data than the commit's says nothing about its model: somebody did not run the
    pipeline after the last change. That gives None, as does a lock that cannot be read.

    Args:
        root: the checkout, in which the pipeline has run.
        read: the text of a file as it was committed; None where it was not.
        report: of what was rebuilt.
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
    """The hash of each file that a stage wrote, as a dvc.lock that anybody may have written states it."""
    try:
        stages = yaml.safe_load(lock)["stages"].values()
        return {str(out["path"]): str(out["md5"]) for stage in stages for out in stage.get("outs", ())}
    except (yaml.YAMLError, LookupError, TypeError, AttributeError):
        return {}


def _is_stale(lock: str, made: Path) -> bool:
    """Whether a lock is of other inputs than the one that the pipeline made here."""
    return made.is_file() and _inputs(lock) != _inputs(made.read_text(encoding="utf-8"))


def _inputs(lock: str) -> object:
    """What the stages of a lock started from: commands, parameters, and the files that no stage made."""
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
