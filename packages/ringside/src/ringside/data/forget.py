"""Erase rows from all data files of the repository, for an erasure request."""

import csv
import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from ringside.common.files import move, remove
from ringside.common.fingerprint import content_hash, row_hashes
from ringside.common.manifest import Manifest, PartitionEntry
from ringside.common.tables import read_table, write_table
from ringside.common.task import Task
from ringside.data import git_storage as kept
from ringside.data.tombstones import Erased
from ringside.errors import DataError
from ringside.pipeline.evaluate.profile import contains
from ringside.store import dvc, dvc_cache
from ringside.store.adopted import read_adopted, remove_adopted, write_adopted
from ringside.store.workspace import Workspace

_REMEDY = "run `ringside ingest --frozen`, then run this command again."


@dataclass
class Forgotten:
    """The files and rows that were removed."""

    rows: dict[str, int] = field(default_factory=dict)
    """Number of removed rows by file."""
    removed: list[str] = field(default_factory=list)
    """Removed files and folders that contained rows; the next run writes them again without these rows."""
    cached: list[str] = field(default_factory=list)
    """Hashes of the files that were removed from DVC's cache."""


def read_ids(path: Path, identity: Sequence[str], types: pa.Schema, *, group: str | None = None) -> pa.Table:
    """Return the identities, or the groups, listed in a file, in their types in `data/raw`.

    Args:
        path: a CSV file whose header names the columns of the identity; other columns are ignored. The header is
            optional if the identity is one column. Or a CSV file whose only column is the group.
        identity: the columns that identify a row.
        types: the schema of the raw data.
        group: the group column of the task.

    Raises:
        DataError: the file cannot be read, lacks a column, or has a value of another type.
    """
    where = str(path)
    whole = f", or only {group} to erase all rows of these groups" if group and [group] != list(identity) else ""
    remedy = f"use a CSV file with the columns {', '.join(identity)}{whole}."
    try:
        head = path.read_text(encoding="utf-8-sig").splitlines()[:1]
        delimiter, columns = _header(head, identity, group)
        if columns is None and len(identity) > 1:
            raise DataError(f"the file has no column {' or '.join(identity)}", where=where, remedy=remedy)
        wanted = list(columns or identity)
        convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            null_values=[""],
            strings_can_be_null=True,
        )
        read = pacsv.ReadOptions(column_names=wanted if columns is None else None)
        parse = pacsv.ParseOptions(delimiter=delimiter)
        table = pacsv.read_csv(where, read_options=read, parse_options=parse, convert_options=convert)
        columns_read = {name: _cast(table.column(name), types.field(name).type) for name in wanted}
    except (OSError, UnicodeError, pa.ArrowException) as error:
        message = f"the file cannot be read ({' '.join(str(error).split())})"
        raise DataError(message, where=where, remedy=remedy) from error
    if any(column.null_count for column in columns_read.values()):
        raise DataError(f"a line has no value for {' or '.join(wanted)}", where=where, remedy=remedy)
    return pa.table(columns_read)


def _header(head: Sequence[str], identity: Sequence[str], group: str | None) -> tuple[str, Sequence[str] | None]:
    """Return the delimiter and the columns in the first line: the identity or the group; None if it is no header."""
    for delimiter in ",;\t":
        names = next(csv.reader(head, delimiter=delimiter), [])
        if set(identity) <= set(names):
            return delimiter, identity
        if names == [group]:
            return delimiter, names
    return ",", None


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        try:
            return column.cast(pa.timestamp("us", kind.tz))
        except pa.ArrowException:
            return column.cast(pa.timestamp("us")).cast(pa.timestamp("us", kind.tz))
    return column.cast(pa.timestamp("us") if pa.types.is_timestamp(kind) else kind)


@dataclass(frozen=True)
class Forget:
    """The erasure of some rows in a workspace with complete `data/raw`."""

    workspace: Workspace
    task: Task
    requested: pa.Table
    """The identities to erase; or, in a single column, the groups whose rows are all erased."""
    keep_in_git: bool = False
    """True if the partitions are stored in Git."""
    done: Forgotten = field(default_factory=Forgotten)
    """The rows and files removed so far."""

    def run(self, also: Callable[["Forget"], Sequence[str]] = lambda _: ()) -> Forgotten:
        """Erase the rows and return what was removed.

        The list of erased rows is written first: if the command is interrupted later, the rows are never ingested
        again, and the same command continues.

        Args:
            also: function that erases the rows from the source's own files and returns their hashes in DVC.

        Raises:
            DataError: a partition differs from the manifest.
            StoreError: the disk is full, or a DVC command fails.
        """
        self.erased.write(self.workspace.erased)
        self._partitions()
        self._adopted()
        hashes = also(self)
        self._derived()
        self.done.cached = dvc_cache.sweep(self.workspace, self.holds, also=hashes)
        return self.done

    @property
    def group(self) -> str | None:
        """The column of the requested groups; None if identities are requested."""
        names = self.requested.column_names
        return None if set(self.task.identity) <= set(names) else str(names[0])

    @functools.cached_property
    def ids(self) -> list[pa.Table]:
        """The identities to erase; for a group, those of all its rows in `data/raw` and in DVC's cache."""
        if self.group is None:
            return [self.requested]
        keys = list(dict.fromkeys([*self.task.identity, self.group]))
        cached = dvc_cache.files_of(dvc.cache_folder(self.workspace)).values()
        tables = []
        for path in (*sorted(self.workspace.raw.glob("*.parquet")), *cached):
            if (table := _columns_of(path, keys)) is not None:
                # An older version may have the column in another type.
                column = table.column(self.group).cast(self.requested.column(0).type)
                matches = pc.is_in(column, value_set=self.requested.column(0))
                tables.append(table.filter(matches).select(list(self.task.identity)))
        return tables

    @functools.cached_property
    def erased(self) -> Erased:
        """The list of erased rows, including the requested ones."""
        before = Erased.read(self.workspace.erased)
        if self.group is not None:
            before = before.plus_groups(self.group, before.hashes(self.requested, [self.group]))
        return before.plus(row for table in self.ids for row in before.hashes(table, self.task.identity))

    def stays(self, table: pa.Table) -> npt.NDArray[np.bool_]:
        """Return whether each row of a table is kept, shape `(n_rows,)`."""
        return self.erased.left(table, self.task.identity)

    def _partitions(self) -> None:
        manifest = Manifest.read(self.workspace.manifest, task=self.task.name)
        with dvc.PendingAdd(self.workspace, self.workspace.raw) as add:
            for name, entry in manifest.entries.items():
                path = self.workspace.partition(self.workspace.raw, name)
                table = read_table(path, remedy=_REMEDY)
                left = table.filter(pa.array(self.stays(table)))
                if left.num_rows == table.num_rows:
                    continue
                self.done.rows[self.workspace.relative(path)] = table.num_rows - left.num_rows
                manifest = self._replace(manifest, entry, left)
            add.run()
        remove(self.workspace.incoming)
        if self.keep_in_git:
            kept.keep(self.workspace, list(manifest.entries))

    def _replace(self, manifest: Manifest, entry: PartitionEntry, left: pa.Table) -> Manifest:
        """Write a partition to a temporary folder, enter it in the manifest, move it to `data/raw`, as ingest does."""
        path = self.workspace.partition(self.workspace.raw, entry.partition)
        if left.num_rows == 0:
            manifest = manifest.without([entry.partition])
            manifest.write(self.workspace.manifest)
            remove(path)
            return manifest
        aside = self.workspace.partition(self.workspace.incoming, entry.partition)
        write_table(aside, left)
        manifest = manifest.with_entries(
            [PartitionEntry(entry.partition, left.num_rows, content_hash(left), entry.source)]
        )
        manifest.write(self.workspace.manifest)
        move(aside, path)
        return manifest

    def _adopted(self) -> None:
        table = read_adopted(self.workspace)
        if table is None:
            return
        left = table.filter(pa.array(self.stays(table)))
        if left.num_rows == table.num_rows:
            return
        self.done.rows[self.workspace.relative(self.workspace.adopted)] = table.num_rows - left.num_rows
        if left.num_rows:
            write_adopted(self.workspace, left)
        else:
            remove_adopted(self.workspace)

    def _derived(self) -> None:
        """Remove files computed from the rows; `make run` writes them again."""
        workspace = self.workspace
        files = [path for folder in (workspace.valid, workspace.quarantine) for path in sorted(folder.glob("*"))]
        outputs = (*files, workspace.predictions, workspace.profile)
        affected = [path for path in outputs if path.is_file() and self.holds(path)]
        # A fetched version is removed as a whole; the registry still has it.
        fetched = [path for path in workspace.fetched.glob("*") if any(map(self.holds, _files(path)))]
        # These are removed without a check: they are small and written again when they are needed.
        drafts = [workspace.rivals, workspace.release_draft, workspace.root / "proposal", workspace.root / "release"]
        for path in (*affected, *sorted(fetched), *(path for path in drafts if path.exists())):
            remove(path)
            self.done.removed.append(workspace.relative(path))

    def holds(self, path: Path) -> bool:
        """Return whether a file contains one of the rows: a table by its identities, a profile by their hashes."""
        with path.open("rb") as file:
            start = file.read(4)
        if start == b"PAR1":
            return self._table_holds(path)
        if start[:1] == b"{":
            return self._profile_holds(path)
        return False

    def _table_holds(self, path: Path) -> bool:
        keys = list(self.task.identity)
        try:
            with pa.OSFile(str(path), "rb") as file, pq.ParquetFile(file) as parquet:
                names = parquet.schema_arrow.names
                if not set(keys) <= set(names):
                    return False
                groups = [name for name in self.erased.groups if name in names and name not in keys]
                table = parquet.read(columns=[*keys, *groups])
        except (pa.ArrowException, OSError):
            # An unreadable file is useless, so it is removed, too.
            return True
        return not bool(self.stays(table).all())

    def _profile_holds(self, path: Path) -> bool:
        try:
            packed = json.loads(path.read_bytes())["trained_on"]
            keys = list(self.task.identity)
            return any(bool(contains(packed, row_hashes(table, keys)).any()) for table in self.ids)
        except (ValueError, KeyError, TypeError):
            return False


def _columns_of(path: Path, names: list[str]) -> pa.Table | None:
    """Return columns of a Parquet file; None if the file is no Parquet file or lacks one of them."""
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return None
    try:
        with pa.OSFile(str(path), "rb") as file, pq.ParquetFile(file) as parquet:
            return parquet.read(columns=names) if set(names) <= set(parquet.schema_arrow.names) else None
    except (pa.ArrowException, OSError):
        return None


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
