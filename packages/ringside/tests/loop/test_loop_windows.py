"""The difference of one model on two windows: its arithmetic, and how often its interval holds the truth."""

import numpy as np
import pytest
from scipy import stats

from ringside.monitoring.change import Known, change
from ringside.verdict.intervals import Spread
from ringside.verdict.metrics import metrics_of
from watched import POLICY, window

LOG_LOSS = metrics_of("binary")["log_loss"]
ROC_AUC = metrics_of("binary")["roc_auc"]


def known(value: float, error: float, freedom: float) -> Known:
    """A metric with a spread."""
    return Known(value, Spread(error, freedom, "jackknife", 30, freedom + 1, dominated=False))


class TestChange:
    """The arithmetic."""

    def test_is_that_of_welch_s_test(self):
        """Means of two samples: standard error, degrees of freedom and bounds are those of SciPy's test."""
        rng = np.random.default_rng(0)
        one, two = rng.normal(0, 1, 12), rng.normal(0, 3, 25)
        parts = [known(float(x.mean()), float(x.std(ddof=1)) / len(x) ** 0.5, len(x) - 1) for x in (one, two)]
        theirs = stats.ttest_ind(one, two, equal_var=False)
        interval = theirs.confidence_interval(0.90)

        ours = change(*parts, 1.0)

        assert ours.degrees_of_freedom == pytest.approx(theirs.df)
        assert ours.difference - ours.bound(0.95) == pytest.approx(interval.low)
        assert ours.difference + ours.bound(0.95) == pytest.approx(interval.high)

    def test_is_positive_where_the_model_does_better(self):
        """A log loss that fell is a gain, a ROC AUC that fell is a loss."""
        assert change(known(0.4, 1, 9), known(0.5, 1, 9), -1.0).difference == pytest.approx(0.1)
        assert change(known(0.4, 1, 9), known(0.5, 1, 9), 1.0).difference == pytest.approx(-0.1)

    def test_has_no_bounds_where_a_window_has_none(self):
        """A value that a release only states gives a difference and nothing about its chance."""
        found = change(known(0.4, 1, 9), Known(0.5), -1.0)

        assert found.difference == pytest.approx(0.1)
        assert found.bound(0.95) is None

    def test_is_none_where_a_window_does_not_define_the_metric(self):
        """There is nothing to subtract."""
        assert change(Known(None), known(0.5, 1, 9), 1.0) is None


@pytest.mark.slow
class TestCoverage:
    """Two windows of one world: the true difference is none."""

    @pytest.mark.parametrize("groups", [(10, 30), (30, 30)])
    @pytest.mark.parametrize("metric", [LOG_LOSS, ROC_AUC], ids=lambda metric: metric.name)
    def test_holds_what_it_promises(self, metric, groups):
        """Each one-sided bound at 95 % is wrong about 3.5 to 6.5 % of 2,000 pairs of windows."""
        above = below = 0
        for seed in range(2000):
            pair = [Known.of(metric, window(2 * seed + i, groups=n, size=12), POLICY) for i, n in enumerate(groups)]
            found = change(*pair, metric.sign)
            bound = found.bound(0.95)
            above += found.difference - bound > 0
            below += found.difference + bound < 0

        assert 70 <= above <= 130
        assert 70 <= below <= 130

    def test_needs_the_days(self):
        """Taken row by row, the same pairs miss the truth far more often: days are what varies."""
        missed = 0
        for seed in range(200):
            pair = []
            for i in (0, 1):
                scored = window(2 * seed + i, size=150, spread=1.5)
                p = np.clip(np.where(scored.truth.y == 1, scored.prediction, 1 - scored.prediction), 1e-9, 1)
                pair.append(known(float(-np.log(p).mean()), float(np.log(p).std() / p.size**0.5), p.size - 1))
            found = change(*pair, -1.0)
            missed += abs(found.difference) > found.bound(0.95)

        assert missed > 40
