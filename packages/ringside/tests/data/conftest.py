"""Repositories into which the toy task was ingested, or not yet."""

from pathlib import Path

import pytest

from data.ingesting import copy_of
from data.toy import ToySource, toy_task
from ringside.data.ingest import Ingest, Ingested
from ringside.store.workspace import Workspace
from store.repository import new_repository


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A repository into which nothing was ingested."""
    return new_repository(tmp_path_factory.mktemp("empty") / "copy")


@pytest.fixture(scope="session")
def full_repository(
    empty_repository: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Ingested]:
    """A repository into which three months were ingested, and what the ingest answered."""
    workspace = copy_of(empty_repository, tmp_path_factory.mktemp("full") / "copy")
    return workspace, Ingest(workspace, toy_task(), ToySource()).new()


@pytest.fixture
def empty(empty_repository: Workspace, tmp_path: Path) -> Workspace:
    """A repository of this test's own, into which nothing was ingested."""
    return copy_of(empty_repository, tmp_path / "copy")


@pytest.fixture
def workspace(full_repository: tuple[Workspace, Ingested], tmp_path: Path) -> Workspace:
    """A repository of this test's own, into which three months were ingested."""
    return copy_of(full_repository[0], tmp_path / "copy")


@pytest.fixture
def source() -> ToySource:
    """The source of the three months."""
    return ToySource()
