"""The spread of a difference, against closed forms and direct formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from judging import metric
from ringside.verdict.intervals import Spread, effective_groups, lag_one, spread
from ringside.verdict.rows import Scored, Truth


def deleted_means(values) -> np.ndarray:
    """The mean without each value."""
    return (np.sum(values) - values) / (len(values) - 1)


def walk(rows=60, memory=0.8) -> np.ndarray:
    """A series in which neighbours are alike."""
    rng = np.random.default_rng(0)
    values = [0.0]
    for _ in range(rows - 1):
        values.append(memory * values[-1] + rng.normal())
    return np.array(values)


def of(values, *, ordered=False, min_groups=2) -> Spread | str:
    """The spread of a mean, each value a group of its own."""
    return spread(deleted_means(np.asarray(values)), np.ones(len(values)), ordered=ordered, min_groups=min_groups)


class TestJackknife:
    """The delete-one-group jackknife."""

    @given(st.lists(st.floats(-100, 100), min_size=2, max_size=40).filter(lambda v: np.std(v) > 1e-3))
    @settings(max_examples=60, deadline=None)
    def test_of_a_mean_is_its_standard_error(self, values):
        """s/√n, as the textbook has it."""
        assert of(values).standard_error == pytest.approx(stats.sem(values), rel=1e-9)

    def test_has_the_bounds_of_a_t_test(self):
        """For groups of equal size the one-sided bound is SciPy's."""
        values = np.random.default_rng(0).normal(0.3, 1, 25)
        lower = stats.ttest_1samp(values, 0, alternative="greater").confidence_interval(0.95).low

        assert values.mean() - of(values).bound(0.95) == pytest.approx(lower, rel=1e-12)

    def test_has_the_p_value_of_a_t_test(self):
        """The chance of a mean that far below 0 is SciPy's."""
        values = np.random.default_rng(0).normal(-0.3, 1, 25)

        found = of(values).p_value(-values.mean())

        assert found == pytest.approx(stats.ttest_1samp(values, 0, alternative="less").pvalue, rel=1e-12)

    def test_of_rows_in_groups_is_that_of_their_sums(self):
        """Two copies of each row, in one group each, are no second piece of evidence."""
        rng = np.random.default_rng(0)
        y, p = rng.integers(0, 2, 30), rng.uniform(0.1, 0.9, 30)
        once = metric("binary", "brier").estimate(Scored.of(Truth.of("binary", y), p))
        truth = Truth.of("binary", np.repeat(y, 2), np.repeat(np.arange(30), 2))
        twice = metric("binary", "brier").estimate(Scored.of(truth, np.repeat(p, 2)))

        one, two = (spread(e.deleted, e.sizes, ordered=False, min_groups=2) for e in (once, twice))
        assert two.standard_error == pytest.approx(one.standard_error, rel=1e-12)

    def test_passes_over_groups_without_rows(self):
        """An empty group adds neither variance nor a degree of freedom."""
        values = np.array([1.0, 2.0, 4.0])
        deleted = np.append(deleted_means(values), values.mean())

        found = spread(deleted, np.array([1.0, 1.0, 1.0, 0.0]), ordered=False, min_groups=2)

        assert (found.groups, found.degrees_of_freedom) == (3, pytest.approx(2))
        assert found.standard_error == pytest.approx(stats.sem(values))


class TestEffectiveGroups:
    """(Σn)² / Σn²."""

    def test_are_the_groups_where_sizes_are_equal(self):
        """Seven groups of three rows are seven."""
        assert effective_groups(np.full(7, 3.0)) == pytest.approx(7)

    def test_are_fewer_where_one_is_large(self):
        """Sizes 8, 1, 1: 100 by 66."""
        assert effective_groups(np.array([8.0, 1.0, 1.0])) == pytest.approx(100 / 66)

    def test_of_no_rows_are_none(self):
        """Nothing carries nothing."""
        assert effective_groups(np.zeros(3)) == 0

    def test_less_one_are_the_degrees_of_freedom(self):
        """Unequal groups make the bounds wider."""
        found = spread(np.array([1.0, 2.0, 4.0]), np.array([8.0, 4.0, 4.0]), ordered=False, min_groups=2)

        assert found.degrees_of_freedom == pytest.approx(256 / 96 - 1)


class TestCosine:
    """The equal-weighted cosine estimate of a long-run variance."""

    def test_equals_the_direct_formula(self):
        """The mean of k squared cosine sums by G - 1, with k = ⌊0.41·G^(2/3)⌋ and t on k degrees of freedom."""
        values = walk()
        n, terms = len(values), 6
        centred = values - values.mean()
        sums = [
            np.sqrt(2 / n) * sum(centred[t] * np.cos(np.pi * j * (t + 0.5) / n) for t in range(n))
            for j in range(1, terms + 1)
        ]

        found = of(values, ordered=True)

        assert (found.method, found.degrees_of_freedom) == ("cosine", terms)
        assert found.standard_error == pytest.approx(np.sqrt(np.mean(np.square(sums)) / (n - 1)), rel=1e-12)

    def test_of_a_walk_is_wider_than_the_jackknife(self):
        """What neighbours share is not averaged away."""
        assert of(walk(), ordered=True).bound(0.95) > of(walk()).bound(0.95)

    def test_is_not_used_where_neighbours_differ(self):
        """Where neighbours pull apart, the order of the groups changes nothing."""
        values = np.tile([1.0, -1.0, 0.5], 20)

        assert of(values, ordered=True) == of(values)

    def test_is_not_used_without_an_order(self):
        """Groups that do not follow each other have no neighbours."""
        assert of(walk()).method == "jackknife"

    def test_begins_where_the_correlation_exceeds_chance(self):
        """The limit on the correlation of neighbours is 1/√G."""
        noise = np.random.default_rng(0).normal(size=(200, 60))
        used = np.array([of(values, ordered=True).method == "cosine" for values in noise])
        correlation = np.array([lag_one(values - values.mean()) for values in noise])

        assert used.any()
        assert (used == (correlation > 1 / np.sqrt(60))).all()

    def test_knows_the_correlation_of_neighbours(self):
        """Values that change their sign at each step pull apart."""
        assert lag_one(np.array([1.0, -1.0, 1.0, -1.0])) == pytest.approx(-0.75)


class TestRefusal:
    """Where there is no interval."""

    @pytest.mark.parametrize("sizes", [[1.0], [5.0, 0.0]])
    def test_of_too_few_groups(self, sizes):
        """One group, or one with rows."""
        found = spread(np.arange(len(sizes), dtype=float), np.array(sizes), ordered=False, min_groups=2)

        assert found == "too_few_groups"

    def test_of_groups_that_dominate(self):
        """Three groups would do, but one of them holds nearly all rows."""
        found = spread(np.arange(3.0), np.array([90.0, 1.0, 1.0]), ordered=False, min_groups=2)

        assert found == "dominating_groups"

    def test_below_the_policys_least(self):
        """Nine groups where the policy asks for ten."""
        assert of(np.arange(9.0), min_groups=10) == "too_few_groups"
        assert isinstance(of(np.arange(10.0), min_groups=10), Spread)

    def test_of_an_undefined_value(self):
        """One group without which the metric has no value is enough."""
        assert spread(np.array([1.0, np.nan, 2.0]), np.ones(3), ordered=False, min_groups=2) == "undefined"

    def test_of_no_variance(self):
        """The same difference in each group is no certainty."""
        assert of(np.full(20, 0.1)) == "no_variance"


class TestDomination:
    """One group that carries more than half of the variance."""

    def test_is_seen(self):
        """One value far from twenty others."""
        assert of([*np.linspace(-1, 1, 20), 30.0]).dominated

    def test_is_not_seen_among_equals(self):
        """No value of a regular row stands out."""
        assert not of(np.linspace(-1, 1, 20)).dominated
