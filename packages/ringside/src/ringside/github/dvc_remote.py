"""The DVC remote in a repository's variables, which stores data and pipeline outputs for all runs.

`RINGSIDE_REMOTE` is its address; `RINGSIDE_AZURE_ACCOUNT` the storage account, which an Azure address does not
contain. Neither is secret: credentials come from the runner's identity (docs/remotes.md).
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
"""Name of the remote in DVC's configuration."""
SECONDS = 3600
"""Time limit of a transfer; data may be large, and the job's own limit usually ends it earlier."""
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
    """Storage account, for Azure only."""

    @property
    def package(self) -> str | None:
        """Module that DVC needs for this kind; None if it needs none."""
        return _PACKAGES.get(self.kind)


@dataclass(frozen=True)
class Done:
    """The result of a transfer."""

    ok: bool
    """True if the remote responded."""
    said: str
    """DVC's error message, in one line."""
    lacks: bool = False
    """True if the remote responded but lacks files of the checkout."""


def named(environ: Mapping[str, str]) -> Remote | None:
    """Return the remote in the variables; None if there is none.

    Raises:
        UsageError: `RINGSIDE_REMOTE` is not the address of a remote, or an Azure address has no account.
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
    """Configure DVC to use the remote in this checkout; return False if you have your own `.dvc/config.local`.

    Git ignores that file. DVC compares the hash of each file that it fetches (`verify`), so write access to the
    remote suffices to delete a file, but not to replace it.

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
    """Remove the configuration that `configure` wrote."""
    place = config_file(workspace)
    if is_ours(workspace):
        remove(place)


def is_ours(workspace: Workspace) -> bool:
    """Return whether DVC uses the remote of the variables, so that `dvc repro --pull` can fetch from it."""
    place = config_file(workspace)
    return place.exists() and place.read_text(encoding="utf-8").startswith(_OURS)


def config_file(workspace: Workspace) -> Path:
    """Return DVC's local configuration of this checkout, which Git ignores."""
    return workspace.root / ".dvc" / "config.local"


def install(workspace: Workspace, remote: Remote) -> str | None:
    """Install what DVC needs for this kind of remote, from its lock; return its name, None if nothing was needed.

    The lock lists only packages in addition to requirements/model.txt and tools.txt; it changes none of theirs.

    Raises:
        StoreError: the lock is missing, or a package cannot be installed.
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
    """Fetch the raw data and the run cache from the remote into DVC's cache."""
    data = [workspace.relative(workspace.raw_dvc)] if workspace.raw_dvc.exists() else []
    return _dvc(workspace, ["fetch", "--run-cache", *data])


def probe(remote: Remote) -> Done | None:
    """Return whether the remote responds to this machine; None if DVC's package for it is not installed."""
    if remote.kind == "folder":
        there = Path(remote.url).is_dir()
        return Done(ok=there, said="" if there else "there is no such folder")
    if importlib.util.find_spec("dvc") is None or (remote.package and importlib.util.find_spec(remote.package) is None):
        return None
    account = [f"account_name={remote.account}"] if remote.account else []
    return _run([sys.executable, "-c", _PROBE, remote.url, *account], Path.cwd(), _PROBE_SECONDS)


# Checks the remote's folder with the class that DVC uses to read it.
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
    """Push the raw data, the pipeline's outputs and the run cache to the remote."""
    return _dvc(workspace, ["push", "--run-cache"])


def _dvc(workspace: Workspace, command: Sequence[str]) -> Done:
    # The DVC of this environment, independent of PATH.
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
