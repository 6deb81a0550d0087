"""Where somebody's rows are put in the copy, and what `source.py` calls the place."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ringside.errors import SourceError, UsageError
from ringside.sources.formats import kind_of
from ringside.store.files import copy, empty_folder, make_folder, write_bytes
from ringside.store.workspace import Workspace

STORES = ("git", "remote", "source")
FOLDER = "data/source"
MOST_IN_GIT = 50_000_000
"""Bytes: what a clone should have to bring at most."""

_URL = re.compile(r"^([a-z][a-z0-9]*)(\+[a-z0-9]+)?://", re.IGNORECASE)
_FILES_AT = (
    "s3",
    "gs",
    "gcs",
    "azure",
    "abfs",
    "abfss",
    "adl",
    "ssh",
    "http",
    "https",
    "webdav",
    "webdavs",
    "hdfs",
    "oss",
)
"""URLs of files that DVC brings; any other is a database's."""

_DRIVERS = {"postgresql": ["psycopg[binary]>=3.2"], "mysql": ["pymysql>=1.1"], "mariadb": ["pymysql>=1.1"]}


def is_database(text: str) -> bool:
    """Whether a source is a database's URL."""
    found = _URL.match(text)
    return bool(found) and found[1].lower() not in (*_FILES_AT, "file")  # type: ignore[index]


def is_far(text: str) -> bool:
    """Whether a source is the URL of a file that DVC brings."""
    found = _URL.match(text)
    return bool(found) and found[1].lower() in _FILES_AT  # type: ignore[index]


def absolute(url: str) -> str:
    """A database's URL that means the same in every folder: only SQLite's files are named from where one is."""
    scheme, _, path = url.partition(":///")
    if scheme.split("+")[0].lower() != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{scheme}:///{Path(path).expanduser().resolve()}"


def same_database(one: str, other: str) -> bool:
    """Whether two URLs name one database, whoever asks it and with whatever password."""
    first, second = (urlsplit(absolute(url)) for url in (one, other))
    places = [(u.scheme.split("+")[0], u.hostname, u.port, u.path) for u in (first, second)]
    return places[0] == places[1]


def packages(url: str) -> list[str]:
    """What a source needs to ask a database, beside Python itself."""
    return ["sqlalchemy>=2.0.40", *_DRIVERS.get(re.split(r"[+:]", url, maxsplit=1)[0].lower(), [])]


@dataclass(frozen=True)
class Place:
    """The task's rows in the copy."""

    workspace: Workspace
    name: str
    store: str
    remote: str | None = None
    """The URL of the DVC remote that is to be named; None where there is one, or none is needed."""

    def bring_far(self, url: str) -> Path:
        """Let DVC bring a file, and remember where from, so that `dvc update` brings it anew.

        Raises:
            SourceError: DVC cannot bring it.
        """
        target = self._target(Path(url.split("?", 1)[0].rstrip("/")))
        make_folder(target.parent)
        record = target.with_name(f"{target.name}.dvc")
        if not record.exists():
            self._dvc(
                "import-url", "--quiet", url, self.workspace.relative(target), what=f"DVC cannot bring {_bare(url)}"
            )
        return target

    def keep(self, path: Path) -> str:
        """Copy a file or a folder into the copy, and track it as the store wants; its path from the root.

        Raises:
            UsageError: it is too large for Git.
            StoreError: it cannot be copied.
            SourceError: DVC refuses it.
        """
        target = self._target(path)
        size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
        if self.store == "git" and size > MOST_IN_GIT:
            remedy = "choose --store remote URL or --store source."
            raise UsageError(
                f"it has {size / 1e6:,.0f} MB, more than {MOST_IN_GIT / 1e6:.0f}", where="--store git", remedy=remedy
            )
        # Once rows were taken from it, what stands there is somebody's, and may be newer.
        kept = target.exists() and self.workspace.manifest.exists()
        if path.resolve() != target.resolve() and not kept:
            self._copy(path, target)
        self._track(target)
        return self.workspace.relative(target)

    def _target(self, path: Path) -> Path:
        """The task's name with the kind of the file: no name of somebody's becomes part of a command."""
        suffix = (
            ""
            if path.is_dir()
            else "".join(re.findall(r"\.[A-Za-z0-9]+", path.name)[-2 if path.name.lower().endswith(".gz") else -1 :])
        )
        if suffix and kind_of(Path(f"x{suffix}")) is None:
            remedy = "let its name end with .csv, .tsv, .parquet or .jsonl, also with .gz."
            raise UsageError("it is no file of a kind that can be read", where=_bare(path.name), remedy=remedy)
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
            self._dvc("add", "--quiet", self.workspace.relative(target), what="DVC cannot track the rows")
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
        """
        self._dvc("remote", "add", "--force", "--default", "store", url, what="DVC refuses the remote")

    def send(self) -> None:
        """Push what the task's rows came from, where DVC tracks it for its remote.

        Raises:
            SourceError: the remote takes nothing.
        """
        records = sorted((self.workspace.root / FOLDER).glob(f"{self.name}*.dvc"))
        if self.store == "remote" and records:
            names = [self.workspace.relative(record) for record in records]
            self._dvc("push", "--quiet", *names, what="DVC cannot send the rows to its remote")

    def _dvc(self, *command: str, what: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *command],
            cwd=self.workspace.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = " ".join(done.stderr.split())[-400:]
            remedy = "see what DVC says, mend it and run again; nothing of yours was changed."
            raise SourceError(f"{what}: {said}", where=f"dvc {command[0]}", remedy=remedy, unreadable=True)


def _bare(url: str) -> str:
    """A URL without what may be secret in it."""
    return re.sub(r"//[^/@]*@", "//", url.split("?", 1)[0])
