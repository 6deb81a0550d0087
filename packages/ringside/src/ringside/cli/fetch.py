"""The verbs `fetch` and `verify`: a released version's files, brought here and checked."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say, seconds, working
from ringside.github.releases import open_registry
from ringside.registry.client import fetch as bring
from ringside.registry.client import find, is_folder, release_folder, task_of
from ringside.registry.client import verify as check
from ringside.store.workspace import Workspace

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote that is the registry.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="As in v1.2.0, or latest for the one in production.")]


def fetch(
    version: Version,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go; a folder named as the version."),
    ] = None,
    remote: Remote = "origin",
) -> None:
    """Bring all files of a released version here, their hashes compared."""
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    facts = find(registry, version)
    target = output if output is not None else Path(facts.version)
    with working(f"fetch: {facts.version}"):
        came = bring(registry, facts, target)
    state = "fetched" if came else "nothing to do, it is there already and right"
    say(f"fetch: {facts.version} from {registry.where}: {state}; {seconds()}")
    result(str(target))


def verify(
    version: Annotated[
        str,
        typer.Argument(metavar="VERSION", help="As in v1.2.0, latest, or the folder of a fetched version."),
    ],
    remote: Remote = "origin",
) -> None:
    """Check a version: hashes of all files, trusted types only, and the predictions on its reference rows."""
    workspace = Workspace.find(Path.cwd())
    task = task_of(workspace)
    with working(f"verify: {version}"):
        if is_folder(version):
            folder = Path(version)
        else:
            registry = open_registry(workspace.root, remote)
            folder = release_folder(registry, find(registry, version), workspace)
        found = check(folder, workspace, task)
    lines = [
        f"{found.facts.version}: in order",
        f"  {found.files} files have the hashes that were published",
        "  the model file holds trusted types only",
    ]
    if found.largest is None:
        why = "its reference rows were erased since" if found.erased else "the release carries no reference rows"
        lines.append(f"  predictions were not compared: {why}")
    else:
        how = "in its own environment" if found.own_environment else "here, since the code is the same"
        lines.append(
            f"  {found.reference_rows:,} reference rows are predicted as stored "
            f"(largest relative difference {found.largest:.1g}; {how})"
        )
    say(f"verify: {seconds()}")
    result("\n".join(lines))
