"""Parquet files: what goes in comes out, and what is no Parquet file is an error that names the place."""

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.common.files import write_bytes
from ringside.common.tables import read_table, write_frame, write_table
from ringside.errors import DataError

TABLE = pa.table(
    {
        "text": ["a", None, "ä"],
        "number": [1.5, None, -0.0],
        "count": [1, 2, 2**62],
        "flag": [True, None, False],
        "time": pa.array([0, None, 10**15], pa.timestamp("us", "UTC")),
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A Parquet file."""
    write_table(tmp_path / "table.parquet", TABLE)
    return tmp_path / "table.parquet"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that each example of a property writes anew."""
    return tmp_path_factory.mktemp("tables") / "scratch.parquet"


class TestRoundTrip:
    """What is written and read."""

    def test_keeps_values_and_types(self, path):
        """Names, types, values, missing ones and order are those that were written."""
        assert TABLE.equals(read_table(path, remedy="none"))

    def test_keeps_a_frame_without_its_index(self, tmp_path):
        """A data frame's columns come back, its index does not."""
        frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[7, 8])
        write_frame(tmp_path / "frame.parquet", frame)

        pd.testing.assert_frame_equal(
            frame.reset_index(drop=True), read_table(tmp_path / "frame.parquet", remedy="none").to_pandas()
        )

    def test_keeps_a_table_without_rows(self, tmp_path):
        """No rows are no rows, of the same types."""
        write_table(tmp_path / "empty.parquet", TABLE.slice(0, 0))

        assert TABLE.slice(0, 0).equals(read_table(tmp_path / "empty.parquet", remedy="none"))

    def test_answers_the_columns_asked_for_in_their_order(self, path):
        """Only the columns that were named are read."""
        assert read_table(path, remedy="none", columns=["count", "text"]).column_names == ["count", "text"]

    @settings(deadline=None, derandomize=True, max_examples=50)
    @given(
        st.lists(
            st.tuples(
                st.none() | st.text(st.characters(codec="utf-8")),
                st.none() | st.floats(allow_nan=False),
                st.none() | st.integers(-(2**63), 2**63 - 1),
            )
        )
    )
    def test_keeps_any_values(self, scratch, rows):
        """Any texts, numbers and missing values come back."""
        names = {"text": pa.string(), "float": pa.float64(), "int": pa.int64()}
        table = pa.table([pa.array([row[i] for row in rows], kind) for i, kind in enumerate(names.values())], [*names])
        write_table(scratch, table)

        assert table.equals(read_table(scratch, remedy="none"))


class TestAFileThatIsNotInOrder:
    """`read_table` of something else: the error names the file and carries the caller's remedy."""

    def _error(self, path: Path, columns: list[str] | None = None) -> DataError:
        with pytest.raises(DataError) as caught:
            read_table(path, remedy="mend it.", columns=columns)
        assert (str(path), "mend it.") == (caught.value.where, caught.value.remedy)
        return caught.value

    def test_is_missing(self, tmp_path):
        """There is no file."""
        assert "it is missing" in self._error(tmp_path / "nothing.parquet").found

    def test_is_empty(self, path):
        """A file of 0 bytes is called that."""
        path.write_bytes(b"")

        assert "it is empty (0 bytes)" in self._error(path).found

    def test_is_no_parquet(self, path):
        """A CSV file under the name of a Parquet file."""
        path.write_text("a,b\n1,2\n" * 10, encoding="utf-8")

        assert "truncated or no Parquet file (80 bytes" in self._error(path).found

    def test_is_a_folder(self, tmp_path):
        """A folder under the name of a Parquet file."""
        (tmp_path / "table.parquet").mkdir()

        assert "no Parquet file" in self._error(tmp_path / "table.parquet").found

    @pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
    def test_is_truncated(self, path, share):
        """A file that was cut off anywhere."""
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

        assert "it is truncated" in self._error(path).found

    def test_has_a_damaged_name_of_a_column(self, path):
        """A column whose name is no text any more."""
        path.write_bytes(path.read_bytes().replace(b"number", b"n\xffmber"))

        assert "no Parquet file" in self._error(path).found

    @pytest.mark.parametrize("columns", [["late"], ["count", "late"]])
    def test_lacks_a_column_that_is_asked_for(self, path, columns):
        """A column that the file does not have is named, whether or not others are there."""
        assert "late" in self._error(path, columns).found

    @settings(deadline=None, derandomize=True, max_examples=150)
    @given(st.data())
    def test_has_one_byte_that_changed(self, scratch, data):
        """A byte that changed is a clear error or changes values only: nothing else is raised."""
        write_table(scratch, TABLE)
        content = bytearray(scratch.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        write_bytes(scratch, bytes(content))
        with suppress(DataError):
            assert read_table(scratch, remedy="mend it.").num_rows >= 0
