"""The evaluation of all rivals, and the evidence for the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ringside.evaluation.rivals import Rival, RivalLoader
from ringside.evaluation.test_set import TestSet
from ringside.pipeline.evaluate.profile import contains
from ringside.verdict.comparison import Comparison, compare
from ringside.verdict.metrics import MetricDefinition, metrics_of
from ringside.verdict.outcomes import Pair, Result, judge
from ringside.verdict.policy import Policy
from ringside.verdict.rules import Evidence, Finding, Floor, floors


@dataclass(frozen=True)
class Evaluation:
    """The results of all comparisons."""

    policy: Policy
    test_set: TestSet
    champion: Rival
    rival: Rival
    """The champion, or the adopted predictions if there is no champion."""
    anchor: Rival | None
    """The anchor; None if it is the champion or missing."""
    comparison: Comparison | None
    against_baseline: tuple[Result, ...]
    """Every metric against the baseline, the deciding metric first, without tolerances."""
    baseline: Result
    """The deciding metric against the baseline, with outcome `better` or none."""
    anchor_result: Result | None
    floors: tuple[Floor, ...]
    judged_before: int | None
    """Number of versions judged on this test set; None if the registry cannot be read."""


def compare_with_rivals(
    loader: RivalLoader,
    champion: Rival,
    adopted: Any,  # noqa: ANN401  # Arrow's tables have no types
    own: tuple[MetricDefinition, ...],
) -> Evaluation:
    """Compare the challenger with champion, anchor, adopted predictions, baseline and floors.

    Args:
        loader: Loader of the rivals, with test set and policy.
        champion: The champion from the loader.
        adopted: A table of predictions that the team adopted, or None.
        own: Metrics of the task.

    Returns:
        The results of all comparisons.

    Raises:
        UsageError: The policy names a metric that does not exist.
        DataError: The test set or the adopted predictions are invalid.
    """
    policy, test_set = loader.policy, loader.test_set
    metrics = metrics_of(test_set.truth.kind, own)
    policy.check(metrics, test_set.slices)
    rival = loader.adopted(adopted) if champion.state == "no_champion" and adopted is not None else champion
    comparison = None
    if rival.test_set is not None and rival.scored is not None:
        comparison = compare(
            rival.test_set.challenger,
            rival.scored,
            policy.on_slices(rival.test_set.slices),
            baseline=rival.test_set.baseline,
            slices=rival.test_set.slices,
            own=own,
        )
    anchor, anchor_result = _anchor(loader, champion, metrics[policy.metric])
    pair = Pair(test_set.challenger, test_set.baseline, policy)
    # Same order as in a comparison with a rival.
    order = dict.fromkeys([policy.metric, *policy.guardrails, *metrics])
    shown = tuple(judge(metrics[name], pair, None) for name in order)
    return Evaluation(
        policy,
        test_set,
        champion,
        rival,
        anchor,
        comparison,
        shown,
        _against_baseline(shown[0]),
        anchor_result,
        floors(test_set.challenger, policy, own),
        loader.judged_before(),
    )


def evidence(
    evaluation: Evaluation,
    validation: list[dict[str, Any]],
    profile: Mapping[str, Any],
    limit: float,
    *,
    untrusted: tuple[str, ...] = (),
) -> Evidence:
    """Return the evidence for the rules, from the evaluation and the files of the pipeline.

    Args:
        evaluation: The results of all comparisons.
        validation: Row counts of each partition from the stage `validate`.
        profile: Profile of the challenger's data.
        limit: `validate.max_quarantined`.
        untrusted: Untrusted types in the challenger's model file.
    """
    shares = [
        row["quarantined"] / labelled for row in validation if (labelled := row["valid"] + row["quarantined"]) > 0
    ]
    state = evaluation.anchor.state if evaluation.anchor is not None else "no_champion"
    same = evaluation.anchor is None and evaluation.champion.state == "compared"
    return Evidence(
        champion=evaluation.rival.state if evaluation.comparison is None else "compared",
        comparison=evaluation.comparison,
        anchor_state="same_as_champion" if same else state,
        anchor=evaluation.anchor_result,
        baseline=evaluation.baseline,
        floors=evaluation.floors,
        quarantined=max(shares, default=0.0),
        max_quarantined=limit,
        untrusted=untrusted,
        leaked=int(contains(profile["trained_on"], evaluation.test_set.identities).sum()),
    )


def with_notes(evidence: Evidence, notes: tuple[Finding, ...]) -> Evidence:
    """Return the evidence with findings of severity `note`."""
    return replace(evidence, notes=notes)


def _anchor(loader: RivalLoader, champion: Rival, metric: MetricDefinition) -> tuple[Rival | None, Result | None]:
    """Return the anchor, unless it is the champion, and the result against it."""
    if champion.facts is None:
        return None, None
    facts = loader.anchor()
    if facts is None or facts.version == champion.facts.version:
        return None, None
    anchor = loader.released(facts)
    if anchor.test_set is None or anchor.scored is None:
        return anchor, None
    policy = loader.policy
    pair = Pair(anchor.test_set.challenger, anchor.scored, policy, anchor.test_set.baseline)
    return anchor, judge(metric, pair, policy.tolerance, uses=policy.uses)


def _against_baseline(shown: Result) -> Result:
    """Return the result with outcome `better` if the lower bound is above 0; the rule checks the upper bound."""
    if shown.lower is not None and shown.lower > 0:
        return replace(shown, outcome="better")
    return shown
