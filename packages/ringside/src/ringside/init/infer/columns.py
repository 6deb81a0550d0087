"""Infer the type, the missing values, the frequent values and the range of each column of the data."""

import datetime as dt
import decimal
import re
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_float_dtype, is_integer_dtype

from ringside.common.task import is_prediction_column
from ringside.init.infer.numerals import PLAIN
from ringside.sources.numerals import SIGNS

KEPT = 60
"""Number of values stored for each column, the most frequent ones."""
SHORT = 40
"""Longest text, in characters, that counts as a name; longer ones are prose."""

_WHOLE = r"[+-]?(?:0|[1-9][0-9]{0,17})"
# NOTE: 007 and 01067 are codes: as numbers they would lose their leading zeros.
_CODE = r"[+-]?0[0-9]+"
_ZONE = r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?{_ZONE}?)?"
_ZONED = rf":[0-9.:]+{_ZONE}$"
_PARTS = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}",
    "%b": "[A-Za-z]{3}",
    "%H": "[0-9]{1,2}",
    "%I": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%p": "[AaPp][Mm]",
    ".": r"\.",
}
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_DAYS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y"),
    # NOTE: with points the day is always first.
    *("%d.%m.%Y", "%d.%m.%y"),
    *("%Y/%m/%d", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y"),
)
FORMS = {
    day + clock: re.sub(r"%\w|\.", lambda part: _PARTS[part[0]], day + clock) for day in _DAYS for clock in _CLOCKS
}
"""Formats of times besides ISO 8601, each with its pattern; a column that fits two formats is not read as a time."""

_EPOCH = re.compile(
    r"(?:^|[^a-z])(?:epoch|unix|ts|time|timestamp|datetime|date|when)(?:[^a-z]|$)|_(?:at|on)$", re.IGNORECASE
)
"""Names of columns that may contain Unix time."""
_SINCE = {"seconds": 1, "milliseconds": 1000}
_YEARS = (631_152_000, 2_524_608_000)
"""Range of plausible Unix times in seconds: from 1990 to 2050."""
_SOME = 50
"""Number of values that are tried first, because they rule out most formats."""

_SIGN = f"(?:{'|'.join(map(re.escape, SIGNS))})"
_PAIRS = (("yes", "no"), ("y", "n"), ("t", "f"))
_LIKE_NUMBERS = rf"[+-]?(?:{_SIGN}\s?)?[+-]?[0-9]{{1,3}}(?:[., ][0-9]{{3}})*(?:[.,][0-9]+)?(?:\s?{_SIGN})?"
_IDENTIFIER = re.compile(r"(?:^|[^A-Za-z])(?i:ids?|uuid|guid|key|index|nr|no|number|code)$|[a-z](?:Id|ID)$")
"""Names of columns with identifiers; `paid` and `valid` do not match."""

_EXACT = 2**53
"""Limit below which a float represents each whole number exactly."""

NUMBERS = ("Int64", "float64", "boolean")
TIMES = ("datetime", "datetime-utc")
IGNORED = "ignore"


@dataclass(frozen=True, kw_only=True)
class Column:
    """Type, values and range of one column."""

    name: str
    type: str
    """Column type as in `ringside.sources`, always nullable; `ignore` if no type fits."""
    rows: int
    missing: int
    distinct: int
    values: tuple[Hashable, ...]
    """The most frequent values, up to `KEPT`, the most frequent first."""
    counts: tuple[int, ...]
    """Number of rows with each of `values`."""
    low: float | None = None
    """Smallest number; None for other types."""
    high: float | None = None
    """Largest number; None for other types."""
    longest: int = 0
    """Length of the longest text, in characters."""
    rising: bool = False
    """True if each value is larger than the previous one."""
    form: str | None = None
    """Format of the times, such as `%d.%m.%Y`; None for ISO 8601."""
    like_numbers: bool = False
    """True if the texts look like numbers that no type reads, such as 1.234,56 next to 1.5, or $5 next to 5."""
    like_times: bool = False
    """True if the texts are times with an ambiguous order of day and month, such as 01/02/2026."""

    @property
    def present(self) -> int:
        """Number of rows with a value."""
        return self.rows - self.missing

    @property
    def whole(self) -> tuple[Hashable, ...] | None:
        """All values; None if only the most frequent are stored."""
        return self.values if self.distinct <= len(self.values) else None

    @property
    def singles(self) -> int:
        """Number of stored values that occur once."""
        return sum(count == 1 for count in self.counts)

    @property
    def unique(self) -> bool:
        """Return whether every row has a value and no value repeats."""
        return self.missing == 0 and self.distinct == self.rows

    @property
    def names_rows(self) -> bool:
        """Return whether the values are unique and look like identifiers of rows."""
        if not self.unique or self.type not in ("Int64", "str"):
            return False
        if self.type == "str":
            return self.longest <= SHORT
        return self.named_like_identifier or self.rising or self.is_numbering

    @property
    def is_numbering(self) -> bool:
        """Return whether the numbers have no gap, or all have the same number of digits."""
        low, high = self.low or 0, self.high or 0
        gapless = low >= 0 and high - low + 1 == self.distinct
        same = low >= 1000 and len(str(int(low))) == len(str(int(high)))  # noqa: PLR2004  # fewer digits are quantities
        return gapless or same

    @property
    def is_taken(self) -> bool:
        """Return whether the name is reserved, so that the column can be no identity, group or slice."""
        return is_prediction_column(self.name)

    @property
    def named_like_identifier(self) -> bool:
        """Return whether the name is that of an identifier, such as `customer_id`."""
        return bool(_IDENTIFIER.search(self.name))


def typed(frame: pd.DataFrame, *, forms: bool = True) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Return a frame converted to the types of its values, and a description of each column.

    Args:
        frame: the rows as read, `(n_rows, n_columns)`: texts if the file has no types; not changed.
        forms: whether to try other formats of times than ISO 8601.

    Returns:
        The frame with nullable types, without columns that fit no type; and the descriptions of all columns.
    """
    kept, columns = {}, {}
    for name in frame.columns:
        kind, values, form = _typed(frame[name])
        if form is not None and not forms:
            kind, values, form = "str", frame[name].astype("str"), None
        if forms and (counted := _epoch(str(name), kind, values)):
            times = pd.to_datetime(1000 // _SINCE[counted] * values, unit="ms", utc=True)
            kind, values, form = "datetime-utc", times.dt.as_unit("us"), counted
        columns[str(name)] = _describe(str(name), kind, values, form)
        if kind != IGNORED:
            kept[str(name)] = values
    return pd.DataFrame(kept, index=frame.index), columns


def _typed(series: pd.Series) -> tuple[str, pd.Series, str | None]:
    """Return the type of a column, its values converted to that type, and the format of times."""
    if is_bool_dtype(series):
        return "boolean", series.astype("boolean"), None
    if is_integer_dtype(series) or is_float_dtype(series):
        return *_of_numbers(series), None
    if is_datetime64_any_dtype(series):
        return *_of_instants(series), None
    if _nested(series) or series.isna().all():
        return IGNORED, series, None
    distinct = pd.Series(series.dropna().unique(), dtype=object)
    if distinct.map(lambda value: isinstance(value, str)).all():
        return _of_texts(series.astype("str"), distinct.astype("str").str.strip())
    return *_of_values(series, distinct), None


def _of_instants(series: pd.Series) -> tuple[str, pd.Series]:
    return ("datetime", series) if series.dt.tz is None else ("datetime-utc", series.dt.tz_convert("UTC"))


def _of_numbers(series: pd.Series) -> tuple[str, pd.Series]:
    """Return type and values of numbers; floats become whole numbers if only missing values made them floats."""
    if is_integer_dtype(series):
        return "Int64", series.astype("Int64")
    present = series.dropna().astype("float64")
    if len(present) and series.isna().any() and (present % 1 == 0).all() and (present.abs() < _EXACT).all():
        return "Int64", series.astype("Int64")
    return "float64", series.astype("float64").replace([np.inf, -np.inf], np.nan)


def _of_texts(series: pd.Series, distinct: pd.Series) -> tuple[str, pd.Series, str | None]:
    """Return type, values and time format of texts; `distinct` are the stripped distinct values."""
    if distinct.str.fullmatch(_WHOLE).all():
        return "Int64", series.str.strip().astype("Int64"), None
    if distinct.str.fullmatch(PLAIN).all() and not distinct.str.fullmatch(_CODE).any():
        return "float64", pd.to_numeric(series.str.strip()).astype("float64"), None
    if (answers := _answers(distinct)) is not None:
        return "boolean", series.str.strip().str.lower().map(answers).astype("boolean"), None
    if distinct.str.fullmatch(_ISO).all():
        zone = bool(distinct.str.contains(_ZONED).any())
        times = pd.to_datetime(series.str.strip(), format="ISO8601", utc=zone, errors="coerce")
        if times.notna().sum() == series.notna().sum():
            return "datetime-utc" if zone else "datetime", times, None
    if len(forms := _forms(distinct)) == 1:
        return "datetime", pd.to_datetime(series.str.strip(), format=forms[0]), forms[0]
    return "str", series, None


def _answers(distinct: pd.Series) -> dict[str, bool] | None:
    """Return the boolean of each lower-case text; None if the texts are no booleans."""
    texts = set(distinct.str.lower())
    if texts <= {"true", "false"}:
        return {"true": True, "false": False}
    # Two distinct texts stay texts, to keep their wording; yes, Yes and YES mean the same.
    mixed = len(distinct) > 2  # noqa: PLR2004
    return next(({yes: True, no: False} for yes, no in _PAIRS if mixed and texts == {yes, no}), None)


def _forms(distinct: pd.Series) -> list[str]:
    """Return the formats that read all texts as times."""
    some = distinct.head(_SOME)
    forms = [form for form, pattern in FORMS.items() if some.str.fullmatch(pattern).all()]
    return [form for form in forms if pd.to_datetime(distinct, format=form, errors="coerce").notna().all()]


def _epoch(name: str, kind: str, values: pd.Series) -> str | None:
    """Return the unit of a column of Unix times; None if the column is none."""
    if kind != "Int64" or not _EPOCH.search(name):
        return None
    low, high = values.min(), values.max()
    return next((u for u, n in _SINCE.items() if n * _YEARS[0] <= low and high <= n * _YEARS[1]), None)


def _of_values(series: pd.Series, distinct: pd.Series) -> tuple[str, pd.Series]:
    """Return type and values of a column of Python objects: booleans, numbers and dates; others are ignored."""
    if distinct.map(lambda value: isinstance(value, bool)).all():
        return "boolean", series.astype("boolean")
    if distinct.map(lambda value: isinstance(value, int | float | decimal.Decimal)).all():
        return _of_numbers(series.astype("float64"))
    if distinct.map(lambda value: isinstance(value, dt.date)).all():
        times = pd.to_datetime(series, errors="coerce")
        return _of_instants(times) if is_datetime64_any_dtype(times) else (IGNORED, series)
    return IGNORED, series


def _nested(series: pd.Series) -> bool:
    return bool(series.dropna().head(1000).map(lambda value: isinstance(value, dict | list | np.ndarray | bytes)).any())


def _describe(name: str, kind: str, values: pd.Series, form: str | None) -> Column:
    if kind == IGNORED:
        missing = int(values.isna().sum())
        return Column(name=name, type=kind, rows=len(values), missing=missing, distinct=0, values=(), counts=())
    counts = values.value_counts()
    # Ties are sorted by value, so that the same data always result in the same files.
    top = sorted(counts.head(4 * KEPT).items(), key=lambda item: (-int(item[1]), item[0]))[:KEPT]
    present = values.dropna()
    numbers = present.astype("float64") if kind in NUMBERS else None
    texts = present.astype("str") if kind == "str" else None
    return Column(
        name=name,
        type=kind,
        form=form,
        rows=len(values),
        missing=int(values.isna().sum()),
        distinct=len(counts),
        values=tuple(value for value, _ in top),
        counts=tuple(int(count) for _, count in top),
        low=None if numbers is None or numbers.empty else float(numbers.min()),
        high=None if numbers is None or numbers.empty else float(numbers.max()),
        longest=0 if texts is None else int(texts.str.len().max()),
        rising=kind != "boolean" and len(present) > 1 and bool(present.is_monotonic_increasing and present.is_unique),
        like_times=texts is not None and len(_forms(pd.Series(texts.str.strip().unique()))) > 1,
        like_numbers=texts is not None and bool(pd.Series(texts.unique()).str.fullmatch(_LIKE_NUMBERS).all()),
    )
