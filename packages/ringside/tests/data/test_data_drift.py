"""Drift: how far a column has moved, from counts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.toy import toy_task
from ringside.data.drift import (
    FARTHEST,
    FLOOR,
    cohens_d,
    column_drift,
    cramers_v,
    new_by_design,
    pool,
    pooled_moments,
    rebin,
    recategorise,
    stability,
)
from ringside.pipeline.evaluate.profile import column_bins, partition_profile

PROPERTY = settings(deadline=None, derandomize=True, max_examples=25)
FILLED = st.lists(st.integers(1, 10_000), min_size=2, max_size=12)
COUNTS = st.lists(st.integers(0, 10_000), min_size=2, max_size=12).filter(any)
VALUES = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=1, max_size=40)
TASK = toy_task()


def profiled(values: object, bins: dict, dtype: str | None = None) -> dict:
    """The counts of one column in the bins of another."""
    frame = pd.DataFrame({"column": pd.Series(values, dtype=dtype)}).assign(late=True, id=range(len(values)))
    return partition_profile(frame, {"column": bins}, TASK)["columns"]["column"]


def bins_of(values: object, *, bins: int = 4, dtype: str | None = None) -> dict:
    """The bins of a column."""
    return column_bins(pd.DataFrame({"column": pd.Series(values, dtype=dtype)}), bins=bins)["column"]


class TestStability:
    """The population stability index."""

    @PROPERTY
    @given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 10_000)), min_size=2, max_size=12))
    def test_is_the_formula(self, pairs):
        """Where no bin is empty, it is the sum of (a - b) ln(a / b) over the shares, written out."""
        before, after = zip(*pairs, strict=True)
        shares = [(b / sum(before), a / sum(after)) for b, a in pairs]

        assert stability(before, after) == pytest.approx(sum((a - b) * math.log(a / b) for b, a in shares), abs=1e-12)

    @PROPERTY
    @given(FILLED, st.integers(1, 1000))
    def test_of_the_same_shares_is_zero(self, counts, times):
        """However many rows there are, equal shares have not moved."""
        assert stability(counts, [count * times for count in counts]) == pytest.approx(0, abs=1e-12)

    @PROPERTY
    @given(COUNTS, COUNTS)
    def test_is_never_negative_and_always_finite(self, before, after):
        """Empty bins make it large, not infinite."""
        bins = min(len(before), len(after))
        found = stability(before[:bins], after[:bins])

        assert found is None or 0 <= found < math.inf

    def test_counts_half_a_row_in_a_bin_that_is_empty_on_one_side(self):
        """The floor is the documented one."""
        expected = (0.5 - 1) * math.log(0.5) + (0.5 - FLOOR / 100) * math.log(0.5 / (FLOOR / 100))

        assert stability([100, 0], [50, 50]) == pytest.approx(expected)

    def test_passes_over_bins_that_are_empty_on_both_sides(self):
        """A bin that nobody is in says nothing."""
        assert stability([30, 0, 70], [50, 0, 50]) == stability([30, 70], [50, 50])

    def test_of_no_rows_is_none(self):
        """Nothing cannot be compared."""
        assert stability([1, 2], [0, 0]) is None

    def test_by_chance_is_what_equal_samples_show(self):
        """The mean over samples of one population is (bins - 1) (1/n + 1/m), within the error of 2,000 samples."""
        rng = np.random.default_rng(0)
        shares = np.full(10, 0.1)
        found = [stability(rng.multinomial(4000, shares), rng.multinomial(500, shares)) for _ in range(2000)]
        drift = column_drift("x", {"counts": [400] * 10, "missing": 0}, {"counts": [50] * 10, "missing": 0})

        assert drift.by_chance == pytest.approx(9 * (1 / 4000 + 1 / 500))
        assert np.mean(found) == pytest.approx(drift.by_chance, rel=0.05)


class TestCohensD:
    """The distance of numbers."""

    @pytest.mark.parametrize("shift", [0.0, 0.2, -0.5, 3.0])
    @pytest.mark.parametrize("rows", [200, 200_000])
    def test_of_a_shift_is_the_shift_in_deviations(self, shift, rows):
        """A normal column that moved by 0.2 deviations has d = 0.2, with few rows and with many."""
        found = cohens_d((rows, rows), (10.0, 10.0 + 4 * shift), (4.0, 4.0))

        assert found == pytest.approx(abs(shift), rel=0.01)

    @PROPERTY
    @given(
        st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=20), st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=20)
    )
    def test_is_the_textbook_formula(self, one, two):
        """The difference of means by the root of the pooled variance, computed from the values themselves."""
        moments = [(len(x), float(np.mean(x)), float(np.std(x))) for x in (one, two)]
        pooled = (np.var(one, ddof=1) * (len(one) - 1) + np.var(two, ddof=1) * (len(two) - 1)) / (
            len(one) + len(two) - 2
        )
        gap = abs(np.mean(one) - np.mean(two))
        expected = (
            0.0
            if gap <= 1e-9 * max(abs(moments[0][1]), abs(moments[1][1]))
            else gap / pooled**0.5
            if pooled
            else math.inf
        )

        assert cohens_d(*zip(*moments, strict=True)) == pytest.approx(min(expected, FARTHEST), rel=1e-6)

    def test_of_a_constant_that_became_another_is_the_farthest(self):
        """Without any spread the distance is large, and finite."""
        assert cohens_d((10, 10), (1.0, 2.0), (0.0, 0.0)) == FARTHEST

    def test_of_a_constant_that_stayed_is_zero(self):
        """The last digit of a mean is no drift."""
        assert cohens_d((10, 10), (0.1, 0.1 + 1e-17), (1e-18, 0.0)) == 0.0

    def test_of_a_single_value_is_none(self):
        """One value on each side has no spread to measure by."""
        assert cohens_d((1, 1), (1.0, 2.0), (0.0, 0.0)) is None


class TestCramersV:
    """The distance of categories."""

    @PROPERTY
    @given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=2, max_size=8))
    def test_of_sides_of_equal_size_is_bergsmas(self, pairs):
        """With as many rows before as after, it is Bergsma's corrected V of the table, written out."""
        before = np.array([pair[0] for pair in pairs], dtype=float)
        after = before[::-1].copy()
        table = np.stack([before, after])
        n, (r, k) = table.sum(), table.shape
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
        phi = ((table - expected) ** 2 / expected).sum() / n
        corrected = max(0, phi - (r - 1) * (k - 1) / (n - 1))
        rows, columns = r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)
        smaller = min(rows, columns) - 1

        assert cramers_v(before, after) == pytest.approx(min((corrected / smaller) ** 0.5, 1) if smaller > 0 else 0)

    @PROPERTY
    @given(COUNTS, COUNTS)
    def test_is_between_zero_and_one(self, before, after):
        """Whatever the counts."""
        bins = min(len(before), len(after))
        found = cramers_v(before[:bins], after[:bins])

        assert found is None or 0 <= found <= 1

    def test_of_sides_that_share_no_category_is_one(self):
        """Nothing is as it was."""
        assert cramers_v([1000, 0], [0, 50]) == pytest.approx(1)

    def test_does_not_shrink_with_a_longer_history(self):
        """The same new month is as far from one month as from ten of the same shares."""
        assert cramers_v([6000, 4000], [500, 500]) == pytest.approx(cramers_v([60000, 40000], [500, 500]), rel=0.01)

    def test_of_equal_shares_is_not_raised_by_chance(self):
        """Small samples of one population are near 0, where the uncorrected V would not be."""
        rng = np.random.default_rng(0)
        shares = np.full(20, 0.05)
        found = [cramers_v(rng.multinomial(200, shares), rng.multinomial(200, shares)) for _ in range(500)]

        assert np.mean(np.square(found)) < 0.02

    def test_of_one_category_is_zero(self):
        """What cannot vary has not moved."""
        assert cramers_v([10], [20]) == 0.0


class TestColumnDrift:
    """`column_drift`: one column from a profile's counts."""

    def test_of_identical_counts_is_none_at_all(self):
        """What did not move has 0 in both measures."""
        counts = profiled([1.0, 2.0, 3.0, None], bins_of([1.0, 2.0, 3.0]))
        drift = column_drift("size", counts, counts)

        assert (drift.stability, drift.distance, drift.effect) == (0.0, 0.0, "distance_d")

    def test_sees_a_known_shift_of_a_normal_column(self):
        """Half a deviation is d = 0.5, whatever the bins; and the stability is that of the divergence, 0.25."""
        values = np.random.default_rng(0).normal(size=100_000)
        bins = bins_of(values, bins=50)
        drift = column_drift("x", profiled(values, bins), profiled(values + 0.5, bins))

        assert drift.distance == pytest.approx(0.5, rel=1e-3)
        assert drift.stability == pytest.approx(0.25, rel=0.05)

    def test_sees_values_that_went_missing(self):
        """A number that is missing more often has moved by its stability, and not by its mean."""
        bins = bins_of([1.0, 2.0, 3.0, 4.0])
        drift = column_drift("x", profiled([1.0, 2, 3, 4] * 9, bins), profiled([1.0, 2, 3, 4, None] * 9, bins))

        assert drift.stability > 0.1
        assert drift.distance == 0.0

    def test_sees_new_texts_and_missing_ones(self):
        """Texts without a bin are a category of their own, and so are missing ones."""
        bins = bins_of(["a", "b"], dtype="str")
        drift = column_drift(
            "x", profiled(["a", "b"] * 50, bins, "str"), profiled(["a", "new", None] * 50, bins, "str")
        )

        assert drift.effect == "distance_v"
        assert drift.distance > 0.7

    def test_of_a_column_without_any_value_has_no_distance(self):
        """Where nothing is on one side, there is nothing to be far from."""
        bins = bins_of([1.0, 2.0])
        drift = column_drift("x", profiled([1.0, 2.0], bins), profiled([None, None], bins, "float64"))

        assert drift.distance is None
        assert drift.stability > 1

    def test_of_counts_in_other_bins_is_unknown(self):
        """Counts that do not belong together are not compared."""
        drift = column_drift("x", {"counts": [1, 2], "missing": 0}, {"counts": [1, 2, 3], "missing": 0})

        assert (drift.stability, drift.distance, drift.effect) == (None, None, None)


class TestPool:
    """`pool`: several partitions as one."""

    @PROPERTY
    @given(VALUES, VALUES)
    def test_of_two_partitions_is_the_profile_of_all_their_rows(self, one, two):
        """Counts, mean and deviation are those of the values together."""
        bins = bins_of(one)
        together, whole = pool([profiled(one, bins), profiled(two, bins)]), profiled(one + two, bins)

        assert (together["counts"], together["missing"]) == (whole["counts"], whole["missing"])
        assert together["mean"] == pytest.approx(whole["mean"], rel=1e-9, abs=1e-6)
        assert together["std"] == pytest.approx(whole["std"], rel=1e-6, abs=1e-6)

    def test_weighs_parts_by_their_rows(self):
        """Three rows at 0 and one at 4 have the mean 1."""
        assert pooled_moments([3, 1], [0.0, 4.0], [0.0, 0.0]) == (1.0, pytest.approx(math.sqrt(3)))


class TestRebin:
    """`rebin`: counts on other edges."""

    @PROPERTY
    @given(VALUES, VALUES, VALUES)
    def test_keeps_all_rows(self, values, edges, others):
        """Whatever the edges, each row stays in one bin."""
        one, two = bins_of(edges), bins_of(others)
        found = rebin(profiled(values, one), one["edges"], two["edges"])

        assert len(found["counts"]) == len(two["edges"]) + 1
        assert sum(found["counts"]) == pytest.approx(len(values))
        assert min(found["counts"]) >= -1e-9

    @PROPERTY
    @given(
        VALUES, st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=2, max_size=9, unique=True)
    )
    def test_is_exact_at_edges_that_both_have(self, values, edges):
        """Bins that are joined from whole ones hold what a count of the values would."""
        fine, coarse = {"edges": sorted(edges)}, {"edges": sorted(edges)[::2]}

        assert rebin(profiled(values, fine), fine["edges"], coarse["edges"])["counts"] == pytest.approx(
            profiled(values, coarse)["counts"]
        )

    def test_takes_values_as_spread_evenly_between(self):
        """A quarter of the way through a bin, a quarter of its rows are below."""
        counts = {"counts": [8, 0], "missing": 0, "min": 0.0, "max": 4.0}

        assert rebin(counts, [4.0], [1.0])["counts"] == pytest.approx([2, 6])

    def test_leaves_values_on_an_edge_above_it(self):
        """Where the largest value is the last edge itself, its rows are not below that edge."""
        counts = {"counts": [3, 5], "missing": 0, "min": 0.0, "max": 4.0}

        assert rebin(counts, [4.0], [4.0, 7.0])["counts"] == [3, 5, 0]

    def test_of_a_smooth_column_is_near_the_count(self):
        """On 50 bins of a normal column, no bin is off by more than one row in a hundred."""
        values = np.random.default_rng(0).normal(size=20_000)
        one, two = bins_of(values, bins=50), bins_of(values[::3] + 0.3, bins=20)
        found = rebin(profiled(values, one), one["edges"], two["edges"])

        assert np.abs(np.subtract(found["counts"], profiled(values, two)["counts"])).max() < 200

    def test_needs_the_smallest_and_largest_value(self):
        """A profile of version 1 does not say them, and nothing is made up."""
        assert rebin({"counts": [1, 2], "missing": 0}, [4.0], [1.0]) is None


class TestRecategorise:
    """`recategorise`: counts of other categories."""

    def test_counts_what_has_no_bin_with_the_others(self):
        """No row is lost."""
        counts = {"counts": [5, 3, 2], "other": 1, "missing": 4}

        assert recategorise(counts, ["a", "b", "c"], ["c", "x", "a"]) == {
            "counts": [2, 0, 5],
            "other": 4,
            "missing": 4,
        }


class TestNewByDesign:
    """`new_by_design`: columns whose drift says nothing."""

    def test_are_the_time_the_group_and_an_identity_of_one_column(self):
        """These differ in every new partition."""
        task = toy_task(time="moment", group="day")

        assert new_by_design(task) == {"moment", "day", "id"}

    def test_spare_the_columns_of_a_longer_identity(self):
        """Each of them repeats, and may be a feature."""
        assert new_by_design(toy_task(identity=("carrier", "flight"))) == frozenset()
