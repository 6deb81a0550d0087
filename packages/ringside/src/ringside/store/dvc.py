"""DVC, as a person would call it from the root of the repository."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from ringside.common.context import TASK_FILE
from ringside.common.files import remove, write_bytes
from ringside.errors import StoreError
from ringside.store.workspace import Workspace

# Opens the repository, then waits for a line; without one (its parent was killed) it ends. Where DVC's record exists,
# what follows is `dvc commit`, which looks at this one output alone; `dvc add` reads the whole pipeline first. Both by
# the class that DVCLive uses: DVC's command line would build the parsers of all its commands.
_WHEN_TOLD = """
import os, sys
from dvc.exceptions import DvcException
from dvc.repo import Repo
path = sys.argv[1]
try:
    with Repo() as repo:
        if sys.stdin.readline():
            if os.path.exists(path + ".dvc"):
                repo.commit(path + ".dvc", force=True)
            else:
                repo.add(path)
except DvcException as error:
    sys.exit(str(error))
"""


# What `dvc commit` does, but for asking the place that a file was imported from, which may be down or gone.
_AS_IT_IS = """
import sys
from dvc.exceptions import DvcException
from dvc.repo import Repo
try:
    with Repo() as repo, repo.lock:
        stage = repo.stage.load_one(sys.argv[1])
        stage.save_outs()
        stage.md5 = stage.compute_md5()
        for out in stage.outs:
            out.commit()
        stage.dump()
except DvcException as error:
    sys.exit(str(error) or type(error).__name__)
"""


class PendingAdd:
    """`dvc add` that starts early: it imports DVC on one core while the other reads the source.

    As a context manager it ends the process where the work did not come to `run`.
    """

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self._workspace = workspace
        self._path = workspace.relative(path)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WHEN_TOLD, self._path],
            cwd=workspace.root,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()

    def run(self) -> None:
        """Bring `<path>.dvc` up to date and put the content in DVC's cache.

        Raises:
            StoreError: DVC refuses; the error carries what it said.
        """
        _, said = self._process.communicate("now\n")
        if self._process.returncode != 0:
            raise StoreError(
                f"`dvc add {self._path}` failed: {' '.join(said.split())}",
                where=str(self._workspace.root),
                remedy="see what DVC says, mend it and run again; what was ingested is kept.",
            )


def checkout(workspace: Workspace, path: Path) -> bool:
    """Bring back what `<path>.dvc` names from the cache, or else from the remote; whether all of it came."""
    target = f"{workspace.relative(path)}.dvc"
    if not (workspace.root / target).exists():
        return False
    if _has_cache(workspace) and _succeeds(workspace, ["checkout", "--quiet", target]):
        return True
    return has_remote(workspace) and _succeeds(workspace, ["pull", "--quiet", target])


def pull(workspace: Workspace, record: Path) -> str:
    """Bring what a `.dvc` file names from cache or remote, else from where it was imported; what DVC says if it fails.

    What comes from there may be newer than the `.dvc` file, which stays as it is: whoever reads it compares it.
    """
    said = failed(workspace, ["pull", workspace.relative(record)])
    if not said:
        return ""
    content = yaml.load(record.read_text(encoding="utf-8"), _fast_loader())  # noqa: S506  # a safe loader
    imported = [dep["path"] for dep in content.get("deps", ()) if "://" in str(dep.get("path"))]
    if not imported or content["deps"][0].get("repo"):
        return said
    target = record.with_name(str(content["outs"][0]["path"]))
    return failed(workspace, ["get-url", "--force", "--", imported[0], workspace.relative(target)])


def push(workspace: Workspace, *records: Path) -> str:
    """Send what `.dvc` files name to the remote; what DVC says if that fails."""
    return failed(workspace, ["push", *map(workspace.relative, records)])


def failed(workspace: Workspace, args: Sequence[str]) -> str:
    """What DVC says of a command that fails, in one line; nothing where it succeeds."""
    done = subprocess.run(
        _command(args), cwd=workspace.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    errors = [line.partition("ERROR:")[2] for line in done.stderr.splitlines() if "ERROR:" in line]
    return " ".join(" ".join(errors or [done.stderr]).split())[-400:] or f"exit code {done.returncode}"


def is_cached(workspace: Workspace, path: Path) -> bool:
    """Whether DVC's cache has the bytes of `path`, so that nothing is lost when the file goes."""
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return (cache_folder(workspace) / "files" / "md5" / digest[:2] / digest[2:]).is_file()


def cache_folder(workspace: Workspace) -> Path:
    """Where DVC's cache is; where DVC cannot say, a folder that there is not."""
    done = subprocess.run(_command(["cache", "dir"]), cwd=workspace.root, capture_output=True, text=True, check=False)
    return workspace.root / (done.stdout.strip() if done.returncode == 0 else ".dvc/no-cache")


def commit(workspace: Workspace, record: Path) -> None:
    """Let a `.dvc` file name its output as it is now; the place that it was imported from is not asked.

    Raises:
        StoreError: DVC refuses; the error carries what it said.
    """
    command = [sys.executable, "-c", _AS_IT_IS, workspace.relative(record)]
    done = subprocess.run(command, cwd=workspace.root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        name = workspace.relative(record)
        found = f"DVC cannot take it as it is now: {' '.join(done.stderr.split())[-300:]}"
        raise StoreError(found, where=name, remedy="see what DVC says, mend it and run again.")


def name_task(workspace: Workspace, task: str) -> bool:
    """Let dvc.yaml name the files of `task`; whether it named others before.

    DVC could put the name in by itself (`src/${task}`), at the price of a tenth of the time of each of its commands.

    Raises:
        StoreError: the disk is full or dvc.yaml cannot be written to.
    """
    path = _dvc_yaml(workspace)
    text = path.read_text(encoding="utf-8")
    named = TASK_FILE.sub(lambda found: found[0].replace(f"src/{found[1]}/", f"src/{task}/"), text)
    if named != text:
        write_bytes(path, named.encode())
    return named != text


def mend(workspace: Workspace) -> list[str]:
    """Remove those of DVC's own files that a kill cut off while DVC wrote them; what was removed.

    DVC writes dvc.lock, `*.dvc` and its lock of readers and writers in place. A half of one stops every later
    command, though nothing is lost with it: the run-cache makes dvc.lock again, and `dvc add` the others.
    """
    removed = []
    rwlock = workspace.root / ".dvc" / "tmp" / "rwlock"
    for path, parse in ((rwlock, _holders), (workspace.root / "dvc.lock", _stages), (workspace.raw_dvc, _outs)):
        try:
            parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
            remove(path)
            removed.append(workspace.relative(path))
    return removed


def _dvc_yaml(workspace: Workspace) -> Path:
    return workspace.root / "dvc.yaml"


def _holders(text: str) -> None:
    """Refuse a lock whose every holder was killed.

    DVC sees to that itself, but takes one that nobody waited for, as in a container without an init, for alive.
    """
    content = json.loads(text)
    infos = [*content.get("write", {}).values(), *(info for many in content.get("read", {}).values() for info in many)]
    if infos and all(_is_gone(info["pid"]) for info in infos):
        raise ValueError("it is held by processes that are gone")


def _is_gone(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _stages(text: str) -> None:
    for stage in _whole(text)["stages"].values():
        _ = stage["cmd"]
        for item in (*stage.get("deps", ()), *stage.get("outs", ())):
            _ = item["path"], item["md5"], item["size"]
        for values in stage.get("params", {}).values():
            values.items()


def _outs(text: str) -> None:
    (out,) = _whole(text)["outs"]
    if out["path"] != "raw" or not out["md5"].endswith(".dir"):
        raise ValueError("it does not name data/raw")


def _whole(text: str) -> dict[str, Any]:
    """The content of a file of DVC's, which DVC always ends with the end of a line."""
    if not text.endswith("\n"):
        raise ValueError("it was cut off")
    content: dict[str, Any] = yaml.load(text, _fast_loader())  # noqa: S506  # a safe loader
    return content


def _fast_loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _has_cache(workspace: Workspace) -> bool:
    return any((workspace.root / ".dvc" / "cache").glob("files/md5/*")) or _configured(workspace, "cache")


def has_remote(workspace: Workspace) -> bool:
    """Whether DVC knows a remote in this repository."""
    return _configured(workspace, "remote")


def _configured(workspace: Workspace, section: str) -> bool:
    """Whether a file of DVC's configuration in this repository has such a section."""
    files = (workspace.root / ".dvc" / name for name in ("config", "config.local"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())
    return f"[{section}" in text or f"['{section}" in text


def _command(args: Sequence[str]) -> list[str]:
    # DVC of this environment, whatever PATH says.
    return [sys.executable, "-m", "dvc", *args]


def _succeeds(workspace: Workspace, args: Sequence[str]) -> bool:
    return subprocess.run(_command(args), cwd=workspace.root, capture_output=True, check=False).returncode == 0
