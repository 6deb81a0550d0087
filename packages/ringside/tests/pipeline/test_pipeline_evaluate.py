"""Stage `evaluate`: what the challenger's predictions on the test rows are worth."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ringside.errors import DataError
from ringside.pipeline.evaluate.evaluation import NAMES, PARTITION, Evaluation, evaluate
from ringside.pipeline.evaluate.predict import classes
from ringside.pipeline.evaluate.scores import LEADING, baseline, scores
from ringside.task import Task
from shop import BINARY, MULTICLASS, REGRESSION, rows_for

TASKS = pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION], ids=lambda task: task.kind)


def model_of(task: Task, train: pd.DataFrame, numbers: Sequence[str] = ("price", "age")) -> Pipeline:
    """A plain model, which takes categories that it never saw."""
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer((encoder, ["region"]), (StandardScaler(), list(numbers)))
    estimator = LinearRegression() if task.kind == "regression" else LogisticRegression()
    return make_pipeline(columns, estimator).fit(train.drop(columns="bought"), train["bought"])


def fresh(task: Task, rows: int = 60) -> pd.DataFrame:
    """Test rows of two partitions, whose customers training never saw."""
    frame = rows_for(task, rows, seed=1)
    frame["customer"] += 1_000
    return frame.assign(**{PARTITION: np.where(frame["customer"] % 3 == 0, "week-8", "week-9")})


def found_for(task: Task, test: pd.DataFrame | None = None) -> Evaluation:
    """What `evaluate` finds for a model of this kind."""
    train = rows_for(task, 90)
    return evaluate(model_of(task, train), train, fresh(task) if test is None else test, task, bins=5)


@TASKS
class TestMetrics:
    """The content of metrics.json."""

    def test_are_those_of_the_predictions(self, task):
        """The metrics are computed from the predictions that are written beside them."""
        found = found_for(task)
        expected = scores(found.predictions["y"], found.predictions.filter(like="prediction"), task)

        assert {name: found.metrics[name] for name in expected} == expected

    def test_stand_beside_the_baseline(self, task):
        """`baseline` has the scores of a model that knows the training labels and no feature."""
        found, train, test = found_for(task), rows_for(task, 90), fresh(task)
        naive = baseline(train["bought"], test.index, task, classes(found.predictions))

        assert found.metrics["baseline"] == scores(test["bought"], naive, task)

    def test_are_better_than_the_baseline_where_features_tell_something(self, task):
        """The leading metric of a model with features beats the one without."""
        metrics = found_for(task).metrics

        assert metrics[LEADING[task.kind]] < metrics["baseline"][LEADING[task.kind]]

    def test_count_the_rows(self, task):
        """`rows` has the rows of each side."""
        assert found_for(task).metrics["rows"] == {"train": 90, "test": 60}


@TASKS
class TestPredictions:
    """The content of predictions.parquet."""

    def test_have_what_a_comparison_needs(self, task):
        """Each row has its identity, group, slices and partition, the label, the prediction, and the baseline's."""
        found = found_for(task).predictions
        predicted = [column for column in found if column.startswith("prediction")]
        columns = [column for column in found if not column.startswith(("prediction", "baseline"))]

        assert columns == ["customer", "street", "region", "partition", "y"]
        assert [f"baseline{name.removeprefix('prediction')}" for name in predicted] == list(
            found.filter(like="baseline")
        )

    def test_are_one_for_each_test_row(self, task):
        """They stand in the order of the test rows, with their labels."""
        found, test = found_for(task).predictions, fresh(task)

        assert found["customer"].tolist() == test["customer"].tolist()
        assert found["y"].tolist() == test["bought"].tolist()

    def test_are_made_without_the_label(self, task):
        """Other labels in the test rows move no prediction."""
        test = fresh(task)
        mixed = test.assign(bought=test["bought"].to_numpy()[::-1])

        pd.testing.assert_frame_equal(
            found_for(task, mixed).predictions.drop(columns="y"), found_for(task, test).predictions.drop(columns="y")
        )

    def test_leave_the_test_rows_as_they_were(self, task):
        """The frame that came in is not changed."""
        test = fresh(task)
        before = test.copy(deep=True)
        found_for(task, test)

        pd.testing.assert_frame_equal(test, before)


class TestSlices:
    """The metrics by value of each slice."""

    @TASKS
    @pytest.mark.parametrize("column", ["region", NAMES[PARTITION]])
    def test_add_up(self, task, column):
        """The values of a slice together have all test rows; the partition is always a slice."""
        rows = [row for row in found_for(task).slices if row["slice"].startswith(f"{column}=")]

        assert len(rows) == 2
        assert sum(row["rows"] for row in rows) == 60

    @TASKS
    def test_are_told_from_a_column_of_the_data(self, task):
        """A column of somebody's that is called `partition` is a feature like any other."""
        test, train = fresh(task), rows_for(task, 90)
        model = model_of(task, train.rename(columns={"price": "partition"}), numbers=["partition", "age"])
        found = evaluate(
            model,
            train.rename(columns={"price": "partition"}),
            test.rename(columns={"price": "partition"}),
            task,
            bins=5,
        )

        assert found.predictions.drop(columns="y").equals(found_for(task, test).predictions.drop(columns="y"))

    @TASKS
    def test_have_the_scores_of_their_rows(self, task):
        """A slice's metrics are those of its rows alone, to six decimals, with the leading one repeated."""
        found = found_for(task)
        east = found.predictions[found.predictions["region"] == "east"]
        row = next(row for row in found.slices if row["slice"] == "region=east")

        expected = scores(east["y"], east.filter(like="prediction"), task)
        assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-6)
        assert row["leading"] == row[LEADING[task.kind]]

    def test_have_a_value_for_rows_without_one(self):
        """Rows whose slice is missing are a slice of their own, so that none is lost."""
        test = fresh(BINARY)
        test.loc[:9, "region"] = None
        rows = [row["rows"] for row in found_for(BINARY, test).slices if row["slice"].startswith("region=")]

        assert len(rows) == 3
        assert sum(rows) == 60

    def test_of_one_class_have_fewer_metrics(self):
        """A slice whose rows are all of one class has no ROC AUC, and the others keep theirs."""
        test = fresh(BINARY)
        test["bought"] = test["bought"] | (test["region"] == "east")
        found = {row["slice"]: row for row in found_for(BINARY, test).slices}

        assert "roc_auc" not in found["region=east"]
        assert "roc_auc" in found["region=west"]

    def test_are_in_order(self):
        """Slices stand in the order of the task, values in their own, so that two reports can be compared."""
        assert [row["slice"] for row in found_for(BINARY).slices] == [
            "region=east",
            "region=west",
            "partition=week-8",
            "partition=week-9",
        ]


class TestNotes:
    """What a person should know."""

    def test_are_none_where_there_is_nothing_to_say(self):
        """New customers in new streets are what every test has: no note."""
        test = fresh(BINARY)
        test["street"] = "new " + test["street"]

        assert found_for(BINARY, test).notes == []

    def test_name_a_category_that_training_never_saw(self):
        """The note has the number of rows, the column and the value."""
        test = fresh(BINARY)
        test.loc[:6, "region"] = "north"

        assert found_for(BINARY, test).notes == ["7 test rows have a region that training never saw: north"]

    def test_name_five_categories_and_count_the_rest(self):
        """A note stays short, whatever the number of values."""
        test = fresh(BINARY)
        test.loc[:7, "region"] = [f"region {number}" for number in range(8)]

        values = "region 0, region 1, region 2, region 3, region 4 and 3 more"
        assert found_for(BINARY, test).notes == [f"8 test rows have a region that training never saw: {values}"]

    def test_name_a_category_of_a_categorical_column(self):
        """A column of pandas categories is looked at as well as one of texts."""
        test = fresh(BINARY)
        test.loc[:1, "region"] = "north"

        assert "2 test rows" in found_for(BINARY, test.astype({"region": "category"})).notes[0]

    def test_are_none_for_a_missing_category(self):
        """A missing value is no value that training never saw."""
        test = fresh(BINARY)
        test.loc[:6, "region"] = None

        assert found_for(BINARY, test).notes == []

    def test_say_that_the_test_rows_have_one_class(self):
        """The note has the class and the metrics that are left; ROC AUC is not among the metrics."""
        found = found_for(BINARY, fresh(BINARY).assign(bought=False))

        assert found.notes == ["all 60 test labels are False: only log_loss, brier can be computed"]
        assert "roc_auc" not in found.metrics

    def test_say_nothing_where_every_metric_is_there(self):
        """One class of several leaves every metric of a multiclass task defined, so nothing is missing."""
        found = found_for(MULTICLASS, fresh(MULTICLASS).assign(bought="milk"))

        assert found.notes == []


class TestLabelsOfTheTestRows:
    """Test labels that do not fit the task."""

    def test_are_of_a_class_that_training_never_saw(self):
        """A new class is an error that names it."""
        with pytest.raises(DataError, match="training never saw: cheese"):
            found_for(MULTICLASS, fresh(MULTICLASS).assign(bought="cheese"))

    def test_are_no_binary_labels(self):
        """A 2 among labels of 0 and 1 is not counted as a 1 in silence."""
        test = fresh(BINARY)
        test["bought"] = test["bought"].astype(int).where(test["customer"] != 1_005, 2)

        with pytest.raises(DataError, match="kind binary needs true/false or 0/1"):
            found_for(BINARY, test)

    def test_are_not_finite(self):
        """An infinite label of a regression is an error of the data, not of a library."""
        test = fresh(REGRESSION)
        test.loc[5, "bought"] = np.inf

        with pytest.raises(DataError, match="finite numbers"):
            found_for(REGRESSION, test)


class TestTaskWithoutSlices:
    """A task that names no group and no slice."""

    def test_is_scored_by_partition(self):
        """The partition is the one slice, and the predictions have what there is."""
        task = dataclasses.replace(BINARY, group=None, slices=())
        found = found_for(task)

        assert [row["slice"] for row in found.slices] == ["partition=week-8", "partition=week-9"]
        assert list(found.predictions) == ["customer", "partition", "y", "prediction", "baseline"]
