"""One metric of two models: what is better, no worse, worse, and when nothing can be said."""

import math

import numpy as np
import pytest
from scipy import stats

from judging import HUNDREDTH, MEAN, judged, metric, model_of, policy_of, truth_of
from ringside.verdict.metrics import METRICS
from ringside.verdict.outcomes import Pair, judge, value_spread
from ringside.verdict.policy import Tolerance
from ringside.verdict.rows import Scored, Truth

# Twenty groups about 0 with a standard error of 1: their bounds at 95 % are 1.729 to either side.
BASE = np.linspace(-1, 1, 20)
UNIT = (BASE - BASE.mean()) / stats.sem(BASE)
T = stats.t.ppf(0.95, 19)


def both(challenger, rival, name="log_loss", tolerance=HUNDREDTH, **options):
    """The outcome of one of the machinery's metrics."""
    kind = challenger.truth.kind
    return judge(metric(kind, name), Pair(challenger, rival, policy_of()), tolerance, **options)


class TestOutcome:
    """Where the bounds lie against 0 and the tolerance of 1."""

    @pytest.mark.parametrize(
        ("difference", "outcome"),
        [
            (T + 0.01, "better"),
            (T - 0.01, "no_worse"),
            (T - 1 + 0.01, "no_worse"),
            (T - 1 - 0.01, "inconclusive"),
            (-T - 1 + 0.01, "inconclusive"),
            (-T - 1 - 0.01, "worse"),
        ],
    )
    def test_turns_where_a_bound_crosses(self, difference, outcome):
        """Better above 0 + t·s, no worse above t·s - tolerance, worse below -t·s - tolerance."""
        assert judged(UNIT + difference).outcome == outcome

    def test_has_the_bounds_of_a_t_test(self):
        """One-sided at 95 % to either side."""
        found = judged(UNIT)

        assert (found.lower, found.upper) == (pytest.approx(-T), pytest.approx(T))
        assert (found.standard_error, found.degrees_of_freedom) == (pytest.approx(1), pytest.approx(19))

    def test_of_a_hairs_breadth_is_not_better(self):
        """A sure difference below 1e-6 is a rebuild, not a better model."""
        assert judged(UNIT * 1e-9 + 9e-7, Tolerance(0.1)).outcome == "no_worse"
        assert judged(UNIT * 1e-9 + 2e-6, Tolerance(0.1)).outcome == "better"

    def test_of_a_sure_small_loss_carries_a_caution(self):
        """A loss beyond chance but within the tolerance is no worse, and is said to be real."""
        found = judged(UNIT / 10 - 0.5)

        assert (found.outcome, found.cautions) == ("no_worse", ("real_loss",))

    def test_is_none_without_a_tolerance(self):
        """A metric that is only shown has bounds and no outcome."""
        found = judged(UNIT + 5, None)

        assert (found.outcome, found.tolerance, found.p_worse) == (None, None, None)
        assert found.lower == pytest.approx(5 - T)

    def test_is_positive_where_a_loss_shrinks(self):
        """Differences are oriented: a smaller log loss is a positive one."""
        truth = truth_of(rows=2000)
        found = both(model_of(truth, noise=0.4), model_of(truth, noise=0.9))

        assert found.challenger < found.rival
        assert found.difference == pytest.approx(found.rival - found.challenger)
        assert found.outcome == "better"


class TestUses:
    """Verdicts that share the error rate."""

    def test_widen_the_lower_bound_alone(self):
        """Five uses put it at 99 %; the upper one stays at 95 %."""
        found = judged(UNIT, uses=5)

        assert found.lower == pytest.approx(-stats.t.ppf(0.99, 19))
        assert found.upper == pytest.approx(T)

    def test_make_no_worse_harder(self):
        """What is surely within the tolerance once is open with five uses."""
        assert judged(UNIT + 1).outcome == "no_worse"
        assert judged(UNIT + 1, uses=5).outcome == "inconclusive"

    def test_make_better_harder(self):
        """What is better once is not with five uses."""
        assert judged(UNIT + 2).outcome == "better"
        assert judged(UNIT + 2, uses=5).outcome == "no_worse"


class TestPWorse:
    """The chance of such an estimate where the loss is the tolerance."""

    @pytest.mark.parametrize("difference", [-4, -1, 0, 2])
    def test_is_that_of_a_t_test(self, difference):
        """SciPy's, of the differences with the tolerance added."""
        expected = stats.ttest_1samp(UNIT + difference + 1, 0, alternative="less").pvalue

        assert judged(UNIT + difference).p_worse == pytest.approx(expected, rel=1e-9)

    @pytest.mark.parametrize("difference", [-T - 1.01, -T - 0.99])
    def test_is_below_5_percent_just_where_it_is_worse(self, difference):
        """The p-value and the outcome say one thing."""
        found = judged(UNIT + difference)

        assert (found.p_worse < 0.05) == (found.outcome == "worse")


class TestRelative:
    """A tolerance that is a share of the rival's gain over a baseline."""

    def test_is_a_number_of_the_metrics_scale(self):
        """The rival at 0, the baseline at -20: 10 % of the gain are 2."""
        found = judged(UNIT, Tolerance(0.1, relative=True), naive=-20)

        assert (found.tolerance, found.relative) == (pytest.approx(2), 0.1)

    def test_of_a_fixed_gain_judges_as_the_number_does(self):
        """Where the gain is the same in each group, so is the outcome."""
        relative, absolute = (
            judged(UNIT - 0.2, Tolerance(0.1, relative=True), naive=-20),
            judged(UNIT - 0.2, Tolerance(2)),
        )

        assert (relative.outcome, relative.p_worse) == (absolute.outcome, pytest.approx(absolute.p_worse))
        assert judged(UNIT - 0.4, Tolerance(0.1, relative=True), naive=-20).outcome == "inconclusive"

    def test_is_jackknifed_whole(self):
        """The p-value is that of difference + f·gain as one statistic, whose noise partly cancels."""
        truth = Truth.of("regression", np.zeros(20))
        noise = np.random.default_rng(0).normal(size=20)
        models = [Scored.of(truth, values) for values in (noise - 1, UNIT * 3, UNIT * 2 - 9)]
        pair = Pair(models[0], models[1], policy_of(), models[2])
        whole = (noise - 1 - UNIT * 3) + 0.2 * (UNIT * 3 - UNIT * 2 + 9)

        found = judge(MEAN, pair, Tolerance(0.2, relative=True))

        assert found.p_worse == pytest.approx(stats.ttest_1samp(whole, 0, alternative="less").pvalue, rel=1e-9)

    def test_needs_a_baseline(self):
        """Without one the outcome is open and says why."""
        found = judged(UNIT, Tolerance(0.1, relative=True))

        assert (found.outcome, found.reason, found.tolerance) == ("inconclusive", "no_baseline", None)

    def test_of_an_undefined_baseline_is_open(self):
        """A constant that never says yes has no precision, so a share of the gain over it is no number."""
        truth = truth_of()
        pair = Pair(model_of(truth), model_of(truth, seed=2), policy_of(), Scored.of(truth, np.full(400, 0.4)))

        found = judge(metric("binary", "precision"), pair, Tolerance(0.1, relative=True))

        assert (found.outcome, found.reason, found.tolerance) == ("inconclusive", "undefined", None)

    def test_of_no_gain_tolerates_nothing(self):
        """Against a rival that is worse than the baseline, an equal model is not passed by its tolerance."""
        assert judged(UNIT / 10, Tolerance(0.1, relative=True), naive=20).outcome == "worse"


class TestReasons:
    """No certainty from nothing."""

    def test_identical_predictions_are_no_worse(self):
        """The same bits need no interval, not even in one group."""
        found = judged(np.zeros(5), groups=np.zeros(5))

        assert (found.outcome, found.reason, found.difference) == ("no_worse", "identical", 0)

    @pytest.mark.parametrize(("name", "reason"), [("log_loss", "identical"), ("f1", None)])
    def test_of_another_threshold_touch_decisions_alone(self, name, reason):
        """The same probabilities under two thresholds are identical to a loss and differ in F1."""
        truth = truth_of()
        model = model_of(truth)

        found = both(model, Scored.of(truth, model.prediction, threshold=0.7), name)

        assert found.reason == reason

    def test_no_variance_is_no_certainty(self):
        """The same difference everywhere leaves the outcome open."""
        found = judged(np.full(20, 5.0))

        assert (found.outcome, found.reason) == ("inconclusive", "no_variance")

    def test_one_group_carries_no_interval(self):
        """Rows of one day have no spread between days."""
        found = judged(UNIT + 9, groups=np.zeros(20))

        assert (found.outcome, found.reason, found.lower) == ("inconclusive", "too_few_groups", None)

    def test_a_group_that_holds_nearly_all_rows_carries_none(self):
        """Twenty groups of which one has most rows count as fewer than ten."""
        groups = np.concatenate([np.arange(20), np.zeros(80)])

        assert judged(np.arange(100.0), groups=groups).reason == "dominating_groups"

    @pytest.mark.parametrize("name", ["roc_auc", "average_precision", "lift_at_top", "recall"])
    def test_one_class_defines_no_ranking(self, name):
        """Rows without a positive leave what needs one open."""
        truth = Truth.of("binary", np.zeros(40))
        found = both(*(Scored.of(truth, np.linspace(0.1, high, 40)) for high in (0.8, 0.9)), name)

        assert (found.outcome, found.reason, found.challenger) == ("inconclusive", "undefined", None)

    @pytest.mark.parametrize(("differing", "reason"), [(9, "few_differing_decisions"), (10, None)])
    def test_few_differing_decisions_say_little(self, differing, reason):
        """F1 needs ten groups in which the models decide differently; log loss does not."""
        truth = truth_of(rows=800, groups=40)
        rival = model_of(truth)
        first = [int(np.flatnonzero(truth.groups == group)[0]) for group in range(differing)]
        turned = rival.prediction.copy()
        turned[first] = np.where(turned[first] >= 0.5, 0.4, 0.6)
        challenger = Scored.of(truth, turned)

        assert both(challenger, rival, "f1").reason == reason
        assert both(challenger, rival, "log_loss").reason is None

    def test_a_dominating_group_is_a_caution(self):
        """One value far from the others is said to carry the variance."""
        assert "one_group" in judged([*UNIT, 60.0]).cautions

    def test_groups_that_are_alike_in_time_are_a_caution(self):
        """The interval is then the cosine estimate's."""
        found = judged(np.sort(UNIT), ordered=True)

        assert (found.method, found.cautions) == ("cosine", ("autocorrelated",))


class TestAdvice:
    """What an inconclusive outcome tells people to do."""

    @pytest.mark.parametrize("difference", [-0.2, -1.8])
    def test_of_more_groups_settles_it(self, difference):
        """With that many more groups of the same kind the outcome is clear; with three quarters of them it is not."""
        found = judged(UNIT + difference)

        def with_more(count):
            """Groups of the same mean and spread."""
            values = np.linspace(-1, 1, 20 + count)
            return judged((values - values.mean()) * np.std(UNIT) / np.std(values) + difference).outcome

        assert found.outcome == "inconclusive"
        assert with_more(found.more_groups) == ("no_worse" if difference > -1 else "worse")
        assert with_more(found.more_groups * 3 // 4) == "inconclusive"

    def test_of_more_groups_is_none_where_none_would_do(self):
        """An estimate at the tolerance itself stays open for ever."""
        assert judged(UNIT - 1 + 1e-5).more_groups is None

    def test_of_the_smallest_difference_holds_in_four_of_five_windows(self):
        """Simulated: a true difference of that size is called better in 80 % of windows, within three errors."""
        rng = np.random.default_rng(0)
        smallest = (T + stats.t.ppf(0.8, 19)) / math.sqrt(20)
        shown = sum(judged(rng.normal(smallest, 1, 20)).outcome == "better" for _ in range(400))

        assert judged(UNIT).smallest == pytest.approx(T + stats.t.ppf(0.8, 19))
        assert abs(shown / 400 - 0.8) < 3 * math.sqrt(0.8 * 0.2 / 400)


class TestValueSpread:
    """One model's metric by itself."""

    def test_is_the_value_with_its_interval(self):
        """The standard error of a mean loss is that of the losses, each row its own group."""
        truth = Truth.of("regression", np.zeros(20))
        value, found = value_spread(metric("regression", "mae"), Scored.of(truth, UNIT), policy_of())

        assert value == pytest.approx(np.abs(UNIT).mean())
        assert found.standard_error == pytest.approx(stats.sem(np.abs(UNIT)))

    def test_of_what_is_not_defined_is_none(self):
        """One class has no AUC."""
        truth = Truth.of("binary", np.zeros(20))

        assert value_spread(metric("binary", "roc_auc"), Scored.of(truth, BASE / 2 + 0.5), policy_of()) == (
            None,
            "undefined",
        )


class TestEvery:
    """What holds for each metric."""

    @pytest.mark.parametrize(("kind", "name"), [(kind, found.name) for kind in METRICS for found in METRICS[kind]])
    def test_is_judged_both_ways(self, kind, name):
        """Challenger and rival exchanged, the difference and its bounds are mirrored."""
        truth = truth_of(kind, rows=1200, groups=30)
        one, two = model_of(truth, noise=0.5), model_of(truth, noise=0.6, seed=5)
        there, back = both(one, two, name), both(two, one, name)

        assert there.difference == pytest.approx(-back.difference)
        assert (there.lower, there.upper) == (pytest.approx(-back.upper), pytest.approx(-back.lower))
