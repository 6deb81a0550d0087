"""What `init` decided about a task, and how a person is asked for what the data do not say."""

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
    """What the data cannot say for sure."""

    option: str
    """The option that answers it, as `--kind`."""
    text: str
    default: str
    """What is taken where nobody is there to answer."""
    choices: Sequence[str] = ()
    """The answers that there are; none where any text is one."""
    check: Callable[[str], object] = len
    """Called with an answer of a person; a `UsageError` says why it cannot be, and the question is asked again."""


Ask = Callable[[Question], str]
"""Answers a question; the default where there is no terminal."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person said on the command line; None or nothing for what is to be found out."""

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
    """A task before it is written."""

    name: str
    seen: SourceSummary
    target: str
    kind: Kind
    answers: Mapping[Hashable, bool] | None = None
    """Binary: what the two values of the target mean, where they are not true and false already."""
    identity: tuple[str, ...] = ()
    row_id: str | None = None
    """The column that is made to be the identity, where the data have none."""
    time: str | None = None
    partition_by: str | None = None
    partition: pd.Series | None = None
    """The partition of each row; None where there is one."""
    group: str | None = None
    day: str | None = None
    """The column that is made of the time, for rows of one day belong together; then it is the group."""
    label_delay: timedelta = timedelta(0)
    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Categories of many values."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns that no model sees, each with the reason."""
    slices: tuple[str, ...] = ()
    rare: tuple[Hashable, ...] = ()
    """Labels of so few rows that these wait in quarantine."""
    strategy: str = "random"
    test: int | float = 0.2
    gap: int = 0
    """Partitions between training and test whose labels were not known when the test begins."""

    def but(self, **changes: object) -> Self:
        """The same with other decisions."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the fields' own types are checked at each call

    @property
    def params_class(self) -> str:
        """The name of the class of the `train` section."""
        return "".join(part.capitalize() for part in self.name.split("_") if part) + "Params"

    @property
    def features(self) -> tuple[str, ...]:
        """What a model sees."""
        return (*self.numbers, *self.categories, *self.texts)

    @property
    def named(self) -> tuple[str, ...]:
        """The columns of the data that a fact of the task names, each once."""
        made = {self.row_id, self.day}
        facts = [*self.identity, self.time, self.group, self.partition_by_column, self.target]
        return tuple(dict.fromkeys(name for name in facts if name is not None and name not in made))

    @property
    def partition_by_column(self) -> str | None:
        """The column that names the partitions, where it is no period of time."""
        named = self.partition_by in self.seen.columns and not is_period(self.partition_by, self.time)
        return self.partition_by if named else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns of the data that the source answers, in the data's order."""
        wanted = {*self.named, *self.features, *self.slices}
        return tuple(name for name in self.seen.columns if name in wanted)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns of the data that the source does not answer."""
        kept = set(self.kept)
        return tuple(name for name in self.seen.columns if name not in kept)

    def column(self, name: str) -> Column:
        """What stands in a column."""
        return self.seen.columns[name]

    def type_of(self, name: str) -> str:
        """The type in which the source answers a column; a target that says yes and no is true and false from there."""
        kind = self.column(name).type
        if name == self.target and self.kind == "binary" and self.answers is None:
            return "Int64" if kind in ("Int64", "float64") else "boolean"
        return kind

    @property
    def groups(self) -> pd.Series | None:
        """The group of each row; None where each stands by itself."""
        if self.day is not None:
            days: pd.Series = self.seen.frame[self.time].dt.floor("D")
            return days
        return None if self.group is None else self.seen.frame[self.group]

    @property
    def labelled(self) -> pd.Series:
        """Which rows have a label."""
        return self.seen.frame[self.target].notna()
