"""The format settings that sources of files share."""

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
    """Path from the root of the repository; if missing, it is pulled if DVC tracks it (`dvc add`, `dvc import-url`)."""
    columns: Mapping[str, str]
    """Type of each column, one of `ringside.sources.columns.Dtype`."""
    row_id: str | None = None
    """Column to add if the data have no identity: for `File` the number of the row in the file, from 1; for
    `Folder` the partition and that number, as `2013-01/17`."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """Formats of times that are not ISO 8601: column to format, such as `%d.%m.%Y`."""
    missing: Sequence[str] = MISSING
    """Texts that mean a missing value, with or without blanks around them."""
    delimiter: str | None = None
    """Delimiter of CSV files if it is not a comma (a tab for TSV)."""
    encoding: str = "utf-8"
    """Encoding of CSV files."""
    decimal: str = "."
    """Decimal mark of numbers in a text file: a point or a comma."""
    thousands: str = ""
    """Thousands separator of such numbers, such as the point in `1.234,56`; empty if there is none."""

    signs: Mapping[str, str] = field(default_factory=dict)
    """Sign before or after each number of a column, such as `{"price": "$"}`; it is removed."""

    @property
    def numerals(self) -> Numerals:
        """Return the notation of numbers in text files."""
        return Numerals(self.decimal, self.thousands)

    @property
    def typing(self) -> Columns:
        """Return the columns and the settings for reading their values."""
        return Columns(
            dtypes=self.columns,
            formats=self.formats,
            missing=self.missing,
            numerals=self.numerals,
            signs=self.signs,
        )

    def raw(self, path: Path, *, where: str) -> pa.Table:
        """Return the rows of a file as they are written, before typing.

        Raises:
            SourceError: the file is missing (unreadable here), incomplete, or its schema changed.
        """
        counted = [name for name, form in self.formats.items() if form in EPOCHS]
        expected = {name: dtype for name, dtype in self.columns.items() if name not in counted}
        return read_rows(path, delimiter=self.delimiter, encoding=self.encoding, columns=expected, where=where)
