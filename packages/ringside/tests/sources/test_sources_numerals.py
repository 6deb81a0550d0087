"""Numbers of text files, with the marks that a task states."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringside.errors import SourceError, TaskError
from ringside.sources.numerals import DECIMALS, THOUSANDS, Numerals, without_sign
from ringside.task import File

STYLES = [Numerals(decimal, mark) for decimal in DECIMALS for mark in THOUSANDS if mark != decimal]


def texts(*values: str | None) -> pa.ChunkedArray:
    """A column of texts."""
    return pa.chunked_array([pa.array(values, pa.string())])


class TestPlain:
    """`Numerals.plain`."""

    @given(number=st.decimals(-(10**9), 10**9, places=3), style=st.sampled_from(STYLES))
    def test_is_the_number_that_was_written(self, number, style):
        """Whatever the marks, what is written with them is read back."""
        whole, _, fraction = f"{number:,.3f}".partition(".")
        written = whole.replace(",", style.thousands) + style.decimal + fraction

        assert style.plain(texts(written, None)).to_pylist() == [f"{number:.3f}", None]

    @pytest.mark.parametrize(
        ("style", "text"),
        [
            (Numerals(",", "."), "1.5"),
            (Numerals(",", "."), "12.34,5"),
            (Numerals(".", ","), "1,5"),
            (Numerals(".", ","), "1,234,56"),
            (Numerals(",", ""), "1.234,5"),
            (Numerals(",", " "), "1 23"),
            (Numerals(",", "."), "x"),
        ],
    )
    def test_refuses_what_is_written_otherwise(self, style, text):
        """No 1.5 becomes 15 in silence."""
        with pytest.raises(ValueError, match="not written like this"):
            style.plain(texts("1", text))

    @pytest.mark.parametrize("marks", [(",", ","), (".", "."), (";", ""), (".", "x")])
    def test_is_no_way_to_write(self, marks):
        """Two marks that are one, and marks that nobody uses, are refused."""
        with pytest.raises(TaskError, match="no way to write numbers"):
            Numerals(*marks)


class TestSigns:
    """`without_sign`."""

    @pytest.mark.parametrize(
        ("text", "sign", "number"),
        [
            ("$5", "$", "5"),
            ("-$ 5", "$", "-5"),
            ("$-5", "$", "-5"),
            ("5\u202f%", "%", "5"),
            ("CHF 1'000", "CHF", "1'000"),
        ],
    )
    def test_leaves_the_number(self, text, sign, number):
        """Before or after it, with or without a blank, and whichever comes first of sign and minus."""
        assert without_sign(texts(text, None), sign).to_pylist() == [number, None]

    @pytest.mark.parametrize("text", ["5", "€5", "$", "5 USD"])
    def test_must_be_there(self, text):
        """No euro becomes a dollar."""
        with pytest.raises(ValueError, match="without"):
            without_sign(texts("$5", text), "$")

    @pytest.mark.parametrize("signs", [{"sum": "?"}, {"name": "$"}, {"nothing": "$"}])
    def test_are_of_columns_of_numbers(self, signs):
        """A sign that is none, and one of a column of texts or of none, is an error in source.py."""
        source = File(path="sales.csv", columns={"sum": "float64", "name": "str"})

        with pytest.raises(TaskError, match="cannot have"):
            replace(source, signs=signs)


class TestFile:
    """A file of a task that states its marks."""

    def test_says_where_the_currency_changed(self, tmp_path, monkeypatch):
        """A euro among dollars is a change of the source."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "sales.csv").write_text('id,sum\n1,"$1,234.50"\n2,€7\n', encoding="utf-8")
        source = File(path="sales.csv", thousands=",", signs={"sum": "$"}, columns={"id": "int64", "sum": "float64"})

        with pytest.raises(SourceError, match=r"column 'sum', row 2: '€7' is no float64"):
            source.read("all")

    def test_names_the_row_that_is_written_otherwise(self, tmp_path, monkeypatch):
        """The error has column, row and value, and nothing was read."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "sales.csv").write_text("id;sum\n1;1.234,56\n2;7,5\n3;1.5\n", encoding="utf-8")
        fields = {"columns": {"id": "int64", "sum": "float64"}, "delimiter": ";"}
        source = File(path="sales.csv", decimal=",", thousands=".", **fields)

        with pytest.raises(SourceError, match=r"column 'sum', row 3: '1\.5' is no float64"):
            source.read("all")
