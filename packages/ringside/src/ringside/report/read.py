"""Reading and writing of reports.

A report comes from unreviewed code. It is refused unless all of it matches `ringside.report.model`, and error messages
quote only short names from it.
"""

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from ringside.errors import ReportError
from ringside.report.model import FORMAT, MAX_BYTES, Part, Report

MAX_DEPTH = 12
"""Maximum depth of nested brackets; a report has seven."""

AnyPart = TypeVar("AnyPart", bound=Part)

_WHERE = "report.json"
_MINE = "create it again with `ringside verdict` of this version of the package."
# The closing quote is optional, so that invalid JSON takes no longer than valid JSON.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_HARMLESS = re.compile(r"[^A-Za-z0-9_.-]")


def read_report(content: bytes) -> Report:
    """Read a report from its bytes.

    Args:
        content: UTF-8 JSON of at most `MAX_BYTES`.

    Returns:
        The checked report.

    Raises:
        ReportError: It is too large, not standard JSON (a repeated key, NaN, a lone surrogate), nested too deeply, of
            another format, or contradicts the model.
    """
    return read_part(content, Report, most=MAX_BYTES)


def read_part(content: bytes, kind: type[AnyPart], *, most: int) -> AnyPart:
    """Read a document of the report's format from its bytes.

    Args:
        content: UTF-8 JSON.
        kind: The model class of the document.
        most: Maximum size in bytes.

    Returns:
        The checked document.

    Raises:
        ReportError: As in `read_report`.
    """
    if len(content) > most:
        _refuse(f"it is larger than {most:,} bytes")
    values = _parsed(content)
    if not isinstance(values, dict):
        _refuse("it is not a JSON object")
    stated = values.get("format")
    if type(stated) is not int or stated != FORMAT:
        _refuse(f"its format is not {FORMAT}, the only one that this version reads")
    try:
        # From JSON, because strict mode refuses a Python list for a tuple.
        return kind.model_validate_json(json.dumps(values))
    except ValidationError as error:
        _refuse(_problem(error))


def dump_report(report: Report) -> bytes:
    """Return the bytes of a report: sorted keys, two spaces, a final newline; equal reports have equal bytes."""
    return dump_part(report)


def dump_part(part: Part) -> bytes:
    """Return the bytes of a document, as in `dump_report`."""
    values = part.model_dump(mode="json")
    return (json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def _parsed(content: bytes) -> Any:  # noqa: ANN401  # any JSON value
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    if _depth(text) > MAX_DEPTH:
        _refuse(f"it is nested more than {MAX_DEPTH} deep")
    try:
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        # Python accepts an escaped half of a surrogate pair, which is not valid text.
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        _refuse("it contains half of a surrogate pair")
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        _refuse(f"it is not JSON ({reason[:80]})")
    return values


def _depth(text: str) -> int:
    """Return the maximum depth of nested brackets outside of strings."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key occurs twice")
    return values


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _problem(error: ValidationError) -> str:
    """Return the first problem in one line; the field name is cleaned, because it can be any text."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    first = details[0]
    place = ".".join(_HARMLESS.sub("_", str(part))[:64] for part in first["loc"][:8])
    more = f", and {len(details) - 1:,} more" if len(details) > 1 else ""
    return f"`{place}` contradicts the schema ({first['type'].replace('_', ' ')}{more})"


def _refuse(message: str) -> NoReturn:
    raise ReportError(message, where=_WHERE, remedy=_MINE)
