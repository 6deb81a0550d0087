"""`schema.py` of a task: ranges and categories that the data support, with room for the data that come next."""

from ringside.init.infer.columns import Column
from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import call, literal, number, rounded

_CLOSED = 30
"""A longer list of categories is never closed."""
_LONGEST = 60

_HELPERS = {
    "_number": '''def _number(low: float, high: float, *, missing: bool = False) -> Column:
    """Between two bounds, both allowed."""
    return Column("float64", Check.in_range(low, high, error=f"not in {low:g} to {high:g}"), nullable=missing)
''',
    "_category": '''def _category(*known: str, missing: bool = False) -> Column:
    """One of a list; a row with a new category waits in quarantine until the category stands here."""
    return Column(str, Check.isin(known, error="no category that schema.py knows"), nullable=missing)
''',
    "_label": '''def _label(kind: type[object] | str, *known: object) -> Column:
    """The answer: one of a list."""
    return Column(kind, Check.isin(known, error="no label that schema.py knows"))
''',
    "_text": '''def _text(longest: int, *, missing: bool = False) -> Column:
    """Any text up to a length."""
    return Column(str, Check.str_length(0, longest, error=f"longer than {longest} characters"), nullable=missing)
''',
}


def schema_file(draft: TaskDraft) -> str:
    """The text of the file."""
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
    return f'''"""What a row must look like; one that fails goes to data/quarantine with the reason.

Ranges and categories are those of the data that this was made from, with room to spare: put in what you know.
A row that lacks a value passes only where `missing=True` says that it may.
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
"""What is called, and its arguments."""


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
        # Whole numbers, so that a slice is called 3 and not 3.0.
        return "Column", ['"int64"', f'Check.in_range({low}, {high}, error="not in {low} to {high}")']
    return "_number", [low, high, *missing]


def _of_texts(column: Column, missing: list[str]) -> Call:
    if closed(column):
        return "_category", [*(literal(value) for value in sorted(map(str, column.whole or ()))), *missing]
    return "_text", [number(rounded(2.0 * column.longest, 1, up=True)), *missing]


def _plain(column: Column) -> Call:
    """A column that names or groups rows: any value of its type."""
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
    """Whether the data support a closed list of categories: few, none too rare, none too long."""
    return (
        column.distinct <= _CLOSED and column.whole is not None and column.singles == 0 and column.longest <= _LONGEST
    )


def bounds(column: Column) -> tuple[float, float]:
    """The range of a column's numbers with as much room on both sides; never below 0 where nothing is."""
    if column.type == "boolean":
        return 0.0, 1.0
    low, high = column.low or 0.0, column.high or 0.0
    room = (high - low) or abs(high) or 1.0
    bottom = 0.0 if low >= 0 else rounded(low - room, up=False)
    return bottom, rounded(high + room, up=True)
