"""An evaluation as an MLflow run."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ringside.report.model import Report, ResultRecord
from ringside.report.words import headline

MOST_METRICS = 900
"""Maximum metrics of a run, MLflow's limit per call; further slices are in the report only."""
_LONGEST_NAME = 250
"""Maximum characters of a metric's name; MLflow refuses longer ones."""
_LONGEST = 500
"""Maximum characters of a value."""


@dataclass(frozen=True)
class Logged:
    """The content of a run."""

    key: str
    """Identity of the evaluation, 64 hex digits; a run with it is not created again."""
    experiment: str
    name: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    files: dict[str, str]
    """Files on this machine, by their name in the run."""

    def order(self) -> dict[str, object]:
        """Return the order to `ringside.tracking.wire`."""
        return {"do": "evaluation", **asdict(self)}


def evaluation(
    report: Report, params: Mapping[str, object], files: Iterable[Path], *, experiment: str = "", link: str = ""
) -> Logged:
    """Return the run of one evaluation.

    Args:
        report: the report.
        params: the values of params.yaml that stages read, by dotted key.
        files: the files to store with the run; missing ones are skipped.
        experiment: its name; empty for the task's name.
        link: the page of the workflow run.
    """
    commit = report.reproduce.commit
    where = f"{commit[:7]}{'+' * report.reproduce.dirty}" if commit else "no commit"
    return Logged(
        key=key(report),
        experiment=experiment or report.task,
        name=f"{where} {report.verdict}",
        params={name: _short(value) for name, value in sorted(params.items())},
        metrics=dict(list(metrics(report))[:MOST_METRICS]),
        tags=tags(report) | ({"ringside.workflow": link} if link else {}),
        files={path.name: str(path) for path in files if path.is_file()},
    )


def key(report: Report) -> str:
    """Return the identity of an evaluation, 64 hex digits: code, data, model, rows, rivals, policy and result.

    Times, costs and the number of earlier verdicts on the test set are not part of it.
    """
    rival = report.rival
    parts = {
        "task": report.task,
        "reproduce": report.reproduce.model_dump(mode="json", exclude={"lock"}),
        "model": report.challenger.sha256,
        "window": report.window.sha256,
        "champion": report.champion,
        "rival": None if rival is None else [rival.source, rival.version, rival.model and rival.model.sha256],
        "anchor": report.anchor and report.anchor.version,
        "policy": report.policy.model_dump(mode="json", exclude={"changes"}),
        "verdict": report.verdict,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def tags(report: Report) -> dict[str, str]:
    """Return tags with the origin and the verdict of a run."""
    made = report.reproduce
    champion = report.rival.version if report.rival and report.rival.version else ""
    deciding = report.metrics[0] if report.metrics else None
    found = {
        "ringside.verdict": report.verdict,
        "ringside.outcome": (deciding.outcome or "") if deciding else "",
        "ringside.metric": report.policy.metric,
        "ringside.champion": champion or report.champion,
        "ringside.commit": made.commit or "",
        "ringside.dirty": str(made.dirty).lower(),
        "ringside.data": made.data,
        "ringside.packages": made.model_lock,
        "ringside.model": report.challenger.sha256,
        "ringside.window": report.window.sha256,
        "ringside.python": made.python,
        # MLflow's list of runs shows it as the source, beside the commit.
        "mlflow.source.name": "ringside",
        "mlflow.source.type": "PROJECT",
        "mlflow.source.git.commit": made.commit or "",
        "mlflow.note.content": headline(report),
    }
    return {name: value for name, value in found.items() if value}


def metrics(report: Report) -> Iterator[tuple[str, float]]:
    """Return all measurements of the report, the deciding metric first and slices last.

    `log_loss` is the challenger's; `log_loss.rival`, `.difference`, `.lower` and `.upper` belong to the comparison.
    Differences and bounds are positive if the challenger is better.
    """
    for found in report.metrics:
        yield from _figures(found.metric, found)
    if report.baseline is not None:
        yield from _figures(f"{report.baseline.metric}.baseline", report.baseline)
    plain = {
        "rows.train": report.challenger.rows,
        "rows.test": report.window.rows,
        "model_bytes": report.challenger.bytes,
        "calibration_error": report.calibration_error,
        "latency_ms": report.latency_ms,
        **{f"seconds.{stage.stage}": stage.seconds for stage in report.stages},
    }
    yield from ((name, float(value)) for name, value in plain.items() if value is not None)
    for part in report.slices:
        yield from _figures(f"slice.{part.column}.{part.value}.{part.result.metric}", part.result)


def _figures(name: str, found: ResultRecord) -> Iterator[tuple[str, float]]:
    values = {
        name: found.challenger,
        f"{name}.rival": found.rival,
        f"{name}.difference": found.difference,
        f"{name}.lower": found.lower,
        f"{name}.upper": found.upper,
        f"{name}.tolerance": found.tolerance,
    }
    yield from ((key, value) for key, value in values.items() if value is not None and len(key) <= _LONGEST_NAME)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
