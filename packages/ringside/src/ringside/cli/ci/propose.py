"""The command `ci propose`: opens the pull request of a proposal, and the issues of alarms."""

import re
from pathlib import Path
from typing import Annotated

import typer

from ringside.errors import UsageError
from ringside.git import Repository
from ringside.github.api import GitHub, lend_token
from ringside.github.proposals import Proposer, read_proposal
from ringside.github.run import Run
from ringside.store.workspace import Workspace

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="What `ringside ci watch` wrote.")]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote that the branch is pushed to.")]


def propose(folder: Folder = Path("proposal"), remote: Remote = "origin") -> None:
    """Open or update the pull request of a retrained model, and the issues of alarms."""
    run = Run.here()
    checksum = run.environ.get("RINGSIDE_SUMS") or run.environ.get("SUMS", "")
    if not re.fullmatch(r"[0-9a-f]{64}", checksum):
        remedy = "set it to the output `sums` of `ringside ci watch`."
        raise UsageError("it is missing, or not a SHA-256", where="RINGSIDE_SUMS", remedy=remedy)
    proposal = read_proposal(folder, checksum)
    lend_token()
    base = str(run.at("repository", "default_branch") or "main")
    repository = Repository(Workspace.find(Path.cwd()).root)
    proposer = Proposer(GitHub(run.repository), repository, run.url, base, remote, run.server)
    notes = proposer.alarms(proposal.watch)
    try:
        if proposal.report is not None:
            notes.append(proposer.propose(proposal))
    finally:
        # After an error, the summary still lists the steps done before.
        run.summary("\n".join(f"- {line}" for line in notes) or "There was nothing to do.")
