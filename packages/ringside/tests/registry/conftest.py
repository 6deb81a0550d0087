"""What the registry's tests share: a version that was really published, made once."""

import shutil
from pathlib import Path

import pytest

from made import Made, make


@pytest.fixture(scope="session")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The toy regression with v1.0.0 and 20 reference rows; read it, never change it."""
    return make(tmp_path_factory.mktemp("diabetes"), "diabetes", reference_rows=20)


@pytest.fixture
def release(diabetes: Made, tmp_path: Path) -> Path:
    """A copy of the files of v1.0.0, to do anything with."""
    return Path(shutil.copytree(diabetes.release(), tmp_path / "release"))


@pytest.fixture
def mine(diabetes: Made, tmp_path: Path) -> Made:
    """A copy of the checkout, to do anything with; its registry is the shared one, to be read only."""
    return Made(diabetes.checkout.copy(tmp_path / "mine"))


@pytest.fixture(scope="session")
def apart(diabetes: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A checkout whose code is no longer that of v1.0.0: its schema refuses every patient; its registry is shared.

    What predicts by v1.0.0 here makes its environment once, from the package index.
    """
    made = Made(diabetes.checkout.copy(tmp_path_factory.mktemp("apart") / "checkout"))
    made.checkout.edit("src/diabetes/schema.py", "Check.in_range(0, 120)", "Check.in_range(0, 1)")
    return made
