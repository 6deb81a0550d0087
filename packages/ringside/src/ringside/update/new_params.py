"""Adds new keys of the template's params.yaml to yours as lines, so that your comments and values do not move."""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

_OPEN = (("train",), ("task",), ("policy", "guardrails"), ("policy", "floors"))
"""Sections with names of the sample's own; no key below them belongs to Ringside."""

_Path = tuple[str, ...]


class NewKeys(NamedTuple):
    """New and removed keys of the template's params.yaml."""

    text: str
    """Your params.yaml with the keys that it lacked, as the template has them."""
    added: list[str]
    told: list[str]
    """New keys that could not be added without a change of other lines."""
    gone: list[str]
    """Your keys that the template no longer has."""


def new_keys(ours: str, before: str, after: str) -> NewKeys:
    """Add the new keys of the template's params.yaml to yours.

    Args:
        ours: your file.
        before: the template's file at the base of your repository.
        after: the template's file now.
    """
    mine, old, new = (_content(text) for text in (ours, before, after))
    text, added, told = ours, [], []
    for path in _new(old, new):
        if _at(mine, path) is not None or _has(mine, path):
            continue
        longer, expected = _inserted(text, after, path), _with(mine, path, _at(new, path))
        if longer is not None and _content(longer) == expected:
            text, mine = longer, expected
            added.append(".".join(path))
        else:
            told.append(".".join(path))
    gone = [".".join(path) for path in _new(new, old) if _has(mine, path)]
    return NewKeys(text, added, told, gone)


def _content(text: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}


def _new(before: dict[str, Any], after: dict[str, Any], above: _Path = ()) -> Iterator[_Path]:
    """Yield the highest keys of `after` that `before` lacks."""
    for key, value in after.items():
        path = (*above, str(key))
        if path in _OPEN:
            continue
        if key not in before:
            yield path
        elif isinstance(value, dict) and isinstance(before[key], dict):
            yield from _new(before[key], value, path)


def _has(content: dict[str, Any], path: _Path) -> bool:
    inner = _at(content, path[:-1]) if len(path) > 1 else content
    return isinstance(inner, dict) and path[-1] in inner


def _at(content: Any, path: _Path) -> Any:  # noqa: ANN401  # YAML
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _with(content: dict[str, Any], path: _Path, value: object) -> dict[str, Any]:
    """Return the content with one more key; unchanged if there is no mapping to add it to."""
    grown = copy.deepcopy(content)
    inner = _at(grown, path[:-1]) if len(path) > 1 else grown
    if isinstance(inner, dict):
        inner[path[-1]] = value
    return grown


def _inserted(ours: str, theirs: str, path: _Path) -> str | None:
    """Return your text with the template's lines of one key at the end of its section; None if that is impossible."""
    section, source = _node(ours, path[:-1]), _node(theirs, path[:-1])
    if section is None or source is None or section.flow_style or not section.value:
        return None
    lines, block = ours.splitlines(), _block(theirs, source, path[-1])
    if len(path) == 1:
        return "\n".join([*lines, "", *block]) + "\n"
    at = _last_line(section) + 1
    # A more indented line after a value is its comment.
    while at < len(lines) and lines[at].lstrip().startswith("#") and _indent(lines[at]) > section.start_mark.column:
        at += 1
    shift = section.start_mark.column - source.start_mark.column
    moved = [" " * shift + line if shift >= 0 else line[-shift:] for line in block]
    return "\n".join([*lines[:at], *moved, *lines[at:]]) + "\n"


def _node(text: str, path: _Path) -> yaml.MappingNode | None:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return node if isinstance(node, yaml.MappingNode) else None


def _block(text: str, section: yaml.MappingNode, key: str) -> list[str]:
    """Return the lines of a key, with the comments that belong to it."""
    lines = text.splitlines()
    name, value = next((name, value) for name, value in section.value if name.value == key)
    first, last, column = name.start_mark.line, _last_line(value), name.start_mark.column
    while first and lines[first - 1].lstrip().startswith("#") and _indent(lines[first - 1]) == column:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].lstrip().startswith("#") and _indent(lines[last + 1]) > column:
        last += 1
    return lines[first : last + 1]


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a value; the end mark of a block is at the start of the next one."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        end = node.end_mark
        return int(end.line if end.column else max(end.line - 1, node.start_mark.line))
    child = node.value[-1]
    return _last_line(child[1] if isinstance(child, tuple) else child)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
