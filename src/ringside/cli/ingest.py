"""The verb `ingest`."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say, seconds, track

Until = Annotated[
    str | None, typer.Option(help="Read partitions up to and with this one; without it, all that the source has.")
]
Refresh = Annotated[
    list[str] | None, typer.Option(help="Read this partition again and believe the answer; may be given several times.")
]
Frozen = Annotated[
    bool, typer.Option("--frozen", help="Bring data/raw to what data/manifest.json names, and read nothing new.")
]


def ingest(until: Until = None, refresh: Refresh = None, frozen: Frozen = False) -> None:
    """Read the partitions that are missing from the task's source and say in the manifest what there is."""
    from ringside.data.ingest import Ingest
    from ringside.errors import UsageError
    from ringside.loader import load_source, load_task
    from ringside.params import read_params
    from ringside.store import dvc
    from ringside.store.workspace import Workspace

    if frozen and (until or refresh):
        remedy = "leave out --frozen to read the source, or the other options to take the manifest as it is."
        raise UsageError("--frozen reads nothing new", where="ringside ingest --until/--refresh", remedy=remedy)
    workspace = Workspace.find(Path.cwd())
    task = load_task(workspace.root, read_params(workspace.params).task)
    for file in dvc.mend(workspace):
        say(f"ingest: {file} was cut off by a kill and is made again")
    step = Ingest(workspace, task, load_source(task), track)
    done = step.frozen() if frozen else step.new(until=until, refresh=refresh or ())
    for name, origin in done.restored.items():
        say(f"ingest: {name} restored from {origin}")
    for what, names in (("read", done.read), ("changed", done.refreshed)):
        if names:
            say(f"ingest: {len(names)} {what}: {', '.join(names)}")
    first, last = done.partitions[0], done.partitions[-1]
    count = f"{done.rows:,} rows in {len(done.partitions)} partitions, {first} to {last}"
    say(f"ingest: {count}, {seconds()} -> {workspace.relative(workspace.raw)}")
