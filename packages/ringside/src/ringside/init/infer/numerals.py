"""Detect how a file writes numbers, from its text columns."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ringside.sources.numerals import DECIMALS, SIGNS, THOUSANDS, Numerals, without_sign

PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""Pattern of a number in the usual notation, such as -1.5e3."""

_ANY = "|".join(Numerals(decimal, mark).pattern for decimal in DECIMALS for mark in THOUSANDS if mark != decimal)
_COMMA = (Numerals(",", ""), Numerals(",", "."))
_POINT = (Numerals(".", ","),)
_RARE = tuple(Numerals(decimal, mark) for mark in THOUSANDS[3:] for decimal in (".", ","))
_HEAD = 1000


def read_numbers(table: pa.Table, *, delimiter: str | None) -> tuple[pa.Table, Numerals, dict[str, str]]:
    """Return the table with plain numbers (still texts), the detected notation, and the sign of each column.

    Args:
        table: all rows, missing values as null.
        delimiter: as in `numerals_of`.
    """
    signs = signs_of(table)
    bare = without_signs(table, signs)
    numerals = numerals_of(bare, delimiter=delimiter)
    plain = with_plain_numbers(bare, numerals)
    for name in list(signs):
        # In the notation of the other columns its values may be no numbers: then the column stays text.
        if not _fits(plain.column(name), PLAIN):
            plain = plain.set_column(plain.column_names.index(name), name, table.column(name))
            del signs[name]
    return plain, numerals, signs


def numerals_of(table: pa.Table, *, delimiter: str | None) -> Numerals:
    """Return the notation by which most text columns become numbers; the plain one if there is none.

    Args:
        table: all rows, missing values as null.
        delimiter: the delimiter of the file: with a semicolon, 1,234 is read as 1.234, otherwise as 1234.
    """
    texts = [column for column in map(_trimmed, table.columns) if column is not None]
    plain = [column for column in texts if _fits(column, PLAIN)]
    odd = [column for column in texts if not _fits(column, PLAIN)]
    best, most = Numerals(), 0
    for style in (*_COMMA, *_POINT, *_RARE) if delimiter == ";" else (*_POINT, *_COMMA, *_RARE):
        count = sum(_fits(column, style.pattern) for column in odd)
        # NOTE: plain columns must stay numbers: if points separate thousands, 1.5 is none.
        if count > most and all(_fits(column, style.pattern) for column in plain):
            best, most = style, count
    return best


def signs_of(table: pa.Table) -> dict[str, str]:
    """Return the sign (a currency, or per cent) of each text column in which every number has the same sign."""
    signs = {}
    for name in table.column_names:
        column = _trimmed(table.column(name))
        for sign in SIGNS if column is not None and column.null_count < len(column) else ():
            if (bare := _bare(column, sign)) is not None and _fits(bare, _ANY):
                signs[name] = sign
                break
    return signs


def without_signs(table: pa.Table, signs: Mapping[str, str]) -> pa.Table:
    """Return the table without the signs in the columns that have one."""
    for name, sign in signs.items():
        bare = without_sign(_trimmed(table.column(name)), sign)
        table = table.set_column(table.column_names.index(name), name, bare)
    return table


def _bare(column: pa.ChunkedArray, sign: str) -> pa.ChunkedArray | None:
    try:
        without_sign(column.slice(0, _HEAD), sign)
        return without_sign(column, sign)
    except ValueError:
        return None


def with_plain_numbers(table: pa.Table, numerals: Numerals) -> pa.Table:
    """Return the table with plain numbers (still texts) in each text column of this notation."""
    if numerals == Numerals():
        return table
    for index, name in enumerate(table.column_names):
        column = _trimmed(table.column(index))
        if column is not None and _fits(column, numerals.pattern):
            table = table.set_column(index, name, numerals.plain(column))
    return table


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return the stripped texts; None if the column has another type."""
    return pc.utf8_trim_whitespace(column) if pa.types.is_string(column.type) else None


def _fits(column: pa.ChunkedArray, pattern: str) -> bool:
    """Return whether there are values and all match a pattern; the first rows are tried first, to save time."""
    return all(
        pc.all(pc.match_substring_regex(part, f"^(?:{pattern})$")).as_py() for part in (column.slice(0, _HEAD), column)
    ) and (column.null_count < len(column))
