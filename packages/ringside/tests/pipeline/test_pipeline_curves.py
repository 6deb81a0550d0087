"""The data of the usual curves."""

import itertools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.pipeline.evaluate.curve_points import POINTS
from ringside.pipeline.evaluate.curves import curves
from shop import BINARY, MULTICLASS, REGRESSION

SCORES = st.integers(2, 600).flatmap(
    lambda rows: st.tuples(st.just(rows), st.integers(0, 2**16), st.sampled_from([0, 1, 2, 6]))
)
"""How many rows, a seed, and to how many decimals predictions are rounded: few decimals make many ties."""


def binary(rows: int, seed: int, decimals: int, *, bins: int = 10) -> dict[str, list[dict[str, Any]]]:
    """The curves of random predictions for random labels, of which both classes have one."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([[True, False], rng.random(rows - 2) < 0.3])
    values = np.round(0.9 * rng.random(rows) + 0.1 * labels, decimals)
    return curves(pd.Series(labels, name="bought"), pd.DataFrame({"prediction": values}), BINARY, bins=bins)


def multiclass(rows: int = 90, *, seed: int = 0) -> tuple[pd.Series, dict[str, list[dict[str, Any]]]]:
    """Labels of three classes, and the curves of random predictions for them."""
    rng = np.random.default_rng(seed)
    labels = pd.Series(np.array(["a", "b", "c"])[np.arange(rows) % 3])
    shares = rng.dirichlet([1, 1, 1], rows)
    frame = pd.DataFrame(shares, columns=[f"prediction:{name}" for name in "abc"])
    return labels, curves(labels, frame, MULTICLASS, bins=5)


def regression(rows: int = 90) -> dict[str, list[dict[str, Any]]]:
    """The curves of predictions for numbers."""
    labels = pd.Series(np.linspace(-5, 5, rows))
    return curves(labels, pd.DataFrame({"prediction": labels * 0.9}), REGRESSION, bins=5)


def column(rows: list[dict[str, Any]], name: str) -> list[float]:
    """One column of a curve."""
    return [row[name] for row in rows]


class TestRanking:
    """ROC and precision-recall of a binary task, for predictions with and without ties."""

    @settings(deadline=None, max_examples=25)
    @given(SCORES)
    def test_has_few_points(self, made):
        """However many rows there are, a curve has at most POINTS points."""
        found = binary(*made)

        assert len(found["roc"]) <= POINTS
        assert len(found["precision_recall"]) <= POINTS

    def test_has_few_points_where_the_first_rows_are_right(self):
        """The points before the first false positive are within the number too."""
        rng = np.random.default_rng(0)
        values = rng.random(5_000)
        labels = (rng.random(5_000) < 0.3) | (values > 0.99)
        found = curves(pd.Series(labels), pd.DataFrame({"prediction": values}), BINARY, bins=10)

        assert found["roc"][1]["fpr"] == 0
        assert len(found["roc"]) <= POINTS

    @settings(deadline=None, max_examples=25)
    @given(SCORES)
    def test_begins_and_ends_where_it_must(self, made):
        """ROC goes from (0, 0) to (1, 1), recall from 0 at precision 1 to 1."""
        found = binary(*made)
        roc, precision_recall = found["roc"], found["precision_recall"]

        assert [(row["fpr"], row["tpr"]) for row in (roc[0], roc[-1])] == [(0, 0), (1, 1)]
        assert (precision_recall[0]["recall"], precision_recall[0]["precision"]) == (0, 1)
        assert precision_recall[-1]["recall"] == 1

    @settings(deadline=None, max_examples=25)
    @given(SCORES)
    def test_never_goes_back(self, made):
        """Both rates of ROC and the recall only grow from point to point."""
        found = binary(*made)

        for curve, name in (("roc", "fpr"), ("roc", "tpr"), ("precision_recall", "recall")):
            values = column(found[curve], name)
            assert all(before <= after for before, after in itertools.pairwise(values))

    def test_has_the_area_of_the_whole_curve(self):
        """Leaving most of 5,000 points out moves the area under ROC by less than a thousandth."""
        rng = np.random.default_rng(0)
        labels = rng.random(5_000) < 0.3
        values = rng.beta(1, 2, 5_000) + 0.2 * labels
        roc = curves(pd.Series(labels), pd.DataFrame({"prediction": values}), BINARY, bins=10)["roc"]

        in_order = (values[labels][:, None] > values[~labels]).mean()
        assert np.trapezoid(column(roc, "tpr"), column(roc, "fpr")) == pytest.approx(in_order, abs=1e-3)

    @pytest.mark.parametrize("label", [True, False])
    def test_is_empty_without_both_classes(self, label):
        """Labels of one class have no ranking; the other curves are there."""
        values = pd.DataFrame({"prediction": [0.2, 0.5, 0.7]})
        found = curves(pd.Series([label] * 3), values, BINARY, bins=2)

        assert (found["roc"], found["precision_recall"]) == ([], [])
        assert sum(column(found["calibration"], "rows")) == 3


class TestCalibration:
    """Mean prediction against mean outcome."""

    @settings(deadline=None, max_examples=25)
    @given(SCORES, st.integers(2, 100))
    def test_holds_every_row_once(self, made, bins):
        """There are at most as many bins as were asked for, and together they have all rows."""
        found = binary(*made, bins=bins)["calibration"]

        assert len(found) == min(bins, made[0])
        assert sum(column(found, "rows")) == made[0]

    @settings(deadline=None, max_examples=25)
    @given(SCORES)
    def test_has_bins_of_equal_size(self, made):
        """No bin has more than one row more than another."""
        sizes = column(binary(*made)["calibration"], "rows")

        assert max(sizes) - min(sizes) <= 1

    @settings(deadline=None, max_examples=25)
    @given(SCORES)
    def test_is_in_order_of_the_prediction(self, made):
        """Bins go from the lowest predictions to the highest."""
        predicted = column(binary(*made)["calibration"], "predicted")

        assert predicted == sorted(predicted)

    def test_is_exact_for_a_calibrated_model(self):
        """Where a third of the rows predicted at 1/3 is positive, both means are a third."""
        labels = pd.Series([True, False, False] * 10)
        found = curves(labels, pd.DataFrame({"prediction": [1 / 3] * 30}), BINARY, bins=10)["calibration"]

        assert {(row["predicted"], row["observed"]) for row in found} == {(0.333333, 0.333333)}

    def test_of_a_regression_compares_means(self):
        """The mean label of a bin stands against its mean prediction."""
        found = regression()["calibration"]

        assert [row["predicted"] for row in found] == pytest.approx([row["observed"] * 0.9 for row in found], abs=1e-5)

    def test_of_a_multiclass_task_is_of_the_largest_probability(self):
        """The prediction is the probability of the class that was decided for, so never below one in three."""
        _, found = multiclass()

        assert min(column(found["calibration"], "predicted")) > 1 / 3
        assert sum(column(found["calibration"], "rows")) == 90


class TestScores:
    """How often which prediction."""

    @settings(deadline=None, max_examples=15)
    @given(SCORES)
    def test_counts_every_row_once(self, made):
        """The bins of predictions together have all rows."""
        assert sum(column(binary(*made)["scores"], "rows")) == made[0]

    def test_counts_a_constant_too(self):
        """A model that always answers the same has its rows in one bin."""
        found = curves(pd.Series([True, False]), pd.DataFrame({"prediction": [0.5, 0.5]}), BINARY, bins=2)["scores"]

        assert sorted(column(found, "rows"))[-2:] == [0, 2]


class TestKinds:
    """Which curves a kind has."""

    def test_are_all_named_for_every_kind(self):
        """Each kind answers the same curves, so that `dvc plots` finds every file."""
        names = {"roc", "precision_recall", "confusion", "calibration", "scores"}

        assert set(binary(30, 0, 2)) == set(multiclass()[1]) == set(regression()) == names

    def test_regression_has_no_ranking_and_no_confusion(self):
        """Numbers have no classes: these curves are empty."""
        found = regression()

        assert (found["roc"], found["precision_recall"], found["confusion"]) == ([], [], [])

    def test_binary_has_no_confusion(self):
        """A confusion needs a threshold, which a probability does not have."""
        assert binary(30, 0, 2)["confusion"] == []

    @pytest.mark.parametrize("rows", [90, 9_000])
    def test_multiclass_ranks_all_pairs_of_a_row_and_a_class(self, rows):
        """Its curves are those of one binary problem with a row for each pair: the micro-average."""
        labels, found = multiclass(rows)
        pairs = pd.Series([label == name for label in labels for name in "abc"])
        shares = np.random.default_rng(0).dirichlet([1, 1, 1], rows).ravel()
        expected = curves(pairs, pd.DataFrame({"prediction": shares}), BINARY, bins=5)

        assert found["roc"] == expected["roc"]
        assert found["precision_recall"] == expected["precision_recall"]

    def test_multiclass_confuses_each_row_once(self):
        """There is one pair of actual and predicted class for each row, in order."""
        labels, found = multiclass()

        assert column(found["confusion"], "actual") == labels.tolist()
        assert set(column(found["confusion"], "predicted")) <= {"a", "b", "c"}

    def test_are_json(self):
        """Every number is one that JSON has: no NaN, no type of NumPy."""
        for found in (binary(30, 0, 2), multiclass()[1], regression()):
            assert json.loads(json.dumps(found, allow_nan=False)) == found
