"""How somebody's file writes its numbers, found from its columns of texts."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ringside.sources.numerals import DECIMALS, SIGNS, THOUSANDS, Numerals, without_sign

PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A number as programs write it."""

_ANY = "|".join(Numerals(decimal, mark).pattern for decimal in DECIMALS for mark in THOUSANDS if mark != decimal)
_COMMA = (Numerals(",", ""), Numerals(",", "."))
_POINT = (Numerals(".", ","),)
_RARE = tuple(Numerals(decimal, mark) for mark in THOUSANDS[3:] for decimal in (".", ","))
_HEAD = 1000


def read_numbers(table: pa.Table, *, delimiter: str | None) -> tuple[pa.Table, Numerals, dict[str, str]]:
    """The table with plain numbers, as texts still, where a column has numbers; how they were written; their signs.

    Args:
        table: all rows, what is missing as null.
        delimiter: as of `numerals_of`.
    """
    signs = signs_of(table)
    bare = without_signs(table, signs)
    numerals = numerals_of(bare, delimiter=delimiter)
    plain = with_plain_numbers(bare, numerals)
    for name in list(signs):
        # Beside columns that are written otherwise it may be no number: then it stays the text that it is.
        if not _fits(plain.column(name), PLAIN):
            plain = plain.set_column(plain.column_names.index(name), name, table.column(name))
            del signs[name]
    return plain, numerals, signs


def numerals_of(table: pa.Table, *, delimiter: str | None) -> Numerals:
    """The way of writing by which the most columns of texts become numbers; the plain one where none does.

    Args:
        table: all rows, what is missing as null.
        delimiter: of the file: where a semicolon parts the values, 1,234 is a little more than one, else it is a
            thousand and more.
    """
    texts = [column for column in map(_trimmed, table.columns) if column is not None]
    plain = [column for column in texts if _fits(column, PLAIN)]
    odd = [column for column in texts if not _fits(column, PLAIN)]
    best, most = Numerals(), 0
    for style in (*_COMMA, *_POINT, *_RARE) if delimiter == ";" else (*_POINT, *_COMMA, *_RARE):
        count = sum(_fits(column, style.pattern) for column in odd)
        # NOTE: a column that is plain must stay what it is: with a point between thousands, 1.5 is no number.
        if count > most and all(_fits(column, style.pattern) for column in plain):
            best, most = style, count
    return best


def signs_of(table: pa.Table) -> dict[str, str]:
    """The sign that stands at each number of a column of texts, where one does: a currency, or per cent."""
    found = {}
    for name in table.column_names:
        column = _trimmed(table.column(name))
        for sign in SIGNS if column is not None and column.null_count < len(column) else ():
            if (bare := _bare(column, sign)) is not None and _fits(bare, _ANY):
                found[name] = sign
                break
    return found


def without_signs(table: pa.Table, signs: Mapping[str, str]) -> pa.Table:
    """The table with the numbers alone in the columns that have a sign."""
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
    """The table in which each column of texts that are all written so has plain numbers, as texts still."""
    if numerals == Numerals():
        return table
    for index, name in enumerate(table.column_names):
        column = _trimmed(table.column(index))
        if column is not None and _fits(column, numerals.pattern):
            table = table.set_column(index, name, numerals.plain(column))
    return table


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The texts without blanks around them; None where the column has no text."""
    return pc.utf8_trim_whitespace(column) if pa.types.is_string(column.type) else None


def _fits(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether there are values, and all are of a pattern; most columns that are not show it in their first rows."""
    return all(
        pc.all(pc.match_substring_regex(part, f"^(?:{pattern})$")).as_py() for part in (column.slice(0, _HEAD), column)
    ) and (column.null_count < len(column))
