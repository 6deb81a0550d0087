"""The definition of a task: its columns, its model's parameters and its own metrics. Tasks import `ringside.task`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from ringside.errors import TaskError

Kind = Literal["binary", "multiclass", "regression"]


class TrainParams(BaseModel):
    """The `train` section of params.yaml; a task adds the parameters of its model by deriving from this class."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    seed: int = Field(default=0, ge=0, lt=2**32, description="seeds the estimator and NumPy's global generator")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measure of the task's own, by which models can be compared, guarded and judged.

    `function(y, prediction, weights)` returns one number from labels `(n_rows,)` (0 and 1; numbers; for multiclass the
    position of the class), predictions `(n_rows,)` or `(n_rows, n_classes)`, and weights `(n_rows,)`, which are 1, or 0
    for rows that are left out. It is called once for each group (at most 1,001 times per model), so it must be fast.

    Raises:
        TaskError: a field is invalid.
    """

    name: str
    """Name in the policy: letters, digits and underscores."""

    better: Literal["higher", "lower"]
    """Direction of better values."""

    function: Callable[..., float]

    def __post_init__(self) -> None:
        for field, holds, expected in (
            ("name", isinstance(self.name, str) and self.name.isidentifier(), "letters, digits and underscores"),
            ("better", self.better in ("higher", "lower"), "higher or lower"),
            ("function", callable(self.function), "a function of labels, predictions and weights"),
        ):
            if not holds:
                where = f"metrics.py, metric {self.name!r}, field `{field}`"
                raise TaskError(f"it is {getattr(self, field)!r}", where=where, remedy=f"set it to {expected}.")


TAKEN = ("partition", "y", "prediction", "baseline")
"""Columns of predictions.parquet that a task does not name; for multiclass per class: `prediction:a`, `baseline:a`."""


def is_prediction_column(name: str) -> bool:
    """Return whether a name is one of `TAKEN`, which no identity, group or slice may use."""
    return name in TAKEN or name.startswith(("prediction:", "baseline:"))


@dataclass(frozen=True, kw_only=True)
class Task:
    """The definition of a task.

    Raises:
        TaskError: a field is missing or contradicts another; the error names the task, the field and the remedy.
    """

    name: str
    """Name of the package under `src/`."""

    kind: Kind
    """Kind: `binary` (target true/false or 0/1), `multiclass` (any labels) or `regression` (numbers)."""

    target: str
    """Column to predict. A row without it has no label yet: it is kept and counted, but not used for training."""

    identity: Sequence[str]
    """Columns that together identify one row across all partitions. Their values are never missing."""

    time: str | None = None
    """Column with the time at which a row's features were known, if there is one."""

    group: str | None = None
    """Column whose equal values mark correlated rows (in the sample: one day); None if all rows are independent."""

    slices: Sequence[str] = ()
    """Columns by whose values the metrics are also reported."""

    label_delay: timedelta = timedelta(0)
    """Delay between `time` and the arrival of a label."""

    train_params: type[TrainParams] = TrainParams
    """Type of the `train` section of params.yaml; `build_model` receives an instance of it."""

    trusted_types: Sequence[str] = ()
    """Types beyond Ringside's own list that the model file may contain, as `module.Class`. People review this."""

    def __post_init__(self) -> None:
        self._check("name", isinstance(self.name, str) and self.name.isidentifier(), "the package's name under src/")
        self._check("kind", self.kind in get_args(Kind), f"one of {', '.join(get_args(Kind))}")
        self._check("target", isinstance(self.target, str) and bool(self.target), "the name of one column")
        for field, may_be_empty in (("identity", False), ("slices", True), ("trusted_types", True)):
            names = getattr(self, field)
            fine = isinstance(names, Sequence) and not isinstance(names, str)
            fine = fine and all(isinstance(name, str) for name in names)
            self._check(field, fine and (may_be_empty or len(names) > 0), "a sequence of names, as in ('id',)")
        self._check("identity", self.target not in self.identity, "columns that are known before the target")
        for field in ("identity", "group", "slices"):
            names = getattr(self, field) or ()
            taken = is_prediction_column(names) if isinstance(names, str) else any(map(is_prediction_column, names))
            self._check(field, not taken, f"other columns: {', '.join(TAKEN)} are those of predictions.parquet")
        for field in ("time", "group"):
            name = getattr(self, field)
            self._check(field, name is None or (isinstance(name, str) and bool(name)), "the name of one column")
        delay = self.label_delay
        self._check("label_delay", isinstance(delay, timedelta) and delay >= timedelta(0), "a duration of zero or more")
        derived = isinstance(self.train_params, type) and issubclass(self.train_params, TrainParams)
        self._check("train_params", derived, "a class derived from ringside.task.TrainParams")

    @property
    def columns(self) -> dict[str, str]:
        """Return each column that a field names, with the field's name."""
        named = {self.target: "target"} | dict.fromkeys(self.identity, "identity")
        named |= dict.fromkeys(self.slices, "slices")
        return named | {column: field for field in ("time", "group") if (column := getattr(self, field))}

    def _check(self, field: str, holds: bool, expected: str) -> None:
        if not holds:
            raise TaskError(
                f"`{field}` is {getattr(self, field)!r}",
                where=f"task {self.name!r}, field `{field}`",
                remedy=f"set it to {expected}.",
            )
