"""The columns of scikit-learn's data set, unscaled."""

from pandera.pandas import Check, Column, DataFrameSchema

SCHEMA = DataFrameSchema(
    {name: Column(float) for name in ("bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")}
    | {
        "patient": Column(int),
        "age": Column(float, Check.in_range(0, 120)),
        "sex": Column(str, Check.isin(["one", "two"])),
        "progression": Column(float, Check.ge(0)),
    },
    strict=True,
)
