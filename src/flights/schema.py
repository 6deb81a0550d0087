"""What a month of flights must look like; a row that fails goes to data/quarantine with the reason."""

import pandas as pd
from pandera.pandas import Check, Column, DataFrameSchema


def _between(low: float, high: float) -> Check:
    return Check.in_range(low, high, error=f"not in {low:g} to {high:g}")


def _weather(low: float, high: float) -> Column:
    """A report can be missing: stations fail."""
    return Column("float32", _between(low, high), nullable=True)


SCHEMA = DataFrameSchema(
    {
        "departure_hour": Column(pd.DatetimeTZDtype("us", "UTC")),
        "carrier": Column(str, Check.str_matches(r"^[A-Z0-9]{2}$", error="not a code of two letters or digits")),
        "flight": Column("int32", Check.ge(1, error="not 1 or more")),
        "day": Column("datetime64[ns]"),
        "origin": Column(str, Check.isin(["EWR", "JFK", "LGA"], error="not EWR, JFK or LGA")),
        "dest": Column(str, Check.str_matches(r"^[A-Z]{3}$", error="not a code of three letters")),
        "weekday": Column("int8", _between(0, 6)),
        "departure_minute": Column("int16", _between(0, 1439)),
        "arrival_minute": Column("int16", _between(0, 1440)),
        "part_of_day": Column(str, Check.isin(["night", "morning", "midday", "afternoon", "evening"])),
        "distance": Column("int16", _between(1, 10_000)),
        "seats": Column("float32", _between(1, 1_000), nullable=True),
        "plane_age": Column("float32", _between(-1, 100), nullable=True),
        "temp": _weather(-60, 130),  # °F
        "dewp": _weather(-60, 100),  # °F
        "humid": _weather(0, 100.5),  # %
        "wind_dir": _weather(0, 360),  # degrees
        "wind_speed": _weather(0, 200),  # mph
        "wind_gust": _weather(0, 250),  # mph
        "precip": _weather(0, 20),  # inches
        "pressure": _weather(900, 1_100),  # millibars
        "visib": _weather(0, 20),  # miles
        "late": Column(bool),
    },
    coerce=True,
    strict=True,
)
