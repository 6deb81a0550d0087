"""The command `plan`: the differences that a test set can detect, before any challenger is trained."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer

from ringside.cli.context import Context, load_context
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
"""Seed of the samples; different from the seed of the split, so that samples are independent of it."""
_WORDS = {
    "undefined": "undefined on these rows",
    "too_few_groups": "too few groups",
    "dominating_groups": "a few groups have most rows",
    "no_variance": "no difference to measure",
    "few_differing_decisions": "both models decide alike",
    "identical": "both models are identical",
}

Tolerances = Annotated[
    list[str] | None,
    typer.Option(
        "--tolerance", metavar="METRIC=VALUE", help="A tolerance to plan for, instead of the policy's; may be repeated."
    ),
]
Groups = Annotated[
    int | None,
    typer.Option(metavar="N", min=3, help="Plan for a test set with N groups instead of the current one."),
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
    """Training rows of each model of the pilot."""
    metrics: list[Resolution]
    wanted: list[Wanted]


def plan(
    tolerances: Tolerances = None,
    groups: Groups = None,
    uses: Uses = None,
    confidence: Confidence = None,
    as_json: Json = False,
) -> None:
    """Estimate which differences the test set detects, the tolerance that fits, and the groups that others need."""
    context = load_context()
    policy = policy_of(context.params, context.task)
    policy = replace(policy, uses=uses or policy.uses, confidence=confidence or policy.confidence)
    metrics = metrics_of(context.task.kind, own_metrics(context.task))
    policy.check(metrics)
    requested = _requested(tolerances or (), policy, metrics)
    test_set, pairs, learnt = pairs_of(context, policy)
    planned = _Plan(test_set, policy, learnt, *resolved(pairs, metrics, requested, groups))
    if as_json:
        result(json.dumps(_as_json(planned), indent=2, allow_nan=False))
    else:
        _show(planned)


def _requested(texts: Sequence[str], policy: Policy, metrics: dict[str, MetricDefinition]) -> list[tuple[str, Any]]:
    """Return the tolerances to plan for, each with its metric; by default the tolerance of the policy."""
    requested = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in metrics:
            remedy = f"write METRIC=VALUE, as in log_loss=0.01, with one of {', '.join(metrics)}."
            raise UsageError(f"{text!r} is not a metric with a tolerance", where="--tolerance", remedy=remedy)
        requested.append((name, Tolerance.parse(value)))
    return requested or [(policy.metric, policy.tolerance)]


def pairs_of(context: Context, policy: Policy) -> tuple[TestSet, list[Pair], int]:
    """Train the pilot's models and score them on the test set.

    Returns:
        The test set, each pair of models, and the number of training rows of each model.
    """
    from ringside.pipeline.evaluate.stage import test_rows
    from ringside.pipeline.pilot import pilot

    workspace, task = context.workspace, context.task
    split = read_split(workspace)
    parts = [part.to_pandas() for part in _samples(context, split)]
    with working(f"plan: a pilot of {len(parts)} models, each of {len(parts[0]):,} training rows"):
        test = test_rows(workspace, split).to_pandas()
        params = train_params(context.params, task.train_params)
        done = pilot(parts, test, task, params, load_model_builder(task))
    rows = pa.Table.from_pandas(done.rows, preserve_index=False)
    test_set = TestSet.of(rows, task, threshold=policy.threshold, top=policy.top)
    tables = [pa.Table.from_pandas(predicted, preserve_index=False) for predicted in done.predictions]
    scored = [test_set.scored(test_set.values(table, PREDICTION)) for table in tables]
    pairs = [Pair(first, second, policy, test_set.baseline) for first, second in itertools.combinations(scored, 2)]
    return test_set, pairs, len(parts[0])


def _samples(context: Context, split: Split) -> list[pa.Table]:
    """Return the training rows of each model of the pilot; reads one partition at a time."""
    from ringside.pipeline.pilot import samples

    workspace, keys = context.workspace, context.task.identity
    columns = list(dict.fromkeys([*keys, *split.columns]))
    paths = {name: workspace.partition(workspace.valid, name) for name in split.train}
    hashes = []
    for name, path in paths.items():
        table = read_table(path, remedy=RERUN, columns=columns)
        hashes.append(row_hashes(table, keys, seed=_SEED)[split.side(name, table, "train")])
    masks = samples(np.concatenate(hashes))
    parts: list[list[pa.Table]] = [[] for _ in masks]
    start = 0
    for (name, path), of_partition in zip(paths.items(), hashes, strict=True):
        whole = read_table(path, remedy=RERUN)
        side = whole.filter(pa.array(split.side(name, whole, "train")))
        for part, mask in zip(parts, masks, strict=True):
            part.append(side.filter(pa.array(mask[start : start + len(of_partition)])))
        start += len(of_partition)
    return [pa.concat_tables(part) for part in parts]


def resolved(
    pairs: list[Pair], metrics: dict[str, MetricDefinition], tolerances: list[tuple[str, Any]], groups: int | None
) -> tuple[list[Resolution], list[Wanted]]:
    """Return the resolution of each metric that can decide, the policy's first, and the groups for each tolerance."""
    policy = pairs[0].policy
    names = sorted(
        (name for name, m in metrics.items() if m.judged == "decides"), key=lambda name: name != policy.metric
    )
    resolutions = {
        name: resolution(metrics[name], pairs, groups=groups) for name in dict.fromkeys([*names, *dict(tolerances)])
    }
    needs = []
    for name, tolerance in tolerances:
        value = absolute(tolerance, metrics[name], pairs[0])
        need = None if value is None else wanted(resolutions[name], value, policy)
        if need is None:
            say(f"plan: {name}: a tolerance of {tolerance} cannot be planned: the pilot shows no gain or no variance")
        else:
            needs.append(need)
    return list(resolutions.values()), needs


def _show(planned: _Plan) -> None:
    """Print the two tables and how to read them."""
    test_set, policy = planned.test_set, planned.policy
    groups, effective = _size(planned)
    span = " to ".join(dict.fromkeys([test_set.partitions[0], test_set.partitions[-1]]))
    say(
        f"plan: the test set {span} has {len(test_set.truth):,} rows; planned for {groups:,} groups that count as "
        f"{effective:.1f}; confidence {policy.confidence:g}, {policy.uses} uses; {seconds()}"
    )
    rows = [
        [m.metric, _figure(m.value), _figure(m.standard_error), _figure(m.smallest), _fits(m)] for m in planned.metrics
    ]
    result(table(["metric", "pilot", "standard error", "detected in 4 of 5", "tolerance that fits"], rows))
    if planned.wanted:
        needs = [
            [w.metric, f"{w.tolerance:.2g}", _count(w.groups), _count(w.more), f"{w.equal_passes:.0%}"]
            for w in planned.wanted
        ]
        result("\n" + table(["metric", "tolerance", "groups needed", "more", "an equal model passes"], needs))
    if effective < policy.min_groups:
        say(
            f"\nThese are fewer than the {policy.min_groups:g} groups that policy.min_groups requires: every verdict on"
        )
        say("such a test set is inconclusive.")
    say("\nEach line assumes that its metric decides. The models of the pilot learnt from one sample of the training")
    say("rows, each without a different tenth. Two of them differ more than two seeds of one model, and about as much")
    say("as two models with different parameters; see docs/policy.md.")


def _size(planned: _Plan) -> tuple[int, float]:
    """Return the number of groups and of effective groups that the figures assume."""
    for metric in planned.metrics:
        if metric.spread is not None:
            return metric.spread.groups, metric.spread.effective_groups

    sizes = np.bincount(planned.test_set.truth.groups).astype(float)
    return len(sizes), effective_groups(sizes)


def _fits(metric: Resolution) -> str:
    if metric.reason is not None:
        return _WORDS.get(metric.reason, metric.reason)
    return _figure(metric.fits)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}" if abs(value) < 1e-3 else f"{value:.5f}".rstrip("0")  # noqa: PLR2004


def _count(value: int | None) -> str:
    return "too many" if value is None else f"{value:,}"


def _as_json(planned: _Plan) -> dict[str, Any]:
    groups, effective = _size(planned)
    return {
        "test_set": {
            "partitions": planned.test_set.partitions,
            "rows": len(planned.test_set.truth),
            "groups": planned.test_set.truth.n_groups,
        },
        "planned_for": {"groups": groups, "effective_groups": effective},
        "policy": {
            key: getattr(planned.policy, key)
            for key in ("metric", "confidence", "uses", "min_groups", "threshold", "top")
        },
        "pilot_rows": planned.learnt,
        "metrics": [
            {
                "metric": m.metric,
                "value": m.value,
                "standard_error": m.standard_error,
                "smallest": m.smallest,
                "fits": m.fits,
                "reason": m.reason,
            }
            for m in planned.metrics
        ],
        "tolerances": [vars(need) for need in planned.wanted],
    }
