"""Takes rows out of everything that this repository holds of the data: an erasure request."""

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
    """What was taken away."""

    rows: dict[str, int] = field(default_factory=dict)
    """How many rows of each file."""
    removed: list[str] = field(default_factory=list)
    """Files and folders that held rows, and that the next run makes again without them."""
    cached: list[str] = field(default_factory=list)
    """The hashes of what went from DVC's cache."""


def read_ids(path: Path, identity: Sequence[str], types: pa.Schema, *, group: str | None = None) -> pa.Table:
    """The identities in a file, or the groups, in the types that they have in `data/raw`.

    Args:
        path: CSV with a header that names the identity's columns, more columns are not looked at; where the identity
            is one column, a header may lack, and each line is one. Or with one column alone, the group's.
        identity: the columns that name a row.
        types: of the raw data.
        group: the column whose values rows share.

    Raises:
        DataError: the file cannot be read, lacks a column, or has a value of another type.
    """
    where = str(path)
    whole = f", or {group} alone, for all rows of these" if group and [group] != list(identity) else ""
    remedy = f"give a CSV file with the columns {', '.join(identity)}{whole}."
    try:
        head = path.read_text(encoding="utf-8-sig").splitlines()[:1]
        delimiter, columns = _header(head, identity, group)
        if columns is None and len(identity) > 1:
            raise DataError(f"it has no column {' or '.join(identity)}", where=where, remedy=remedy)
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
        found = {name: _cast(table.column(name), types.field(name).type) for name in wanted}
    except (OSError, UnicodeError, pa.ArrowException) as error:
        raise DataError(f"it cannot be read ({' '.join(str(error).split())})", where=where, remedy=remedy) from error
    if any(column.null_count for column in found.values()):
        raise DataError(f"a line has no value for {' or '.join(wanted)}", where=where, remedy=remedy)
    return pa.table(found)


def _header(head: Sequence[str], identity: Sequence[str], group: str | None) -> tuple[str, Sequence[str] | None]:
    """What parts the columns, and those that a first line names: the identity, or the group alone; None for neither."""
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
    """The erasure of some rows in one workspace, in which `data/raw` is whole."""

    workspace: Workspace
    task: Task
    asked: pa.Table
    """The identities; or, in one column alone, the groups all of whose rows are to go."""
    keep_in_git: bool = False
    """Whether Git keeps the partitions."""
    done: Forgotten = field(default_factory=Forgotten)

    def run(self, also: Callable[["Forget"], Sequence[str]] = lambda _: ()) -> Forgotten:
        """Take the rows away.

        The list of erased rows comes first: whatever is cut off after it, no source brings them back, and the same
        command goes on where it was cut off.

        Args:
            also: takes them out of the source's own files; the hashes that DVC knew those by.

        Raises:
            DataError: a partition is not what the manifest says.
            StoreError: the disk is full, or DVC refuses.
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
        """The column whose values are asked for; None where identities are."""
        names = self.asked.column_names
        return None if set(self.task.identity) <= set(names) else str(names[0])

    @functools.cached_property
    def ids(self) -> list[pa.Table]:
        """The identities that are asked for: of a group, those of its rows in `data/raw` and in DVC's cache."""
        if self.group is None:
            return [self.asked]
        keys = list(dict.fromkeys([*self.task.identity, self.group]))
        cached = dvc_cache.files_of(dvc.cache_folder(self.workspace)).values()
        found = []
        for path in (*sorted(self.workspace.raw.glob("*.parquet")), *cached):
            if (table := _columns_of(path, keys)) is not None:
                # An older version may have the column in another type.
                column = table.column(self.group).cast(self.asked.column(0).type)
                here = pc.is_in(column, value_set=self.asked.column(0))
                found.append(table.filter(here).select(list(self.task.identity)))
        return found

    @functools.cached_property
    def erased(self) -> Erased:
        """The list with these rows on it."""
        before = Erased.read(self.workspace.erased)
        if self.group is not None:
            before = before.plus_groups(self.group, before.hashes(self.asked, [self.group]))
        return before.plus(row for table in self.ids for row in before.hashes(table, self.task.identity))

    def stays(self, table: pa.Table) -> npt.NDArray[np.bool_]:
        """Which rows of a table are not erased, shape `(n_rows,)`."""
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
        """Write a partition aside, name it in the manifest, put it in its place, as ingest does."""
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
        """Remove what was computed from the rows; `make run` makes it again."""
        here = self.workspace
        files = [path for folder in (here.valid, here.quarantine) for path in sorted(folder.glob("*"))]
        held = [path for path in (*files, here.predictions, here.profile) if path.is_file() and self.holds(path)]
        # A version that was fetched is whole or not there; the registry has it still.
        fetched = [path for path in here.fetched.glob("*") if any(map(self.holds, _files(path)))]
        # What these hold depends on many things; they are small, and made again when they are needed.
        drafts = [here.rivals, here.release_draft, here.root / "proposal", here.root / "release"]
        for path in (*held, *sorted(fetched), *(path for path in drafts if path.exists())):
            remove(path)
            self.done.removed.append(here.relative(path))

    def holds(self, path: Path) -> bool:
        """Whether a file has one of the rows: a table with the identity's columns, or a profile with their hashes."""
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
            # A file that nobody can read any more is of no use either.
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
    """Columns of a Parquet file; None where it is none, or has not all of them."""
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
