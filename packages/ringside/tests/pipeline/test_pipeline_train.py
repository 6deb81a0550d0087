"""Stage `train`: fits the challenger with a fixed seed."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from odd_estimators import Meddler
from ringside.errors import DataError, ModelError
from ringside.pipeline.train.stage import train
from ringside.task import TrainParams
from shop import BINARY, MULTICLASS, REGRESSION, rows_for


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that estimators without a Pipeline take."""
    return frame[["customer", "price", "age", "bought"]]


def unseeded_forest(_params: TrainParams) -> ExtraTreesClassifier:
    """A forest whose `random_state` the task forgot."""
    return ExtraTreesClassifier(n_estimators=5)


def probabilities(seed: int, build_model=unseeded_forest) -> np.ndarray:
    """What a model that was trained with this seed answers for the rows that it was not trained on."""
    model = train(numbers(rows_for(BINARY, 120)), BINARY, TrainParams(seed=seed), build_model)
    return model.predict_proba(numbers(rows_for(BINARY, 60, seed=1)).drop(columns="bought"))


class TestTrainedModel:
    """The estimator that comes back."""

    @pytest.mark.parametrize(
        ("task", "estimator"),
        [
            (BINARY, LogisticRegression()),
            (MULTICLASS, DecisionTreeClassifier()),
            (REGRESSION, LinearRegression()),
        ],
        ids=["binary", "multiclass", "regression"],
    )
    def test_was_fitted_on_all_columns_but_the_target(self, task, estimator):
        """It takes the columns of the schema as they are, without the target."""
        model = train(numbers(rows_for(task, 90)), task, TrainParams(), lambda _: estimator)

        assert list(model.feature_names_in_) == ["customer", "price", "age"]

    def test_was_built_with_the_parameters(self):
        """`build_model` receives the task's own section."""
        model = train(
            numbers(rows_for(REGRESSION, 90)),
            REGRESSION,
            TrainParams(seed=11),
            lambda params: DecisionTreeRegressor(random_state=params.seed),
        )

        assert model.random_state == 11

    @pytest.mark.parametrize("estimator", [Meddler(), LinearRegression(copy_X=False)], ids=["meddler", "in place"])
    def test_did_not_change_the_rows(self, estimator):
        """An estimator that writes into its input writes into a copy."""
        frame = numbers(rows_for(REGRESSION, 40))
        before = frame.copy(deep=True)
        train(frame, REGRESSION, TrainParams(), lambda _: estimator)

        assert_frame_equal(frame, before)


class TestSeed:
    """`train.seed`, with an estimator that draws random numbers and was given no `random_state`."""

    def test_repeats_a_model(self):
        """Equal seeds give equal models, even though the task forgot to pass the seed on."""
        assert (probabilities(3) == probabilities(3)).all()

    def test_repeats_a_model_whatever_was_drawn_before(self):
        """Numbers that something else drew before do not matter."""
        first = probabilities(3)
        np.random.random(17)  # noqa: NPY002

        assert (probabilities(3) == first).all()

    def test_makes_another_model(self):
        """Another seed gives another model."""
        assert (probabilities(3) != probabilities(4)).any()

    def test_is_there_when_the_model_is_built(self):
        """Random numbers that `build_model` itself draws follow the seed too."""

        def drawn(_params: TrainParams) -> ExtraTreesClassifier:
            return ExtraTreesClassifier(n_estimators=5, random_state=np.random.randint(1000))  # noqa: NPY002

        assert (probabilities(3, drawn) == probabilities(3, drawn)).all()


class TestRowsThatCannotBeLearntFrom:
    """Training rows that are wrong."""

    def test_have_one_class(self):
        """One class stops before anything is fitted; the error names the training rows."""
        frame = numbers(rows_for(BINARY, 20)).assign(bought=True)
        with pytest.raises(DataError) as caught:
            train(frame, BINARY, TrainParams(), unseeded_forest)

        assert caught.value.where.endswith("the training rows")
        assert "all 20 labels are True" in caught.value.found

    def test_have_labels_of_another_kind(self):
        """Labels that are not of the task's kind stop as well."""
        with pytest.raises(DataError, match="kind regression needs finite numbers"):
            train(numbers(rows_for(MULTICLASS, 20)), REGRESSION, TrainParams(), unseeded_forest)

    @pytest.mark.parametrize("empty", [["price"], ["age", "price"]])
    def test_have_a_column_without_a_value(self, empty):
        """A column that is all missing is named, and the remedy says where to take it out."""
        frame = numbers(rows_for(BINARY, 20)).assign(**dict.fromkeys(empty, np.nan))
        with pytest.raises(DataError) as caught:
            train(frame, BINARY, TrainParams(), unseeded_forest)

        assert {word for word in empty if word in caught.value.found} == set(empty)
        assert "schema.py" in caught.value.remedy

    def test_may_have_a_column_with_one_value(self):
        """One value is enough for a column."""
        frame = numbers(rows_for(BINARY, 40))
        frame.loc[1:, "age"] = np.nan

        assert train(frame, BINARY, TrainParams(), unseeded_forest).n_features_in_ == 3


class TestFitThatFails:
    """An estimator that cannot be fitted."""

    def test_names_the_cause(self):
        """The error has the task, the file, and the estimator's own words."""
        with pytest.raises(ModelError) as caught:
            train(rows_for(BINARY, 20), BINARY, TrainParams(), lambda _: LogisticRegression())

        assert caught.value.where == "task 'shop', model.py"
        assert "ValueError: could not convert string to float" in caught.value.found
        assert "missing values included" in caught.value.remedy

    def test_on_missing_values(self):
        """An estimator that takes no missing values is told so by its Pipeline's place."""
        frame = numbers(rows_for(BINARY, 20))
        frame.loc[3, "price"] = np.nan

        with pytest.raises(ModelError, match="NaN"):
            train(frame, BINARY, TrainParams(), lambda _: LogisticRegression())
