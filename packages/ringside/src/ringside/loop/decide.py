"""Whether to train a new model: the policy `retrain.when` against what was found."""

from collections.abc import Sequence

from ringside.params import RetrainParams
from ringside.report.watch import AlarmCode, Decision, Monitor, Reason


def decide(policy: RetrainParams, monitor: Monitor, brought: Sequence[str]) -> Decision:
    """What to do.

    A model learns from data, so without partitions that the default branch does not have, training again makes the
    model that it has already: whatever drifted or was lost, the answer is `nothing_to_learn` and an alarm for people.
    What they can do is another model, other features, or publishing a model that waits.

    Args:
        policy: what counts.
        monitor: what was found of the champion.
        brought: the partitions that are new to the default branch, labelled and valid.

    Returns:
        `retrain` with every reason of the policy that holds; `nothing_to_learn` where reasons hold and no data came;
        else `nothing`.
    """
    holds: dict[Reason, bool] = {
        "new_data": bool(brought),
        "drift": monitor.drifted,
        "performance": monitor.lost or "below_floor" in monitor.alarms,
    }
    reasons: list[Reason] = [reason for reason, does in holds.items() if does and reason in policy.when]
    if not reasons:
        return Decision(decided="nothing")
    return Decision(decided="retrain" if brought else "nothing_to_learn", reasons=reasons)


def alarms_of(decision: Decision, monitor: Monitor, *, data_problem: bool) -> list[AlarmCode]:
    """All that people have to hear of, the gravest first."""
    found: list[AlarmCode] = list(monitor.alarms)
    if data_problem:
        found.append("data")
    if decision.decided == "nothing_to_learn":
        # A champion below its floor has an alarm of its own already, which says more.
        if "performance" in decision.reasons and "below_floor" not in found:
            found.append("performance")
        if "drift" in decision.reasons:
            found.append("drift")
    return found
