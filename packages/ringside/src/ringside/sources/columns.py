"""The column types of a source, and the conversion of rows to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import pyarrow as pa
import pyarrow.compute as pc

from ringside.errors import SourceError, TaskError, quoted
from ringside.sources.numerals import SIGNS, Numerals, without_sign

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["int64", "Int64", "float64", "bool", "boolean", "str", "datetime", "datetime-utc", "ignore"]
"""Column types by their pandas names (`Int64` and `boolean` are nullable); `datetime` is `datetime64[us]`, without or
with UTC. An `ignore` column is optional and is not returned."""

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
"""Texts that mean a missing value in a text file."""

_ARROW: dict[str, pa.DataType] = {
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "boolean": pa.bool_(),
    "str": pa.string(),
    "datetime": pa.timestamp("us"),
    "datetime-utc": pa.timestamp("us", "UTC"),
}
EPOCHS: Mapping[str | None, str] = {"seconds": "s", "milliseconds": "ms"}
"""Formats of times that are counted since 1970, in UTC."""
_NEVER_MISSING = ("int64", "bool")
TRUE = ["true", "t", "yes", "y", "1", "1.0"]
_FALSE = ["false", "f", "no", "n", "0", "0.0"]
REMEDY = (
    "if the source changed in schema for good, change `columns` in source.py (and schema.py and model.py with it); "
    "else mend the source; nothing of it was kept."
)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns that a source must return.

    Raises:
        TaskError: a type does not exist.
    """

    dtypes: Mapping[str, str]
    """Type of each column, one of `Dtype`."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """Format of a column of times if it is not ISO 8601, such as `%d.%m.%Y`, or one of `EPOCHS`."""
    missing: Sequence[str] = MISSING
    """Texts that mean a missing value, with or without blanks around them."""
    numerals: Numerals = field(default_factory=Numerals)
    """Notation of numbers in texts."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """Sign before or after each number in the texts of a column, one of `SIGNS`."""

    def __post_init__(self) -> None:
        where = "source.py, `columns`"
        if not self.dtypes:
            raise TaskError("it names no column", where=where, remedy="name each column of the source with its type.")
        for name, dtype in self.dtypes.items():
            if dtype not in get_args(Dtype):
                remedy = f"choose one of {', '.join(get_args(Dtype))}."
                raise TaskError(f"column {name!r} has the type {dtype!r}", where=where, remedy=remedy)
        for name in self.formats:
            if not self.dtypes.get(name, "").startswith("datetime"):
                remedy = "give formats to columns of times only."
                raise TaskError(f"{name!r} is no column of times", where="source.py, `formats`", remedy=remedy)
        for name, sign in self.signs.items():
            if sign not in SIGNS or self.dtypes.get(name) not in ("int64", "Int64", "float64"):
                remedy = f"give signs to columns of numbers only, each one of {', '.join(SIGNS)}."
                raise TaskError(f"{name!r} cannot have {sign!r}", where="source.py, `signs`", remedy=remedy)

    @property
    def answered(self) -> dict[str, str]:
        """Return the columns that the source returns, with their types."""
        return {name: dtype for name, dtype in self.dtypes.items() if dtype != "ignore"}

    def typed(self, table: pa.Table, *, where: str, first_row: int = 1) -> pa.Table:
        """Return the rows in these columns and types, in the order of `answered`.

        Args:
            table: rows as they were read.
            where: the place that they were read from, for errors.
            first_row: the number of the first row, for errors.

        Raises:
            SourceError: a column is missing or unexpected, or a value does not fit; the error names column, row, value.
        """
        self.check_names(table.column_names, where=where)
        arrays = {name: self._column(table.column(name), name, where, first_row) for name in self.answered}
        return pa.table(arrays)

    def check_names(self, names: Sequence[str], *, where: str) -> None:
        """Check that there are exactly these columns.

        Raises:
            SourceError: a column is missing, unexpected or duplicated.
        """
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise changed(f"it has the column {_shown(doubled)} more than once", where)
        more = [name for name in names if name not in self.dtypes]
        strange = f"it has the column {_shown(more)}, which source.py does not name" if more else ""
        if lacking := [name for name in self.answered if name not in names]:
            raise changed(f"it lacks the column {_shown(lacking)}" + (f", and {strange}" if strange else ""), where)
        if strange:
            raise changed(strange, where)

    def frame(self, table: pa.Table) -> "pd.DataFrame":
        """Return a typed table as a data frame of exactly these types."""
        import pandas as pd

        of: dict[str, dict[pa.DataType, Any]] = {
            "Int64": {pa.int64(): pd.Int64Dtype()},
            "boolean": {pa.bool_(): pd.BooleanDtype()},
        }
        more = {name: table.column(name).to_pandas() for name in table.column_names if name not in self.answered}
        series = {
            name: table.column(name).to_pandas(types_mapper=of[dtype].get if dtype in of else None)
            for name, dtype in self.answered.items()
        }
        return pd.DataFrame(more | series)

    def _column(self, column: pa.ChunkedArray, name: str, where: str, first_row: int) -> pa.ChunkedArray:
        dtype = self.dtypes[name]
        if len(column) == 0:
            return pa.chunked_array([], _ARROW[dtype])
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if _is_text(column.type):
            column = column.cast(pa.string())
            bare = pc.utf8_trim_whitespace(column)
            listed = pc.is_in(bare, value_set=pa.array(self.missing, pa.string()))
            column = pc.if_else(listed, pa.scalar(None, pa.string()), column if dtype == "str" else bare)
        try:
            answer = self._converted(column, name)
        except (pa.ArrowException, ValueError) as error:
            at = _first_bad(column, lambda part: self._converted(part, name))
            value = column[at].as_py()
            raise changed(f"column {name!r}, row {first_row + at:,}: {quoted(value)} is no {dtype}", where) from error
        if dtype in _NEVER_MISSING and answer.null_count:
            at = pc.index(pc.is_null(answer), pa.scalar(value=True)).as_py()
            found = f"column {name!r}, row {first_row + at:,}: there is no value, and {dtype} always has one"
            raise changed(f"{found} ({answer.null_count:,} such rows)", where)
        return answer

    def _converted(self, column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        """Return the column as its type; raise `ValueError` (or Arrow's subclasses of it) if a value does not fit."""
        dtype = self.dtypes[name]
        kind = _ARROW[dtype]
        text = _is_text(column.type)
        if pa.types.is_null(column.type):
            return column.cast(kind)
        if dtype == "str":
            return _as_text(column)
        if dtype in ("bool", "boolean"):
            return _as_bool(column)
        if text and dtype in ("int64", "Int64", "float64"):
            column = self.numerals.plain(without_sign(column, self.signs[name]) if name in self.signs else column)
        if dtype in ("int64", "Int64"):
            return _as_integer(column)
        if dtype == "float64":
            return column.cast(kind)
        form = self.formats.get(name)
        return _as_time(column, kind, form if text or form in EPOCHS else None)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # NOTE: a number in a column of text is a change: 7 and "07" are different names.
    if not _is_text(column.type):
        raise ValueError("no text")
    return column


def _as_bool(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_boolean(column.type):
        return column
    text = pc.utf8_lower(column.cast(pa.string()))
    true = pc.is_in(text, value_set=pa.array(TRUE))
    if not pc.all(pc.or_(pc.or_(true, pc.is_in(text, value_set=pa.array(_FALSE))), pc.is_null(text))).as_py():
        raise ValueError("neither true nor false")
    return pc.if_else(pc.is_null(text), pa.scalar(None, pa.bool_()), true)


def _as_integer(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_boolean(column.type) or pa.types.is_temporal(column.type):
        raise ValueError("no number")
    try:
        return column.cast(pa.int64())
    except pa.ArrowException:
        # Many programs write 5.0 if other rows have no value; the second cast refuses 5.5.
        return column.cast(pa.float64()).cast(pa.int64())


def _as_time(column: pa.ChunkedArray, kind: pa.DataType, form: str | None) -> pa.ChunkedArray:
    if form in EPOCHS:
        return _as_integer(column).cast(pa.timestamp(EPOCHS[form])).cast(pa.timestamp("us")).cast(kind)
    if form is not None:
        import pandas as pd

        times = pd.to_datetime(column.to_pandas(), format=form, utc=kind.tz is not None).astype(_in_pandas(kind))
        return pa.chunked_array([pa.Array.from_pandas(times, type=kind)])
    if _is_text(column.type):
        try:
            return column.cast(kind)
        except pa.ArrowException:
            if kind.tz is None:
                raise
        return column.cast(pa.timestamp("us")).cast(kind)
    if not (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        raise ValueError("no time")
    if pa.types.is_timestamp(column.type) and kind.tz is None and column.type.tz is not None:
        raise ValueError("a time with a zone, which is datetime-utc")
    return column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False).cast(kind)


def _in_pandas(kind: pa.DataType) -> str:
    return "datetime64[us]" if kind.tz is None else "datetime64[us, UTC]"


def _first_bad(column: pa.ChunkedArray, convert: Callable[[pa.ChunkedArray], object]) -> int:
    """Return the first row whose value does not convert, found by bisection."""
    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            convert(column.slice(low, middle - low))
        except (pa.ArrowException, ValueError):
            high = middle
        else:
            low = middle
    return low


def _is_text(kind: pa.DataType) -> bool:
    return cast("bool", pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _shown(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def changed(found: str, where: str) -> SourceError:
    """Return the error of a source whose columns or values differ from source.py."""
    return SourceError(f"the source changed in schema: {found}", where=where, remedy=REMEDY)
