"""The command `ingest`."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.pending_data import pending_data
from ringside.cli.terminal import say, seconds, track
from ringside.errors import StoreError, UsageError
from ringside.git import Repository
from ringside.loader import LateSource, load_task
from ringside.params import read_params
from ringside.store import dvc
from ringside.store.dvc import PendingAdd
from ringside.store.workspace import Workspace

if TYPE_CHECKING:
    from ringside.data.ingest import Ingested

Until = Annotated[
    str | None,
    typer.Option(metavar="PARTITION", help="The last partition to read; by default all of the source."),
]
Refresh = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PARTITION",
        help="Read this partition (or `all`) again and accept changed values; may be repeated.",
    ),
]
Frozen = Annotated[
    bool, typer.Option("--frozen", help="Restore data/raw as in data/manifest.json, and read nothing new.")
]
Next = Annotated[
    int | None,
    typer.Option(
        "--next", metavar="N", min=1, help="Read at most N new partitions, and none whose labels have not arrived."
    ),
]
Commit = Annotated[
    bool,
    typer.Option(
        "--commit", help="Commit the changed manifest and the other files of the data in Git, and nothing else."
    ),
]


def ingest(
    until: Until = None,
    refresh: Refresh = None,
    frozen: Frozen = False,
    following: Next = None,
    commit: Commit = False,
) -> None:
    """Read new partitions from the task's source, and record them in the manifest."""
    if frozen and (until or refresh or following or commit):
        remedy = "leave out --frozen to read the source, or the other options to restore the data of the manifest."
        where = "ringside ingest --until/--refresh/--next/--commit"
        raise UsageError("--frozen reads nothing new", where=where, remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    if not frozen:
        _check_remote(workspace)
    # Started before the modules that read the source are imported.
    with nullcontext() if frozen else dvc.PendingAdd(workspace, workspace.raw) as add:
        done = read_source(workspace, add, until=until, refresh=refresh or (), following=following)
    print_changes(done, following)
    if not frozen:
        push(workspace)
        commit_data(workspace, done, commit=commit)
    elif pending := pending_data(workspace):
        say(f"ingest: {pending.sentence}")
    print_total(workspace, done)


def _check_remote(workspace: Workspace) -> None:
    """Check that the DVC remote exists, before data are read that belong there.

    Raises:
        UsageError: `data.store` of params.yaml is remote, and DVC has no remote.
    """
    if read_params(workspace.params).data.store == "remote" and not dvc.has_remote(workspace):
        remedy = (
            "run `dvc remote add --default NAME s3://BUCKET/FOLDER` (docs/remotes.md), or set `data.store` to source."
        )
        raise UsageError(
            "it is remote, but DVC has no remote in this repository", where="params.yaml, data.store", remedy=remedy
        )


def push(workspace: Workspace) -> None:
    """Push the data to the DVC remote, if `data.store` of params.yaml is remote.

    Raises:
        StoreError: the push failed; the local data are complete.
    """
    if read_params(workspace.params).data.store != "remote":
        return
    # The imports of the source are pushed, too: a clone pulls them from the remote.
    if error := dvc.push(workspace, workspace.raw_dvc, *sorted((workspace.root / "data" / "source").glob("*.dvc"))):
        remedy = "fix the remote (docs/remotes.md), then run `ringside ingest` or `dvc push data/raw.dvc`."
        raise StoreError(
            f"the data are complete here, but the push to the DVC remote failed: {error}",
            where="dvc push",
            remedy=remedy,
        )
    say(f"ingest: pushed to the DVC remote, {seconds()}")


def commit_data(workspace: Workspace, done: "Ingested", *, commit: bool) -> None:
    """Commit the files of the data that are in Git, after the push; without `commit`, print that they need a commit.

    Raises:
        StoreError: Git failed; the local data are complete.
    """
    repository, folder = Repository(workspace.root), workspace.root / "data" / "source"
    in_git = read_params(workspace.params).data.store == "git"
    sources = [folder] if in_git else sorted(folder.glob("*.dvc"))
    paths = [workspace.manifest, workspace.raw_dvc, workspace.store, *sources]
    names = [workspace.relative(path) for path in paths if path.exists()]
    changed = repository.run("status", "--porcelain", "--", *names)
    if changed.code == 0 and not changed.out.strip():
        return
    if not commit:
        # Outside of a Git repository, there is nothing to commit to.
        if changed.code == 0:
            say("ingest: next: `make run`, then commit; or `ringside ingest --commit` to commit the data only")
        return
    changed_partitions = [*done.read, *done.refreshed]
    # Partition names are safe in a commit message; ten keep its subject short.
    text = f"Data: {', '.join(changed_partitions[:10])}" if changed_partitions else "Data as they are"
    for command in (("add", "--", *names), ("commit", "--quiet", "--message", text, "--", *names)):
        done_by_git = repository.run(*command)
        if done_by_git.code != 0:
            remedy = "fix the error that Git reports, then run `ringside ingest --commit` again."
            raise StoreError(f"it failed: {done_by_git.message}", where=f"git {command[0]}", remedy=remedy)
    say(f"ingest: committed {', '.join(names)}")


def print_summary(workspace: Workspace, done: "Ingested") -> None:
    """Print the changes of an ingest, if it was not limited to new partitions."""
    print_changes(done)
    print_total(workspace, done)


def print_changes(done: "Ingested", following: int | None = None) -> None:
    """Print which partitions were read, changed, restored and removed."""
    for name in done.removed:
        say(f"ingest: {name} belongs to another branch and is removed here; DVC keeps it")
    for name, origin in done.restored.items():
        say(f"ingest: {name} restored from {origin}")
    for what, names in (("read", done.read), ("changed", done.refreshed)):
        if names:
            say(f"ingest: {len(names)} {what}: {', '.join(names)}")
    for name, rows in done.erased.items():
        say(f"ingest: {rows:,} rows of {name} were erased earlier (data/erased.json) and are left out")
    for name in done.waiting:
        say(f"ingest: {name} is not ingested yet: its labels have not arrived")
    if following and not done.read and not done.waiting:
        say("ingest: every partition of the source is already ingested")


def print_total(workspace: Workspace, done: "Ingested") -> None:
    """Print the rows and partitions of data/raw, and the duration."""
    if not done.partitions:
        say("ingest: there are no partitions")
        return
    first, last = done.partitions[0], done.partitions[-1]
    span = f"{len(done.partitions)} partitions, {first} to {last}" if first != last else f"1 partition, {first}"
    count = f"{done.rows:,} rows in {span}"
    say(f"ingest: {count}, {seconds()} -> {workspace.relative(workspace.raw)}")


def read_source(  # noqa: PLR0913  # one argument per option
    workspace: Workspace,
    add: PendingAdd | None,
    *,
    until: str | None = None,
    refresh: Sequence[str] = (),
    following: int | None = None,
    waits: bool = False,
) -> "Ingested":
    """Read missing partitions from the source; without `add`, restore the partitions of the manifest.

    Args:
        workspace: the checkout.
        add: the `dvc add` that was started before; it finishes when all partitions are written.
        until: the last partition to read.
        refresh: partitions to read again, accepting changed values.
        following: the largest number of new partitions.
        waits: skip partitions whose labels have not arrived; implied by `following`.
    """
    from ringside.data.ingest import Ingest

    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    for file in dvc.mend(workspace):
        say(f"ingest: {file} was left incomplete by an interrupted run and is written again")
    if dvc.name_task(workspace, task.name):
        say(f"ingest: dvc.yaml now names the files of src/{task.name}, as params.yaml does")
    step = Ingest(workspace, task, LateSource(task), track, add, params.data.store)
    if add is None:
        return step.frozen()
    if not (following or waits):
        return step.new(until=until, refresh=refresh)
    from ringside.monitoring.new_partitions import labels_arrived

    now = datetime.now(UTC)
    return step.new(until=until, refresh=refresh, limit=following, ripe=lambda rows: labels_arrived(rows, task, now))
