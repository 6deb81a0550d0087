"""Ingest of new data, one partition at a time; a partition with a problem is removed again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ringside.cli.context import Context
from ringside.cli.ingest import print_summary, read_source
from ringside.cli.terminal import say
from ringside.common.files import remove, write_bytes
from ringside.common.manifest import Manifest
from ringside.data.source_errors import out_of_reach
from ringside.errors import DataError, SourceError
from ringside.monitoring.new_partitions import Partitions
from ringside.pipeline.validate.rows import check_quarantine
from ringside.report.watch import DataProblem
from ringside.sources.places import update_imports
from ringside.store.dvc import PendingAdd
from ringside.store.workspace import Workspace


@dataclass
class Arrivals:
    """The result of ingesting new partitions."""

    ingested: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Partitions whose labels have not arrived."""
    ended: bool = False
    """True if the source has no further partition."""
    problem: DataProblem | None = None
    partition: str | None = None
    """Partition that has the problem, if it is known."""


def ingest_new(context: Context, most: int | None) -> Arrivals:
    """Restore the partitions of the manifest, update the imports of DVC, then ingest new partitions.

    At the first partition with a problem, the ingest stops and removes the files of that partition.

    Args:
        context: the checkout.
        most: the largest number of new partitions; None for all of the source.

    Raises:
        SourceError: the source cannot be read.
        DataError: the existing data differ from the manifest.
    """
    workspace = context.workspace
    print_summary(workspace, read_source(workspace, None))
    for name in update_imports(workspace):
        say(f"watch: {name} was updated")
    arrivals = Arrivals()
    while most is None or len(arrivals.ingested) < most:
        before = _Snapshot.of(workspace)
        try:
            with PendingAdd(workspace, workspace.raw) as add:
                done = read_source(workspace, add, following=1)
        except SourceError as error:
            if error.unreadable or out_of_reach(error.__cause__):
                raise
            # An error that the code of the source raised has a cause.
            _refuse(arrivals, error, "source_differs" if error.__cause__ is None else "refused")
            break
        except DataError as error:
            _refuse(arrivals, error, "refused")
            break
        arrivals.waiting += done.waiting
        if not done.read:
            arrivals.ended = not done.waiting and done.left == 0
            break
        (name,) = done.read
        if (problem := _problem(context, name)) is not None:
            before.restore(name)
            arrivals.problem, arrivals.partition = problem, name
            break
        arrivals.ingested.append(name)
        arrivals.ended = done.left == 0
        say(f"watch: {name} is ingested")
    return arrivals


def _refuse(arrivals: Arrivals, error: Exception, problem: DataProblem) -> None:
    say(f"ringside: {error}")
    arrivals.problem = problem


def _problem(context: Context, name: str) -> DataProblem | None:
    """Return the problem of a partition with the schema, or None."""
    entries = Manifest.read(context.workspace.manifest, task=context.task.name).entries
    try:
        part = Partitions(context.workspace, context.task, entries, datetime.now(UTC)).validated(name)
    except DataError as error:
        say(f"ringside: {error}")
        return "schema"
    counts = {"valid": len(part.valid), "quarantined": len(part.quarantined), "reasons": part.reasons}
    try:
        check_quarantine([{"partition": name, **counts}], context.params.validate_.max_quarantined)
    except DataError as error:
        say(f"ringside: {error}")
        return "too_many_quarantined"
    return None


@dataclass(frozen=True)
class _Snapshot:
    """The manifest and data/raw.dvc before a partition was ingested."""

    workspace: Workspace
    manifest: bytes
    raw_dvc: bytes

    @classmethod
    def of(cls, workspace: Workspace) -> "_Snapshot":
        """Return the snapshot of a checkout."""
        return cls(workspace, workspace.manifest.read_bytes(), workspace.raw_dvc.read_bytes())

    def restore(self, name: str) -> None:
        """Remove a partition that was ingested after the snapshot."""
        write_bytes(self.workspace.manifest, self.manifest)
        write_bytes(self.workspace.raw_dvc, self.raw_dvc)
        for folder in (self.workspace.raw, self.workspace.store):
            remove(self.workspace.partition(folder, name))
