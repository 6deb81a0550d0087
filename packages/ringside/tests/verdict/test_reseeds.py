"""The sample's model against itself with another seed: a small version of `make reseeds`."""

from collections import Counter

import numpy as np
import pytest

reseeds = pytest.importorskip("reseeds", reason="the measurements of the sample went with it")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def july():
    """July as two seeds see it, after half of the flights of May and June."""
    return reseeds.predictions("2013-07", [0, 1], first=5, share=0.5)


class TestReseeds:
    """Two seeds, one month."""

    def test_are_two_models(self, july):
        """The estimator uses its seed, so that most predictions differ."""
        _, found = july

        assert np.mean(found[0] != found[1]) > 0.5

    def test_are_judged_by_day_in_order(self, july):
        """A month is its days, one after the other."""
        truth, _ = july

        assert (truth.n_groups, truth.ordered) == (31, True)

    def test_do_not_fail(self, july):
        """Neither seed is worse than the other by more than is tolerated."""
        assert Counter(reseeds.verdicts(*july))["fail"] == 0

    def test_fail_against_a_spoilt_model(self, july):
        """A model that is surely worse fails, so that the figure above means something."""
        truth, found = july
        spoilt = np.clip(found[0] + 0.2, 0, 1)

        assert reseeds.verdicts(truth, {0: spoilt, 1: found[1]})[0] == "fail"


class TestTable:
    """What is published."""

    def test_adds_the_months_up(self):
        """The last row counts all verdicts."""
        lines = reseeds.lines([("a", ["pass", "pass"]), ("b", ["fail", "inconclusive"])])

        assert lines[-1] == "| all | 4 | 50.0 | 25.0 | 25.0 |"
