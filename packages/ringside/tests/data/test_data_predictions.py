"""Predictions that any tool made, read and brought to the same rows."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringside.data.alignment import pair
from ringside.data.predictions import PredictionColumns, read
from ringside.errors import DataError, UsageError

PLAIN = PredictionColumns(y="y", prediction="p")
BY_ID = PredictionColumns(y="y", prediction="p", on=("id",))


@pytest.fixture
def file(tmp_path):
    """Writes a file and answers its path; lines are CSV, a dictionary is Parquet."""

    def write(name, content):
        path = tmp_path / name
        if isinstance(content, dict):
            pq.write_table(pa.table(content), path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def paired(file):
    """Writes an old and a new CSV file and pairs them."""

    def both(old, new, columns=BY_ID, kind="binary", **options):
        files = [read(file(f"{name}.csv", text), kind, columns) for name, text in (("old", old), ("new", new))]
        return pair(*files, **options)

    return both


class TestRead:
    """One file."""

    @pytest.mark.parametrize("labels", [("0", "1"), ("false", "true"), ("False", "TRUE"), ("0.0", "1.0")])
    def test_takes_labels_in_several_writings(self, file, labels):
        """0 and 1 may be written as numbers or as truth values."""
        found = read(file("a.csv", f"y,p\n{labels[0]},0.25\n{labels[1]},1\n"), "binary", PLAIN)

        assert (found.y.tolist(), found.values.tolist()) == ([0, 1], [0.25, 1])

    @pytest.mark.parametrize("y", [[False, True], [0, 1], [0.0, 1.0], ["0", "1"]])
    def test_takes_parquet_of_any_type(self, file, y):
        """The same labels, whatever their type in the file."""
        found = read(file("a.parquet", {"y": y, "p": pa.array([0.25, 1], pa.float32())}), "binary", PLAIN)

        assert (found.y.tolist(), found.values.tolist()) == ([0, 1], [0.25, 1])

    def test_knows_parquet_by_its_bytes(self, file):
        """The name of a file says nothing."""
        assert read(file("a.csv", {"y": [0, 1], "p": [0.5, 0.5]}), "binary", PLAIN).y.tolist() == [0, 1]

    def test_keeps_the_zeros_of_an_identity(self, file):
        """007 and 7 are two rows."""
        found = read(file("a.csv", "id,y,p\n007,0,0.1\n7,1,0.2\n"), "binary", BY_ID)

        assert set(found.on[0].names) == {"007", "7"}

    def test_makes_missing_predictions_nan(self, file):
        """They are refused where the comparison is made, with their number."""
        found = read(file("a.csv", "y,p\n0,\n1,NaN\n0,0.5\n"), "binary", PLAIN)

        assert np.isnan(found.values).tolist() == [True, True, False]

    def test_orders_groups_of_whole_numbers_by_size(self, file):
        """Week 10 follows week 9."""
        columns = PredictionColumns(y="y", prediction="p", group="week")

        assert read(file("a.csv", "week,y,p\n10,0,0.1\n9,1,0.2\n"), "binary", columns).group.names == ("9", "10")

    @pytest.mark.parametrize(
        ("names", "in_time"),
        [
            (["2024-01-31", "2024-02-01"], True),
            (["2024-01", "2024-02"], True),
            (["2024-01-31 23:00:00", "2024-02-01 00:30:00"], True),
            (["20240131", "20240201"], False),
            (["c1", "2024-01-31"], False),
        ],
    )
    def test_knows_groups_that_are_dates(self, file, names, in_time):
        """Written with hyphens; a number of eight digits may be a customer."""
        columns = PredictionColumns(y="y", prediction="p", group="g")
        found = read(file("a.csv", f"g,y,p\n{names[0]},0,0.1\n{names[1]},1,0.2\n"), "binary", columns)

        assert found.group.in_time == in_time

    def test_reads_days_of_parquet_as_days(self, file):
        """A timestamp at midnight is the day that a CSV file would write."""
        columns = PredictionColumns(y="y", prediction="p", group="g")
        days = pa.array([dt.datetime(2024, 1, d) for d in (1, 2)], pa.timestamp("ns"))  # noqa: DTZ001

        found = read(file("a.parquet", {"g": days, "y": [0, 1], "p": [0.1, 0.2]}), "binary", columns)

        assert found.group.names == ("2024-01-01", "2024-01-02")

    def test_finds_the_classes_by_their_prefix(self, file):
        """A column for each class; labels become positions among them."""
        found = read(
            file("a.csv", "kind,p:wine,p:milk\nmilk,0.2,0.8\n"),
            "multiclass",
            PredictionColumns(y="kind", prediction="p"),
        )

        assert (found.classes, found.y.tolist(), found.values.tolist()) == (("wine", "milk"), [1], [[0.2, 0.8]])

    def test_calls_missing_slices_missing(self, file):
        """They are a slice of their own."""
        columns = PredictionColumns(y="y", prediction="p", slices=("s",))
        found = read(file("a.csv", "s,y,p\nnorth,0,0.1\n,1,0.2\n"), "binary", columns)

        assert found.slices["s"].texts.tolist() == ["north", "(missing)"]


class TestReadRefuses:
    """What a file must not be."""

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (b"", "empty"),
            (b"y,p\n", "no rows"),
            (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "cannot be read as CSV or Parquet"),
            (b"y,p\n0,0.5,7\n", "cannot be read as CSV or Parquet: .*Expected 2 columns, got 3"),
            (b"y,p\n0,high\n", "cannot be read as CSV or Parquet: .*invalid value 'high'"),
            (b"PAR1 and no more", "cannot be read as CSV or Parquet"),
            (b"y,p\n0,0.5\nmaybe,0.5\n", "'y' has the unknown label 'maybe'"),
            (b"y,p\n0,0.5\n,0.5\n", "1 rows have no 'y', the first is row 1"),
        ],
    )
    def test_what_is_no_table_of_predictions(self, file, content, found):
        """The error says what was found."""
        with pytest.raises(DataError, match=found):
            read(file("a.csv", content), "binary", PLAIN)

    @pytest.mark.parametrize("name", ["nowhere.csv", "."])
    def test_what_is_no_file(self, tmp_path, name):
        """A missing file, and a folder."""
        with pytest.raises(DataError, match=r"does not exist|cannot be read"):
            read(tmp_path / name, "binary", PLAIN)

    @pytest.mark.parametrize(
        "columns", [PredictionColumns(y="z", prediction="p"), PredictionColumns(y="y", prediction="z")]
    )
    def test_a_column_that_is_not_there(self, file, columns):
        """The error names the columns that are."""
        with pytest.raises(UsageError, match="no column 'z'; its columns are y, p"):
            read(file("a.csv", "y,p\n0,0.5\n"), "binary", columns)

    def test_a_column_that_stands_twice(self, file):
        """Which of them is meant is not known."""
        with pytest.raises(UsageError, match="2 columns 'p'"):
            read(file("a.csv", "y,p,p\n0,0.5,0.6\n"), "binary", PLAIN)

    def test_classes_without_columns(self, file):
        """The prefix fits no column."""
        with pytest.raises(UsageError, match="there is no column p:<class>; the columns are y, p"):
            read(file("a.csv", "y,p\n0,0.5\n"), "multiclass", PLAIN)

    def test_a_label_without_a_column(self, file):
        """The error names the label and the classes."""
        with pytest.raises(DataError, match=r"the unknown label 'bread'.\n.*milk"):
            read(file("a.csv", "y,p:milk\nbread,1\n"), "multiclass", PLAIN)


OLD = "id,y,p\na,0,0.1\nb,1,0.2\nc,0,0.3\n"


class TestPair:
    """Two files on the same rows."""

    def test_brings_the_old_rows_into_the_new_order(self, paired):
        """Joined on the identity."""
        found = paired(OLD, "id,y,p\nc,0,0.6\na,0,0.4\nb,1,0.5\n")

        assert found.old.values.tolist() == [0.3, 0.1, 0.2]
        assert found.new.values.tolist() == [0.6, 0.4, 0.5]

    def test_joins_csv_with_parquet(self, file):
        """Identities are compared as text, whatever their type; several columns are one identity."""
        columns = PredictionColumns(y="y", prediction="p", on=("id", "day"))
        old = file("o.csv", "id,day,y,p\n1,2024-01-01,0,0.1\n1,2024-01-02,1,0.2\n")
        days = [dt.date(2024, 1, 2), dt.date(2024, 1, 1)]
        new = file("n.parquet", {"id": [1, 1], "day": days, "y": [True, False], "p": [0.3, 0.4]})

        found = pair(read(old, "binary", columns), read(new, "binary", columns))

        assert found.old.values.tolist() == [0.2, 0.1]

    def test_agrees_with_a_dictionary(self, paired):
        """On a thousand shuffled rows each identity meets its own prediction."""
        rng = np.random.default_rng(0)
        text = ["".join(f"{i},{i % 2},{i / 1000}\n" for i in rng.permutation(1000)) for _ in range(2)]

        found = paired(*("id,y,p\n" + rows for rows in text))

        assert found.old.values.tolist() == found.new.values.tolist()

    def test_refuses_rows_of_one_file(self, paired):
        """The error counts both sides and shows the first three."""
        with pytest.raises(
            DataError, match=r"2 rows only in .*old.csv \(first: b, c\) and 4 rows .* \(first: d, e, f\)"
        ):
            paired(OLD, "id,y,p\na,0,0.6\nd,0,0.4\ne,1,0.5\nf,0,0.1\ng,0,0.1\n")

    def test_leaves_them_out_on_request(self, paired):
        """Says how many."""
        found = paired(OLD, "id,y,p\nz,0,0.9\nb,1,0.5\n", inner=True)

        assert (found.only_old, found.only_new, found.old.values.tolist()) == (2, 1, [0.2])

    def test_refuses_files_without_a_common_row(self, paired):
        """Nothing is left to compare."""
        with pytest.raises(DataError, match="no row in common"):
            paired(OLD, "id,y,p\nz,0,0.9\n", inner=True)

    def test_refuses_doubled_identities(self, paired):
        """Which of the rows is meant is not known; the error names the file."""
        with pytest.raises(DataError, match=r"new.csv: 1 identities occur more than once \(first: a\)"):
            paired(OLD, "id,y,p\na,0,0.6\na,0,0.4\nb,1,0.5\nc,0,0.1\n")

    def test_refuses_other_labels(self, paired):
        """A row has one truth."""
        with pytest.raises(DataError, match=r"1 of 3 rows have another label .* \(first: b\)"):
            paired(OLD, OLD.replace("b,1", "b,0"))

    def test_refuses_other_groups(self, paired):
        """A row belongs to one group."""
        columns = PredictionColumns(y="y", prediction="p", on=("id",), group="g")
        old = "id,g,y,p\na,x,0,0.1\nb,y,1,0.2\n"

        with pytest.raises(DataError, match=r"1 of 2 rows have another group"):
            paired(old, old.replace("b,y", "b,x"), columns)

    def test_without_an_identity_takes_the_order(self, paired):
        """Where the labels agree row by row."""
        assert paired(OLD, OLD, PLAIN).old.values.tolist() == [0.1, 0.2, 0.3]

    def test_without_an_identity_refuses_another_order(self, paired):
        """The error says how to name an identity."""
        with pytest.raises(DataError, match=r"2 of 3 rows have another label(.|\n)*--on"):
            paired(OLD, "id,y,p\nb,1,0.2\na,0,0.1\nc,0,0.3\n", PLAIN)

    def test_without_an_identity_refuses_another_number_of_rows(self, paired):
        """The error counts both."""
        with pytest.raises(DataError, match=r"3 rows are in .* and 1 in .*\n.*--on"):
            paired(OLD, "id,y,p\na,0,0.1\n", PLAIN)

    def test_brings_classes_into_one_order(self, paired):
        """The columns may stand in another order."""
        columns = PredictionColumns(y="y", prediction="p")

        old, new = "y,p:a,p:b,p:c\nb,0.1,0.3,0.6\n", "y,p:b,p:c,p:a\nb,0.7,0.1,0.2\n"
        found = paired(old, new, columns, "multiclass")

        assert found.old.values.tolist() == [[0.3, 0.6, 0.1]]
        assert found.old.y.tolist() == found.new.y.tolist() == [0]

    def test_refuses_other_classes(self, paired):
        """Both models know the same ones."""
        with pytest.raises(DataError, match="only one file has the class b, c"):
            paired("y,p:a,p:b\nb,0.1,0.9\n", "y,p:a,p:c\na,0.7,0.3\n", PLAIN, "multiclass")
