"""A source that reads one file of rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringside.common.fingerprint import content_hash
from ringside.errors import SourceError
from ringside.sources.formats import without_blanks
from ringside.sources.periods import check_division, names_of_rows
from ringside.sources.places import bring
from ringside.sources.written import Written

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class File(Written):
    """A CSV, TSV, Parquet or JSON lines file, also gzipped.

    Raises:
        TaskError: a field is invalid.
    """

    time: str | None = None
    """Column with the time of a row; a row without it is an error."""
    partition_by: str | None = None
    """`month`, `week` or `day` of `time`, or a column whose values name the partitions; None for one named `all`."""

    def __post_init__(self) -> None:
        check_division(self.typing.answered, time=self.time, partition_by=self.partition_by, row_id=self.row_id)

    def partitions(self) -> list[str]:
        """Return the partitions that the file has rows of, in order.

        Raises:
            SourceError: see `read`.
        """
        return sorted(self._load()[1])

    def read(self, partition: str) -> "pd.DataFrame":
        """Return the rows of one partition, in the order of the file.

        Raises:
            SourceError: the file is missing (unreadable here), incomplete, or its schema changed.
        """
        return self.typing.frame(self._rows(partition))

    def fingerprint(self, partition: str) -> str:
        """Return a hash of the partition's values, so that new rows of another partition do not change it.

        Raises:
            SourceError: see `read`.
        """
        return content_hash(self._rows(partition))

    def parsed(self, path: Path) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """Return the typed rows of a file in the format of this one, and their numbers in it, from 1.

        Raises:
            SourceError: see `read`.
        """
        raw = self.raw(path, where=self.path)
        numbers = np.arange(1, raw.num_rows + 1)
        if self.row_id is not None:
            raw, numbers = without_blanks(raw, self.missing)
        table = self.typing.typed(raw, where=self.path)
        return table if self.row_id is None else table.add_column(0, self.row_id, pa.array(numbers)), numbers

    def _rows(self, partition: str) -> pa.Table:
        table, where_in = self._load()
        if partition not in where_in:
            remedy = "restore the file, or remove the partition from data/manifest.json if it is meant to go."
            raise SourceError(f"it has no rows of partition {partition} any more", where=self.path, remedy=remedy)
        return table.take(where_in[partition])

    def _load(self) -> tuple[pa.Table, dict[str, pa.Array]]:
        """Return the typed rows and the rows of each partition; the file is parsed once for all partitions."""
        path = bring(self.path)
        stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None
        if _LAST.get("file") is self and _LAST.get("stamp") == (path, stamp):
            return _LAST["rows"]  # type: ignore[return-value]
        table, _ = self.parsed(path)
        if table.num_rows == 0:
            remedy = "let whoever writes the file write it again, whole; nothing of it was kept."
            raise SourceError("it has no rows", where=self.path, remedy=remedy)
        names = names_of_rows(table, time=self.time, partition_by=self.partition_by, where=self.path)
        encoded = names.dictionary_encode()
        groups = {
            name: pc.indices_nonzero(pc.equal(encoded.indices, code))
            for code, name in enumerate(encoded.dictionary.to_pylist())
        }
        _LAST.update(file=self, stamp=(path, stamp), rows=(table, groups))
        return table, groups


_LAST: dict[str, object] = {}
"""Last file that was parsed: an ingest reads one file for each of its partitions."""
