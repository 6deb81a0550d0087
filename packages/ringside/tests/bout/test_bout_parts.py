"""The parts of a report: harmless names, finite numbers, bounded lists."""

import math

import numpy as np
import pytest

from ringside.evaluation import report_parts as parts
from ringside.pipeline.evaluate.profile import column_bins, pack_hashes, partition_profile
from ringside.report.model import name_of
from ringside.verdict.comparison import Slice
from ringside.verdict.metrics import metrics_of
from ringside.verdict.outcomes import Result
from ringside.verdict.rules import DECIDING, SLICES, Finding, Floor
from windows import task_of, window_of

HOSTILE = "<script>@someone\n# Heading"


def result(**changes) -> Result:
    """One metric's result."""
    return Result(**({"metric": "mae", "better": "lower", "challenger": 1.0, "rival": 2.0} | changes))


def part(value: str, difference: float, outcome: str | None = None) -> Slice:
    """A slice that lost or won so much."""
    return Slice("shop", value, 9, result(difference=difference, outcome=outcome))


class TestNumber:
    """A number of the report."""

    @pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300, None])
    def test_that_no_report_can_hold_is_none(self, value):
        """Infinite, undefined or beyond every scale."""
        assert parts.number(value) is None

    @pytest.mark.parametrize("value", [0.0, -1.5, 1e15])
    def test_that_is_one_stays(self, value):
        """As it is."""
        assert parts.number(value) == value

    def test_of_a_result_is_made_finite(self):
        """An infinite bound is none; all others stay."""
        found = parts.result(result(lower=-math.inf, upper=0.5, difference=math.nan))

        assert (found.lower, found.upper, found.difference, found.rival) == (None, 0.5, None, 2.0)

    def test_of_a_floor_that_cannot_be_computed_is_none(self):
        """The limit stays."""
        found = parts.floor(Floor("mae", math.nan, 10.0, reached=False, surely_not=False))

        assert (found.value, found.limit) == (None, 10.0)


class TestNames:
    """What a task or its data are called."""

    def test_of_slices_are_harmless(self):
        """A value of the data never reaches the report as it stands."""
        (found,), _ = parts.slices([part(HOSTILE, 1.0)])

        assert found.value == name_of(HOSTILE) != HOSTILE

    def test_of_subjects_are_split_for_slices_alone(self):
        """`column=value` are two names where the rule is about slices; a metric's name is one."""
        slices = parts.rule(Finding(SLICES, "failed", "worse", ("shop=a=b",)))
        metric = parts.rule(Finding(DECIDING, "failed", "worse", ("a=b",)))

        assert slices.subjects == [("shop", name_of("a=b"))]
        assert metric.subjects == [(name_of("a=b"),)]

    def test_of_own_metrics_are_harmless(self):
        """However long."""
        assert parts.result(result(metric="m" * 100)).metric == name_of("m" * 100)


class TestSlices:
    """The slices of the report."""

    def test_have_those_that_are_worse_first(self):
        """Then the ones that lost most."""
        found, _ = parts.slices([part("won", 2.0), part("lost", -3.0), part("worse", -1.0, "worse"), part("none", 0.0)])

        assert [slice_.value for slice_ in found] == ["worse", "lost", "none", "won"]

    def test_are_at_most_a_thousand(self):
        """Those that won most are left out, and counted."""
        found, left_out = parts.slices([part(f"s{n}", float(n)) for n in range(1100)])

        assert (len(found), left_out) == (1000, 100)
        assert max(slice_.result.difference for slice_ in found) == 999

    def test_may_have_no_difference(self):
        """One without both classes cannot be compared, and is shown."""
        assert parts.slices([part("odd", None)])[0][0].result.difference is None


class TestChanges:
    """Parameters that differ."""

    def test_are_named_with_both_values(self):
        """Numbers, truth values and short names are shown; equal ones are left out."""
        found = parts.changes({"a": 1, "b": True, "c": "x", "d": 5}, {"a": 2, "b": False, "c": "y", "d": 5})

        assert [(change.key, change.before, change.after) for change in found] == [
            ("a", 1, 2),
            ("b", True, False),
            ("c", "x", "y"),
        ]
        assert all(change.shown for change in found)

    @pytest.mark.parametrize("value", [HOSTILE, [1, 2], "x" * 65, math.inf, 1e300])
    def test_hide_what_is_no_name_and_no_number(self, value):
        """The key is there, and that its value is not shown."""
        (found,) = parts.changes({"a": 1}, {"a": value})

        assert (found.before, found.after, found.shown) == (1, None, False)

    def test_show_what_was_added_and_removed(self):
        """The side that has none is empty, and nothing is hidden."""
        found = parts.changes({"gone": 1}, {"new": 2})

        assert [(change.before, change.after, change.shown) for change in found] == [(1, None, True), (None, 2, True)]

    def test_have_harmless_keys(self):
        """Each part of a dotted key is a name of its own."""
        (found,) = parts.changes({}, {f"train.{HOSTILE}": 1})

        assert found.key == f"train.{name_of(HOSTILE)}"

    def test_are_at_most_five_hundred(self):
        """A report stays small."""
        assert len(parts.changes({}, {f"k{n}": n for n in range(600)})) == 500


class TestGroups:
    """The deciding metric in each group."""

    MAE = metrics_of("regression")["mae"]

    def test_are_those_of_the_window(self):
        """By name, with the rows and the metric of both models."""
        window = window_of("regression", rows=6, facts={"group": "day"}, day=["2024-01-02", "2024-01-01"] * 3)
        found = parts.by_group(window, window.baseline, self.MAE)

        assert [(point.group, point.rows, point.challenger) for point in found] == [
            ("2024-01-01", 3, 1.0),
            ("2024-01-02", 3, 1.0),
        ]
        assert found[0].rival == pytest.approx(20 / 3)

    def test_are_none_where_each_row_stands_by_itself(self):
        """A chart of rows says nothing."""
        assert parts.by_group(window_of("regression"), None, self.MAE) == []

    def test_are_joined_where_there_are_too_many(self):
        """Neighbours share a point; no row is lost, and the points are in order."""
        window = window_of("regression", rows=2000, facts={"group": "shop"}, shop=np.arange(2000) // 2)
        found = parts.by_group(window, None, self.MAE)

        assert (len(found), sum(point.rows for point in found)) == (400, 2000)
        assert [point.group for point in found] == sorted(point.group for point in found)
        assert {point.rival for point in found} == {None}

    def test_that_cannot_be_measured_have_no_value(self):
        """A group with one class has no ROC AUC."""
        window = window_of(rows=6, facts={"group": "shop"}, shop=["a", "b", "b"] * 2)
        found = parts.by_group(window, None, metrics_of("binary")["roc_auc"])

        assert [point.challenger for point in found] == [None, None]


class TestCurves:
    """The curves of a model."""

    def test_of_one_class_have_no_roc(self):
        """All rows are positive: there is nothing to rank."""
        assert parts.drawn(window_of(y=[1] * 12).challenger, 5).roc == []

    def test_of_a_binary_model_have_all_three(self):
        """The ROC of a perfect model goes up first; every row is in a bin."""
        found = parts.drawn(window_of().challenger, 5)

        assert found.roc[1] == (0.0, 1.0)
        assert sum(rows for _, _, rows in found.calibration) == sum(rows for _, rows in found.scores) == 12

    def test_of_classes_are_those_of_the_decisions(self):
        """How sure the model is of the class that it chose, and how often it is right."""
        found = parts.drawn(window_of("multiclass").challenger, 2)

        assert found.calibration == [(0.8, 1.0, 6), (0.8, 1.0, 6)]

    @pytest.mark.parametrize("scale", [1.0, 1e16])
    def test_of_a_regression_are_on_its_scale(self, scale):
        """Beyond every scale of a report there are none."""
        window = window_of("regression", y=np.arange(12) * scale, prediction=np.arange(12) * scale)

        assert bool(parts.drawn(window.challenger, 2).calibration) is (scale == 1.0)


class TestData:
    """The rival's data against the challenger's."""

    def test_are_compared_column_by_column(self):
        """The identity is left out, being new by design."""
        task = task_of()
        before, after = (_profile(task, shift) for shift in (0, 3))
        found = parts.data_diff(before, after, task)

        assert (found.rows_before, found.rows_after) == (40, 40)
        assert [(change.partition, change.change) for change in found.partitions] == [("2024-01", "changed")]
        assert [change.column for change in found.columns] == ["size"]


def _profile(task, shift: int) -> dict:
    import pandas as pd

    frame = pd.DataFrame({"customer": range(40), "size": np.arange(40.0) + shift, "bought": [True, False] * 20})
    bins = column_bins(frame, bins=5)
    partition = {"sides": ["train"], "content": str(shift)} | partition_profile(frame, bins, task)
    trained = pack_hashes(np.arange(40, dtype=np.uint64))
    return {"version": 1, "task": "shop", "bins": bins, "partitions": {"2024-01": partition}, "trained_on": trained}
