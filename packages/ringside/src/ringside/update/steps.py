"""The steps of an update: check the repository, compute the update, write it.

An update is computed from Git's objects alone. Nothing in the checkout changes until it is complete, and no code of
the new version runs before people have seen it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import StoreError
from ringside.init.record import PACKAGE, RECORD, VERSION_FILE, package_version, record
from ringside.update.apply import apply, recover, require_clean
from ringside.update.base import Base, TemplateVersion, standing
from ringside.update.merge import Plan, Sides, plan
from ringside.update.summary import areas, news
from ringside.update.trees import Git

_CHANGELOGS = ("CHANGELOG.md", f"{PACKAGE}CHANGELOG.md")


@dataclass(frozen=True)
class UpdateRequest:
    """The options of an update."""

    address: str
    """Address of the template, as `git fetch` takes it."""
    version: str | None = None
    """A release, a branch or a commit; None for the newest release."""
    base: str | None = None
    """The template's commit that the repository comes from; None if it has to be found."""


@dataclass(frozen=True)
class Update:
    """Computed update; `put` writes it."""

    base: Base
    version: TemplateVersion
    plan: Plan
    areas: list[str]
    """The number of files that change, one line for each part of the repository."""
    news: list[str]
    """New entries of the changelog, as Markdown."""
    is_recorded: bool
    """True if `.ringside.json` already has the template's address and commit."""

    @property
    def is_needed(self) -> bool:
        """Return whether the template has something newer."""
        return self.base.commit != self.version.commit


def without_password(address: str) -> str:
    """Return an address without its password or token, for Git and for logs; the user of ssh belongs to the address."""
    bare = re.sub(r"^(https?://)[^/]*@", r"\1", address)
    return re.sub(r"^(\w+://[^/:@]*):[^/]*@", r"\1@", bare)


def ready(root: Path) -> tuple[Git, bool]:
    """Return the repository, and whether files of an interrupted update were restored first.

    Raises:
        StoreError: `root` is not the root of a repository, has no commit, or has changes that are not committed.
    """
    git = Git(root)
    remedy = "run the command in a clone of your repository."
    top = git.line("rev-parse", "--show-toplevel", remedy=remedy)
    if Path(top).resolve() != root.resolve():
        found = f"this is a folder of another repository ({top})"
        raise StoreError(found, where=str(root), remedy="move it to a repository of its own.")
    if git.commit_of("HEAD") is None:
        raise StoreError("there is no commit yet", where=str(root), remedy="commit your files and run again.")
    recovered = recover(git)
    require_clean(git)
    return git, recovered


def update(git: Git, asked: UpdateRequest) -> Update:
    """Compute an update without changing the checkout.

    Raises:
        StoreError: the template cannot be reached, or the base cannot be found.
        UsageError: the template does not have the version or the base that was asked for.
    """
    try:
        start, version = standing(git, asked.address, version=asked.version, given=asked.base)
        sides = Sides(git.tree(start.commit), git.tree("HEAD"), git.tree(version.commit))
        made = Plan(dict(sides.ours)) if version.commit == start.commit else plan(git, sides)
    finally:
        git.forget("fetched/")
        git.forget()
    lines = areas(sides.ours, made.tree)
    number = package_version(git.content(sides.theirs, VERSION_FILE))
    written = record(number, template=without_password(asked.address), commit=version.commit)
    made.tree[RECORD] = git.keep(written)
    is_recorded = sides.ours.get(RECORD) == made.tree[RECORD]
    return Update(start, version, made, lines, _news(git, sides), is_recorded)


def put(git: Git, found: Update) -> None:
    """Write an update to the checkout and to Git's index, all of it or nothing; people look at it and commit.

    Raises:
        StoreError: it cannot be written; the checkout is unchanged.
    """
    apply(git, found.plan.tree, found.plan.conflicts)


def _news(git: Git, sides: Sides) -> list[str]:
    before, after = (
        next((text for name in _CHANGELOGS if (text := git.content(tree, name))), "")
        for tree in (sides.base, sides.theirs)
    )
    return news(before, after)
