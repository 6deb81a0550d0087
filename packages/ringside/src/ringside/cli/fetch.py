"""The commands `fetch` and `verify`: download a released version, and check it."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say, seconds, working
from ringside.github.releases import open_registry
from ringside.registry.client import fetch as download
from ringside.registry.client import find, is_folder, release_folder, task_of
from ringside.registry.client import verify as verify_release
from ringside.store.workspace import Workspace

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote that is the registry.")]
Version = Annotated[
    str, typer.Argument(metavar="VERSION", help="The version, as in v1.2.0, or latest for the one in production.")
]


def fetch(
    version: Version,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="The folder for the files; by default it is named after the version.",
        ),
    ] = None,
    remote: Remote = "origin",
) -> None:
    """Download all files of a released version and compare their checksums."""
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    metadata = find(registry, version)
    target = output if output is not None else Path(metadata.version)
    with working(f"fetch: {metadata.version}"):
        is_new = download(registry, metadata, target)
    state = "fetched" if is_new else "already fetched, its checksums are correct"
    say(f"fetch: {metadata.version} from {registry.where}: {state}; {seconds()}")
    result(str(target))


def verify(
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="The version, as in v1.2.0, latest, or the folder of a fetched version."
        ),
    ],
    remote: Remote = "origin",
) -> None:
    """Check a version: the checksums of its files, its types, and its predictions on the reference rows."""
    workspace = Workspace.find(Path.cwd())
    task = task_of(workspace)
    with working(f"verify: {version}"):
        if is_folder(version):
            folder = Path(version)
        else:
            registry = open_registry(workspace.root, remote)
            folder = release_folder(registry, find(registry, version), workspace)
        verified = verify_release(folder, workspace, task)
    lines = [
        f"{verified.metadata.version}: all checks passed",
        f"  {verified.files} files have their published checksums",
        "  the model file contains trusted types only",
    ]
    if verified.largest is None:
        why = "its reference rows were erased" if verified.erased else "the release has no reference rows"
        lines.append(f"  predictions were not compared: {why}")
    else:
        how = (
            "in its own environment"
            if verified.own_environment
            else "in this environment, because the code is the same"
        )
        lines.append(
            f"  {verified.reference_rows:,} reference rows have the stored predictions "
            f"(largest relative difference {verified.largest:.1g}; {how})"
        )
    say(f"verify: {seconds()}")
    result("\n".join(lines))
