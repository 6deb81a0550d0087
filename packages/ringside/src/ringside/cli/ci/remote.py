"""The verb `ci remote`."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say, seconds
from ringside.github import dvc_remote as remotes
from ringside.github.dvc_remote import Remote
from ringside.github.run import Run
from ringside.store.workspace import Workspace

Push = Annotated[
    bool, typer.Option("--push", help="Send data and the pipeline's outputs there, instead of fetching them.")
]


def remote(push: Push = False) -> None:
    """Let DVC use the remote that the variable RINGSIDE_REMOTE names, and fetch what is there.

    A remote that does not answer is said and left out: what runs next says whether the data can be had elsewhere.
    """
    run, workspace = Run.here(), Workspace.find(Path.cwd())
    found = remotes.named(run.environ)
    if found is None:
        say("remote: the variable RINGSIDE_REMOTE names none")
        return
    installed = remotes.install(workspace, found)
    if installed is not None:
        say(f"remote: {installed} installed, {seconds()}")
    if not remotes.configure(workspace, found):
        say(f"remote: {workspace.relative(remotes.config_file(workspace))} was here before, and is used as it is")
    (_push if push else _fetch)(run, workspace, found)


def _fetch(run: Run, workspace: Workspace, remote: Remote) -> None:

    done = remotes.fetch(workspace)
    if not done.ok:
        remotes.forget(workspace)
        text = f"{remote.url} cannot be read here ({done.said}); this run goes on without it"
        run.annotate("warning", text, title="DVC remote")
        return
    lacks = "; it has not all that data/raw.dvc names, which then comes from the source" if done.lacks else ""
    say(f"remote: DVC uses {remote.url}{lacks}, {seconds()}")


def _push(run: Run, workspace: Workspace, remote: Remote) -> None:

    done = remotes.push(workspace)
    if not done.ok:
        text = (
            f"nothing could be sent to {remote.url} ({done.said}); the next runs find there what was before. "
            "Give the workflow on the default branch the right to write (docs/remotes.md)."
        )
        run.annotate("warning", text, title="DVC remote")
        return
    say(f"remote: data and outputs are in {remote.url}, {seconds()}")
