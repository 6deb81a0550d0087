"""The verb `ci rulesets`: the rules of .github/rulesets become GitHub's."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say
from ringside.errors import UsageError
from ringside.github.api import GitHub
from ringside.github.releases import repository_at
from ringside.github.rulesets import install, nobody_reviews, read_rulesets
from ringside.github.run import Run
from ringside.registry.git import Repository
from ringside.store.workspace import Workspace


def rulesets(
    remote: Annotated[str, typer.Option(help="The Git remote on GitHub.", metavar="NAME")] = "origin",
) -> None:
    """Make the checks and reviews of .github/rulesets compulsory on GitHub (`make rulesets`)."""
    root = Workspace.find(Path.cwd()).root
    name = Run.here().repository or repository_at(Repository(root).configured(remote))
    if name is None:
        remedy = "push the repository to GitHub, or name another remote with --remote."
        raise UsageError("it is not on github.com", where=f"the remote {remote}", remedy=remedy)
    for one in install(GitHub(name), read_rulesets(root)):
        say(f"rulesets: {one.name} {one.done}")
    if nobody_reviews(root):
        say("rulesets: .github/CODEOWNERS names nobody yet, so that no owner is asked for a review; write who in there")
