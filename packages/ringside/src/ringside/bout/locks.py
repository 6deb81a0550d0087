"""The committed dvc.lock beside the one that this code makes: a lock that merged without conflict can be false."""

import json
from collections.abc import Mapping
from typing import Any

from ringside.bout.freshness import parse_lock
from ringside.bout.notes import rebuild
from ringside.errors import UsageError
from ringside.report.model import Lock

LAST_DIGITS = 1e-6
"""By so much metrics may differ where other processors make the same model."""

_EXACT = ("reports/validation.json", "reports/split.json")
"""Outputs that are the same on every machine."""

Stages = Mapping[str, Mapping[str, Any]]


def lock_state(before: str | None, after: Stages, metrics: tuple[bytes | None, bytes]) -> Lock:
    """What the committed lock is to the one that this code makes.

    A model that was made on another processor differs in its last digits, and so in its hash: that is no difference.

    Args:
        before: the committed dvc.lock; None where there is none.
        after: the stages of the one that this code makes.
        metrics: reports/metrics.json as committed (None where it is missing), and as it is made.
    """
    if before is None:
        return "absent"
    try:
        stages = parse_lock(before)
        committed = json.loads(metrics[0] or b"{}")
    except (UsageError, ValueError):
        return "differs"
    if stages == after:
        return "same"
    if _stated(stages) != _stated(after) or not isinstance(committed, dict):
        return "differs"
    found = rebuild(stages, after, (committed, json.loads(metrics[1])))
    if found.state != "passed" or not metrics[0] or found.value is None:
        return "differs"
    return "same" if found.value <= LAST_DIGITS else "differs"


def _stated(stages: Stages) -> dict[str, object]:
    """The command of each stage, and the hashes of what no processor changes."""
    return {
        name: (stage.get("cmd"), [out["md5"] for out in stage.get("outs", ()) if out["path"] in _EXACT])
        for name, stage in stages.items()
    }
