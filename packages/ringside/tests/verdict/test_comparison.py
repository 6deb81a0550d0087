"""Challenger against rival, whole, and within slices."""

from dataclasses import replace

import numpy as np
import pytest

from judging import judged, model_of, policy_of, truth_of
from ringside.errors import DataError, UsageError
from ringside.verdict import Scored, Slice, Tolerance, compare, custom, text
from ringside.verdict.comparison import holm

TRUTH = truth_of(rows=3000, groups=30)
RIVAL, CHALLENGER = model_of(TRUTH, noise=0.5), model_of(TRUTH, noise=0.45, seed=2)
REGION = np.where(np.arange(3000) % 3, "north", "south")


def part(column, p_worse, outcome="worse") -> Slice:
    """A slice of which only the p-value matters."""
    return Slice(column, "x", 500, replace(judged([1.0, 2.0]), p_worse=p_worse, outcome=outcome))


class TestCompare:
    """The whole comparison."""

    def test_puts_the_deciding_metric_first(self):
        """Then the guardrails, then what is only shown, each once."""
        found = compare(CHALLENGER, RIVAL, policy_of(metric="brier", guardrails={"f1": Tolerance(0.1)}))
        names = [result.metric for result in found.metrics]

        assert names[:3] == ["brier", "f1", "log_loss"]
        assert len(set(names)) == len(names) == 10
        assert found.deciding is found.metrics[0]

    def test_judges_what_has_a_tolerance(self):
        """Other metrics have no outcome."""
        found = compare(CHALLENGER, RIVAL, policy_of(guardrails={"f1": Tolerance(0.1)}))

        assert [result.metric for result in found.metrics if result.outcome] == ["log_loss", "f1"]

    def test_divides_the_error_rate_of_the_deciding_metric_alone(self):
        """Uses widen its lower bound and no other."""
        once, often = (
            compare(CHALLENGER, RIVAL, policy_of(guardrails={"brier": Tolerance(0.1)}, uses=uses)) for uses in (1, 5)
        )

        assert often.metrics[0].lower < once.metrics[0].lower
        assert often.metrics[1:] == once.metrics[1:]

    def test_takes_metrics_of_the_tasks_own(self):
        """One may decide."""
        cost = custom("cost", "lower", lambda y, p, w: float(np.average(np.abs(y - p), weights=w)))

        found = compare(CHALLENGER, RIVAL, policy_of(metric="cost"), own=(cost,))

        assert found.deciding.metric == "cost"
        assert found.deciding.outcome is not None

    def test_refuses_a_metric_that_does_not_exist(self):
        """The policy is checked first."""
        with pytest.raises(UsageError, match="names the metric 'auc'"):
            compare(CHALLENGER, RIVAL, policy_of(metric="auc"))

    def test_refuses_models_of_other_rows(self):
        """Predictions of two windows are never subtracted."""
        with pytest.raises(DataError, match="not of the same rows"):
            compare(CHALLENGER, model_of(truth_of(rows=3000, groups=30, seed=9)), policy_of())


class TestSlices:
    """The deciding metric by value of a column."""

    def test_equal_the_comparison_of_their_rows(self):
        """A slice's result is that of the whole, made from the slice's rows alone."""
        found = compare(CHALLENGER, RIVAL, policy_of(slices=Tolerance(0.01)), slices={"region": REGION})
        index = np.flatnonzero(REGION == "south")
        truth = TRUTH.take(index)

        alone = compare(CHALLENGER.take(index, truth), RIVAL.take(index, truth), policy_of())

        assert [(s.column, s.value, s.rows) for s in found.slices] == [
            ("region", "north", 2000),
            ("region", "south", 1000),
        ]
        assert found.slices[1].result == alone.deciding

    def test_take_relative_tolerances_of_their_own_gain(self):
        """The baseline is that of the slice's rows."""
        naive = Scored.of(TRUTH, np.full(3000, TRUTH.y.mean()))
        policy = policy_of(slices=Tolerance(0.1, relative=True))
        found = compare(CHALLENGER, RIVAL, policy, baseline=naive, slices={"region": REGION}).slices[0]

        rows = np.flatnonzero(REGION == "north")
        losses = [-np.log(np.where(TRUTH.y == 1, p, 1 - p))[rows].mean() for p in (naive.prediction, RIVAL.prediction)]
        assert found.result.tolerance == pytest.approx(0.1 * (losses[0] - losses[1]))

    def test_without_a_tolerance_are_only_shown(self):
        """They have bounds and no outcome."""
        found = compare(CHALLENGER, RIVAL, policy_of(), slices={"region": REGION})

        assert [s.result.outcome for s in found.slices] == [None, None]
        assert all(s.result.lower is not None for s in found.slices)

    def test_of_a_column_that_the_policy_leaves_out_are_only_shown(self):
        """Named columns are judged, the others have bounds and neither outcome nor reason."""
        policy = policy_of(slices=Tolerance(0.01), slice_rows=1, slice_columns=("region",))
        found = compare(CHALLENGER, RIVAL, policy, slices={"region": REGION, "again": REGION}).slices

        shown = [s.result for s in found if s.column == "again"]
        assert all(s.result.outcome is not None for s in found if s.column == "region")
        assert [(one.outcome, one.reason) for one in shown] == [(None, None)] * 2

    def test_that_the_policy_names_and_nobody_has_are_an_error(self):
        """The comparison knows which slices there are."""
        with pytest.raises(UsageError, match="planet"):
            compare(CHALLENGER, RIVAL, policy_of(slice_columns=("planet",)), slices={"region": REGION})

    def test_of_few_rows_are_not_judged(self):
        """A slice with fewer rows than the policy asks for says so."""
        policy = policy_of(slices=Tolerance(0.01), slice_rows=1500)
        north, south = compare(CHALLENGER, RIVAL, policy, slices={"region": REGION}).slices

        assert (north.result.reason, south.result.reason, south.result.outcome) == (None, "few_rows", None)

    def test_of_one_class_leave_a_ranking_open(self):
        """The AUC of rows without a positive is undefined, and nothing breaks."""
        policy = policy_of(metric="roc_auc", slices=Tolerance(0.01))
        found = compare(CHALLENGER, RIVAL, policy, slices={"y": TRUTH.y.astype(str)})

        assert {s.result.reason for s in found.slices} == {"undefined"}
        assert {s.result.outcome for s in found.slices} == {"inconclusive"}

    def test_that_are_worse_are_found(self):
        """A challenger that is turned around in the south fails there and nowhere else."""
        turned = Scored.of(TRUTH, np.where(REGION == "south", 1 - CHALLENGER.prediction, RIVAL.prediction))
        found = compare(turned, RIVAL, policy_of(slices=Tolerance(0.01)), slices={"region": REGION})

        assert {s.value: s.result.outcome for s in found.slices} == {"north": "no_worse", "south": "worse"}


class TestHolm:
    """The step-down correction over slices."""

    def test_compares_with_alpha_by_those_left(self):
        """By hand, for alpha 0.05 and four p-values: 0.010 ≤ 0.0125, 0.016 ≤ 0.0167, 0.026 > 0.025, and then none."""
        found = holm([part("a", 0.016), part("b", 0.03), part("c", 0.010), part("d", 0.026)], 0.05)

        assert [s.result.outcome for s in found] == ["worse", "inconclusive", "worse", "inconclusive"]

    def test_of_one_slice_changes_nothing(self):
        """There is nothing to correct for."""
        assert holm([part("a", 0.049)], 0.05)[0].result.outcome == "worse"

    def test_keeps_what_is_not_worse(self):
        """Other outcomes stand, and count among the slices."""
        found = holm([part("a", 0.03), part("b", 0.9, "no_worse")], 0.05)

        assert [s.result.outcome for s in found] == ["inconclusive", "no_worse"]

    def test_counts_judged_slices_alone(self):
        """A slice without a p-value makes none of the others harder."""
        assert holm([part("a", 0.03), part("b", None, None)], 0.05)[0].result.outcome == "worse"


class TestText:
    """A comparison as lines."""

    def test_has_a_line_for_each_metric(self):
        """In the comparison's order, under a header with the names that are given."""
        found = compare(CHALLENGER, RIVAL, policy_of())
        shown = text.lines(found, rival="old", challenger="new")

        assert shown[0].split()[:3] == ["metric", "old", "new"]
        assert [line.split()[0] for line in shown[2:12]] == [result.metric for result in found.metrics]

    def test_says_why_there_is_no_outcome(self):
        """Each reason has words."""
        assert "the predictions are identical" in "\n".join(text.lines(compare(RIVAL, RIVAL, policy_of())))

    def test_shows_worse_slices_first_and_counts_the_rest(self):
        """Of 30 slices 20 are shown."""
        turned = np.where(TRUTH.groups == 7, 1 - CHALLENGER.prediction, CHALLENGER.prediction)
        policy = policy_of(slices=Tolerance(0.01), slice_rows=1)
        slices = {"group": TRUTH.groups.astype(str)}
        shown = text.lines(compare(Scored.of(TRUTH, turned), RIVAL, policy, slices=slices))
        first = next(line for line in shown if line.startswith("group="))

        assert first.startswith("group=7 ")
        assert sum(line.startswith("group=") for line in shown) == 20
        assert "10 more slices" in shown[-1]
