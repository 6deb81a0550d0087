"""Time and memory of the last run of each stage, valid while its output is unchanged."""

import hashlib
import resource
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError


class StageCost(TypedDict):
    """Time and memory of one run of a stage."""

    seconds: float
    """Seconds since the start of the process."""
    peak_mib: float | None
    """Peak memory of the process in MiB; None if it was not measured."""
    output: str
    """SHA-256 of the output that identifies the run."""
    latency_ms: NotRequired[float]
    """For the stage `evaluate`: milliseconds to predict 1,000 rows."""


def note(path: Path, stage: str, seconds: float, output: Path, *, latency_ms: float | None = None) -> None:
    """Record time and memory of a stage.

    Args:
        path: the file with the records; a damaged one is written again.
        stage: the name of the stage.
        seconds: seconds since the start of this process.
        output: a small file that the stage has just written.
        latency_ms: as in `StageCost`.
    """
    cost: StageCost = {"seconds": round(seconds, 2), "peak_mib": round(_peak_mib(), 1), "output": _sha256(output)}
    if latency_ms is not None:
        cost["latency_ms"] = round(latency_ms, 2)
    write_json(path, {**_read(path), stage: cost})


def costs(path: Path, outputs: dict[str, Path]) -> dict[str, StageCost]:
    """Return the records of the stages whose outputs have not changed since.

    Args:
        path: the file with the records.
        outputs: the output of each stage that was passed to `note`.
    """
    known = _read(path)
    return {
        stage: known[stage]
        for stage, output in outputs.items()
        if stage in known and output.exists() and known[stage]["output"] == _sha256(output)
    }


def _read(path: Path) -> dict[str, StageCost]:
    try:
        content: object = read_json(path, remedy="")
    except RingsideError:
        return {}
    if not isinstance(content, dict):
        return {}
    known = StageCost.__required_keys__
    return {stage: cost for stage, cost in content.items() if isinstance(cost, dict) and set(cost) >= known}  # type: ignore[misc]


def _peak_mib() -> float:
    # Kibibytes on Linux, bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
