"""Resolves the paths of source.py, and pulls missing files with DVC."""

from pathlib import Path

import yaml

from ringside.errors import SourceError, StoreError
from ringside.store import dvc
from ringside.store.workspace import Workspace

FOLDER = "data/source"
"""Folder of a task's own files that DVC imported or that Git tracks."""


def workspace_here() -> Workspace | None:
    """Return the repository that contains the current folder, or None."""
    try:
        return Workspace.find(Path.cwd())
    except StoreError:
        return None


def resolved(path: str) -> Path:
    """Return the absolute path for a path of source.py, which is relative to the root of the repository."""
    here = workspace_here()
    return (here.root if here else Path.cwd()) / Path(path).expanduser()


def bring(path: str) -> Path:
    """Return the path of a file or folder; pull it with DVC if it is missing and DVC tracks it.

    Raises:
        SourceError: DVC tracks it and cannot pull it; unreadable here.
    """
    target = resolved(path)
    record = target.with_name(f"{target.name}.dvc")
    here = workspace_here()
    if target.exists() or here is None or not record.exists():
        return target
    if said := dvc.pull(here, record):
        found = f"DVC cannot bring it: {said}"
        remedy = f"see that `dvc pull {here.relative(record)}` works from here, then run again."
        raise SourceError(found, where=here.relative(target), remedy=remedy, unreadable=True)
    return target


def imported(record: Path) -> str | None:
    """Return the address that DVC imported a file from; None if it was added."""
    found = yaml.safe_load(record.read_bytes())
    deps = found.get("deps") if isinstance(found, dict) else None
    return str(deps[0].get("path")) if deps else None


def imports(workspace: Workspace) -> list[Path]:
    """Return the `.dvc` files of what DVC imported into `FOLDER`, in order."""
    return sorted(record for record in (workspace.root / FOLDER).glob("*.dvc") if imported(record))


def update_imports(workspace: Workspace) -> list[str]:
    """Update what DVC imported to the present state of its origin (`dvc update`); return the files that changed.

    Raises:
        SourceError: DVC cannot check or fetch one; unreadable here. The previous files are unchanged.
    """
    newer = []
    for record in imports(workspace):
        name = workspace.relative(record)
        before = record.read_bytes()
        if said := dvc.failed(workspace, ["update", name]):
            remedy = f"see that `dvc update {name}` works from here, then run again."
            raise SourceError(f"DVC cannot bring it as it is now: {said}", where=name, remedy=remedy, unreadable=True)
        if record.read_bytes() != before:
            newer.append(name.removesuffix(".dvc"))
    return newer
