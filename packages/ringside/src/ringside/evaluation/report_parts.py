"""Conversion of results to parts of a report: harmless names, finite numbers, bounded lists."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ringside.common.task import Task
from ringside.data.diff import diff
from ringside.data.drift import new_by_design
from ringside.evaluation.rivals import Rival
from ringside.evaluation.test_set import TestSet
from ringside.pipeline.evaluate import curve_points as curves
from ringside.report import model
from ringside.report.model import name_of
from ringside.verdict.comparison import Slice
from ringside.verdict.metrics import MetricDefinition
from ringside.verdict.outcomes import Result
from ringside.verdict.rows import Floats, Scored
from ringside.verdict.rules import SLICES, Finding, Floor

_LARGEST = 1e15
_SLICES = 1000
_GROUPS = 400
_CHANGES = 500
_SUBJECTS = 1000


def number(value: float | None) -> float | None:
    """Return a number that a report may contain, else None."""
    return float(value) if value is not None and math.isfinite(value) and abs(value) <= _LARGEST else None


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    return {key: number(value) if isinstance(value, float) else value for key, value in values.items()}


def result(judged: Result) -> model.ResultRecord:
    """Return the record of one metric."""
    values = _numbers(asdict(judged))
    values |= {"metric": name_of(judged.metric), "cautions": list(judged.cautions)}
    return model.ResultRecord(**values)


def slices(parts: Sequence[Slice]) -> tuple[list[model.SliceRecord], int]:
    """Return the slices with the largest losses first, and the number of slices left out."""
    ranked = sorted(parts, key=lambda part: (part.result.outcome != "worse", part.result.difference or 0.0))
    kept = [
        model.SliceRecord(
            column=name_of(part.column), value=name_of(part.value), rows=part.rows, result=result(part.result)
        )
        for part in ranked[:_SLICES]
    ]
    return kept, len(parts) - len(kept)


def rule(finding: Finding) -> model.RuleRecord:
    """Return the record of one rule."""
    names: list[tuple[str] | tuple[str, str]] = []
    for subject in finding.subjects[:_SUBJECTS]:
        column, separator, value = subject.partition("=")
        pair = finding.rule is SLICES and bool(separator)
        names.append((name_of(column), name_of(value)) if pair else (name_of(subject),))
    return model.RuleRecord(
        code=finding.rule.code.value,
        name=finding.rule.name,
        severity=finding.rule.severity,
        state=finding.state,
        reason=finding.reason,
        subjects=names,
        value=number(finding.value),
        limit=number(finding.limit),
    )


def floor(compared: Floor) -> model.FloorRecord:
    """Return the record of one floor."""
    return model.FloorRecord(
        metric=name_of(compared.metric), value=number(compared.value), limit=compared.limit, reached=compared.reached
    )


def rival_model(rival: Rival) -> model.ModelRecord | None:
    """Return the record of a rival's released model; None for adopted predictions."""
    if rival.facts is None or rival.folder is None:
        return None
    metadata = rival.facts
    size = (rival.folder / "model.skops").stat().st_size
    return model.ModelRecord(
        sha256=metadata.model,
        bytes=size,
        rows=metadata.rows,
        first=name_of(metadata.first),
        last=name_of(metadata.last),
    )


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[model.ParamChangeRecord]:
    """Return the keys that differ, by name; a value that is neither a short name nor a number is hidden."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [_change(key, before.get(key), after.get(key)) for key in keys[:_CHANGES]]


def _change(key: str, before: object, after: object) -> model.ParamChangeRecord:
    values = [_shown(before), _shown(after)]
    hidden = any(value is None and raw is not None for value, raw in zip(values, (before, after), strict=True))
    name = ".".join(name_of(part)[:60] for part in key.split("."))[:128]
    return model.ParamChangeRecord(key=name, before=values[0], after=values[1], shown=not hidden)


def _shown(value: object) -> str | float | int | bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if number(float(value)) is not None else None
    return value if isinstance(value, str) and name_of(value) == value else None


def data_diff(rival: Mapping[str, Any], challenger: Mapping[str, Any], task: Task) -> model.DataDiffRecord:
    """Return the record that compares the data of rival and challenger."""
    changed = diff(rival, challenger, leave_out=new_by_design(task))
    return model.DataDiffRecord(
        rows_before=changed.rows_before,
        rows_after=changed.rows_after,
        duplicates_before=changed.duplicates_before,
        duplicates_after=changed.duplicates_after,
        partitions=[
            model.PartitionChangeRecord(**(asdict(part) | {"partition": name_of(part.partition)}))
            for part in changed.partitions[:200]
        ],
        columns_added=_names(changed.columns_added),
        columns_removed=_names(changed.columns_removed),
        columns_retyped=_names(changed.columns_retyped),
        labels=[
            (name_of(label), before, after)
            for label, before, after in changed.labels[:100]
            if number(before) is not None and number(after) is not None
        ],
        columns=[
            model.ColumnChangeRecord(**(_numbers(asdict(part)) | {"column": name_of(part.column)}))
            for part in changed.columns[:500]
        ],
    )


def _names(texts: Iterable[str]) -> list[str]:
    return [name_of(text) for text in list(texts)[:500]]


def drawn(scored: Scored, bins: int) -> model.CurvesRecord:
    """Return the curves of one model; for multiclass those of its decisions."""
    truth, values = scored.truth, scored.prediction
    roc: list[tuple[float, float]] = []
    if truth.kind == "binary" and 0 < truth.y.sum() < len(truth):
        roc = _points(*curves.roc(truth.y == 1, values))
    outcome, top = truth.y, values
    if truth.kind == "multiclass":
        outcome, top = (scored.decisions == truth.y).astype(float), values.max(axis=1)
    limits = None if truth.kind == "regression" else (0.0, 1.0)
    return model.CurvesRecord(
        roc=roc,
        calibration=[
            (round(p, 6), round(o, 6), n)
            for p, o, n in curves.calibration(outcome, top, bins)
            if number(p) is not None and number(o) is not None
        ],
        scores=[(round(low, 6), rows) for low, rows in curves.histogram(top, limits) if number(low) is not None],
    )


def _points(x: Floats, y: Floats) -> list[tuple[float, float]]:
    return list(zip(x.round(5).tolist(), y.round(5).tolist(), strict=True))


def by_group(test_set: TestSet, rival: Scored | None, metric: MetricDefinition) -> list[model.GroupRecord]:
    """Return the metric in each group for both models; neighbours are joined if there are too many."""
    if test_set.task.group is None:
        return []
    truth, names = test_set.truth, test_set.group_names
    blocks = truth.groups * min(_GROUPS, truth.n_groups) // truth.n_groups
    order = np.argsort(blocks, kind="stable")
    borders = np.searchsorted(blocks[order], np.arange(int(blocks.max()) + 2))
    records = []
    for start, end in itertools.pairwise(borders):
        rows = order[start:end]
        part = truth.take(rows)
        values = [
            number(metric.estimate(scored.take(rows, part)).value) if scored is not None else None
            for scored in (test_set.challenger, rival)
        ]
        name = str(names[truth.groups[rows].min()])
        records.append(model.GroupRecord(group=name_of(name), rows=len(rows), challenger=values[0], rival=values[1]))
    return records
