"""The data diff: what changed between two profiles."""

import copy
import json

import numpy as np
import pandas as pd
import pytest

from data.toy import MONTHS, month, toy_task
from harness import Checkout
from ringside.data.diff import ColumnChange, DataDiff, PartitionChange, diff
from ringside.data.drift import new_by_design
from ringside.errors import DataError
from ringside.pipeline.evaluate.profile import VERSION, column_bins, partition_profile

TASK = toy_task()


def profile(months: dict[str, pd.DataFrame], *, test: int = 1, task=TASK, bins: int = 4) -> dict:
    """The profile that `evaluate` would write for these months, of which the last ones are for the test."""
    train = list(months)[:-test]
    edges = column_bins(pd.concat([months[name] for name in train]), bins=bins)
    partitions = {
        name: {"sides": ["train" if name in train else "test"], "content": f"{pd.util.hash_pandas_object(frame).sum()}"}
        | partition_profile(frame, edges, task)
        for name, frame in months.items()
    }
    made = {"version": VERSION, "task": "toy", "bins": edges, "partitions": partitions, "trained_on": ""}
    # As it comes back from a file.
    return json.loads(json.dumps(made))


def months(count: int) -> dict[str, pd.DataFrame]:
    """Months of the toy, as many as wanted."""
    return {name: month(name) for name in [*MONTHS, "2024-04", "2024-05"][:count]}


def drift(found: object, column: str) -> ColumnChange:
    """The change of one column."""
    return next(change for change in found.columns if change.column == column)


class TestSameData:
    """A challenger on the rival's data."""

    def test_has_no_difference(self):
        """Nothing was added, so nothing is compared."""
        found = diff(profile(months(3)), profile(months(3)))

        assert (found.rows_before, found.rows_after) == (60, 60)
        assert (found.partitions, found.columns, found.labels) == ((), (), ())
        assert (found.columns_added, found.columns_removed, found.columns_retyped) == ((), (), ())

    def test_that_came_once_more_has_not_moved(self):
        """A new month of the same values has a stability and a distance of 0 in each column."""
        again = months(3)
        again["2024-04"] = pd.concat([again["2024-01"], again["2024-02"]])
        found = diff(profile(months(3)), profile(again))

        assert {(change.stability, change.distance) for change in found.columns} == {(0.0, 0.0)}


class TestPartitions:
    """Which partitions changed."""

    def test_that_were_added_are_named_with_their_rows(self):
        """One more month is one more line."""
        found = diff(profile(months(3)), profile(months(4)))

        assert found.partitions == (PartitionChange("2024-04", "added", None, 20),)
        assert (found.rows_before, found.rows_after) == (60, 80)

    def test_that_were_removed_are_named_with_their_rows(self):
        """A month that went away is a difference, and no drift."""
        found = diff(profile(months(4)), profile(months(3)))

        assert found.partitions == (PartitionChange("2024-04", "removed", 20, None),)
        assert found.columns == ()

    def test_that_have_other_values_are_changed(self):
        """A month of the same name with other rows is seen by its hash, and compared with what was learnt from."""
        other = months(3)
        other["2024-02"] = other["2024-02"].iloc[:15].assign(size=lambda frame: frame["size"] + 100)
        found = diff(profile(months(3)), profile(other))

        assert found.partitions == (PartitionChange("2024-02", "changed", 20, 15),)
        assert drift(found, "size").distance > 10


class TestColumns:
    """Which columns changed."""

    def test_that_came_went_or_have_another_type_are_named(self):
        """The type is the one that the validated rows have."""
        new = {
            name: frame.drop(columns="colour").assign(weight=1.0, size=frame["size"].astype("float32"))
            for name, frame in months(4).items()
        }
        found = diff(profile(months(3)), profile(new))

        assert (found.columns_added, found.columns_removed) == (("weight",), ("colour",))
        assert found.columns_retyped == ("size",)

    def test_that_moved_most_are_first(self):
        """The order is that of the stability."""
        new = months(4)
        new["2024-04"] = new["2024-04"].assign(colour="blue", size=7.0)
        found = diff(profile(months(3)), profile(new), leave_out=("id",))

        assert [change.column for change in found.columns] == ["colour", "size"]
        assert found.columns[0].stability > found.columns[1].stability

    def test_that_are_left_out_have_no_drift(self):
        """A column of numbers that only ever grow says nothing."""
        found = diff(profile(months(3)), profile(months(4)), leave_out=("id",))

        assert "id" not in {change.column for change in found.columns}

    def test_say_what_is_missing_before_and_after(self):
        """Before is what the rival learnt from, after is what came since."""
        new = months(4)
        new["2024-04"] = new["2024-04"].assign(colour=None).astype({"colour": "str"})
        learnt = pd.concat([month(name) for name in MONTHS[:2]])["colour"].isna().mean()
        found = drift(diff(profile(months(3)), profile(new)), "colour")

        assert (found.missing_before, found.missing_after) == (pytest.approx(learnt), 1.0)

    def test_that_became_texts_have_no_drift_between_bins_that_do_not_fit(self):
        """Numbers that are now texts are retyped; where the old partitions are gone, nothing is made up."""
        new = {f"{name}-b": frame.assign(size=frame["size"].astype(str)) for name, frame in months(4).items()}
        found = diff(profile(months(3)), profile(new))

        assert "size" in found.columns_retyped
        assert (drift(found, "size").stability, drift(found, "size").effect) == (None, None)


class TestLabels:
    """The balance of labels."""

    def test_is_the_share_of_each_label(self):
        """What was learnt from, against what came since, and a label that is new has no share before."""
        new = months(4)
        new["2024-04"] = new["2024-04"].assign(late=["early"] * 5 + ["on time"] * 15)
        found = diff(profile(months(3)), profile(new))

        assert found.labels == (("False", 0.5, 0.0), ("True", 0.5, 0.0), ("early", 0.0, 0.25), ("on time", 0.0, 0.75))

    def test_of_a_regression_is_the_mean_and_the_deviation(self):
        """Numbers have no balance, but a place and a width."""
        task = toy_task(kind="regression")
        old = {name: frame.assign(late=[1.0, 3.0] * 10) for name, frame in months(3).items()}
        new = old | {"2024-04": month("2024-04").assign(late=[5.0] * 20)}
        found = diff(profile(old, task=task), profile(new, task=task))

        assert found.labels == (("mean", 2.0, 5.0), ("std", 1.0, 0.0))


class TestDuplicates:
    """Rows that repeat another."""

    def test_are_counted_on_both_sides(self):
        """Rows that are alike in all but the identity are counted in each partition."""
        new = months(4)
        new["2024-04"] = new["2024-04"].assign(size=1.0, colour="red", late=False)
        found = diff(profile(months(3)), profile(new))

        assert (found.duplicates_before, found.duplicates_after) == (0, 19)


class TestBins:
    """Counts of two profiles, each in bins of its own."""

    def test_are_the_challengers_where_it_has_the_partitions(self):
        """The rival's own counts are not asked for a partition that the challenger has with the same values."""
        rival, challenger = profile(months(3)), profile(months(4))
        expected = diff(rival, challenger).columns
        for part in rival["partitions"].values():
            part["columns"]["size"]["counts"] = [0]

        assert diff(rival, challenger).columns == expected

    def test_are_interpolated_where_it_has_them_no_more(self):
        """Partitions that were replaced by others of the same values have moved by next to nothing."""
        rng = np.random.default_rng(0)
        old = {
            name: pd.DataFrame({"id": range(2000), "x": rng.normal(size=2000), "late": [True, False] * 1000})
            for name in MONTHS
        }
        new = {f"{name}-b": frame.assign(x=frame["x"].sample(frac=1).to_numpy()) for name, frame in old.items()}
        found = drift(diff(profile(old, bins=20), profile(new, bins=13)), "x")

        assert found.stability < 0.01
        assert found.distance < 0.05

    def test_of_texts_that_one_side_did_not_count_are_pooled(self):
        """A text beyond the rival's bins is not taken for one that it never had."""
        many = [f"{number:03}" for number in range(80)]
        old = {name: month(name).iloc[[0] * 80].assign(colour=many) for name in MONTHS}
        new = {
            f"{name}-b": frame.assign(colour=frame["colour"].sort_values(ascending=False).to_numpy())
            for name, frame in old.items()
        }
        challenger = profile(new)
        for part in challenger["partitions"].values():
            part["columns"]["colour"] |= {"counts": [1] * 50, "other": 30}
        challenger["bins"]["colour"]["values"] = many[30:]
        found = drift(diff(profile(old), challenger), "colour")

        assert (found.stability, found.distance) == (0.0, 0.0)


class TestOldProfiles:
    """Profiles that an earlier release carries."""

    @pytest.fixture
    def first(self) -> dict:
        """A profile of version 1."""
        made = profile(months(3)) | {"version": 1}
        for part in made["partitions"].values():
            del part["duplicates"], part["types"]
            for counts in part["columns"].values():
                counts.pop("min", None), counts.pop("max", None)
        return made

    def test_of_version_1_say_nothing_of_duplicates_and_types(self, first):
        """What is not known is None, and no column counts as retyped for it."""
        found = diff(first, profile(months(4)))

        assert (found.duplicates_before, found.duplicates_after) == (None, 0)
        assert found.columns_retyped == ()

    def test_of_version_1_have_drift_where_the_bins_are_common(self, first):
        """Most of a diff needs nothing new."""
        assert diff(first, profile(months(4))).columns == diff(profile(months(3)), profile(months(4))).columns

    def test_of_version_1_have_no_stability_where_counts_had_to_be_moved(self, first):
        """Their outermost bins have no known end."""
        new = {f"{name}-b": frame for name, frame in months(4).items()}

        assert drift(diff(first, profile(new)), "size").stability is None

    @pytest.mark.parametrize("content", [[], {}, {"version": 2}, "profile"])
    def test_that_are_none_are_refused(self, content):
        """Any other file is an error that names whose it is."""
        with pytest.raises(DataError, match="the content is no profile") as caught:
            diff(content, profile(months(3)))

        assert caught.value.where == "the rival's profile"

    def test_of_a_later_version_are_refused(self):
        """What cannot be understood is not guessed at."""
        later = copy.deepcopy(profile(months(3))) | {"version": VERSION + 1}
        with pytest.raises(DataError, match="supports versions up to 2"):
            diff(profile(months(3)), later)


@pytest.mark.long
@pytest.mark.xdist_group("ran")
class TestFlights:
    """The sample: a rival that learnt from January to April, and May and June after it."""

    @pytest.fixture
    def found(self, ran: Checkout) -> DataDiff:
        """What changed since."""
        challenger = ran.json("reports/profile.json")
        rival = copy.deepcopy(challenger)
        del rival["partitions"]["2013-05"], rival["partitions"]["2013-06"]
        task = toy_task(identity=("departure_hour", "carrier", "flight"), time="departure_hour", group="day")
        return diff(rival, challenger, leave_out=new_by_design(task))

    def test_has_moved_with_the_seasons_first(self, found):
        """It is warmer by more than a deviation, and the airports are what they were."""
        assert {change.column for change in found.columns[:2]} == {"temp", "dewp"}
        assert drift(found, "temp").distance > 1
        assert drift(found, "origin").stability < 0.01
        assert drift(found, "origin").distance < 0.05

    def test_calls_no_moment_drift(self, found):
        """Time passes in every partition."""
        assert {"departure_hour", "day"} & {change.column for change in found.columns} == set()
        assert [part.partition for part in found.partitions] == ["2013-05", "2013-06"]
