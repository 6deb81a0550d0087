"""Power: what a window can show, checked against the verdicts that such windows give."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ringside.verdict.intervals import Spread
from ringside.verdict.metrics import metrics_of
from ringside.verdict.outcomes import Pair, judge
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.power import (
    absolute,
    equal_passes,
    groups_needed,
    resolution,
    rounded_up,
    smallest_shown,
    wanted,
    with_groups,
)
from ringside.verdict.rows import Scored, Truth

PROPERTY = settings(deadline=None, derandomize=True, max_examples=50)
POLICY = Policy(metric="mae", tolerance=Tolerance(0.1), uses=5)
SPREAD = Spread(0.02, 29.0, "jackknife", 30, 30.0, dominated=False)
MAE = metrics_of("regression")["mae"]


def pair(seed: int, *, groups: int = 30, noise: float = 1.0, policy: Policy = POLICY) -> Pair:
    """Two models of equal worth: errors of one size, drawn apart, in groups of 20 rows."""
    rng = np.random.default_rng(seed)
    truth = Truth.of("regression", rng.normal(size=20 * groups), np.repeat(np.arange(groups), 20))
    one, two = (Scored.of(truth, truth.y + noise * rng.normal(size=len(truth))) for _ in range(2))
    return Pair(one, two, policy, Scored.of(truth, np.zeros(len(truth))))


PAIRS = [pair(seed) for seed in range(1000, 1011)]
"""So many that the middle one is near the truth."""


class TestSmallest:
    """The smallest difference that a window shows."""

    def test_is_two_quantiles_of_students_t(self):
        """At 5 uses the error rate of the bound is 1 %, and four of five is the quantile at 0.8."""
        expected = 0.02 * (stats.t(29).ppf(0.99) + stats.t(29).ppf(0.8))

        assert smallest_shown(SPREAD, POLICY) == pytest.approx(expected)

    def test_is_what_the_verdict_says_of_the_same_pair(self):
        """`plan` and the report have one figure."""
        found = resolution(MAE, [pair(0)])

        assert found.smallest == judge(MAE, pair(0), None, uses=5).smallest
        assert found.value == pytest.approx(
            np.mean([MAE.estimate(one).value for one in (pair(0).challenger, pair(0).rival)])
        )

    def test_is_larger_for_more_uses(self):
        """A window that is asked more often must be more careful."""
        assert smallest_shown(SPREAD, POLICY) > smallest_shown(SPREAD, replace(POLICY, uses=1))

    @pytest.mark.parametrize("count", [1, 3])
    def test_of_several_pairs_is_the_middle_one(self, count):
        """One pair that is near by luck decides nothing."""
        pairs = [pair(seed, noise=noise) for seed, noise in ((0, 1.0), (1, 0.1), (2, 5.0))][:count]

        assert resolution(MAE, pairs) == resolution(MAE, pairs[:1])

    def test_is_there_where_a_verdict_would_be_refused(self):
        """Five groups are too few for the policy, and still a figure is given."""
        found = resolution(MAE, [pair(0, groups=5)])

        assert judge(MAE, pair(0, groups=5), None).reason == "too_few_groups"
        assert found.smallest > 0

    def test_is_none_where_rows_cannot_define_the_metric(self):
        """One class has no ROC AUC, and the reason is said."""
        truth = Truth.of("binary", np.zeros(100), np.repeat(np.arange(10), 10))
        rng = np.random.default_rng(0)
        policy = Policy(metric="log_loss", tolerance=Tolerance(0.1))
        both = Pair(*(Scored.of(truth, rng.uniform(size=100)) for _ in range(2)), policy)
        found = resolution(metrics_of("binary")["roc_auc"], [both])

        assert (found.value, found.spread, found.smallest, found.reason) == (None, None, None, "undefined")


class TestEqualPasses:
    """The chance that an equal model passes."""

    def test_at_the_smallest_difference_is_four_of_five(self):
        """A tolerance that just fits lets an equal model pass in about 80 % of windows."""
        assert equal_passes(SPREAD, smallest_shown(SPREAD, POLICY), POLICY) == pytest.approx(0.8, abs=0.01)

    def test_at_next_to_no_tolerance_is_the_error_rate(self):
        """Without a margin, an equal model passes as often as chance calls it better."""
        assert equal_passes(SPREAD, 1e-9, POLICY) == pytest.approx(0.01, abs=1e-4)

    def test_is_how_often_the_verdict_passes(self):
        """Of 400 windows with an equal model, as many pass as was foretold, within four standard errors."""
        tolerance = 0.08
        foretold = equal_passes(resolution(MAE, PAIRS).spread, tolerance, POLICY)
        outcomes = [judge(MAE, pair(seed), Tolerance(tolerance), uses=5).outcome for seed in range(400)]
        passed = np.mean([outcome in ("better", "no_worse") for outcome in outcomes])

        assert 0.2 < foretold < 0.8
        assert passed == pytest.approx(foretold, abs=4 * 0.5 / 400**0.5)

    def test_is_none_with_fewer_groups_than_the_policy_asks_for(self):
        """Such a window never passes anything."""
        assert equal_passes(with_groups(SPREAD, 9), 1.0, POLICY) == 0.0


class TestGroupsNeeded:
    """How many groups a tolerance needs."""

    @PROPERTY
    @given(st.floats(0.002, 1), st.integers(1, 20), st.sampled_from(["jackknife", "cosine"]))
    def test_are_enough_and_one_fewer_are_not(self, tolerance, uses, method):
        """With so many groups the tolerance is shown; with one fewer it is not, or the policy refuses."""
        policy = replace(POLICY, uses=uses)
        spread = with_groups(replace(SPREAD, method=method), 30)
        needed = groups_needed(spread, tolerance, policy)

        assert smallest_shown(with_groups(spread, needed), policy) <= tolerance
        fewer = with_groups(spread, needed - 1)
        assert fewer.effective_groups < policy.min_groups or smallest_shown(fewer, policy) > tolerance

    def test_are_beyond_reason_for_a_tiny_tolerance(self):
        """A number that nobody can wait for is no advice."""
        assert groups_needed(SPREAD, 1e-6, POLICY) is None

    def test_are_at_least_those_of_the_policy(self):
        """However wide the tolerance, a verdict needs `min_groups`; of unequal size it takes more of them."""
        uneven = replace(SPREAD, effective_groups=15.0)

        assert groups_needed(SPREAD, 100.0, POLICY) == 10
        assert groups_needed(uneven, 100.0, POLICY) == 20

    def test_are_about_what_a_longer_window_confirms(self):
        """A window with the groups that were advised resolves about the tolerance that was asked for."""
        found = wanted(resolution(MAE, PAIRS), 0.06, POLICY)
        seen = [resolution(MAE, [pair(seed, groups=found.groups)]).smallest for seed in range(20)]

        assert found.more == found.groups - 30 > 0
        assert np.mean(seen) == pytest.approx(0.06, rel=0.1)


class TestAnotherWindow:
    """`groups`: a window that is not there yet."""

    def test_of_four_times_the_groups_has_half_the_standard_error(self):
        """The standard error goes with the root, and the degrees of freedom with the groups."""
        found = resolution(MAE, [pair(0)], groups=120)

        assert found.standard_error == pytest.approx(resolution(MAE, [pair(0)]).standard_error / 2)
        assert (found.spread.groups, found.spread.degrees_of_freedom) == (120, 119.0)


class TestAbsolute:
    """Tolerances on the metric's scale."""

    def test_of_a_share_are_that_share_of_the_gain(self):
        """Ten per cent of what the rival is better than the baseline."""
        both = pair(0, noise=0.1)
        gain = MAE.estimate(both.baseline).value - MAE.estimate(both.rival).value

        assert absolute(Tolerance(0.1, relative=True), MAE, both) == pytest.approx(0.1 * gain)
        assert absolute(Tolerance(0.3), MAE, both) == 0.3

    def test_of_a_share_of_no_gain_are_none(self):
        """A model that is worse than the baseline has no gain to give away."""
        assert absolute(Tolerance(0.1, relative=True), MAE, pair(0, noise=9.0)) is None
        assert absolute(Tolerance(0.1, relative=True), MAE, replace(pair(0), baseline=None)) is None


class TestRoundedUp:
    """Figures that people write into params.yaml."""

    @pytest.mark.parametrize(
        ("value", "rounded"),
        [
            (0.00626, 0.0063),
            (0.0063, 0.0063),
            (0.01, 0.01),
            (0.0991, 0.1),
            (1.21, 1.3),
            (123.0, 130.0),
            (9.99e-7, 1e-6),
        ],
    )
    def test_have_two_digits(self, value, rounded):
        """Rounded up, never down, and a round number stays."""
        assert rounded_up(value) == rounded

    @PROPERTY
    @given(st.floats(1e-8, 1e8))
    def test_are_never_smaller_and_at_most_a_tenth_larger(self, value):
        """What fits still fits after rounding."""
        assert value * (1 - 1e-8) <= rounded_up(value) <= value * 1.1 * (1 + 1e-8)
