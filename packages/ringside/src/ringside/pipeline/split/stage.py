"""Runs the stage `split`: reads data/valid, writes reports/split.json."""

from ringside.common.context import RERUN, StageContext
from ringside.common.files import write_json
from ringside.common.split import Split, valid_partitions
from ringside.common.tables import read_table
from ringside.pipeline.split.sides import split


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
