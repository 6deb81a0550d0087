"""What tests of the verdict share: a toy regression whose models were judged and published, made once."""

from pathlib import Path

import pytest

from bouts import Ring


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """A weak model, and nothing published; read it, never change it."""
    edits = (("n_estimators: 30", "n_estimators: 2"), ("test: 0.25", "test: 0.5"))
    return Ring.of(tmp_path_factory.mktemp("first"), "diabetes", *edits)


@pytest.fixture(scope="session")
def strong(first: Ring, tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """The weak model is v1.0.0, and a better one is v1.0.1 and the checkout's; read it, never change it."""
    ring = first.copy(tmp_path_factory.mktemp("strong") / "ring")
    ring.publish()
    ring.retrain("n_estimators: 2", "n_estimators: 60")
    ring.publish()
    return ring


@pytest.fixture(scope="session")
def worse(strong: Ring, tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """As `strong`, with the weak model in the checkout; read it, never change it."""
    ring = strong.copy(tmp_path_factory.mktemp("worse") / "ring")
    ring.retrain("n_estimators: 60", "n_estimators: 2")
    return ring


@pytest.fixture(scope="session")
def moved(strong: Ring, tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """As `strong`, with other patients in the test window; read it, never change it."""
    ring = strong.copy(tmp_path_factory.mktemp("moved") / "ring")
    ring.retrain("test: 0.5", "test: 0.5\n  seed: 9", stages=("split", "train", "evaluate"))
    return ring


@pytest.fixture
def ring(strong: Ring, tmp_path: Path) -> Ring:
    """A copy of `strong`, to do anything with."""
    return strong.copy(tmp_path / "ring")


@pytest.fixture
def losing(worse: Ring, tmp_path: Path) -> Ring:
    """A copy of `worse`, to do anything with."""
    return worse.copy(tmp_path / "ring")
