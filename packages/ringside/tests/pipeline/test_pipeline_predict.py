"""A model's predictions in one form for all kinds of task."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from odd_estimators import Constant
from ringside.errors import ModelError
from ringside.pipeline.evaluate.predict import classes, predict, prediction_values
from ringside.task import Task
from shop import BINARY, MULTICLASS, REGRESSION, rows_for

FEATURES = ["price", "age"]


def fitted(task: Task, labels: pd.Series | None = None) -> Pipeline:
    """A plain model of the task's kind, fitted on its rows or on other labels for them."""
    frame = rows_for(task, 90)
    estimator = LinearRegression() if task.kind == "regression" else LogisticRegression()
    model = make_pipeline(make_column_transformer((StandardScaler(), FEATURES)), estimator)
    return model.fit(frame.drop(columns="bought"), frame["bought"] if labels is None else labels)


def unseen(task: Task, rows: int = 40) -> pd.DataFrame:
    """Features that such a model was not fitted on."""
    return rows_for(task, rows, seed=1).drop(columns="bought")


def refusal(task: Task, answer: object, rows: int | None = None) -> ModelError:
    """The error that an estimator gives which answers the same for every row."""
    frame = rows_for(task, 20)
    model = Constant(answer, rows).fit(frame.drop(columns="bought"), frame["bought"])
    with pytest.raises(ModelError) as caught:
        predict(model, unseen(task), task)
    return caught.value


class TestBinary:
    """kind binary: one column, the probability of the positive class."""

    def test_is_the_probability_of_true(self):
        """The column `prediction` is the second of `predict_proba`."""
        model, features = fitted(BINARY), unseen(BINARY)
        found = predict(model, features, BINARY)

        assert list(found.columns) == ["prediction"]
        assert found["prediction"].tolist() == model.predict_proba(features)[:, 1].tolist()

    @pytest.mark.parametrize("kind", ["bool", "int64", "float64", "boolean"])
    def test_is_the_same_for_booleans_and_numbers(self, kind):
        """A target of 0 and 1 is the same problem as one of false and true."""
        labels = rows_for(BINARY, 90)["bought"]
        found = predict(fitted(BINARY, labels.astype(kind)), unseen(BINARY), BINARY)

        assert found["prediction"].to_numpy() == pytest.approx(
            predict(fitted(BINARY), unseen(BINARY), BINARY)["prediction"].to_numpy(), abs=1e-12
        )

    def test_has_no_classes(self):
        """`classes` answers none, and the values are one for each row."""
        found = predict(fitted(BINARY), unseen(BINARY), BINARY)

        assert classes(found) == []
        assert prediction_values(found).shape == (40,)


class TestMulticlass:
    """kind multiclass: one column per class."""

    def test_has_a_column_for_each_class(self):
        """The columns are `prediction:<class>` in the order of the classes, and the values are `predict_proba`."""
        model, features = fitted(MULTICLASS), unseen(MULTICLASS)
        found = predict(model, features, MULTICLASS)

        assert list(found.columns) == ["prediction:bread", "prediction:milk", "prediction:wine"]
        assert found.to_numpy().tolist() == model.predict_proba(features).tolist()

    def test_names_its_classes(self):
        """`classes` answers the labels as text, and `prediction_values` one column for each."""
        found = predict(fitted(MULTICLASS), unseen(MULTICLASS), MULTICLASS)

        assert classes(found) == ["bread", "milk", "wine"]
        assert prediction_values(found).shape == (40, 3)

    def test_names_numbers_as_text(self):
        """Classes that are whole numbers are named as such, without a point."""
        labels = rows_for(MULTICLASS, 90)["bought"].map({"bread": 1, "milk": 2, "wine": 10})

        assert classes(predict(fitted(MULTICLASS, labels), unseen(MULTICLASS), MULTICLASS)) == ["1", "2", "10"]


class TestRegression:
    """kind regression: one column, the number."""

    def test_is_the_number(self):
        """The column `prediction` is what `predict` answers, and may be negative."""
        model, features = fitted(REGRESSION), unseen(REGRESSION)
        found = predict(model, features, REGRESSION)

        assert list(found.columns) == ["prediction"]
        assert found["prediction"].tolist() == model.predict(features).tolist()

    def test_may_come_as_a_column(self):
        """An estimator that answers `(n_rows, 1)` answers one number for each row."""
        frame = rows_for(REGRESSION, 20)
        model = Constant([1.5]).fit(frame, frame["bought"])

        assert predict(model, unseen(REGRESSION), REGRESSION)["prediction"].tolist() == [1.5] * 40


@pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION], ids=lambda task: task.kind)
class TestRows:
    """The rows of an answer."""

    def test_have_the_index_of_the_features(self, task):
        """Each prediction keeps the index of its row."""
        features = unseen(task).sample(frac=1, random_state=5)

        assert predict(fitted(task), features, task).index.equals(features.index)

    def test_are_predicted_one_by_one(self, task):
        """The order of rows and the company of others move no prediction."""
        features = unseen(task)
        whole = predict(fitted(task), features, task)
        part = predict(fitted(task), features.iloc[[7, 3]], task)

        assert part.to_numpy() == pytest.approx(whole.loc[[7, 3]].to_numpy(), rel=1e-12)

    def test_do_not_change_the_features(self, task):
        """The features are what they were."""
        features = unseen(task)
        before = features.copy(deep=True)
        predict(fitted(task), features, task)

        pd.testing.assert_frame_equal(features, before)


class TestModelThatFails:
    """A model that cannot predict some rows."""

    def test_on_a_category_that_it_never_saw(self):
        """The error names the file and the cause, and the remedy says what to tell the encoder."""
        frame = rows_for(BINARY, 40)
        columns = make_column_transformer((OneHotEncoder(handle_unknown="error"), ["region"]))
        model = make_pipeline(columns, LogisticRegression()).fit(frame, frame["bought"])
        with pytest.raises(ModelError) as caught:
            predict(model, unseen(BINARY).assign(region="north"), BINARY)

        assert caught.value.where == "task 'shop', model.py"
        assert "unknown categories ['north']" in caught.value.found
        assert "handle_unknown='ignore'" in caught.value.remedy

    def test_on_a_missing_value(self):
        """A value that training always had and now is missing is told with the remedy of an imputer."""
        with pytest.raises(ModelError) as caught:
            predict(fitted(REGRESSION), unseen(REGRESSION).assign(price=np.nan), REGRESSION)

        assert "NaN" in caught.value.found
        assert "imputer" in caught.value.remedy

    def test_on_a_column_that_is_not_there(self):
        """A column that went away is named."""
        with pytest.raises(ModelError, match="price"):
            predict(fitted(BINARY), unseen(BINARY).drop(columns="price"), BINARY)


class TestAnswerThatIsNone:
    """An estimator whose answer cannot be a prediction."""

    @pytest.mark.parametrize(
        ("task", "answer"),
        [
            (BINARY, [np.nan, np.nan]),
            (MULTICLASS, [0.5, 0.5, np.nan]),
            (REGRESSION, np.nan),
            (REGRESSION, np.inf),
        ],
    )
    def test_because_it_is_not_finite(self, task, answer):
        """NaN and infinity are an error of the model, for every kind."""
        error = refusal(task, answer)

        assert error.where == "task 'shop', model.py"
        assert "not finite" in error.found

    @pytest.mark.parametrize(
        ("task", "answer"),
        [(BINARY, [1.0]), (BINARY, [0.2, 0.3, 0.5]), (MULTICLASS, [0.5, 0.5]), (REGRESSION, [1.0, 2.0])],
    )
    def test_because_it_has_another_width(self, task, answer):
        """A probability for each class, one number for a regression: else it is an error."""
        assert "not one for each row" in refusal(task, answer).found

    def test_because_rows_are_missing(self):
        """Fewer answers than rows are an error."""
        assert "not one for each row" in refusal(REGRESSION, 1.0, rows=39).found

    @pytest.mark.parametrize("answer", [[-0.1, 1.1], [0.0, 1.5]])
    def test_because_it_is_no_probability(self, answer):
        """Values outside 0 to 1 are no probabilities."""
        assert "outside 0 to 1" in refusal(BINARY, answer).found
