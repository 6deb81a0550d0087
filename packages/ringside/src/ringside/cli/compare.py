"""The command `compare`: two files of predictions from any tool, without DVC, Git or params.yaml."""

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
"""Version of the JSON object; docs/compare.md describes it."""
_CODES = {"pass": 0, "fail": 3, "inconclusive": 4}
_MOST_SLICES = 1000


class Kinds(StrEnum):
    """The kind of target."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"


Old = Annotated[Path, typer.Argument(metavar="OLD", help="The predictions of the old model, CSV or Parquet.")]
New = Annotated[Path, typer.Argument(metavar="NEW", help="The predictions of the new model, CSV or Parquet.")]
Kind = Annotated[Kinds, typer.Option("--kind", metavar="|".join(Kinds), help="The kind of target.")]
Y = Annotated[str, typer.Option("--y", metavar="COLUMN", help="The column of the labels.")]
Prediction = Annotated[
    str,
    typer.Option(
        metavar="COLUMN", help="The column of the predictions; multiclass needs a column COLUMN:CLASS for each class."
    ),
]
Group = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="The column whose equal values mark correlated rows, such as a day or a customer."
    ),
]
On = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="A column that identifies a row; may be repeated."),
]
Inner = Annotated[bool, typer.Option("--inner", help="Leave out rows that are in one file only.")]
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
    typer.Option(
        "--floor", metavar="METRIC=VALUE", help="The least value that the new model must reach; may be repeated."
    ),
]
SliceOption = Annotated[
    list[str] | None,
    typer.Option("--slice", metavar="COLUMN", help="Also compare by value of this column; may be repeated."),
]
SliceTolerance = Annotated[
    str | None, typer.Option(metavar="LOSS", help="The deciding metric's accepted loss within a slice.")
]
Confidence = Annotated[float, typer.Option(metavar="SHARE", help="The confidence of each bound, one-sided.")]
Uses = Annotated[int, typer.Option(metavar="N", help="How many verdicts these rows may give in total.")]
MinGroups = Annotated[float, typer.Option(metavar="N", help="The effective number of groups that an interval needs.")]
Threshold = Annotated[float, typer.Option(metavar="P", help="The probability from which the new model predicts yes.")]
ThresholdOld = Annotated[float | None, typer.Option(metavar="P", help="The same for the old model, if it differs.")]
Top = Annotated[float, typer.Option(metavar="SHARE", help="The share of rows for precision and lift at the top.")]
Ordered = Annotated[
    bool | None,
    typer.Option(
        "--ordered/--unordered", help="Whether the order of groups is their order in time; always so for dates."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """The result of the comparison, for both outputs."""

    paired: Paired
    truth: Truth
    policy: Policy
    comparison: Comparison
    floors: tuple[Floor, ...]
    findings: tuple[Finding, ...]
    verdict: str


def compare(  # noqa: PLR0913, PLR0917 -- without params.yaml, everything is an option
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
    """Compare two files of predictions of the same rows: are the new ones better, no worse or worse."""
    target: RowKind = kind.value
    policy = _policy(
        target,
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
    paired = _paired(old, new, target, columns, inner=inner)
    judged = _judge(paired, target, policy, threshold_old=threshold_old, ordered=ordered)
    if as_json:
        result(json.dumps(_document(judged), indent=2, allow_nan=False))
    else:
        _print(judged)
    raise typer.Exit(_CODES[judged.verdict])


def _policy(kind: RowKind, metric: str | None, tolerances: dict[str, str], **others: Any) -> Policy:  # noqa: ANN401 -- fields of `Policy`
    """Return the policy of the command line, checked before a file is read."""
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
    """Return the mapping of `name=value` texts."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value) or name in pairs:
            problem = "repeats a metric" if name in pairs else "is not METRIC=VALUE"
            remedy = f"write each metric once, as in {option} roc_auc=0.01."
            raise UsageError(f"{text!r} {problem}", where=option, remedy=remedy)
        pairs[name] = value
    return pairs


def _slice_tolerance(text: str | None) -> Tolerance | None:

    return None if text is None else Tolerance.parse(text)


def _floor_limits(texts: Mapping[str, str]) -> dict[str, float]:
    try:
        return {name: float(text) for name, text in texts.items()}
    except ValueError as error:
        raise UsageError(f"{error}", where="--floor", remedy="write a number, as in --floor roc_auc=0.7.") from None


def _paired(old: Path, new: Path, kind: RowKind, columns: Any, *, inner: bool) -> Paired:  # noqa: ANN401 -- `PredictionColumns`
    """Return both files aligned on the same rows; each file is checked before, so that an error names it."""
    if inner and not columns.on:
        remedy = "name these columns with --on."
        raise UsageError("rows cannot be matched without columns that identify them", where="--inner", remedy=remedy)
    old_file, new_file = read(old, kind, columns, group_wanted=False), read(new, kind, columns)
    for file in (old_file, new_file):
        _check(file, kind)
    for name, column in new_file.slices.items():
        if len(column.names) > _MOST_SLICES:
            remedy = "choose a column with fewer values, or group its values into bins."
            problem = f"{name!r} has {len(column.names):,} values, more than {_MOST_SLICES:,}"
            raise UsageError(problem, where="--slice", remedy=remedy)
    return pair(old_file, new_file, inner=inner)


def _check(file: Predictions, kind: RowKind) -> None:

    try:
        Scored.of(Truth.of(kind, file.y, classes=file.classes), file.values)
    except DataError as error:
        remedy = "correct the file, or remove the rows from both files."
        raise DataError(error.found, where=str(file.path), remedy=remedy) from None


def _judge(
    paired: Paired, kind: RowKind, policy: Policy, *, threshold_old: float | None, ordered: bool | None
) -> _Judged:

    group, new = paired.new.group, paired.new
    in_time = ordered if ordered is not None else bool(group and group.in_time)
    codes = group.codes if group else None
    truth = Truth.of(kind, new.y, codes, ordered=in_time, classes=new.classes)
    challenger = Scored.of(truth, new.values, threshold=policy.threshold, top=policy.top)
    old_threshold = policy.threshold if threshold_old is None else threshold_old
    rival = Scored.of(truth, paired.old.values, threshold=old_threshold, top=policy.top)
    texts = {name: column.texts for name, column in new.slices.items()}
    comparison = compare_models(challenger, rival, policy, baseline=_constant(truth, policy), slices=texts)
    reached = rules.floors(challenger, policy)
    evidence = rules.Evidence(champion="compared", comparison=comparison, floors=reached)
    judged_rules = (rules.FLOORS, rules.DECIDING, rules.GUARDRAILS, rules.SLICES)
    findings = tuple(finding for finding in rules.judge_rules(evidence) if finding.rule in judged_rules)
    return _Judged(
        paired=paired,
        truth=truth,
        policy=policy,
        comparison=comparison,
        floors=reached,
        findings=findings,
        verdict=rules.verdict(findings),
    )


def _constant(truth: Truth, policy: Policy) -> Scored:
    """Return the baseline without features: base rates, the median, or the mean if squared errors decide."""
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
        checked = "labels and groups agree" if paired.old.group and paired.new.group else "labels agree"
        say(f"compare: {rows}, assumed to be in the same order ({checked}); --on matches rows by identity")
    if paired.only_old or paired.only_new:
        say(f"compare: left out {paired.only_old:,} rows of the old file and {paired.only_new:,} of the new one")
    if paired.new.group is None:
        say("compare: rows count as independent; if they share a day or a customer, name that column with --group")
    else:
        say(f"compare: {truth.n_groups:,} groups{', in the order of time' if truth.ordered else ''}")
    for line in comparison_text.lines(judged.comparison, rival="old", challenger="new"):
        result(line)
    result("")
    for line in comparison_text.findings(judged.findings):
        result(line)
    result(f"verdict: {judged.verdict}")


def _document(judged: _Judged) -> dict[str, Any]:
    """Return the object that `--json` prints."""
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
        "metrics": [asdict(metric) for metric in judged.comparison.metrics],
        "slices": [asdict(part) for part in judged.comparison.slices],
        "floors": [asdict(floor) for floor in judged.floors],
        "rules": [_rule(finding) for finding in judged.findings],
    }
    finite: dict[str, Any] = _finite(document)
    return finite


def _rule(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"rule": finding.rule.code, "name": finding.rule.name}


def _finite(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Return the value with null in place of infinite numbers and NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
