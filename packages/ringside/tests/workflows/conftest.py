"""What the stories share: the harbour's repository, as it was born, and with a first version in production."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arena import Arena
from bouts import Ring
from harbour_months import MONTHS, write_months
from merging import Merges, play_merges
from returning import Back, play_back
from stages import as_it_is


@pytest.fixture(scope="session")
def _harbour(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ring, Path]:
    folder = tmp_path_factory.mktemp("harbour")
    months = write_months(folder / "months", MONTHS[:3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR", str(months))
        return Ring.of(folder / "ring", "harbour"), months


@pytest.fixture(scope="session")
def _born(_harbour, tmp_path_factory):
    ring, months = _harbour
    with Arena.of(tmp_path_factory.mktemp("born"), ring.root) as arena:
        arena.machine["HARBOUR"] = str(months)
        yield arena


@pytest.fixture(scope="session")
def _released(_born, tmp_path_factory):
    with _born.twin(tmp_path_factory.mktemp("released")) as arena:
        played = arena.dispatch("publish.yaml")
        assert [release.tag for release in arena.hub.of("acme/demo").releases] == ["model@v1.0.0"], played.log
        yield arena


@pytest.fixture(scope="session")
def merges(_released, tmp_path_factory) -> Iterator[Merges]:
    """Two merges in a row, played once; look at what came of them, and change nothing but in a twin."""
    with _released.twin(tmp_path_factory.mktemp("merges")) as arena:
        yield play_merges(arena)


@pytest.fixture(scope="session")
def back(merges, tmp_path_factory) -> Iterator[Back]:
    """A rollback after these and what followed, played once; as `merges`, it is only looked at."""
    with merges.arena.twin(tmp_path_factory.mktemp("back")) as arena:
        yield play_back(arena)


@pytest.fixture
def born(_born, tmp_path):
    """GitHub with a fresh copy of the harbour's repository: three months of data, a locked run, no version."""
    with _born.twin(tmp_path / "born") as arena:
        yield arena


@pytest.fixture
def released(_released, tmp_path):
    """As `born`, with v1.0.0 published from main and in production, and the cache that this left."""
    with _released.twin(tmp_path / "released") as arena:
        yield arena


@pytest.fixture
def plain(tmp_path):
    """GitHub with this project as it is, nothing run: for stories that train nothing."""
    with as_it_is(tmp_path) as arena:
        yield arena
