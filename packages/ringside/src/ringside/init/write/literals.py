"""Names and values of the data as Python and YAML text, formatted as `ruff format` would.

Names and values are untrusted: write them into a file only as literals or by `comment`, never into a docstring.
"""

import json
import math
import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WIDTH = 120
_PACKED = 40
"""Longest list with one name a line; longer ones have many names a line and switch the formatter off."""


def literal(value: object) -> str:
    """Return a text, a number or a boolean as a Python literal, texts in double quotes."""
    if not isinstance(value, str):
        plain = value.item() if hasattr(value, "item") else value
        return repr(plain)
    written = repr(value)
    body, quote = written[1:-1], written[0]
    if quote == '"' or body.count('"') > body.count("\\'"):
        return written
    return '"' + body.replace("\\'", "'").replace('"', '\\"') + '"'


def listed(name: str, values: Sequence[str]) -> str:
    """Return `NAME = [...]` on one line, with one item a line, or packed if there are many items."""
    items = [literal(value) for value in values]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return line
    if len(items) <= _PACKED:
        return "\n".join([f"{name} = [", *(f"    {item}," for item in items), "]"])
    return "\n".join(["# fmt: off", f"{name} = [", *packed(items), "]", "# fmt: on"])


def packed(items: Iterable[str]) -> list[str]:
    """Return lines with as many items each as fit."""
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > WIDTH and line.strip():
            lines.append(line)
            line = "   "
        line += f" {item},"
    return [*lines, line]


def call(head: str, arguments: Sequence[str], indent: str = "", tail: str = "") -> str:
    """Return `head(a, b)tail` on one line if it fits, else with one argument a line."""
    line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(line) <= WIDTH:
        return line
    inner = ", ".join(arguments)
    # The formatter first tries to put all arguments on one line of their own.
    if len(indent) + 4 + len(inner) <= WIDTH:
        return f"{indent}{head}(\n{indent}    {inner}\n{indent}){tail}"
    lines = [f"{indent}    {argument}," for argument in arguments]
    return "\n".join([f"{indent}{head}(", *lines, f"{indent}){tail}"])


def tupled(values: Sequence[str]) -> str:
    """Return a tuple of texts as a Python literal."""
    items = [literal(value) for value in values]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def mapping(values: Mapping[Hashable, object]) -> str:
    """Return a dictionary of plain values as a Python literal on one line."""
    return "{" + ", ".join(f"{literal(key)}: {literal(value)}" for key, value in values.items()) + "}"


def comment(text: str, indent: str = "") -> list[str]:
    """Return a wrapped comment; line breaks in `text` become blanks, so that nothing escapes the comment."""
    plain = " ".join(text.split())
    return textwrap.wrap(
        plain, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_long_words=True
    )


def yaml(value: object) -> str:
    """Return a plain value as YAML on one line; JSON is valid YAML."""
    if (
        isinstance(value, str)
        and value.isidentifier()
        and value.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    ):
        return value
    return json.dumps(value, ensure_ascii=True)


def rounded(value: float, digits: int = 2, *, up: bool) -> float:
    """Return `value` rounded up or down to a number of significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    number = Decimal(repr(value))
    step = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return float((number / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step)


def number(value: float) -> str:
    """Return a float as text, without a trailing `.0`."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))  # noqa: PLR2004
