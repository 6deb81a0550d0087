"""Gradient boosting in which the seed chooses the features of each split, so that another seed is another model."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from harbour import HarbourParams

FEATURES = ["wind", "swell", "tonnage", "hour"]


def build_model(params: HarbourParams) -> Pipeline:
    """An unfitted model."""
    booster = HistGradientBoostingClassifier(
        max_iter=params.max_iter,
        learning_rate=params.learning_rate,
        max_leaf_nodes=7,
        min_samples_leaf=40,
        max_features=0.5,
        early_stopping=False,
        random_state=params.seed,
    )
    columns = ColumnTransformer([("pier", OrdinalEncoder(), ["pier"]), ("numbers", "passthrough", FEATURES)])
    return Pipeline([("columns", columns), ("booster", booster)])
