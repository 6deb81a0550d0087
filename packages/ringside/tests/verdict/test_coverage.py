"""Statistics tested as statistics: how often the verdict is right in worlds whose truth is known.

Small versions of what `make coverage` publishes. Bands are three standard errors of a share of so many windows.
"""

import functools
from dataclasses import replace

import numpy as np
import pytest

from ringside.verdict.metrics import METRICS
from ringside.verdict.outcomes import Pair, judge
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth
from simulation import years
from simulation.cells import position, simulate
from simulation.pages import PAGE, replaced
from simulation.plan import SETTINGS
from simulation.worlds import DRAW, Setting, binary, truths

pytestmark = pytest.mark.slow

EQUAL = Setting("equal sizes")
IN_TIME = Setting("in time", ordered=True, autocorrelation=0.5)
LOG_LOSS = METRICS["binary"][0]
RECALL = next(metric for metric in METRICS["binary"] if metric.name == "recall")
CELLS = [
    ("binary", "log_loss", 10, 1000),
    ("binary", "roc_auc", 30, 400),
    ("binary", "average_precision", 30, 300),
    ("binary", "f1", 30, 400),
    ("multiclass", "macro_f1", 30, 400),
    ("regression", "mae", 10, 2000),
]
"""Kind, metric, groups, windows."""
ASKED = [CELLS[0], CELLS[3], CELLS[5]]
"""Those whose outcomes are counted."""


def band(share: float, windows: int) -> float:
    """Three standard errors of a share that is found in so many windows."""
    return 3 * np.sqrt(share * (1 - share) / windows)


@functools.cache
def truth_of(kind: str, setting: Setting = EQUAL) -> dict[str, float]:
    """The true difference by metric."""
    return truths(kind, setting, np.random.default_rng(0), parts=1)


@functools.cache
def cell(kind: str, metric: str, groups: int, windows: int):
    """One cell, for one metric."""
    draw = functools.partial(DRAW[kind], EQUAL, groups, np.random.default_rng(1))
    return simulate(kind, draw, windows, {metric: truth_of(kind)[metric]})


@pytest.mark.parametrize(("kind", "metric", "groups", "windows"), CELLS, ids=str)
class TestIntervals:
    """The interval of 95 % of a paired difference."""

    def test_hold_the_truth_as_often_as_they_say(self, kind, metric, groups, windows):
        """In 95 % of the windows, no more and no less."""
        found = cell(kind, metric, groups, windows).covered(metric)

        assert found == pytest.approx(0.95, abs=band(0.95, windows))

    def test_miss_on_both_sides_alike(self, kind, metric, groups, windows):
        """In 2.5 % of the windows the interval flatters the challenger, and in 2.5 % it slights it."""
        tails = cell(kind, metric, groups, windows).tails(metric)

        assert max(tails) <= 0.025 + band(0.025, windows)


class TestIntervalsOfUnequalGroups:
    """A few groups hold most of the rows."""

    def test_know_that_they_rest_on_fewer(self):
        """With log-normal sizes the effective groups give the degrees of freedom, and the truth is held as promised."""
        unequal = Setting("unequal", sigma=1.5)
        draw = functools.partial(DRAW["regression"], unequal, 15, np.random.default_rng(11))
        found = simulate("regression", draw, 1500, {"mae": truth_of("regression", unequal)["mae"]})

        assert found.covered("mae") >= 0.95 - band(0.95, 1500)


class TestIntervalsInTime:
    """Groups that follow each other and are alike."""

    @staticmethod
    def covered(*, ordered: bool) -> float:
        """The coverage of the recall of models whose effects last from day to day."""
        rng = np.random.default_rng(2)
        windows = [binary(replace(IN_TIME, ordered=ordered), 90, rng) for _ in range(300)]
        found = np.array([position(RECALL, window, truth_of("binary")["recall"]) for window in windows])
        return float(((found > 0.025) & (found < 0.975)).mean())

    def test_are_wider(self):
        """Where the order is known the interval holds the truth in 90 % at least, else in far fewer windows."""
        assert self.covered(ordered=True) >= 0.9
        assert self.covered(ordered=False) <= 0.87


class TestLossOfTheTolerance:
    """The challenger truly loses exactly the tolerance."""

    @pytest.mark.parametrize(("uses", "rate"), [(1, 0.05), (5, 0.01)])
    @pytest.mark.parametrize("which", ASKED, ids=str)
    def test_passes_as_rarely_as_promised(self, which, uses, rate):
        """In 5 % of the windows at most, and in 1 % where five verdicts share them."""
        _, metric, _, windows = which

        assert cell(*which).outcomes[metric].passed[uses] <= rate + band(rate, windows)

    @pytest.mark.parametrize("which", ASKED, ids=str)
    def test_is_rarely_called_worse(self, which):
        """In 5 % of the windows at most, since it is what the team accepts."""
        _, metric, _, windows = which

        assert cell(*which).outcomes[metric].worse <= 0.05 + band(0.05, windows)

    def test_is_answered_up_to_chance(self):
        """The promise is not kept by refusing everything: nearly 5 % of the windows err to each side."""
        found = cell(*CELLS[5]).outcomes["mae"]

        assert min(found.passed[1], found.worse) >= 0.05 - band(0.05, CELLS[5][3])


class TestNoAnswer:
    """Windows that cannot tell."""

    @staticmethod
    def judged(metric, window):
        """The result under a wide tolerance, which any interval would be within."""
        policy = Policy(metric=metric.name, tolerance=Tolerance(0.9))
        return judge(metric, Pair(window.challenger, window.rival, policy), policy.tolerance)

    def test_of_too_few_groups(self):
        """Nine equal groups are one too few."""
        result = self.judged(LOG_LOSS, binary(EQUAL, 9, np.random.default_rng(3)))

        assert (result.outcome, result.reason) == ("inconclusive", "too_few_groups")

    def test_of_one_group_that_holds_most_rows(self):
        """Thirty groups, of which one has half of the rows, are worth fewer than ten."""
        window = binary(EQUAL, 60, np.random.default_rng(4))
        joined = np.maximum(window.rival.truth.groups, 30)
        truth = Truth.of("binary", window.rival.truth.y, joined)
        scored = [Scored.of(truth, one.prediction) for one in (window.challenger, window.rival)]

        result = self.judged(LOG_LOSS, replace(window, challenger=scored[0], rival=scored[1]))

        assert (result.outcome, result.reason) == ("inconclusive", "dominating_groups")

    def test_of_models_that_decide_alike(self):
        """Where few groups have a decision that differs, the recall has no interval."""
        window = binary(EQUAL, 30, np.random.default_rng(5))
        apart = replace(window.rival, prediction=window.rival.prediction.copy())
        apart.prediction[:400] = window.challenger.prediction[:400]

        result = self.judged(RECALL, replace(window, challenger=apart))

        assert (result.outcome, result.reason) == ("inconclusive", "few_differing_decisions")

    def test_is_no_habit(self):
        """The same policy answers for thirty equal groups."""
        result = self.judged(LOG_LOSS, binary(EQUAL, 30, np.random.default_rng(6)))

        assert (result.outcome, result.reason) == ("no_worse", None)


@pytest.fixture(scope="module")
def noise():
    """The row noise of models that lost none, one, two ... half tolerances."""
    losses = years.TOLERANCE / 2 * np.arange(years.RETRAINS + 1)
    return years.noise_of(losses, np.random.default_rng(7))


class TestManyVerdicts:
    """What errors come to over slices, submissions and years."""

    def test_of_fifty_slices(self, noise):
        """Some slice is called worse in 5 % of the windows at most, and in most of them without the correction."""
        rng = np.random.default_rng(8)
        corrected, alone = np.mean([years.alarms(noise[2], rng) for _ in range(100)], axis=0)

        assert corrected <= 0.05 + band(0.05, 100)
        assert alone >= 0.5

    def test_of_ten_submissions(self, noise):
        """Submissions that no report steered pass in 5 % of the windows at most, all ten together."""
        rng = np.random.default_rng(9)
        passed = np.mean([years.worn(noise[2], rng, steered=False) for _ in range(300)])

        assert passed <= 0.05 + band(0.05, 300)

    def test_of_a_year_without_the_anchor(self, noise):
        """Half a tolerance a month comes to more than one and a half."""
        assert self.lost(noise, anchored=False) >= 1.5

    def test_of_a_year_with_the_anchor(self, noise):
        """Judged against the anchor too, a year loses no more than one tolerance."""
        assert self.lost(noise, anchored=True) <= 1

    @staticmethod
    def lost(noise, *, anchored: bool) -> float:
        """The mean loss of a year, in tolerances."""
        rng = np.random.default_rng(10)
        policy = Policy(metric="log_loss", tolerance=Tolerance(years.TOLERANCE), uses=5)
        return float(np.mean([years.year(policy, noise, rng, anchored=anchored).lost for _ in range(60)]))


class TestPage:
    """docs/statistics.md, which the program fills."""

    def test_keeps_what_stands_around_a_table(self):
        """Only the lines between the comments are replaced."""
        text = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n"

        assert replaced(text, "a", ["new"]) == "before\n<!-- a -->\nnew\n<!-- /a -->\nafter\n"

    def test_without_a_place_is_an_error(self):
        """A table is never lost in silence."""
        with pytest.raises(ValueError, match="<!-- /a --> is missing"):
            replaced("<!-- a -->\n", "a", [])

    @pytest.mark.parametrize("kind", SETTINGS)
    def test_has_a_row_for_each_setting(self, kind):
        """The published tables are those of the settings in the code."""
        published = PAGE.read_text(encoding="utf-8").partition(f"<!-- summary {kind} 1 -->")[2].partition("<!-- /")[0]

        assert [setting.name for setting in SETTINGS[kind] if f"| {setting.name} |" not in published] == []
