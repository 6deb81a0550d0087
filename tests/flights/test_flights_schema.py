"""What a month of flights must look like."""

import numpy as np
import pandas as pd
import pytest
from ringside.testing import REASON, DataError, Validated, validate

from flights import TASK, source
from flights.schema import SCHEMA
from flights_package import AFTER_DEPARTURE

BAD = [
    ("carrier", "united", "not a code of two letters or digits"),
    ("carrier", None, "not_nullable"),
    ("flight", 0, "not 1 or more"),
    ("origin", "LAX", "not EWR, JFK or LGA"),
    ("dest", "Boston", "not a code of three letters"),
    ("weekday", 7, "not in 0 to 6"),
    ("departure_minute", -1, "not in 0 to 1439"),
    ("departure_minute", 1440, "not in 0 to 1439"),
    ("arrival_minute", 1441, "not in 0 to 1440"),
    ("part_of_day", "dusk", "isin"),
    ("distance", 0, "not in 1 to 10000"),
    ("seats", 0, "not in 1 to 1000"),
    ("plane_age", -2, "not in -1 to 100"),
    ("temp", 200, "not in -60 to 130"),
    ("dewp", 101, "not in -60 to 100"),
    ("humid", 120, "not in 0 to 100.5"),
    ("wind_dir", 361, "not in 0 to 360"),
    ("wind_speed", -1, "not in 0 to 200"),
    ("wind_gust", 1048, "not in 0 to 250"),
    ("precip", -0.01, "not in 0 to 20"),
    ("pressure", 0, "not in 900 to 1100"),
    ("visib", 99, "not in 0 to 20"),
]
BORDERS = [
    ("departure_minute", 0),
    ("departure_minute", 1439),
    ("arrival_minute", 1440),
    ("plane_age", -1),
    ("visib", 0),
    ("carrier", "9E"),
]


@pytest.fixture(scope="module")
def few(year) -> pd.DataFrame:
    """Some flights of May that have a label."""
    return year["2013-05"].dropna(subset="late")[:50].reset_index(drop=True)


def check(frame: pd.DataFrame) -> Validated:
    """The frame taken apart."""
    return validate(frame, SCHEMA, TASK, where="2013-05")


def with_value(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    """The frame with one value changed in its fourth row."""
    changed = frame.copy()
    changed.loc[3, column] = value
    return changed


class TestBadFlight:
    """A flight with one value that cannot be."""

    @pytest.mark.parametrize(("column", "value", "reason"), BAD)
    def test_is_quarantined_with_the_reason(self, few, column, value, reason):
        """That flight and no other is quarantined; the reason has the column and what it must be."""
        found = check(with_value(few, column, value))

        assert found.quarantined["flight"].tolist() == with_value(few, column, value).loc[[3], "flight"].tolist()
        assert found.quarantined[REASON].iloc[0].startswith(f"{column}: {reason}")
        assert list(found.reasons.values()) == [1]

    def test_with_a_text_for_a_number_is_quarantined(self, few):
        """A column of texts in which one is no number loses that row alone."""
        texts = few["distance"].astype(str)
        texts[3] = "far"
        found = check(few.assign(distance=texts))

        assert len(found.valid) == 49
        assert found.quarantined["distance"].tolist() == ["far"]

    def test_with_several_bad_values_is_quarantined_once(self, few):
        """Three bad values of one flight are one row with three reasons."""
        bad = few
        for column, value in (("origin", "LAX"), ("visib", 99), ("weekday", 7)):
            bad = with_value(bad, column, value)
        found = check(bad)

        assert len(found.quarantined) == 1
        assert len(found.reasons) == 3


class TestGoodFlight:
    """Flights that must not be lost."""

    @pytest.mark.parametrize(("column", "value"), BORDERS)
    def test_may_have_a_value_at_the_border(self, few, column, value):
        """The first and the last value that can be are valid."""
        assert check(with_value(few, column, value)).reasons == {}

    @pytest.mark.parametrize("column", [*source.WEATHER, "seats", "plane_age"])
    def test_may_lack_weather_and_plane(self, few, column):
        """Stations fail and planes are not listed: such a value may be missing."""
        assert check(with_value(few, column, np.nan)).reasons == {}

    def test_has_one_type_per_column_in_every_month(self, valid):
        """Months can be put together as they are: a column has one type in all of them, and the label is boolean."""
        types = [frame.dtypes.astype(str).to_dict() for frame in valid.values()]

        assert all(found == types[0] for found in types)
        assert types[0]["late"] == "bool"


class TestWholeMonth:
    """A month that is wrong as a whole."""

    @pytest.mark.parametrize("column", sorted(AFTER_DEPARTURE))
    def test_with_a_column_from_after_departure_is_refused(self, few, column):
        """The schema is strict: what is known only after departure cannot slip in."""
        with pytest.raises(DataError, match=f"'{column}' is not in the schema"):
            check(few.assign(**{column: 1.0}))

    @pytest.mark.parametrize("column", sorted(set(SCHEMA.columns)))
    def test_without_a_column_is_refused(self, few, column):
        """Every column has to be there; the error names the one that is not."""
        with pytest.raises(DataError, match=f"'{column}' is missing"):
            check(few.drop(columns=column))
