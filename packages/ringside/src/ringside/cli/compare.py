"""The verb `compare`: two files of predictions that any tool made, without DVC, Git or params.yaml."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from ringside.cli.terminal import result, say
from ringside.codes import Kind as RowKind
from ringside.data.alignment import Paired, pair
from ringside.data.predictions import PredictionColumns, Predictions, read
from ringside.errors import DataError, UsageError
from ringside.verdict import Comparison, Policy, Scored, Tolerance, Truth, rules
from ringside.verdict import compare as compare_models
from ringside.verdict import text as comparison_text
from ringside.verdict.intervals import effective_groups
from ringside.verdict.metrics import metrics_of
from ringside.verdict.policy import default_metric
from ringside.verdict.rules import Finding, Floor

FORMAT = 1
"""Of the JSON object; docs/compare.md describes it."""
_CODES = {"pass": 0, "fail": 3, "inconclusive": 4}
_MOST_SLICES = 1000


class Kinds(StrEnum):
    """What is predicted."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"


Old = Annotated[Path, typer.Argument(metavar="OLD", help="The predictions to judge against, CSV or Parquet.")]
New = Annotated[Path, typer.Argument(metavar="NEW", help="The predictions to judge.")]
Kind = Annotated[Kinds, typer.Option("--kind", metavar="|".join(Kinds), help="What is predicted.")]
Y = Annotated[str, typer.Option("--y", metavar="COLUMN", help="The column with what happened.")]
Prediction = Annotated[
    str,
    typer.Option(metavar="COLUMN", help="The predictions; multiclass has a column COLUMN:CLASS for each class."),
]
Group = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Rows with one value of it belong together, as those of a day do."),
]
On = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="A column that identifies a row; may be given several times."),
]
Inner = Annotated[bool, typer.Option("--inner", help="Leave out rows that only one file has.")]
Tolerances = Annotated[
    list[str] | None,
    typer.Option(
        "--tolerance",
        metavar="METRIC=LOSS",
        help="The accepted loss, as 0.002 or as 10% of the old model's gain; the first metric decides, others guard.",
    ),
]
MetricOption = Annotated[str | None, typer.Option("--metric", metavar="METRIC", help="The metric that decides.")]
Floors = Annotated[
    list[str] | None,
    typer.Option("--floor", metavar="METRIC=VALUE", help="What the new model must reach; may be given several times."),
]
SliceOption = Annotated[
    list[str] | None,
    typer.Option("--slice", metavar="COLUMN", help="Also compare by value of this column; may be given several times."),
]
SliceTolerance = Annotated[
    str | None, typer.Option(metavar="LOSS", help="The deciding metric's accepted loss within a slice.")
]
Confidence = Annotated[float, typer.Option(metavar="SHARE", help="The confidence of each bound, one-sided.")]
Uses = Annotated[int, typer.Option(metavar="N", help="How many verdicts these rows may give.")]
MinGroups = Annotated[float, typer.Option(metavar="N", help="The groups, as if of equal size, that an interval needs.")]
Threshold = Annotated[float, typer.Option(metavar="P", help="The probability from which on the new model says yes.")]
ThresholdOld = Annotated[float | None, typer.Option(metavar="P", help="The same for the old model, where it differs.")]
Top = Annotated[
    float, typer.Option(metavar="SHARE", help="The share of rows that precision and lift at the top look at.")
]
Ordered = Annotated[
    bool | None,
    typer.Option("--ordered/--unordered", help="Whether groups follow each other in time; dates do without saying."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """All that is printed."""

    paired: Paired
    truth: Truth
    policy: Policy
    comparison: Comparison
    floors: tuple[Floor, ...]
    findings: tuple[Finding, ...]
    verdict: str


def compare(  # noqa: PLR0913, PLR0917 -- a command line without a file of parameters says everything itself
    old: Old,
    new: New,
    kind: Kind,
    y: Y,
    prediction: Prediction,
    group: Group = None,
    on: On = None,
    inner: Inner = False,
    tolerance: Tolerances = None,
    metric: MetricOption = None,
    floor: Floors = None,
    slices: SliceOption = None,
    slice_tolerance: SliceTolerance = None,
    confidence: Confidence = 0.95,
    uses: Uses = 1,
    min_groups: MinGroups = 10.0,
    threshold: Threshold = 0.5,
    threshold_old: ThresholdOld = None,
    top: Top = 0.1,
    ordered: Ordered = None,
    as_json: Json = False,
) -> None:
    """Compare two files of predictions of the same rows and say whether the new ones are better, no worse or worse."""
    of: RowKind = kind.value
    policy = _policy(
        of,
        metric,
        _pairs(tolerance or [], "--tolerance"),
        floors=_floor_limits(_pairs(floor or [], "--floor")),
        slices=_slice_tolerance(slice_tolerance),
        confidence=confidence,
        uses=uses,
        min_groups=min_groups,
        threshold=threshold,
        top=top,
    )
    columns = PredictionColumns(y=y, prediction=prediction, group=group, on=tuple(on or ()), slices=tuple(slices or ()))
    paired = _paired(old, new, of, columns, inner=inner)
    judged = _judge(paired, of, policy, threshold_old=threshold_old, ordered=ordered)
    if as_json:
        result(json.dumps(_document(judged), indent=2, allow_nan=False))
    else:
        _print(judged)
    raise typer.Exit(_CODES[judged.verdict])


def _policy(kind: RowKind, metric: str | None, tolerances: dict[str, str], **others: Any) -> Policy:  # noqa: ANN401 -- fields of `Policy`
    """The policy of the command line, checked before a file is read."""
    deciding = metric or next(iter(tolerances), default_metric(kind))
    parsed = {name: Tolerance.parse(text) for name, text in tolerances.items()}
    policy = Policy(
        metric=deciding,
        tolerance=parsed.pop(deciding, Tolerance(0.1, relative=True)),
        guardrails=parsed,
        **others,
    )
    policy.check(metrics_of(kind))
    return policy


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`name=value` texts as a mapping."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value) or name in found:
            what = "stands twice" if name in found else "is no METRIC=VALUE"
            remedy = f"write each metric once, as {option} roc_auc=0.01."
            raise UsageError(f"{text!r} {what}", where=option, remedy=remedy)
        found[name] = value
    return found


def _slice_tolerance(text: str | None) -> Tolerance | None:

    return None if text is None else Tolerance.parse(text)


def _floor_limits(texts: Mapping[str, str]) -> dict[str, float]:
    try:
        return {name: float(text) for name, text in texts.items()}
    except ValueError as error:
        raise UsageError(f"{error}", where="--floor", remedy="write a number, as --floor roc_auc=0.7.") from None


def _paired(old: Path, new: Path, kind: RowKind, columns: Any, *, inner: bool) -> Paired:  # noqa: ANN401 -- `PredictionColumns`
    """Both files on the same rows, checked one by one first, so that an error names the file."""
    if inner and not columns.on:
        remedy = "name the columns that identify a row by --on."
        raise UsageError("rows cannot be matched without an identity", where="--inner", remedy=remedy)
    theirs, ours = read(old, kind, columns, group_wanted=False), read(new, kind, columns)
    for file in (theirs, ours):
        _check(file, kind)
    for name, column in ours.slices.items():
        if len(column.names) > _MOST_SLICES:
            remedy = "name a column with fewer values, or join values into bins."
            found = f"{name!r} has {len(column.names):,} values, more than {_MOST_SLICES:,}"
            raise UsageError(found, where="--slice", remedy=remedy)
    return pair(theirs, ours, inner=inner)


def _check(file: Predictions, kind: RowKind) -> None:

    try:
        Scored.of(Truth.of(kind, file.y, classes=file.classes), file.values)
    except DataError as error:
        remedy = "correct the file, or leave the rows out of both files."
        raise DataError(error.found, where=str(file.path), remedy=remedy) from None


def _judge(
    paired: Paired, kind: RowKind, policy: Policy, *, threshold_old: float | None, ordered: bool | None
) -> _Judged:

    group, new = paired.new.group, paired.new
    in_time = ordered if ordered is not None else bool(group and group.in_time)
    codes = group.codes if group else None
    truth = Truth.of(kind, new.y, codes, ordered=in_time, classes=new.classes)
    challenger = Scored.of(truth, new.values, threshold=policy.threshold, top=policy.top)
    theirs = policy.threshold if threshold_old is None else threshold_old
    rival = Scored.of(truth, paired.old.values, threshold=theirs, top=policy.top)
    texts = {name: column.texts for name, column in new.slices.items()}
    comparison = compare_models(challenger, rival, policy, baseline=_constant(truth, policy), slices=texts)
    reached = rules.floors(challenger, policy)
    evidence = rules.Evidence(champion="compared", comparison=comparison, floors=reached)
    asked = (rules.FLOORS, rules.DECIDING, rules.GUARDRAILS, rules.SLICES)
    found = tuple(finding for finding in rules.judge_rules(evidence) if finding.rule in asked)
    return _Judged(
        paired=paired,
        truth=truth,
        policy=policy,
        comparison=comparison,
        floors=reached,
        findings=found,
        verdict=rules.verdict(found),
    )


def _constant(truth: Truth, policy: Policy) -> Scored:
    """The best predictions that know no feature: base rates, or the median, or the mean where squares decide."""
    if truth.kind == "multiclass":
        shares = np.bincount(truth.y.astype(np.int64), minlength=len(truth.classes)) / len(truth)
        return Scored.of(truth, np.tile(shares, (len(truth), 1)), top=policy.top)
    median = truth.kind == "regression" and policy.metric == "mae"
    value = float(np.median(truth.y) if median else truth.y.mean())
    return Scored.of(truth, np.full(len(truth), value), threshold=policy.threshold, top=policy.top)


def _print(judged: _Judged) -> None:

    paired, truth = judged.paired, judged.truth
    rows = f"{len(truth):,} rows"
    if paired.new.on:
        say(f"compare: {rows} in both files")
    else:
        seen = "labels and groups agree" if paired.old.group and paired.new.group else "labels agree"
        say(f"compare: {rows}, in the same order as far as can be seen: {seen}; --on would make sure")
    if paired.only_old or paired.only_new:
        say(f"compare: left out {paired.only_old:,} rows of the old file and {paired.only_new:,} of the new one")
    if paired.new.group is None:
        say("compare: each row stands by itself; if rows share a day or a customer, name it by --group")
    else:
        say(f"compare: {truth.n_groups:,} groups{', in the order of time' if truth.ordered else ''}")
    for line in comparison_text.lines(judged.comparison, rival="old", challenger="new"):
        result(line)
    result("")
    for line in comparison_text.findings(judged.findings):
        result(line)
    result(f"verdict: {judged.verdict}")


def _document(judged: _Judged) -> dict[str, Any]:
    """What `--json` prints."""
    paired, truth = judged.paired, judged.truth
    document = {
        "format": FORMAT,
        "verdict": judged.verdict,
        "kind": truth.kind,
        "rows": len(truth),
        "matched": "identity" if paired.new.on else "order",
        "left_out": {"old": paired.only_old, "new": paired.only_new},
        "groups": truth.n_groups,
        "effective_groups": effective_groups(np.bincount(truth.groups).astype(float)),
        "ordered": truth.ordered,
        "confidence": judged.policy.confidence,
        "uses": judged.policy.uses,
        "metrics": [asdict(found) for found in judged.comparison.metrics],
        "slices": [asdict(part) for part in judged.comparison.slices],
        "floors": [asdict(found) for found in judged.floors],
        "rules": [_rule(finding) for finding in judged.findings],
    }
    finite: dict[str, Any] = _finite(document)
    return finite


def _rule(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"rule": finding.rule.code, "name": finding.rule.name}


def _finite(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON can hold
    """The same with null for what is no finite number, which JSON has no word for."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
