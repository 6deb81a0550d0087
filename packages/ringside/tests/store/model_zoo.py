"""Fitted models of the usual kinds, and model files that somebody has edited.

Run as a program it prints a hash of each model's file: what a process of its own makes of the same fit.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from ringside.common.model_file import dump_model

ROWS = 80
NUMBERS = ["size", "weight"]
TEXTS = ["colour"]


class Halved(TransformerMixin, BaseEstimator):
    """A transformer of somebody's own, which no list names."""

    def fit(self, _features: np.ndarray, _target: object = None) -> "Halved":
        """Learn nothing."""
        self.fitted_ = True
        return self

    def transform(self, features: np.ndarray) -> np.ndarray:
        """Half of each value."""
        return np.asarray(features) / 2


def fruit(seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Features, one of them text and one with missing values, and a target of two classes that depends on them."""
    generator = np.random.default_rng(seed)
    size = generator.gamma(4.0, size=ROWS)
    weight = np.where(generator.random(ROWS) < 0.1, np.nan, size + generator.normal(size=ROWS) ** 2)
    colour = generator.choice(["red", "green", "blue"], ROWS)
    ripe = size + (colour == "red") + generator.normal(size=ROWS) > 4
    return pd.DataFrame({"size": size, "weight": weight, "colour": colour}), pd.Series(ripe)


def _columns(numbers: BaseEstimator, texts: BaseEstimator) -> BaseEstimator:
    return make_column_transformer((numbers, NUMBERS), (texts, TEXTS))


def _ordinal() -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)


MODELS: dict[str, Callable[[int], Pipeline]] = {
    "hist_gradient_boosting": lambda seed: make_pipeline(
        _columns(SimpleImputer(), _ordinal()),
        HistGradientBoostingClassifier(
            max_iter=3, min_samples_leaf=5, categorical_features=[2], early_stopping=False, random_state=seed
        ),
    ),
    "hist_gradient_boosting_regressor": lambda seed: make_pipeline(
        _columns(SimpleImputer(), _ordinal()),
        HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=5, early_stopping=True, random_state=seed),
    ),
    "random_forest": lambda seed: make_pipeline(
        _columns(SimpleImputer(), _ordinal()), RandomForestClassifier(3, random_state=seed)
    ),
    "gradient_boosting": lambda seed: make_pipeline(
        _columns(SimpleImputer(), _ordinal()), GradientBoostingClassifier(n_estimators=3, random_state=seed)
    ),
    "logistic_regression": lambda seed: make_pipeline(
        _columns(make_pipeline(SimpleImputer(), StandardScaler()), OneHotEncoder(handle_unknown="ignore")),
        LogisticRegression(random_state=seed),
    ),
    "target_encoder": lambda seed: make_pipeline(
        _columns(make_pipeline(FunctionTransformer(np.log1p), SimpleImputer(add_indicator=True)), TargetEncoder()),
        LogisticRegression(random_state=seed),
    ),
    "neural_network": lambda seed: make_pipeline(
        _columns(make_pipeline(SimpleImputer(), StandardScaler()), OneHotEncoder(handle_unknown="ignore")),
        SelectKBest(f_classif, k=3),
        MLPClassifier((4,), tol=1.0, random_state=seed),
    ),
}
"""Unfitted models by what is special about them."""


def fitted(name: str, seed: int = 0) -> Pipeline:
    """A model of `MODELS` on the fruit of `seed`, with NumPy's global generator seeded as the stage `train` does."""
    np.random.seed(seed)  # noqa: NPY002  # TargetEncoder's folds come from there
    return MODELS[name](seed).fit(*fruit(seed))


def predictions(model: Pipeline, seed: int = 0) -> np.ndarray:
    """What a model says about the fruit of `seed`: probabilities where it has them."""
    answer = getattr(model, "predict_proba", model.predict)
    return answer(fruit(seed)[0])


def entries(content: bytes) -> dict[str, bytes]:
    """What is in a model file, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def schema(content: bytes) -> dict[str, Any]:
    """The schema of a model file."""
    return json.loads(entries(content)["schema.json"])


def repacked(parts: dict[str, bytes]) -> bytes:
    """A whole model file of such entries, as somebody with the time to do it well would write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def edited(content: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """A model file in which `edit` was applied to each node of the schema."""
    parts = entries(content)
    whole = json.loads(parts["schema.json"])
    for node in nodes(whole):
        edit(node)
    return repacked(parts | {"schema.json": json.dumps(whole).encode()})


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Each node of a schema, outermost first."""
    if isinstance(value, dict):
        yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from nodes(item)


if __name__ == "__main__":
    print(json.dumps({name: hashlib.sha256(dump_model(fitted(name))).hexdigest() for name in MODELS}))


FOLDER = Path(__file__).resolve().parents[1]
"""The folder from which this module is `store.model_zoo`."""
