"""What the end-to-end tests share: pipelines that have run undisturbed, made once, and copied for each test."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import Checkout
from kills import Timeline, timed
from patients import use_patients


@dataclass(frozen=True)
class Undisturbed:
    """A checkout in which ingest and `dvc repro` ran and are committed; read it, never change it."""

    checkout: Checkout
    ingest: Timeline
    repro: Timeline


def _undisturbed(checkout: Checkout, ingest: tuple[str, ...], env: dict[str, str] | None = None) -> Undisturbed:
    # What a clone that was used before has, so that the timelines are not those of a first start.
    checkout.ok("python", "-m", "compileall", "-q", "src", "packages/ringside/src")
    ingest_said = timed(checkout, "ringside", "ingest", *ingest, env=env)
    repro_said = timed(checkout, "dvc", "repro", env=env)
    checkout.commit("run")
    return Undisturbed(checkout, ingest_said, repro_said)


@pytest.fixture(scope="session")
def patients_run(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The patients, two of their three partitions ingested."""
    checkout = Checkout.of_project(tmp_path_factory.mktemp("patients") / "checkout")
    use_patients(checkout)
    return _undisturbed(checkout, ("--until", "block-2"))


@pytest.fixture(scope="session")
def undisturbed(patients_run: Undisturbed) -> Checkout:
    """The checkout of `patients_run`; read it, never change it."""
    return patients_run.checkout


@pytest.fixture
def patients(undisturbed: Checkout, tmp_path: Path) -> Checkout:
    """A copy of `undisturbed`, caches and outputs included, to do anything with."""
    return undisturbed.copy(tmp_path / "patients")


@pytest.fixture(scope="session")
def flights_run(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A clone of the sample without a cache, run on one thread."""
    folder = tmp_path_factory.mktemp("flights")
    clone = Checkout.of_project(folder / "origin").clone(folder / "clone")
    return _undisturbed(clone, ("--frozen",), {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"})


@pytest.fixture(scope="session")
def flights(flights_run: Undisturbed) -> Checkout:
    """The checkout of `flights_run`; read it, never change it."""
    return flights_run.checkout
