"""New data, one partition at a time: each is taken only where it is in order, else the data stay what they were."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ringside.cli.context import Context
from ringside.cli.ingest import bring, tell
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
class Arrived:
    """What came in."""

    brought: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Not taken, since labels have not arrived."""
    ended: bool = False
    """The source has no further partition."""
    problem: DataProblem | None = None
    partition: str | None = None
    """The one that is not in order, where it is known."""


def arrive(here: Context, most: int | None) -> Arrived:
    """Bring what the manifest names, what DVC imports as it is now, then new partitions.

    A partition that is not in order is left out with all that come after it, and its files are taken back.

    Args:
        here: the checkout.
        most: so many new ones; None for all that the source has.

    Raises:
        SourceError: the data cannot be had from here.
        DataError: what is here already is not what the manifest says.
    """
    workspace = here.workspace
    tell(workspace, bring(workspace, None))
    for name in update_imports(workspace):
        say(f"watch: {name} is newer than before")
    found = Arrived()
    while most is None or len(found.brought) < most:
        before = _Kept.of(workspace)
        try:
            with PendingAdd(workspace, workspace.raw) as add:
                done = bring(workspace, add, following=1)
        except SourceError as error:
            if error.unreadable or out_of_reach(error.__cause__):
                raise
            # What the source's own code raised has a cause.
            _refuse(found, error, "source_differs" if error.__cause__ is None else "refused")
            break
        except DataError as error:
            _refuse(found, error, "refused")
            break
        found.waiting += done.waiting
        if not done.read:
            found.ended = not done.waiting and done.left == 0
            break
        (name,) = done.read
        if (problem := _problem(here, name)) is not None:
            before.restore(name)
            found.problem, found.partition = problem, name
            break
        found.brought.append(name)
        found.ended = done.left == 0
        say(f"watch: {name} came in")
    return found


def _refuse(found: Arrived, error: Exception, problem: DataProblem) -> None:
    say(f"ringside: {error}")
    found.problem = problem


def _problem(here: Context, name: str) -> DataProblem | None:
    """What is wrong with a partition by the schema, if anything is."""
    entries = Manifest.read(here.workspace.manifest, task=here.task.name).entries
    try:
        part = Partitions(here.workspace, here.task, entries, datetime.now(UTC)).validated(name)
    except DataError as error:
        say(f"ringside: {error}")
        return "schema"
    counts = {"valid": len(part.valid), "quarantined": len(part.quarantined), "reasons": part.reasons}
    try:
        check_quarantine([{"partition": name, **counts}], here.params.validate_.max_quarantined)
    except DataError as error:
        say(f"ringside: {error}")
        return "too_many_quarantined"
    return None


@dataclass(frozen=True)
class _Kept:
    """Git's files of the data, as they were."""

    workspace: Workspace
    manifest: bytes
    raw_dvc: bytes

    @classmethod
    def of(cls, workspace: Workspace) -> "_Kept":
        """As they are now."""
        return cls(workspace, workspace.manifest.read_bytes(), workspace.raw_dvc.read_bytes())

    def restore(self, name: str) -> None:
        """Take a partition back that came since."""
        write_bytes(self.workspace.manifest, self.manifest)
        write_bytes(self.workspace.raw_dvc, self.raw_dvc)
        for folder in (self.workspace.raw, self.workspace.store):
            remove(self.workspace.partition(folder, name))
