"""The sample's model: gradient boosting over encoded categories; all feature work is inside the Pipeline."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from flights import FlightsParams

CATEGORIES = ["carrier", "origin", "dest"]
NUMBERS = ["weekday", "departure_minute", "arrival_minute", "distance", "plane_age", "seats"]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
FEATURES = [*CATEGORIES, *NUMBERS, *WEATHER]


def build_model(params: FlightsParams) -> Pipeline:
    """An unfitted model that takes the columns of the schema as they are.

    A category that training never saw counts as missing, for which the trees learn a side.
    """
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    booster = HistGradientBoostingClassifier(
        max_iter=params.max_iter,
        learning_rate=params.learning_rate,
        max_leaf_nodes=params.max_leaf_nodes,
        min_samples_leaf=params.min_samples_leaf,
        l2_regularization=params.l2_regularization,
        max_features=params.max_features,
        categorical_features=list(range(len(CATEGORIES))),
        # Early stopping would hold out random rows, although flights of one day belong together.
        early_stopping=False,
        random_state=params.seed,
    )
    columns = ColumnTransformer([("categories", encoder, CATEGORIES), ("numbers", "passthrough", [*NUMBERS, *WEATHER])])
    return Pipeline([("columns", columns), ("booster", booster)])
