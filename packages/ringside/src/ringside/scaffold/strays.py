"""Files of somebody's rows that lie in the repository beside the ones that `init` keeps."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ringside.scaffold.addresses import is_database, is_far, sqlite_file


def strays(root: Path, origin: str, *, kept: object) -> Iterator[str]:
    """What `git add -A` would commit, or Git has already, of what the rows came from; as sentences.

    Args:
        root: the repository.
        origin: what `--from` named.
        kept: where the task reads its rows from now on, from the root; None for a database.
    """
    if is_far(origin):
        return
    path = sqlite_file(origin) if is_database(origin) else Path(origin).expanduser().resolve()
    if path is None or not path.exists() or not path.is_relative_to(root.resolve()):
        return
    name = path.relative_to(root.resolve()).as_posix()
    if name == kept:
        return
    own = f"the task reads {kept}: move it out of here" if kept else "move it out of here"
    line = ignored_by(f"{name}/" if path.is_dir() else name)
    if _git(root, "ls-files", "--others", "--exclude-standard", name):
        found = f"{name} lies in this repository, and `git add -A` would commit it"
        yield f"{found}; {own}, or put the line `{line}` into .gitignore"
    if _git(root, "ls-files", name):
        found = f"Git tracks {name}, so that whoever sees this repository sees it"
        yield f"{found}; {own}, or type `git rm -r --cached` and put the line `{line}` into .gitignore"


def ignored_by(name: str) -> str:
    """The line of .gitignore at the root that means one path and no other."""
    line = re.sub(r"([\\*?\[\]])", r"\\\1", name)
    return "/" + (re.sub(r"( +)$", lambda spaces: "\\ " * len(spaces[1]), line))


def _git(root: Path, *command: str) -> bool:
    """Whether a command of Git's, about one path, has an answer."""
    *words, name = command
    done = subprocess.run(
        ["git", "--literal-pathspecs", *words, "-z", "--", name],  # noqa: S607  # the Git that a person types
        cwd=root,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0 and bool(done.stdout)
