"""Git operations of an update: trees as dictionaries and commits outside all branches; the work tree is not used."""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ringside.errors import StoreError

PREFIX = "refs/ringside/"
"""Prefix of the refs that an update uses while it runs; no branch, no tag, never pushed."""

_QUIET = ("-c", "core.askPass=", "-c", "credential.interactive=false", "-c", "core.hooksPath=/dev/null")
# Git gives up a server that accepts the connection and then stays silent for a minute.
_SILENT = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60")
_PLAIN = frozenset(range(0x21, 0x7F)) - {ord('"'), ord("\\")}


class TreeEntry(NamedTuple):
    """Entry of a file in a tree."""

    mode: str
    oid: str


OURS, THEIRS = 2, 3
"""Git's numbers of the sides of a conflict; 1 is the common ancestor."""

Tree = dict[str, TreeEntry]
"""Files by their path from the root; names that are not UTF-8 have surrogate escapes."""


class Merged(NamedTuple):
    """Result of a merge."""

    tree: Tree
    """Merged files; files that conflict contain both sides between conflict markers."""
    conflicts: dict[str, dict[int, TreeEntry]]
    """Sides of each conflict by path and by Git's number."""


@dataclass(frozen=True)
class Git:
    """The repository whose work tree is at `root`."""

    root: Path
    seconds: float = 900
    """Seconds before a command is given up."""

    def run(self, *words: str, stdin: bytes = b"", codes: Sequence[int] = (0,), remedy: str = "") -> bytes:
        """Return the output of a command.

        Raises:
            StoreError: Git is not installed, exits with a code that is not among `codes`, or takes too long.
        """
        where = f"git {words[0]}"
        # Run in a session of its own: Git asks no terminal for a password, and Ctrl-C does not end Git during a write.
        with _started(["git", "-C", os.fspath(self.root), *_QUIET, *_SILENT, *words], where) as process:
            try:
                out, said = process.communicate(stdin, self.seconds)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGTERM)
                if isinstance(error, subprocess.TimeoutExpired):
                    found = f"no answer within {self.seconds:.0f} s"
                    raise StoreError(found, where=where, remedy=remedy or "run again.") from None
                raise
        if process.returncode not in codes:
            text = " ".join(said.decode(errors="replace").split())[-600:].rstrip(".")
            text = text or f"exit code {process.returncode}"
            raise StoreError(text, where=where, remedy=remedy or "see what Git says, mend it and run again.")
        return out

    def line(self, *words: str, remedy: str = "") -> str:
        """Return the output of a command as text, without the line's end."""
        return os.fsdecode(self.run(*words, remedy=remedy)).rstrip("\n")

    def commit_of(self, name: str) -> str | None:
        """Return the hash of a commit; None if there is none of this name."""
        found = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", codes=(0, 1, 128)
        )
        return found.decode().strip() or None

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Return whether `commit` is an ancestor of `of`."""
        return self.commit_of(commit) is not None and not self.run("rev-list", "--max-count=1", commit, f"^{of}")

    def tree(self, name: str) -> Tree:
        """Return all files of a commit or a tree."""
        return {
            os.fsdecode(path): TreeEntry(*meta.decode().split(" ")[::2])
            for meta, path in _records(self.run("ls-tree", "-r", "-z", "--full-tree", name))
        }

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of files, by their hashes."""
        wanted = sorted(set(oids))
        rest = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
        found = {}
        for oid in wanted:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split(b" ")[2])
            found[oid], rest = rest[:size], rest[size + 1 :]
        return found

    def content(self, tree: Tree, path: str) -> str:
        """Return the text of a file; empty if the tree has no such path."""
        entry = tree.get(path)
        return self.blobs([entry.oid])[entry.oid].decode(errors="replace") if entry else ""

    def keep(self, content: bytes) -> TreeEntry:
        """Store the content in the repository and return the file's entry."""
        return TreeEntry("100644", self.run("hash-object", "-w", "--stdin", stdin=content).decode().strip())

    def commit(self, name: str, tree: Tree, parent: str | None = None) -> str:
        """Create a commit of these files under `PREFIX`, outside branches and the work tree; return its hash."""
        ref = PREFIX + name
        lines = [f"commit {ref}", "committer ringside <> 0 +0000", "data 0", *([f"from {parent}"] if parent else [])]
        text = "\n".join([*lines, "deleteall", ""]).encode()
        text += b"".join(
            f"M {mode} {oid} ".encode() + _quoted(os.fsencode(path)) + b"\n" for path, (mode, oid) in tree.items()
        )
        self.run("update-ref", "-d", ref)
        self.run("fast-import", "--quiet", "--force", "--done", stdin=text + b"done\n")
        return self.line("rev-parse", ref)

    def merged(self, ours: str, theirs: str) -> Merged:
        """Merge two commits under `PREFIX`, with the base from their history.

        Raises:
            StoreError: this Git is older than 2.38 and cannot merge without a work tree.
        """
        remedy = "with a Git older than 2.38, install a newer one; else see what Git says. Nothing was changed."
        short = [f"{PREFIX.removeprefix('refs/')}{name}" for name in (ours, theirs)]
        # If the template renamed a folder, your files in it do not move with it.
        words = ("-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "--no-messages", "-z")
        tree, *lines = self.run(*words, *short, codes=(0, 1), remedy=remedy).split(b"\0")
        conflicts: dict[str, dict[int, TreeEntry]] = {}
        for meta, path in _records(b"\0".join(lines)):
            mode, oid, stage = meta.decode().split(" ")
            conflicts.setdefault(os.fsdecode(path), {})[int(stage)] = TreeEntry(mode, oid)
        return Merged(self.tree(tree.decode().strip()), conflicts)

    def forget(self, under: str = "") -> None:
        """Remove the refs of an update under `PREFIX`."""
        listed = self.run("for-each-ref", "--format=delete %(refname)", f"{PREFIX}{under}")
        self.run("update-ref", "--stdin", stdin=listed)


def changed(before: Mapping[str, TreeEntry], after: Mapping[str, TreeEntry]) -> set[str]:
    """Return the files that differ, or exist on one side only."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _started(command: list[str], where: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    except FileNotFoundError:
        raise StoreError("there is no git", where=where, remedy="install Git and run again.") from None


def _records(answer: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Yield the `meta TAB path` records, each ended by NUL."""
    for line in answer.split(b"\0"):
        meta, tab, path = line.partition(b"\t")
        if tab:
            yield meta, path


def _quoted(path: bytes) -> bytes:
    """Return a path in the format of fast-import, for any characters in its name."""
    if _PLAIN.issuperset(path):
        return path
    return b'"' + b"".join(bytes([byte]) if byte in _PLAIN else b"\\%03o" % byte for byte in path) + b'"'
