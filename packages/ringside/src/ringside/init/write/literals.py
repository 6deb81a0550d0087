"""Values of somebody's data as Python and YAML text, in the form that `ruff format` leaves as it is.

Names and values are hostile: they go into a file as literals only, and never into a docstring or an open comment.
"""

import json
import math
import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WIDTH = 120
_PACKED = 40
"""Lists longer than this are written many names a line, though the formatter would give each its own."""


def literal(value: object) -> str:
    """A text, a number or true and false as Python writes it, texts in double quotes."""
    if not isinstance(value, str):
        plain = value.item() if hasattr(value, "item") else value
        return repr(plain)
    written = repr(value)
    body, quote = written[1:-1], written[0]
    if quote == '"' or body.count('"') > body.count("\\'"):
        return written
    return '"' + body.replace("\\'", "'").replace('"', '\\"') + '"'


def listed(name: str, values: Sequence[str]) -> str:
    """`NAME = [...]` as one line, as a line for each, or packed where they are many."""
    items = [literal(value) for value in values]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return line
    if len(items) <= _PACKED:
        return "\n".join([f"{name} = [", *(f"    {item}," for item in items), "]"])
    return "\n".join(["# fmt: off", f"{name} = [", *packed(items), "]", "# fmt: on"])


def packed(items: Iterable[str]) -> list[str]:
    """As many items a line as fit."""
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > WIDTH and line.strip():
            lines.append(line)
            line = "   "
        line += f" {item},"
    return [*lines, line]


def call(head: str, arguments: Sequence[str], indent: str = "", tail: str = "") -> str:
    """`head(a, b)tail` in one line where it fits, else with a line for each argument."""
    line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(line) <= WIDTH:
        return line
    inner = ", ".join(arguments)
    # The formatter tries all arguments on a line of their own first.
    if len(indent) + 4 + len(inner) <= WIDTH:
        return f"{indent}{head}(\n{indent}    {inner}\n{indent}){tail}"
    lines = [f"{indent}    {argument}," for argument in arguments]
    return "\n".join([f"{indent}{head}(", *lines, f"{indent}){tail}"])


def tupled(values: Sequence[str]) -> str:
    """A tuple of texts."""
    items = [literal(value) for value in values]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def mapping(values: Mapping[Hashable, object]) -> str:
    """A dictionary of plain values in one line."""
    return "{" + ", ".join(f"{literal(key)}: {literal(value)}" for key, value in values.items()) + "}"


def comment(text: str, indent: str = "") -> list[str]:
    """A comment in lines of the usual width; a line's end in `text` cannot end it."""
    plain = " ".join(text.split())
    return textwrap.wrap(
        plain, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_long_words=True
    )


def yaml(value: object) -> str:
    """A plain value as YAML writes it in one line; JSON is YAML."""
    if (
        isinstance(value, str)
        and value.isidentifier()
        and value.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    ):
        return value
    return json.dumps(value, ensure_ascii=True)


def rounded(value: float, digits: int = 2, *, up: bool) -> float:
    """`value` with so many significant digits, rounded up or down."""
    if value == 0 or not math.isfinite(value):
        return value
    number = Decimal(repr(value))
    step = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return float((number / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step)


def number(value: float) -> str:
    """A float without a useless `.0`."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))  # noqa: PLR2004
