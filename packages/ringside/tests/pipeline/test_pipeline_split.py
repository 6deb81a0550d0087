"""Stage `split`: which rows are for training and which for the test."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.common.split import Split
from ringside.errors import DataError, UsageError
from ringside.params import SplitParams
from ringside.pipeline.split.stage import split
from ringside.task import Task
from shop import BINARY, partitions

SIZES = st.lists(st.integers(1, 80), min_size=4, max_size=8).filter(lambda sizes: sum(sizes) >= 120)
"""Rows of a few partitions, enough for both sides of a share of a half to have some."""
SEEDS = st.integers(0, 2**32 - 1)
HASHED = st.sampled_from(["group", "random"])


def shared(strategy: str, *, test: float = 0.5, seed: int = 0) -> SplitParams:
    """Parameters of a split by hash."""
    return SplitParams(strategy=strategy, test=test, seed=seed)


def timed(*, test: int = 1, gap: int = 0) -> SplitParams:
    """Parameters of a split by time."""
    return SplitParams(strategy="time", test=test, gap=gap)


def customers(decided: Split, tables: dict[str, pa.Table], side: str) -> list[int]:
    """The customers on one side, in order."""
    parts = [table.column("customer").to_numpy()[decided.side(name, table, side)] for name, table in tables.items()]
    return np.concatenate(parts).tolist()


def streets(decided: Split, tables: dict[str, pa.Table], side: str) -> set[str]:
    """The streets on one side."""
    masks = [table.filter(pa.array(decided.side(name, table, side))) for name, table in tables.items()]
    return {street for table in masks for street in table.column("street").to_pylist()}


class TestEveryStrategy:
    """What holds however rows are split."""

    @settings(deadline=None, max_examples=25)
    @given(SIZES, HASHED, SEEDS)
    def test_by_hash_puts_each_row_on_one_side(self, sizes, strategy, seed):
        """Training and test rows of a split by hash are disjoint, and together they are all rows."""
        tables = partitions(sizes)
        decided = split(tables, BINARY, shared(strategy, seed=seed))

        both = customers(decided, tables, "train") + customers(decided, tables, "test")
        assert sorted(both) == list(range(sum(sizes)))

    @settings(deadline=None, max_examples=25)
    @given(SIZES, st.integers(1, 2), st.integers(0, 1))
    def test_by_time_puts_each_row_on_one_side_or_in_the_gap(self, sizes, test, gap):
        """Only the rows of the partitions that the gap names are on no side."""
        tables = partitions(sizes)
        decided = split(tables, BINARY, timed(test=test, gap=gap))

        left_out = [row for name in decided.gap for row in tables[name].column("customer").to_pylist()]
        sides = customers(decided, tables, "train") + customers(decided, tables, "test")
        assert sorted(sides + left_out) == list(range(sum(sizes)))
        assert len(decided.gap) == gap

    @settings(deadline=None, max_examples=15)
    @given(SIZES, st.sampled_from([shared("group"), shared("random"), timed(gap=1)]))
    def test_counts_the_rows_of_each_side(self, sizes, params):
        """`rows` says how many rows `side` answers."""
        tables = partitions(sizes)
        decided = split(tables, BINARY, params)

        assert decided.rows == {side: len(customers(decided, tables, side)) for side in ("train", "test")}

    @pytest.mark.parametrize("params", [shared("group", seed=7), shared("random"), timed(test=2, gap=1)])
    def test_survives_a_file(self, params):
        """A split read back from JSON decides as the one that was written."""
        tables = partitions([40, 40, 40, 40])
        decided = split(tables, BINARY, params)
        again = Split.from_json(json.loads(json.dumps(decided.to_json())))

        assert again == decided
        assert customers(again, tables, "test") == customers(decided, tables, "test")

    @pytest.mark.parametrize("params", [shared("group"), shared("random"), timed()])
    def test_reads_the_columns_that_it_names(self, params):
        """`columns` is enough to apply the decision: a table of those columns alone gives the same sides."""
        tables = partitions([60, 60])
        decided = split(tables, BINARY, params)
        narrow = tables["week-01"].select(decided.columns or ["customer"])

        assert (decided.side("week-01", narrow, "test") == decided.side("week-01", tables["week-01"], "test")).all()


class TestTime:
    """Strategy time: the last partitions are the test."""

    @settings(deadline=None, max_examples=25)
    @given(SIZES, st.integers(1, 2), st.integers(0, 1))
    def test_keeps_the_order(self, sizes, test, gap):
        """Every training partition is before the gap, and the gap is before every test partition."""
        decided = split(partitions(sizes), BINARY, timed(test=test, gap=gap))

        assert decided.train + decided.gap + decided.test == list(partitions(sizes))
        assert (len(decided.gap), len(decided.test)) == (gap, test)

    def test_moves_on_with_a_new_partition(self):
        """When a month comes in, the month that was the test is trained on."""
        decided = split(partitions([5, 5, 5]), BINARY, timed())

        assert (decided.train, decided.test) == (["week-00", "week-01"], ["week-02"])

    @pytest.mark.parametrize(("weeks", "test", "gap"), [(1, 1, 0), (2, 2, 0), (3, 1, 2), (2, 1, 1)])
    def test_needs_a_partition_to_train_on(self, weeks, test, gap):
        """Too few partitions are an error that says how many are needed, how many there are, and what to do."""
        with pytest.raises(UsageError) as caught:
            split(partitions([5] * weeks), BINARY, timed(test=test, gap=gap))

        assert caught.value.where == "params.yaml, section split"
        assert caught.value.found.endswith(f"need at least {test + gap + 1} partitions, there are {weeks}")
        assert "ingest more partitions" in caught.value.remedy

    def test_needs_no_group(self):
        """A task without a group column can be split by time."""
        task = Task(name="shop", kind="binary", target="bought", identity=("customer",))

        assert split(partitions([5, 5]), task, timed()).columns == []


class TestHash:
    """Strategies group and random: a hash decides, and so no row knows of another."""

    @settings(deadline=None, max_examples=25)
    @given(SIZES, HASHED, SEEDS)
    def test_moves_no_row_when_a_partition_comes_in(self, sizes, strategy, seed):
        """With one partition more, each older row is on the side where it was."""
        tables = partitions(sizes)
        earlier = dict(list(tables.items())[:-1])
        before, after = (split(some, BINARY, shared(strategy, seed=seed)) for some in (earlier, tables))

        assert customers(before, earlier, "test") == customers(after, earlier, "test")
        assert customers(before, earlier, "train") == customers(after, earlier, "train")

    @settings(deadline=None, max_examples=15)
    @given(SIZES, HASHED, SEEDS, st.randoms(use_true_random=False))
    def test_moves_no_row_when_rows_change_places(self, sizes, strategy, seed, random):
        """The order of rows within a partition decides nothing."""
        tables = partitions(sizes)
        places = list(range(sizes[0]))
        random.shuffle(places)
        mixed = tables | {"week-00": tables["week-00"].take(places)}
        params = shared(strategy, seed=seed)

        assert set(customers(split(tables, BINARY, params), tables, "test")) == set(
            customers(split(mixed, BINARY, params), mixed, "test")
        )

    @settings(deadline=None, max_examples=25)
    @given(SIZES, SEEDS)
    def test_keeps_a_group_together(self, sizes, seed):
        """Strategy group never has one street on both sides, though streets cross from partition to partition."""
        tables = partitions(sizes, per_street=5)
        decided = split(tables, BINARY, shared("group", seed=seed))

        assert not streets(decided, tables, "train") & streets(decided, tables, "test")

    @settings(deadline=None, max_examples=15)
    @given(SIZES, HASHED, SEEDS)
    def test_repeats_itself(self, sizes, strategy, seed):
        """The same seed gives the same split."""
        first, second = (split(partitions(sizes), BINARY, shared(strategy, seed=seed)) for _ in range(2))
        tables = partitions(sizes)

        assert first == second
        assert customers(first, tables, "test") == customers(second, tables, "test")

    @settings(deadline=None, max_examples=15)
    @given(HASHED, st.lists(SEEDS, min_size=2, max_size=2, unique=True))
    def test_changes_with_the_seed(self, strategy, seeds):
        """Another seed gives another split."""
        tables = partitions([300, 300])
        first, second = (split(tables, BINARY, shared(strategy, seed=seed)) for seed in seeds)

        assert customers(first, tables, "test") != customers(second, tables, "test")

    @pytest.mark.parametrize("strategy", ["group", "random"])
    @pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_takes_the_share_that_was_asked_for(self, strategy, share, seed):
        """Of many rows the test has the share asked for, within four standard deviations."""
        tables = partitions([15_000, 15_000])
        decided = split(tables, BINARY, shared(strategy, test=share, seed=seed))
        draws = 30_000 / (3 if strategy == "group" else 1)

        assert abs(decided.rows["test"] / 30_000 - share) < 4 * np.sqrt(share * (1 - share) / draws)

    @pytest.mark.parametrize("strategy", ["group", "random"])
    def test_grows_with_the_share(self, strategy):
        """A larger share keeps every row that a smaller one had in the test."""
        tables = partitions([300, 300])
        small, large = (split(tables, BINARY, shared(strategy, test=share)) for share in (0.2, 0.4))

        assert set(customers(small, tables, "test")) < set(customers(large, tables, "test"))

    def test_by_group_needs_a_group_column(self):
        """Strategy group on a task without one is an error that names both ways out."""
        task = Task(name="shop", kind="binary", target="bought", identity=("customer",))
        with pytest.raises(UsageError) as caught:
            split(partitions([5, 5]), task, shared("group"))

        assert caught.value.where == "params.yaml, split.strategy"
        assert "'shop' has none" in caught.value.found
        assert "`group`" in caught.value.remedy
        assert "random" in caught.value.remedy


class TestSideWithoutRows:
    """A side to which nothing falls."""

    @pytest.mark.parametrize(("sizes", "side"), [([0, 5], "train"), ([5, 0], "test")])
    def test_by_time_is_an_error(self, sizes, side):
        """A partition of which no row was valid cannot be a side of its own; the error names the side."""
        with pytest.raises(DataError) as caught:
            split(partitions(sizes), BINARY, timed())

        assert caught.value.found == f"no row is on the side of the {side}"
        assert "split.test" in caught.value.remedy

    @pytest.mark.parametrize(("share", "side"), [(1e-9, "test"), (1 - 1e-9, "train")])
    @pytest.mark.parametrize("strategy", ["group", "random"])
    def test_by_hash_is_an_error(self, strategy, share, side):
        """A share too small or too large for the rows is an error."""
        with pytest.raises(DataError, match=f"no row is on the side of the {side}"):
            split(partitions([50]), BINARY, shared(strategy, test=share))


class TestIdentityOnBothSides:
    """A row that is trained on and tested on."""

    @staticmethod
    def repeated(*, identity: tuple[str, ...] = ("customer",)) -> tuple[dict[str, pa.Table], Task]:
        """Two partitions in which customer 4 stands twice, in two streets."""
        first = pa.table({"customer": [1, 2, 4], "week": [1, 1, 1], "street": ["a", "b", "c"]})
        second = pa.table({"customer": [3, 4, 5], "week": [2, 2, 2], "street": ["a", "d", "e"]})
        task = Task(name="shop", kind="binary", target="bought", identity=identity, group="street")
        return {"week-1": first, "week-2": second}, task

    def test_is_an_error_with_an_example(self):
        """The error has the number of such rows, one of them, and both partitions that it stands in."""
        tables, task = self.repeated()
        with pytest.raises(DataError) as caught:
            split(tables, task, timed())

        assert caught.value.found.startswith("1 row")
        assert "customer=4 in week-1 and week-2" in caught.value.found

    def test_is_an_error_with_a_remedy(self):
        """The error points to the task's `identity`, to which the time usually has to be added."""
        tables, task = self.repeated()
        with pytest.raises(DataError) as caught:
            split(tables, task, timed())

        assert caught.value.where == "split, task 'shop', field `identity`"
        assert "`identity`" in caught.value.remedy

    def test_is_none_when_the_identity_tells_them_apart(self):
        """With the week in the identity they are two rows."""
        tables, task = self.repeated(identity=("customer", "week"))

        assert split(tables, task, timed()).rows == {"train": 3, "test": 3}

    def test_is_none_in_the_gap(self):
        """A row that the gap leaves out is neither trained on nor tested on."""
        tables, task = self.repeated()
        tables |= {"week-3": pa.table({"customer": [9], "week": [3], "street": ["f"]})}

        assert split(tables, task, timed(gap=1)).rows == {"train": 3, "test": 1}

    def test_stays_together_by_random(self):
        """Strategy random decides by the identity, so a repeated row is on one side for every seed."""
        tables = {f"week-{week}": pa.table({"customer": np.arange(40), "street": ["a"] * 40}) for week in (1, 2)}
        decided = [split(tables, BINARY, shared("random", seed=seed)) for seed in range(20)]

        assert all(split.rows["train"] + split.rows["test"] == 80 for split in decided)
