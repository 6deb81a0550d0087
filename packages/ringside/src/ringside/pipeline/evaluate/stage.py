"""Runs the stage `evaluate`: reads the model and the rows; writes metrics, predictions, curves and the profile."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ringside.common.context import RERUN, StageContext
from ringside.common.files import empty_folder, read_bytes, write_json
from ringside.common.fingerprint import row_hashes
from ringside.common.manifest import Manifest
from ringside.common.model_file import load_model
from ringside.common.split import Split, read_split, side_rows, side_tables, valid_partitions
from ringside.common.tables import read_table, write_frame
from ringside.common.workspace import StageFiles
from ringside.pipeline.evaluate.evaluation import PARTITION, Evaluation, evaluate
from ringside.pipeline.evaluate.profile import VERSION, column_bins, pack_hashes, partition_profile


def run(context: StageContext) -> Evaluation:
    """Score the model on the test rows.

    Raises:
        DataError: a file is missing, or the test rows have a label that is not in the training rows.
        ModelError: the model contains types that are not trusted, or cannot predict a row.
        StoreError: a file cannot be written.
    """
    files, task, bins = context.files, context.task, context.params.evaluate.bins
    decided = read_split(files)
    content = read_bytes(files.model, remedy=RERUN)
    model = load_model(content, where=files.relative(files.model), trusted_types=task.trusted_types)
    train_rows = side_rows(files, decided, "train").to_pandas()
    found = evaluate(model, train_rows, test_rows(files, decided).to_pandas(), task, bins=bins)
    empty_folder(files.plots)
    for name, rows in {**found.curves, "slices": found.slices}.items():
        write_json(files.plots / f"{name}.json", rows)
    write_frame(files.predictions, found.predictions)
    write_json(files.profile, _profile(context, decided, train_rows))
    write_json(files.metrics, found.metrics)
    return found


def test_rows(files: StageFiles, decided: Split) -> pa.Table:
    """Read the test rows, with the partition of each row in the column `PARTITION`."""
    return pa.concat_tables(
        rows.append_column(PARTITION, pa.array([name] * rows.num_rows, pa.string()))
        for name, rows in side_tables(files, decided, "test")
    )


def _profile(context: StageContext, decided: Split, train_rows: pd.DataFrame) -> dict[str, object]:
    """Return the profile of all valid partitions; one is in memory at a time."""
    files, task = context.files, context.task
    bins = column_bins(train_rows, bins=context.params.evaluate.bins)
    entries = Manifest.read(files.manifest, task=task.name).entries
    partitions, trained_on = {}, []
    for name in valid_partitions(files):
        rows = read_table(files.partition(files.valid, name), remedy=RERUN)
        sides = [side for side in ("train", "test") if name in getattr(decided, side)]
        trained_on.append(row_hashes(rows, task.identity)[decided.side(name, rows, "train")])
        partitions[name] = {"sides": sides, "content": entries[name].content}
        partitions[name] |= partition_profile(rows.to_pandas(), bins, task)
    return {
        "version": VERSION,
        "task": task.name,
        "bins": bins,
        "partitions": partitions,
        "trained_on": pack_hashes(np.concatenate(trained_on)),
    }
