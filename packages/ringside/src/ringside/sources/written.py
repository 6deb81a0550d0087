"""What a source that is made of files says of how they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ringside.sources.columns import EPOCHS, MISSING, Columns
from ringside.sources.formats import read_rows
from ringside.sources.numerals import Numerals


@dataclass(frozen=True, kw_only=True)
class Written:
    """The fields that `File` and `Folder` share."""

    path: str
    """From the root of the repository; what DVC tracks (`dvc add`, `dvc import-url`) is pulled where it lacks."""
    columns: Mapping[str, str]
    """Each column with its type, one of `ringside.sources.columns.Dtype`."""
    row_id: str | None = None
    """A column to add, where the data have no identity: of `File` the number of the row in the file, from 1; of
    `Folder` the partition and that number, as `2013-01/17`."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """How times are written where not by ISO 8601: column to format, as in `%d.%m.%Y`."""
    missing: Sequence[str] = MISSING
    """Texts that mean a missing value, with blanks around them or without."""
    delimiter: str | None = None
    """Of CSV files, where it is no comma (a tab for TSV)."""
    encoding: str = "utf-8"
    """Of CSV files."""
    decimal: str = "."
    """What stands before the fraction of a number in a text file: a point or a comma."""
    thousands: str = ""
    """What stands between thousands there, as the point in `1.234,56`; nothing where there is none."""

    signs: Mapping[str, str] = field(default_factory=dict)
    """What stands before or after each number of a column there, as in `{"price": "$"}`; it is left away."""

    @property
    def numerals(self) -> Numerals:
        """How text files write numbers."""
        return Numerals(self.decimal, self.thousands)

    @property
    def typing(self) -> Columns:
        """The columns and how their values are read."""
        return Columns(
            dtypes=self.columns,
            formats=self.formats,
            missing=self.missing,
            numerals=self.numerals,
            signs=self.signs,
        )

    def raw(self, path: Path, *, where: str) -> pa.Table:
        """The rows of a file as they are written, not typed yet.

        Raises:
            SourceError: the file lacks (unreadable here), is not whole, or changed in schema.
        """
        counted = [name for name, form in self.formats.items() if form in EPOCHS]
        expected = {name: dtype for name, dtype in self.columns.items() if name not in counted}
        return read_rows(path, delimiter=self.delimiter, encoding=self.encoding, columns=expected, where=where)
