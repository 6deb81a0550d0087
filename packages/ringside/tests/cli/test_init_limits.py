"""The limits that `init` proposes: a tolerance that fits the test set, and floors from the gain."""

import numpy as np
import pytest

from ringside.cli.init_limits import floor_of, tolerance_of
from ringside.verdict.metrics import metrics_of
from ringside.verdict.outcomes import Pair
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.power import resolution, wanted
from ringside.verdict.rows import Scored, Truth

METRICS = metrics_of("regression")
MAE = METRICS["mae"]
POLICY = Policy(metric="mae", tolerance=Tolerance(0.1), uses=5)


def pair(*, noise: float = 0.5, groups: int = 100, apart: float = 0.05) -> Pair:
    """Two models that miss a target of spread 1 by `noise`, and differ by `apart`."""
    chance = np.random.default_rng(0)
    truth = Truth.of("regression", chance.normal(size=10 * groups), np.repeat(np.arange(groups), 10))
    missed = truth.y + noise * chance.normal(size=len(truth))
    one, two = (Scored.of(truth, missed + apart * chance.normal(size=len(truth))) for _ in range(2))
    return Pair(one, two, POLICY, Scored.of(truth, np.zeros(len(truth))))


def proposed(of: Pair) -> float | None:
    """The tolerance for the absolute error."""
    return tolerance_of(resolution(MAE, [of]), MAE, of)[0]


class TestTolerance:
    """Of the metric that decides."""

    def test_lets_an_equal_model_pass_by_the_formula_of_plan(self):
        """It is half as much again as what fits, so that more than four of five equal models pass."""
        of = pair()
        found = resolution(MAE, [of])
        tolerance = proposed(of)

        assert found.fits * 1.5 <= tolerance <= found.fits * 1.5 * 1.1
        assert wanted(found, tolerance, POLICY).equal_passes > 0.9

    def test_is_at_most_half_of_the_gain(self, capsys):
        """In a small window no tolerance is both: a model's worth goes first, and the window is said to be small."""
        of = pair(groups=10, apart=0.6, noise=0.6)
        gain = MAE.estimate(of.baseline).value - resolution(MAE, [of]).value

        assert gain * 0.45 <= proposed(of) <= gain / 2
        assert "the test set is small for this tolerance" in capsys.readouterr().err

    def test_is_what_the_window_carries_where_nothing_is_gained(self, capsys):
        """Models that are worse than none have no gain to take a share of."""
        of = pair(noise=3.0)

        assert proposed(of) >= resolution(MAE, [of]).fits
        assert "no better than a baseline without features" in capsys.readouterr().err

    def test_is_the_usual_share_where_two_models_are_the_same(self, capsys):
        """Where no spread was seen, none is made up."""
        assert proposed(pair(apart=0.0)) is None
        assert "the tolerance is 10% of the gain" in capsys.readouterr().err


class TestFloor:
    """What every model must reach."""

    @pytest.mark.parametrize(("noise", "expected"), [(0.5, True), (0.95, False)])
    def test_is_half_way_from_none_to_the_pilot(self, noise, expected):
        """Between the two and not near either; none where they are as good as the same."""
        of, r2 = pair(noise=noise), METRICS["r2"]
        found = resolution(r2, [of])
        low = r2.estimate(of.baseline).value
        floor = floor_of(found, r2, of)

        assert (floor is not None) == expected
        assert floor is None or floor == pytest.approx((low + found.value) / 2, abs=0.01)
