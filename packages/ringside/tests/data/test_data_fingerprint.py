"""Hashes of values: what counts, what does not, and that the definition never changes."""

import datetime as dt
import decimal
import hashlib
import io
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ringside.common.fingerprint import content_hash, row_hashes
from ringside.common.tables import read_table, write_frame

PROPERTY = settings(deadline=None, derandomize=True, max_examples=60)

TABLE = pa.table(
    {
        "count": [1, -2, None, 2**40],
        "share": [0.1, None, -0.0, 1e300],
        "text": ["a", None, "", "äö"],
        "flag": [True, False, None, True],
        "time": pa.array([0, 1, None, 10**15], pa.timestamp("us", "UTC")),
    }
)

TYPES = {"count": pa.int64(), "share": pa.float64(), "text": pa.string(), "flag": pa.bool_()}
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(),
        st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
        st.none() | st.booleans(),
    ),
    max_size=12,
)


def _table(rows: list[tuple]) -> pa.Table:
    columns = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(TYPES.values())]
    return pa.table(columns, names=list(TYPES))


def _set(column: str, values: list, kind: pa.DataType | None = None) -> pa.Table:
    return TABLE.set_column(TABLE.column_names.index(column), column, pa.array(values, kind))


class TestWhatDoesNotCount:
    """The same content has the same hash."""

    @PROPERTY
    @given(ROWS, st.permutations(list(TYPES)))
    def test_the_order_of_columns(self, rows, order):
        """Columns count in the order of their names, wherever they stand."""
        assert content_hash(_table(rows)) == content_hash(_table(rows).select(order))

    @PROPERTY
    @given(ROWS, st.integers(0, 12))
    def test_the_chunks(self, rows, cut):
        """A table that was put together from parts is the table in one part."""
        table = _table(rows)
        parts = pa.concat_tables([table.slice(0, cut), table.slice(cut)])

        assert content_hash(parts) == content_hash(table)

    @PROPERTY
    @given(ROWS, ROWS, ROWS)
    def test_what_stands_around_a_slice(self, before, rows, after):
        """Rows cut out of a longer table are the rows alone."""
        around = _table([*before, *rows, *after]).slice(len(before), len(rows))

        assert content_hash(around) == content_hash(_table(rows))

    @pytest.mark.parametrize(
        "values", [["x", "aa", "b", "y"], [9, 1, 2, 9], [0.5, 1.0, 2.0, 0.5], [True, False, True, True]]
    )
    def test_that_a_slice_has_nothing_missing(self, values):
        """A slice whose buffers are those of the longer table, because nothing in it is missing, is the rows alone."""
        assert content_hash(pa.table({"a": values}).slice(1, 2)) == content_hash(pa.table({"a": values[1:3]}))

    @PROPERTY
    @given(ROWS)
    def test_a_dictionary(self, rows):
        """Text that is written once per distinct value is the same text."""
        table = _table(rows)
        encoded = table.set_column(2, "text", table.column("text").dictionary_encode())

        assert content_hash(encoded) == content_hash(table)

    @pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())])
    def test_how_text_is_held(self, kind):
        """Arrow's ways to hold text are one type."""
        assert content_hash(_set("text", ["a", None, "", "äö"], kind)) == content_hash(TABLE)

    def test_the_file_that_it_was_in(self):
        """Hashes are of values: other compression, other row groups and other encodings change nothing."""
        files = [io.BytesIO(), io.BytesIO()]
        pq.write_table(TABLE, files[0])
        pq.write_table(TABLE, files[1], compression="gzip", row_group_size=1, use_dictionary=False)

        assert {content_hash(pq.read_table(file)) for file in files} == {content_hash(TABLE)}

    @pytest.mark.parametrize("value", [float("nan"), None])
    def test_how_a_missing_number_is_written(self, value):
        """Not a number and null are both missing."""
        share = pa.array([0.1, value, -0.0, 1e300], pa.float64(), from_pandas=False)

        assert content_hash(TABLE.set_column(1, "share", share)) == content_hash(TABLE)

    def test_the_sign_of_zero(self):
        """Minus zero is zero."""
        assert content_hash(_set("share", [0.1, None, 0.0, 1e300])) == content_hash(TABLE)

    def test_what_lies_beneath_a_null(self):
        """The bytes in the place of a missing value are of no meaning."""
        mask = np.array([False, True])
        one, two = (pa.table({"a": pa.array(np.array([1, hidden]), mask=mask)}) for hidden in (7, 8))

        assert content_hash(one) == content_hash(two)

    @pytest.mark.parametrize("unit", ["s", "ms", "ns"])
    def test_the_unit_of_times(self, unit):
        """The same instants are the same content and the same rows, whichever unit a library chose for them."""
        times = pa.table({"time": pa.array([0, 1_000_000, None, 86_400_000_000], pa.timestamp("us", "UTC"))})
        other = pa.table({"time": times.column("time").cast(pa.timestamp(unit, "UTC"))})

        assert content_hash(other) == content_hash(times)
        assert list(row_hashes(other, ["time"])) == list(row_hashes(times, ["time"]))

    def test_a_note_on_the_schema(self):
        """What pandas or anybody else writes beside the schema is no content."""
        assert content_hash(TABLE.replace_schema_metadata({"pandas": "{}"})) == content_hash(TABLE)


SERIES: dict[str, pd.Series] = {
    "text": pd.Series(["a", None]),
    "category": pd.Series(["a", None], dtype="category"),
    "category of numbers": pd.Series([3, 4], dtype="category"),
    "nullable integers": pd.Series([1, None], dtype="Int64"),
    "nullable booleans": pd.Series([True, None], dtype="boolean"),
    "small integers": pd.Series([1, 2], dtype="int8"),
    "large integers": pd.Series([2**64 - 1, 0], dtype="uint64"),
    "half floats": pd.Series([1.5, None], dtype="float16"),
    "floats": pd.Series([1.5, None], dtype="float32"),
    "seconds": pd.Series([1, 2]).astype("datetime64[s]"),
    "milliseconds": pd.Series([1, 2]).astype("datetime64[ms]"),
    "microseconds": pd.Series([1, 2]).astype("datetime64[us]"),
    "nanoseconds": pd.Series([1, 2]).astype("datetime64[ns]"),
    "seconds in a zone": pd.Series([1, 2]).astype("datetime64[s, America/New_York]"),
    "microseconds in a zone": pd.Series([1, 2]).astype("datetime64[us, America/New_York]"),
    "days made times": pd.to_datetime(pd.Series([dt.date(2013, 1, 1), None])),
    "durations": pd.Series([1, 2]).astype("timedelta64[s]"),
    "dates": pd.Series([dt.date(2013, 1, 1), None]),
    "times of day": pd.Series([dt.time(1, 2, 3), None]),
    "decimals": pd.Series([decimal.Decimal("1.50"), None]),
    "bytes": pd.Series([b"\x00\xff", None]),
    "lists": pd.Series([[1, 2], None]),
    "mappings": pd.Series([{"a": 1}, None]),
    "nothing": pd.Series([None, None], dtype=object),
    "no rows": pd.Series([], dtype=object),
}


class TestParquet:
    """What a source answered has the same hash after it was written and read, whatever pandas holds it as."""

    @pytest.mark.parametrize("name", SERIES)
    def test_keeps_the_hash_of(self, name, tmp_path):
        """Otherwise a partition would not fit the manifest that was written with it."""
        frame = SERIES[name].to_frame("column")
        write_frame(tmp_path / "file.parquet", frame)

        answered = content_hash(pa.Table.from_pandas(frame, preserve_index=False))
        assert content_hash(read_table(tmp_path / "file.parquet", remedy="none")) == answered


class TestWhatCounts:
    """Other content has another hash."""

    @PROPERTY
    @given(ROWS.filter(bool), ROWS.filter(bool), st.randoms(use_true_random=False))
    def test_any_cell(self, rows, others, random):
        """A table in which one cell is another has another hash."""
        row, cell = random.randrange(len(rows)), random.randrange(len(TYPES))
        changed = [*map(list, rows)]
        changed[row][cell] = others[0][cell]
        assume(_normal(rows) != _normal(changed))

        assert content_hash(_table(changed)) != content_hash(_table(rows))

    def test_the_order_of_rows(self):
        """The same rows in another order are another table."""
        assert content_hash(TABLE.take([1, 0, 2, 3])) != content_hash(TABLE)

    def test_the_names_of_columns(self):
        """A column that is called otherwise is another column."""
        assert content_hash(TABLE.rename_columns({"flag": "late"})) != content_hash(TABLE)

    def test_which_name_has_which_values(self):
        """Two columns that swap their names are other columns."""
        table = pa.table({"a": [1, 2], "b": [3, 4]})

        assert content_hash(table) != content_hash(pa.table({"a": [3, 4], "b": [1, 2]}))

    @pytest.mark.parametrize(
        ("column", "kind"),
        [
            ("count", pa.float64()),
            ("flag", pa.int8()),
            ("time", pa.int64()),
            ("time", pa.timestamp("us")),
            ("text", pa.binary()),
        ],
    )
    def test_the_types_of_columns(self, column, kind):
        """Values of another type are other values, even where they print alike."""
        other = TABLE.set_column(TABLE.column_names.index(column), column, TABLE.column(column).cast(kind))

        assert content_hash(other) != content_hash(TABLE)

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            (["ab", "c"], ["a", "bc"]),
            (["", "a"], ["a", ""]),
            (["a\nb"], ["a", "b"]),
            ([None, ""], ["", None]),
            (["None"], [None]),
        ],
    )
    def test_where_one_text_ends(self, one, two):
        """The same letters, cut elsewhere or missing elsewhere, are other texts."""
        assert content_hash(pa.table({"a": one})) != content_hash(pa.table({"a": two}))

    @pytest.mark.parametrize(("one", "two"), [([None, 0], [0, None]), ([None], [0]), ([0], [0, 0])])
    def test_where_a_value_is_missing(self, one, two):
        """A missing value is no zero, and counts where it stands."""
        kind = pa.int64()

        assert content_hash(pa.table({"a": pa.array(one, kind)})) != content_hash(pa.table({"a": pa.array(two, kind)}))

    @pytest.mark.parametrize("name", ["lists", "mappings", "decimals", "bytes"])
    def test_values_of_rare_types(self, name):
        """Types that have a way of their own count as well."""
        others = {"lists": [1, 3], "mappings": {"a": 2}, "decimals": decimal.Decimal("1.51"), "bytes": b"\x00\xfe"}
        one, two = (pa.table({"a": [value, None]}) for value in (SERIES[name][0], others[name]))

        assert content_hash(one) != content_hash(two)


class TestRowHashes:
    """`row_hashes`: which row is which, for the split and for the overlap of two models' data."""

    @PROPERTY
    @given(ROWS, ROWS, ROWS)
    def test_are_those_of_the_row_alone(self, before, rows, after):
        """Neither the other rows nor the chunks change the hash of a row."""
        whole = pa.concat_tables(map(_table, (before, rows, after)))
        part = row_hashes(whole, list(TYPES))[len(before) : len(before) + len(rows)]

        assert (part == row_hashes(_table(rows), list(TYPES))).all()

    @PROPERTY
    @given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(max_size=5)), unique=True, max_size=50))
    def test_of_other_values_are_others(self, rows):
        """Rows that differ in any column differ in their hash."""
        table = pa.table(
            [pa.array([row[0] for row in rows], pa.int64()), pa.array([row[1] for row in rows])], ["a", "b"]
        )

        assert len(set(row_hashes(table, ["a", "b"]).tolist())) == len(rows)

    @pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.uint64()])
    def test_of_an_integer_are_those_of_any_width(self, kind):
        """A library that reads a number wider or narrower gives no other identities."""
        wide, other = (pa.table({"a": pa.array([0, 1, 100, None]).cast(width)}) for width in (pa.int64(), kind))

        assert (row_hashes(wide, ["a"]) == row_hashes(other, ["a"])).all()

    @pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
    def test_of_a_text_are_those_of_any_encoding(self, kind):
        """How text is held does not show."""
        plain, other = (pa.table({"a": pa.array(["a", "", None, "a"]).cast(held)}) for held in (pa.string(), kind))

        assert (row_hashes(plain, ["a"]) == row_hashes(other, ["a"])).all()

    def test_tell_a_missing_value_from_others(self):
        """A missing value has a hash of its own."""
        hashes = row_hashes(pa.table({"a": pa.array([None, 0, 1]), "b": pa.array([None, "", "None"])}), ["b"])

        assert len(set(hashes.tolist())) == 3

    def test_tell_which_column_a_value_is_in(self):
        """Two columns that swap their values make another row."""
        table = pa.table({"a": [1, 2], "b": [2, 1]})

        assert len(set(row_hashes(table, ["a", "b"]).tolist())) == 2

    def test_of_only_the_columns_named(self):
        """A column that is not named has no part in it."""
        assert (row_hashes(TABLE, ["text"]) == row_hashes(TABLE.select(["text"]), ["text"])).all()

    @PROPERTY
    @given(st.integers(1, 2**32 - 1))
    def test_change_with_the_seed(self, seed):
        """Another seed gives every row another hash."""
        assert (row_hashes(TABLE, ["count"], seed=seed) != row_hashes(TABLE, ["count"])).all()

    @pytest.mark.parametrize("share", [0.01, 0.2, 0.5])
    @pytest.mark.parametrize(
        "values", [range(20_000), [f"flight-{i}" for i in range(20_000)]], ids=["numbers", "texts"]
    )
    def test_are_spread_evenly(self, values, share):
        """The share of rows whose hash is below a threshold is near the threshold, even for 1, 2, 3, ..."""
        below = row_hashes(pa.table({"a": list(values)}), ["a"]) < np.uint64(share * 2**64)

        assert abs(below.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(below))

    def test_of_no_rows_are_none(self):
        """An empty table has no hashes."""
        assert row_hashes(TABLE.slice(0, 0), list(TABLE.column_names)).shape == (0,)


class TestDefinition:
    """Hashes stand in manifests, profiles and releases that are read years later, so these literals never change.

    If one of these tests fails, the change is wrong, not the test: every manifest would name another content, every
    split would fall elsewhere, and no training row of an old model would be found again.
    """

    def test_of_the_content_hash(self):
        """The hash of this table is this one."""
        assert content_hash(TABLE) == "sha256:ce717f289c1960110b6fb2d1dc1b56f653dd8291f88c42647196d06bf34197cc"

    def test_of_the_bytes_that_are_hashed(self):
        """Length and text of the name, type, rows, a bit for each value that is there, the values in little endian."""
        said = b"1:a:int64:3;" + bytes([0b10100000]) + struct.pack("<3q", 5, 0, -1)

        assert content_hash(pa.table({"a": [5, None, -1]})) == f"sha256:{hashlib.sha256(said).hexdigest()}"

    def test_of_the_row_hashes(self):
        """The hashes of these rows are these."""
        assert row_hashes(TABLE, ["count", "text"]).tolist() == [
            13029740690778384589,
            754511448084213503,
            12074287597079177494,
            816215945157105944,
        ]

    def test_is_that_of_splitmix64(self):
        """Zero, mixed twice, is what the published generator answers: its first output, used as its next state."""
        first = 0xE220A8397B1DCDAF  # of the reference implementation, seeded with 0

        assert row_hashes(pa.table({"a": [0]}), ["a"]).tolist() == [_splitmix64(first)]


def _splitmix64(state: int) -> int:
    """The published generator's next output, in whole numbers."""
    bits = 2**64 - 1
    state = (state + 0x9E3779B97F4A7C15) & bits
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & bits
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & bits
    return state ^ (state >> 31)


def _normal(rows: list[tuple]) -> list[tuple]:
    """Rows in which missing numbers and zeros are written in one way."""

    def value(cell: object) -> object:
        return None if cell != cell else cell + 0.0 if isinstance(cell, float) else cell  # noqa: PLR0124

    return [tuple(map(value, row)) for row in rows]
