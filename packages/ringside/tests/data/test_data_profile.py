"""The profile: counts and hashes that say what the data looked like, and no row of them."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.toy import toy_task
from ringside.common.files import write_json
from ringside.pipeline.evaluate.profile import CATEGORIES, column_bins, contains, pack_hashes, partition_profile

PROPERTY = settings(deadline=None, derandomize=True, max_examples=50)
TASK = toy_task()
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.floats(-1e9, 1e9, allow_nan=False),
            "text": st.none() | st.text(st.characters(codec="utf-8"), max_size=2),
            "flag": st.none() | st.booleans(),
            "time": st.none() | st.datetimes(),
            "late": st.booleans(),
        }
    ),
    min_size=1,
    max_size=20,
)
HASHES = st.lists(st.integers(0, 2**64 - 1), unique_by=lambda value: value >> 16, max_size=40)


def _frame(rows: list[dict]) -> pd.DataFrame:
    types = {"number": "float64", "text": "str", "flag": "boolean", "time": "datetime64[us]", "late": "bool"}
    return pd.DataFrame(rows).astype(types)


def _column(train: pd.Series, now: pd.Series | None = None, *, bins: int = 4) -> dict:
    """The bins and counts of one column: bins of `train`, counts of `now`."""
    edges = column_bins(pd.DataFrame({"column": train}), bins=bins)
    frame = pd.DataFrame({"column": train if now is None else now}).assign(late=True)
    return edges["column"] | partition_profile(frame, edges, TASK)["columns"]["column"]


class TestCounts:
    """What is counted of a partition."""

    @PROPERTY
    @given(ROWS, ROWS, st.integers(2, 20))
    def test_add_up_to_the_rows(self, train, rows, bins):
        """In every column, the bins, the others and the missing values are all the rows, whatever was trained on."""
        profile = partition_profile(_frame(rows), column_bins(_frame(train), bins=bins), TASK)
        sums = {
            sum(column["counts"]) + column.get("other", 0) + column["missing"] for column in profile["columns"].values()
        }

        assert sums == {profile["rows"]} == {len(rows)}
        assert sum(profile["labels"].values()) == len(rows)

    @PROPERTY
    @given(ROWS)
    def test_can_be_written_as_json(self, rows):
        """Whatever values there are, the profile holds plain finite numbers and texts."""
        frame = _frame(rows)
        bins = column_bins(frame, bins=5)
        profile = partition_profile(frame, bins, TASK)

        assert json.loads(json.dumps([bins, profile], allow_nan=False)) == [bins, profile]

    @PROPERTY
    @given(ROWS, st.randoms(use_true_random=False))
    def test_do_not_tell_the_order_of_rows(self, rows, random):
        """The same data in another order have the same bins and counts."""
        one, two = _frame(rows), _frame(random.sample(rows, len(rows)))
        bins = column_bins(one, bins=5)

        assert column_bins(two, bins=5) == bins
        assert _counts(partition_profile(two, bins, TASK)) == _counts(partition_profile(one, bins, TASK))

    def test_are_made_of_each_column_but_the_target(self):
        """The target is counted by label, and no feature is left out."""
        frame = _frame([{"number": 1.0, "text": "a", "flag": True, "time": None, "late": False}])
        profile = partition_profile(frame, column_bins(frame, bins=3), TASK)

        assert list(profile["columns"]) == ["number", "text", "flag", "time"]
        assert profile["labels"] == {"False": 1}

    def test_of_a_regression_are_the_mean_and_spread_of_the_target(self):
        """A target of numbers has no labels to count."""
        task = toy_task(kind="regression")
        frame = pd.DataFrame({"late": [1.0, 3.0]})

        assert partition_profile(frame, {}, task)["labels"] == {"mean": 2.0, "std": 1.0}

    def test_of_no_rows_are_zeros(self):
        """A partition all of whose rows were quarantined has a profile too."""
        frame = _frame([{"number": 1.0, "text": "a", "flag": True, "time": pd.Timestamp(0), "late": False}])
        profile = partition_profile(frame.iloc[:0], column_bins(frame, bins=3), TASK)

        assert profile["rows"] == 0
        assert {sum(column["counts"]) for column in profile["columns"].values()} == {0}


class TestDuplicates:
    """Rows that repeat another of the partition."""

    def test_are_those_alike_in_all_but_the_identity(self):
        """Of three rows that differ only in their identity, two are duplicates; a missing value equals another."""
        frame = pd.DataFrame({"id": [1, 2, 3, 4], "x": [None, None, None, 1.0], "late": [True] * 4})

        assert partition_profile(frame, {}, TASK)["duplicates"] == 2

    def test_differ_in_the_label_too(self):
        """Rows alike in the features with another label are no duplicates."""
        frame = pd.DataFrame({"id": [1, 2], "x": [1.0, 1.0], "late": [True, False]})

        assert partition_profile(frame, {}, TASK)["duplicates"] == 0

    def test_can_hold_lists(self):
        """A column of objects that have no hash is compared by its text."""
        frame = pd.DataFrame({"id": [1, 2, 3], "x": [["a"], ["a"], ["b"]], "late": [True] * 3})

        assert partition_profile(frame, {}, TASK)["duplicates"] == 1


class TestTypes:
    """The type of each column."""

    def test_are_those_of_the_validated_rows(self):
        """The identity's and the target's are named too."""
        frame = pd.DataFrame({"id": [1], "x": pd.Series([1.0], dtype="float32"), "late": [True]})

        assert partition_profile(frame, {}, TASK)["types"] == {"id": "int64", "x": "float32", "late": "bool"}


class TestNumbers:
    """Columns of numbers."""

    def test_have_bins_of_equal_shares_in_training(self):
        """The quartiles of the training rows are the edges, and a quarter is in each bin."""
        column = _column(pd.Series(range(100), dtype=float))

        assert column["edges"] == [24.75, 49.5, 74.25]
        assert column["counts"] == [25, 25, 25, 25]

    def test_have_bins_from_the_training_rows_only(self):
        """Later rows move no edge: what lies beyond is in the outer bins."""
        column = _column(pd.Series([0.0, 1.0, 2.0, 3.0]), pd.Series([-100.0, 1.5, 100.0, 100.0]), bins=2)

        assert column["edges"] == [1.5]
        assert column["counts"] == [1, 3]

    def test_have_fewer_bins_where_values_repeat(self):
        """An edge stands once however many quantiles fall on it."""
        assert _column(pd.Series([0.0] * 95 + [1.0] * 5), bins=10)["edges"] == [0.0]

    def test_have_one_bin_where_training_had_no_value(self):
        """A column that was missing throughout is counted all the same."""
        column = _column(pd.Series([None, None], dtype=float), pd.Series([1.0, None]))

        assert (column["edges"], column["counts"], column["missing"]) == ([], [1], 1)

    def test_say_their_mean_and_spread(self):
        """The mean and the standard deviation of the values that are there."""
        column = _column(pd.Series([1.0, None, 3.0]))

        assert (column["mean"], column["std"], column["missing"]) == (2.0, 1.0, 1)

    def test_say_their_smallest_and_largest_value(self):
        """The values that are there, infinite ones aside."""
        column = _column(pd.Series([1.0, None, 3.0, float("inf")]))

        assert (column["min"], column["max"]) == (1.0, 3.0)

    def test_say_no_mean_where_no_value_is(self):
        """Nothing has no mean."""
        assert "mean" not in _column(pd.Series([1.0, 2.0]), pd.Series([None, None], dtype=float))

    @pytest.mark.parametrize("kind", ["int8", "int64", "float32", "Int64", "Float64"])
    def test_are_numbers_of_any_type(self, kind):
        """Pandas' many types of numbers are all binned as numbers."""
        column = _column(pd.Series([0, 1, 2, 3], dtype=kind), bins=2)

        assert (column["edges"], column["counts"]) == ([1.5], [2, 2])

    @pytest.mark.parametrize("infinite", [[float("inf")], [float("-inf")], [float("inf"), float("-inf")]])
    def test_may_be_infinite(self, infinite, tmp_path):
        """Infinite values are counted in the outer bins, and the profile is written as any other."""
        column = _column(pd.Series([0.0, 1.0, 2.0, *infinite]))
        write_json(tmp_path / "profile.json", column)

        assert sum(column["counts"]) + column["missing"] == 3 + len(infinite)


class TestTimes:
    """Columns of times."""

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, "UTC"])
    def test_are_binned_as_seconds_since_1970(self, unit, zone):
        """In every unit, with and without a zone, a time is a number of seconds."""
        times = pd.Series(pd.to_datetime([0, 60, 120, None], unit="s")).dt.as_unit(unit).dt.tz_localize(zone)
        column = _column(times, bins=2)

        assert (column["edges"], column["counts"]) == ([60.0], [1, 2])
        assert (column["mean"], column["missing"]) == (60.0, 1)

    @pytest.mark.parametrize("year", [1, 1600, 2300, 9999])
    def test_may_be_far_away(self, year):
        """A time that nanoseconds since 1970 cannot hold, such as "valid until 9999", is counted as any other."""
        column = _column(pd.Series(np.array([f"{year:04}-01-01", "NaT"], "datetime64[us]")))

        assert (column["counts"][-1], column["missing"]) == (1, 1)

    def test_in_a_zone_are_the_moments_that_they_are(self):
        """The zone in which a moment is written does not change it."""
        utc = pd.Series(pd.date_range("2013-07-01", periods=4, freq="h", tz="UTC"))

        assert _column(utc.dt.tz_convert("America/New_York")) == _column(utc)


class TestTexts:
    """Columns of texts, categories and booleans."""

    def test_have_a_bin_for_each_text_most_frequent_first(self):
        """The most frequent text of the training rows is first; of two as frequent, the first by the alphabet."""
        column = _column(pd.Series(["b", "a", "c", "c", None]))

        assert (column["values"], column["counts"]) == (["c", "a", "b"], [2, 1, 1])
        assert (column["missing"], column["other"], column["distinct"]) == (1, 0, 3)

    def test_that_training_never_saw_are_counted_as_others(self):
        """A new text has no bin, and is not lost."""
        column = _column(pd.Series(["a", "b"]), pd.Series(["a", "x", "y", "x"]))

        assert (column["values"], column["counts"]) == (["a", "b"], [1, 0])
        assert (column["other"], column["distinct"]) == (3, 3)

    def test_beyond_the_most_frequent_are_counted_as_others(self):
        """However many texts there are, the profile stays small."""
        column = _column(pd.Series([f"{i:03d}" for i in range(CATEGORIES + 7)] + ["000"]))

        assert len(column["values"]) == CATEGORIES == 50
        assert (column["counts"][0], column["other"], column["distinct"]) == (2, 7, CATEGORIES + 7)

    @pytest.mark.parametrize("kind", ["bool", "boolean", "object"])
    def test_that_are_booleans_are_counted_by_value(self, kind):
        """True and false are no numbers."""
        column = _column(pd.Series([True, False, True], dtype=kind))

        assert (column["values"], column["counts"]) == (["True", "False"], [2, 1])

    def test_that_are_categories_are_counted_as_texts(self):
        """How pandas holds a text does not show."""
        texts = pd.Series(["b", "a", None, "b"])

        assert _column(texts.astype("category")) == _column(texts)


class TestHashes:
    """`pack_hashes` and `contains`: who was trained on."""

    @PROPERTY
    @given(HASHES)
    def test_find_all_that_were_packed(self, values):
        """Every row that was trained on is found."""
        hashes = np.array(values, dtype=np.uint64)

        assert contains(pack_hashes(hashes), hashes).all()

    @PROPERTY
    @given(HASHES, st.data())
    def test_find_exactly_those_that_were_packed(self, values, data):
        """Rows that were not trained on are not found, and the answer is in the order of the question."""
        trained = data.draw(st.sets(st.sampled_from(values)) if values else st.just(set()))
        packed = pack_hashes(np.array(sorted(trained), dtype=np.uint64))

        assert contains(packed, np.array(values, dtype=np.uint64)).tolist() == [value in trained for value in values]

    @PROPERTY
    @given(HASHES)
    def test_take_8_characters_a_row(self, values):
        """48 bits are 8 characters of base64."""
        assert len(pack_hashes(np.array(values, dtype=np.uint64))) == 8 * len(values)

    @PROPERTY
    @given(HASHES, st.randoms(use_true_random=False))
    def test_do_not_tell_the_order_of_rows(self, values, random):
        """The same rows in another order are the same text, which says nothing about when a row came."""
        shuffled = random.sample(values, len(values))

        assert pack_hashes(np.array(shuffled, dtype=np.uint64)) == pack_hashes(np.array(values, dtype=np.uint64))

    def test_are_a_format_that_does_not_change(self):
        """A profile travels with a release and is read years later, so this literal never changes."""
        hashes = np.array([0xFFFF_0000_0000_1234, 0x0000_0000_0001_FFFF], dtype=np.uint64)

        assert pack_hashes(hashes) == "AAAAAAAB" + "//8AAAAA"


def _counts(profile: dict) -> dict:
    """A profile without sums of floats, whose last digit tells the order."""
    columns = {name: {**column, "mean": None, "std": None} for name, column in profile["columns"].items()}
    return {**profile, "columns": columns}
