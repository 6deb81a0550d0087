"""Where a path of source.py points, and how DVC brings what is not there."""

from pathlib import Path

import yaml

from ringside.errors import SourceError, StoreError
from ringside.store import dvc
from ringside.store.workspace import Workspace

FOLDER = "data/source"
"""Where files of a task's own lie that DVC imported, or that Git keeps."""


def workspace_here() -> Workspace | None:
    """The repository that the current folder is in, if it is in one."""
    try:
        return Workspace.find(Path.cwd())
    except StoreError:
        return None


def resolved(path: str) -> Path:
    """A path of source.py, which counts from the root of the repository."""
    here = workspace_here()
    return (here.root if here else Path.cwd()) / Path(path).expanduser()


def bring(path: str) -> Path:
    """Where a file or folder is, brought by DVC where it lacks and DVC tracks it.

    Raises:
        SourceError: DVC tracks it and cannot bring it; unreadable here.
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
    """Where DVC imported a file from; None where it was added."""
    found = yaml.safe_load(record.read_bytes())
    deps = found.get("deps") if isinstance(found, dict) else None
    return str(deps[0].get("path")) if deps else None


def imports(workspace: Workspace) -> list[Path]:
    """The `.dvc` files of what DVC imported into `FOLDER`, in order."""
    return sorted(record for record in (workspace.root / FOLDER).glob("*.dvc") if imported(record))


def update_imports(workspace: Workspace) -> list[str]:
    """Bring what DVC imported as it is now where it came from (`dvc update`); the files that are others now.

    Raises:
        SourceError: DVC cannot tell or bring one; unreadable here. What was there before is there still.
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
