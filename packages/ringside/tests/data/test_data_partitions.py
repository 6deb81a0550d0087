"""What must hold before anything is computed from a partition."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.toy import toy_task
from ringside.common.fingerprint import content_hash
from ringside.common.manifest import PartitionEntry
from ringside.common.tables import write_table
from ringside.errors import DataError
from ringside.pipeline.validate.partitions import check_identities, read_raw

TABLE = pa.table({"id": [1, 2, 3], "late": [True, None, False]})
ENTRY = PartitionEntry("2024-01", 3, content_hash(TABLE), None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a partition."""
    write_table(tmp_path / "2024-01.parquet", TABLE)
    return tmp_path / "2024-01.parquet"


class TestReadRaw:
    """`read_raw` compares each file with the manifest before it is used."""

    def _error(self, path: Path) -> DataError:
        with pytest.raises(DataError) as caught:
            read_raw(path, ENTRY)
        assert caught.value.where == str(path)
        assert "`ringside ingest --frozen`" in caught.value.remedy
        assert "`ringside ingest --refresh 2024-01`" in caught.value.remedy
        return caught.value

    def test_answers_what_the_manifest_names(self, path):
        """A file that fits is read."""
        assert read_raw(path, ENTRY).equals(TABLE)

    def test_does_not_ask_who_wrote_the_file(self, path):
        """The same values in another file format version and with text held otherwise fit as well."""
        pq.write_table(TABLE, path, version="1.0", compression=None)

        assert read_raw(path, ENTRY).equals(TABLE)

    def test_refuses_a_value_that_was_edited(self, path):
        """One other value is found though the number of rows fits."""
        write_table(path, pa.table({"id": [1, 2, 3], "late": [True, None, True]}))

        assert "it does not fit data/manifest.json" in self._error(path).found

    @pytest.mark.parametrize(
        "table",
        [
            pa.table({"id": [1, 2], "late": [True, None]}),
            pa.table({"id": [1, 2, 3]}),
            pa.table({"id": pa.array([1, 2, 3], pa.int32()), "late": [True, None, False]}),
            TABLE.slice(0, 0),
        ],
        ids=["a row less", "a column less", "another type", "no rows"],
    )
    def test_refuses_another_table(self, path, table):
        """Another shape is found, and the error counts the rows on both sides."""
        write_table(path, table)

        assert f"({table.num_rows} rows here, 3 there, or other values)" in self._error(path).found

    def test_refuses_a_file_that_is_missing(self, tmp_path):
        """There is no file."""
        assert "it is missing" in self._error(tmp_path / "2024-01.parquet").found

    @pytest.mark.parametrize("share", [0, 0.5, 0.99])
    def test_refuses_a_file_that_was_cut_off(self, path, share):
        """A file of 0 bytes, or of which the end is missing."""
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

        assert "bytes" in self._error(path).found


def _found(table: pa.Table, *identity: str) -> str:
    with pytest.raises(DataError) as caught:
        check_identities(table, toy_task(identity), where="data/raw/2024-01.parquet")
    assert caught.value.where == "data/raw/2024-01.parquet"
    assert "source.py" in caught.value.remedy
    return caught.value.found


class TestCheckIdentities:
    """`check_identities`: each row is named once."""

    @settings(deadline=None, derandomize=True, max_examples=60)
    @given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), min_size=1, max_size=6))
    def test_passes_exactly_where_no_two_rows_are_the_same(self, rows):
        """Rows that agree in every column of the identity are found, whatever else is in the table."""
        table = pa.table(
            {"day": [row[0] for row in rows], "code": [row[1] for row in rows], "late": [True] * len(rows)}
        )
        if len(set(rows)) == len(rows):
            check_identities(table, toy_task(("day", "code")), where="x")
        else:
            assert "repeat the identity of another row" in _found(table, "day", "code")

    def test_counts_doubled_rows_and_shows_the_first(self):
        """Two rows too many, and an example that can be looked up."""
        table = pa.table({"day": [1, 2, 2, 1, 3], "code": ["a", "b", "b", "a", "a"]})

        assert _found(table, "day", "code") == "2 rows repeat the identity of another row (the first: day=2, code='b')"

    def test_passes_rows_that_differ_in_one_column_of_it(self):
        """The columns name a row together."""
        check_identities(pa.table({"day": [1, 1], "code": ["a", "b"]}), toy_task(("day", "code")), where="x")

    def test_refuses_a_missing_identity(self):
        """A row without a value in a column of its identity cannot be told from others."""
        table = pa.table({"day": [1, 2, 3], "code": ["a", None, None]})

        assert _found(table, "day", "code") == "2 rows have no 'code', which is part of the identity"

    def test_refuses_a_partition_without_rows(self):
        """An empty answer is more likely a fault of the source than a month without flights."""
        assert _found(TABLE.slice(0, 0), "id") == "the partition has no rows"
