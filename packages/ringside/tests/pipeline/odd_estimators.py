"""Estimators with a peculiarity that scikit-learn's own do not have."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


class Constant(ClassifierMixin, RegressorMixin, BaseEstimator):
    """Answers the same values for every row, whatever they are.

    Args:
        answer: the probabilities of the classes, or the number.
        rows: how many rows are answered; None for as many as were asked.
    """

    def __init__(self, answer: object = 0.0, rows: int | None = None) -> None:
        self.answer = answer
        self.rows = rows

    def fit(self, features: pd.DataFrame, target: pd.Series) -> Self:
        """Learn the classes."""
        self.classes_ = np.unique(target)
        self.n_features_in_ = features.shape[1]
        return self

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """The answer, for each row."""
        return np.array([self.answer] * (len(features) if self.rows is None else self.rows))

    def predict_proba(self, features: pd.DataFrame) -> np.ndarray:
        """The answer, for each row."""
        return self.predict(features)


class Meddler(RegressorMixin, BaseEstimator):
    """Writes into the frame that it is fitted on."""

    def fit(self, features: pd.DataFrame, _target: pd.Series) -> Self:
        """Spoil a column."""
        features.loc[:, "price"] = -1.0
        features["new"] = 0
        return self

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """Zero for each row."""
        return np.zeros(len(features))
