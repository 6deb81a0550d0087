"""Trees are walked without checks of bounds when they predict, so a file whose trees would leave them is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    RandomTreesEmbedding,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ringside.common.model_file import dump_model, load_model
from ringside.errors import ModelError
from store.model_zoo import edited

WHERE = "models/model.skops"
FAR = 1_000_000
"""Behind the end of any array here."""

HIST = {"max_iter": 3, "min_samples_leaf": 5, "random_state": 0}
FEW = {"n_estimators": 3, "random_state": 0}
TREE = DecisionTreeClassifier(max_depth=4, random_state=0)

ORDINARY: dict[str, BaseEstimator] = {
    "hist_gradient_boosting": HistGradientBoostingClassifier(**HIST, categorical_features=[2]),
    "hist_gradient_boosting_of_categories_alone": HistGradientBoostingClassifier(
        **HIST, categorical_features=[0, 1, 2]
    ),
    "hist_gradient_boosting_with_early_stopping": HistGradientBoostingClassifier(**HIST, early_stopping=True),
    "hist_gradient_boosting_of_a_stump": HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=2),
    "hist_gradient_boosting_regressor": HistGradientBoostingRegressor(**HIST, categorical_features=[2]),
    "hist_gradient_boosting_poisson": HistGradientBoostingRegressor(**HIST, loss="poisson"),
    "decision_tree": TREE,
    "decision_tree_regressor": DecisionTreeRegressor(random_state=0),
    "decision_tree_of_one_leaf": DecisionTreeClassifier(min_samples_leaf=1000),
    "random_forest": RandomForestClassifier(**FEW),
    "random_forest_regressor": RandomForestRegressor(**FEW),
    "extra_trees": ExtraTreesClassifier(**FEW),
    "extra_trees_regressor": ExtraTreesRegressor(**FEW),
    "gradient_boosting": GradientBoostingClassifier(**FEW),
    "gradient_boosting_regressor": GradientBoostingRegressor(**FEW, loss="huber"),
    "bagging": BaggingClassifier(TREE, **FEW),
    "bagging_of_some_features": BaggingClassifier(TREE, **FEW, max_features=2),
    "bagging_regressor": BaggingRegressor(**FEW),
    "ada_boost": AdaBoostClassifier(**FEW),
    "voting": VotingClassifier([("tree", TREE), ("line", LogisticRegression())], voting="soft"),
    "voting_regressor": VotingRegressor([("tree", DecisionTreeRegressor()), ("forest", RandomForestRegressor(**FEW))]),
    "stacking": StackingClassifier([("tree", TREE), ("forest", RandomForestClassifier(**FEW))], cv=2),
    "calibrated": CalibratedClassifierCV(TREE, cv=2),
    "calibrated_isotonic": CalibratedClassifierCV(HistGradientBoostingClassifier(**HIST), cv=2, method="isotonic"),
    "one_versus_rest": OneVsRestClassifier(TREE),
    "transformed_target": TransformedTargetRegressor(
        RandomForestRegressor(**FEW), func=np.log1p, inverse_func=np.expm1
    ),
    "trees_as_features": make_pipeline(RandomTreesEmbedding(**FEW), LogisticRegression()),
    "more_features_inside_than_outside": make_pipeline(
        make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["shape"]), remainder="passthrough"), TREE
    ),
}
"""Models with trees, as people build them."""


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Three features, of which `shape` counts categories, and targets of every kind."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.integers(0, 9, (90, 3)).astype(float), columns=["size", "weight", "shape"])
    frame["amount"] = frame["size"] + 6 * (frame["shape"] % 3 == 0) + generator.random(90)
    frame["label"] = frame["amount"] > 6
    frame["grade"] = np.where(frame["amount"] > 7, "high", np.where(frame["amount"] > 4, "middle", "low"))
    return frame


def _fit(model: BaseEstimator, frame: pd.DataFrame, target: str) -> BaseEstimator:
    return model.fit(frame[["size", "weight", "shape"]], frame[target])


class TestOrdinaryModels:
    """What scikit-learn fits is loaded without a word from the task, and predicts as before."""

    @pytest.mark.parametrize("name", ORDINARY)
    def test_pass(self, frame, name):
        """An ordinary model passes."""
        target = "amount" if "regress" in name or "poisson" in name or "target" in name else "label"
        model = _fit(ORDINARY[name], frame, target)
        loaded = load_model(dump_model(model), where=WHERE)
        features = frame[["size", "weight", "shape"]]

        assert np.array_equal(model.predict(features), loaded.predict(features))

    @pytest.mark.parametrize(
        "name", ["hist_gradient_boosting", "random_forest", "gradient_boosting", "stacking", "calibrated"]
    )
    def test_of_three_classes_pass(self, frame, name):
        """A model of three classes, which may have three trees where two classes have one, passes."""
        model = _fit(ORDINARY[name], frame, "grade")
        loaded = load_model(dump_model(model), where=WHERE)
        features = frame[["size", "weight", "shape"]]

        assert np.array_equal(model.predict_proba(features), loaded.predict_proba(features))


def _refused(content: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(content, where=WHERE)
    assert caught.value.where == WHERE
    assert "points outside its own arrays" in caught.value.found
    assert "tampered" in caught.value.remedy


def _by_category(model: HistGradientBoostingClassifier) -> Any:
    """A tree that splits by category."""
    return next(tree for (tree,) in model._predictors if tree.nodes["is_categorical"].any())


class TestEditedHistGradientBoosting:
    """The nodes of HistGradientBoosting, edited before they are written."""

    @pytest.fixture
    def model(self, frame):
        """A fitted model, one of whose features is a category."""
        return _fit(HistGradientBoostingClassifier(**HIST, categorical_features=[2]), frame, "label")

    @pytest.mark.parametrize("field", ["left", "right"])
    @pytest.mark.parametrize("child", [FAR, 2**32 - 1])
    def test_with_a_child_outside_is_refused(self, model, field, child):
        """A child behind the end of the array."""
        model._predictors[1][0].nodes[field][0] = child

        _refused(dump_model(model))

    @pytest.mark.parametrize("field", ["left", "right"])
    def test_with_a_child_before_its_parent_is_refused(self, model, field):
        """A child that is its own parent: the walk would never end."""
        model._predictors[1][0].nodes[field][0] = 0

        _refused(dump_model(model))

    @pytest.mark.parametrize("feature", [3, FAR, -1])
    def test_with_a_feature_that_there_is_not_is_refused(self, model, feature):
        """A node that asks for a column that the rows do not have."""
        model._predictors[1][0].nodes["feature_idx"][0] = feature

        _refused(dump_model(model))

    def test_without_nodes_is_refused(self, model):
        """A tree that has not even a root."""
        predictor = model._predictors[1][0]
        predictor.nodes = predictor.nodes[:0]

        _refused(dump_model(model))

    def test_with_a_set_of_categories_outside_is_refused(self, model):
        """A node that asks for a set of categories behind the last one."""
        nodes = _by_category(model).nodes
        nodes["bitset_idx"][nodes["is_categorical"] == 1] = FAR

        _refused(dump_model(model))

    def test_with_narrow_sets_of_categories_is_refused(self, model):
        """Sets that have no room for each of the 256 categories that a walk may ask for."""
        predictor = _by_category(model)
        predictor.raw_left_cat_bitsets = predictor.raw_left_cat_bitsets[:, :1].copy()

        _refused(dump_model(model))

    def test_with_a_category_where_none_is_known_is_refused(self, model):
        """A node that splits by category on a column that the model holds for a number."""
        model._bin_mapper.is_categorical_[:] = 0

        _refused(dump_model(model))


class TestEditedTree:
    """The nodes of the trees that all other estimators grow, edited before they are written."""

    @pytest.fixture(params=[RandomForestClassifier, ExtraTreesClassifier, GradientBoostingClassifier])
    def model(self, request, frame):
        """A fitted model of several trees."""
        return _fit(request.param(**FEW), frame, "label")

    @pytest.mark.parametrize("field", ["left_child", "right_child"])
    @pytest.mark.parametrize("child", [FAR, -2, 0])
    def test_with_a_child_outside_or_before_is_refused(self, model, field, child):
        """A child behind the end of the array, before its start, or that is its own parent."""
        _nodes(_second(model))[field][0] = child

        _refused(dump_model(model))

    @pytest.mark.parametrize("feature", [3, FAR, -1])
    def test_with_a_feature_that_there_is_not_is_refused(self, model, feature):
        """A node that asks for a column that the rows do not have."""
        _nodes(_second(model))["feature"][0] = feature

        _refused(dump_model(model))

    def test_with_features_that_only_the_tree_has_is_refused(self, model):
        """A tree that claims more columns than the ensemble, which checks the rows in its place."""
        tree = _second(model)
        tree.n_features_in_ = 10
        _nodes(tree)["feature"][0] = 9

        _refused(dump_model(model))

    def test_with_no_number_of_features_is_refused(self, model):
        """Where no estimator says how many columns there are, scikit-learn checks none."""
        for estimator in (model, *np.ravel(model.estimators_)):
            vars(estimator).pop("n_features_in_")

        _refused(dump_model(model))

    @pytest.mark.parametrize("change", [lambda _: 0, lambda count: count - 1], ids=["none", "one less"])
    def test_with_fewer_nodes_than_it_brings_is_refused(self, model, change: Callable[[int], int]):
        """A tree that says that it has fewer nodes than it brings: some would go unchecked."""

        def edit(node: dict) -> None:
            if "node_count" in node:
                node["node_count"]["content"] = str(change(int(node["node_count"]["content"])))

        _refused(edited(dump_model(model), edit))


def _second(ensemble: BaseEstimator) -> BaseEstimator:
    """The second tree, as the first is sometimes checked in the place of all."""
    return np.ravel(ensemble.estimators_)[1]


def _nodes(tree: BaseEstimator) -> np.ndarray:
    """The nodes of a fitted tree; who writes to them writes to the tree."""
    return tree.tree_.__getstate__()["nodes"]


class TestWhereTreesHide:
    """A bad tree is found wherever scikit-learn keeps one."""

    @pytest.mark.parametrize(
        ("model", "tree"),
        [
            (TREE, lambda model: model),
            (BaggingClassifier(TREE, **FEW), lambda model: model.estimators_[1]),
            (AdaBoostClassifier(**FEW), lambda model: model.estimators_[0]),
            (make_pipeline(TREE), lambda model: model[0]),
            (VotingClassifier([("tree", TREE)]), lambda model: model.estimators_[0]),
            (StackingClassifier([("tree", TREE)], cv=2), lambda model: model.estimators_[0]),
            (OneVsRestClassifier(TREE), lambda model: model.estimators_[0]),
            (CalibratedClassifierCV(TREE, cv=2), lambda model: model.calibrated_classifiers_[1].estimator),
        ],
        ids=["alone", "bagging", "ada boost", "pipeline", "voting", "stacking", "one versus rest", "calibrated"],
    )
    def test_it_is_found(self, frame, model, tree):
        """Inside this estimator."""
        fitted = _fit(model, frame, "label")
        _nodes(tree(fitted))["left_child"][0] = FAR

        _refused(dump_model(fitted))

    def test_it_is_found_among_the_trees_of_three_classes(self, frame):
        """The last tree of the last class is checked too."""
        model = _fit(HistGradientBoostingClassifier(**HIST), frame, "grade")
        model._predictors[-1][-1].nodes["left"][0] = FAR

        _refused(dump_model(model))
