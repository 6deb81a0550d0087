"""A source that reads a folder of files, one partition per file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringside.errors import SourceError
from ringside.sources.formats import bare_name, kind_of, without_blanks
from ringside.sources.periods import check_division, names_of_values
from ringside.sources.places import bring
from ringside.sources.written import Written

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Folder(Written):
    """A folder of CSV, TSV, Parquet or JSON lines files, also gzipped; each file is the partition of its name.

    Raises:
        TaskError: a field is invalid.
    """

    def __post_init__(self) -> None:
        check_division(self.typing.answered, time=None, partition_by=None, row_id=self.row_id)

    def partitions(self) -> list[str]:
        """Return the files' names, in order; ignore hidden files and files of other kinds.

        Raises:
            SourceError: the folder is missing (unreadable here), two files are one partition, or a name is invalid.
        """
        return sorted(self.files())

    def read(self, partition: str) -> "pd.DataFrame":
        """Return the rows of one file.

        Raises:
            SourceError: the file is missing (unreadable here), incomplete, or its schema changed.
        """
        return self.typing.frame(self.parsed(self._file(partition), partition)[0])

    def parsed(self, path: Path, partition: str) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """Return the typed rows of a partition's file, and their numbers in it, from 1.

        Raises:
            SourceError: see `read`.
        """
        where = f"{self.path}/{path.name}"
        raw = self.raw(path, where=where)
        numbers = np.arange(1, raw.num_rows + 1)
        if self.row_id is None:
            return self.typing.typed(raw, where=where), numbers
        raw, numbers = without_blanks(raw, self.missing)
        names = pa.array([f"{partition}/{number}" for number in numbers], pa.string())
        return self.typing.typed(raw, where=where).add_column(0, self.row_id, names), numbers

    def fingerprint(self, partition: str) -> str:
        """Return a hash of the file's bytes and of the column settings in source.py.

        Raises:
            SourceError: the file is missing (unreadable here).
        """
        with self._file(partition).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        written = (self.delimiter, self.encoding, self.decimal, self.thousands, *sorted(self.signs.items()))
        said = (dict(self.columns), dict(self.formats), tuple(self.missing), self.row_id, *written)
        digest.update(repr(said).encode())
        return f"sha256:{digest.hexdigest()}"

    def _file(self, partition: str) -> Path:
        files = self.files()
        if partition not in files:
            remedy = "restore the file, or remove the partition from data/manifest.json if it is meant to go."
            found = f"it has no file of partition {partition} any more"
            raise SourceError(found, where=self.path, remedy=remedy, unreadable=True)
        return files[partition]

    def files(self) -> dict[str, Path]:
        """Return each partition's file.

        Raises:
            SourceError: see `partitions`.
        """
        folder = bring(self.path)
        if not folder.is_dir():
            remedy = "put the folder there (`dvc pull` where DVC tracks it), or correct `path` in source.py."
            raise SourceError("there is no such folder", where=self.path, remedy=remedy, unreadable=True)
        found = [path for path in sorted(folder.iterdir()) if kind_of(path) and not path.name.startswith(".")]
        names_of_values([bare_name(path) for path in found], "the files' names", self.path)
        files: dict[str, Path] = {}
        for path in found:
            if other := files.get(bare_name(path)):
                remedy = "keep one of the two; a partition is one file."
                found_both = f"{other.name} and {path.name} are both the partition {bare_name(path)}"
                raise SourceError(found_both, where=self.path, remedy=remedy)
            files[bare_name(path)] = path
        if not files:
            remedy = "put files of the kinds csv, tsv, parquet or jsonl there, or correct `path` in source.py."
            raise SourceError("there is no file of rows in it", where=self.path, remedy=remedy)
        return files
