"""What is said of the champion, from arrays and counts."""

import pytest

from ringside.monitoring.triggers import Released, absolute, alarms, drift_now, floors_now, metrics_now, repeated
from ringside.verdict.metrics import metrics_of
from ringside.verdict.outcomes import Pair
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored
from watched import POLICY, window

NOWHERE = Released(None, {}, {})
LOG_LOSS = metrics_of("binary")["log_loss"]


class TestMetrics:
    """The champion now and at its release."""

    def test_have_the_deciding_one_first_then_the_guardrails(self):
        """All metrics of the kind are there, in this order."""
        names = [found.metric for found in metrics_now(window(1), Released(window(2), {}, {}), POLICY)]

        assert names[:2] == ["log_loss", "roc_auc"]
        assert set(names) == set(metrics_of("binary"))

    def test_are_lost_beyond_the_tolerance_and_not_by_chance(self):
        """A world that moved is a loss; another sample of the same world is none."""
        moved, same = (
            metrics_now(window(1, shift=shift), Released(window(2), {}, {}), POLICY)[0] for shift in (2.0, 0.0)
        )

        assert moved.lost
        assert moved.upper < -0.01
        assert not same.lost
        assert same.lower < 0 < same.upper

    def test_of_a_window_that_is_gone_are_what_the_release_states(self):
        """The value without bounds; a difference, and no word on chance."""
        found = metrics_now(window(1, shift=2.0), Released(None, {"log_loss": 0.4}, {}), POLICY)[0]

        assert (found.release.value, found.release.lower) == (0.4, None)
        assert found.difference < 0
        assert (found.lower, found.lost) == (None, False)

    def test_say_why_they_have_no_bounds(self):
        """Five days are too few for an interval."""
        found = metrics_now(window(1, groups=5), Released(window(2), {}, {}), POLICY)[0]

        assert found.reason == "too_few_groups"
        assert (found.now.lower, found.lost) == (None, False)


class TestTolerance:
    """A share of the gain."""

    def test_is_of_the_gain_that_the_release_had(self):
        """10 % of what the model gained over the baseline on its own window."""
        released = Released(None, {"log_loss": 0.5}, {"log_loss": 0.7})

        assert absolute(Tolerance(0.1, relative=True), LOG_LOSS, released).value == pytest.approx(0.02)

    @pytest.mark.parametrize("baseline", [{}, {"log_loss": 0.4}])
    def test_is_none_where_there_is_no_gain(self, baseline):
        """Without a baseline, or behind it, nothing is tolerated and nothing is lost."""
        released = Released(None, {"log_loss": 0.5}, baseline)

        assert absolute(Tolerance(0.1, relative=True), LOG_LOSS, released) is None


class TestFloors:
    """What the champion must reach."""

    @pytest.mark.parametrize(("floor", "state"), [(0.5, "reached"), (0.95, "below")])
    def test_are_reached_or_surely_not(self, floor, state):
        """Only a bound beyond the limit is an alarm."""
        policy = Policy(metric="log_loss", tolerance=Tolerance(0.01), floors={"roc_auc": floor})

        (found,) = floors_now(window(1), policy)

        assert found.state == state
        assert alarms([found], None) == (["below_floor"] if state == "below" else [])

    def test_are_near_where_it_could_be_chance(self):
        """A value just beyond the limit is no alarm."""
        value = metrics_of("binary")["roc_auc"].estimate(window(1)).value
        policy = Policy(metric="log_loss", tolerance=Tolerance(0.01), floors={"roc_auc": value + 0.001})

        (found,) = floors_now(window(1), policy)

        assert found.state == "near"
        assert alarms([found], None) == []


class TestRepeat:
    """The champion against the version before it."""

    def pair(self, noise: float) -> Pair:
        """A champion with so much noise against one with little, on the same rows."""
        before, now = window(3, noise=0.1), window(3, noise=noise)
        return Pair(Scored.of(before.truth, now.prediction), before, POLICY)

    def test_is_worse_beyond_the_tolerance(self):
        """A model that lost much on the same rows is worse, and that is an alarm."""
        found = repeated(self.pair(3.0), "v1.0.0", NOWHERE)

        assert found.worse
        assert alarms([], found) == ["worse"]

    def test_of_the_same_model_is_no_alarm(self):
        """Identical predictions are no worse."""
        found = repeated(self.pair(0.1), "v1.0.0", NOWHERE)

        assert (found.results[0].outcome, found.worse) == ("no_worse", False)


class TestDrift:
    """Columns of the newest partition against the champion's training rows."""

    def profile(self) -> dict:
        """Two partitions that were trained on and one that was not."""

        def part(sides, mean):
            return {"sides": sides, "columns": {"wind": self.counts(mean), "day": self.counts(mean)}}

        return {"partitions": {"1": part(["train"], 0.0), "2": part(["train"], 0.0), "3": part(["test"], 50.0)}}

    def counts(self, mean: float) -> dict:
        """100 values."""
        return {"missing": 0, "counts": [50, 50], "mean": mean, "std": 1.0, "min": -3.0, "max": 60.0}

    @pytest.mark.parametrize(("mean", "effect", "moved"), [(0.3, "small", True), (0.3, "medium", False)])
    def test_counts_from_the_effect_that_the_policy_names(self, mean, effect, moved):
        """A distance of 0.3 is small and not medium; the test partition is no training row."""
        (found,) = drift_now(self.profile(), {"wind": self.counts(mean)}, frozenset(), effect)

        assert found.distance == pytest.approx(0.3, rel=0.01)
        assert found.moved is moved

    def test_leaves_out_what_moves_by_design(self):
        """The day is new each day."""
        found = drift_now(self.profile(), {"wind": self.counts(9), "day": self.counts(9)}, frozenset({"day"}), "small")

        assert [column.column for column in found] == ["wind"]
