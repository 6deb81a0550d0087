"""`data/manifest.json`: the list of ingested partitions, in a form that a reviewer can read in a diff."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ringside.common.files import read_json, write_json
from ringside.common.workspace import PARTITION_NAME
from ringside.errors import DataError

_VERSION = 1
_REMEDY = "restore it with `git checkout data/manifest.json`; it is written by `ringside ingest` only."


@dataclass(frozen=True)
class PartitionEntry:
    """One partition."""

    partition: str
    rows: int
    content: str
    """`ringside.common.fingerprint.content_hash` of the rows, sorted by their identity."""
    source: str | None
    """Fingerprint of the source when the partition was last compared with it."""

    @property
    def state(self) -> str:
        """Return the properties that a file of the partition must have."""
        return f"{self.rows} rows, {self.content}"


@dataclass(frozen=True)
class Manifest:
    """The ingested partitions, in order."""

    task: str
    entries: dict[str, PartitionEntry] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, *, task: str) -> Self:
        """Return the manifest of `task`; empty if there is no file.

        Raises:
            DataError: the file is not a manifest of this version, or belongs to another task.
        """
        if not path.exists():
            return cls(task)
        content = read_json(path, remedy=_REMEDY)
        try:
            version, owner = content["version"], content["task"]
            entries = [_entry(item) for item in content["partitions"]]
        except (KeyError, TypeError, ValueError) as error:
            found = f"it is no manifest ({type(error).__name__}: {error})"
            raise DataError(found, where=str(path), remedy=_REMEDY) from None
        if version != _VERSION:
            raise DataError(f"its version is {version!r}, not {_VERSION}", where=str(path), remedy=_REMEDY)
        if owner != task:
            remedy = (
                "remove data/manifest.json, data/raw.dvc and data/raw, then run `ringside ingest` for the new task."
            )
            raise DataError(f"it lists the data of task {owner!r}, not {task!r}", where=str(path), remedy=remedy)
        names = [entry.partition for entry in entries]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise DataError(f"it names {', '.join(doubled)} more than once", where=str(path), remedy=_REMEDY)
        return cls(task).with_entries(entries)

    def with_entries(self, entries: Iterable[PartitionEntry]) -> Self:
        """Return a manifest in which `entries` are added or replaced, in the order of their partitions."""
        merged = self.entries | {entry.partition: entry for entry in entries}
        return type(self)(self.task, {name: merged[name] for name in sorted(merged)})

    def without(self, names: Collection[str]) -> Self:
        """Return a manifest without the partitions `names`."""
        return type(self)(self.task, {name: entry for name, entry in self.entries.items() if name not in names})

    def write(self, path: Path) -> None:
        """Replace the file.

        Raises:
            StoreError: the disk is full or the path is not writable.
        """
        partitions = [{k: v for k, v in vars(entry).items() if v is not None} for entry in self.entries.values()]
        write_json(path, {"version": _VERSION, "task": self.task, "partitions": partitions})


def _entry(item: dict[str, Any]) -> PartitionEntry:
    entry = PartitionEntry(item["partition"], item["rows"], item["content"], item.get("source"))
    # NOTE: the name becomes a file name, and a pull request can write anything here.
    if not re.fullmatch(PARTITION_NAME, entry.partition):
        raise ValueError(f"{entry.partition!r} is no name for a partition")
    if not isinstance(entry.rows, int) or not isinstance(entry.content, str):
        raise TypeError(f"{item!r} is no partition")
    return entry
