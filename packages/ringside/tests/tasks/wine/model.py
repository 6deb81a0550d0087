"""A logistic regression over scaled measurements."""

from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from ringside.task import TrainParams

MEASURED = ["alcohol", "malic_acid", "flavanoids", "color_intensity", "hue", "proline"]


def build_model(params: TrainParams) -> Pipeline:
    """An unfitted model."""
    columns = make_column_transformer((StandardScaler(), MEASURED))
    return make_pipeline(columns, LogisticRegression(max_iter=500, random_state=params.seed))
