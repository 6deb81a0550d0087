"""Publishers that are killed: one before each thing that it does to a disk, or before each command that it starts.

As a script: `dying.py FOLDER`. FOLDER holds `base`, a checkout with a registry. For the first, second, third ... deed,
a copy of `base` is made in which a publisher is killed before that deed; then another one runs to its end: of the same
commit after each odd deed, of the next commit after each even one. What each registry then holds goes to stdout, one
JSON object a line, until a publisher came to its end alive.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from ringside.registry.checksums import check_folder
from shelf import Shelf, commit, digest, git, metadata

DEEDS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile"}
WRITING = {"mktag", "update-ref", "push"}
"""Git's commands that change something."""


def killed(shelf: Shelf, deed: int) -> bool:
    """Publish in a process of its own that is killed before its deed number `deed`; whether it came to that."""
    if (child := os.fork()) == 0:
        left = itertools.count(deed, -1)

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            """Count what is done, and end everything in time."""
            if is_deed(event, arguments) and next(left) == 1:
                os.kill(os.getpid(), signal.SIGKILL)

        made = challenger(shelf, 1)
        sys.addaudithook(watch)
        shelf.again(made)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def is_deed(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an event of Python's changes something outside of the process."""
    if event == "open":
        return isinstance(arguments[1], str) and bool(set(arguments[1]) & set("wax"))
    return event in DEEDS or (event == "subprocess.Popen" and bool(WRITING & set(arguments[1])))


def challenger(shelf: Shelf, number: int):
    """The metadata of the commit that is checked out, which was judged against what is in production."""
    head = git(shelf.root, "rev-parse", "HEAD")
    return metadata(commit=head, inputs=digest(number), champion=shelf.registry.production())


def state(shelf: Shelf) -> dict[str, object]:
    """What people find in the registry; each release was compared with its hashes."""
    registry = shelf.registry
    for tag in registry.releases.tags():
        check_folder(shelf.releases / tag)
    return {
        "versions": [made.version for made in registry.versions()],
        "tags": sorted(tag for tag in registry.tags() if "@" in tag),
        "production": registry.production(),
        "champion": registry.champion().state,
        "inputs": [int(made.inputs, 16) for made in registry.versions()[1:]],
        "left": [name for name in shelf.tree() if name.startswith((".drafts/", "notes/."))],
    }


def main(folder: Path) -> None:
    """Kill, publish, and say what there is."""
    for deed in itertools.count(1):
        shutil.copytree(folder / "base", folder / "copy", symlinks=True)
        shelf = Shelf(folder / "copy" / "checkout")
        died = killed(shelf, deed)
        before = shelf.registry.champion().state
        other = deed % 2 == 0
        if other:
            commit(shelf.root)
        shelf.again(challenger(shelf, 2 if other else 1))
        print(json.dumps({"died": died, "before": before, "other": other} | state(shelf)))
        shutil.rmtree(folder / "copy")
        if not died:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
