"""The DVC remote that a repository's variables name: where data and the pipeline's outputs are kept for all runs.

`RINGSIDE_REMOTE` is its address; `RINGSIDE_AZURE_ACCOUNT` the storage account, which an Azure address does not hold.
Nothing secret stands in either: credentials come from the runner's identity (docs/remotes.md).
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ringside.common.files import remove, write_bytes
from ringside.errors import StoreError, UsageError
from ringside.store.workspace import Workspace

Kind = Literal["s3", "gs", "azure", "ssh", "folder"]
NAME = "ringside"
"""The remote's name in DVC's configuration."""
SECONDS = 3600
"""Data may be large; a job's own limit usually ends it earlier."""
_PROBE_SECONDS = 60

_PATH = r"(?:/[A-Za-z0-9._=@+~-]+)*/?"
_BUCKET = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"
_FORMS: dict[Kind, re.Pattern[str]] = {
    "s3": re.compile(rf"s3://{_BUCKET}{_PATH}"),
    "gs": re.compile(rf"gs://{_BUCKET}{_PATH}"),
    "azure": re.compile(rf"azure://[a-z0-9$][a-z0-9-]{{1,62}}{_PATH}"),
    "ssh": re.compile(rf"ssh://(?:[A-Za-z0-9._-]{{1,64}}@)?[A-Za-z0-9.-]{{1,253}}(?::[0-9]{{1,5}})?{_PATH}"),
    "folder": re.compile(r"/[A-Za-z0-9._=@+~/-]*"),
}
_PACKAGES: dict[Kind, str] = {"s3": "dvc_s3", "gs": "dvc_gs", "azure": "dvc_azure", "ssh": "dvc_ssh"}
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_LONGEST = 500
_OURS = "# Written by `ringside ci remote`.\n"
_MISSING = "Missing cache files"


@dataclass(frozen=True)
class Remote:
    """A DVC remote."""

    url: str
    kind: Kind
    account: str | None = None
    """The storage account, for Azure alone."""

    @property
    def package(self) -> str | None:
        """The module that DVC needs for this kind; None where it needs none."""
        return _PACKAGES.get(self.kind)


@dataclass(frozen=True)
class Done:
    """How a transfer went."""

    ok: bool
    """Whether the remote answered."""
    said: str
    """What DVC said of a failure, in one line."""
    lacks: bool = False
    """Whether the remote answered and has not everything that the checkout names."""


def named(environ: Mapping[str, str]) -> Remote | None:
    """The remote that the variables name; None where they name none.

    Raises:
        UsageError: `RINGSIDE_REMOTE` is no address of a remote, or an Azure address comes without its account.
    """
    url = environ.get("RINGSIDE_REMOTE", "")
    if not url:
        return None
    kind = next((kind for kind, form in _FORMS.items() if form.fullmatch(url)), None)
    if kind is None or len(url) > _LONGEST or ".." in url.split("/"):
        remedy = (
            "write s3://BUCKET/FOLDER, gs://BUCKET/FOLDER, azure://CONTAINER/FOLDER, ssh://USER@HOST/FOLDER "
            "or /FOLDER, without a password or a query."
        )
        raise UsageError("it is no address of a DVC remote", where="variable RINGSIDE_REMOTE", remedy=remedy)
    if kind != "azure":
        return Remote(url, kind)
    account = environ.get("RINGSIDE_AZURE_ACCOUNT", "")
    if not _ACCOUNT.fullmatch(account):
        remedy = "set it to the name of the storage account, 3 to 24 small letters and digits."
        message = "it is missing" if not account else "it is no name of a storage account"
        raise UsageError(message, where="variable RINGSIDE_AZURE_ACCOUNT", remedy=remedy)
    return Remote(url, kind, account)


def configure(workspace: Workspace, remote: Remote) -> bool:
    """Let DVC use the remote in this checkout; False where a person's own `.dvc/config.local` stands, which is kept.

    Git ignores that file. DVC compares the hash of each file that it fetches (`verify`), so whoever can write to the
    remote can take a file away, and not exchange it.

    Raises:
        StoreError: the file cannot be written.
    """
    place = config_file(workspace)
    if place.exists() and not place.read_text(encoding="utf-8").startswith(_OURS):
        return False
    account = f"    account_name = {remote.account}\n" if remote.account else ""
    section = f"['remote \"{NAME}\"']\n    url = {remote.url}\n    verify = true\n{account}"
    write_bytes(place, f"{_OURS}{section}[core]\n    remote = {NAME}\n".encode())
    return True


def forget(workspace: Workspace) -> None:
    """Take back what `configure` wrote."""
    place = config_file(workspace)
    if is_ours(workspace):
        remove(place)


def is_ours(workspace: Workspace) -> bool:
    """Whether DVC uses the remote of the variables here, so that `dvc repro --pull` finds more than is in the cache."""
    place = config_file(workspace)
    return place.exists() and place.read_text(encoding="utf-8").startswith(_OURS)


def config_file(workspace: Workspace) -> Path:
    """DVC's configuration of this checkout alone, which Git ignores."""
    return workspace.root / ".dvc" / "config.local"


def install(workspace: Workspace, remote: Remote) -> str | None:
    """Install what DVC needs for this kind of remote, from its lock; what was installed, None where nothing was.

    The lock lists only what comes beside requirements/model.txt and tools.txt, and none of their packages changes.

    Raises:
        StoreError: the lock is missing, or a package cannot be had.
    """
    if remote.package is None or importlib.util.find_spec(remote.package):
        return None
    lock = workspace.root / "requirements" / f"remote-{remote.kind}.txt"
    if not lock.exists():
        remedy = "restore it with `git checkout requirements`, or run `make requirements`."
        raise StoreError("it is missing", where=workspace.relative(lock), remedy=remedy)
    uv = shutil.which("uv")
    tool = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
    hashes = ["--require-hashes", "--no-deps", "--quiet", "-r", str(lock)]
    done = subprocess.run([*tool, *hashes], cwd=workspace.root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[-300:]
        remedy = (
            f"see that the package index answers, or install it: pip install --no-deps -r {workspace.relative(lock)}."
        )
        raise StoreError(f"it cannot be installed: {said}", where=workspace.relative(lock), remedy=remedy)
    return workspace.relative(lock)


def fetch(workspace: Workspace) -> Done:
    """Bring the raw data and the record of earlier runs from the remote into DVC's cache."""
    data = [workspace.relative(workspace.raw_dvc)] if workspace.raw_dvc.exists() else []
    return _dvc(workspace, ["fetch", "--run-cache", *data])


def probe(remote: Remote) -> Done | None:
    """Whether the remote answers from here; None where what DVC needs to ask it is not installed."""
    if remote.kind == "folder":
        there = Path(remote.url).is_dir()
        return Done(ok=there, said="" if there else "there is no such folder")
    if importlib.util.find_spec("dvc") is None or (remote.package and importlib.util.find_spec(remote.package) is None):
        return None
    account = [f"account_name={remote.account}"] if remote.account else []
    return _run([sys.executable, "-c", _PROBE, remote.url, *account], Path.cwd(), _PROBE_SECONDS)


# Lists the remote's folder by the class that DVC reads it with.
_PROBE = """
import sys
from dvc.fs import get_cloud_fs
cls, config, path = get_cloud_fs({}, url=sys.argv[1], **dict(pair.split("=") for pair in sys.argv[2:]))
try:
    cls(**config).exists(path)
except Exception as error:
    sys.exit(f"ERROR: {type(error).__name__}: {error}")
"""


def push(workspace: Workspace) -> Done:
    """Send the raw data, the outputs of the pipeline and the record of runs to the remote."""
    return _dvc(workspace, ["push", "--run-cache"])


def _dvc(workspace: Workspace, command: Sequence[str]) -> Done:
    # DVC of this environment, whatever PATH says.
    return _run([sys.executable, "-m", "dvc", *command], workspace.root, SECONDS)


def _run(command: Sequence[str], where: Path, seconds: float) -> Done:
    try:
        done = subprocess.run(
            command,
            cwd=where,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Done(ok=False, said=f"no end within {seconds:g} s")
    errors = [line.partition("ERROR:")[2] for line in done.stderr.splitlines() if "ERROR:" in line]
    said = " ".join(" ".join(errors or done.stderr.splitlines()[-1:]).split())[:300]
    return Done(ok=done.returncode == 0, said=said if done.returncode else "", lacks=_MISSING in done.stderr)
