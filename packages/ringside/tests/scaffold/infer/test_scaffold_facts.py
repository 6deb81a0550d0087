"""What `init` makes of the data, and where a person is asked or heard."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from drafting import customers, default, drafted, seen
from ringside.errors import DataError, UsageError
from ringside.init.infer.doubts import doubts
from ringside.init.infer.draft import Wishes
from ringside.init.infer.facts import decide
from ringside.init.infer.time import delay


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A table of customers."""
    return seen(customers(), tmp_path_factory.mktemp("customers"))


def shops(periods: list, count: int = 50) -> pd.DataFrame:
    """Each of some shops in each period, in the column `year`."""
    chance = np.random.default_rng(0)
    rows = count * len(periods)
    return pd.DataFrame(
        {
            "shop": np.tile([f"Shop {number}" for number in range(count)], len(periods)),
            "year": np.repeat(periods, count),
            "visits": chance.gamma(2, 100, rows).round(1),
            "revenue": chance.gamma(2, 1000, rows).round(2),
        }
    )


def decided(data, **wishes):
    """The task that predicts who leaves."""
    return decide(data, Wishes(**{"name": "churn", "target": "left"} | wishes), default)


class TestACustomerTable:
    """What follows from a table with a day and a number for each customer."""

    def test_is_a_binary_task_in_monthly_partitions(self, data):
        """Kind, time, partitions and split are found."""
        draft = decided(data)

        assert (draft.kind, draft.time, draft.partition_by, draft.strategy) == ("binary", "signup", "month", "time")
        assert draft.answers is None  # a source reads Yes and No by itself

    def test_is_named_by_the_customer_and_learns_nothing_from_his_number(self, data):
        """A unique number is the identity; that, the day and what is always the same are no features."""
        draft = decided(data)

        assert draft.identity == ("customer",)
        assert draft.features == ("größe", "calls", "class")
        assert draft.left_out == {"country": "has only one value"}
        assert draft.slices == ("class",)

    def test_hears_what_a_person_says(self, data):
        """Every guess is an option."""
        wishes = {"time": "none", "identity": ["row"], "group": "class", "slices": [], "leave_out": ["calls"]}

        draft = decided(data, **wishes)

        assert (draft.time, draft.identity, draft.group, draft.strategy) == (None, ("row",), "class", "group")
        assert "calls" not in draft.features
        assert draft.slices == ()

    def test_does_not_slice_by_a_name_that_predictions_have(self, tmp_path):
        """`partition` and `y` are features like any other, and no identity, group or slice."""
        renamed = seen(customers().rename(columns={"class": "partition", "customer": "y"}), tmp_path)

        draft = decided(renamed, time="none")

        assert (draft.identity, draft.group, draft.slices) == (("row",), None, ())
        assert "partition" in draft.features
        with pytest.raises(UsageError, match="a reserved name"):
            decided(renamed, group="partition")

    @pytest.mark.parametrize(("name", "meant"), [("Calls", "calls"), ("singup", "signup")])
    def test_knows_what_a_misspelt_column_was_to_be(self, data, name, meant):
        """The error names the column that is nearest."""
        with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
            decided(data, leave_out=[name])

    @pytest.mark.parametrize(
        ("after", "gap"), [("0d", 0), ("24h", 0), ("25h", 1), ("31d", 1), ("32d", 2), ("400d", 14), ("440d", 0)]
    )
    def test_leaves_out_what_was_not_known_when_the_test_begins(self, data, after, gap):
        """Months whose last label came after the first of May; none where two would not be left, which is said."""
        draft = decided(data, label_delay=delay(after))
        said = [doubt for doubt in doubts(draft) if "labels that it lacks in production" in doubt]

        assert (draft.test, draft.gap) == (4, gap)
        assert len(said) == (after == "440d")

    @pytest.mark.parametrize(
        ("wishes", "place"),
        [
            ({"time": "calls"}, "--time"),
            ({"time": "nothing"}, "the data"),
            ({"target": "none"}, "the data"),
            ({"time": "day"}, "the data"),
            ({"slices": ["day"]}, "the data"),
            ({"slices": ["left"]}, "--slice"),
            ({"time": "none", "label_delay": timedelta(days=60)}, "--label-delay"),
            ({"partition_by": "year"}, "--partition-by"),
            ({"identity": ["class"]}, "--identity"),
            ({"identity": ["left"]}, "--identity"),
            ({"group": "größe"}, "--group"),
            ({"kind": "regression"}, "--target"),
            ({"kind": "guess"}, "--kind"),
            ({"positive": "Maybe"}, "--positive"),
            ({"positive": "3", "target": "calls"}, "--positive"),
            ({"leave_out": ["left"]}, "--leave-out"),
        ],
    )
    def test_refuses_what_cannot_be_and_names_the_option(self, data, wishes, place):
        """A column that is not there, or cannot serve, is said before anything is written."""
        with pytest.raises(UsageError) as refused:
            decided(data, **wishes)

        assert refused.value.where.startswith(place)


class TestTheKind:
    """What the target says of the kind."""

    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ([0, 1] * 50, "binary"),
            ([True, False] * 50, "binary"),
            (["a", "b", "c", "a"] * 25, "multiclass"),
            ([0, 1, 2, 1] * 25, "multiclass"),
            ([3, 5, 6, 8] * 25, "regression"),
            (list(range(100)), "regression"),
            (list(np.linspace(0, 1, 100)), "regression"),
        ],
    )
    def test_follows_from_its_values(self, values, kind):
        """Few whole numbers from 0 or 1 on are classes; others are quantities."""
        frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=100), "y": values})

        assert drafted(frame, "y").kind == kind

    def test_knows_what_two_words_mean_by_the_word_that_says_so(self):
        """Of `alive` and `dead`, the model predicts `dead`; a person may say the other."""
        frame = pd.DataFrame({"x": np.arange(100.0) % 7, "y": ["alive", "dead"] * 50})

        assert drafted(frame, "y").answers == {"alive": False, "dead": True}
        assert drafted(frame, "y", positive="alive").answers == {"alive": True, "dead": False}

    def test_is_none_where_there_is_nothing_to_learn(self):
        """A target of one value, and data without a column to learn from, are refused."""
        frame = pd.DataFrame({"x": np.arange(100.0) % 7, "y": [1] * 100})
        with pytest.raises(DataError, match="nothing to learn"):
            drafted(frame, "y")
        with pytest.raises(DataError, match="no column to learn from"):
            drafted(frame.assign(y=[0, 1] * 50, x=1), "y")


class TestIdentityAndGroup:
    """What names rows and what ties them together."""

    def test_are_customer_and_month_where_each_month_has_each_customer(self):
        """Together they are unique, and the customer is the group."""
        months = pd.date_range("2025-01-01", periods=12, freq="MS")
        chance = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                "customer_id": np.tile(np.arange(50), 12),
                "month": np.repeat(months, 50),
                "x": chance.normal(size=600),
                "y": chance.integers(0, 2, 600),
            }
        )

        draft = drafted(frame, "y")

        assert (draft.identity, draft.group) == (("customer_id", "month"), "customer_id")

    def test_are_not_mixed_up_with_another_number(self):
        """A column that is called a number and names no row is no group where another names rows with the time."""
        chance = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                "Sample Number": chance.integers(0, 100, 600),
                "Bird ID": np.tile(np.arange(50), 12),
                "seen": np.repeat(pd.date_range("2025-01-01", periods=12, freq="MS"), 50),
                "x": chance.normal(size=600),
                "y": chance.integers(0, 2, 600),
            }
        )

        assert drafted(frame, "y").group == "Bird ID"

    @pytest.mark.parametrize(
        "periods",
        [
            [f"2025-{month:02d}" for month in range(1, 13)],
            [f"2025-W{week:02d}" for week in range(1, 13)],
            [f"{year}Q{quarter}" for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)],
            list(range(1952, 2012, 5)),
        ],
        ids=["months", "weeks", "quarters", "years"],
    )
    def test_are_who_comes_again_each_period(self, periods):
        """No name says so: each shop has a row of each period; these are the partitions, the last are the test."""
        frame = shops(periods)
        draft = drafted(frame, "revenue")

        assert (draft.identity, draft.group) == (("shop", "year"), "shop")
        assert (draft.partition_by, draft.strategy) == ("year", "time")
        assert not {"shop", "year"} & {*draft.features, *draft.slices}
        assert draft.partition.nunique() == len(set(periods))

    def test_are_who_comes_again_though_some_were_missed(self):
        """A shop that was closed for a while, or opened later, changes nothing."""
        frame = shops(list(range(2000, 2012))).sample(frac=0.7, random_state=0)

        assert drafted(frame.reset_index(drop=True), "revenue").group == "shop"

    @pytest.mark.parametrize(
        ("name", "group"),
        [("User", "User"), ("customer_name", "customer_name"), ("user_agent", None), ("storey", None)],
    )
    def test_are_who_has_several_rows_at_any_times(self, name, group):
        """A column that is called as people and things are ties its rows together, where it repeats."""
        chance = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                name: [f"N{number}" for number in chance.integers(0, 150, 900)],
                "x": chance.normal(size=900),
                "y": chance.integers(0, 2, 900),
            }
        )

        assert drafted(frame, "y").group == group
        assert drafted(frame.assign(**{name: [f"N{row}" for row in range(900)]}), "y").group is None

    def test_are_nobody_s_where_few_come_again(self):
        """Fifteen stations are too few groups for any verdict."""
        frame = shops([f"2025-{month:02d}" for month in range(1, 13)], count=15)

        assert drafted(frame, "revenue").group is None

    def test_are_nobody_s_where_a_year_is_a_fact_of_a_thing(self):
        """The year in which a house was built says nothing of when its row arrived."""
        frame = shops(list(range(1952, 2012, 5))).sample(frac=0.2, random_state=0).reset_index(drop=True)
        frame = frame.rename(columns={"shop": "street"})
        draft = drafted(frame, "revenue")

        assert (draft.group, draft.partition_by, draft.strategy) == (None, None, "random")
        assert "year" in draft.features

    def test_are_the_time_where_each_row_has_its_own(self):
        """Three years of days: a day names its row, and months are the partitions."""
        chance = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                "date": pd.date_range("2022-01-01", periods=1100, freq="D"),
                "price": chance.uniform(2, 3, 1100).round(2),
                "sales": chance.normal(100, 9, 1100).round(1),
            }
        )
        draft = drafted(frame, "sales")

        assert (draft.identity, draft.group, draft.row_id) == (("date",), None, None)
        assert (draft.partition_by, draft.strategy) == ("month", "time")

    def test_may_come_again_in_a_column_that_is_called_as_a_period_is(self):
        """Without a time, `month` is the column; with one it is the period, and the column is a feature."""
        frame = shops([f"2025-{month:02d}" for month in range(1, 13)]).rename(columns={"year": "month"})
        draft = drafted(frame, "revenue")
        timed = drafted(frame.assign(at=pd.to_datetime(frame["month"])), "revenue", partition_by="month")

        assert (draft.partition_by, draft.partition_by_column, draft.group) == ("month", "month", "shop")
        assert (timed.partition_by, timed.partition_by_column, timed.identity) == ("month", None, ("shop", "at"))
        assert "month" in timed.features

    def test_of_the_month_of_a_birth_are_no_partitions(self):
        """When somebody was born is not when his row was known."""
        frame = shops([f"1987-{month:02d}" for month in range(1, 13)]).rename(columns={"year": "birth_month"})

        assert drafted(frame, "revenue").partition_by is None

    def test_are_the_day_where_days_have_many_rows(self):
        """Rows of one day share what happened on it, unless somebody says otherwise."""
        chance = np.random.default_rng(0)
        frame = pd.DataFrame(
            {
                "t": pd.Timestamp("2025-01-01") + pd.to_timedelta(chance.integers(0, 200 * 24, 2000), "h"),
                "x": chance.normal(size=2000),
                "y": chance.integers(0, 2, 2000),
            }
        )

        assert drafted(frame, "y").day == "day"
        assert drafted(frame, "y", group="none").group is None
        # The day of the month is another thing, and keeps its name.
        of_month = frame.assign(day=frame["t"].dt.day)
        assert (drafted(of_month, "y").day, drafted(of_month, "y", group="day").day) == ("calendar_day", None)


class TestWindow:
    """Which of the last partitions are for the test."""

    def test_takes_one_more_where_the_last_is_small(self):
        """Eight rows of December tell nothing; with November there are enough, and the larger part is left."""
        sizes = {"2025-01": 90, "2025-02": 100, "2025-03": 100, "2025-11": 80, "2025-12": 8}
        frame = pd.DataFrame(
            {"t": [pd.Timestamp(f"{month}-01") for month, size in sizes.items() for _ in range(size)]}
        ).assign(x=np.random.default_rng(0).normal(size=378), y=[0, 1] * 189)
        draft = drafted(frame, "y", group="none")

        assert (draft.strategy, draft.test) == ("time", 2)


class TestDelay:
    """How long labels take."""

    def test_is_a_number_and_a_unit(self):
        """60d, 12h, 8w."""
        assert [delay("60d"), delay("12h"), delay("8w")] == [
            timedelta(days=60),
            timedelta(hours=12),
            timedelta(weeks=8),
        ]

    def test_is_refused_where_it_has_none(self):
        """`two months` is no duration."""
        with pytest.raises(UsageError, match="two months"):
            delay("two months")
