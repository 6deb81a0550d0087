"""Reading a report that anybody may have written, and writing our own.

A report comes from code that nobody reviewed. So it is refused unless all of it is as `ringside.report.model` says, and
nothing of a refused one is quoted but short names.
"""

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from ringside.errors import ReportError
from ringside.report.model import FORMAT, MAX_BYTES, Part, Report

MAX_DEPTH = 12
"""Brackets within brackets; a report has seven."""

AnyPart = TypeVar("AnyPart", bound=Part)

_WHERE = "report.json"
_MINE = "make it again with `ringside verdict` of this version of the machinery."
# The closing quote may be missing, so that no start fails and what is no JSON costs no more than what is.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_HARMLESS = re.compile(r"[^A-Za-z0-9_.-]")


def read_report(content: bytes) -> Report:
    """A report from its bytes.

    Args:
        content: UTF-8 JSON of at most `MAX_BYTES`.

    Raises:
        ReportError: it is too large, no JSON as the standard has it (a key twice, NaN, a lone surrogate), nested too
            deeply, of another format, or not what the model says.
    """
    return read_part(content, Report, most=MAX_BYTES)


def read_part(content: bytes, kind: type[AnyPart], *, most: int) -> AnyPart:
    """A document of the report's format from its bytes.

    Args:
        content: UTF-8 JSON.
        kind: what the document is.
        most: bytes that are read.

    Raises:
        ReportError: as `read_report`.
    """
    if len(content) > most:
        _refuse(f"it has more than the {most:,} bytes that are read")
    values = _parsed(content)
    if not isinstance(values, dict):
        _refuse("it is no JSON object")
    stated = values.get("format")
    if type(stated) is not int or stated != FORMAT:
        _refuse(f"it is not of format {FORMAT}, the one that this version reads")
    try:
        # From JSON and not from objects: in strict mode a list is no tuple, but JSON has no other word for one.
        return kind.model_validate_json(json.dumps(values))
    except ValidationError as error:
        _refuse(_problem(error))


def dump_report(report: Report) -> bytes:
    """The bytes of a report: keys in order, two spaces, one newline at the end; equal reports have equal bytes."""
    return dump_part(report)


def dump_part(part: Part) -> bytes:
    """The bytes of a document, as `dump_report`."""
    values = part.model_dump(mode="json")
    return (json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def _parsed(content: bytes) -> Any:  # noqa: ANN401  # what JSON holds
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    if _depth(text) > MAX_DEPTH:
        _refuse(f"it is nested more than {MAX_DEPTH} deep")
    try:
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        # An escaped half of a surrogate pair is JSON to Python, but no text.
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        _refuse("it holds half of a surrogate pair")
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        _refuse(f"it is not JSON ({reason[:80]})")
    return values


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside of strings."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _problem(error: ValidationError) -> str:
    """The first problem in one line; the place is cleaned, since a name of a field may be anybody's text."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    first = details[0]
    place = ".".join(_HARMLESS.sub("_", str(part))[:64] for part in first["loc"][:8])
    more = f", and {len(details) - 1:,} more" if len(details) > 1 else ""
    return f"`{place}` is not what the schema says ({first['type'].replace('_', ' ')}{more})"


def _refuse(found: str) -> NoReturn:
    raise ReportError(found, where=_WHERE, remedy=_MINE)
