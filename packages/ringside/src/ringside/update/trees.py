"""Git as an update asks it: trees as dictionaries, commits that no branch holds, nothing in the work tree."""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ringside.errors import StoreError

PREFIX = "refs/ringside/"
"""Where an update keeps what it needs while it runs; no branch, no tag, never pushed."""

_QUIET = ("-c", "core.askPass=", "-c", "credential.interactive=false", "-c", "core.hooksPath=/dev/null")
# A server that takes the call and then says nothing is given up after a minute.
_SILENT = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60")
_PLAIN = frozenset(range(0x21, 0x7F)) - {ord('"'), ord("\\")}


class TreeEntry(NamedTuple):
    """A file as a tree names it."""

    mode: str
    oid: str


OURS, THEIRS = 2, 3
"""How Git numbers the sides of a conflict; 1 is what both began from."""

Tree = dict[str, TreeEntry]
"""Files by their path from the root; names that are no UTF-8 with surrogate escapes."""


class Merged(NamedTuple):
    """What a merge came to."""

    tree: Tree
    """Files that conflict hold both sides between marks."""
    conflicts: dict[str, dict[int, TreeEntry]]
    """By path the sides that there are, by Git's numbers."""


@dataclass(frozen=True)
class Git:
    """The repository whose work tree is at `root`."""

    root: Path
    seconds: float = 900
    """After which a command is given up."""

    def run(self, *words: str, stdin: bytes = b"", codes: Sequence[int] = (0,), remedy: str = "") -> bytes:
        """The answer of a command.

        Raises:
            StoreError: there is no Git, or it ended with a code that is not among `codes`, or took too long.
        """
        where = f"git {words[0]}"
        # Of its own session: Git asks no terminal for a password, and Ctrl-C ends this process, not Git in mid-write.
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
        """The answer of a command, as text without the line's end."""
        return os.fsdecode(self.run(*words, remedy=remedy)).rstrip("\n")

    def commit_of(self, name: str) -> str | None:
        """The hash of a commit; None where there is none of this name."""
        found = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", codes=(0, 1, 128)
        )
        return found.decode().strip() or None

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Whether `of` holds `commit`."""
        return self.commit_of(commit) is not None and not self.run("rev-list", "--max-count=1", commit, f"^{of}")

    def tree(self, name: str) -> Tree:
        """All files of a commit or a tree."""
        return {
            os.fsdecode(path): TreeEntry(*meta.decode().split(" ")[::2])
            for meta, path in _records(self.run("ls-tree", "-r", "-z", "--full-tree", name))
        }

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The contents of files, by their hashes."""
        wanted = sorted(set(oids))
        rest = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
        found = {}
        for oid in wanted:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split(b" ")[2])
            found[oid], rest = rest[:size], rest[size + 1 :]
        return found

    def content(self, tree: Tree, path: str) -> str:
        """The text of a file; empty where the tree has none of this path."""
        entry = tree.get(path)
        return self.blobs([entry.oid])[entry.oid].decode(errors="replace") if entry else ""

    def keep(self, content: bytes) -> TreeEntry:
        """A file's entry, its content kept in the repository."""
        return TreeEntry("100644", self.run("hash-object", "-w", "--stdin", stdin=content).decode().strip())

    def commit(self, name: str, tree: Tree, parent: str | None = None) -> str:
        """A commit of exactly these files under `PREFIX`, which neither a branch nor the work tree knows of."""
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
        """The merge of two commits under `PREFIX`, by the base that their history has.

        Raises:
            StoreError: this Git is older than 2.38 and cannot merge without a work tree.
        """
        remedy = "with a Git older than 2.38, install a newer one; else see what Git says. Nothing was changed."
        short = [f"{PREFIX.removeprefix('refs/')}{name}" for name in (ours, theirs)]
        # A folder that the template renamed takes no file of the copy's with it.
        words = ("-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "--no-messages", "-z")
        tree, *lines = self.run(*words, *short, codes=(0, 1), remedy=remedy).split(b"\0")
        conflicts: dict[str, dict[int, TreeEntry]] = {}
        for meta, path in _records(b"\0".join(lines)):
            mode, oid, stage = meta.decode().split(" ")
            conflicts.setdefault(os.fsdecode(path), {})[int(stage)] = TreeEntry(mode, oid)
        return Merged(self.tree(tree.decode().strip()), conflicts)

    def forget(self, under: str = "") -> None:
        """Remove what an update kept under `PREFIX`."""
        listed = self.run("for-each-ref", "--format=delete %(refname)", f"{PREFIX}{under}")
        self.run("update-ref", "--stdin", stdin=listed)


def changed(before: Mapping[str, TreeEntry], after: Mapping[str, TreeEntry]) -> set[str]:
    """The files that are not the same, or not on both sides."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def _started(command: list[str], where: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    except FileNotFoundError:
        raise StoreError("there is no git", where=where, remedy="install Git and run again.") from None


def _records(answer: bytes) -> Iterable[tuple[bytes, bytes]]:
    """`meta TAB path`, each ended by NUL."""
    for line in answer.split(b"\0"):
        meta, tab, path = line.partition(b"\t")
        if tab:
            yield meta, path


def _quoted(path: bytes) -> bytes:
    """A path as fast-import reads it, whatever is in its name."""
    if _PLAIN.issuperset(path):
        return path
    return b'"' + b"".join(bytes([byte]) if byte in _PLAIN else b"\\%03o" % byte for byte in path) + b'"'
