"""A report as an MLflow run."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ringside.report.model import Report, ResultRecord
from ringside.report.words import headline

MOST_METRICS = 900
"""Of a run; MLflow takes 1,000 in one call. Slices beyond that stand in the report alone."""
_LONGEST_NAME = 250
"""Characters of a metric's name; MLflow refuses longer ones."""
_LONGEST = 500
"""Characters of a value."""


@dataclass(frozen=True)
class Logged:
    """What a run holds."""

    key: str
    """Of the evaluation, 64 hex digits: a run that has it is not made again."""
    experiment: str
    name: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    files: dict[str, str]
    """Files on this machine, by their name in the run."""

    def order(self) -> dict[str, object]:
        """What `ringside.tracking.wire` is told."""
        return {"do": "evaluation", **asdict(self)}


def evaluation(
    report: Report, params: Mapping[str, object], files: Iterable[Path], *, experiment: str = "", link: str = ""
) -> Logged:
    """The run of one evaluation.

    Args:
        report: the verdict.
        params: the values of params.yaml that stages read, by dotted key.
        files: what is kept with the run; those that are there.
        experiment: its name; the task's where empty.
        link: the page of the workflow's run.
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
    """What an evaluation is known by again, 64 hex digits: its code, data, model, rows, rivals, policy and answer.

    Times and costs are not in it, nor how many verdicts the window has given.
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
    """Where a run comes from, and its verdict."""
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
        # What MLflow's list of runs shows as the source, with the commit beside it.
        "mlflow.source.name": "ringside",
        "mlflow.source.type": "PROJECT",
        "mlflow.source.git.commit": made.commit or "",
        "mlflow.note.content": headline(report),
    }
    return {name: value for name, value in found.items() if value}


def metrics(report: Report) -> Iterator[tuple[str, float]]:
    """Every figure of the report that is a measurement, the deciding metric first and slices last.

    `log_loss` is the challenger's; `log_loss.rival`, `.difference`, `.lower` and `.upper` are the comparison's, where
    differences and bounds are positive where the challenger is better.
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
