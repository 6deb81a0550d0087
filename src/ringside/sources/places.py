"""Where a path of source.py points, and how DVC brings what is not there."""

from pathlib import Path

from ringside.errors import SourceError, StoreError
from ringside.store import dvc
from ringside.store.workspace import Workspace


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
