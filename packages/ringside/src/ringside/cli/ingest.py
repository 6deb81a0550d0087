"""The verb `ingest`."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.pending_data import unread
from ringside.cli.terminal import say, seconds, track
from ringside.errors import StoreError, UsageError
from ringside.loader import LateSource, load_task
from ringside.params import read_params
from ringside.registry.git import Repository
from ringside.store import dvc
from ringside.store.dvc import PendingAdd
from ringside.store.workspace import Workspace

if TYPE_CHECKING:
    from ringside.data.ingest import Ingested

Until = Annotated[
    str | None,
    typer.Option(
        metavar="PARTITION", help="Read partitions up to and with this one; without it, all that the source has."
    ),
]
Refresh = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PARTITION",
        help="Read this partition (or `all`) again and believe the answer; may be given several times.",
    ),
]
Frozen = Annotated[
    bool, typer.Option("--frozen", help="Bring data/raw to what data/manifest.json names, and read nothing new.")
]
Next = Annotated[
    int | None,
    typer.Option(
        "--next", metavar="N", min=1, help="Read at most N partitions more, and none whose labels have not arrived."
    ),
]
Commit = Annotated[
    bool,
    typer.Option(
        "--commit", help="Commit the manifest, and what else Git keeps of the data, where they changed; nothing else."
    ),
]


def ingest(
    until: Until = None,
    refresh: Refresh = None,
    frozen: Frozen = False,
    following: Next = None,
    commit: Commit = False,
) -> None:
    """Read the partitions that are missing from the task's source and say in the manifest what there is."""
    if frozen and (until or refresh or following or commit):
        remedy = "leave out --frozen to read the source, or the other options to take the manifest as it is."
        where = "ringside ingest --until/--refresh/--next/--commit"
        raise UsageError("--frozen reads nothing new", where=where, remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    if not frozen:
        _check_remote(workspace)
    # Started before everything that reads the source is imported.
    with nullcontext() if frozen else dvc.PendingAdd(workspace, workspace.raw) as add:
        done = bring(workspace, add, until=until, refresh=refresh or (), following=following)
    tell_news(done, following)
    if not frozen:
        send(workspace)
        record(workspace, done, commit=commit)
    elif found := unread(workspace):
        say(f"ingest: {found.sentence}")
    tell_whole(workspace, done)


def _check_remote(workspace: Workspace) -> None:
    """Refuse to read what could be sent nowhere.

    Raises:
        UsageError: params.yaml says that the DVC remote keeps the data, and there is none.
    """
    if read_params(workspace.params).data.store == "remote" and not dvc.has_remote(workspace):
        remedy = (
            "run `dvc remote add --default NAME s3://BUCKET/FOLDER` (docs/remotes.md), or set `data.store` to source."
        )
        raise UsageError("it is remote, and DVC has no remote here", where="params.yaml, data.store", remedy=remedy)


def send(workspace: Workspace) -> None:
    """Send the data to the DVC remote, where params.yaml says that it keeps them.

    Raises:
        StoreError: the remote takes nothing; the data are here and whole.
    """
    if read_params(workspace.params).data.store != "remote":
        return
    # What DVC imported for the source goes along, since a clone pulls it from there.
    if said := dvc.push(workspace, workspace.raw_dvc, *sorted((workspace.root / "data" / "source").glob("*.dvc"))):
        remedy = "mend the remote (docs/remotes.md), then run `ringside ingest` or `dvc push data/raw.dvc`."
        raise StoreError(
            f"the data are here, and could not be sent to the DVC remote: {said}", where="dvc push", remedy=remedy
        )
    say(f"ingest: sent to the DVC remote, {seconds()}")


def record(workspace: Workspace, done: "Ingested", *, commit: bool) -> None:
    """Commit what Git keeps of the data, after they were sent; or say that it is to be committed.

    Raises:
        StoreError: Git refuses; the data are here and whole.
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
        # A folder that is no repository has nothing to commit to.
        if changed.code == 0:
            say("ingest: next: `make run`, then commit; or `ringside ingest --commit` for the data alone")
        return
    news = [*done.read, *done.refreshed]
    # The names of partitions fit a pattern; of very many, Git's own log has the rest.
    text = f"Data: {', '.join(news[:10])}" if news else "Data as they are"
    for command in (("add", "--", *names), ("commit", "--quiet", "--message", text, "--", *names)):
        answer = repository.run(*command)
        if answer.code != 0:
            remedy = "mend what Git says, then run `ringside ingest --commit` again."
            raise StoreError(f"it refuses: {' '.join(answer.said.split())}", where=f"git {command[0]}", remedy=remedy)
    say(f"ingest: committed {', '.join(names)}")


def tell(workspace: Workspace, done: "Ingested") -> None:
    """Say what an ingest did that was asked for no new partition."""
    tell_news(done)
    tell_whole(workspace, done)


def tell_news(done: "Ingested", following: int | None = None) -> None:
    """Say what came, changed and went."""
    for name in done.removed:
        say(f"ingest: {name} is of another branch; DVC keeps it")
    for name, origin in done.restored.items():
        say(f"ingest: {name} restored from {origin}")
    for what, names in (("read", done.read), ("changed", done.refreshed)):
        if names:
            say(f"ingest: {len(names)} {what}: {', '.join(names)}")
    for name, rows in done.erased.items():
        say(f"ingest: {rows:,} rows of {name} were erased before (data/erased.json) and stay out")
    for name in done.waiting:
        say(f"ingest: {name} was not taken: its labels have not arrived")
    if following and not done.read and not done.waiting:
        say("ingest: the source has no partition that is not here already")


def tell_whole(workspace: Workspace, done: "Ingested") -> None:
    """Say what there is now, and how long it took."""
    if not done.partitions:
        say("ingest: there is no partition")
        return
    first, last = done.partitions[0], done.partitions[-1]
    places = f"{len(done.partitions)} partitions, {first} to {last}" if first != last else f"1 partition, {first}"
    count = f"{done.rows:,} rows in {places}"
    say(f"ingest: {count}, {seconds()} -> {workspace.relative(workspace.raw)}")


def bring(  # noqa: PLR0913  # the options of the command
    workspace: Workspace,
    add: PendingAdd | None,
    *,
    until: str | None = None,
    refresh: Sequence[str] = (),
    following: int | None = None,
    waits: bool = False,
) -> "Ingested":
    """Read what is missing; without `add`, bring what the manifest names.

    Args:
        workspace: the checkout.
        add: started before, to be told when all is there.
        until: the last partition to read.
        refresh: partitions to read again and to believe.
        following: at most so many new ones.
        waits: take no partition whose labels have not arrived; so with `following`.
    """
    from ringside.data.ingest import Ingest

    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    for file in dvc.mend(workspace):
        say(f"ingest: {file} was cut off by a kill and is made again")
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
