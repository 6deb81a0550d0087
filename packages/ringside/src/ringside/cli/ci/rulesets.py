"""The command `ci rulesets`: installs the rules of .github/rulesets on GitHub."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say
from ringside.errors import UsageError
from ringside.git import Repository
from ringside.github.api import GitHub
from ringside.github.releases import repository_at
from ringside.github.rulesets import install, nobody_reviews, read_rulesets
from ringside.github.run import Run
from ringside.store.workspace import Workspace


def rulesets(
    remote: Annotated[str, typer.Option(help="The Git remote on GitHub.", metavar="NAME")] = "origin",
) -> None:
    """Require the checks and reviews of .github/rulesets on GitHub (`make rulesets`)."""
    root = Workspace.find(Path.cwd()).root
    name = Run.here().repository or repository_at(Repository(root).configured(remote))
    if name is None:
        remedy = "push the repository to GitHub, or name another remote with --remote."
        raise UsageError("it is not on github.com", where=f"the remote {remote}", remedy=remedy)
    for ruleset in install(GitHub(name), read_rulesets(root)):
        say(f"rulesets: {ruleset.name} {ruleset.done}")
    if nobody_reviews(root):
        say("rulesets: .github/CODEOWNERS names no reviewer yet, so GitHub requests no review; add owners to the file")
