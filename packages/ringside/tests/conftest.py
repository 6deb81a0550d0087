"""What the package's tests share: threads, set before anything imports NumPy, and checkouts to type in."""

import os
from pathlib import Path

import psutil
import pytest

from harbour_ring import Harbour
from harness import Checkout

# NOTE: two workers on two cores, each with two spinning OpenMP threads, wait for each other: a fit of 4 s took 60 s.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# `gh` and act are written in Go, whose collection of garbage is half of the time of a call that is over in moments.
os.environ |= {"GOGC": "off", "GOMEMLIMIT": "256MiB"}

# The tests write and remove hundreds of thousands of small files; where memory is plenty, they take a fifth less there.
SHARED = Path("/dev/shm")  # noqa: S108  # pytest makes a folder there that is the user's alone
ENOUGH = 10 * 2**30
"""Bytes."""


def is_roomy(place: Path) -> bool:
    """Whether a folder is in memory that has room for what all tests leave, and programs may be run from it."""
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    found = os.statvfs(place)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return free >= ENOUGH and not found.f_flag & os.ST_NOEXEC


if is_roomy(SHARED):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(SHARED))

# Each of these runs a pipeline, a publisher or whole workflows; a test that asks for one is slow (`make test-fast`).
SLOW = {
    "_harbour",
    "_made",
    "_quarter",
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for one of them, in all folders; what else takes seconds says so in its own file."""
    for item in items:
        if SLOW & set(getattr(item, "fixturenames", ())):
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


@pytest.fixture(scope="session")
def _quarter(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    return Harbour.made(tmp_path_factory.mktemp("harbour"))


@pytest.fixture
def harbour(_quarter: Harbour, tmp_path: Path) -> Harbour:
    """A copy of the toy task with three months and v1.0.0, for one test."""
    return _quarter.copy(tmp_path / "copy")
