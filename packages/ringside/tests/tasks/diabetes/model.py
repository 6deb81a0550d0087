"""A random forest over numbers and one category."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from diabetes import DiabetesParams

NUMBERS = ["age", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]


def build_model(params: DiabetesParams) -> Pipeline:
    """An unfitted model."""
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["sex"]), ("passthrough", NUMBERS))
    forest = RandomForestRegressor(n_estimators=params.n_estimators, random_state=params.seed, n_jobs=1)
    return make_pipeline(columns, forest)
