"""Rows that lie in the repository and were not ingested: a newer file in a pull request that brings nothing else.

Such a pull request is judged on the rows that data/manifest.json names. That has to be said, or people take the verdict
for one on their new data.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from ringside.errors import RingsideError
from ringside.loader import LateSource, load_task
from ringside.params import read_params
from ringside.registry.git import Repository
from ringside.store.workspace import Workspace

_NAMED = 6
"""Partitions that a sentence names."""


@dataclass(frozen=True)
class PendingData:
    """What `ringside ingest` would bring; with neither field, the file itself is not here to be looked at."""

    partitions: tuple[str, ...] = ()
    """New ones whose labels have arrived, and those whose values changed."""
    refused: str | None = None
    """Why the source cannot be ingested as it is."""

    @property
    def sentence(self) -> str:
        """What a person at a terminal has to know."""
        if self.refused is not None:
            return f"data/source changed and was not ingested; it cannot be: {self.refused}"
        if not self.partitions:
            return "data/source changed and was not ingested: `ringside ingest` brings what is new in it"
        more = ", ..." if len(self.partitions) > _NAMED else ""
        names = ", ".join(self.partitions[:_NAMED])
        return f"data/source has what is not in data/manifest.json ({names}{more}): `ringside ingest` brings it"


def unread(workspace: Workspace) -> PendingData | None:
    """What the task's file or folder has in data/source that data/manifest.json has not; None where that is nothing.

    Git tells whether the folder changed since the manifest did; only then is the file read. Other places, such as a
    database, are never asked.
    """
    from ringside.sources.places import FOLDER

    if not (workspace.root / FOLDER).is_dir():
        return None
    if not Repository(workspace.root).differs_since(workspace.relative(workspace.manifest), FOLDER):
        return None
    from ringside.data.ingest import Ingest
    from ringside.monitoring.new_partitions import labels_arrived

    task, now = load_task(workspace.root, read_params(workspace.params).task), datetime.now(UTC)
    source = LateSource(task)
    try:
        path = source.path
        if path is None or not PurePosixPath(path).is_relative_to(FOLDER):
            return None
        if not (workspace.root / path).exists():
            return PendingData()
        found = Ingest(workspace, task, source).unread(lambda rows: labels_arrived(rows, task, now))
    except RingsideError as error:
        return PendingData(refused=str(error))
    return PendingData(tuple(found)) if found else None
