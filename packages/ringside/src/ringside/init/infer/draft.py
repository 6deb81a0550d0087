"""The draft of a task, and the questions whose answers `init` cannot infer from the data."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

import pandas as pd

from ringside.common.task import Kind
from ringside.init.infer.columns import Column
from ringside.init.infer.look import SourceSummary
from ringside.sources.periods import is_period


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the user that the data leave open."""

    option: str
    """The command line option that answers it, such as `--kind`."""
    text: str
    default: str
    """The answer if there is no terminal."""
    choices: Sequence[str] = ()
    """The allowed answers; empty if every text is allowed."""
    check: Callable[[str], object] = len
    """Called with the user's answer; raises a `UsageError` for an invalid one, and the question is asked again."""


Ask = Callable[[Question], str]
"""Function that returns the user's answer to a question, or the default if there is no terminal."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The options of the command line; None or empty for everything that `init` infers."""

    name: str
    target: str
    kind: str | None = None
    positive: str | None = None
    time: str | None = None
    partition_by: str | None = None
    group: str | None = None
    identity: Sequence[str] = ()
    label_delay: timedelta | None = None
    slices: Sequence[str] | None = None
    leave_out: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class TaskDraft:
    """A task that is decided but not yet written."""

    name: str
    seen: SourceSummary
    target: str
    kind: Kind
    answers: Mapping[Hashable, bool] | None = None
    """Binary tasks: the meaning of the two values of the target; None if they are booleans already."""
    identity: tuple[str, ...] = ()
    row_id: str | None = None
    """The generated column that is the identity, if the data have none."""
    time: str | None = None
    partition_by: str | None = None
    partition: pd.Series | None = None
    """The partition of each row, shape `(n_rows,)`; None if there is only one partition."""
    group: str | None = None
    day: str | None = None
    """The generated column with the day of the time, which is then the group: rows of one day are correlated."""
    label_delay: timedelta = timedelta(0)
    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Text columns with many distinct values."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns that the model does not see, each with the reason."""
    slices: tuple[str, ...] = ()
    rare: tuple[Hashable, ...] = ()
    """Labels with too few rows, which stay in quarantine."""
    strategy: str = "random"
    test: int | float = 0.2
    gap: int = 0
    """Number of partitions between training and test whose labels were not known when the test set begins."""

    def but(self, **changes: object) -> Self:
        """Return this draft with other decisions."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the fields' own types are checked at each call

    @property
    def params_class(self) -> str:
        """The name of the class of the model's parameters."""
        return "".join(part.capitalize() for part in self.name.split("_") if part) + "Params"

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that the model sees."""
        return (*self.numbers, *self.categories, *self.texts)

    @property
    def named(self) -> tuple[str, ...]:
        """The columns of the data that a field of the task names, each once."""
        made = {self.row_id, self.day}
        facts = [*self.identity, self.time, self.group, self.partition_by_column, self.target]
        return tuple(dict.fromkeys(name for name in facts if name is not None and name not in made))

    @property
    def partition_by_column(self) -> str | None:
        """The column that names the partitions; None if they are periods of the time column."""
        named = self.partition_by in self.seen.columns and not is_period(self.partition_by, self.time)
        return self.partition_by if named else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns of the data that the source reads, in the order of the data."""
        wanted = {*self.named, *self.features, *self.slices}
        return tuple(name for name in self.seen.columns if name in wanted)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns of the data that the source does not read."""
        kept = set(self.kept)
        return tuple(name for name in self.seen.columns if name not in kept)

    def column(self, name: str) -> Column:
        """Return the description of a column."""
        return self.seen.columns[name]

    def type_of(self, name: str) -> str:
        """Return the type that the source gives a column; a target with texts such as yes and no becomes boolean."""
        kind = self.column(name).type
        if name == self.target and self.kind == "binary" and self.answers is None:
            return "Int64" if kind in ("Int64", "float64") else "boolean"
        return kind

    @property
    def groups(self) -> pd.Series | None:
        """The group of each row, shape `(n_rows,)`; None if rows have no groups."""
        if self.day is not None:
            days: pd.Series = self.seen.frame[self.time].dt.floor("D")
            return days
        return None if self.group is None else self.seen.frame[self.group]

    @property
    def labelled(self) -> pd.Series:
        """Return whether each row has a label, shape `(n_rows,)`."""
        return self.seen.frame[self.target].notna()
