"""The documents, as GitHub shows them."""

import re

import pytest

import pages

FROM_INDEX = re.compile(r"(?:pip3?|pipx|uv) (?:add|install)[^\n`]* ['\"]?ringside(?:-ml)?(?![\w./-])")
"""A command that takes the package, or another of its name, from an index."""
WRONG = (
    "pip install ringside",
    "uv pip install -U 'ringside-ml[compare]'",
    "uv add ringside",
    "pip install a ringside==1",
)


class TestTables:
    """A table of a document."""

    @pytest.mark.parametrize("page", pages.names())
    def test_has_rows_of_one_width(self, page):
        """No row has a cell more or less than the head, as a bare `|` within code would make."""
        wrong = [row for table in pages.tables(page) for row in table if pages.cells(row) != pages.cells(table[0])]

        assert wrong == []

    def test_could_be_found_wrong(self):
        """A `|` within code ends a cell, unless it is escaped."""
        assert pages.cells(r"| `a\|b` | c |") == 2
        assert pages.cells("| `a|b` | c |") == 3


class TestNames:
    """The names of the distribution."""

    @pytest.mark.parametrize("page", pages.names())
    def test_never_send_anybody_to_an_index(self, page):
        """On PyPI `ringside` is another project and `ringside-ml` is not there yet: no page installs them by name."""
        assert FROM_INDEX.findall(pages.text_of(page)) == []

    def test_could_be_found_wrong(self):
        """A command that names either of them would be seen."""
        assert [text for text in WRONG if not FROM_INDEX.search(text)] == []


class TestReadme:
    """README.md."""

    def test_is_short(self):
        """Who decides whether to copy the repository reads less than 150 lines."""
        assert len(pages.text_of("README.md").splitlines()) < 150
