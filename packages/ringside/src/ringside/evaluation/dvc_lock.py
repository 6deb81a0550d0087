"""dvc.lock: whether the outputs are what DVC made of this checkout, and whether the committed lock is what it makes.

A verdict on stale files is one on another model, and a lock that merged without conflict can be false.
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
"""By so much metrics may differ where other processors make the same model."""

_EXACT = ("reports/validation.json", "reports/split.json")
"""Outputs that are the same on every machine."""

Stages = Mapping[str, Mapping[str, Any]]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # which of them is known at run time
    """A safe loader, the fast one where there is it, for which 1e-06 is a number as it is in params.yaml."""


_Loader.add_implicit_resolver(*FLOAT)

_REMEDY = "run `dvc repro` (or `make run`), which brings everything up to date."


def read_lock(path: Path) -> dict[str, dict[str, Any]]:
    """The stages of a dvc.lock.

    Raises:
        UsageError: it is missing, or none that DVC wrote.
    """
    try:
        return parse_lock(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("the pipeline has not run", where=path.name, remedy=_REMEDY) from None
    except UnicodeDecodeError as error:
        raise UsageError("it is damaged", where=path.name, remedy=_REMEDY) from error


def parse_lock(text: str) -> dict[str, dict[str, Any]]:
    """The stages in the text of a dvc.lock.

    Raises:
        UsageError: DVC wrote no such text.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  # derived from safe ones
        stages: dict[str, dict[str, Any]] = content["stages"]
        # All that is read later is touched here, so that a lock is refused now or never.
        _files(stages)
        locked_params(stages)
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise UsageError(f"it is damaged ({type(error).__name__})", where="dvc.lock", remedy=_REMEDY) from error
    return stages


def locked_params(stages: dict[str, dict[str, Any]]) -> dict[str, object]:
    """The parameters that the stages ran with, by dotted key."""
    found: dict[str, object] = {}
    for stage in stages.values():
        for values in stage.get("params", {}).values():
            found |= flat(values)
    return dict(sorted(found.items()))


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, object]:
    """Nested mappings as one, by dotted key; an empty mapping is no key."""
    found: dict[str, object] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found


def check_fresh(workspace: Workspace, params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Compare files and parameters with dvc.lock, whose stages are answered.

    Files are compared by their hashes; folders are left to DVC, which compares them when it runs. A run that broke off
    leaves a lock whose stages name different hashes of one path, so that too is stale.

    Args:
        workspace: the checkout.
        params: params.yaml as it stands.

    Raises:
        UsageError: a file or a parameter is not what the pipeline ran with.
    """
    stages = read_lock(workspace.root / "dvc.lock")
    if lacking := [name for name in workspace.stage_outputs if name not in stages]:
        raise UsageError(f"the stage {lacking[0]} has not run", where="dvc.lock", remedy=_REMEDY)
    for name, stage in stages.items():
        for values in stage.get("params", {}).values():
            for key, value in values.items():
                if params.get(key) != value:
                    found = f"the section `{key}` changed since the stage {name} ran"
                    raise UsageError(found, where="params.yaml", remedy=_REMEDY)
    _check_files(workspace, stages)
    return stages


def lock_state(before: str | None, after: Stages, metrics: tuple[bytes | None, bytes]) -> LockRecord:
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
    """The path and the hash of each file that a stage read or wrote."""
    items = [item for stage in stages.values() for item in (*stage.get("deps", ()), *stage.get("outs", ()))]
    return [(item["path"], str(item["md5"])) for item in items]


def _stated(stages: Stages) -> dict[str, object]:
    """The command of each stage, and the hashes of what no processor changes."""
    return {
        name: (stage.get("cmd"), [out["md5"] for out in stage.get("outs", ()) if out["path"] in _EXACT])
        for name, stage in stages.items()
    }
