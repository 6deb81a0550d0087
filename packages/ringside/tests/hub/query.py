"""GraphQL, as far as reading a query and answering it from dictionaries goes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()\[\]:!=$@|]')
_GENERAL = {"Node", "Actor", "RequestedReviewer", "Assignable"}
"""Types that more than one kind of thing has."""


@dataclass
class Selection:
    """A field, or a fragment that stands for several."""

    name: str
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: list["Selection"] = field(default_factory=list)
    kind: str = "field"
    """`field`, `spread` (of a named fragment), `inline`."""


@dataclass(frozen=True)
class _Variable:
    name: str


class Query:
    """A document with one operation, and its fragments."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"(?m)#.*$", "", text)
        self._tokens = _TOKEN.findall(text)
        self._at = 0
        self.kind = "query"
        self.fields: list[Selection] = []
        self.fragments: dict[str, Selection] = {}
        self.defaults: dict[str, Any] = {}
        while self._at < len(self._tokens):
            self._definition()

    def _next(self, wanted: str = "") -> str:
        token = self._tokens[self._at]
        assert wanted in {"", token}, f"{token} where {wanted} should be"
        self._at += 1
        return token

    def _is(self, token: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == token
        self._at += found
        return found

    def _definition(self) -> None:
        if self._is("{"):
            self._at -= 1
            self.fields = self._selections()
        elif (word := self._next()) == "fragment":
            name = self._next()
            self._next("on")
            self.fragments[name] = Selection(self._next(), kind="inline", fields=self._selections())
        else:
            self.kind = word
            if self._tokens[self._at] not in {"{", "("}:
                self._next()
            if self._is("("):
                while not self._is(")"):
                    self._declaration()
            self.fields = self._selections()

    def _declaration(self) -> None:
        self._next("$")
        name = self._next()
        self._next(":")
        while self._tokens[self._at] not in {"$", ")", "="}:
            self._next()
        if self._is("="):
            self.defaults[name] = self._value()

    def _selections(self) -> list[Selection]:
        self._next("{")
        found = []
        while not self._is("}"):
            found.append(self._selection())
        return found

    def _selection(self) -> Selection:
        if self._is("..."):
            if self._is("on"):
                return Selection(self._next(), kind="inline", fields=self._selections())
            return Selection(self._next(), kind="spread")
        name = self._next()
        one = Selection(name, name)
        if self._is(":"):
            one.name = self._next()
        if self._is("("):
            while not self._is(")"):
                key = self._next()
                self._next(":")
                one.arguments[key] = self._value()
        if self._tokens[self._at] == "{":
            one.fields = self._selections()
        return one

    def _value(self) -> Any:
        word = self._next()
        if word == "$":
            return _Variable(self._next())
        if word == "[":
            found = []
            while not self._is("]"):
                found.append(self._value())
            return found
        if word == "{":
            pairs = {}
            while not self._is("}"):
                key = self._next()
                self._next(":")
                pairs[key] = self._value()
            return pairs
        return json.loads(word) if word[0] in '"-0123456789' or word in {"true", "false", "null"} else word

    def answer(self, root: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """What is selected from `root`, whose values may be functions of the arguments; unknown fields are null."""
        return self._select(root, self.fields, self.defaults | variables)

    def _select(self, thing: dict[str, Any], fields: list[Selection], variables: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self._flat(thing, fields):
            value = thing.get(one.name)
            if callable(value):
                value = value({key: _filled(given, variables) for key, given in one.arguments.items()})
            found[one.alias] = self._shown(value, one, variables)
        return found

    def _shown(self, value: Any, one: Selection, variables: dict[str, Any]) -> Any:
        if isinstance(value, list):
            return [self._shown(item, one, variables) for item in value]
        return self._select(value, one.fields, variables) if isinstance(value, dict) and one.fields else value

    def _flat(self, thing: dict[str, Any], fields: list[Selection]) -> Iterator[Selection]:
        for one in fields:
            if one.kind == "field":
                yield one
                continue
            part = self.fragments[one.name] if one.kind == "spread" else one
            if part.name in {*_GENERAL, thing.get("__typename", part.name)}:
                yield from self._flat(thing, part.fields)


def _filled(value: Any, variables: dict[str, Any]) -> Any:
    if isinstance(value, _Variable):
        return variables.get(value.name)
    if isinstance(value, dict):
        return {key: _filled(item, variables) for key, item in value.items()}
    return [_filled(item, variables) for item in value] if isinstance(value, list) else value
