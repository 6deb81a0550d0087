"""Rows from JSON and databases, in the types that a model takes."""

import pandas as pd
import pytest

from ringside.errors import DataError
from ringside.registry.rows import in_types


class TestInTypes:
    """`in_types`."""

    @pytest.mark.parametrize(
        ("dtype", "value", "expected"),
        [
            ("int64", 3, 3),
            ("int64", 3.0, 3),
            ("Int64?", None, pd.NA),
            ("float64", 3, 3.0),
            ("float64?", None, float("nan")),
            ("bool", 1, True),
            ("bool", False, False),
            ("str", "a", "a"),
            ("datetime64[us]", "2025-05-01T12:00:00", pd.Timestamp("2025-05-01 12:00")),
            ("datetime64[us, UTC]", "2025-05-01T12:00:00+02:00", pd.Timestamp("2025-05-01 10:00", tz="UTC")),
        ],
    )
    def test_gives_each_value_its_columns_type(self, dtype, value, expected):
        """The type is the schema's, and the value is the same."""
        found = in_types([{"x": value}], {"x": dtype})["x"]

        assert found.dtype == pd.api.types.pandas_dtype(dtype.removesuffix("?"))
        pd.testing.assert_series_equal(found, pd.Series([expected], dtype=found.dtype, name="x"))

    @pytest.mark.parametrize(
        ("dtype", "value"),
        [
            ("int64", 3.5),
            ("int64", "many"),
            ("int64", None),
            ("bool", 2),
            ("bool", "no"),
            ("float64", "strong"),
            ("datetime64[us]", "yesterday"),
        ],
    )
    def test_refuses_what_is_no_value_of_it(self, dtype, value):
        """Nothing is rounded, cut or guessed; the error names the column."""
        with pytest.raises(DataError, match="x: a value is no"):
            in_types([{"x": value}], {"x": dtype})

    @pytest.mark.parametrize(("dtype", "value"), [("datetime64[ns]", "9999-12-01"), ("float64", "p4ss"), ("bool", 77)])
    def test_repeats_no_value(self, dtype, value):
        """A service's callers keep answers, and a row may be somebody's secret."""
        with pytest.raises(DataError) as caught:
            in_types([{"x": value}], {"x": dtype})

        assert str(value) not in str(caught.value)

    def test_leaves_what_the_schema_does_not_know(self):
        """The schema decides about columns that it does not have."""
        assert in_types([{"x": 1, "y": "a"}], {"x": "float64"})["y"].tolist() == ["a"]

    def test_changes_no_frame_that_it_was_given(self):
        """Who asked keeps its own."""
        frame = pd.DataFrame({"x": [1]})
        in_types(frame, {"x": "float64"})

        assert frame["x"].dtype == "int64"
