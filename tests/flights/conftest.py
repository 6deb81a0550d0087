"""What the tests of flights share: the year as it is read and checked, and one model of January to June."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from ringside.testing import read_params, train, train_params, validate
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from flights import TASK, FlightsParams, source
from flights.model import build_model
from flights.schema import SCHEMA
from flights_package import Reckoning, reckoned

TRAINED_ON = 6
"""The model is trained on so many months, from January."""


@pytest.fixture(scope="session")
def year() -> dict[str, pd.DataFrame]:
    """Each month as the source answers it."""
    return {month: source.read(month) for month in source.partitions()}


@pytest.fixture(scope="session")
def reckoning() -> Reckoning:
    """The same year, reckoned without pandas."""
    return reckoned()


@pytest.fixture(scope="session")
def valid(year: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows of each month that can be learnt from."""
    return {month: validate(frame, SCHEMA, TASK, where=month).valid for month, frame in year.items()}


@pytest.fixture(scope="session")
def params() -> FlightsParams:
    """The `train` section of the params.yaml that this repository ships."""
    return train_params(read_params(Path(__file__).parents[2] / "params.yaml"), FlightsParams)


@pytest.fixture(scope="session")
def training(valid: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """January to June."""
    return pd.concat(list(valid.values())[:TRAINED_ON], ignore_index=True)


@pytest.fixture(scope="session")
def model(training: pd.DataFrame, params: FlightsParams) -> Pipeline:
    """The shipped model, trained on January to June."""
    with threadpool_limits(1):
        return train(training, TASK, params, build_model)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """One thread for each test: threads that wait for a processor which other tests use make all of them slow."""
    with threadpool_limits(1):
        yield
