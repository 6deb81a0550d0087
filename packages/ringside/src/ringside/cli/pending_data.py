"""Rows in data/source that were not ingested, such as a newer file in a pull request without a new manifest.

Such a pull request is judged on the rows of data/manifest.json. The report states that, so that you do not read the
verdict as one on the new data.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from ringside.errors import RingsideError
from ringside.git import Repository
from ringside.loader import LateSource, load_task
from ringside.params import read_params
from ringside.store.workspace import Workspace

_NAMED = 6
"""Partitions that a message names."""


@dataclass(frozen=True)
class PendingData:
    """Data that `ringside ingest` would read; without attributes, the file of the source is not in this checkout."""

    partitions: tuple[str, ...] = ()
    """New partitions whose labels have arrived, and partitions whose values changed."""
    refused: str | None = None
    """Reason why the source cannot be ingested."""

    @property
    def sentence(self) -> str:
        """Message for the terminal."""
        if self.refused is not None:
            return f"data/source changed and was not ingested, because of an error: {self.refused}"
        if not self.partitions:
            return "data/source changed and was not ingested; `ringside ingest` reads it"
        more = ", ..." if len(self.partitions) > _NAMED else ""
        names = ", ".join(self.partitions[:_NAMED])
        return (
            f"data/source has data that data/manifest.json does not have ({names}{more}); `ringside ingest` reads them"
        )


def pending_data(workspace: Workspace) -> PendingData | None:
    """Return the data in data/source that data/manifest.json does not have; None if there are none.

    The source is read only if Git shows that the folder changed after the manifest. A source elsewhere, such as a
    database, is never read.
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
        names = Ingest(workspace, task, source).unread(lambda rows: labels_arrived(rows, task, now))
    except RingsideError as error:
        return PendingData(refused=str(error))
    return PendingData(tuple(names)) if names else None
