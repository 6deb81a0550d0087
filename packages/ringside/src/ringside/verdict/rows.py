"""The rows of a comparison, and the predictions of one model for them; both are checked once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ringside.codes import Kind
from ringside.errors import DataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_OFF = 1e-5
"""Accepted deviation of a row's probabilities from a sum of 1, for single precision."""


@dataclass(frozen=True)
class Truth:
    """The labels and the groups of the rows.

    If `ordered`, the codes of the groups are in time order.
    """

    kind: Kind
    y: Floats
    """`(n_rows,)`: 0 and 1; for multiclass the position of the class; for regression the number."""
    groups: Ints
    """`(n_rows,)`: codes from 0; a code without rows does not count as a group."""
    n_groups: int
    ordered: bool = False
    classes: tuple[str, ...] = ()
    """Labels of a multiclass task, in the order of the prediction columns."""

    @classmethod
    def of(
        cls,
        kind: Kind,
        y: npt.ArrayLike,
        groups: npt.ArrayLike | None = None,
        *,
        ordered: bool = False,
        classes: Sequence[str] = (),
    ) -> Self:
        """Create the truth from plain arrays.

        Args:
            kind: Kind of the task.
            y: Labels `(n_rows,)`, as in the field.
            groups: Sortable values `(n_rows,)`; None if each row is its own group.
            ordered: Whether the sorted groups are in time order.
            classes: Labels of a multiclass task.

        Raises:
            DataError: There is no row, a label is missing or invalid for the kind, or the lengths differ.
        """
        labels = np.asarray(y, dtype=np.float64)
        _check(labels.ndim == 1 and labels.size > 0, "there are no rows to compare on")
        _check(bool(np.isfinite(labels).all()), "a label is missing or infinite")
        if kind == "binary":
            _check(bool(((labels == 0) | (labels == 1)).all()), "a binary label is neither 0 nor 1")
        if kind == "multiclass":
            _check(
                bool(((labels >= 0) & (labels < len(classes)) & (labels % 1 == 0)).all()), "a label is no known class"
            )
        if groups is None:
            codes, count = np.arange(labels.size), labels.size
        else:
            values = np.asarray(groups)
            _check(values.shape == labels.shape, "the number of groups differs from the number of rows")
            names, codes = np.unique(values, return_inverse=True)
            count = names.size
        return cls(kind, labels, codes.astype(np.int64), count, ordered, tuple(classes))

    def __len__(self) -> int:
        return self.y.size

    @property
    def sizes(self) -> Floats:
        """Number of rows of each group, `(n_groups,)`."""
        return np.bincount(self.groups, minlength=self.n_groups).astype(np.float64)

    def take(self, index: npt.NDArray[Any]) -> "Truth":
        """Return the truth of some rows, with new codes for the remaining groups, in their order."""
        names, codes = np.unique(self.groups[index], return_inverse=True)
        return Truth(self.kind, self.y[index], codes.astype(np.int64), names.size, self.ordered, self.classes)


@dataclass(frozen=True)
class Scored:
    """Predictions of one model for the rows of a `Truth`."""

    truth: Truth
    prediction: Floats
    """`(n_rows,)`, or `(n_rows, n_classes)` for multiclass."""
    threshold: float = 0.5
    """Threshold of a binary model; a probability of at least this is a positive decision."""
    top: float = 0.1
    """Share of rows with the highest scores of a binary model, for `precision_at_top` and `lift_at_top`."""
    cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Intermediate results that several metrics share, such as the order of the scores."""

    @classmethod
    def of(cls, truth: Truth, prediction: npt.ArrayLike, *, threshold: float = 0.5, top: float = 0.1) -> Self:
        """Create checked predictions.

        Raises:
            DataError: The shape is wrong, a prediction is not finite, or a probability is outside 0 to 1.
        """
        values = np.asarray(prediction, dtype=np.float64)
        shape = (len(truth), len(truth.classes)) if truth.kind == "multiclass" else (len(truth),)
        _check(values.shape == shape, f"the predictions have the shape {values.shape} instead of {shape}")
        bad = ~np.isfinite(values)
        _refuse(bad, "predictions are missing or infinite")
        if truth.kind != "regression":
            bad = (values < 0) | (values > 1)
            _refuse(bad, "probabilities are outside 0 to 1")
        if truth.kind == "multiclass":
            _refuse(np.abs(values.sum(axis=1) - 1) > _OFF, "rows have probabilities that do not sum to 1")
        return cls(truth, values, threshold, top)

    def take(self, index: npt.NDArray[Any], truth: Truth) -> "Scored":
        """Return the predictions of some rows; `truth` is `self.truth.take(index)`."""
        return Scored(truth, self.prediction[index], self.threshold, self.top)

    @property
    def decisions(self) -> Ints:
        """Decisions of the model, `(n_rows,)`: 0 or 1, or the position of the class."""
        if self.truth.kind == "multiclass":
            return np.asarray(self.prediction.argmax(axis=1), dtype=np.int64)
        return (self.prediction >= self.threshold).astype(np.int64)


def _refuse(bad: Bools, what: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))[0])
        _check(False, f"{int(bad.sum()):,} {what}, first in row {row:,} (counted from 0)")  # noqa: FBT003


def _check(holds: bool, found: str) -> None:
    if not holds:
        remedy = "correct the predictions or the labels, then compare again."
        raise DataError(found, where="the comparison", remedy=remedy)
