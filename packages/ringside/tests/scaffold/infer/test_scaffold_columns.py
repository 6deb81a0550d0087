"""What `init` finds in a column."""

import datetime as dt
import decimal

import pandas as pd
import pytest

from ringside.errors import UsageError
from ringside.init.infer.columns import typed
from ringside.init.infer.look import look_at_file, look_at_folder


def kind(values, name="column"):
    """The type of a column of these values."""
    return typed(pd.DataFrame({name: pd.Series(values)}))[1][name].type


class TestTypes:
    """The type that a column's values have."""

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (["1", "-2", None], "Int64"),
            (["1", "2.5"], "float64"),
            (["1e5", "-.5"], "float64"),
            (["007", "123"], "str"),
            (["01067", "2.5"], "str"),
            (["true", "False"], "boolean"),
            (["yes", "no"], "str"),
            (["yes", "Yes", "NO"], "boolean"),
            (["yes", "Yes", "maybe"], "str"),
            (["2025-01-31", "2025-02-01"], "datetime"),
            (["2025-01-31 10:00", "2025-02-01 11:30:15.5"], "datetime"),
            (["2025-01-31T10:00:00Z", "2025-02-01T10:00:00+02:00"], "datetime-utc"),
            (["2025-02-31", "2025-01-01"], "str"),
            (["31.01.2025", "1.2.2025"], "datetime"),
            (["1/13/2025 9:05", "12/1/2025 23:00"], "datetime"),
            (["1/13/2025 9:05 AM", "1/2/2025 11:30 pm"], "datetime"),
            (["13.01.25", "1.2.25"], "datetime"),
            (["1.2.2025", "3.4.2025"], "datetime"),
            (["13-01-2025", "01-02-2025"], "datetime"),
            (["15-Jan-2025", "1-feb-2025"], "datetime"),
            (["Jan 15, 2025", "Feb 1, 2025"], "datetime"),
            (["2025-1-5", "2025-11-05"], "datetime"),
            (["99999999999999999999", "1"], "float64"),
            ([1.0, 2.0, None], "Int64"),
            ([1.5, None], "float64"),
            ([decimal.Decimal("1.5"), decimal.Decimal(2)], "float64"),
            ([dt.date(2025, 1, 1), dt.date(2025, 1, 2)], "datetime"),
            ([{"a": 1}, None], "ignore"),
            ([None, None], "ignore"),
        ],
    )
    def test_is_the_narrowest_that_holds_all_values(self, values, expected):
        """Codes with zeros in front stay texts, and so does a day that there is not."""
        assert kind(values) == expected

    def test_is_text_where_a_day_fits_two_forms(self):
        """Whether 1/2/2025 is in January or in February, nobody can tell."""
        assert kind(["1/2/2025", "3/4/2025"]) == "str"
        assert kind(["1/2/2025", "30/4/2025"]) == "datetime"
        assert typed(pd.DataFrame({"day": ["1/2/2025", "3/4/2025"]}))[1]["day"].like_times

    @pytest.mark.parametrize(
        ("name", "values", "expected"),
        [
            ("timestamp", ["1735689600", "1738368000"], "datetime-utc"),
            ("created_at", [1735689600123, None, 1738368000000], "datetime-utc"),
            ("timestamp", ["12", "1738368000"], "Int64"),
            ("phone", ["1735689600", "1738368000"], "Int64"),
        ],
    )
    def test_is_a_time_where_the_name_says_so_and_seconds_are_counted(self, name, values, expected):
        """Seconds or milliseconds since 1970, of this time; a number of ten digits alone is none."""
        assert kind(values, name) == expected


class TestFacts:
    """What else is known of a column."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("id", True), ("customer_id", True), ("customerId", True), ("paid", False), ("valid", False), ("Nr", True)],
    )
    def test_say_whether_its_name_is_an_identifier_s(self, name, expected):
        """`paid` ends with the letters of `id` and is none."""
        column = typed(pd.DataFrame({name: [1, 2]}))[1][name]

        assert column.named_like_identifier is expected

    @pytest.mark.parametrize(
        ("values", "expected"), [([7002, 7000, 7001], True), ([5, 900, 33], False), ([52012, 98123, 10333], True)]
    )
    def test_say_whether_numbers_were_given_to_tell_rows_apart(self, values, expected):
        """Those that go on without a gap, or all have as many digits, were; other numbers are quantities."""
        assert typed(pd.DataFrame({"customer": values}))[1]["customer"].names_rows is expected


class TestFiles:
    """Data as files hold them."""

    def test_of_text_tell_their_delimiter_encoding_and_marks(self, tmp_path):
        """What a source has to be told is found: a semicolon, an old encoding, and a question mark for no value."""
        path = tmp_path / "odd.csv"
        path.write_bytes("größe;n\n1,5;1\n2,5;?\n".encode("cp1252"))

        found = look_at_file(path)

        assert (found.options["delimiter"], found.options["encoding"]) == (";", "cp1252")
        assert "?" in found.options["missing"]
        assert found.columns["n"].type == "Int64"
        assert found.columns["größe"].type == "float64"
        assert found.options["decimal"] == ","

    @pytest.mark.parametrize("content", ["a;b\r1;2\r", '"a;x\ny";b\n1;2\n', '"a\r,";b\n1;2\n'])
    def test_of_text_tell_their_delimiter_by_the_whole_first_row(self, tmp_path, content):
        """Lines may end as on an old Mac, and a name may go over several lines."""
        path = tmp_path / "rows.csv"
        path.write_bytes(content.encode())

        assert look_at_file(path).options["delimiter"] == ";"

    def test_of_text_are_looked_at_to_the_end(self, tmp_path):
        """The first accent may be far down: what is no UTF-8 there is the old encoding, in a folder as well."""
        for name, last in (("2025-01", "Moller"), ("2025-02", "Möller")):
            rows = "".join(f"{number},Meier\n" for number in range(20_000))
            (tmp_path / f"{name}.csv").write_bytes(f"n,who\n{rows}7,{last}\n".encode("cp1252"))

        found = look_at_folder(tmp_path)

        assert found.options["encoding"] == "cp1252"
        assert "Möller" in set(found.frame["who"])

    def test_of_a_folder_may_be_of_several_kinds(self, tmp_path):
        """A Parquet file beside CSV files has the same columns, in the types that both can have."""
        frame = pd.DataFrame({"n": [1, 2], "x": [0.5, 1.5], "when": pd.to_datetime(["2025-01-01", "2025-01-02"])})
        frame.to_csv(tmp_path / "2025-01.csv", index=False)
        frame.to_parquet(tmp_path / "2025-02.parquet", index=False)

        columns = look_at_folder(tmp_path).columns

        assert {name: column.type for name, column in columns.items()} == {
            "n": "Int64",
            "x": "float64",
            "when": "datetime",
        }

    @pytest.mark.parametrize(
        ("name", "says"),
        [("book.xlsx", "save the sheet"), ("rows.json", "one object per line"), ("rows.txt", "rename it to .csv")],
    )
    def test_of_another_kind_are_refused_with_a_way_out(self, tmp_path, name, says):
        """People have spreadsheets: the error says how one becomes a file that can be read."""
        (tmp_path / name).write_bytes(b"PK")

        with pytest.raises(UsageError, match=says):
            look_at_file(tmp_path / name)

    def test_in_folders_of_a_folder_are_found_and_refused(self, tmp_path):
        """The error says where they are, and what to call them."""
        (tmp_path / "year=2025" / "month=01").mkdir(parents=True)
        (tmp_path / "year=2025" / "month=01" / "part-0.parquet").write_bytes(b"")

        with pytest.raises(UsageError, match=r"year=2025/month=01/part-0\.parquet as 2025-01\.parquet"):
            look_at_folder(tmp_path)

    def test_of_json_keep_times_as_the_source_will_see_them(self, tmp_path):
        """Arrow drops the zone of a time in JSON; the column has one all the same."""
        path = tmp_path / "rows.jsonl"
        path.write_text('{"t": "2025-01-01T10:00:00Z", "x": 1}\n{"t": "2025-01-02T10:00:00Z", "x": 2}\n')

        assert look_at_file(path).columns["t"].type == "datetime-utc"

    def test_of_a_folder_are_its_partitions(self, tmp_path):
        """Each row knows the file that it is from."""
        for month in ("2025-01", "2025-02"):
            (tmp_path / f"{month}.csv").write_text("x,y\n1,2\n3,4\n")

        found = look_at_folder(tmp_path)

        assert list(found.partition) == ["2025-01", "2025-01", "2025-02", "2025-02"]
