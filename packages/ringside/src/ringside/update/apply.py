"""A plan becomes the checkout: all of it or nothing, and nothing that Git cannot take back.

Before the first file is written, `refs/ringside/applying` says what they were and what they become. Whoever finds it,
after a kill at any moment, can put the checkout back.
"""

import os
import signal
from pathlib import Path, PurePosixPath

from ringside.errors import StoreError
from ringside.update.trees import PREFIX, Git, Tree, TreeEntry, changed

_APPLYING = "applying"
_LISTED = 8


def require_clean(git: Git) -> None:
    """See that every file is committed, so that an update can be told from work of one's own, and taken back.

    Raises:
        StoreError: something is not.
    """
    listed = git.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal").split(b"\0")
    files = [os.fsdecode(line[3:]) for line in listed if line]
    if files:
        more = f" and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
        found = f"{', '.join(files[:_LISTED])}{more} {'is' if len(files) == 1 else 'are'} not committed"
        raise StoreError(found, where=str(git.root), remedy="commit your work (or `git stash -u`) and run again.")


def apply(git: Git, tree: Tree, conflicts: dict[str, dict[int, TreeEntry]]) -> None:
    """Make the files of `tree` those of the checkout and of Git's index; of conflicts Git knows all sides.

    An interruption puts back what was there.

    Raises:
        StoreError: a file that Git does not track is in the way, or Git cannot write.
    """
    head = git.line("rev-parse", "HEAD")
    before = git.tree(head)
    _require_room(git.root, before, tree)
    commit = git.commit(_APPLYING, tree, head)
    try:
        # Ctrl-C waits until Git has written, and then takes it back.
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
    """Put back what an update had begun to write when it was killed; whether there was one.

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
    # With the update's files in the index, those that it added go as well.
    git.run("read-tree", commit)
    git.run("reset", "--quiet", "--hard", head)
    git.forget(_APPLYING)


def _foreign(git: Git, before: Tree, after: Tree) -> list[str]:
    """Files that are neither as they were nor as the update writes them."""
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
    """See that no file which Git ignores, and so cannot bring back, is where a new one goes."""
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
    """What `git update-index` reads: each file without its one entry, and with one for each side."""
    lines = []
    for path, sides in sorted(conflicts.items()):
        name = os.fsencode(path)
        lines.append(b"0 " + b"0" * 40 + b"\t" + name)
        lines += [f"{entry.mode} {entry.oid} {stage}\t".encode() + name for stage, entry in sorted(sides.items())]
    return b"".join(line + b"\0" for line in lines)
