"""The text of a task's `schema.py`: ranges and categories from the data, with a margin for future data."""

from ringside.init.infer.columns import Column
from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import call, literal, number, rounded

_CLOSED = 30
"""Most categories of a column whose list is closed."""
_LONGEST = 60
"""Most characters of a category in a closed list."""

_HELPERS = {
    "_number": '''def _number(low: float, high: float, *, missing: bool = False) -> Column:
    """Return a column of numbers in a range, both bounds included."""
    return Column("float64", Check.in_range(low, high, error=f"not in {low:g} to {high:g}"), nullable=missing)
''',
    "_category": '''def _category(*known: str, missing: bool = False) -> Column:
    """Return a column of known categories; a row with another one is quarantined until you add it here."""
    return Column(str, Check.isin(known, error="category missing from schema.py"), nullable=missing)
''',
    "_label": '''def _label(kind: type[object] | str, *known: object) -> Column:
    """Return a target column of known labels."""
    return Column(kind, Check.isin(known, error="label missing from schema.py"))
''',
    "_text": '''def _text(longest: int, *, missing: bool = False) -> Column:
    """Return a column of texts up to a length."""
    return Column(str, Check.str_length(0, longest, error=f"longer than {longest} characters"), nullable=missing)
''',
}


def schema_file(draft: TaskDraft) -> str:
    """Return the text of the file."""
    rows = []
    if draft.row_id is not None:
        rows.append(_row(draft.row_id, ("Column", ['"int64"' if draft.seen.source == "file" else "str"])))
    rows += [_row(name, _column(draft, draft.column(name))) for name in draft.kept]
    if draft.day is not None and draft.time is not None:
        rows.append(_row(draft.day, _time_column(draft.column(draft.time).type)))
    body = "\n".join(rows)
    helpers = [text for name, text in _HELPERS.items() if f" {name}(" in body]
    needs_pandas = "import pandas as pd\n" if "pd." in body else ""
    needs_check = "Check, " if helpers or "Check." in body else ""
    functions = "".join(f"\n\n{text}" for text in helpers)
    return f'''"""The schema of a valid row; a row that fails goes to data/quarantine with the reason.

`ringside init` took ranges and categories from your data and added a margin: replace them by what you know.
A missing value is valid only in a column with `missing=True`.
"""

{needs_pandas}from pandera.pandas import {needs_check}Column, DataFrameSchema
{functions}

SCHEMA = DataFrameSchema(
    {{
{body}
    }},
    coerce=True,
    strict=True,
)
'''


Call = tuple[str, list[str]]
"""Name and arguments of a call in the file."""


def _row(name: str, value: Call) -> str:
    head, arguments = value
    return call(f"{literal(name)}: {head}", arguments, indent="        ", tail=",")


def _column(draft: TaskDraft, column: Column) -> Call:
    if column.name == draft.target:
        return _target(draft, column)
    if column.type.startswith("datetime"):
        return _time_column(column.type)
    if column.name not in draft.features:
        return _plain(column)
    missing = ["missing=True"] if column.missing else []
    if column.type == "str":
        return _of_texts(column, missing)
    low, high = map(number, bounds(column))
    if column.type == "Int64" and column.name in draft.slices and not column.missing:
        # Whole numbers, so that the name of a slice is 3 and not 3.0.
        return "Column", ['"int64"', f'Check.in_range({low}, {high}, error="not in {low} to {high}")']
    return "_number", [low, high, *missing]


def _of_texts(column: Column, missing: list[str]) -> Call:
    if closed(column):
        return "_category", [*(literal(value) for value in sorted(map(str, column.whole or ()))), *missing]
    return "_text", [number(rounded(2.0 * column.longest, 1, up=True)), *missing]


def _plain(column: Column) -> Call:
    """Return the call for a column that identifies or groups rows: any value of its type is valid."""
    if column.type == "str":
        return "Column", ["str", *(["nullable=True"] if column.missing else [])]
    plain = {"Int64": "int64", "boolean": "bool"}.get(column.type, "float64")
    return "Column", ['"float64"', "nullable=True"] if column.missing else [f'"{plain}"']


def _target(draft: TaskDraft, column: Column) -> Call:
    if draft.kind == "binary":
        numbers = draft.answers is None and column.type in ("Int64", "float64")
        return "Column", ['"int64"', 'Check.isin([0, 1], error="not 0 or 1")'] if numbers else ["bool"]
    if draft.kind == "regression":
        return "_number", [*map(number, bounds(column))]
    kind = "str" if column.type == "str" else "bool" if column.type == "boolean" else '"int64"'
    known = [value for value in column.whole or () if value not in draft.rare]
    values = sorted(known, key=str) if column.type == "str" else sorted(known)  # type: ignore[type-var]
    if not values:
        return "Column", [kind]
    return "_label", [kind, *map(literal, values)]


def _time_column(kind: str) -> Call:
    return "Column", ['"datetime64[us]"'] if kind == "datetime" else ['pd.DatetimeTZDtype("us", "UTC")']


def closed(column: Column) -> bool:
    """Return whether the data support a closed list of categories: few, none seen only once, none too long."""
    return (
        column.distinct <= _CLOSED and column.whole is not None and column.singles == 0 and column.longest <= _LONGEST
    )


def bounds(column: Column) -> tuple[float, float]:
    """Return the range of a column's numbers, widened by its width on both sides; not below 0 if no value is."""
    if column.type == "boolean":
        return 0.0, 1.0
    low, high = column.low or 0.0, column.high or 0.0
    margin = (high - low) or abs(high) or 1.0
    bottom = 0.0 if low >= 0 else rounded(low - margin, up=False)
    return bottom, rounded(high + margin, up=True)
