"""How a file writes its numbers, found by `init`, and read so by the source that it writes."""

from pathlib import Path

import pytest

from ringside.init.infer.look import look_at_file
from ringside.task import File

MANY = 40


def file(folder: Path, *columns: list[str], delimiter: str = ";") -> Path:
    """A CSV file with columns a, b, ..., each of whose values is repeated."""
    rows = [[column[row % len(column)] for column in columns] for row in range(MANY)]
    lines = [delimiter.join("abcdef"[: len(columns)]), *(delimiter.join(f'"{value}"' for value in row) for row in rows)]
    path = folder / "odd.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class TestFound:
    """What is found of a file is how the source that `init` writes reads it."""

    @pytest.mark.parametrize(
        ("texts", "delimiter", "marks", "values"),
        [
            (["1,5", "20,25"], ";", {"decimal": ","}, [1.5, 20.25]),
            (["1.234,56", "7,5"], ";", {"decimal": ",", "thousands": "."}, [1234.56, 7.5]),
            (["1,234.56", "7.5"], ",", {"thousands": ","}, [1234.56, 7.5]),
            (["1,234", "7"], ",", {"thousands": ","}, [1234, 7]),
            (["1,234", "7"], ";", {"decimal": ","}, [1.234, 7.0]),
            (["1'234.5", "7.25"], ",", {"thousands": "'"}, [1234.5, 7.25]),
            (["1\u202f234,5", "7,25"], ";", {"decimal": ",", "thousands": "\u202f"}, [1234.5, 7.25]),
            (["-1,5e3", "+2,5"], ";", {"decimal": ","}, [-1500.0, 2.5]),
            (["1.5", "2"], ";", {}, [1.5, 2.0]),
            (["$1,234.50", "-$7.25"], ",", {"thousands": ",", "signs": {"a": "$"}}, [1234.5, -7.25]),
            (
                ["1.234,56\u00a0€", "7,5 €"],
                ";",
                {"decimal": ",", "thousands": ".", "signs": {"a": "€"}},
                [1234.56, 7.5],
            ),
            (["12%", "7 %"], ",", {"signs": {"a": "%"}}, [12, 7]),
            (["USD 1.5", "USD -2"], ",", {"signs": {"a": "USD"}}, [1.5, -2.0]),
        ],
        ids=[
            "comma",
            "point-comma",
            "comma-point",
            "thousands",
            "fraction",
            "swiss",
            "french",
            "signs",
            "plain",
            "dollar",
            "euro",
            "percent",
            "code",
        ],
    )
    def test_is_read_so(self, tmp_path, texts, delimiter, marks, values):
        """The marks are told, only where they are not the usual ones; a whole number stays one."""
        path = file(tmp_path, texts, ["x", "y"], delimiter=delimiter)
        seen = look_at_file(path)
        asked = {key: value for key, value in seen.options.items() if key in ("decimal", "thousands", "signs")}
        said = {key: value for key, value in seen.options.items() if key != "formats"}
        source = File(path=str(path), columns={name: column.type for name, column in seen.columns.items()}, **said)

        assert asked == marks
        assert seen.columns["a"].type == ("Int64" if isinstance(values[0], int) else "float64")
        assert list(seen.frame["a"].head(2)) == values
        assert list(source.read("all")["a"].head(2)) == values

    @pytest.mark.parametrize("other", ["€7", "7", "$x"])
    def test_needs_the_sign_at_each(self, tmp_path, other):
        """Dollars beside euros, or beside nothing, stay texts."""
        seen = look_at_file(file(tmp_path, ["$5", other], ["x", "y"]))

        assert (seen.columns["a"].type, seen.options.get("signs")) == ("str", None)

    def test_keeps_the_sign_where_the_rest_is_no_number_here(self, tmp_path):
        """Where another column has 1.5, $1.234,56 stays the text that it is."""
        seen = look_at_file(file(tmp_path, ["$1.234,56", "$9,5"], ["1.5", "2.25"]))

        assert list(seen.frame["a"].head(2)) == ["$1.234,56", "$9,5"]
        assert "signs" not in seen.options

    def test_leaves_plain_columns_what_they_are(self, tmp_path):
        """Where another column has 1.5, a point is no mark between thousands, and 1.234,56 stays a text."""
        seen = look_at_file(file(tmp_path, ["1.234,56", "9,5"], ["1.5", "2.25"]))

        assert {name: column.type for name, column in seen.columns.items()} == {"a": "str", "b": "float64"}
        assert seen.columns["a"].like_numbers
        assert "decimal" not in seen.options

    def test_takes_a_comma_beside_points_where_none_parts_thousands(self, tmp_path):
        """Some programs write one column with a comma and the next with a point: both are numbers."""
        seen = look_at_file(file(tmp_path, ["1,5", "22,75"], ["1.5", "2.25"]))

        assert {name: column.type for name, column in seen.columns.items()} == {"a": "float64", "b": "float64"}
        assert list(seen.frame["a"].head(2)) == [1.5, 22.75]

    @pytest.mark.parametrize(
        "texts", [["12 %", "7 %"], ["01.02.2024", "13.02.2024"], ["1.2.3", "1.10.0"], ["a1", "b2"]]
    )
    def test_is_nothing_where_texts_are_no_numbers(self, tmp_path, texts):
        """Shares, days, versions and names are read as they were."""
        assert not {"decimal", "thousands"} & set(look_at_file(file(tmp_path, texts)).options)

    def test_counts_missing_values_for_nothing(self, tmp_path):
        """An empty cell is neither form."""
        seen = look_at_file(file(tmp_path, ["1,5", "", "NA"]))

        assert seen.columns["a"].type == "float64"
        assert seen.columns["a"].missing > 0
