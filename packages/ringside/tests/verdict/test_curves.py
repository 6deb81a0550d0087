"""The data of the curves agree with scikit-learn's, and stay small."""

import warnings

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, precision_recall_curve, roc_auc_score, roc_curve

from ringside.pipeline.evaluate.curve_points import POINTS, calibration, histogram, precision_recall, roc


def rows(count=150, *, seed=0, digits=2):
    """Labels and scores; few digits make ties."""
    rng = np.random.default_rng(seed)
    positive = rng.random(count) < 0.3
    return positive, np.round(np.clip(rng.normal(0.3 + 0.2 * positive, 0.2), 0, 1), digits)


class TestRoc:
    """False and true positive rate."""

    @pytest.mark.parametrize("seed", range(3))
    def test_is_that_of_scikit_learn(self, seed):
        """Point by point, ties together."""
        positive, scores = rows(seed=seed)
        fpr, tpr, _ = roc_curve(positive, scores, drop_intermediate=False)
        ours = roc(positive, scores)

        # Of points above each other, the first and the last are a curve's; ours keeps the last.
        assert set(zip(*ours, strict=True)) <= set(zip(fpr, tpr, strict=True))
        assert auc(*ours) == pytest.approx(roc_auc_score(positive, scores), abs=0.01)

    def test_goes_from_corner_to_corner(self):
        """From (0, 0) to (1, 1), and never back."""
        fpr, tpr = roc(*rows())

        assert ((fpr[0], tpr[0]), (fpr[-1], tpr[-1])) == ((0, 0), (1, 1))
        assert (np.diff(fpr) >= 0).all()
        assert (np.diff(tpr) >= 0).all()

    def test_stays_small(self):
        """Of ten thousand thresholds at most two hundred points are kept, and the area with them."""
        positive, scores = rows(10_000, digits=12)
        ours = roc(positive, scores)

        assert len(ours[0]) <= POINTS
        assert auc(*ours) == pytest.approx(roc_auc_score(positive, scores), abs=0.005)

    def test_of_one_score_is_a_line(self):
        """A model that tells nothing apart."""
        fpr, tpr = roc(np.array([True, False, True]), np.full(3, 0.5))

        assert (fpr.tolist(), tpr.tolist()) == ([0, 1], [0, 1])


class TestPrecisionRecall:
    """Recall and precision, from the highest score down."""

    @pytest.mark.parametrize("seed", range(3))
    def test_is_that_of_scikit_learn(self, seed):
        """Each point is one of theirs, in the other direction."""
        positive, scores = rows(seed=seed)
        precision, recall, _ = precision_recall_curve(positive, scores)
        theirs = {(round(r, 12), round(p, 12)) for r, p in zip(recall, precision, strict=True)}
        ours = zip(*precision_recall(positive, scores), strict=True)

        # Behind the last positive, scikit-learn stops where recall is 1.
        assert {(round(r, 12), round(p, 12)) for r, p in ours if r < 1} <= theirs

    def test_ends_with_the_base_rate(self):
        """All rows are taken: recall is 1, precision the share of positives."""
        positive, scores = rows()
        recall, precision = precision_recall(positive, scores)

        assert (recall[-1], precision[-1]) == (1, positive.mean())


class TestCalibration:
    """Mean prediction and mean outcome in bins."""

    def test_is_that_of_scikit_learn(self):
        """Where no two predictions are equal and the bins have equal numbers of rows."""
        positive, scores = rows(1000, digits=12)
        # Clipped scores are ties; these are all different.
        scores = np.argsort(np.argsort(scores, kind="stable")) / 1000
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            observed, predicted = calibration_curve(positive, scores, n_bins=10, strategy="quantile")
        found = np.array(calibration(positive.astype(float), scores, 10))

        assert found[:, 0] == pytest.approx(predicted)
        assert found[:, 1] == pytest.approx(observed)

    @pytest.mark.parametrize(("count", "bins"), [(10, 3), (2, 5), (7, 7)])
    def test_has_every_row_once(self, count, bins):
        """Bins differ by at most one row; there are fewer where there are fewer rows."""
        sizes = [size for _, _, size in calibration(np.zeros(count), np.arange(count, dtype=float), bins)]

        assert (sum(sizes), len(sizes)) == (count, min(count, bins))
        assert max(sizes) - min(sizes) <= 1


class TestHistogram:
    """How often which prediction."""

    def test_is_that_of_numpy(self):
        """Twenty bins between the limits."""
        _, scores = rows()
        found = histogram(scores, (0.0, 1.0))
        expected, edges = np.histogram(scores, bins=20, range=(0, 1))

        assert [count for _, count in found] == expected.tolist()
        assert [low for low, _ in found] == pytest.approx(edges[:-1].tolist())

    def test_goes_from_the_least_to_the_greatest_by_itself(self):
        """A regression has no limits of its own; every row is in a bin."""
        found = histogram(np.array([-5.0, 0.0, 15.0]))

        assert (found[0], found[-1]) == ((-5.0, 1), (14.0, 1))

    def test_of_one_value_is_a_histogram(self):
        """A model that always says the same."""
        assert sum(count for _, count in histogram(np.full(9, 3.0))) == 9
