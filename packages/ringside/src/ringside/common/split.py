"""The result of the stage `split`, and the rows of each side."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringside.common.context import RERUN
from ringside.common.files import read_json
from ringside.common.fingerprint import row_hashes
from ringside.common.tables import read_table
from ringside.common.workspace import StageFiles

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Result of the stage `split`, small enough to read in a file: `side` applies it to the rows of a partition."""

    strategy: str
    train: list[str]
    """Partitions with rows for training."""
    gap: list[str]
    """Partitions whose rows are used for neither."""
    test: list[str]
    """Partitions with rows for the test."""
    keys: list[str]
    """Columns whose hash decides the side (group and random); empty for time."""
    share: float | None
    """Share of the hash's range that is for the test (group and random)."""
    seed: int
    rows: dict[str, int]
    """Number of rows on each side."""

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the split from the content of `split.json`; the inverse of `to_json`."""
        return cls(**content)

    def to_json(self) -> dict[str, Any]:
        """Return the content of `split.json`."""
        return asdict(self)

    def side(self, partition: str, table: pa.Table, side: str) -> Mask:
        """Return a mask of the rows of a partition that are on `side` ("train" or "test"), shape `(n_rows,)`."""
        if partition not in (self.train if side == "train" else self.test):
            return np.zeros(table.num_rows, dtype=bool)
        if not self.keys:
            return np.ones(table.num_rows, dtype=bool)
        in_test = row_hashes(table, self.keys, seed=self.seed) < np.uint64(int((self.share or 0) * 2**64))
        return in_test if side == "test" else ~in_test

    @property
    def columns(self) -> list[str]:
        """Return the columns that `side` reads."""
        return self.keys


def read_split(files: StageFiles) -> Split:
    """Read the result of the stage `split`.

    Raises:
        DataError: the file is missing.
    """
    return Split.from_json(read_json(files.split, remedy=RERUN))


def side_tables(files: StageFiles, decided: Split, side: str) -> Iterator[tuple[str, pa.Table]]:
    """Read the valid rows of one side, a partition at a time, in order.

    Args:
        files: the checkout.
        decided: the result of the stage `split`.
        side: "train" or "test".

    Yields:
        The name of a partition and its rows on this side.

    Raises:
        DataError: a partition is missing or damaged.
    """
    for name in decided.train if side == "train" else decided.test:
        whole = read_table(files.partition(files.valid, name), remedy=RERUN)
        yield name, whole.filter(pa.array(decided.side(name, whole, side)))


def side_rows(files: StageFiles, decided: Split, side: str) -> pa.Table:
    """Read the valid rows of one side as one table, as `side_tables` yields them."""
    return pa.concat_tables(rows for _, rows in side_tables(files, decided, side))


def valid_partitions(files: StageFiles) -> list[str]:
    """Return the partitions with valid rows, in order.

    Raises:
        DataError: reports/validation.json is missing.
    """
    return [row["partition"] for row in read_json(files.validation, remedy=RERUN)]
