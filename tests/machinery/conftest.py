"""What the machinery's tests share: checkouts to type in."""

from pathlib import Path

import pytest

from harness import Checkout

# Each of these runs a pipeline, a publisher or whole workflows; a test that asks for one is slow (`make test-fast`).
SLOW = {
    "_harbour",
    "_made",
    "_ran",
    "apart",
    "attacked",
    "diabetes",
    "ends",
    "first",
    "flights_run",
    "made",
    "patients_run",
    "plain",
    "saved",
    "split",
    "split_once",
    "toy",
    "wine",
}


# What takes long in sum: many starts of Git, DVC and gh, simulations, the sample's whole year.
SLOW_FILES = {
    "test_ci_propose",
    "test_ci_report",
    "test_comment",
    "test_compare",
    "test_coverage",
    "test_data_ingest_frozen",
    "test_data_ingest_new",
    "test_doctor",
    "test_doctor_verb",
    "test_e2e_bad_rows",
    "test_flights_leaks",
    "test_hub",
    "test_machinery_record",
    "test_registry",
    "test_release_faults",
    "test_releases",
    "test_reseeds",
    "test_store_dvc",
    "test_store_model_file",
    "test_update",
    "test_update_apply",
    "test_update_base",
    "test_update_verb",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes seconds rather than moments, in all folders."""
    for item in items:
        if item.path.stem in SLOW_FILES or SLOW & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


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
