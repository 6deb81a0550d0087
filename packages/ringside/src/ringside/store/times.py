"""What each stage took when it last ran here, believed while its output is what it made then."""

import hashlib
import resource
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError


class StageCost(TypedDict):
    """One run of a stage."""

    seconds: float
    """From the start of its process."""
    peak_mib: float | None
    """The most memory that its process had; None where nobody looked."""
    output: str
    """SHA-256 of the file that it is known by."""
    latency_ms: NotRequired[float]
    """evaluate: milliseconds that the model took for 1,000 rows."""


def note(path: Path, stage: str, seconds: float, output: Path, *, latency_ms: float | None = None) -> None:
    """Write down what a stage took.

    Args:
        path: the file of all notes; a damaged one is made anew.
        stage: its name.
        seconds: since the start of this process.
        output: a small file that the stage has just written.
        latency_ms: as the field.
    """
    cost: StageCost = {"seconds": round(seconds, 2), "peak_mib": round(_peak_mib(), 1), "output": _sha256(output)}
    if latency_ms is not None:
        cost["latency_ms"] = round(latency_ms, 2)
    write_json(path, {**_read(path), stage: cost})


def costs(path: Path, outputs: dict[str, Path]) -> dict[str, StageCost]:
    """What was noted of the stages whose outputs are still the ones that they made then.

    Args:
        path: the file of all notes.
        outputs: the output of each stage that `note` was called with.
    """
    known = _read(path)
    return {
        stage: known[stage]
        for stage, output in outputs.items()
        if stage in known and output.exists() and known[stage]["output"] == _sha256(output)
    }


def _read(path: Path) -> dict[str, StageCost]:
    try:
        found: object = read_json(path, remedy="")
    except RingsideError:
        return {}
    if not isinstance(found, dict):
        return {}
    known = StageCost.__required_keys__
    return {stage: cost for stage, cost in found.items() if isinstance(cost, dict) and set(cost) >= known}  # type: ignore[misc]


def _peak_mib() -> float:
    # Kibibytes on Linux, bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
