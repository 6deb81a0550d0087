"""What the rules look at, from the rivals and the files of the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ringside.evaluation.rivals import Corner, Rival
from ringside.pipeline.evaluate.profile import contains
from ringside.verdict.comparison import Comparison, compare
from ringside.verdict.metrics import Metric, metrics_of
from ringside.verdict.outcomes import Pair, Result, judge
from ringside.verdict.rules import Evidence, Finding, Floor, floors


@dataclass(frozen=True)
class Bout:
    """All that was compared."""

    corner: Corner
    champion: Rival
    rival: Rival
    """The champion, or where there is none the adopted predictions."""
    anchor: Rival | None
    """Where it is another version than the champion."""
    comparison: Comparison | None
    against_baseline: tuple[Result, ...]
    """Every metric against the naive baseline, the deciding one first, without tolerances."""
    baseline: Result
    """The deciding metric against the naive baseline, with the policy's tolerance."""
    anchor_result: Result | None
    floors: tuple[Floor, ...]
    judged_before: int | None
    """Versions that were judged on this window; None where the registry could not be asked."""


def hold(corner: Corner, champion: Rival, adopted: Any, own: tuple[Metric, ...]) -> Bout:  # noqa: ANN401  # Arrow's
    """Compare the challenger with all that it has to face.

    Args:
        corner: the challenger's side.
        champion: as the corner brought it in.
        adopted: a table of predictions that the team has, or None.
        own: metrics of the task's own.

    Raises:
        UsageError: the policy names a metric that does not exist.
        DataError: the window or the adopted predictions are not what they must be.
    """
    policy, window = corner.policy, corner.window
    metrics = metrics_of(window.truth.kind, own)
    policy.check(metrics, window.slices)
    rival = corner.adopted(adopted) if champion.state == "no_champion" and adopted is not None else champion
    comparison = None
    if rival.window is not None and rival.scored is not None:
        comparison = compare(
            rival.window.challenger,
            rival.scored,
            policy.on_slices(rival.window.slices),
            baseline=rival.window.baseline,
            slices=rival.window.slices,
            own=own,
        )
    anchor, anchor_result = _anchor(corner, champion, metrics[policy.metric])
    pair = Pair(window.challenger, window.baseline, policy)
    # In the order of a comparison with a rival, so that versions list the same metrics first.
    order = dict.fromkeys([policy.metric, *policy.guardrails, *metrics])
    shown = tuple(judge(metrics[name], pair, None) for name in order)
    return Bout(
        corner,
        champion,
        rival,
        anchor,
        comparison,
        shown,
        _against_baseline(shown[0]),
        anchor_result,
        floors(window.challenger, policy, own),
        corner.judged_before(),
    )


def evidence(
    bout: Bout,
    validation: list[dict[str, Any]],
    profile: Mapping[str, Any],
    limit: float,
    *,
    untrusted: tuple[str, ...] = (),
) -> Evidence:
    """The bout and the files of the pipeline, as the rules take them.

    Args:
        bout: what was compared.
        validation: what `validate` found in each partition.
        profile: of the challenger's data.
        limit: `validate.max_quarantined`.
        untrusted: types in the challenger's model file that nobody trusts.
    """
    shares = [
        row["quarantined"] / labelled for row in validation if (labelled := row["valid"] + row["quarantined"]) > 0
    ]
    state = bout.anchor.state if bout.anchor is not None else "no_champion"
    same = bout.anchor is None and bout.champion.state == "compared"
    return Evidence(
        champion=bout.rival.state if bout.comparison is None else "compared",
        comparison=bout.comparison,
        anchor_state="same_as_champion" if same else state,
        anchor=bout.anchor_result,
        baseline=bout.baseline,
        floors=bout.floors,
        quarantined=max(shares, default=0.0),
        max_quarantined=limit,
        untrusted=untrusted,
        leaked=int(contains(profile["trained_on"], bout.corner.window.identities).sum()),
    )


def with_notes(found: Evidence, notes: tuple[Finding, ...]) -> Evidence:
    """The evidence with findings that decide nothing."""
    return replace(found, notes=notes)


def _anchor(corner: Corner, champion: Rival, metric: Metric) -> tuple[Rival | None, Result | None]:
    """The anchor where it is not the champion itself, and the challenger against it."""
    if champion.facts is None:
        return None, None
    facts = corner.anchor()
    if facts is None or facts.version == champion.facts.version:
        return None, None
    anchor = corner.released(facts)
    if anchor.window is None or anchor.scored is None:
        return anchor, None
    policy = corner.policy
    pair = Pair(anchor.window.challenger, anchor.scored, policy, anchor.window.baseline)
    return anchor, judge(metric, pair, policy.tolerance, uses=policy.uses)


def _against_baseline(shown: Result) -> Result:
    """`better` where the lower bound is above 0; the rule makes the rest of the bounds."""
    if shown.lower is not None and shown.lower > 0:
        return replace(shown, outcome="better")
    return shown
