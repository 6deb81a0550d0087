"""The rows of a partition that can judge or teach: whether its labels have arrived, and which rows fit the schema."""

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
    """Whether all labels of a partition that will ever come have come.

    A row's label arrives `label_delay` after its time, so the partition's have when the last row's has. Without a
    column that tells a time, a partition has its labels when one of its rows has.

    Args:
        rows: the partition as the source answered it.
        task: the facts of the task.
        now: with its zone.
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
    """The partitions of data/raw, each read and validated when it is asked for, once."""

    workspace: Workspace
    task: Task
    entries: Mapping[str, PartitionEntry]
    """Of the manifest."""
    now: datetime
    _raw: dict[str, pa.Table] = field(default_factory=dict)
    _valid: dict[str, Validated] = field(default_factory=dict)

    def raw(self, name: str) -> pa.Table:
        """A partition as it stands in data/raw.

        Raises:
            DataError: it is not there, or not what the manifest says.
        """
        if name not in self._raw:
            path = self.workspace.partition(self.workspace.raw, name)
            self._raw[name] = read_raw(path, self.entries[name])
            check_identities(self._raw[name], self.task, where=self.workspace.relative(path))
        return self._raw[name]

    def arrived(self, name: str) -> bool:
        """Whether the labels of a partition have arrived.

        Raises:
            DataError: as `raw`.
        """
        return labels_arrived(self.raw(name), self.task, self.now)

    def validated(self, name: str) -> Validated:
        """A partition taken apart by the schema, as the stage `validate` does it.

        Raises:
            DataError: as `raw`; or a column is not what the schema says.
        """
        if name not in self._valid:
            where = self.workspace.relative(self.workspace.partition(self.workspace.raw, name))
            self._valid[name] = validate(self.raw(name).to_pandas(), self._schema(), self.task, where=where)
        return self._valid[name]

    def _schema(self) -> "DataFrameSchema":
        return load_schema(self.task)
