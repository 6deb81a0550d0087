"""The notation of numbers in a text file: the decimal mark and the thousands separator."""

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ringside.errors import TaskError

DECIMALS = (".", ",")
THOUSANDS = ("", ".", ",", "'", "\u2019", " ", "\u00a0", "\u202f")
"""Nothing, a point, a comma, two apostrophes (Switzerland), a blank, and two non-breaking blanks (France)."""

SIGNS = ("%", "$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "kr", "zł")
"""Signs before or after each number of some columns."""

_PLAIN = (".", "")
_BLANK = r"\s\x{a0}\x{202f}"
"""Pattern of blanks, including non-breaking ones."""


@dataclass(frozen=True)
class Numerals:
    """Decimal mark and thousands separator; `1.234,56` has a comma as `decimal` and a point as `thousands`.

    Raises:
        TaskError: a mark is not in use for numbers, or both are the same.
    """

    decimal: str = "."
    thousands: str = ""

    def __post_init__(self) -> None:
        known = self.decimal in DECIMALS and self.thousands in THOUSANDS
        if not known or self.decimal == self.thousands:
            remedy = f"choose `decimal` from {DECIMALS} and another mark as `thousands`, from {THOUSANDS}."
            found = f"decimal={self.decimal!r} with thousands={self.thousands!r} is no way to write numbers"
            raise TaskError(found, where="source.py", remedy=remedy)

    @property
    def pattern(self) -> str:
        """Return the pattern of a number; thousands separators are optional, without one a point is a decimal mark."""
        mark = re.escape(self.decimal) if self.thousands or self.decimal == "." else "[.,]"
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(self.thousands)}[0-9]{{3}})+|" if self.thousands else ""
        return rf"[+-]?(?:(?:{grouped}[0-9]+)(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"

    def plain(self, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the texts with a point as the decimal mark and no thousands separator.

        Raises:
            ValueError: a text has another notation; this prevents that 1.5 becomes 15.
        """
        if (self.decimal, self.thousands) == _PLAIN:
            return texts
        fits = pc.match_substring_regex(texts, f"^(?:{self.pattern})$")
        if not pc.all(fits, min_count=0).as_py():
            raise ValueError("not written like this")
        if self.thousands:
            texts = pc.replace_substring(texts, self.thousands, "")
        return pc.replace_substring(texts, self.decimal, ".")


def without_sign(texts: pa.ChunkedArray, sign: str) -> pa.ChunkedArray:
    """Return numbers without the sign before or after each: 1,234.50 for $1,234.50, 12 for 12 %.

    Raises:
        ValueError: a text lacks the sign; this prevents that a euro becomes a dollar.
    """
    mark = re.escape(sign)
    before = f"^([+-]?)[{_BLANK}]*{mark}[{_BLANK}]*([^{_BLANK}].*)$"
    after = f"^(.*[^{_BLANK}])[{_BLANK}]*{mark}$"
    first = pc.match_substring_regex(texts, before)
    if not pc.all(pc.or_(first, pc.match_substring_regex(texts, after)), min_count=0).as_py():
        raise ValueError(f"without {sign}")
    bare = pc.replace_substring_regex(texts, before, r"\1\2")
    return pc.if_else(first, bare, pc.replace_substring_regex(texts, after, r"\1"))
