"""What the machinery's tests share: checkouts to type in."""

from pathlib import Path

import pytest

from harness import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh checkout of the project, nothing ingested and nothing run."""
    return Checkout.of_project(tmp_path / "checkout")


@pytest.fixture(scope="session")
def _ran(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout.of_project(tmp_path_factory.mktemp("ran") / "checkout")
    checkout.ok("ringside", "ingest", "--frozen")
    checkout.ok("dvc", "repro")
    checkout.commit("run")
    return checkout


@pytest.fixture
def ran(_ran: Checkout, tmp_path: Path) -> Checkout:
    """A checkout in which the sample's pipeline has run and is committed, cache and outputs included."""
    return _ran.copy(tmp_path / "ran")
