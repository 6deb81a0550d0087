"""The pilot: a few models that differ as challengers do."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ringside.pipeline.evaluate.evaluation import PARTITION
from ringside.pipeline.pilot import MODELS, Pilot, pilot, samples
from ringside.task import Task, TrainParams
from shop import BINARY, MULTICLASS, REGRESSION, rows_for

HASHES = np.random.default_rng(0).integers(0, 2**63, 1000).astype(np.uint64)


def piloted(task: Task, parts: tuple[pd.DataFrame, ...] = ()) -> Pilot:
    """A pilot of two plain models on 60 rows."""
    estimator = LinearRegression if task.kind == "regression" else LogisticRegression
    columns = make_column_transformer((StandardScaler(), ["price", "age"]))
    test = rows_for(task, 60, seed=3).assign(**{PARTITION: "week-00"})
    parts = parts or (rows_for(task, 120, seed=1), rows_for(task, 120, seed=2))
    return pilot(parts, test, task, TrainParams(), lambda _params: make_pipeline(columns, estimator()))


class TestSamples:
    """Which rows each model learns from."""

    def test_lack_another_tenth_each(self):
        """Each model has nine tenths, and what it lacks the others have."""
        masks = samples(HASHES)

        assert [mask.sum() for mask in masks] == [900] * MODELS
        assert sum((~mask).astype(int) for mask in masks).max() == 1

    def test_are_bounded(self):
        """However many rows there are, the sample has no more than it may."""
        masks = samples(HASHES, most=100)

        assert [mask.sum() for mask in masks] == [90] * MODELS
        assert np.any(masks, axis=0).sum() == 100

    def test_are_the_same_in_any_order(self):
        """Whether a row is taken depends on the row alone, not on its place."""
        order = np.random.default_rng(1).permutation(len(HASHES))

        assert [mask[order].tolist() for mask in samples(HASHES)] == [mask.tolist() for mask in samples(HASHES[order])]


@pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION], ids=lambda task: task.kind)
class TestPilot:
    """The models and what they predict."""

    def test_predict_the_test_rows_in_the_form_of_an_evaluation(self, task):
        """Identity, group, slices, partition, label, prediction and baseline; and each model's predictions beside."""
        found = piloted(task)
        columns = [name.replace("prediction", "baseline") for name in found.predictions[0].columns]

        assert set(found.rows.columns) == {
            *("customer", "street", "region", "partition", "y"),
            *found.predictions[0].columns,
            *columns,
        }
        assert len(found.rows) == len(found.predictions[1]) == 60

    def test_differ_from_one_another(self, task):
        """Other rows make another model."""
        one, two = piloted(task).predictions

        assert not np.array_equal(one.to_numpy(), two.to_numpy())


class TestRareClass:
    """A class that one sample lacks."""

    def test_has_no_chance_by_that_model(self):
        """Both models answer for the same classes, and the one that never saw it says 0."""
        rows = rows_for(MULTICLASS, 120)
        found = piloted(MULTICLASS, (rows, rows[rows["bought"] != "wine"]))

        assert list(found.predictions[0].columns) == list(found.predictions[1].columns)
        assert (found.predictions[1]["prediction:wine"] == 0).all()
