"""Runs the stage `train`: reads data/valid and reports/split.json, writes models/model.skops."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from ringside.common.context import StageContext
from ringside.common.files import write_bytes
from ringside.common.model_file import check_trusted, dump_model
from ringside.common.params import train_params
from ringside.common.split import read_split, side_rows
from ringside.pipeline.train.fit import train
from ringside.pipeline.train.model_builder import load_model_builder


class Trained(NamedTuple):
    """What was trained."""

    rows: int
    """Training rows."""
    columns: int
    """Of the training rows, without the target."""
    size: int
    """Bytes of the model file."""


def run(context: StageContext, working: Callable[[str], AbstractContextManager[None]]) -> Trained:
    """Fit the task's model on the training rows and write it.

    Args:
        context: the checkout, its parameters and its task.
        working: shows what goes on while the block runs.

    Raises:
        DataError: rows are missing, or there is nothing to learn from them.
        TaskError: `build_model` of the task is none, or returns no estimator of its kind.
        ModelError: the model cannot be fitted, or cannot be written with trusted types alone.
        StoreError: the file cannot be written.
    """
    files, task = context.files, context.task
    builder = load_model_builder(task)
    frame = side_rows(files, read_split(files), "train").to_pandas()
    with working(f"train: fitting on {len(frame):,} rows"):
        model = train(frame, task, train_params(context.params, task.train_params), builder)
    content = dump_model(model)
    where, facts = files.relative(files.model), f"src/{task.name}/__init__.py"
    check_trusted(content, where=where, trusted_types=task.trusted_types, stated_in=facts)
    write_bytes(files.model, content)
    return Trained(len(frame), frame.shape[1] - 1, len(content))
