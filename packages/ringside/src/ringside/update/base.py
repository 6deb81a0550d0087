"""The base of an update (the template's commit that your repository comes from) and its target.

A repository made by "Use this template" does not have the template's history, but the files of its first commit are
those of one of the template's commits. A fork shares history. After the first update the record names the commit.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ringside.errors import StoreError, UsageError
from ringside.init.record import PACKAGE, read
from ringside.update.trees import PREFIX, Git, TreeEntry

FETCHED = f"{PREFIX}fetched/"

_TAG = "package-v"
"""Prefix of the tags of the template's releases; `model@v1.2.0` is a version of a model."""
_RELEASE = re.compile(rf"{_TAG}(\d+)\.(\d+)\.(\d+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_START = re.compile(r"[0-9a-f]{7,40}")
_PLACES = (".github/", "Makefile", PACKAGE)
"""Files that few users change in their first commit."""
_ALIKE = 0.5
"""Smallest share of the first commit's files in `_PLACES` that the base must have."""
_MOST = 3000
"""Largest number of commits that are compared file by file."""


_Files = set[tuple[str, TreeEntry]]


class TemplateVersion(NamedTuple):
    """A commit of the template."""

    commit: str
    name: str
    """The tag of the release, such as `package-v0.2.0`, or the start of the commit's hash."""


class Base(NamedTuple):
    """The template's commit that your repository was made from, or last updated to."""

    commit: str
    how: str
    """Description of how it was found, for people."""


def fetch(git: Git, address: str) -> None:
    """Fetch the template's history into refs under `FETCHED`, without a new branch, tag or remote.

    Raises:
        StoreError: the repository does not exist or does not respond.
    """
    git.forget("fetched/")
    specs = [f"+{name}:{FETCHED}{place}" for name, place in (("HEAD", "head"), ("refs/heads/*", "heads/*"))]
    remedy = "check that this is the template's address and that you can read it, or pass --from. Nothing was changed."
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")
    git.run("fetch", *options, "--", address, *specs, f"+refs/tags/{_TAG}*:{FETCHED}tags/{_TAG}*", remedy=remedy)


def standing(
    git: Git, address: str, *, version: str | None = None, given: str | None = None
) -> tuple[Base, TemplateVersion]:
    """Return the base and the target of an update; both are the same commit if nothing is newer.

    Afterwards the template's history is under `FETCHED`; the caller removes it.

    Args:
        git: your repository.
        address: of the template.
        version: a release, branch or commit of the template; the newest release by default.
        given: the base; found by default.

    Raises:
        StoreError: the template cannot be reached, or the base cannot be found.
        UsageError: the template does not have `version` or `given`.
    """
    fetch(git, address)
    wanted = target(git, version)
    start = base(git, read(git.root), given)
    if version is None and git.is_ancestor(wanted.commit, start.commit):
        # The repository is newer than the newest release: an update never goes back.
        wanted = TemplateVersion(start.commit, wanted.name)
    return start, wanted


def target(git: Git, version: str | None) -> TemplateVersion:
    """Return the version to update to: by default the newest release, without any release the default branch.

    Raises:
        UsageError: the template has no version of this name.
    """
    named = git.line("for-each-ref", "--format=%(refname)", f"{FETCHED}tags").splitlines()
    tags = [name.removeprefix(f"{FETCHED}tags/") for name in named]
    releases = sorted((tuple(map(int, match.groups())), tag) for tag in tags if (match := _RELEASE.fullmatch(tag)))
    if version is None:
        tries = [f"{FETCHED}tags/{releases[-1][1]}" if releases else f"{FETCHED}head"]
    else:
        tries = [*_refs(version), f"{FETCHED}heads/{version}"]
        tries += [version] if _START.fullmatch(version) else []
    for name in tries:
        commit = git.commit_of(name)
        if commit and (name != version or _is_template(git, commit)):
            return TemplateVersion(commit, _name(git, commit, tags))
    there = ", ".join(tag for _, tag in releases[-5:]) or "no releases"
    remedy = f"name a release, a branch or a commit of the template; it has {there}."
    raise UsageError(f"the template has no version {version!r}", where="ringside update --to", remedy=remedy)


def _refs(release: str) -> list[str]:
    """Return the tags that a release may mean: `package-v0.2.0`, `v0.2.0` and `0.2.0` are the same."""
    return [f"{FETCHED}tags/{start}{release}" for start in ("", "package-", _TAG)]


def base(git: Git, recorded: dict[str, Any], given: str | None) -> Base:
    """Return the template's commit that your repository comes from.

    Args:
        git: your repository, after `fetch`.
        recorded: the content of `.ringside.json`.
        given: a commit or a release that a person names.

    Raises:
        UsageError: the template does not have `given`.
        StoreError: no commit of the template is similar enough.
    """
    if given is not None:
        names = [given] if _START.fullmatch(given) else _refs(given)
        commit = next(filter(None, map(git.commit_of, names)), None)
        if commit is None or not _is_template(git, commit):
            remedy = "name a release or a commit of the template."
            raise UsageError(f"{given!r} is not in the template", where="ringside update --base", remedy=remedy)
        return Base(commit, "as --base says")
    commit = str(recorded.get("commit", ""))
    if _COMMIT.fullmatch(commit) and _is_template(git, commit):
        return Base(commit, "as .ringside.json records")
    shared = git.run("merge-base", "HEAD", f"{FETCHED}head", codes=(0, 1)).decode().split()
    if shared:
        return Base(shared[0], "the last common commit")
    return _by_content(git)


def _by_content(git: Git) -> Base:
    if git.line("rev-parse", "--is-shallow-repository") == "true":
        found = "this clone is shallow and does not have the first commit"
        raise StoreError(found, where=str(git.root), remedy="run `git fetch --unshallow` and then this command again.")
    commits = [line.split() for line in git.line("log", "--format=%H %T", f"--glob={FETCHED}*").splitlines()]
    roots = git.line("rev-list", "--max-parents=0", "HEAD").splitlines()
    trees = {git.line("rev-parse", f"{root}^{{tree}}") for root in roots}
    for commit, tree in commits:
        if tree in trees:
            return Base(commit, "your first commit has the same files")
    all_first = set(git.tree(roots[-1]).items())
    first = _templates(all_first)
    alike = [(_alike(all_first, set(git.tree(commit).items())), commit) for commit, _ in commits[:_MOST]]
    (most, _), commit = max(alike, key=lambda pair: pair[0], default=((0, 0), ""))
    if not first or most < _ALIKE * len(first):
        found = "the version of the template that this repository was made from cannot be found"
        remedy = "name it: ringside update --base COMMIT, a commit or a release of the template."
        raise StoreError(found, where=str(git.root), remedy=remedy)
    return Base(commit, f"it has {most} of the {len(first)} template files in your first commit")


def _templates(files: _Files) -> _Files:
    return {(path, entry) for path, entry in files if path.startswith(_PLACES)}


def _alike(one: _Files, other: _Files) -> tuple[int, int]:
    """Count the files that are the same, first in `_PLACES`, then in all: commits may differ in documents alone."""
    same = one & other
    return len(_templates(same)), len(same)


def _is_template(git: Git, commit: str) -> bool:
    """Return whether the template's history has a commit."""
    if git.commit_of(commit) is None:
        return False
    return bool(git.line("for-each-ref", "--count=1", f"--contains={commit}", FETCHED))


def _name(git: Git, commit: str, tags: Iterable[str]) -> str:
    exact = [tag for tag in tags if git.commit_of(f"{FETCHED}tags/{tag}") == commit]
    return exact[0] if exact else commit[:10]
