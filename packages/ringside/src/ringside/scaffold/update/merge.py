"""The copy and the template's new version, merged file by file as Git does, without what is the copy's own."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from ringside.scaffold.machinery import RECORD
from ringside.scaffold.sample import SAMPLE, is_of_sample
from ringside.scaffold.update.git import OURS, THEIRS, Entry, Git, Merged, Tree, changed
from ringside.scaffold.update.params import NewKeys, new_keys

PARAMS = "params.yaml"

_SINGLE = ("README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", ".github/CODEOWNERS", ".github/dependabot.yaml")
"""Yours as soon as you changed it: the template's next one is taken only in place of its own."""
_LOCKS = "requirements/"
_WRITTEN = ("docs/reference.md", "docs/metrics.md", "docs/report.schema.json")
"""What `make reference` writes from the code."""
_TASK_FILE = re.compile(r"^( +- src/)(?!ringside/)\w+(/(?:__init__|schema|model)\.py)$", re.MULTILINE)


class Sides(NamedTuple):
    """The three trees."""

    base: Tree
    ours: Tree
    theirs: Tree


@dataclass
class Plan:
    """What an update comes to, before anything in the checkout is touched."""

    tree: Tree
    conflicts: dict[str, dict[int, Entry]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    """Files of yours that the template changed as well; they are as they were."""
    removed: list[str] = field(default_factory=list)
    """Files that you removed and the template changed; they stay away. A folder that you removed is named as one."""
    left: list[str] = field(default_factory=list)
    """Files that the template removed and you changed; they stay."""
    locks: list[str] = field(default_factory=list)
    """Files that a command writes and that both sides changed: the template's, until the command is run."""
    params: NewKeys = field(default_factory=lambda: NewKeys("", [], [], []))


def is_own(path: str) -> bool:
    """Whether a file is the task's, its data's or a single one of the copy's own; all others are the machinery's."""
    top, _, rest = path.partition("/")
    if path.endswith(".gitignore"):
        return False
    if top in ("src", "tests"):
        room = "ringside" if top == "src" else "machinery"
        return "/" in rest and not rest.startswith(f"{room}/")
    return path in (PARAMS, "dvc.lock", RECORD, *_SINGLE) or top in ("data", "models", "reports")


def plan(git: Git, sides: Sides) -> Plan:
    """Merge what is the machinery's, and keep what is the copy's own.

    Args:
        git: the copy.
        sides: the template's tree that the copy comes from, the copy's own, and the template's new one.
    """
    task = _task(git, sides.ours)
    base = _naming(git, sides.base, task)
    theirs, kept, removed = _theirs(git, sides._replace(base=base), task)
    start = git.commit("base", base)
    git.commit("yours", sides.ours, start)
    git.commit("template", theirs, start)
    merged = git.merged("yours", "template")
    done = Plan(dict(merged.tree), kept=kept, removed=removed)
    _settle(done, merged)
    gone = _folders(sides.base) - _folders(sides.ours)
    done.removed = sorted({next((one for one in _above(path) if one in gone), path) for path in done.removed})
    if PARAMS in sides.ours:
        texts = (git.content(tree, PARAMS) for tree in (sides.ours, sides.base, sides.theirs))
        done.params = new_keys(*texts)
        if done.params.added and done.tree[PARAMS] == sides.ours[PARAMS]:
            done.tree[PARAMS] = git.keep(done.params.text.encode())
    return done


def _task(git: Git, tree: Tree) -> str | None:
    """The task that a tree's params.yaml names."""
    try:
        content = yaml.safe_load(git.content(tree, PARAMS))
    except yaml.YAMLError:
        return None
    name = content.get("task") if isinstance(content, dict) else None
    return name if isinstance(name, str) and name.isidentifier() else None


def _naming(git: Git, tree: Tree, task: str | None) -> Tree:
    """The tree with a dvc.yaml that names the copy's task, as `ringside ingest` writes it: no change of the copy's."""
    if task is None or "dvc.yaml" not in tree:
        return tree
    text = git.content(tree, "dvc.yaml")
    named = _TASK_FILE.sub(rf"\g<1>{task}\g<2>", text)
    return tree if named == text else {**tree, "dvc.yaml": git.keep(named.encode())}


def _theirs(git: Git, sides: Sides, task: str | None) -> tuple[Tree, list[str], list[str]]:
    """What the template's new version asks for: its tree, with the base's in place of what is the copy's own."""
    base, ours, _ = sides
    new = _naming(git, sides.theirs, task)
    taken = _taken(git, sides)
    theirs, kept, removed = dict(base), [], []
    has_sample = any(path.startswith(f"src/{SAMPLE}/") for path in ours)
    gone = _folders(base) - _folders(ours)
    for path in sorted(changed(base, new)):
        if is_own(path) and path not in taken:
            kept += [path] if path in _SINGLE and path in ours else []
        elif is_of_sample(path) and not has_sample and path not in ours:
            continue
        elif path in new and path not in ours and (path in base or gone.intersection(_above(path))):
            # A file that is new in a folder which the copy removed would come without its neighbours.
            removed.append(path)
        elif path in new:
            theirs[path] = new[path]
        else:
            del theirs[path]
    return theirs, kept, removed


def _folders(tree: Tree) -> set[str]:
    """Every folder of a tree, each with a slash at its end."""
    return {folder for path in tree for folder in _above(path)}


def _above(path: str) -> list[str]:
    """The folders that a file is in, the outermost first."""
    return [path[: at + 1] for at, letter in enumerate(path) if letter == "/"]


def _taken(git: Git, sides: Sides) -> set[str]:
    """Files that are the copy's own to change, which it has not touched: the sample as it came, a page as it came."""
    base, ours, theirs = sides
    touched = changed(base, ours)
    taken = {path for path in _SINGLE if path in base and path not in touched}
    sample = _task(git, base)
    code = {
        path
        for path in base.keys() | ours.keys() | theirs.keys()
        if path.startswith((f"src/{sample}/", f"tests/{sample}/"))
    }
    if not touched & code:
        taken |= code
        rest = {path for path in base.keys() | ours.keys() | theirs.keys() if is_own(path)} - {RECORD, *_SINGLE}
        data = {path for path in rest if path.split("/")[0] not in ("src", "tests")}
        taken |= set() if touched & data else data
    return taken


def _settle(done: Plan, merged: Merged) -> None:
    """Decide what needs nobody to decide: removed files, and files that a command writes."""
    for path, sides in merged.conflicts.items():
        if OURS in sides and THEIRS not in sides:
            done.tree[path] = sides[OURS]
            done.left.append(path)
        elif OURS not in sides and THEIRS in sides:
            done.tree.pop(path, None)
            done.removed.append(path)
        elif path.startswith(_LOCKS) or path in _WRITTEN:
            done.tree[path] = sides[THEIRS]
            done.locks.append(path)
        else:
            done.conflicts[path] = sides
