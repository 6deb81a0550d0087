"""DVC, as a person would call it from the root of the repository."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ringside.errors import StoreError
from ringside.store.files import remove
from ringside.store.workspace import Workspace


def add(workspace: Workspace, path: Path) -> None:
    """Bring `<path>.dvc` up to date and put the content in DVC's cache.

    Raises:
        StoreError: DVC refuses; the error carries what it said.
    """
    _run(workspace, ["add", "--quiet", workspace.relative(path)])


def checkout(workspace: Workspace, path: Path) -> bool:
    """Bring back what `<path>.dvc` names from the cache, or else from the remote; whether all of it came."""
    target = f"{workspace.relative(path)}.dvc"
    if not (workspace.root / target).exists():
        return False
    if _has_cache(workspace) and _succeeds(workspace, ["checkout", "--quiet", target]):
        return True
    return _has_remote(workspace) and _succeeds(workspace, ["pull", "--quiet", target])


def mend(workspace: Workspace) -> list[str]:
    """Remove those of DVC's own files that a kill cut off while DVC wrote them; what was removed.

    DVC writes dvc.lock, `*.dvc` and its lock of readers and writers in place. A half of one stops every later
    command, though nothing is lost with it: the run-cache makes dvc.lock again, and `dvc add` the others.
    """
    removed = []
    rwlock = workspace.root / ".dvc" / "tmp" / "rwlock"
    for path, parse in ((rwlock, json.loads), (workspace.root / "dvc.lock", _stages), (workspace.raw_dvc, _outs)):
        try:
            parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (ValueError, yaml.YAMLError, KeyError, TypeError):
            remove(path)
            removed.append(workspace.relative(path))
    return removed


def _stages(text: str) -> None:
    yaml.load(text, _fast_loader())["stages"].items()  # noqa: S506  # a safe loader


def _outs(text: str) -> None:
    yaml.load(text, _fast_loader())["outs"][0]["md5"].endswith(".dir")  # noqa: S506  # a safe loader


def _fast_loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _has_cache(workspace: Workspace) -> bool:
    return any((workspace.root / ".dvc" / "cache").glob("files/md5/*")) or _configured(workspace, "cache")


def _has_remote(workspace: Workspace) -> bool:
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


def _run(workspace: Workspace, args: Sequence[str]) -> None:
    done = subprocess.run(_command(args), cwd=workspace.root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.split())
        raise StoreError(
            f"`dvc {' '.join(args)}` failed: {said}",
            where=str(workspace.root),
            remedy="see what DVC says, mend it and run again; what was ingested is kept.",
        )
