"""The command `update`."""

from pathlib import Path
from typing import Annotated

import typer

from ringside import update as scaffold
from ringside.cli.terminal import result, say, seconds, working
from ringside.errors import GitHubError, UsageError
from ringside.github.api import lend_token
from ringside.github.releases import parent
from ringside.store.workspace import Workspace
from ringside.update import Update

_DECIDE = 3

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="URL",
        help="The template's address, kept in .ringside.json; by default as GitHub knows it.",
    ),
]
To = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="A release, branch or commit of the template, by default the newest release."),
]
Base = Annotated[
    str | None,
    typer.Option(metavar="COMMIT", help="The template's commit that your repository comes from, if it is not found."),
]
Check = Annotated[bool, typer.Option("--check", help="Show what would change, and change nothing.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace packages/ringside even if you changed files in it.")
]


def update(
    address: From = None, to: To = None, base: Base = None, check: Check = False, overwrite: Overwrite = False
) -> None:
    """Update your repository to the template's newest version.

    Exits with 3 if you have to decide: about a conflict, or about changes of yours in packages/ringside.
    """
    # All imports are at the top of the file: this process continues after its own code was replaced.

    root = Workspace.find(Path.cwd()).root
    git, recovered = scaffold.ready(root)
    if recovered:
        say("update: an earlier update was interrupted; its changes were reverted")
    request = scaffold.UpdateRequest(address or scaffold.address_on_record(root) or _parent(root), to, base)
    with working(f"update: from {scaffold.without_password(request.address)}"):
        changes = scaffold.update(git, request)
    if not changes.is_needed:
        say(f"update: nothing to do, the template has nothing newer ({changes.version.name})")
        if not (check or changes.is_recorded):
            scaffold.put(git, changes)
            say("update: .ringside.json now has the template's address and commit; commit it")
        return
    refused = bool(changes.plan.edited) and not overwrite
    lines = _lines(changes)
    if not check and not refused:
        scaffold.put(git, changes)
    for line in lines:
        result(line)
    for line in _next(changes, check=check, refused=refused):
        say(line)
    if refused or changes.plan.conflicts:
        raise typer.Exit(_DECIDE)


def _parent(root: Path) -> str:
    """Return the address of the repository that this one was made from, as recorded on GitHub."""
    lend_token()
    reason = "GitHub knows no template and no parent of it"
    try:
        if address := parent(root):
            return address
    except GitHubError as error:
        reason = f"GitHub failed: {error.found}"
    remedy = "give it once: `make update FROM=https://github.com/OWNER/ringside`; .ringside.json keeps the address."
    raise UsageError(f"the template's address is not known ({reason})", where="ringside update", remedy=remedy)


def _lines(changes: Update) -> list[str]:
    """Return the summary of an update."""
    lines = [f"from {changes.base.commit[:10]} ({changes.base.how}) to {changes.version.name}", ""]
    lines += [*changes.news, ""] if changes.news else []
    lines += [f"  {line}" for line in changes.areas]
    params, plan = changes.plan.params, changes.plan
    lists = (
        ("changed by you in packages/ringside, and replaced by the update", plan.edited),
        ("added to params.yaml, with the template's values", params.added),
        ("new in the template's params.yaml; add them yourself", params.told),
        ("no longer in the template's params.yaml; see docs/params.md", params.gone),
        ("kept as you changed them, although the template changed them too", plan.kept),
        ("kept, although the template removed them", plan.left),
        ("still removed, although the template changed them", plan.removed),
        ("required by the new package and not met by requirements/*.txt", plan.unmet),
        ("changed by you and by the template in the same lines", plan.conflicts),
    )
    for title, names in lists:
        if names:
            lines += ["", f"{title}:", *(f"  {name}" for name in sorted(names))]
    return lines


def _next(changes: Update, *, check: bool, refused: bool) -> list[str]:
    """Return the steps that remain for the user."""
    name, lines = changes.version.name, []
    if refused:
        lines.append("update: your changes in packages/ringside would be lost; `--overwrite` replaces these files")
    if check or refused:
        return [*lines, f"update: nothing was changed; {name} is available"]
    if changes.plan.conflicts:
        lines.append("update: resolve the conflicts between the marks <<<<<<< and >>>>>>>, then `git add` the files")
    if changes.plan.unmet:
        lines.append("update: run `make requirements`, which writes the locks again")
    lines.append("update: look at it with `git diff --cached`, run `make test` and `make run`, then commit it")
    lines.append("update: `git reset --hard` reverts all of it")
    return [*lines, f"update: updated to {name}, {seconds()}"]
