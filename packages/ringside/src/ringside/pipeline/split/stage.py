"""Stage `split`: reads data/valid, decides which rows are for training and for the test, writes reports/split.json."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ringside.common.context import RERUN, StageContext
from ringside.common.files import write_json
from ringside.common.fingerprint import UInt64, row_hashes
from ringside.common.params import SplitParams
from ringside.common.split import Split, valid_partitions
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.errors import DataError, UsageError, quoted


def run(context: StageContext) -> Split:
    """Decide which rows are for training and which for the test.

    Raises:
        DataError: a partition is missing, a side has no rows, or an identity is on both sides.
        UsageError: there are too few partitions, or no group column, for the strategy.
        StoreError: the file cannot be written.
    """
    files, task = context.files, context.task
    columns = list(dict.fromkeys([*task.identity, *([task.group] if task.group else [])]))
    tables = {
        name: read_table(files.partition(files.valid, name), remedy=RERUN, columns=columns)
        for name in valid_partitions(files)
    }
    decided = split(tables, task, context.params.split)
    write_json(files.split, decided.to_json())
    return decided


def split(tables: Mapping[str, pa.Table], task: Task, params: SplitParams) -> Split:
    """Decide the sides of all rows.

    time: the last `test` partitions are the test, `gap` partitions before them serve neither side.
    group: a hash of the group column decides, so a group is never on both sides.
    random: a hash of the row identity decides, so new rows never move old ones.

    Args:
        tables: the valid rows of each partition in order, with at least the identity and the group column.
        task: the task's definition.
        params: the `split` section.

    Raises:
        UsageError: there are too few partitions, or no group column, for the strategy.
        DataError: a side has no rows, or a row identity is on both sides.
    """
    decided = _decide(list(tables), task, params)
    sides = {side: _hashes(tables, decided, task, side) for side in ("train", "test")}
    for side, hashes in sides.items():
        if not hashes.size:
            remedy = "change split.test in params.yaml, or ingest more data."
            raise DataError(f"no row is on the side of the {side}", where="split", remedy=remedy)
    both = np.intersect1d(sides["train"], sides["test"])
    if both.size:
        raise DataError(
            f"{both.size:,} row identities stand in both the training and the test rows (the first: "
            f"{_example(tables, task, both)})",
            where=f"split, task {task.name!r}, field `identity`",
            remedy="add what tells rows apart (usually the time) to `identity`, or drop repeated rows in source.py.",
        )
    rows = {side: int(hashes.size) for side, hashes in sides.items()}
    return Split(**vars(decided) | {"rows": rows})


def _decide(names: Sequence[str], task: Task, params: SplitParams) -> Split:
    if params.strategy == "time":
        test, gap = int(params.test), params.gap
        if len(names) < test + gap + 1:
            raise UsageError(
                f"test: {test} and gap: {gap} need at least {test + gap + 1} partitions, there are {len(names)}",
                where="params.yaml, section split",
                remedy="ingest more partitions, or lower split.test or split.gap.",
            )
        train_end = len(names) - test - gap
        train, between, last = names[:train_end], names[train_end : train_end + gap], names[train_end + gap :]
        return Split("time", list(train), list(between), list(last), [], None, params.seed, {})
    if params.strategy == "group" and task.group is None:
        raise UsageError(
            f"strategy group needs a group column, and task {task.name!r} has none",
            where="params.yaml, split.strategy",
            remedy="state `group` in the task's __init__.py, or choose strategy time or random.",
        )
    keys = [task.group] if params.strategy == "group" and task.group else list(task.identity)
    return Split(params.strategy, list(names), [], list(names), keys, float(params.test), params.seed, {})


def _hashes(tables: Mapping[str, pa.Table], decided: Split, task: Task, side: str) -> UInt64:
    parts = [
        row_hashes(table, task.identity)[decided.side(name, table, side)]
        for name, table in tables.items()
        if name in (decided.train if side == "train" else decided.test)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)


def _example(tables: Mapping[str, pa.Table], task: Task, both: UInt64) -> str:
    """Return the first row whose identity is among `both`, and the partitions that contain it."""
    places, shown = [], ""
    for name, table in tables.items():
        rows = np.flatnonzero(row_hashes(table, task.identity) == both[0])
        if rows.size:
            places.append(name)
            shown = ", ".join(f"{key}={quoted(table.column(key)[int(rows[0])].as_py())}" for key in task.identity)
    return f"{shown} in {' and '.join(places)}"
