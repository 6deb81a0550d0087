"""The verb `ingest`."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.terminal import say, seconds, track

if TYPE_CHECKING:
    from ringside.data.ingest import Ingested
    from ringside.store.dvc import PendingAdd
    from ringside.store.workspace import Workspace

Until = Annotated[
    str | None,
    typer.Option(
        metavar="PARTITION", help="Read partitions up to and with this one; without it, all that the source has."
    ),
]
Refresh = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PARTITION", help="Read this partition again and believe the answer; may be given several times."
    ),
]
Frozen = Annotated[
    bool, typer.Option("--frozen", help="Bring data/raw to what data/manifest.json names, and read nothing new.")
]


def ingest(until: Until = None, refresh: Refresh = None, frozen: Frozen = False) -> None:
    """Read the partitions that are missing from the task's source and say in the manifest what there is."""
    from ringside.errors import UsageError
    from ringside.store import dvc
    from ringside.store.workspace import Workspace

    if frozen and (until or refresh):
        remedy = "leave out --frozen to read the source, or the other options to take the manifest as it is."
        raise UsageError("--frozen reads nothing new", where="ringside ingest --until/--refresh", remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    # Started before everything that reads the source is imported.
    with nullcontext() if frozen else dvc.PendingAdd(workspace, workspace.raw) as add:
        done = _ingest(workspace, add, until=until, refresh=refresh or ())
    for name in done.removed:
        say(f"ingest: {name} is of another branch; DVC keeps it")
    for name, origin in done.restored.items():
        say(f"ingest: {name} restored from {origin}")
    for what, names in (("read", done.read), ("changed", done.refreshed)):
        if names:
            say(f"ingest: {len(names)} {what}: {', '.join(names)}")
    first, last = done.partitions[0], done.partitions[-1]
    places = f"{len(done.partitions)} partitions, {first} to {last}" if first != last else f"1 partition, {first}"
    count = f"{done.rows:,} rows in {places}"
    say(f"ingest: {count}, {seconds()} -> {workspace.relative(workspace.raw)}")


def _ingest(
    workspace: "Workspace", add: "PendingAdd | None", *, until: str | None, refresh: Sequence[str]
) -> "Ingested":
    """Read what is missing; without `add`, bring what the manifest names."""
    from ringside.data.ingest import Ingest
    from ringside.loader import LateSource, load_task
    from ringside.params import read_params
    from ringside.store import dvc

    task = load_task(workspace.root, read_params(workspace.params).task)
    for file in dvc.mend(workspace):
        say(f"ingest: {file} was cut off by a kill and is made again")
    if dvc.name_task(workspace, task.name):
        say(f"ingest: dvc.yaml now names the files of src/{task.name}, as params.yaml does")
    step = Ingest(workspace, task, LateSource(task), track, add)
    return step.frozen() if add is None else step.new(until=until, refresh=refresh)
