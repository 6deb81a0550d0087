"""A file as a source: the same rows from every kind, and what it says where a file is not what it was."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from ringside.errors import SourceError, TaskError
from ringside.task import File

COLUMNS = {"id": "int64", "größe, cm": "float64", "when": "datetime", "shop": "str", "age": "Int64", "late": "boolean"}
HEAD = 'id,"größe, cm",when,shop,age,late\n'
ROWS = [
    '1,1.5,2024-01-31 23:59:59,"Smith, ""Sons"" & Co",31,true',
    "2,,2024-02-01,007,NA,false",
    '3,2e3,2024-02-29T12:00:00.25,"two\nlines",5.0,',
    "4,-1,2023-12-31,,0,TRUE",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a test works."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str | bytes, name: str = "rows.csv") -> str:
    """A file of the test's folder; its name."""
    content = text.encode() if isinstance(text, str) else text
    Path(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return name


def table() -> str:
    """Four rows with all that is awkward in a CSV file."""
    return HEAD + "\n".join(ROWS) + "\n"


def source(text: str | bytes | None = None, name: str = "rows.csv", **fields: object) -> File:
    """A source of such a file."""
    given = {"path": write(table() if text is None else text, name), "columns": COLUMNS} | fields
    return File(**given)


class TestKinds:
    """The kinds of file."""

    def test_keep_what_is_awkward(self):
        """Quotes, line ends, leading zeros, exponents and missing values are what they are."""
        frame = source().read("all")

        assert [str(kind) for kind in frame.dtypes] == ["int64", "float64", "datetime64[us]", "str", "Int64", "boolean"]
        assert frame["shop"].fillna("-").tolist() == ['Smith, "Sons" & Co', "007", "two\nlines", "-"]
        assert frame["age"].fillna(-1).tolist() == [31, -1, 5, 0]
        assert frame["late"].isna().tolist() == [False, False, True, False]
        assert frame["when"][2] == pd.Timestamp("2024-02-29 12:00:00.25")

    @pytest.mark.parametrize("name", ["r.csv.gz", "r.tsv", "r.parquet", "r.jsonl", "r.ndjson.gz", "R.CSV"])
    def test_answer_the_same_rows(self, name):
        """Whatever the file is, the frame is the same to the last bit."""
        expected = source().read("all")
        if "parquet" in name:
            expected.to_parquet(name)
        elif "json" in name:
            lines = expected.to_json(orient="records", lines=True, date_format="iso", date_unit="us")
            write(lines, name)
        else:
            write(expected.to_csv(index=False, sep="\t" if "tsv" in name else ","), name)

        pd.testing.assert_frame_equal(File(path=name, columns=COLUMNS).read("all"), expected)

    def test_may_have_blanks_around_what_is_missing(self):
        """Where a blank follows each comma, a text is missing by the same marks as a number; others keep theirs."""
        columns = {"id": "int64", "work": "str", "age": "Int64"}
        frame = source("id,work,age\n1, ?, ?\n2, State, 30\n3,  , 31\n", columns=columns, missing=["", "?"]).read("all")

        assert frame["work"].isna().tolist() == [True, False, True]
        assert frame["work"][1] == " State"
        assert frame["age"].isna().tolist() == [True, False, False]

    def test_can_be_written_otherwise(self):
        """Delimiter, encoding, formats of times and texts for missing values are said where they are not usual."""
        text = "id;when;name\n1;31.01.2024;Jürgen\n2;?;?\n".encode("latin-1")
        fields = {"formats": {"when": "%d.%m.%Y"}, "delimiter": ";", "encoding": "latin-1", "missing": ["?"]}
        frame = source(text, columns={"id": "int64", "when": "datetime", "name": "str"}, **fields).read("all")

        assert frame["when"].tolist() == [pd.Timestamp("2024-01-31"), pd.NaT]
        assert frame["name"][0] == "Jürgen"
        assert frame["name"].isna()[1]

    @pytest.mark.parametrize("name", ["rows.csv", "rows.tsv"])
    def test_have_a_name_for_the_names_of_rows(self, name):
        """R and pandas write them under no name; what else is called `unnamed` is not mixed up with them."""
        rows = '"",a\n"r1",1\n"r2",2\n'.replace(",", "\t" if name.endswith("tsv") else ",")
        frame = source(rows, name, columns={"unnamed": "str", "a": "int64"}).read("all")

        assert frame["unnamed"].tolist() == ["r1", "r2"]
        with pytest.raises(SourceError, match="lacks the column 'a'"):
            source('"",unnamed\n1,2\n', columns={"unnamed": "str", "a": "int64"}).read("all")

    def test_have_names_for_all_columns_without_one(self):
        """Spreadsheets write columns that were empty once; blanks around a name are none of it."""
        columns = {"a": "int64", "b": "str", "unnamed": "ignore", "unnamed_2": "ignore"}
        frame = source("a, b ,,\n1,x,,\n2,y,,\n", columns=columns).read("all")

        assert frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}

    def test_have_times_with_a_zone(self):
        """`datetime-utc` takes offsets, and text without one as UTC."""
        text = "when\n2024-01-31T23:00:00-02:00\n2024-01-31 23:00:00Z\n"
        frame = source(text, columns={"when": "datetime-utc"}).read("all")
        naive = source("when\n2024-02-01 01:00\n", columns={"when": "datetime-utc"}).read("all")

        assert str(frame.dtypes["when"]) == "datetime64[us, UTC]"
        assert frame["when"][0] == naive["when"][0]

    @pytest.mark.parametrize(("text", "unit"), [("1706742000", "seconds"), ("1706742000000", "milliseconds")])
    @pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
    def test_have_times_that_are_counted_since_1970(self, text, unit, name):
        """In UTC, whether the file has texts or numbers."""
        rows = f"when\n{text}\n" if name.endswith("csv") else f'{{"when": {text}}}\n'
        frame = source(rows, name, columns={"when": "datetime-utc"}, formats={"when": unit}).read("all")

        assert frame["when"].tolist() == [pd.Timestamp("2024-01-31 23:00", tz="UTC")]

    def test_leave_out_what_is_ignored(self):
        """A column that is ignored may hold anything, or lack."""
        columns = COLUMNS | {"age": "ignore", "nothing": "ignore"}

        assert list(source(columns=columns).read("all")) == [name for name in COLUMNS if name != "age"]


class TestPartitions:
    """How a file is divided."""

    @pytest.mark.parametrize(
        ("period", "names"),
        [
            ("month", ["2023-12", "2024-01", "2024-02"]),
            ("week", ["2023-W52", "2024-W05", "2024-W09"]),
            ("day", ["2023-12-31", "2024-01-31", "2024-02-01", "2024-02-29"]),
        ],
    )
    def test_follow_the_time(self, period, names):
        """A week is ISO's; each row is in one partition."""
        divided = source(time="when", partition_by=period)

        assert divided.partitions() == names
        assert sorted(number for name in names for number in divided.read(name)["id"]) == [1, 2, 3, 4]

    def test_follow_a_column(self):
        """The values of a column name the partitions."""
        divided = source("id,of\n1,b\n2,a\n3,b\n", columns={"id": "int64", "of": "str"}, partition_by="of")

        assert divided.partitions() == ["a", "b"]
        assert divided.read("b")["id"].tolist() == [1, 3]

    def test_may_be_a_column_that_is_called_as_a_period_is(self):
        """Without a column of times, `month` can only be the column."""
        text = "id,month\n1,2025-02\n2,2025-01\n3,2025-02\n"
        divided = source(text, columns={"id": "int64", "month": "str"}, partition_by="month")

        assert divided.partitions() == ["2025-01", "2025-02"]
        assert list(divided.read("2025-02")["id"]) == [1, 3]

    def test_number_the_rows(self):
        """Where nothing names a row, its place in the file does."""
        divided = source(time="when", partition_by="month", row_id="row")

        assert divided.read("2024-02")["row"].tolist() == [2, 3]

    def test_have_a_fingerprint_each(self):
        """New rows of one month change nothing of the others."""
        before = source(time="when", partition_by="month")
        old = {name: before.fingerprint(name) for name in before.partitions()}
        after = source(table() + "5,1,2024-02-03,x,1,true\n", time="when", partition_by="month")
        new = {name: after.fingerprint(name) for name in after.partitions()}

        assert [name for name in new if new[name] != old[name]] == ["2024-02"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("id,of\n1,../../x\n", "'../../x' in column 'of' is no name for a partition"),
            ("id,of\n1,\n2,a\n", "1 rows have no value in 'of'"),
        ],
    )
    def test_have_names_that_can_be_files(self, text, says):
        """A value that is a path, or none, is no name."""
        with pytest.raises(SourceError, match=says.replace(".", r"\.")):
            source(text, columns={"id": "int64", "of": "str"}, partition_by="of").partitions()

    def test_keep_the_order_of_numbers(self):
        """Numbers that would be sorted wrongly as names are refused."""
        with pytest.raises(SourceError, match="has the numbers 9 to 10"):
            source("of\n9\n10\n", columns={"of": "int64"}, partition_by="of").partitions()


class TestChanges:
    """A file that is no longer what source.py says."""

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("shop,age", "store,age", "lacks the column 'shop', and it has the column 'store'"),
            ("4,-1", "four,-1", "column 'id', row 4: 'four' is no int64"),
            ("4,-1", ",-1", "column 'id', row 4: there is no value, and int64 always has one (1 such rows)"),
            ("2e3", "2,5", "Expected 6 columns, got 7"),
            ("5.0", "5.5", "column 'age', row 3: '5.5' is no Int64"),
            ("TRUE", "maybe", "column 'late', row 4: 'maybe' is no boolean"),
            ("2024-02-01", "01/02/2024", "column 'when', row 2: '01/02/2024' is no datetime"),
            ("2024-02-01", "2024-02-01T00:00Z", "column 'when', row 2: '2024-02-01T00:00Z' is no datetime"),
            ("shop,age", "age,age", "has the column 'age' more than once"),
        ],
    )
    def test_are_named(self, old, new, says):
        """The error names the column, the row and the value."""
        with pytest.raises(SourceError) as caught:
            source(table().replace(old, new)).partitions()

        assert says in str(caught.value)
        assert not caught.value.unreadable

    def test_of_a_number_into_text_are_seen(self):
        """In JSON lines 7 and "7" are two things."""
        lines = [json.dumps({"id": "7"}), json.dumps({"id": 7})]
        with pytest.raises(SourceError, match="id"):
            source("\n".join(lines), "r.jsonl", columns={"id": "str"}).read("all")

    def test_of_a_time_that_lacks_are_counted(self):
        """Rows without a time are in no partition."""
        with pytest.raises(SourceError, match="1 rows have no time in 'when'"):
            source(table().replace("2024-02-01", ""), time="when").partitions()


class TestHalves:
    """A file of which a part is missing."""

    @pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.jsonl", "r.jsonl.gz", "r.parquet"])
    def test_are_refused(self, name):
        """A file that was cut in its middle is an error, never fewer rows."""
        frame = pd.DataFrame({"id": range(500), "text": [f"name {n}" for n in range(500)]})
        if name == "r.parquet":
            frame.to_parquet(name)
        else:
            lines = frame.to_csv(index=False) if "csv" in name else frame.to_json(orient="records", lines=True)
            write(lines[:4001] if "gz" not in name else lines, name)
        if name.endswith(("gz", "parquet")):
            Path(name).write_bytes(Path(name).read_bytes()[:-200])

        with pytest.raises(SourceError, match="not whole"):
            File(path=name, columns={"id": "int64", "text": "str"}).partitions()

    @pytest.mark.parametrize("text", ["", HEAD, "<html>503 Service Unavailable</html>\n"])
    def test_without_rows_are_refused(self, text):
        """So is a file that is empty, has only names, or is something else."""
        with pytest.raises(SourceError, match=r"no rows|not whole|changed in schema"):
            source(text).partitions()

    def test_that_lack_whole_are_unreadable(self):
        """A file that is not there cannot be had from here."""
        with pytest.raises(SourceError, match="there is no such file") as caught:
            File(path="no.csv", columns=COLUMNS).partitions()
        assert caught.value.unreadable


class TestFields:
    """What source.py may say."""

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"columns": {"id": "integer"}}, "'integer'"),
            ({"columns": {}}, "no column"),
            ({"time": "whence"}, "'whence'"),
            ({"partition_by": "month"}, "time"),
            ({"partition_by": "moon"}, "'moon'"),
            ({"row_id": "id"}, "row_id"),
            ({"formats": {"shop": "%d"}}, "no column of times"),
        ],
    )
    def test_are_checked_when_they_are_stated(self, fields, says):
        """A mistake is an error before anything is read."""
        with pytest.raises(TaskError, match=says):
            File(**({"path": "no.csv", "columns": COLUMNS} | fields))
