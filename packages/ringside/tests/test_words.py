"""The words of the package: how docstrings begin, and which words are no longer used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pages
from harness import PACKAGE, PROJECT

FILES = sorted((PACKAGE / "src").rglob("*.py"))
STAND_INS = re.compile(r"(?:That|What|Who|Whether|Where|As)\b")
"""Words that stand in for a noun or a verb at the start of a sentence."""
RETIRED_NAMES = {"bout", "corner", "Corner", "Bout", "Met", "Facts", "Hold", "hold", "machinery", "harbour", "is_asked"}
"""Identifiers that have a plainer name: evaluation, rival loader, release metadata, promotion freeze, package."""
RETIRED_WORDS = re.compile(r"\b(?:bout|corner|harbour|machinery)s?\b", re.IGNORECASE)


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a file, those of attributes and constants included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for statement in node.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield str(statement.value.value)


def names(path: Path) -> set[str]:
    """The names that a file defines: of functions, classes, arguments and variables."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


class TestDocstrings:
    """How they begin."""

    def test_begin_with_a_verb_or_a_noun(self):
        """No docstring begins with a word such as That or Whether: it says "Return whether"."""
        wrong = [(path.name, text[:60]) for path in FILES for text in docstrings(path) if STAND_INS.match(text)]

        assert wrong == []

    def test_that_begin_otherwise_would_be_found(self, tmp_path):
        """The rule is able to fail, also for the docstring of a constant."""
        path = tmp_path / "module.py"
        path.write_text('LIMIT = 3\n"""Where it ends."""\n')

        assert [text for text in docstrings(path) if STAND_INS.match(text)] == ["Where it ends."]


class TestNames:
    """The identifiers of the package."""

    def test_are_the_words_of_the_field(self):
        """None of the retired names is defined again."""
        assert {path.name: found for path in FILES if (found := names(path) & RETIRED_NAMES)} == {}

    def test_of_the_retired_list_would_be_found(self, tmp_path):
        """The rule is able to fail."""
        path = tmp_path / "module.py"
        path.write_text("def hold(corner):\n    bout = corner\n    return bout\n")

        assert names(path) & RETIRED_NAMES == {"hold", "corner", "bout"}


class TestProse:
    """The pages."""

    @pytest.mark.parametrize("page", pages.names())
    def test_has_no_retired_word(self, page):
        """The pages say evaluation, rival, sample data and package."""
        assert RETIRED_WORDS.findall((PROJECT / page).read_text(encoding="utf-8")) == []
