"""A toy task whose source is in memory, is changed by tests, and counts what is read from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from ringside.errors import SourceError
from ringside.task import Task

MONTHS = ["2024-01", "2024-02", "2024-03"]
ROWS = 20


def toy_task(identity: Sequence[str] = ("id",), **facts: object) -> Task:
    """The facts of the toy; a test may state others."""
    return Task(**({"name": "toy", "kind": "binary", "target": "late", "identity": identity} | facts))


def month(name: str) -> pd.DataFrame:
    """The rows of one month, not in the order of their identity."""
    first = ROWS * int(name[-2:])
    frame = pd.DataFrame({"id": range(first, first + ROWS)})
    frame["size"] = frame["id"] / 7
    frame["colour"] = frame["id"].map(lambda number: "red" if number % 3 else None)
    frame["late"] = frame["id"] % 2 == 0
    return frame.sample(frac=1, random_state=0, ignore_index=True)


@dataclass
class ToySource:
    """A source that answers what its fields say."""

    answers: dict[str, pd.DataFrame] = field(default_factory=lambda: {name: month(name) for name in MONTHS})
    edition: str | None = "1"
    """Part of each fingerprint; None for a source that cannot tell whether it changed."""
    out_of_reach: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)

    def partitions(self) -> list[str]:
        """The months that there are."""
        return sorted(self.answers)

    def read(self, partition: str) -> pd.DataFrame:
        """One month; each call is counted."""
        self.reads.append(partition)
        if partition in self.out_of_reach:
            raise SourceError("no connection", where=f"the toy, {partition}", remedy="connect.")
        return self.answers[partition].copy()

    def fingerprint(self, partition: str) -> str | None:
        """The edition of a month."""
        return None if self.edition is None else f"{partition}, edition {self.edition}"

    def change(self, partition: str) -> None:
        """From now on the month has another value in one cell."""
        self.answers[partition] = self.answers[partition].assign(size=lambda frame: frame["size"].replace(3.0, 4.0) + 1)
