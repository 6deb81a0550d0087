"""The verb `plan`: what the test set can show, before any challenger is trained."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer

from ringside.cli.context import Context, context
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import result, say, seconds, table, working
from ringside.common.context import RERUN
from ringside.common.fingerprint import row_hashes
from ringside.common.split import Split, read_split
from ringside.common.tables import read_table
from ringside.errors import UsageError
from ringside.evaluation.test_set import PREDICTION, TestSet
from ringside.loader import load_model_builder
from ringside.params import train_params
from ringside.verdict.intervals import effective_groups
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.power import Resolution, Wanted, absolute, resolution, wanted

_SEED = 2**31
"""Not the split's, so that which sample a row is in has nothing to do with which side it is on."""
_WORDS = {
    "undefined": "these rows cannot define it",
    "too_few_groups": "too few groups",
    "dominating_groups": "a few groups hold most rows",
    "no_variance": "no difference to measure",
    "few_differing_decisions": "the two decide alike",
    "identical": "the two are identical",
}

Tolerances = Annotated[
    list[str] | None,
    typer.Option(
        "--tolerance", metavar="METRIC=VALUE", help="A tolerance to plan for, instead of the policy's; may be repeated."
    ),
]
Groups = Annotated[
    int | None,
    typer.Option(metavar="N", min=3, help="Plan for a test set of so many groups instead of the present one."),
]
Uses = Annotated[int | None, typer.Option(metavar="N", min=1, help="Verdicts per test set, instead of the policy's.")]
Confidence = Annotated[
    float | None,
    typer.Option(metavar="SHARE", min=0.5, max=0.9999, help="Confidence of each bound, instead of the policy's."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, for programs.")]


@dataclass(frozen=True)
class _Plan:
    test_set: TestSet
    policy: Policy
    learnt: int
    """Rows that each model of the pilot learnt from."""
    metrics: list[Resolution]
    wanted: list[Wanted]


def plan(
    tolerances: Tolerances = None,
    groups: Groups = None,
    uses: Uses = None,
    confidence: Confidence = None,
    as_json: Json = False,
) -> None:
    """Say what the test set can show, which tolerance fits it, and how many groups another tolerance needs."""
    here = context()
    policy = policy_of(here.params, here.task)
    policy = replace(policy, uses=uses or policy.uses, confidence=confidence or policy.confidence)
    metrics = metrics_of(here.task.kind, own_metrics(here.task))
    policy.check(metrics)
    asked = _asked(tolerances or (), policy, metrics)
    test_set, pairs, learnt = pairs_of(here, policy)
    planned = _Plan(test_set, policy, learnt, *resolved(pairs, metrics, asked, groups))
    if as_json:
        result(json.dumps(_as_json(planned), indent=2, allow_nan=False))
    else:
        _show(planned)


def _asked(texts: Sequence[str], policy: Policy, metrics: dict[str, MetricDefinition]) -> list[tuple[str, Any]]:
    """The tolerances to plan for, by metric; the policy's where none is given."""
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in metrics:
            remedy = f"write METRIC=VALUE, as log_loss=0.01, with one of {', '.join(metrics)}."
            raise UsageError(f"{text!r} names no metric and its tolerance", where="--tolerance", remedy=remedy)
        found.append((name, Tolerance.parse(value)))
    return found or [(policy.metric, policy.tolerance)]


def pairs_of(here: Context, policy: Policy) -> tuple[TestSet, list[Pair], int]:
    """A few models on the test set, pair by pair, and how many rows each learnt from."""
    from ringside.pipeline.evaluate.stage import test_rows
    from ringside.pipeline.pilot import pilot

    workspace, task = here.workspace, here.task
    decided = read_split(workspace)
    parts = [part.to_pandas() for part in _samples(here, decided)]
    with working(f"plan: a pilot of {len(parts)} models, each of {len(parts[0]):,} training rows"):
        test = test_rows(workspace, decided).to_pandas()
        params = train_params(here.params, task.train_params)
        done = pilot(parts, test, task, params, load_model_builder(task))
    rows = pa.Table.from_pandas(done.rows, preserve_index=False)
    test_set = TestSet.of(rows, task, threshold=policy.threshold, top=policy.top)
    tables = [pa.Table.from_pandas(answer, preserve_index=False) for answer in done.predictions]
    scored = [test_set.scored(test_set.values(table, PREDICTION)) for table in tables]
    pairs = [Pair(one, two, policy, test_set.baseline) for one, two in itertools.combinations(scored, 2)]
    return test_set, pairs, len(parts[0])


def _samples(here: Context, decided: Split) -> list[pa.Table]:
    """What each model of the pilot learns from; one partition of the training rows is in memory at a time."""
    from ringside.pipeline.pilot import samples

    workspace, keys = here.workspace, here.task.identity
    columns = list(dict.fromkeys([*keys, *decided.columns]))
    paths = {name: workspace.partition(workspace.valid, name) for name in decided.train}
    hashes = []
    for name, path in paths.items():
        table = read_table(path, remedy=RERUN, columns=columns)
        hashes.append(row_hashes(table, keys, seed=_SEED)[decided.side(name, table, "train")])
    masks = samples(np.concatenate(hashes))
    parts: list[list[pa.Table]] = [[] for _ in masks]
    start = 0
    for (name, path), of_partition in zip(paths.items(), hashes, strict=True):
        whole = read_table(path, remedy=RERUN)
        side = whole.filter(pa.array(decided.side(name, whole, "train")))
        for part, mask in zip(parts, masks, strict=True):
            part.append(side.filter(pa.array(mask[start : start + len(of_partition)])))
        start += len(of_partition)
    return [pa.concat_tables(part) for part in parts]


def resolved(
    pairs: list[Pair], metrics: dict[str, MetricDefinition], asked: list[tuple[str, Any]], groups: int | None
) -> tuple[list[Resolution], list[Wanted]]:
    """Every metric that can decide, the policy's first; and what each tolerance asks of the test set."""
    policy = pairs[0].policy
    names = sorted(
        (name for name, m in metrics.items() if m.judged == "decides"), key=lambda name: name != policy.metric
    )
    found = {name: resolution(metrics[name], pairs, groups=groups) for name in dict.fromkeys([*names, *dict(asked)])}
    answers = []
    for name, tolerance in asked:
        value = absolute(tolerance, metrics[name], pairs[0])
        answer = None if value is None else wanted(found[name], value, policy)
        if answer is None:
            say(f"plan: {name}: a tolerance of {tolerance} cannot be planned for: the pilot has no gain or no spread")
        else:
            answers.append(answer)
    return list(found.values()), answers


def _show(here: _Plan) -> None:
    """The two tables, and what to know about them."""
    test_set, policy = here.test_set, here.policy
    groups, effective = _size(here)
    places = " to ".join(dict.fromkeys([test_set.partitions[0], test_set.partitions[-1]]))
    say(
        f"plan: the test set {places} has {len(test_set.truth):,} rows; planned for {groups:,} groups that count as "
        f"{effective:.1f}; confidence {policy.confidence:g}, {policy.uses} uses; {seconds()}"
    )
    rows = [
        [m.metric, _figure(m.value), _figure(m.standard_error), _figure(m.smallest), _fits(m)] for m in here.metrics
    ]
    result(table(["metric", "pilot", "standard error", "shown in 4 of 5", "tolerance that fits"], rows))
    if here.wanted:
        asked = [
            [w.metric, f"{w.tolerance:.2g}", _count(w.groups), _count(w.more), f"{w.equal_passes:.0%}"]
            for w in here.wanted
        ]
        result("\n" + table(["metric", "tolerance", "groups needed", "more", "an equal model passes"], asked))
    if effective < policy.min_groups:
        say(
            f"\nThese are fewer than the {policy.min_groups:g} groups that policy.min_groups asks for: every verdict on"
        )
        say("such a test set is inconclusive.")
    say("\nEach line speaks of the metric as the one that decides. The pilot's models learnt from one sample of the")
    say("training rows, each without another tenth. Two of them differ more than two seeds of one model, and about as")
    say("much as a model and one with other parameters; see docs/policy.md.")


def _size(here: _Plan) -> tuple[int, float]:
    """Groups and effective groups that the figures speak of."""
    for metric in here.metrics:
        if metric.spread is not None:
            return metric.spread.groups, metric.spread.effective_groups

    sizes = np.bincount(here.test_set.truth.groups).astype(float)
    return len(sizes), effective_groups(sizes)


def _fits(metric: Resolution) -> str:
    if metric.reason is not None:
        return _WORDS.get(metric.reason, metric.reason)
    return _figure(metric.fits)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}" if abs(value) < 1e-3 else f"{value:.5f}".rstrip("0")  # noqa: PLR2004


def _count(value: int | None) -> str:
    return "beyond reason" if value is None else f"{value:,}"


def _as_json(here: _Plan) -> dict[str, Any]:
    groups, effective = _size(here)
    return {
        "test_set": {
            "partitions": here.test_set.partitions,
            "rows": len(here.test_set.truth),
            "groups": here.test_set.truth.n_groups,
        },
        "planned_for": {"groups": groups, "effective_groups": effective},
        "policy": {
            key: getattr(here.policy, key) for key in ("metric", "confidence", "uses", "min_groups", "threshold", "top")
        },
        "pilot_rows": here.learnt,
        "metrics": [
            {
                "metric": m.metric,
                "value": m.value,
                "standard_error": m.standard_error,
                "smallest": m.smallest,
                "fits": m.fits,
                "reason": m.reason,
            }
            for m in here.metrics
        ],
        "tolerances": [vars(answer) for answer in here.wanted],
    }
