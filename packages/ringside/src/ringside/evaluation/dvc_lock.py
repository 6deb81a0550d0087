"""Checks of dvc.lock: whether the outputs match this checkout, and whether the committed lock matches the code.

A verdict on stale files would judge another model, and a lock that merges without conflict can still be wrong.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ringside.errors import UsageError
from ringside.evaluation.resources import rebuild
from ringside.params import FLOAT
from ringside.report.model import LockRecord
from ringside.store.workspace import Workspace

LAST_DIGITS = 1e-6
"""Accepted difference of metrics if another processor trains the same model."""

_EXACT = ("reports/validation.json", "reports/split.json")
"""Outputs that are identical on every machine."""

Stages = Mapping[str, Mapping[str, Any]]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the base class is known at run time
    """A safe loader, in C if available, that reads 1e-06 as a number, as params.yaml does."""


_Loader.add_implicit_resolver(*FLOAT)

_REMEDY = "run `dvc repro` (or `make run`) to update all outputs."


def read_lock(path: Path) -> dict[str, dict[str, Any]]:
    """Read the stages of a dvc.lock.

    Raises:
        UsageError: The file is missing or damaged.
    """
    try:
        return parse_lock(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("the pipeline has not run", where=path.name, remedy=_REMEDY) from None
    except UnicodeDecodeError as error:
        raise UsageError("it is damaged", where=path.name, remedy=_REMEDY) from error


def parse_lock(text: str) -> dict[str, dict[str, Any]]:
    """Parse the stages in the text of a dvc.lock.

    Raises:
        UsageError: The text is not a valid dvc.lock.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  # derived from safe loaders
        stages: dict[str, dict[str, Any]] = content["stages"]
        # Read everything that is used later, so that a damaged lock is refused here.
        _files(stages)
        locked_params(stages)
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise UsageError(f"it is damaged ({type(error).__name__})", where="dvc.lock", remedy=_REMEDY) from error
    return stages


def locked_params(stages: dict[str, dict[str, Any]]) -> dict[str, object]:
    """Return the parameters of the last run of the stages, by dotted key."""
    params: dict[str, object] = {}
    for stage in stages.values():
        for values in stage.get("params", {}).values():
            params |= flat(values)
    return dict(sorted(params.items()))


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, object]:
    """Flatten nested mappings by dotted key; empty mappings are dropped."""
    flattened: dict[str, object] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flattened |= flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return flattened


def check_fresh(workspace: Workspace, params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Compare files and parameters with dvc.lock.

    Files are compared by their hashes; folders are left to DVC, which compares them when it runs. After an aborted run,
    stages of the lock have different hashes for one path; this counts as stale too.

    Args:
        workspace: The checkout.
        params: The content of params.yaml.

    Returns:
        The stages of dvc.lock.

    Raises:
        UsageError: A file or a parameter changed since the pipeline ran.
    """
    stages = read_lock(workspace.root / "dvc.lock")
    if missing := [name for name in workspace.stage_outputs if name not in stages]:
        raise UsageError(f"the stage {missing[0]} has not run", where="dvc.lock", remedy=_REMEDY)
    for name, stage in stages.items():
        for values in stage.get("params", {}).values():
            for key, value in values.items():
                if params.get(key) != value:
                    message = f"the section `{key}` changed since the stage {name} ran"
                    raise UsageError(message, where="params.yaml", remedy=_REMEDY)
    _check_files(workspace, stages)
    return stages


def lock_state(before: str | None, after: Stages, metrics: tuple[bytes | None, bytes]) -> LockRecord:
    """Compare the committed dvc.lock with the one that this code produces.

    A model trained on another processor differs in its last digits and therefore in its hash; this counts as the same.

    Args:
        before: Text of the committed dvc.lock; None if there is none.
        after: Stages of the dvc.lock that this code produces.
        metrics: The committed reports/metrics.json (None if it is missing), and the one that this code produces.

    Returns:
        `same`, `differs` or `absent`.
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
    finding = rebuild(stages, after, (committed, json.loads(metrics[1])))
    if finding.state != "passed" or not metrics[0] or finding.value is None:
        return "differs"
    return "same" if finding.value <= LAST_DIGITS else "differs"


def _check_files(workspace: Workspace, stages: dict[str, dict[str, Any]]) -> None:
    known: dict[str, str] = {}
    for path, md5 in _files(stages):
        if known.setdefault(path, md5) != md5:
            raise UsageError("it changed while the pipeline ran", where=path, remedy=_REMEDY)
    for path, md5 in known.items():
        file = workspace.root / path
        if md5.endswith(".dir"):
            continue
        if not file.is_file() or hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != md5:
            what = "changed since the pipeline ran" if file.is_file() else "is missing"
            raise UsageError(f"it {what}", where=path, remedy=_REMEDY)


def _files(stages: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Return path and hash of each file that a stage read or wrote."""
    items = [item for stage in stages.values() for item in (*stage.get("deps", ()), *stage.get("outs", ()))]
    return [(item["path"], str(item["md5"])) for item in items]


def _stated(stages: Stages) -> dict[str, object]:
    """Return the command of each stage, and the hashes of outputs that no processor changes."""
    return {
        name: (stage.get("cmd"), [out["md5"] for out in stage.get("outs", ()) if out["path"] in _EXACT])
        for name, stage in stages.items()
    }
