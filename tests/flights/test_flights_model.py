"""How the model of January to June behaves on flights from July on: invariance, direction, minimum functionality."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from flights import source
from flights.model import FEATURES


@pytest.fixture(scope="module")
def later(valid) -> pd.DataFrame:
    """July to December."""
    return pd.concat(list(valid.values())[6:], ignore_index=True)


@pytest.fixture(scope="module")
def sample(later) -> pd.DataFrame:
    """Some of them, the same each time."""
    return later.sample(2_000, random_state=0, ignore_index=True)


@pytest.fixture(scope="module")
def base_rate(training) -> float:
    """The share of flights that are late, January to June."""
    return training["late"].mean()


def late(model: Pipeline, flights: pd.DataFrame) -> np.ndarray:
    """The probability of each flight to be late."""
    return model.predict_proba(flights)[:, 1]


def at(flights: pd.DataFrame, **values: float) -> pd.DataFrame:
    """The flights with other values in some columns, in the columns' own types."""
    return flights.assign(**values).astype({column: flights[column].dtype for column in values})


class TestInvariance:
    """What must not move a prediction."""

    @pytest.mark.parametrize("column", ["flight", "departure_hour", "day", "part_of_day"])
    def test_to_a_column_that_is_no_feature(self, model, sample, column):
        """Values of a column that only names, groups or slices rows can be exchanged without any effect."""
        exchanged = sample.assign(**{column: sample[column].to_numpy()[::-1]})

        assert column not in FEATURES
        assert not exchanged.equals(sample)
        assert (late(model, exchanged) == late(model, sample)).all()

    def test_to_the_label(self, model, sample):
        """The label of a flight does not move its prediction."""
        exchanged = sample.assign(late=~sample["late"])

        assert (late(model, exchanged) == late(model, sample)).all()

    def test_to_the_order_of_rows(self, model, sample):
        """A flight has one prediction, wherever it stands and whatever stands beside it."""
        mixed = sample.sample(frac=1, random_state=1)

        assert (late(model, mixed) == late(model, sample)[mixed.index]).all()
        assert (late(model, sample[:1]) == late(model, sample)[:1]).all()

    def test_to_the_order_of_columns(self, model, sample):
        """Columns are found by their names."""
        assert (late(model, sample[sample.columns[::-1]]) == late(model, sample)).all()


class TestDirection:
    """Which way the average prediction goes when one thing changes for all flights of the sample."""

    def test_is_up_with_lower_visibility(self, model, sample):
        """Fog delays: at 1 mile more flights are late than at 3, and at 3 more than at 10."""
        fog, haze, clear = (late(model, at(sample, visib=miles)).mean() for miles in (1, 3, 10))

        assert fog > haze > clear

    def test_is_up_with_more_rain(self, model, sample):
        """Rain delays: with a tenth of an inch in the hour more flights are late than without."""
        dry, wet = (late(model, at(sample, precip=inches)).mean() for inches in (0, 0.1))

        assert wet > dry + 0.02

    def test_is_up_through_the_day(self, model, sample):
        """Delays add up: from 6 to 10, 14 and 18 o'clock more and more flights are late."""
        means = [late(model, at(sample, departure_minute=60 * hour)).mean() for hour in (6, 10, 14, 18)]

        assert means == sorted(means)
        assert means[-1] > 2 * means[0]


class TestMinimum:
    """Flights of which anybody knows the answer."""

    def test_a_clear_saturday_morning_is_on_time(self, model, later, base_rate):
        """In dry, clear air on a Saturday morning the probability is below the base rate, for nine of ten flights."""
        clear = (later["visib"] == 10) & (later["precip"] == 0)
        mornings = later[clear & (later["weekday"] == 5) & (later["part_of_day"] == "morning")]

        assert len(mornings) > 1_000
        assert (late(model, mornings) < base_rate).mean() > 0.9

    def test_a_stormy_summer_evening_is_late(self, model, later, base_rate):
        """In the rain of a July or August evening it is above the base rate, for nine of ten flights."""
        summer = later["day"].dt.month.isin([7, 8])
        storms = later[summer & (later["precip"] > 0) & (later["part_of_day"] == "evening")]

        assert len(storms) > 300
        assert (late(model, storms) > base_rate).mean() > 0.9

    def test_tells_the_two_apart(self, model, sample):
        """The same flights are more than twice as often late in the storm as on the clear morning, on average."""
        clear = at(sample, visib=10, precip=0, weekday=5, departure_minute=8 * 60, wind_speed=5)
        storm = at(sample, visib=2, precip=0.2, weekday=3, departure_minute=20 * 60, wind_speed=25)

        assert late(model, storm).mean() > 2 * late(model, clear).mean()


class TestNeverSeen:
    """What training did not have, or did not always have."""

    @pytest.mark.parametrize("column", ["carrier", "dest"])
    def test_category_has_a_probability(self, model, sample, training, column):
        """A new airline and a new destination are a guess between 0 and 1, not an error."""
        assert "ZZ" not in set(training[column])
        found = late(model, sample.assign(**{column: "ZZ"}))

        assert np.isfinite(found).all()
        assert ((found > 0) & (found < 1)).all()

    def test_report_has_a_probability(self, model, sample):
        """Without any weather the average stays between clear air and fog."""
        unknown = late(model, at(sample, **dict.fromkeys(source.WEATHER, np.nan))).mean()
        clear, fog = (late(model, at(sample, visib=miles)).mean() for miles in (10, 1))

        assert clear - 0.1 < unknown < fog
