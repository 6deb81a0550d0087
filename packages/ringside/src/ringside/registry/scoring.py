"""Predictions of a released model by its own code and packages.

They run in this process if the version's code equals the checkout's; else in a separate environment, through the
contract of `ringside.registry.score_process`.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ringside.common.files import read_bytes
from ringside.common.model_file import load_model
from ringside.common.tables import read_table, write_frame
from ringside.common.task import Task
from ringside.errors import DataError, ModelError, RegistryError, shown
from ringside.registry.checksums import sha256
from ringside.registry.code_hash import code_hash
from ringside.registry.environment import environment
from ringside.registry.models import ReleaseMetadata
from ringside.registry.rows import predict_rows
from ringside.store.workspace import Workspace

MODEL = "model.skops"
LOCK = "model.txt"
CANNOT = "cannot_predict"
"""State of a `RegistryError` if a version's own code fails."""

_LIMIT = 3600
"""Time limit of a prediction, in seconds."""
_SHOWN = 600
_REMEDY = "choose another version (`ringside versions`), or check whether it predicts where it was published."


def runs_here(metadata: ReleaseMetadata, workspace: Workspace, task: Task) -> bool:
    """Return whether the version's code and packages equal those of this checkout."""
    return metadata.task == task.name and metadata.code == code_hash(workspace.root, task.name)


def predict_with(  # noqa: PLR0913  # rows, release and checkout
    release: Path,
    metadata: ReleaseMetadata,
    rows: pd.DataFrame,
    workspace: Workspace,
    task: Task,
    *,
    check: bool = False,
) -> pd.DataFrame:
    """Return the predictions of a version for rows.

    Args:
        release: a folder with the files of the version, already verified.
        metadata: the metadata of the version.
        rows: `(n_rows, n_columns)`, with the columns of the version's schema, the target optional; not changed.
        workspace: the checkout.
        task: the checkout's task.
        check: validate the rows with the version's schema first.

    Returns:
        The columns of `ringside.pipeline.evaluate.predict.predict`, with the index of `rows`.

    Raises:
        DataError: a row does not match the version's schema (with `check`).
        RegistryError: the model file is another one (state `files_damaged`), the environment cannot be made
            (`environment_fails`), or the version cannot predict these rows (`cannot_predict`).
    """
    model = release / MODEL
    if sha256(model) != metadata.model:
        remedy = "fetch the release again (`ringside fetch`)."
        message = "the file does not match the hash in release.json"
        raise RegistryError(message, where=str(model), remedy=remedy, state="files_damaged")
    if runs_here(metadata, workspace, task):
        predictions = _here(model, rows, task, check=check)
    else:
        predictions = _apart(_Release(release, metadata), rows, workspace, check=check)
    predictions.index = rows.index
    return predictions


@dataclass(frozen=True)
class _Release:
    folder: Path
    metadata: ReleaseMetadata

    @property
    def wheels(self) -> list[Path]:
        """Wheels in the folder: the task's and the package's; in releases before 0.1.0 a single wheel with both.

        Raises:
            RegistryError: there is none, or more than two; state `files_missing`.
        """
        wheels = sorted(self.folder.glob("*.whl"))
        if len(wheels) not in (1, 2):
            message = f"it has {len(wheels)} wheels, not one or two"
            raise RegistryError(message, where=str(self.folder), remedy=_REMEDY, state="files_missing")
        return wheels


def _here(model: Path, rows: pd.DataFrame, task: Task, *, check: bool) -> pd.DataFrame:
    content = read_bytes(model, remedy=_REMEDY)
    try:
        estimator = load_model(content, where=str(model), trusted_types=task.trusted_types)
        return predict_rows(estimator, rows, task, check=check)
    except ModelError as error:
        raise RegistryError(error.found, where=error.where, remedy=error.remedy, state=CANNOT) from error


def _apart(release: _Release, rows: pd.DataFrame, workspace: Workspace, *, check: bool) -> pd.DataFrame:
    python = environment(workspace, release.wheels, release.folder / LOCK, release.metadata.python)
    with tempfile.TemporaryDirectory(prefix="ringside-score-") as folder:
        source, out = Path(folder) / "rows.parquet", Path(folder) / "out.parquet"
        write_frame(source, rows.reset_index(drop=True))
        # NOTE: isolated (-I); otherwise PYTHONPATH could replace the wheel's code by this checkout's.
        command = [str(python), "-I", "-m", "ringside.registry.score_process", "1"]
        command += [release.metadata.task, str(release.folder / MODEL), str(source), str(out), *["--check"] * check]
        _run(command, release.metadata)
        predictions: pd.DataFrame = read_table(out, remedy=_REMEDY).to_pandas()
    if len(predictions) != len(rows):
        error = f"{release.metadata.version} returned {len(predictions):,} predictions for {len(rows):,} rows"
        raise RegistryError(error, where=str(release.folder), remedy=_REMEDY, state=CANNOT)
    return predictions


def _run(command: list[str], metadata: ReleaseMetadata) -> None:
    where = f"{metadata.version} in its own environment"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RegistryError(f"{type(error).__name__}: {error}", where=where, remedy=_REMEDY, state=CANNOT) from error
    if done.returncode == 0:
        return
    answer = _answer(done.stdout)
    if answer.get("kind") == "rows":
        raise DataError(shown(answer["found"]), where=answer["where"], remedy=answer["remedy"])
    message = shown(answer.get("found") or " ".join((done.stderr or f"exit code {done.returncode}").split())[-_SHOWN:])
    raise RegistryError(
        f"it cannot predict: {message}", where=where, remedy=answer.get("remedy", _REMEDY), state=CANNOT
    )


def _answer(text: str) -> dict[str, Any]:
    """Parse the error in the last line of the process's output; empty if it died before."""
    try:
        values = json.loads(text.splitlines()[-1])
        return {key: str(values[key]) for key in ("kind", "found", "where", "remedy")}
    except (ValueError, LookupError, TypeError):
        return {}
