"""The rows that models are compared on, and one model's predictions of them, checked once."""

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
"""Probabilities of a row may sum to 1 but for so much, as single precision leaves it."""


@dataclass(frozen=True)
class Truth:
    """What happened: the labels of the rows, and which rows belong together.

    `ordered` says that the groups follow each other in time, in the order of their codes.
    """

    kind: Kind
    y: Floats
    """`(n_rows,)`: 0 and 1; for multiclass the position of the class; for regression the number."""
    groups: Ints
    """`(n_rows,)`: codes from 0; a code without rows is no group."""
    n_groups: int
    ordered: bool = False
    classes: tuple[str, ...] = ()
    """multiclass: the labels in the order of the prediction columns."""

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
        """The truth from plain arrays.

        Args:
            kind: of the task.
            y: `(n_rows,)`, as the field.
            groups: `(n_rows,)`, any values that can be sorted; None where each row stands by itself.
            ordered: whether the sorted groups follow each other in time.
            classes: multiclass: the labels.

        Raises:
            DataError: there is no row, a label is missing or is none of the kind, or the lengths differ.
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
            _check(values.shape == labels.shape, "there is not one group for each row")
            names, codes = np.unique(values, return_inverse=True)
            count = names.size
        return cls(kind, labels, codes.astype(np.int64), count, ordered, tuple(classes))

    def __len__(self) -> int:
        return self.y.size

    @property
    def sizes(self) -> Floats:
        """The rows of each group, `(n_groups,)`."""
        return np.bincount(self.groups, minlength=self.n_groups).astype(np.float64)

    def take(self, index: npt.NDArray[Any]) -> "Truth":
        """The truth of some rows, with codes for the groups that are left, in their order."""
        names, codes = np.unique(self.groups[index], return_inverse=True)
        return Truth(self.kind, self.y[index], codes.astype(np.int64), names.size, self.ordered, self.classes)


@dataclass(frozen=True)
class Scored:
    """One model's predictions of the rows of a `Truth`."""

    truth: Truth
    prediction: Floats
    """`(n_rows,)`, or `(n_rows, n_classes)` for multiclass."""
    threshold: float = 0.5
    """binary: a probability of at least this is a decision for the positive class; the model's own."""
    top: float = 0.1
    """binary: the share of rows with the highest scores that `precision_at_top` and `lift_at_top` look at."""
    cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What several metrics need, such as the order of the scores."""

    @classmethod
    def of(cls, truth: Truth, prediction: npt.ArrayLike, *, threshold: float = 0.5, top: float = 0.1) -> Self:
        """Predictions, checked.

        Raises:
            DataError: there is not one for each row, one is not finite, or a probability is outside 0 to 1.
        """
        values = np.asarray(prediction, dtype=np.float64)
        shape = (len(truth), len(truth.classes)) if truth.kind == "multiclass" else (len(truth),)
        _check(values.shape == shape, f"there are predictions of shape {values.shape} for {shape} wanted")
        bad = ~np.isfinite(values)
        _refuse(bad, "predictions are missing or infinite")
        if truth.kind != "regression":
            bad = (values < 0) | (values > 1)
            _refuse(bad, "probabilities are outside 0 to 1")
        if truth.kind == "multiclass":
            _refuse(np.abs(values.sum(axis=1) - 1) > _OFF, "rows have probabilities that do not sum to 1")
        return cls(truth, values, threshold, top)

    def take(self, index: npt.NDArray[Any], truth: Truth) -> "Scored":
        """The predictions of some rows; `truth` is `self.truth.take(index)`."""
        return Scored(truth, self.prediction[index], self.threshold, self.top)

    @property
    def decisions(self) -> Ints:
        """What the model decides, `(n_rows,)`: 0 or 1, or the position of the class."""
        if self.truth.kind == "multiclass":
            return np.asarray(self.prediction.argmax(axis=1), dtype=np.int64)
        return (self.prediction >= self.threshold).astype(np.int64)


def _refuse(bad: Bools, what: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))[0])
        _check(False, f"{int(bad.sum()):,} {what}, first in row {row:,} (counted from 0)")  # noqa: FBT003


def _check(holds: bool, found: str) -> None:
    if not holds:
        remedy = "correct the predictions or the labels and compare again."
        raise DataError(found, where="the comparison", remedy=remedy)
