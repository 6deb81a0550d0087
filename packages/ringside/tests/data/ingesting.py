"""What the tests of ingest type and look at."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from data.toy import MONTHS, ToySource, toy_task
from ringside.common.manifest import Manifest
from ringside.common.tables import read_table, write_table
from ringside.data.ingest import Ingest, Ingested
from ringside.errors import RingsideError
from ringside.store.workspace import Workspace
from store.repository import files

JANUARY, FEBRUARY, MARCH = MONTHS
APRIL, MAY = "2024-04", "2024-05"


def copy_of(workspace: Workspace, root: Path) -> Workspace:
    """A copy of a repository at `root`."""
    shutil.copytree(workspace.root, root, symlinks=True)
    return Workspace(root)


def ingest_new(workspace: Workspace, source: ToySource, **options: object) -> Ingested:
    """`ringside ingest` with its options."""
    return Ingest(workspace, toy_task(), source).new(**options)


def ingest_frozen(workspace: Workspace, source: ToySource) -> Ingested:
    """`ringside ingest --frozen`."""
    return Ingest(workspace, toy_task(), source).frozen()


def raw_file(workspace: Workspace, name: str) -> Path:
    """A partition's file in data/raw."""
    return workspace.partition(workspace.raw, name)


def read_manifest(workspace: Workspace) -> Manifest:
    """The manifest as it is."""
    return Manifest.read(workspace.manifest, task="toy")


def data_files(workspace: Workspace) -> dict[str, bytes]:
    """All that is beneath data/: what an error may not change."""
    return files(workspace.root / "data")


def lose_raw(workspace: Workspace, *, cache: bool = False) -> None:
    """Remove data/raw, as a fresh clone lacks it, and with `cache` DVC's cache too."""
    shutil.rmtree(workspace.raw)
    if cache:
        shutil.rmtree(workspace.root / ".dvc" / "cache")


def edit_raw(workspace: Workspace, name: str) -> None:
    """Change one value of a partition's file, as a person with a notebook would."""
    table = read_table(raw_file(workspace, name), remedy="none")
    write_table(raw_file(workspace, name), table.set_column(1, "size", pa.array([0.5] * table.num_rows)))


def refused(error: type[RingsideError], workspace: Workspace, source: ToySource, **options: object) -> RingsideError:
    """What an ingest says that stops; everything beneath data/ is afterwards what it was."""
    before = data_files(workspace)
    with pytest.raises(error) as caught:
        ingest_new(workspace, source, **options)
    assert data_files(workspace) == before
    return caught.value


def reads_of_the_next(workspace: Workspace, source: ToySource) -> list[str]:
    """The partitions that one more ingest reads from the source."""
    source.reads.clear()
    ingest_new(workspace, source)
    return source.reads


def put_aside(workspace: Workspace, name: str) -> None:
    """Undo the last step of a partition's way into data/raw, as a kill just before it would."""
    workspace.incoming.mkdir(exist_ok=True)
    raw_file(workspace, name).rename(workspace.partition(workspace.incoming, name))
