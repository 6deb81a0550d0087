"""The documents, as GitHub shows them."""

import pytest

import pages


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


class TestReadme:
    """README.md."""

    def test_is_short(self):
        """Who decides whether to copy the repository reads less than 150 lines."""
        assert len(pages.text_of("README.md").splitlines()) < 150
