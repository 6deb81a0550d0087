"""Metrics of predictions, for all kinds of task."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as skm
from sklearn.dummy import DummyClassifier, DummyRegressor

from ringside.errors import DataError
from ringside.pipeline.evaluate.predict import predict
from ringside.pipeline.evaluate.scores import LEADING, baseline, class_codes, scores
from ringside.task import Task
from shop import BINARY, MULTICLASS, REGRESSION, rows_for

KINDS = ["bread", "milk", "wine"]


def guesses(task: Task, rows: int, seed: int) -> tuple[pd.Series, pd.DataFrame]:
    """Labels, and predictions that are right more often than not, in the form of `predict`."""
    rng = np.random.default_rng(seed)
    labels = rows_for(task, rows, seed=seed)["bought"]
    if task.kind == "binary":
        return labels, pd.DataFrame({"prediction": np.clip(0.3 + 0.4 * labels + rng.normal(0, 0.1, rows), 0, 1)})
    if task.kind == "regression":
        return labels, pd.DataFrame({"prediction": labels + rng.normal(0, 5, rows)})
    weights = rng.uniform(size=(rows, 3)) + 0.5 * (labels.to_numpy()[:, None] == KINDS)
    shares = weights / weights.sum(axis=1, keepdims=True)
    return labels, pd.DataFrame(shares, columns=[f"prediction:{name}" for name in KINDS])


@pytest.mark.parametrize("seed", range(3))
class TestScores:
    """The metrics of a kind equal those that scikit-learn computes."""

    def test_of_a_binary_task(self, seed):
        """Log loss, Brier score, ROC AUC and average precision of the positive class."""
        labels, predictions = guesses(BINARY, 200, seed)
        values = predictions["prediction"]

        assert scores(labels, predictions, BINARY) == {
            "log_loss": skm.log_loss(labels, values),
            "brier": skm.brier_score_loss(labels, values),
            "roc_auc": skm.roc_auc_score(labels, values),
            "average_precision": skm.average_precision_score(labels, values),
        }

    def test_of_a_multiclass_task(self, seed):
        """Log loss, accuracy and macro F1 of the most probable class."""
        labels, predictions = guesses(MULTICLASS, 200, seed)
        decided = predictions.to_numpy().argmax(axis=1)

        assert scores(labels, predictions, MULTICLASS) == pytest.approx(
            {
                "log_loss": skm.log_loss(labels, predictions),
                "accuracy": skm.accuracy_score(labels, np.array(KINDS)[decided]),
                "macro_f1": skm.f1_score(labels, np.array(KINDS)[decided], average="macro"),
            }
        )

    def test_of_a_regression(self, seed):
        """MAE, RMSE and R²."""
        labels, predictions = guesses(REGRESSION, 200, seed)

        assert scores(labels, predictions, REGRESSION) == {
            "mae": skm.mean_absolute_error(labels, predictions),
            "rmse": skm.root_mean_squared_error(labels, predictions),
            "r2": skm.r2_score(labels, predictions),
        }


class TestForms:
    """Forms that labels and predictions come in."""

    @pytest.mark.parametrize("kind", ["int64", "float64", "boolean"])
    def test_of_binary_labels_are_all_the_same(self, kind):
        """0 and 1 have the scores of false and true."""
        labels, predictions = guesses(BINARY, 50, 0)

        assert scores(labels.astype(kind), predictions, BINARY) == scores(labels, predictions, BINARY)

    def test_of_a_certain_and_wrong_model_have_a_finite_loss(self):
        """A probability of 0 for what happened costs much, but not infinitely much."""
        found = scores(pd.Series([True, False]), pd.DataFrame({"prediction": [0.0, 1.0]}), BINARY)

        assert 10 < found["log_loss"] < 100

    def test_are_plain_numbers(self):
        """Each metric is a float of Python, as JSON wants it."""
        found = scores(*guesses(REGRESSION, 20, 0), REGRESSION)

        assert {type(value) for value in found.values()} == {float}

    @pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION], ids=lambda task: task.kind)
    def test_have_the_metric_that_the_kind_is_judged_by(self, task):
        """The leading metric is among the metrics, even of one row alone."""
        labels, predictions = guesses(task, 20, 0)

        assert LEADING[task.kind] in scores(labels[:1], predictions[:1], task)


class TestUndefinedMetrics:
    """Metrics that some rows cannot define are left out instead of invented."""

    @pytest.mark.parametrize("label", [True, False])
    def test_of_one_class(self, label):
        """Without both classes there is no ranking: ROC AUC and average precision are not there."""
        found = scores(pd.Series([label] * 3), pd.DataFrame({"prediction": [0.2, 0.5, 0.7]}), BINARY)

        assert set(found) == {"log_loss", "brier"}

    @pytest.mark.parametrize("rows", [1, 5])
    def test_of_one_value(self, rows):
        """R² compares with the spread of the labels, and needs some."""
        found = scores(pd.Series([3.0] * rows), pd.DataFrame({"prediction": np.arange(rows)}), REGRESSION)

        assert set(found) == {"mae", "rmse"}

    def test_of_a_class_that_no_test_row_has(self):
        """A class that these rows neither have nor are taken for does not count in macro F1."""
        shares = pd.DataFrame([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1]], columns=[f"prediction:{name}" for name in KINDS])

        assert scores(pd.Series(["bread", "milk"]), shares, MULTICLASS)["macro_f1"] == 1.0


class TestUnknownLabel:
    """A label in the test rows that the model does not know."""

    def test_is_an_error_that_names_it(self):
        """The error names the target and the label, and says how to have it in training."""
        _, predictions = guesses(MULTICLASS, 2, 0)
        with pytest.raises(DataError) as caught:
            scores(pd.Series(["bread", "cheese"], name="bought"), predictions, MULTICLASS)

        assert caught.value.where == "the target 'bought'"
        assert caught.value.found == "the test rows have labels that training never saw: cheese"
        assert "split.test" in caught.value.remedy

    @pytest.mark.parametrize("labels", [[1, 2, 10], ["1", "2", "10"], pd.Series([1, 2, 10], dtype="category")])
    def test_is_none_if_only_the_type_differs(self, labels):
        """Labels are compared as text, as the columns of predictions name them."""
        assert class_codes(pd.Series(labels), ["1", "10", "2"]).tolist() == [0, 2, 1]


def naive_scores(train, test, task, names):
    """The scores of the baseline on test rows."""
    return scores(test["bought"], baseline(train["bought"], test.index, task, names), task)


class TestBaseline:
    """The scores of a model that knows the training labels and no feature, as scikit-learn's dummies do."""

    def test_of_a_binary_task_is_the_base_rate(self):
        """DummyClassifier(strategy="prior") has the same scores."""
        train, test = rows_for(BINARY, 90), rows_for(BINARY, 40, seed=1)
        dummy = DummyClassifier(strategy="prior").fit(train, train["bought"])

        expected = scores(test["bought"], predict(dummy, test, BINARY), BINARY)
        assert naive_scores(train, test, BINARY, []) == pytest.approx(expected)

    def test_of_a_multiclass_task_is_the_base_rate(self):
        """DummyClassifier(strategy="prior") has the same scores."""
        train, test = rows_for(MULTICLASS, 90), rows_for(MULTICLASS, 40, seed=1)
        dummy = DummyClassifier(strategy="prior").fit(train, train["bought"])

        expected = scores(test["bought"], predict(dummy, test, MULTICLASS), MULTICLASS)
        assert naive_scores(train, test, MULTICLASS, KINDS) == pytest.approx(expected)

    def test_of_a_regression_is_the_median(self):
        """DummyRegressor(strategy="median") has the same scores."""
        train, test = rows_for(REGRESSION, 91), rows_for(REGRESSION, 40, seed=1)
        dummy = DummyRegressor(strategy="median").fit(train, train["bought"])

        expected = scores(test["bought"], predict(dummy, test, REGRESSION), REGRESSION)
        assert naive_scores(train, test, REGRESSION, []) == pytest.approx(expected)

    @pytest.mark.parametrize("kind", ["int64", "float64", "boolean"])
    def test_does_not_depend_on_the_form_of_the_labels(self, kind):
        """0 and 1 have the base rate of false and true."""
        train, test = rows_for(BINARY, 90)["bought"], rows_for(BINARY, 40, seed=1)["bought"]

        expected = baseline(train, test.index, BINARY, [])
        pd.testing.assert_frame_equal(baseline(train.astype(kind), test.index, BINARY, []), expected)
