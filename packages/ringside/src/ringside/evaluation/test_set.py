"""The test set: what `evaluate` wrote, as the arrays that the verdict compares."""

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
"""What a slice or a group without a value is called."""

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
    """A hash of each row's identity, `(n_rows,)`."""
    threshold: float
    top: float

    @classmethod
    def of(cls, table: pa.Table, task: Task, *, threshold: float, top: float) -> "TestSet":
        """The test set that `evaluate` wrote.

        Args:
            table: predictions.parquet.
            task: the facts of the task.
            threshold: binary: from this probability on a row is positive.
            top: binary: the share of rows that the top metrics look at.

        Raises:
            DataError: a column is missing, or an identity stands twice.
        """
        wanted = [*task.identity, "y", "partition", *([task.group] if task.group else []), *task.slices]
        lacking = [name for name in wanted if name not in table.column_names]
        if lacking or not prediction_columns(table, PREDICTION):
            raise DataError(
                f"it lacks the column {', '.join(lacking) or PREDICTION}",
                where="reports/predictions.parquet",
                remedy="run `dvc repro`, which writes it anew.",
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
        """The challenger's predictions."""
        return self.scored(self.values(self.table, PREDICTION))

    @property
    def baseline(self) -> Scored:
        """The predictions of a model that knows no feature."""
        return self.scored(self.values(self.table, BASELINE))

    @property
    def slices(self) -> dict[str, npt.NDArray[np.str_]]:
        """The columns whose values are watched, as text; the partition where there are several."""
        columns = [*self.task.slices, *(["partition"] if len(pc.unique(self.table.column("partition"))) > 1 else [])]
        return {name: _texts(self.table.column(name)) for name in columns}

    @property
    def group_names(self) -> npt.NDArray[np.str_]:
        """The groups by their codes, `(n_groups,)`; by number where each row stands by itself."""
        if self.task.group is None:
            return np.arange(len(self.truth)).astype(str)
        return np.unique(_sortable(self.table.column(self.task.group)))

    @property
    def partitions(self) -> list[str]:
        """The partitions of the rows, in order."""
        return sorted(pc.unique(self.table.column("partition")).to_pylist())

    @property
    def sha256(self) -> str:
        """Equal for windows of the same rows."""
        return hashlib.sha256(np.sort(self.identities).astype(">u8").tobytes()).hexdigest()

    def scored(self, values: Floats, threshold: float | None = None) -> Scored:
        """Predictions of these rows, checked."""
        own = self.threshold if threshold is None else threshold
        return Scored.of(self.truth, values, threshold=own, top=self.top)

    def values(self, table: pa.Table, prefix: str) -> Floats:
        """The predictions in a table, `(n_rows,)` or `(n_rows, n_classes)` in the order of the test set's classes.

        Raises:
            DataError: there is no such column, it holds no numbers, or a class is missing or unknown.
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
        """The same rows with another model's predictions in the place of the challenger's."""
        table = self.table.drop_columns(prediction_columns(self.table, PREDICTION))
        columns = values.T if values.ndim > 1 else [values]
        names = [f"{PREDICTION}:{name}" for name in self.truth.classes] or [PREDICTION]
        for name, column in zip(names, columns, strict=True):
            table = table.append_column(name, pa.array(column))
        return TestSet.of(table, self.task, threshold=threshold, top=self.top)

    def take(self, mask: Bools) -> "TestSet":
        """The test set on some of its rows."""
        if mask.all():
            return self
        table = self.table.filter(pa.array(mask))
        return TestSet.of(table, self.task, threshold=self.threshold, top=self.top)

    def places(self, identities: UInt64) -> tuple[Bools, Ints]:
        """Which rows of the test set have one of `identities`, and where in them each of those is.

        Args:
            identities: hashes of another table's rows, each once.

        Returns:
            A mask `(n_rows,)` and positions in `identities`, one for each row in the mask.
        """
        order = np.argsort(identities)
        found = np.searchsorted(identities[order], self.identities)
        found = np.minimum(found, max(len(identities) - 1, 0))
        mask = identities[order][found] == self.identities if len(identities) else np.zeros(len(self.truth), dtype=bool)
        return mask, order[found[mask]] if len(identities) else np.zeros(0, dtype=np.int64)


def prediction_columns(table: pa.Table, prefix: str) -> list[str]:
    """The columns that hold predictions: `prefix`, or `prefix:<class>` for each class."""
    return [name for name in table.column_names if name == prefix or name.startswith(f"{prefix}:")]


def class_names(table: pa.Table, prefix: str) -> tuple[str, ...]:
    """The classes that a table has probabilities of."""
    return tuple(name.removeprefix(f"{prefix}:") for name in prediction_columns(table, prefix) if name != prefix)


def refuse_doubled(identities: UInt64, *, where: str) -> None:
    """Stop where two rows have one identity.

    Raises:
        DataError: so it is.
    """
    count = len(identities) - len(np.unique(identities))
    if count:
        remedy = "let the identity name each row once, then make the file again."
        raise DataError(f"{count:,} rows repeat the identity of another", where=where, remedy=remedy)


def _no_columns(wanted: str, found: str) -> DataError:
    return DataError(
        f"there are predictions in the columns {found}, and {wanted} is wanted",
        where="the rival's predictions",
        remedy="give it the columns of reports/predictions.parquet.",
    )


def _labels(table: pa.Table, task: Task, classes: Sequence[str]) -> Floats:
    column = table.column("y")
    if task.kind != "multiclass":
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    position = {name: float(index) for index, name in enumerate(classes)}
    return np.array([position.get(text, np.nan) for text in _texts(column)])


def _texts(column: pa.ChunkedArray) -> npt.NDArray[np.str_]:
    """Values as text; a time at midnight as its date."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        column = pc.replace_substring_regex(pc.strftime(column, format="%Y-%m-%dT%H:%M:%S"), r"\.0+$", "")
        at_midnight = pc.all(pc.ends_with(column, "T00:00:00")).as_py()
        column = pc.utf8_slice_codeunits(column, 0, 10) if at_midnight else column
    return np.array([MISSING if value is None else str(value) for value in column.to_pylist()])


def _sortable(column: pa.ChunkedArray) -> npt.NDArray[np.str_]:
    """As `_texts`, in the order of the values: whole numbers have one width."""
    if pa.types.is_integer(column.type) and column.null_count == 0 and pc.min(column).as_py() >= 0:
        width = len(str(pc.max(column).as_py()))
        return np.array([str(value).zfill(width) for value in column.to_pylist()])
    return _texts(column)
