"""How a text file writes numbers: with a point or a comma before the fraction, and what stands between thousands."""

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ringside.errors import TaskError

DECIMALS = (".", ",")
THOUSANDS = ("", ".", ",", "'", "\u2019", " ", "\u00a0", "\u202f")
"""Nothing, a point, a comma, two apostrophes (Switzerland), a blank, and two that do not break a line (France)."""

SIGNS = ("%", "$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "kr", "zł")
"""What stands before or after each number of some columns."""

_PLAIN = (".", "")
_BLANK = r"\s\x{a0}\x{202f}"
"""Those too that do not break a line."""


@dataclass(frozen=True)
class Numerals:
    """The two marks; `1.234,56` has a comma as `decimal` and a point as `thousands`.

    Raises:
        TaskError: a mark is none that numbers are written with, or both are the same.
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
        """What a number looks like; thousands may be left out, and without them a point is always a decimal mark."""
        mark = re.escape(self.decimal) if self.thousands or self.decimal == "." else "[.,]"
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(self.thousands)}[0-9]{{3}})+|" if self.thousands else ""
        return rf"[+-]?(?:(?:{grouped}[0-9]+)(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"

    def plain(self, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """The texts with a point before the fraction and nothing between thousands.

        Raises:
            ValueError: one is not written like this, so that no 1.5 becomes 15.
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
    """Numbers without the sign that stands before or after each: 1,234.50 of $1,234.50, 12 of 12 %.

    Raises:
        ValueError: a text lacks the sign, so that no euro becomes a dollar.
    """
    mark = re.escape(sign)
    before = f"^([+-]?)[{_BLANK}]*{mark}[{_BLANK}]*([^{_BLANK}].*)$"
    after = f"^(.*[^{_BLANK}])[{_BLANK}]*{mark}$"
    first = pc.match_substring_regex(texts, before)
    if not pc.all(pc.or_(first, pc.match_substring_regex(texts, after)), min_count=0).as_py():
        raise ValueError(f"without {sign}")
    bare = pc.replace_substring_regex(texts, before, r"\1\2")
    return pc.if_else(first, bare, pc.replace_substring_regex(texts, after, r"\1"))
