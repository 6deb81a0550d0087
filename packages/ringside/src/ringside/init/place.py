"""Storage and tracking of your rows by `init`, and other copies of them that Git would track."""

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
"""Maximum size in bytes of data in Git, because every clone downloads it."""


@dataclass(frozen=True)
class Place:
    """The folder and the store of the task's rows in the repository."""

    workspace: Workspace
    name: str
    store: str
    remote: str | None = None
    """URL of the DVC remote to configure; None if there is one already or none is needed."""

    @property
    def is_finished(self) -> bool:
        """Return whether an earlier `init` finished in this repository; since then its files belong to the user."""
        root = self.workspace.root
        return (root / RECORD).exists() and not (root / "src" / SAMPLE).is_dir()

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Restore the rows' folder and DVC's configuration if the block raises."""
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
        """Import a file by DVC, which records its URL, so that `dvc update` can download it again.

        Raises:
            SourceError: DVC cannot download the file.
            UsageError: the URL contains a password, or its file format is not supported.
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
        # NOTE: an interrupted run may have imported another URL; nothing uses that file yet, so it is overwritten.
        anew = ("--force",) if record.exists() else ()
        command = ("import-url", *anew, url, self.workspace.relative(target))
        self._dvc(*command, what=f"DVC cannot download {bare(url)}")
        return target

    def check_room(self, frame: pd.DataFrame) -> None:
        """Check that the rows are small enough for Git, before anything is written.

        Raises:
            UsageError: the rows are too large for Git.
        """
        if self.store != "git":
            return
        written = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), written, compression="zstd")
        self._refuse_size(written.tell(), "the rows have")

    def keep(self, path: Path) -> str:
        """Copy a file or a folder into the repository and track it by the store; return its path from the root.

        Raises:
            UsageError: the data are too large for Git.
            StoreError: the data cannot be copied.
            SourceError: DVC rejects the data.
        """
        target = self._target(path)
        size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
        if self.store == "git":
            self._refuse_size(size, "the data have")
        # After `init` finished, the file belongs to the user and may be newer.
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
        """Return the target path: the task's name and the file's suffix. The original name never reaches a command."""
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
        """Track the rows by Git or DVC, or ignore them, as the store requires."""
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
        """Return whether DVC has a default remote."""
        config = self.workspace.root / ".dvc" / "config"
        return config.exists() and bool(re.search(r"^\s*remote\s*=", config.read_text(encoding="utf-8"), re.MULTILINE))

    def set_remote(self, url: str) -> None:
        """Configure DVC's default remote.

        Raises:
            SourceError: DVC rejects the URL.
            UsageError: the URL contains a password.
        """
        refuse_secret(url, "--store remote URL")
        self._dvc("remote", "add", "--force", "--default", "store", url, what="DVC rejects the remote")

    def send(self) -> None:
        """Push the source data of the task to the DVC remote, if DVC tracks them.

        Raises:
            SourceError: the push fails.
        """
        records = sorted((self.workspace.root / FOLDER).glob(f"{self.name}*.dvc"))
        if self.store == "remote" and records:
            names = [self.workspace.relative(record) for record in records]
            self._dvc("push", *names, what="DVC cannot push the rows to its remote")

    def _dvc(self, *command: str, what: str) -> None:
        if message := dvc.failed(self.workspace, command):
            # DVC writes "does not exist" for a server that is down, too.
            cause = (
                "check that the address is right and reachable from here"
                if "does not exist" in message
                else "read DVC's message"
            )
            remedy = f"{cause}, fix it and run again; your files were not changed."
            raise SourceError(f"{what}: {message}", where=f"dvc {command[0]}", remedy=remedy, unreadable=True)


def _unknown(name: str) -> UsageError:
    remedy = "use a file whose name ends with .csv, .tsv, .parquet or .jsonl (or one of these and .gz)."
    return UsageError("this file format is not supported", where=name, remedy=remedy)


def strays(root: Path, origin: str, *, kept: object) -> Iterator[str]:
    """Yield a sentence for each copy of the source data that Git tracks or that `git add -A` would commit.

    Args:
        root: the repository.
        origin: the value of `--from`.
        kept: the path from the root to the rows that the task will read; None for a database.
    """
    if is_far(origin):
        return
    path = sqlite_file(origin) if is_database(origin) else Path(origin).expanduser().resolve()
    if path is None or not path.exists() or not path.is_relative_to(root.resolve()):
        return
    name = path.relative_to(root.resolve()).as_posix()
    if name == kept:
        return
    own = f"the task reads {kept}: move {name} out of the repository" if kept else "move it out of the repository"
    line = ignored_by(f"{name}/" if path.is_dir() else name)
    if _git(root, "ls-files", "--others", "--exclude-standard", name):
        message = f"{name} is in this repository, and `git add -A` would commit it"
        yield f"{message}; {own}, or add the line `{line}` to .gitignore"
    if _git(root, "ls-files", name):
        message = f"Git tracks {name}, so every reader of this repository sees it"
        yield f"{message}; {own}, or run `git rm -r --cached` and add the line `{line}` to .gitignore"


def ignored_by(name: str) -> str:
    """Return the line of the root's .gitignore that matches this path and no other."""
    line = re.sub(r"([\\*?\[\]])", r"\\\1", name)
    return "/" + (re.sub(r"( +)$", lambda spaces: "\\ " * len(spaces[1]), line))


def _git(root: Path, *command: str) -> bool:
    """Return whether a Git command about one path succeeds and prints something."""
    *words, name = command
    done = subprocess.run(
        ["git", "--literal-pathspecs", *words, "-z", "--", name],  # noqa: S607  # the `git` on PATH, as in a shell
        cwd=root,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0 and bool(done.stdout)
