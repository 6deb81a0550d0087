"""Where somebody's rows are put in the copy, what `source.py` calls the place, and where else Git would see them."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ringside.common.files import copy, empty_folder, make_folder, remove, write_bytes
from ringside.errors import SourceError, UsageError
from ringside.init.addresses import bare, is_database, is_far, refuse_secret, sqlite_file
from ringside.init.record import RECORD
from ringside.init.sample import SAMPLE
from ringside.sources.formats import kind_of
from ringside.sources.places import FOLDER, bring, imported
from ringside.store import dvc
from ringside.store.workspace import Workspace

STORES = ("git", "remote", "source")
MOST_IN_GIT = 50_000_000
"""Bytes: what a clone should have to bring at most."""


@dataclass(frozen=True)
class Place:
    """The task's rows in the copy."""

    workspace: Workspace
    name: str
    store: str
    remote: str | None = None
    """The URL of the DVC remote that is to be named; None where there is one, or none is needed."""

    @property
    def is_finished(self) -> bool:
        """Whether an earlier `init` came to its end here: what stands in the copy is somebody's from then on."""
        root = self.workspace.root
        return (root / RECORD).exists() and not (root / "src" / SAMPLE).is_dir()

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Where what is done in the block fails, the rows' folder and DVC's configuration are as they were."""
        folder = self.workspace.root / FOLDER
        files = (folder / ".gitignore", self.workspace.root / ".dvc" / "config")
        texts = {path: path.read_bytes() if path.exists() else None for path in files}
        before = set(folder.iterdir()) if folder.is_dir() else None
        try:
            yield
        except BaseException:
            for path in folder.iterdir() if folder.is_dir() else ():
                if path not in (before or ()):
                    remove(path)
            for path, text in texts.items():
                if text is not None and (not path.exists() or path.read_bytes() != text):
                    write_bytes(path, text)
            if before is None:
                remove(folder)
            raise

    def bring_far(self, url: str) -> Path:
        """Let DVC bring a file, and remember where from, so that `dvc update` brings it anew.

        Raises:
            SourceError: DVC cannot bring it.
            UsageError: the address has a password, or is of no kind of file that is known.
        """
        refuse_secret(url, "--from")
        name = Path(url.split("?", 1)[0].rstrip("/"))
        if url.lower().startswith("http") and kind_of(name) is None:
            raise _unknown(bare(url))
        target = self._target(name)
        make_folder(target.parent)
        record = target.with_name(f"{target.name}.dvc")
        if record.exists() and (self.is_finished or imported(record) == url):
            return bring(self.workspace.relative(target))
        # NOTE: what an interrupted run imported from elsewhere is nobody's yet.
        anew = ("--force",) if record.exists() else ()
        command = ("import-url", *anew, url, self.workspace.relative(target))
        self._dvc(*command, what=f"DVC cannot bring {bare(url)}")
        return target

    def check_room(self, frame: pd.DataFrame) -> None:
        """See that Git can keep the rows as partitions, before anything is changed for them.

        Raises:
            UsageError: they are too large for Git.
        """
        if self.store != "git":
            return
        written = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), written, compression="zstd")
        self._refuse_size(written.tell(), "its rows have")

    def keep(self, path: Path) -> str:
        """Copy a file or a folder into the copy, and track it as the store wants; its path from the root.

        Raises:
            UsageError: it is too large for Git.
            StoreError: it cannot be copied.
            SourceError: DVC refuses it.
        """
        target = self._target(path)
        size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
        if self.store == "git":
            self._refuse_size(size, "it has")
        # Once rows were taken from it, what stands there is somebody's, and may be newer.
        kept = target.exists() and self.is_finished
        if path.resolve() != target.resolve() and not kept:
            self._copy(path, target)
        self._track(target)
        return self.workspace.relative(target)

    def _refuse_size(self, size: int, what: str) -> None:
        if size > MOST_IN_GIT:
            remedy = "choose --store remote URL or --store source."
            found = f"{what} {size / 1e6:,.0f} MB, more than {MOST_IN_GIT / 1e6:.0f}"
            raise UsageError(found, where="--store git", remedy=remedy)

    def _target(self, path: Path) -> Path:
        """The task's name with the kind of the file: no name of somebody's becomes part of a command."""
        suffix = (
            ""
            if path.is_dir()
            else "".join(re.findall(r"\.[A-Za-z0-9]+", path.name)[-2 if path.name.lower().endswith(".gz") else -1 :])
        )
        if suffix and kind_of(Path(f"x{suffix}")) is None:
            raise _unknown(path.name)
        return self.workspace.root / FOLDER / f"{self.name}{suffix}"

    def _copy(self, path: Path, target: Path) -> None:
        if not path.is_dir():
            copy(path, target)
            return
        empty_folder(target)
        for file in sorted(path.iterdir()):
            if file.is_file() and kind_of(file) and not file.name.startswith("."):
                copy(file, target / file.name)

    def _track(self, target: Path) -> None:
        """Let Git see the rows, or DVC, or nobody."""
        record = target.with_name(f"{target.name}.dvc")
        if record.exists():
            return
        if self.store == "remote":
            self._dvc("add", self.workspace.relative(target), what="DVC cannot track the rows")
        elif self.store == "source":
            ignore = target.parent / ".gitignore"
            text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
            if f"/{target.name}\n" not in text:
                write_bytes(ignore, f"{text}/{target.name}\n".encode())

    @property
    def has_remote(self) -> bool:
        """Whether DVC has a default remote."""
        config = self.workspace.root / ".dvc" / "config"
        return config.exists() and bool(re.search(r"^\s*remote\s*=", config.read_text(encoding="utf-8"), re.MULTILINE))

    def set_remote(self, url: str) -> None:
        """Name DVC's default remote.

        Raises:
            SourceError: DVC refuses the URL.
            UsageError: the URL has a password.
        """
        refuse_secret(url, "--store remote URL")
        self._dvc("remote", "add", "--force", "--default", "store", url, what="DVC refuses the remote")

    def send(self) -> None:
        """Push what the task's rows came from, where DVC tracks it for its remote.

        Raises:
            SourceError: the remote takes nothing.
        """
        records = sorted((self.workspace.root / FOLDER).glob(f"{self.name}*.dvc"))
        if self.store == "remote" and records:
            names = [self.workspace.relative(record) for record in records]
            self._dvc("push", *names, what="DVC cannot send the rows to its remote")

    def _dvc(self, *command: str, what: str) -> None:
        if said := dvc.failed(self.workspace, command):
            # DVC says so of a server that is down, too.
            there = (
                "see that the address is right and answers here" if "does not exist" in said else "see what DVC says"
            )
            remedy = f"{there}, mend it and run again; nothing of yours was changed."
            raise SourceError(f"{what}: {said}", where=f"dvc {command[0]}", remedy=remedy, unreadable=True)


def _unknown(name: str) -> UsageError:
    remedy = "let its name end with .csv, .tsv, .parquet or .jsonl, also with .gz."
    return UsageError("it is no file of a kind that can be read", where=name, remedy=remedy)


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
