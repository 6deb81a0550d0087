"""Tables of predictions for the tests of the evaluation room."""

import numpy as np
import pyarrow as pa

from ringside.evaluation.test_set import TestSet
from ringside.task import Task

CLASSES = ("bread", "milk", "wine")


def task_of(kind="binary", **facts) -> Task:
    """A shop's task."""
    return Task(**{"name": "shop", "kind": kind, "target": "bought", "identity": ("customer",)} | facts)


def table_of(kind="binary", rows=12, **columns) -> pa.Table:
    """What `evaluate` writes, with a model that is right and a baseline that knows nothing."""
    position = np.arange(rows) % 3
    if kind == "multiclass":
        predicted = {f"prediction:{name}": np.where(position == code, 0.8, 0.1) for code, name in enumerate(CLASSES)}
        naive = {f"baseline:{name}": np.full(rows, 1 / 3) for name in CLASSES}
        y: object = np.array(CLASSES)[position]
    elif kind == "binary":
        y = position == 0
        predicted, naive = {"prediction": np.where(y, 0.9, 0.2)}, {"baseline": np.full(rows, 1 / 3)}
    else:
        y = position * 10.0
        predicted, naive = {"prediction": y + 1}, {"baseline": np.full(rows, 10.0)}
    usual = {"customer": np.arange(rows), "partition": ["2024-01"] * rows, "y": y}
    return pa.table(usual | predicted | naive | columns)


def window_of(kind="binary", rows=12, *, threshold=0.5, facts=None, **columns) -> TestSet:
    """The window of such a table."""
    return TestSet.of(table_of(kind, rows, **columns), task_of(kind, **(facts or {})), threshold=threshold, top=0.1)
