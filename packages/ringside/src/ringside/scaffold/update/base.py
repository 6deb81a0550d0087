"""Which commit of the template a copy is from, and which one it is brought to.

A copy by "Use this template" has files and no history of the template's: its first commit has the very tree of one of
the template's commits. A fork shares history; a copy that was updated before has it on record.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ringside.errors import StoreError, UsageError
from ringside.scaffold.machinery import is_machinery, read
from ringside.scaffold.update.git import PREFIX, Entry, Git

FETCHED = f"{PREFIX}fetched/"

_RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_START = re.compile(r"[0-9a-f]{7,40}")
_ALIKE = 0.5
"""The least share of a copy's first machinery that a commit must have to be where it comes from."""
_MOST = 3000
"""Commits that are compared file by file."""


_Files = set[tuple[str, Entry]]


class Version(NamedTuple):
    """A commit of the template."""

    commit: str
    name: str
    """`v0.2.0`, or the start of the commit's hash."""


class Base(NamedTuple):
    """The template's commit that a copy was made from, or last updated to."""

    commit: str
    how: str
    """How that was found, for people."""


def fetch(git: Git, address: str) -> None:
    """Bring the template's history here, under `FETCHED`: no branch, no tag and no remote is made.

    Raises:
        StoreError: there is no such repository, or it gives no answer.
    """
    git.forget("fetched/")
    specs = [f"+{name}:{FETCHED}{place}" for name, place in (("HEAD", "head"), ("refs/heads/*", "heads/*"))]
    remedy = "see that the address is the template's and that you may read it, or name it with --from. Nothing changed."
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")
    git.run("fetch", *options, "--", address, *specs, f"+refs/tags/v*:{FETCHED}tags/v*", remedy=remedy)


def standing(git: Git, address: str, *, version: str | None = None, given: str | None = None) -> tuple[Base, Version]:
    """Where a copy stands: what it comes from, and what it can be brought to; the same commit where nothing is newer.

    The template's history is here then, under `FETCHED`; who asks forgets it.

    Args:
        git: the copy.
        address: where the template is.
        version: a release, branch or commit of the template's, in place of the newest release.
        given: the commit that the copy comes from, in place of looking for it.

    Raises:
        StoreError: the template cannot be reached, or it cannot be told where the copy comes from.
        UsageError: the template lacks the version or the commit that was asked for.
    """
    fetch(git, address)
    wanted = target(git, version)
    start = base(git, read(git.root), given)
    if version is None and git.is_ancestor(wanted.commit, start.commit):
        # Without a release that is newer than the copy there is nothing to go back to.
        wanted = Version(start.commit, wanted.name)
    return start, wanted


def target(git: Git, version: str | None) -> Version:
    """The version to update to: the newest release (tag `v1.2.3`), without releases the default branch.

    Raises:
        UsageError: the template has no version of this name.
    """
    named = git.line("for-each-ref", "--format=%(refname)", f"{FETCHED}tags").splitlines()
    tags = [name.removeprefix(f"{FETCHED}tags/") for name in named]
    releases = sorted((tuple(map(int, match.groups())), tag) for tag in tags if (match := _RELEASE.fullmatch(tag)))
    if version is None:
        tries = [f"{FETCHED}tags/{releases[-1][1]}" if releases else f"{FETCHED}head"]
    else:
        tries = [f"{FETCHED}{place}{version}" for place in ("tags/", "tags/v", "heads/")]
        tries += [version] if _START.fullmatch(version) else []
    for name in tries:
        commit = git.commit_of(name)
        if commit and (name != version or _is_template(git, commit)):
            return Version(commit, _name(git, commit, tags))
    there = ", ".join(tag for _, tag in releases[-5:]) or "no releases"
    remedy = f"name a release, a branch or a commit of the template's; it has {there}."
    raise UsageError(f"the template has no version {version!r}", where="ringside update --to", remedy=remedy)


def base(git: Git, recorded: dict[str, Any], given: str | None) -> Base:
    """Where the copy comes from.

    Args:
        git: the copy, after `fetch`.
        recorded: what `.ringside.json` says.
        given: a commit, in place of looking for it.

    Raises:
        UsageError: the commit that is given is none of the template's.
        StoreError: it cannot be told.
    """
    if given is not None:
        commit = git.commit_of(given) if _START.fullmatch(given) else git.commit_of(f"{FETCHED}tags/{given}")
        if commit is None or not _is_template(git, commit):
            remedy = "name a release or a commit of the template's."
            raise UsageError(f"{given!r} is not in the template", where="ringside update --base", remedy=remedy)
        return Base(commit, "as you say")
    commit = str(recorded.get("commit", ""))
    if _COMMIT.fullmatch(commit) and _is_template(git, commit):
        return Base(commit, "as .ringside.json records")
    shared = git.run("merge-base", "HEAD", f"{FETCHED}head", codes=(0, 1)).decode().split()
    if shared:
        return Base(shared[0], "the last commit that both histories have")
    return _by_content(git)


def _by_content(git: Git) -> Base:
    if git.line("rev-parse", "--is-shallow-repository") == "true":
        found = "the history of this clone is cut off, so that its first commit cannot be seen"
        raise StoreError(found, where=str(git.root), remedy="run `git fetch --unshallow` and then this command again.")
    commits = [line.split() for line in git.line("log", "--format=%H %T", f"--glob={FETCHED}*").splitlines()]
    roots = git.line("rev-list", "--max-parents=0", "HEAD").splitlines()
    trees = {git.line("rev-parse", f"{root}^{{tree}}") for root in roots}
    for commit, tree in commits:
        if tree in trees:
            return Base(commit, "this copy's first commit has the same files")
    all_first = set(git.tree(roots[-1]).items())
    first = _machinery(all_first)
    alike = [(_alike(all_first, set(git.tree(commit).items())), commit) for commit, _ in commits[:_MOST]]
    (most, _), commit = max(alike, key=lambda pair: pair[0], default=((0, 0), ""))
    if not first or most < _ALIKE * len(first):
        found = "it cannot be told which version of the template this copy was made from"
        remedy = "name it: ringside update --base COMMIT, a commit or a release of the template's."
        raise StoreError(found, where=str(git.root), remedy=remedy)
    return Base(commit, f"of {len(first)} files of the machinery in this copy's first commit it has {most}")


def _machinery(files: _Files) -> _Files:
    return {(path, entry) for path, entry in files if is_machinery(path)}


def _alike(one: _Files, other: _Files) -> tuple[int, int]:
    """How many files are the same, of the machinery and of all: commits that differ in pages alone are told apart."""
    same = one & other
    return len(_machinery(same)), len(same)


def _is_template(git: Git, commit: str) -> bool:
    """Whether the template's history has a commit; one that only the copy has is none of it."""
    if git.commit_of(commit) is None:
        return False
    return bool(git.line("for-each-ref", "--count=1", f"--contains={commit}", FETCHED))


def _name(git: Git, commit: str, tags: Iterable[str]) -> str:
    exact = [tag for tag in tags if git.commit_of(f"{FETCHED}tags/{tag}") == commit]
    return exact[0] if exact else commit[:10]
