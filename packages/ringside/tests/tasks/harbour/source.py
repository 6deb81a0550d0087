"""A folder of CSV files, one a month."""

import os
from pathlib import Path

import pandas as pd


def _folder() -> Path:
    if "HARBOUR" not in os.environ:
        raise ConnectionError("the harbour's folder is not mounted here (HARBOUR is not set)")
    return Path(os.environ["HARBOUR"])


def partitions() -> list[str]:
    """The months that have arrived."""
    return sorted(path.stem for path in _folder().glob("*.csv"))


def read(partition: str) -> pd.DataFrame:
    """One month."""
    return pd.read_csv(_folder() / f"{partition}.csv", parse_dates=["day"])
