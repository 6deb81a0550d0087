"""The command `ci remote`."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say, seconds
from ringside.github import dvc_remote as remotes
from ringside.github.dvc_remote import Remote
from ringside.github.run import Run
from ringside.store.workspace import Workspace

Push = Annotated[bool, typer.Option("--push", help="Push data and outputs of the pipeline, instead of fetching them.")]


def remote(push: Push = False) -> None:
    """Configure the remote of the variable RINGSIDE_REMOTE in DVC, and fetch its files.

    If the remote fails, the run continues without it; the next step reads the data elsewhere or fails.
    """
    run, workspace = Run.here(), Workspace.find(Path.cwd())
    named = remotes.named(run.environ)
    if named is None:
        say("remote: the variable RINGSIDE_REMOTE is not set")
        return
    installed = remotes.install(workspace, named)
    if installed is not None:
        say(f"remote: {installed} installed, {seconds()}")
    if not remotes.configure(workspace, named):
        say(f"remote: {workspace.relative(remotes.config_file(workspace))} exists already and stays unchanged")
    (_push if push else _fetch)(run, workspace, named)


def _fetch(run: Run, workspace: Workspace, remote: Remote) -> None:

    done = remotes.fetch(workspace)
    if not done.ok:
        remotes.forget(workspace)
        text = f"{remote.url} cannot be read ({done.said}); this run continues without it"
        run.annotate("warning", text, title="DVC remote")
        return
    missing = "; files of data/raw.dvc are missing there and come from the source" if done.lacks else ""
    say(f"remote: DVC uses {remote.url}{missing}, {seconds()}")


def _push(run: Run, workspace: Workspace, remote: Remote) -> None:

    done = remotes.push(workspace)
    if not done.ok:
        text = (
            f"the push to {remote.url} failed ({done.said}); the next runs find only the older files there. "
            "Let the workflow on the default branch write to the remote (docs/remotes.md)."
        )
        run.annotate("warning", text, title="DVC remote")
        return
    say(f"remote: data and outputs are in {remote.url}, {seconds()}")
