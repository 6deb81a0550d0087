"""Build the files of a release in a folder, `SHA256SUMS` last."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ringside.common.files import read_bytes, read_json, write_bytes, write_json
from ringside.common.manifest import Manifest
from ringside.common.model_file import load_model
from ringside.common.split import Split
from ringside.common.tables import read_table, write_frame
from ringside.common.task import Task
from ringside.errors import RegistryError
from ringside.params import read_params
from ringside.pipeline.evaluate.predict import PREDICTION
from ringside.registry.card import REFERENCE, Material, asked_types, card, loader_lines, notes
from ringside.registry.checksums import write_sums
from ringside.registry.models import ReleaseMetadata
from ringside.registry.rows import compare, predict_rows
from ringside.registry.sbom import bill
from ringside.registry.scoring import LOCK, MODEL
from ringside.registry.wheel import build_wheels
from ringside.report.model import Report
from ringside.store.workspace import Workspace

CARD = "MODEL_CARD.md"
SBOM = "sbom.json"
_RERUN = "run `make run`, which creates the missing file, and publish again."


def assemble(  # noqa: PLR0913  # checkout, content and target
    workspace: Workspace, task: Task, metadata: ReleaseMetadata, report: Report, folder: Path, *, rows: bool = True
) -> None:
    """Write all files of a release except `release.json`, which exists already; `SHA256SUMS` is written last.

    Args:
        workspace: the checkout, in which the pipeline and the evaluation have run.
        task: its task.
        metadata: the metadata of the version.
        report: the report on the model, as in reports/report.json.
        folder: the target folder.
        rows: whether the release may contain rows of the data.

    Raises:
        RegistryError: the model does not match `metadata`, or its predictions differ from the evaluated ones.
        ModelError: the model file contains a type that is not trusted.
        DataError: a file that the release needs is missing.
        StoreError: the disk is full, or the folder cannot be written to.
    """
    params = read_params(workspace.params)
    content = read_bytes(workspace.model, remedy=_RERUN)
    if hashlib.sha256(content).hexdigest() != metadata.model:
        message = "it is not the model in the release metadata"
        raise RegistryError(message, where=workspace.relative(workspace.model), remedy=_RERUN)
    estimator = load_model(content, where="models/model.skops", trusted_types=task.trusted_types)
    for name, source in _copies(workspace).items():
        write_bytes(folder / name, read_bytes(source, remedy=_RERUN))
    wheels = build_wheels(workspace.root, task.name)
    for wheel in wheels:
        write_bytes(folder / wheel.name, wheel.content)
    count = params.publish.reference_rows if rows else 0
    if count:
        reference = reference_rows(workspace, task, count)
        again = predict_rows(estimator, reference.drop(columns=_predicted(reference)), task, check=False)
        compare(reference[_predicted(reference)], again, where=workspace.relative(workspace.predictions), remedy=_RERUN)
        write_frame(folder / REFERENCE, reference)
        count = len(reference)
    entries = list(Manifest.read(workspace.manifest, task=task.name).entries.values())
    read_by_stages = params.model_dump(by_alias=True, exclude={"data", "live", "policy", "publish", "retrain"})
    material = Material(read_by_stages, entries, asked_types(content), count)
    write_bytes(folder / CARD, card(metadata, report, material).encode())
    lock = read_bytes(workspace.lock, remedy=_RERUN).decode()
    write_json(folder / SBOM, bill(lock, metadata, wheels))
    write_sums(folder)


def release_notes(workspace: Workspace, metadata: ReleaseMetadata, report: Report, *, rows: bool = True) -> str:
    """Return the notes of the release that `assemble` makes.

    Raises:
        UsageError: params.yaml is not in order.
        DataError: the model file is missing.
    """
    content = read_bytes(workspace.model, remedy=_RERUN)
    has_rows = rows and bool(read_params(workspace.params).publish.reference_rows)
    return notes(metadata, report, loader_lines(content, metadata.kind, has_rows=has_rows))


def reference_rows(workspace: Workspace, task: Task, count: int) -> pd.DataFrame:
    """Return at most `count` evenly spread test rows: the features and the evaluated predictions.

    Raises:
        DataError: a file of the pipeline is missing.
        RegistryError: the predictions belong to other rows.
    """
    decided = Split.from_json(read_json(workspace.split, remedy=_RERUN))
    parts = []
    for name in decided.test:
        table = read_table(workspace.partition(workspace.valid, name), remedy=_RERUN)
        parts.append(table.filter(pa.array(decided.side(name, table, "test"))))
    rows = pa.concat_tables(parts)
    judged = read_table(workspace.predictions, remedy=_RERUN)
    place = workspace.relative(workspace.predictions)
    if judged.select(list(task.identity)) != rows.select(list(task.identity)):
        raise RegistryError("its rows are not the test rows", where=place, remedy=_RERUN)
    where = np.unique(np.linspace(0, rows.num_rows - 1, count).round().astype(int))
    features: pd.DataFrame = rows.drop_columns([task.target]).take(where).to_pandas()
    predictions: pd.DataFrame = judged.select(_predicted(judged.column_names)).take(where).to_pandas()
    return features.join(predictions)


def _predicted(names: "pd.DataFrame | list[str]") -> list[str]:
    """Return the names of the prediction columns."""
    return [str(name) for name in names if name == PREDICTION or str(name).startswith(f"{PREDICTION}:")]


def _copies(workspace: Workspace) -> dict[str, Path]:
    """Return the files that a release copies from the checkout, by their name in the release."""
    return {
        MODEL: workspace.model,
        LOCK: workspace.lock,
        "dvc.lock": workspace.root / "dvc.lock",
        "metrics.json": workspace.metrics,
        "profile.json": workspace.profile,
        "manifest.json": workspace.manifest,
        "report.html": workspace.report_page,
        "report.json": workspace.report,
    }
