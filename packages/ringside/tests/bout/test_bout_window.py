"""The test window: labels, groups and predictions as arrays, in the order of the file."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from ringside.errors import DataError
from ringside.evaluation.test_set import TestSet
from windows import CLASSES, table_of, task_of, window_of

THREE = {"group": "crate"}


class TestLabels:
    """What happened, for each kind."""

    def test_of_a_binary_task_are_0_and_1(self):
        """Also where the file says true and false."""
        assert window_of("binary").truth.y.tolist()[:4] == [1, 0, 0, 1]

    def test_of_a_regression_are_its_numbers(self):
        """As they stand."""
        assert window_of("regression").truth.y.tolist()[:3] == [0, 10, 20]

    def test_of_classes_are_their_positions_among_the_predictions(self):
        """The first class is the first column of the predictions."""
        window = window_of("multiclass")

        assert window.truth.classes == CLASSES
        assert (window.challenger.decisions == window.truth.y).all()

    def test_of_classes_may_be_numbers(self):
        """A label 2 is the column `prediction:2`."""
        columns = {"customer": [1, 2], "partition": ["a", "a"], "y": [2, 1]}
        table = pa.table(columns | {"prediction:1": [0.1, 0.9], "prediction:2": [0.9, 0.1]})
        window = TestSet.of(table, task_of("multiclass"), threshold=0.5, top=0.1)

        assert window.truth.y.tolist() == [1, 0]

    def test_of_no_known_class_are_refused(self):
        """A label without a column of predictions cannot be judged."""
        with pytest.raises(DataError, match="a label is missing"):
            window_of("multiclass", y=["beer"] * 12)

    def test_that_are_missing_are_refused(self):
        """A row without a label is no test row."""
        with pytest.raises(DataError, match="a label is missing"):
            window_of("regression", y=[None, *[1.0] * 11])


class TestGroups:
    """Rows that belong together."""

    @pytest.mark.parametrize(
        ("values", "names", "ordered"),
        [
            (["2024-01-10", "2024-01-09", "2023-12-31"], ["2023-12-31", "2024-01-09", "2024-01-10"], True),
            (["2024-02", "2024-01", "2023-12"], ["2023-12", "2024-01", "2024-02"], True),
            ([date(2024, 2, 1), date(2024, 1, 9), date(2024, 1, 10)], ["2024-01-09", "2024-01-10", "2024-02-01"], True),
            ([10, 9, 100], ["009", "010", "100"], False),
            (["b", "a", "c"], ["a", "b", "c"], False),
        ],
    )
    def test_are_in_the_order_of_their_values(self, values, names, ordered):
        """Dates by time, which makes them ordered; numbers by size; names by the alphabet."""
        window = window_of(rows=6, facts=THREE, crate=[*values, *values])

        assert window.group_names.tolist() == names
        assert (window.truth.ordered, window.truth.n_groups) == (ordered, 3)

    def test_of_times_keep_the_time_of_the_day(self):
        """Two times of one day are two groups, in their order."""
        times = np.array(["2024-01-09T12:00", "2024-01-09T07:30"], dtype="datetime64[us]")
        window = window_of(rows=2, facts=THREE, crate=times)

        assert window.group_names.tolist() == ["2024-01-09T07:30:00", "2024-01-09T12:00:00"]
        assert window.truth.ordered

    def test_of_midnights_are_dates(self):
        """A day is named as people name it."""
        window = window_of(rows=1, facts=THREE, crate=np.array(["2024-01-09"], dtype="datetime64[ns]"))

        assert window.group_names.tolist() == ["2024-01-09"]

    def test_without_a_value_are_one_group(self):
        """The rows are kept, under the name `missing`."""
        window = window_of(rows=3, facts=THREE, crate=["a", None, None])

        assert window.group_names.tolist() == ["a", "missing"]

    def test_are_the_rows_where_the_task_names_none(self):
        """Each stands by itself."""
        window = window_of(rows=3)

        assert (window.truth.n_groups, window.group_names.tolist()) == (3, ["0", "1", "2"])


class TestSlices:
    """The columns whose values are watched."""

    def test_are_text(self):
        """Numbers, truth values and dictionaries too; what is missing has a name."""
        columns = {"flag": [True, None], "size": [3, 4], "shop": pa.array(["x", "y"]).dictionary_encode()}
        window = window_of(rows=2, facts={"slices": tuple(columns)}, **columns)

        assert {name: values.tolist() for name, values in window.slices.items()} == {
            "flag": ["True", "missing"],
            "size": ["3", "4"],
            "shop": ["x", "y"],
        }

    def test_have_the_partition_where_there_are_several(self):
        """One partition alone is no slice."""
        assert list(window_of(rows=2).slices) == []
        assert list(window_of(rows=2, partition=["a", "b"]).slices) == ["partition"]


class TestFile:
    """predictions.parquet, which may be damaged."""

    @pytest.mark.parametrize("name", ["customer", "y", "partition", "crate", "prediction"])
    def test_lacks_a_column(self, name):
        """The error names the column and the file."""
        table = table_of(crate=["a"] * 12).drop_columns([name])
        with pytest.raises(DataError, match=f"it lacks the column {name}") as caught:
            TestSet.of(table, task_of(**THREE), threshold=0.5, top=0.1)

        assert caught.value.where == "reports/predictions.parquet"

    def test_names_a_row_twice(self):
        """Two rows of one identity cannot be told apart."""
        with pytest.raises(DataError, match="2 rows repeat the identity of another"):
            window_of(rows=4, customer=[1, 1, 1, 2])

    def test_has_no_rows(self):
        """There is nothing to compare on."""
        with pytest.raises(DataError, match="there are no rows"):
            window_of("regression", rows=0)


class TestHash:
    """What says that two windows are the same."""

    def test_does_not_depend_on_the_order_of_rows(self):
        """The same rows in another order are the same window."""
        table = table_of()
        shuffled = table.take(np.random.default_rng(0).permutation(12))

        assert _window(shuffled).sha256 == _window(table).sha256

    def test_does_not_depend_on_the_predictions(self):
        """Another model is judged on the same window."""
        window = window_of()

        assert window.predicted_by(1 - window.challenger.prediction, 0.5).sha256 == window.sha256

    def test_depends_on_each_row(self):
        """One row less is another window."""
        window = window_of()

        assert window.take(np.arange(12) > 0).sha256 != window.sha256


class TestTake:
    """Some rows of a window."""

    def test_keeps_rows_with_all_that_they_have(self):
        """Labels, predictions, baseline and slices are those of the rows."""
        window = window_of("multiclass", facts={"slices": ("shop",)}, shop=[f"s{n}" for n in range(12)])
        mask = np.arange(12) % 2 == 1
        taken = window.take(mask)

        assert taken.truth.y.tolist() == window.truth.y[mask].tolist()
        assert taken.challenger.prediction.tolist() == window.challenger.prediction[mask].tolist()
        assert taken.slices["shop"].tolist() == window.slices["shop"][mask].tolist()

    def test_of_all_rows_is_the_window(self):
        """Nothing is made anew."""
        window = window_of()

        assert window.take(np.ones(12, dtype=bool)) is window


class TestPlaces:
    """Where another table has the rows of a window."""

    def test_matches_rows_by_identity(self):
        """The positions are those of the other table, in the order of the window."""
        window, other = window_of(rows=4), _window(table_of(rows=4, customer=[3, 7, 1, 8]))
        mask, positions = window.places(other.identities)

        assert mask.tolist() == [False, True, False, True]
        assert positions.tolist() == [2, 0]

    @pytest.mark.parametrize("count", [0, 3])
    def test_finds_none_in_other_rows(self, count):
        """Neither in an empty table."""
        other = np.arange(count, dtype=np.uint64)
        mask, positions = window_of(rows=4).places(other)

        assert (mask.any(), len(positions)) == (False, 0)


class TestPredictions:
    """Another model's predictions of the same rows."""

    @pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
    def test_take_the_place_of_the_challengers(self, kind):
        """The baseline and the labels stay."""
        window = window_of(kind)
        other = window.predicted_by(window.baseline.prediction, 0.3)

        assert other.challenger.prediction.tolist() == window.baseline.prediction.tolist()
        assert (other.truth.y.tolist(), other.challenger.threshold) == (window.truth.y.tolist(), 0.3)

    def test_are_put_in_the_order_of_the_classes(self):
        """Columns may stand in any order; their names count."""
        window = window_of("multiclass")
        turned = window.table.select(["prediction:wine", "prediction:bread", "prediction:milk"])

        assert window.values(turned, "prediction").tolist() == window.challenger.prediction.tolist()

    @pytest.mark.parametrize(
        ("kind", "columns", "found"),
        [
            ("binary", {"p": [0.5]}, "columns are none; expected is prediction"),
            ("binary", {"prediction": ["high"]}, "expected is a number in prediction"),
            ("binary", {"prediction:yes": [0.5]}, "columns are prediction:yes; expected is prediction"),
            (
                "multiclass",
                {"prediction": [0.5]},
                "expected is prediction:bread, prediction:milk",
            ),
            ("multiclass", {"prediction:bread": [1.0], "prediction:beer": [0.0]}, "prediction:beer"),
        ],
    )
    def test_in_other_columns_are_refused(self, kind, columns, found):
        """The error names what there is and what is wanted."""
        with pytest.raises(DataError, match=found):
            window_of(kind).values(pa.table(columns), "prediction")

    def test_have_their_own_threshold(self):
        """A rival decides by the threshold that it was published with."""
        window = window_of(threshold=0.5)
        values = window.challenger.prediction

        assert window.scored(values, 0.95).decisions.sum() == 0
        assert window.scored(values).decisions.sum() == 4


def _window(table: pa.Table) -> TestSet:
    return TestSet.of(table, task_of(), threshold=0.5, top=0.1)
