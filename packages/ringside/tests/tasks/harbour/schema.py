"""What a month must look like."""

from pandera.pandas import Check, Column, DataFrameSchema

SCHEMA = DataFrameSchema(
    {
        "call": Column("int64"),
        "day": Column("datetime64[ns]"),
        "pier": Column(str, Check.isin(["north", "south", "west"], error="not north, south or west")),
        "wind": Column(float, Check.in_range(0, 60, error="not in 0 to 60")),
        "swell": Column(float, Check.in_range(0, 20, error="not in 0 to 20")),
        "tonnage": Column(float, Check.gt(0, error="not above 0")),
        "hour": Column(float, Check.in_range(0, 24, error="not in 0 to 24")),
        "late": Column(bool),
    },
    coerce=True,
    strict=True,
)
