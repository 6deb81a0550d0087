"""What the tests of tracking share: a real server, and what is told to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from made import Made, make
from mlflow_server import serving


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real MLflow server."""
    with serving(tmp_path_factory.mktemp("mlflow")) as found:
        yield found


@pytest.fixture
def environ(address: str) -> dict[str, str]:
    """The variables of somebody who uses that server."""
    return dict(os.environ) | {"MLFLOW_TRACKING_URI": address}


@pytest.fixture
def client(address: str):
    """MLflow's own client, to see what the server has."""
    tracking = pytest.importorskip("mlflow.tracking")
    return tracking.MlflowClient(address, address)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file that stands for a model."""
    path = tmp_path / "model.skops"
    path.write_bytes(b"model")
    return path


@pytest.fixture(scope="session")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The toy regression with v1.0.0; read it, never change it."""
    return make(tmp_path_factory.mktemp("diabetes"), "diabetes", reference_rows=20)


@pytest.fixture
def mine(diabetes: Made, tmp_path: Path) -> Made:
    """A copy of the checkout, to do anything with."""
    return Made(diabetes.checkout.copy(tmp_path / "mine"))
