"""How somebody's file writes its numbers, found from its columns of texts."""

import pyarrow as pa
import pyarrow.compute as pc

from ringside.sources.numerals import THOUSANDS, Numerals

PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A number as programs write it."""

_COMMA = (Numerals(",", ""), Numerals(",", "."))
_POINT = (Numerals(".", ","),)
_RARE = tuple(Numerals(decimal, mark) for mark in THOUSANDS[3:] for decimal in (".", ","))
_HEAD = 1000


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
