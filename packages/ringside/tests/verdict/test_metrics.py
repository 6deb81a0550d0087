"""Each metric: its value is scikit-learn's, and what it is without a group is what recomputing says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as skm

from judging import CLASSES, metric, model_of, truth_of, without
from ringside.errors import UsageError
from ringside.verdict.metrics import METRICS, custom, differing_groups, expected_calibration_error, metrics_of
from ringside.verdict.rows import Scored, Truth

EXACT = {"rel": 1e-12, "abs": 1e-12}

# Probabilities with ties, and with certainty on both sides.
PROBABILITIES = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1, allow_subnormal=False))
BINARY = st.lists(st.tuples(st.integers(0, 1), PROBABILITIES), min_size=2, max_size=60).filter(
    lambda rows: len({y for y, _ in rows}) == 2
)
SHARES = st.one_of(
    st.sampled_from([(0.0, 0.0, 1.0), (0.5, 0.5, 0.0)]),
    st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda w: tuple(np.array(w) / sum(w))),
)
MULTICLASS = st.lists(st.tuples(st.integers(0, 2), SHARES), min_size=1, max_size=40)
NUMBERS = st.floats(-1e4, 1e4, allow_subnormal=False)
REGRESSION = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=40)

SKLEARN = {
    "log_loss": skm.log_loss,
    "brier": skm.brier_score_loss,
    "roc_auc": skm.roc_auc_score,
    "average_precision": skm.average_precision_score,
    "precision": lambda y, p: skm.precision_score(y, p >= 0.5, zero_division=np.nan),
    "recall": lambda y, p: skm.recall_score(y, p >= 0.5),
    "f1": lambda y, p: skm.f1_score(y, p >= 0.5),
}


def scored_of(kind, rows) -> Scored:
    """A model from a list of labels and predictions."""
    y, predictions = (np.array(column) for column in zip(*rows, strict=True))
    return Scored.of(Truth.of(kind, y, classes=CLASSES if kind == "multiclass" else ()), predictions)


def values(kind, scored) -> dict[str, float]:
    """Every metric of a kind."""
    return {name: found.estimate(scored).value for name, found in metrics_of(kind).items()}


@pytest.mark.parametrize("name", SKLEARN)
class TestBinary:
    """The values of a binary task."""

    @given(rows=BINARY)
    @settings(max_examples=60, deadline=None)
    def test_equal_scikit_learn(self, name, rows):
        """To 1e-12, with ties and with probabilities of 0 and 1."""
        scored = scored_of("binary", rows)

        found = metric("binary", name).estimate(scored).value

        assert found == pytest.approx(SKLEARN[name](scored.truth.y, scored.prediction), **EXACT, nan_ok=True)

    def test_equal_scikit_learn_for_one_score(self, name):
        """A model that answers the same for every row has a value of each metric."""
        scored = scored_of("binary", [(0, 0.6), (1, 0.6), (0, 0.6)])

        found = metric("binary", name).estimate(scored).value

        assert found == pytest.approx(SKLEARN[name](scored.truth.y, scored.prediction), **EXACT)


class TestMulticlass:
    """The values of a multiclass task."""

    @given(rows=MULTICLASS)
    @settings(max_examples=60, deadline=None)
    def test_equal_scikit_learn(self, rows):
        """Log loss, accuracy, and the macro F1 of the classes that occur."""
        scored = scored_of("multiclass", rows)
        y, decided = scored.truth.y, scored.prediction.argmax(axis=1)

        assert values("multiclass", scored) == {
            "log_loss": pytest.approx(skm.log_loss(y, scored.prediction, labels=[0, 1, 2]), **EXACT),
            "accuracy": pytest.approx(skm.accuracy_score(y, decided), **EXACT),
            "macro_f1": pytest.approx(skm.f1_score(y, decided, average="macro", zero_division=0.0), **EXACT),
        }


class TestRegression:
    """The values of a regression."""

    @given(rows=REGRESSION)
    @settings(max_examples=60, deadline=None)
    def test_equal_scikit_learn(self, rows):
        """MAE, RMSE and, where the labels differ, R²."""
        scored = scored_of("regression", rows)
        y, p = scored.truth.y, scored.prediction
        found = values("regression", scored)

        assert found["mae"] == pytest.approx(skm.mean_absolute_error(y, p), **EXACT)
        assert found["rmse"] == pytest.approx(skm.root_mean_squared_error(y, p), **EXACT)
        if np.ptp(y) > 1e-3:
            assert found["r2"] == pytest.approx(skm.r2_score(y, p), rel=1e-11, abs=1e-11)

    def test_keep_their_digits_far_from_0(self):
        """R² of labels around a billion is scikit-learn's, since it looks at them about their mean."""
        rng = np.random.default_rng(0)
        y = 1e9 + rng.normal(size=300)
        scored = Scored.of(Truth.of("regression", y), y + rng.normal(0, 0.5, 300))

        assert values("regression", scored)["r2"] == pytest.approx(skm.r2_score(y, scored.prediction), rel=1e-6)

    def test_have_no_r2_for_equal_labels(self):
        """What explains no spread has no value."""
        assert np.isnan(values("regression", scored_of("regression", [(2, 1), (2, 3)]))["r2"])

    def test_have_no_r2_for_labels_that_hardly_differ(self):
        """Nor has what differs by so little that the ratio is larger than any number."""
        assert np.isnan(values("regression", scored_of("regression", [(0, 2447), (1e-151, 2447), (0, 0)]))["r2"])


SUMS = [
    (kind, found.name)
    for kind, all_of_kind in METRICS.items()
    for found in all_of_kind
    if found.name not in ("average_precision", "precision_at_top", "lift_at_top", "calibration")
]


class TestWithoutAGroup:
    """What a metric is without each group."""

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize(("kind", "name"), SUMS)
    def test_equals_recomputing(self, kind, name, seed):
        """Leaving a group out by arithmetic gives what the rows of the others give."""
        scored = model_of(truth_of(kind, seed=seed), seed=seed)
        found = metric(kind, name)

        brute = [found.estimate(without(scored, group)).value for group in range(scored.truth.n_groups)]

        assert found.estimate(scored).deleted == pytest.approx(brute, **EXACT)

    def test_passes_over_a_group_without_rows(self):
        """A code that no row has leaves the value as it is."""
        truth = Truth("binary", np.array([0.0, 1.0, 1.0]), np.array([0, 0, 2]), 3)
        found = metric("binary", "log_loss").estimate(Scored.of(truth, [0.2, 0.7, 0.6]))

        assert found.deleted[1] == found.value
        assert found.sizes.tolist() == [2, 0, 1]

    def test_keeps_the_classes_of_macro_f1(self):
        """A class that only one group has counts as 0 without it, not as never seen."""
        truth = Truth.of("multiclass", [0, 0, 1, 1], [0, 1, 1, 2], classes=CLASSES)
        sure = Scored.of(truth, np.eye(3)[[0, 0, 1, 1]])
        alone = Truth.of("multiclass", [0, 0, 1], [0, 1, 2], classes=CLASSES)

        assert metric("multiclass", "macro_f1").estimate(sure).deleted == pytest.approx([1, 1, 1])
        assert metric("multiclass", "macro_f1").estimate(
            Scored.of(alone, np.eye(3)[[0, 0, 1]])
        ).deleted == pytest.approx([1, 1, 0.5])

    @pytest.mark.parametrize("name", ["roc_auc", "average_precision", "recall"])
    def test_is_undefined_without_the_only_positives(self, name):
        """A metric that needs both classes has no value where a group takes one of them away."""
        truth = Truth.of("binary", [1, 1, 0, 0, 0], [0, 0, 1, 1, 2])
        deleted = metric("binary", name).estimate(Scored.of(truth, [0.9, 0.4, 0.2, 0.6, 0.1])).deleted

        assert np.isnan(deleted).tolist() == [True, False, False]


class TestCalibration:
    """Mean prediction against mean outcome, by bin of the prediction."""

    def test_of_a_calibrated_model_is_about_0(self):
        """The noise of the groups is taken out: over many draws the mean is within three standard errors of 0."""
        rng = np.random.default_rng(0)
        found = []
        for _ in range(200):
            p = rng.uniform(0, 1, 600)
            truth = Truth.of("binary", rng.uniform(size=600) < p, np.arange(600) // 20)
            found.append(metric("binary", "calibration").estimate(Scored.of(truth, p)).value)

        assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(200)

    def test_of_a_shifted_model_is_the_square_of_the_shift(self):
        """A model that says 0.2 too much everywhere has 0.04."""
        rng = np.random.default_rng(0)
        p = rng.uniform(0.2, 0.8, 50_000)
        truth = Truth.of("binary", rng.uniform(size=50_000) < p, np.arange(50_000) // 500)

        found = metric("binary", "calibration").estimate(Scored.of(truth, p + 0.2)).value

        assert found == pytest.approx(0.04, abs=0.004)

    def test_error_expected_is_the_mean_gap(self):
        """With two bins: half of the rows at 0.2 of which none is positive, half at 0.7 of which all are."""
        scored = Scored.of(Truth.of("binary", [0, 0, 1, 1]), [0.2, 0.2, 0.7, 0.7])

        assert expected_calibration_error(scored, bins=2) == pytest.approx((0.2 + 0.3) / 2)

    def test_never_decides(self):
        """It is a guard at most."""
        assert metric("binary", "calibration").judged == "guards"


class TestCustom:
    """A metric of a task's own."""

    def test_equals_the_built_in_one(self):
        """A log loss written as a function of labels, predictions and weights has the same value and deviations."""
        scored = model_of(truth_of(groups=7), digits=6)

        def log_loss(y, prediction, weights):
            return np.average(-np.log(np.where(y == 1, prediction, 1 - prediction)), weights=weights)

        ours, theirs = custom("mine", "lower", log_loss).estimate(scored), metric("binary", "log_loss").estimate(scored)
        assert ours.value == pytest.approx(theirs.value, **EXACT)
        assert ours.deleted == pytest.approx(theirs.deleted, **EXACT)

    def test_may_decide(self):
        """What a team writes is what it wants to be judged by."""
        assert custom("mine", "lower", lambda *_: 0.0).judged == "decides"

    def test_needs_a_name_of_its_own(self):
        """A second log loss would be ambiguous."""
        with pytest.raises(UsageError, match="two metrics have the name 'log_loss'"):
            metrics_of("binary", (custom("log_loss", "lower", lambda *_: 0.0),))


class TestEvery:
    """What holds for each metric."""

    @pytest.mark.parametrize("kind", METRICS)
    def test_says_which_interval_it_has(self, kind):
        """In a sentence."""
        assert all(found.interval.startswith("Jackknife") and found.interval.endswith(".") for found in METRICS[kind])

    def test_has_a_sign_by_its_direction(self):
        """More is better for the AUC, less for a loss."""
        assert (metric("binary", "roc_auc").sign, metric("binary", "log_loss").sign) == (1, -1)

    def test_counts_groups_with_another_decision(self):
        """Two rows of one group count once."""
        truth = Truth.of("binary", [0, 1, 0, 1], ["a", "a", "b", "c"])
        one, two = Scored.of(truth, [0.4, 0.4, 0.4, 0.4]), Scored.of(truth, [0.6, 0.6, 0.4, 0.5])

        assert differing_groups(one, two) == 2
