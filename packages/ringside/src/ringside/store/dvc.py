"""Call DVC from the root of the repository."""

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

# Opens the repository, then waits for a line on stdin; without one (the parent was killed) it ends. If the `.dvc` file
# exists, it runs `dvc commit`, which checks only this output, while `dvc add` reads the whole pipeline first. It uses
# the class `Repo`, as DVCLive does, because DVC's command line would build the parsers of all its commands.
_ADD_ON_SIGNAL = """
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


# Does the same as `dvc commit`, but does not query the origin of an imported file, which may be unreachable.
_COMMIT_WITHOUT_ORIGIN = """
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
    """A `dvc add` that starts early: one core imports DVC while another one reads the source.

    As a context manager it ends the process if `run` was not called.
    """

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self._workspace = workspace
        self._path = workspace.relative(path)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ADD_ON_SIGNAL, self._path],
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
        """Update `<path>.dvc` and add the content to DVC's cache.

        Raises:
            StoreError: DVC fails; the error contains DVC's message.
        """
        _, message = self._process.communicate("now\n")
        if self._process.returncode != 0:
            raise StoreError(
                f"`dvc add {self._path}` failed: {' '.join(message.split())}",
                where=str(self._workspace.root),
                remedy="read DVC's message, fix the cause and run again; ingested partitions are kept.",
            )


def checkout(workspace: Workspace, path: Path) -> bool:
    """Restore the content of `<path>.dvc` from the cache or the remote; return whether it is complete."""
    target = f"{workspace.relative(path)}.dvc"
    if not (workspace.root / target).exists():
        return False
    if _has_cache(workspace) and _succeeds(workspace, ["checkout", "--quiet", target]):
        return True
    return has_remote(workspace) and _succeeds(workspace, ["pull", "--quiet", target])


def pull(workspace: Workspace, record: Path) -> str:
    """Restore the content of a `.dvc` file from cache, remote or origin; return DVC's message if that fails, else "".

    The content of the origin may be newer than the `.dvc` file, which is not changed: the caller has to compare them.
    """
    message = failed(workspace, ["pull", workspace.relative(record)])
    if not message:
        return ""
    content = yaml.load(record.read_text(encoding="utf-8"), _fast_loader())  # noqa: S506  # a safe loader
    imported = [dep["path"] for dep in content.get("deps", ()) if "://" in str(dep.get("path"))]
    if not imported or content["deps"][0].get("repo"):
        return message
    target = record.with_name(str(content["outs"][0]["path"]))
    return failed(workspace, ["get-url", "--force", "--", imported[0], workspace.relative(target)])


def push(workspace: Workspace, *records: Path) -> str:
    """Push the content of `.dvc` files to the remote; return DVC's message if that fails, else ""."""
    return failed(workspace, ["push", *map(workspace.relative, records)])


def failed(workspace: Workspace, args: Sequence[str]) -> str:
    """Run a DVC command; return its error message as one line if it fails, else ""."""
    done = subprocess.run(
        _command(args), cwd=workspace.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    errors = [line.partition("ERROR:")[2] for line in done.stderr.splitlines() if "ERROR:" in line]
    return " ".join(" ".join(errors or [done.stderr]).split())[-400:] or f"exit code {done.returncode}"


def is_cached(workspace: Workspace, path: Path) -> bool:
    """Return whether DVC's cache has the content of `path`, so that the file can be removed."""
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return (cache_folder(workspace) / "files" / "md5" / digest[:2] / digest[2:]).is_file()


def cache_folder(workspace: Workspace) -> Path:
    """Return the folder of DVC's cache; a folder that does not exist if the DVC command fails."""
    done = subprocess.run(_command(["cache", "dir"]), cwd=workspace.root, capture_output=True, text=True, check=False)
    return workspace.root / (done.stdout.strip() if done.returncode == 0 else ".dvc/no-cache")


def commit(workspace: Workspace, record: Path) -> None:
    """Update a `.dvc` file to the current content of its output, without querying the origin of an import.

    Raises:
        StoreError: DVC fails; the error contains DVC's message.
    """
    command = [sys.executable, "-c", _COMMIT_WITHOUT_ORIGIN, workspace.relative(record)]
    done = subprocess.run(command, cwd=workspace.root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        name = workspace.relative(record)
        message = f"DVC cannot commit the current content: {' '.join(done.stderr.split())[-300:]}"
        raise StoreError(message, where=name, remedy="read DVC's message, fix the cause and run again.")


def name_task(workspace: Workspace, task: str) -> bool:
    """Replace the task in the paths of dvc.yaml by `task`; return whether the file changed.

    DVC can interpolate the name (`src/${task}`), but that makes each of its commands about ten per cent slower.

    Raises:
        StoreError: the disk is full or dvc.yaml is not writable.
    """
    path = _dvc_yaml(workspace)
    text = path.read_text(encoding="utf-8")
    named = TASK_FILE.sub(lambda match: match[0].replace(f"src/{match[1]}/", f"src/{task}/"), text)
    if named != text:
        write_bytes(path, named.encode())
    return named != text


def mend(workspace: Workspace) -> list[str]:
    """Remove DVC's own files that an interrupted command left incomplete; return their names.

    DVC writes dvc.lock, `*.dvc` and its lock of readers and writers in place. An incomplete one stops every later
    command, but can be removed: the run-cache restores dvc.lock, and `dvc add` restores the others.
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
    """Raise ValueError for a lock whose holders have all ended.

    DVC checks this, too, but counts zombie processes as alive, as in a container without an init process.
    """
    content = json.loads(text)
    infos = [*content.get("write", {}).values(), *(info for many in content.get("read", {}).values() for info in many)]
    if infos and all(_is_gone(info["pid"]) for info in infos):
        raise ValueError("all processes that hold the lock have ended")


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
    """Return the content of a file of DVC; raise ValueError if it does not end with a line break, so is incomplete."""
    if not text.endswith("\n"):
        raise ValueError("the file is incomplete")
    content: dict[str, Any] = yaml.load(text, _fast_loader())  # noqa: S506  # a safe loader
    return content


def _fast_loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _has_cache(workspace: Workspace) -> bool:
    return any((workspace.root / ".dvc" / "cache").glob("files/md5/*")) or _configured(workspace, "cache")


def has_remote(workspace: Workspace) -> bool:
    """Return whether a DVC remote is configured in this repository."""
    return _configured(workspace, "remote")


def _configured(workspace: Workspace, section: str) -> bool:
    """Return whether DVC's configuration in this repository has a section."""
    files = (workspace.root / ".dvc" / name for name in ("config", "config.local"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())
    return f"[{section}" in text or f"['{section}" in text


def _command(args: Sequence[str]) -> list[str]:
    # The DVC of this environment, independent of PATH.
    return [sys.executable, "-m", "dvc", *args]


def _succeeds(workspace: Workspace, args: Sequence[str]) -> bool:
    return subprocess.run(_command(args), cwd=workspace.root, capture_output=True, check=False).returncode == 0
