"""The test set: the output of `evaluate` as arrays for the verdict."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringside.common.fingerprint import UInt64, row_hashes
from ringside.common.task import Task
from ringside.errors import DataError
from ringside.verdict.rows import Bools, Floats, Ints, Scored, Truth

PREDICTION = "prediction"
BASELINE = "baseline"
MISSING = "missing"
"""Name of a slice or group without a value."""

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ][0-9:.+Z-]*)?")


@dataclass(frozen=True)
class TestSet:
    """The test rows with their labels and the challenger's predictions, in the order of predictions.parquet."""

    # Tests that import this class would collect it.
    __test__ = False

    task: Task
    table: pa.Table
    truth: Truth
    identities: UInt64
    """Hash of each row's identity, `(n_rows,)`."""
    threshold: float
    top: float

    @classmethod
    def of(cls, table: pa.Table, task: Task, *, threshold: float, top: float) -> "TestSet":
        """Create the test set from the output of `evaluate`.

        Args:
            table: The content of predictions.parquet.
            task: The task.
            threshold: binary: Minimum probability of a positive decision.
            top: binary: Share of rows for the top metrics.

        Raises:
            DataError: A column is missing, or an identity occurs twice.
        """
        wanted = [*task.identity, "y", "partition", *([task.group] if task.group else []), *task.slices]
        missing = [name for name in wanted if name not in table.column_names]
        if missing or not prediction_columns(table, PREDICTION):
            raise DataError(
                f"it lacks the column {', '.join(missing) or PREDICTION}",
                where="reports/predictions.parquet",
                remedy="run `dvc repro`, which writes it again.",
            )
        identities = row_hashes(table, task.identity)
        refuse_doubled(identities, where="reports/predictions.parquet")
        classes = class_names(table, PREDICTION)
        groups = _sortable(table.column(task.group)) if task.group else None
        ordered = groups is not None and all(_DATE.fullmatch(str(name)) for name in np.unique(groups))
        truth = Truth.of(task.kind, _labels(table, task, classes), groups, ordered=ordered, classes=classes)
        return cls(task, table, truth, identities, threshold, top)

    @property
    def challenger(self) -> Scored:
        """Predictions of the challenger."""
        return self.scored(self.values(self.table, PREDICTION))

    @property
    def baseline(self) -> Scored:
        """Predictions of a baseline without features."""
        return self.scored(self.values(self.table, BASELINE))

    @property
    def slices(self) -> dict[str, npt.NDArray[np.str_]]:
        """Slice columns as text, and the partition if there are several."""
        columns = [*self.task.slices, *(["partition"] if len(pc.unique(self.table.column("partition"))) > 1 else [])]
        return {name: _texts(self.table.column(name)) for name in columns}

    @property
    def group_names(self) -> npt.NDArray[np.str_]:
        """Names of the groups by code, `(n_groups,)`; row numbers if the task has no group."""
        if self.task.group is None:
            return np.arange(len(self.truth)).astype(str)
        return np.unique(_sortable(self.table.column(self.task.group)))

    @property
    def partitions(self) -> list[str]:
        """Partitions of the rows, in order."""
        return sorted(pc.unique(self.table.column("partition")).to_pylist())

    @property
    def sha256(self) -> str:
        """Hash of the row identities; equal for equal test sets."""
        return hashlib.sha256(np.sort(self.identities).astype(">u8").tobytes()).hexdigest()

    def scored(self, values: Floats, threshold: float | None = None) -> Scored:
        """Return checked predictions of these rows."""
        own = self.threshold if threshold is None else threshold
        return Scored.of(self.truth, values, threshold=own, top=self.top)

    def values(self, table: pa.Table, prefix: str) -> Floats:
        """Return the predictions of a table, `(n_rows,)` or `(n_rows, n_classes)` in the order of the classes.

        Raises:
            DataError: A column is missing or not numeric, or a class is missing or unknown.
        """
        names = prediction_columns(table, prefix)
        for name in names:
            if not (pa.types.is_floating(kind := table.schema.field(name).type) or pa.types.is_integer(kind)):
                raise _no_columns(f"a number in {name}", f"{name}, of type {kind}")
        if self.task.kind != "multiclass":
            if names != [prefix]:
                raise _no_columns(prefix, ", ".join(names) or "none")
            return np.asarray(table.column(prefix).to_numpy(), dtype=np.float64)
        classes = class_names(table, prefix)
        if set(classes) != set(self.truth.classes):
            raise _no_columns(", ".join(f"{prefix}:{name}" for name in self.truth.classes), ", ".join(names) or "none")
        columns = [table.column(f"{prefix}:{name}").to_numpy() for name in self.truth.classes]
        return np.stack(columns, axis=1).astype(np.float64)

    def predicted_by(self, values: Floats, threshold: float) -> "TestSet":
        """Return the same rows with the predictions of another model as challenger."""
        table = self.table.drop_columns(prediction_columns(self.table, PREDICTION))
        columns = values.T if values.ndim > 1 else [values]
        names = [f"{PREDICTION}:{name}" for name in self.truth.classes] or [PREDICTION]
        for name, column in zip(names, columns, strict=True):
            table = table.append_column(name, pa.array(column))
        return TestSet.of(table, self.task, threshold=threshold, top=self.top)

    def take(self, mask: Bools) -> "TestSet":
        """Return the test set on some of its rows."""
        if mask.all():
            return self
        table = self.table.filter(pa.array(mask))
        return TestSet.of(table, self.task, threshold=self.threshold, top=self.top)

    def places(self, identities: UInt64) -> tuple[Bools, Ints]:
        """Find the rows of the test set among `identities`.

        Args:
            identities: Hashes of another table's rows, without duplicates.

        Returns:
            A mask `(n_rows,)` and positions in `identities`, one for each row in the mask.
        """
        order = np.argsort(identities)
        positions = np.searchsorted(identities[order], self.identities)
        positions = np.minimum(positions, max(len(identities) - 1, 0))
        mask = (
            identities[order][positions] == self.identities
            if len(identities)
            else np.zeros(len(self.truth), dtype=bool)
        )
        return mask, order[positions[mask]] if len(identities) else np.zeros(0, dtype=np.int64)


def prediction_columns(table: pa.Table, prefix: str) -> list[str]:
    """Return the columns with predictions: `prefix`, or `prefix:<class>` for each class."""
    return [name for name in table.column_names if name == prefix or name.startswith(f"{prefix}:")]


def class_names(table: pa.Table, prefix: str) -> tuple[str, ...]:
    """Return the classes for which a table has probabilities."""
    return tuple(name.removeprefix(f"{prefix}:") for name in prediction_columns(table, prefix) if name != prefix)


def refuse_doubled(identities: UInt64, *, where: str) -> None:
    """Raise if two rows have the same identity.

    Raises:
        DataError: An identity occurs twice.
    """
    count = len(identities) - len(np.unique(identities))
    if count:
        remedy = "choose an identity that is unique for each row, then write the file again."
        raise DataError(f"{count:,} rows repeat the identity of another row", where=where, remedy=remedy)


def _no_columns(wanted: str, found: str) -> DataError:
    return DataError(
        f"the prediction columns are {found}; expected is {wanted}",
        where="the rival's predictions",
        remedy="use the columns of reports/predictions.parquet.",
    )


def _labels(table: pa.Table, task: Task, classes: Sequence[str]) -> Floats:
    column = table.column("y")
    if task.kind != "multiclass":
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    position = {name: float(index) for index, name in enumerate(classes)}
    return np.array([position.get(text, np.nan) for text in _texts(column)])


def _texts(column: pa.ChunkedArray) -> npt.NDArray[np.str_]:
    """Return values as text; times as dates if all are at midnight."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        column = pc.replace_substring_regex(pc.strftime(column, format="%Y-%m-%dT%H:%M:%S"), r"\.0+$", "")
        at_midnight = pc.all(pc.ends_with(column, "T00:00:00")).as_py()
        column = pc.utf8_slice_codeunits(column, 0, 10) if at_midnight else column
    return np.array([MISSING if value is None else str(value) for value in column.to_pylist()])


def _sortable(column: pa.ChunkedArray) -> npt.NDArray[np.str_]:
    """Return values as text that sorts like the values: whole numbers are zero-padded."""
    if pa.types.is_integer(column.type) and column.null_count == 0 and pc.min(column).as_py() >= 0:
        width = len(str(pc.max(column).as_py()))
        return np.array([str(value).zfill(width) for value in column.to_pylist()])
    return _texts(column)
