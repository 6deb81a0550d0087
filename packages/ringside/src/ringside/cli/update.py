"""The verb `update`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.terminal import result, say, seconds, working

if TYPE_CHECKING:
    from ringside.scaffold.update import Update

_CONFLICTS = 3

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="URL",
        help="Where the template is; kept in .ringside.json, at first asked of GitHub.",
    ),
]
To = Annotated[
    str | None,
    typer.Option(metavar="VERSION", help="A release, branch or commit of the template; without it the newest release."),
]
Base = Annotated[
    str | None,
    typer.Option(
        metavar="COMMIT", help="The template's commit that this copy was made from, where it cannot be found."
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Say what would change, and change nothing.")]


def update(address: From = None, to: To = None, base: Base = None, check: Check = False) -> None:
    """Bring the template's newest machinery into this copy and keep what is yours.

    Ends with 3 where files need you to decide between your lines and the template's.
    """
    # All at the start: this process goes on after its own code was replaced.
    from ringside.scaffold import update as scaffold
    from ringside.store.workspace import Workspace

    root = Workspace.find(Path.cwd()).root
    git, mended = scaffold.ready(root)
    if mended:
        say("update: an earlier one was cut off; the checkout is as it was before")
    asked = scaffold.Asked(address or scaffold.address_on_record(root) or _parent(root), to, base)
    with working(f"update: from {scaffold.without_password(asked.address)}"):
        found = scaffold.update(git, asked)
    if not found.is_needed:
        say(f"update: this copy has the template's newest machinery ({found.version.name}); nothing to do")
        return
    lines = _lines(found)
    if not check:
        scaffold.put(git, found)
    for line in lines:
        result(line)
    for line in _next(found, check=check):
        say(line)
    say(f"update: {'would come' if check else 'brought'} to {found.version.name}, {seconds()}")
    if found.plan.conflicts:
        raise typer.Exit(_CONFLICTS)


def _parent(root: Path) -> str:
    """The repository that this one was copied or forked from, as GitHub knows it."""
    from ringside.errors import GitHubError, UsageError
    from ringside.github.credentials import lend_token
    from ringside.github.origin import parent

    lend_token()
    said = "GitHub knows of no template and no parent"
    try:
        if found := parent(root):
            return found
    except GitHubError as error:
        said = f"GitHub cannot be asked: {error.found}"
    remedy = "name it once, as in `make update FROM=https://github.com/OWNER/ringside`; it is then on record."
    raise UsageError(f"it is not known where the template is ({said})", where="ringside update", remedy=remedy)


def _lines(found: "Update") -> list[str]:
    """What changes, for people."""
    lines = [f"from {found.base.commit[:10]} ({found.base.how}) to {found.version.name}", ""]
    lines += [*found.news, ""] if found.news else []
    lines += [f"  {line}" for line in found.rooms]
    params, plan = found.plan.params, found.plan
    told = (
        ("added to params.yaml, with the template's values", params.added),
        ("new in the template's params.yaml, to be added by you", params.told),
        ("no longer in the template's params.yaml; see docs/params.md", params.gone),
        ("kept as they are, though the template's changed", plan.kept),
        ("still removed, as you did, though the template's changed", plan.removed),
        ("kept, though the template has them no more", plan.left),
        ("taken from the template; your own lines come back by `make requirements` and `make reference`", plan.locks),
    )
    for what, names in told:
        if names:
            lines += ["", f"{what}:", *(f"  {name}" for name in sorted(names))]
    if plan.conflicts:
        lines += ["", "changed by you and by the template in the same place:"]
        lines += [f"  {name}" for name in sorted(plan.conflicts)]
    return lines


def _next(found: "Update", *, check: bool) -> list[str]:
    if check:
        return ["update: nothing was changed"]
    lines = []
    if found.plan.conflicts:
        lines.append("update: in these, choose between the marks <<<<<<< and >>>>>>>, then `git add` the file")
    lines.append("update: look at it with `git diff --cached`, run `make test` and `make run`, then commit it")
    lines.append("update: `git reset --hard` takes all of it back")
    return lines
