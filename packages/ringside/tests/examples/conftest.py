"""What the tests of the examples share: a version that was really published."""

import shutil
from pathlib import Path

import pytest

from harbour_months import write_months
from made import Made, make


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The toy problem in time with v1.0.0, published beside a bare remote; read it, never change it."""
    folder = tmp_path_factory.mktemp("harbour")
    write_months(folder / "months", ("2025-01", "2025-02", "2025-03"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR", str(folder / "months"))
        return make(folder, "harbour", reference_rows=None)


@pytest.fixture
def release(harbour: Made, tmp_path: Path) -> Path:
    """A copy of the files of v1.0.0, to do anything with."""
    return Path(shutil.copytree(harbour.release(), tmp_path / "release"))
