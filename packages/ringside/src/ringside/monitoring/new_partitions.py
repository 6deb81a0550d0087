"""Partitions that can be used for testing or training: arrived labels and valid rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ringside.common.manifest import PartitionEntry
from ringside.common.task import Task
from ringside.loader import load_schema
from ringside.pipeline.validate.partitions import check_identities, read_raw
from ringside.pipeline.validate.rows import Validated, validate
from ringside.store.workspace import Workspace

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema


def labels_arrived(rows: pa.Table, task: Task, now: datetime) -> bool:
    """Return whether all expected labels of a partition have arrived.

    The label of a row arrives `label_delay` after its time, so a partition is complete when the label of its last row
    is due. Without a time column, a partition is complete as soon as one row has a label.

    Args:
        rows: The partition as read from the source.
        task: The task.
        now: The current time, with time zone.
    """
    labels = rows.column(task.target)
    if labels.null_count == rows.num_rows:
        return False
    if task.time is None:
        return True
    last = pc.max(rows.column(task.time)).as_py()
    try:
        moment = pd.Timestamp(last)
    except (ValueError, TypeError):
        return True
    if pd.isna(moment):
        return True
    moment = moment.tz_localize(UTC) if moment.tzinfo is None else moment
    return bool(moment + task.label_delay <= pd.Timestamp(now))


@dataclass(frozen=True)
class Partitions:
    """The partitions of data/raw, each read and validated once, on demand."""

    workspace: Workspace
    task: Task
    entries: Mapping[str, PartitionEntry]
    """Entries of the manifest by partition."""
    now: datetime
    _raw: dict[str, pa.Table] = field(default_factory=dict)
    _valid: dict[str, Validated] = field(default_factory=dict)

    def raw(self, name: str) -> pa.Table:
        """Return a partition of data/raw.

        Raises:
            DataError: The partition is missing or differs from the manifest.
        """
        if name not in self._raw:
            path = self.workspace.partition(self.workspace.raw, name)
            self._raw[name] = read_raw(path, self.entries[name])
            check_identities(self._raw[name], self.task, where=self.workspace.relative(path))
        return self._raw[name]

    def arrived(self, name: str) -> bool:
        """Return whether the labels of a partition have arrived.

        Raises:
            DataError: As in `raw`.
        """
        return labels_arrived(self.raw(name), self.task, self.now)

    def validated(self, name: str) -> Validated:
        """Return a partition split by the schema, as in the stage `validate`.

        Raises:
            DataError: As in `raw`, or a column contradicts the schema.
        """
        if name not in self._valid:
            where = self.workspace.relative(self.workspace.partition(self.workspace.raw, name))
            self._valid[name] = validate(self.raw(name).to_pandas(), self._schema(), self.task, where=where)
        return self._valid[name]

    def _schema(self) -> "DataFrameSchema":
        return load_schema(self.task)
