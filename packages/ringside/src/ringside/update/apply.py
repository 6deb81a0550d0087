"""Writes a plan to the checkout: all of it or nothing, and only changes that Git can undo.

Before the first file is written, `refs/ringside/applying` records the files before and after the update. After a kill
at any moment, the next run uses it to restore the checkout.
"""

import os
import signal
from pathlib import Path, PurePosixPath

from ringside.errors import StoreError
from ringside.update.trees import PREFIX, Git, Tree, TreeEntry, changed

_APPLYING = "applying"
_LISTED = 8


def require_clean(git: Git) -> None:
    """Raise if a file is not committed, because the update could not be told apart from your work or undone.

    Raises:
        StoreError: a file has changes that are not committed.
    """
    listed = git.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal").split(b"\0")
    files = [os.fsdecode(line[3:]) for line in listed if line]
    if files:
        more = f" and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
        found = f"{', '.join(files[:_LISTED])}{more} {'is' if len(files) == 1 else 'are'} not committed"
        raise StoreError(found, where=str(git.root), remedy="commit your work (or `git stash -u`) and run again.")


def apply(git: Git, tree: Tree, conflicts: dict[str, dict[int, TreeEntry]]) -> None:
    """Write the files of `tree` to the checkout and to Git's index; record all sides of conflicts in the index.

    An interruption restores the previous files.

    Raises:
        StoreError: a file that Git does not track is in the way, or Git cannot write.
    """
    head = git.line("rev-parse", "HEAD")
    before = git.tree(head)
    _require_room(git.root, before, tree)
    commit = git.commit(_APPLYING, tree, head)
    try:
        # Ctrl-C waits until Git has written, and then undoes the update.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            git.run("read-tree", "-m", "-u", head, commit)
            if conflicts:
                git.run("update-index", "-z", "--index-info", stdin=_stages(conflicts))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    except BaseException:
        _put_back(git, head, commit)
        raise
    git.forget(_APPLYING)


def recover(git: Git) -> bool:
    """Restore the files that a killed update had begun to write; return whether there was such an update.

    Raises:
        StoreError: files were changed since, or Git itself was killed and left its lock.
    """
    commit = git.commit_of(PREFIX + _APPLYING)
    if commit is None:
        return False
    head = git.line("rev-parse", f"{commit}^")
    if git.line("rev-parse", "HEAD") != head:
        git.forget(_APPLYING)
        return False
    if (lock := git.root / git.line("rev-parse", "--git-path", "index.lock")).exists():
        remedy = f"see that no Git is at work here, remove {lock} and run again."
        raise StoreError("an update was cut off while Git wrote", where=str(git.root), remedy=remedy)
    if foreign := _foreign(git, git.tree(head), git.tree(commit)):
        found = f"an update was cut off, and {', '.join(foreign[:_LISTED])} changed since"
        remedy = "save what is yours of it elsewhere, then `git reset --hard` and run again."
        raise StoreError(found, where=str(git.root), remedy=remedy)
    _put_back(git, head, commit)
    return True


def _put_back(git: Git, head: str, commit: str) -> None:
    # If the update's files are in the index, the reset removes those that it added as well.
    git.run("read-tree", commit)
    git.run("reset", "--quiet", "--hard", head)
    git.forget(_APPLYING)


def _foreign(git: Git, before: Tree, after: Tree) -> list[str]:
    """Return the files that are neither as before the update nor as the update writes them."""
    names = {os.fsdecode(line) for line in git.run("ls-files", "-z", "--modified", "--deleted").split(b"\0") if line}
    touched = changed(before, after)
    staged = git.run("diff", "--cached", "--name-only", "-z", "--no-renames", "HEAD").split(b"\0")
    found = sorted((names | {os.fsdecode(line) for line in staged if line}) - touched)
    for path in sorted(touched):
        place = git.root / path
        if not os.path.lexists(place) or place.is_symlink():
            continue
        oid = git.run("hash-object", f"--path={path}", "--stdin", stdin=place.read_bytes()).decode().strip()
        if oid not in {side[path].oid for side in (before, after) if path in side}:
            found.append(path)
    return found


def _require_room(root: Path, before: Tree, after: Tree) -> None:
    """Raise if a new file would overwrite a file that Git ignores and so cannot restore."""
    there = [path for path in sorted(after.keys() - before.keys()) if _is_taken(root, path, before)]
    if there:
        found = f"not tracked by Git, and new in the template: {', '.join(there[:_LISTED])}"
        raise StoreError(found, where=str(root), remedy="move it away and run again; nothing was changed.")


def _is_taken(root: Path, path: str, before: Tree) -> bool:
    """Return whether a file is at a path, or at the place of a folder that the path is in."""
    if os.path.lexists(root / path):
        return True
    above = [parent.as_posix() for parent in PurePosixPath(path).parents]
    return any(os.path.lexists(root / name) and not (root / name).is_dir() for name in above if name not in before)


def _stages(conflicts: dict[str, dict[int, TreeEntry]]) -> bytes:
    """Return the input of `git update-index`: each file without its one entry, and with one for each side."""
    lines = []
    for path, sides in sorted(conflicts.items()):
        name = os.fsencode(path)
        lines.append(b"0 " + b"0" * 40 + b"\t" + name)
        lines += [f"{entry.mode} {entry.oid} {stage}\t".encode() + name for stage, entry in sorted(sides.items())]
    return b"".join(line + b"\0" for line in lines)
