"""A copy is brought to a newer version of the template's machinery; what is the copy's own stays as it is.

The merge is made from objects of Git's alone: until it is whole, nothing in the checkout is touched. No code of the new
version runs before people have seen it.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import StoreError
from ringside.scaffold.machinery import RECORD, digest_of, is_machinery, record
from ringside.scaffold.update.apply import apply, recover, require_clean
from ringside.scaffold.update.base import Base, Version, standing
from ringside.scaffold.update.git import Git, Tree
from ringside.scaffold.update.merge import Plan, Sides, plan
from ringside.scaffold.update.news import news, rooms

CHANGELOG = "CHANGELOG.md"


@dataclass(frozen=True)
class Asked:
    """What a person asks for."""

    address: str
    """Where the template is: what `git fetch` takes."""
    version: str | None = None
    """A release, a branch or a commit; the newest release where None."""
    base: str | None = None
    """The template's commit that the copy comes from, where it cannot be found."""


@dataclass(frozen=True)
class Update:
    """An update that was worked out; `put` makes it the checkout."""

    base: Base
    version: Version
    plan: Plan
    rooms: list[str]
    """What changes here, one line a room."""
    news: list[str]
    """Entries of the changelog that came since, as Markdown."""

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.base.commit != self.version.commit


def without_password(address: str) -> str:
    """An address as it may stand in Git and in a log; of ssh the user stays, without whom it is another."""
    bare = re.sub(r"^(https?://)[^/]*@", r"\1", address)
    return re.sub(r"^(\w+://[^/:@]*):[^/]*@", r"\1@", bare)


def ready(root: Path) -> tuple[Git, bool]:
    """The copy, clean and whole; whether an update that was cut off had to be put back first.

    Raises:
        StoreError: it is no repository's root, has no commit, or something in it is not committed.
    """
    git = Git(root)
    remedy = "run the command in your copy of the repository, made by `git clone`."
    top = git.line("rev-parse", "--show-toplevel", remedy=remedy)
    if Path(top).resolve() != root.resolve():
        found = f"this copy is a folder of another repository ({top})"
        raise StoreError(
            found, where=str(root), remedy="give the copy a repository of its own; it cannot be updated here."
        )
    if git.commit_of("HEAD") is None:
        raise StoreError("there is no commit yet", where=str(root), remedy="commit the copy and run again.")
    mended = recover(git)
    require_clean(git)
    return git, mended


def update(git: Git, asked: Asked) -> Update:
    """Work out what an update comes to; the checkout is as it was.

    Raises:
        StoreError: the template cannot be reached, or it cannot be told where the copy comes from.
        UsageError: the template lacks the version or the base that was asked for.
    """
    try:
        start, version = standing(git, asked.address, version=asked.version, given=asked.base)
        sides = Sides(git.tree(start.commit), git.tree("HEAD"), git.tree(version.commit))
        made = Plan(dict(sides.ours)) if version.commit == start.commit else plan(git, sides)
    finally:
        git.forget("fetched/")
        git.forget()
    found = Update(start, version, made, rooms(sides.ours, made.tree), _news(git, sides))
    made.tree[RECORD] = git.keep(_record(git, asked.address, version, sides.theirs))
    return found


def put(git: Git, found: Update) -> None:
    """Make an update the checkout and Git's index; people look at it and commit.

    Raises:
        StoreError: it cannot be written; the checkout is as it was.
    """
    apply(git, found.plan.tree, found.plan.conflicts)


def _news(git: Git, sides: Sides) -> list[str]:
    return news(git.content(sides.base, CHANGELOG), git.content(sides.theirs, CHANGELOG))


def _record(git: Git, address: str, version: Version, theirs: Tree) -> bytes:
    """The copy's record: the machinery as the template has it, so that tests know what the copy changed."""
    blobs = git.blobs(entry.oid for path, entry in theirs.items() if is_machinery(path))
    digest = digest_of((path, blobs[entry.oid]) for path, entry in theirs.items() if is_machinery(path))
    try:
        number = tomllib.loads(git.content(theirs, "pyproject.toml"))["project"]["version"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        number = ""
    return record(digest, {"template": without_password(address), "version": str(number), "commit": version.commit})
