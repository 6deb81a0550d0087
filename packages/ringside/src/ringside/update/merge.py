"""The changes of an update: the package is replaced, a few files are merged by Git, all others stay yours."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from ringside.init.record import PACKAGE
from ringside.init.sample import SAMPLE, TEMPLATE_ONLY
from ringside.update.bounds import unmet
from ringside.update.new_params import NewKeys, new_keys
from ringside.update.trees import OURS, THEIRS, Git, Merged, Tree, TreeEntry, changed

PARAMS = "params.yaml"
PYPROJECT = "pyproject.toml"

_OWNED = (".github/CODEOWNERS", ".github/dependabot.yaml")
_MERGED = (".github/", "Makefile", "dvc.yaml")
"""Files that are merged line by line, without `_OWNED`."""
_REFRESHED = (
    *_OWNED,
    ".devcontainer/",
    ".dvcignore",
    "docs/",
    "examples/",
    PYPROJECT,
    "tests/test_task_contract.py",
)
"""Files that are replaced if you did not change them."""
_TASK_FILE = re.compile(r"^( +- src/)\w+(/(?:__init__|schema|model)\.py)$", re.MULTILINE)


class Sides(NamedTuple):
    """The files of the base, of your last commit and of the template's new version."""

    base: Tree
    ours: Tree
    theirs: Tree


@dataclass
class Plan:
    """The result of an update, before it changes the checkout."""

    tree: Tree
    """All files of your repository after the update."""
    conflicts: dict[str, dict[int, TreeEntry]] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    """Files of the package that you changed, added or removed, and that the update replaces."""
    kept: list[str] = field(default_factory=list)
    """Files that you changed and the template changed too; yours stay."""
    removed: list[str] = field(default_factory=list)
    """Files and folders that you removed and the template changed; they stay away."""
    left: list[str] = field(default_factory=list)
    """Files that the template removed and you changed; yours stay."""
    params: NewKeys = field(default_factory=lambda: NewKeys("", [], [], []))
    unmet: list[str] = field(default_factory=list)
    """Requirements of the new package that your locks do not meet."""


def plan(git: Git, sides: Sides) -> Plan:
    """Compute an update.

    Args:
        git: your repository.
        sides: the files of the base, yours and the template's new ones.
    """
    task = _task(git, sides.ours)
    sides = _without_absent(sides)
    sides = Sides(_naming(git, sides.base, task), sides.ours, _naming(git, sides.theirs, task))
    done = Plan(dict(sides.ours))
    _replace(done, sides)
    _refresh(done, sides)
    _merge(git, done, sides)
    _add_keys(git, done, sides)
    locks = [git.content(done.tree, f"requirements/{name}.txt") for name in ("model", "tools")]
    done.unmet = unmet(git.content(done.tree, f"{PACKAGE}{PYPROJECT}"), locks)
    gone = _gone(sides)
    done.removed = sorted({next((one for one in _above(path) if one in gone), path) for path in done.removed})
    return done


def _without_absent(sides: Sides) -> Sides:
    """Leave out files for the template alone that your repository does not have.

    Before `ringside init` a repository has all of them, also those that are new.
    """
    base, ours, theirs = sides
    has_sample = _any_in(ours, f"src/{SAMPLE}")
    absent = [place for place in TEMPLATE_ONLY if not _any_in(ours, place) and (not has_sample or _any_in(base, place))]
    gone = {path for path in base.keys() | theirs.keys() if any(_is_in(path, place) for place in absent)}
    base, theirs = ({path: tree[path] for path in tree.keys() - gone} for tree in (base, theirs))
    return Sides(base, ours, theirs)


def _any_in(tree: Tree, place: str) -> bool:
    return any(_is_in(path, place) for path in tree)


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _replace(done: Plan, sides: Sides) -> None:
    """Replace the package by the template's, and list the files in which a change of yours is lost."""
    differs = changed(sides.base, sides.ours) & changed(sides.ours, sides.theirs)
    done.edited = sorted(path for path in differs if path.startswith(PACKAGE))
    done.tree = {path: entry for path, entry in sides.ours.items() if not path.startswith(PACKAGE)}
    done.tree |= {path: entry for path, entry in sides.theirs.items() if path.startswith(PACKAGE)}


def _refresh(done: Plan, sides: Sides) -> None:
    """Take the template's version of each document, example and the like that you did not change."""
    base, ours, theirs = sides
    gone = _gone(sides)
    for path in sorted(changed(base, theirs) & changed(ours, theirs)):
        if not path.startswith(_REFRESHED):
            continue
        if path not in ours and (path in base or gone.intersection(_above(path))):
            done.removed.append(path)
        elif ours.get(path) != base.get(path):
            (done.kept if path in theirs else done.left).append(path)
        elif path in theirs:
            done.tree[path] = theirs[path]
        else:
            del done.tree[path]


def _merge(git: Git, done: Plan, sides: Sides) -> None:
    """Merge the workflows, the Makefile and dvc.yaml as Git merges branches."""
    gone = _gone(sides)
    theirs = _merged_part(sides.theirs)
    # A new file in a folder that you removed is not added either.
    unwanted = {path for path in theirs if path not in sides.base and gone.intersection(_above(path))}
    done.removed += unwanted
    start = git.commit("base", _merged_part(sides.base))
    git.commit("yours", _merged_part(sides.ours), start)
    git.commit("template", {path: entry for path, entry in theirs.items() if path not in unwanted}, start)
    merged = git.merged("yours", "template")
    kept = _merged_part(done.tree)
    done.tree = {path: entry for path, entry in done.tree.items() if path not in kept} | merged.tree
    _settle(done, merged)


def _merged_part(tree: Tree) -> Tree:
    return {path: entry for path, entry in tree.items() if path.startswith(_MERGED) and path not in _OWNED}


def _settle(done: Plan, merged: Merged) -> None:
    """Resolve the conflicts about removed files: your side stays."""
    for path, sides in merged.conflicts.items():
        if OURS in sides and THEIRS not in sides:
            done.tree[path] = sides[OURS]
            done.left.append(path)
        elif OURS not in sides and THEIRS in sides:
            done.tree.pop(path, None)
            done.removed.append(path)
        else:
            done.conflicts[path] = sides


def _add_keys(git: Git, done: Plan, sides: Sides) -> None:
    """Add the new keys of the template's params.yaml to yours."""
    if PARAMS not in sides.ours:
        return
    texts = (git.content(tree, PARAMS) for tree in (sides.ours, sides.base, sides.theirs))
    done.params = new_keys(*texts)
    if done.params.added:
        done.tree[PARAMS] = git.keep(done.params.text.encode())


def _task(git: Git, tree: Tree) -> str | None:
    """Return the task that params.yaml names."""
    try:
        content = yaml.safe_load(git.content(tree, PARAMS))
    except yaml.YAMLError:
        return None
    name = content.get("task") if isinstance(content, dict) else None
    return name if isinstance(name, str) and name.isidentifier() else None


def _naming(git: Git, tree: Tree, task: str | None) -> Tree:
    """Return the tree with your task in dvc.yaml, as `ringside ingest` writes it, which is not a change of yours."""
    if task is None or "dvc.yaml" not in tree:
        return tree
    text = git.content(tree, "dvc.yaml")
    named = _TASK_FILE.sub(rf"\g<1>{task}\g<2>", text)
    return tree if named == text else {**tree, "dvc.yaml": git.keep(named.encode())}


def _gone(sides: Sides) -> set[str]:
    """Return the folders of the base that you removed, each with a slash at its end."""
    before, now = ({folder for path in tree for folder in _above(path)} for tree in (sides.base, sides.ours))
    return before - now


def _above(path: str) -> list[str]:
    """Return the folders that contain a file, the outermost first."""
    return [path[: at + 1] for at, letter in enumerate(path) if letter == "/"]
