"""Ingest partitions from the task's source into `data/raw` and record them in the manifest.

The order of steps makes an interruption harmless: a partition is written to a temporary folder, then recorded in the
manifest, then moved into `data/raw`. A partition that is not in the manifest was not ingested. A partition that is in
the manifest but not in `data/raw` is restored from the temporary folder, from Git, from DVC's cache or remote, or from
the source, and compared with the manifest before it is used.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ringside.common.files import move, remove, write_bytes
from ringside.common.fingerprint import content_hash
from ringside.common.manifest import Manifest, PartitionEntry
from ringside.common.tables import read_table, write_table
from ringside.common.task import Task
from ringside.data import git_storage as kept
from ringside.data.source_errors import out_of_reach
from ringside.data.tombstones import Erased
from ringside.errors import DataError, RingsideError, SourceError, UsageError, told
from ringside.loader import Source
from ringside.params import Store
from ringside.pipeline.validate.partitions import check_identities, read_raw, refuse_strangers, strangers
from ringside.store import dvc
from ringside.store.caches import VerifiedFiles
from ringside.store.workspace import Workspace

Track = Callable[[Iterable[str], str], Iterable[str]]
"""Function that iterates over partitions and shows the progress."""
Ripe = Callable[[pa.Table], bool]
"""Function that returns whether the rows of a partition should be ingested now."""


@dataclass
class Ingested:
    """The result of an ingest."""

    rows: int
    """Number of rows in `data/raw`."""
    partitions: list[str]
    """Partitions in `data/raw`, in order."""
    read: list[str] = field(default_factory=list)
    """Partitions that are new from the source."""
    refreshed: list[str] = field(default_factory=list)
    """Partitions that `--refresh` read again and that have changed."""
    removed: list[str] = field(default_factory=list)
    """Removed files of another branch's partitions, which DVC can restore."""
    restored: dict[str, str] = field(default_factory=dict)
    """Partitions restored by the manifest, each with the place that it came from."""
    waiting: list[str] = field(default_factory=list)
    """New partitions that were not ingested, because their labels have not arrived."""
    erased: dict[str, int] = field(default_factory=dict)
    """Number of rows by partition that were left out, because they are on the list of erased rows."""
    left: int = 0
    """Number of partitions of the source that are not ingested; 0 if the source was not queried."""


@dataclass(frozen=True)
class Ingest:
    """The ingest of one task into one workspace."""

    workspace: Workspace
    task: Task
    source: Source
    track: Track = lambda items, _label: items
    add: dvc.PendingAdd | None = None
    """A `dvc add` of `data/raw` that is already started; None to start one when it is needed."""
    store: Store = "source"
    """Store of the partitions for other machines."""

    @functools.cached_property
    def _verified(self) -> VerifiedFiles:
        return VerifiedFiles.read(self.workspace.verified)

    @functools.cached_property
    def _erased(self) -> Erased:
        return Erased.read(self.workspace.erased)

    @functools.cached_property
    def _left_out(self) -> dict[str, int]:
        """Number of rows from the source, by partition, that are on the list of erased rows."""
        return {}

    def frozen(self) -> Ingested:
        """Make `data/raw` equal to the manifest.

        Raises:
            DataError: there is no manifest, `data/raw` contains a file that differs from the manifest, or a partition
                that Git should store is missing.
            SourceError: a partition is missing, and the source or the remote cannot be read or returns other rows.
        """
        manifest = self._manifest()
        if not manifest.entries:
            raise DataError(
                "the manifest names no partition",
                where=str(self.workspace.manifest),
                remedy="run `ringside ingest` to read the source, or `git checkout data/manifest.json`.",
            )
        removed = self._take_out_strangers(manifest)
        restored = self._restore(manifest, use_source=self.store == "source")
        if not self.workspace.raw_dvc.exists():
            with dvc.PendingAdd(self.workspace, self.workspace.raw) as add:
                add.run()
        return self._done(manifest, restored=restored, removed=removed)

    def new(
        self,
        *,
        until: str | None = None,
        refresh: Sequence[str] = (),
        limit: int | None = None,
        ripe: Ripe | None = None,
    ) -> Ingested:
        """Ingest the partitions of the source that are not in the manifest.

        Args:
            until: the last partition to ingest; None for all partitions of the source.
            refresh: partitions to read again and to replace; "all" for every partition of the manifest.
            limit: the largest number of new partitions to ingest; None for all.
            ripe: function; the first partition for which it returns false ends the ingest; None ingests all.

        Raises:
            UsageError: `until` or `refresh` name an unknown partition.
            SourceError: the source cannot be read, or returns other rows for a partition than before.
            DataError: a partition is empty, or its identities are repeated or missing.
        """
        manifest = self._manifest()
        offered = self.source.partitions()
        wanted = offered if until is None else [name for name in offered if name <= self._known(until, offered)]
        present = [name for name in offered if name in manifest.entries]
        refresh = self._again(refresh, present)
        removed = self._take_out_strangers(manifest)
        # Partitions that are read again need not be restored or compared.
        restored = self._restore(manifest.without(refresh))
        manifest = self._compare(manifest, present, refresh)
        missing = [name for name in wanted if name not in manifest.entries][:limit]
        if not missing and not refresh and not self._dvc_is_behind():
            left = len(set(offered) - set(manifest.entries))
            return self._done(manifest, restored=restored, removed=removed, left=left)
        with self.add or dvc.PendingAdd(self.workspace, self.workspace.raw) as add:
            waiting = []
            for name in self.track(missing, "ingest"):
                table = self._read(name)
                if table.num_rows == 0:
                    # All rows of the partition were erased.
                    continue
                if ripe is not None and not ripe(table):
                    waiting.append(name)
                    break
                manifest = self._keep(manifest, name, table)
            before = manifest
            for name in self.track(refresh, "refresh"):
                manifest = self._keep(manifest, name, self._read(name))
            add.run()
        read = [name for name in missing if name in manifest.entries]
        changed = [name for name in refresh if manifest.entries[name].content != before.entries[name].content]
        left = len(set(offered) - set(manifest.entries))
        what = {"read": read, "refreshed": changed, "restored": restored, "removed": removed}
        return self._done(manifest, **what, waiting=waiting, left=left)

    def unread(self, ripe: Ripe) -> list[str]:
        """Return the partitions of the source that are new or differ from the manifest.

        Nothing is written.

        Args:
            ripe: function that returns whether a new partition would be ingested.

        Raises:
            SourceError, DataError: as in `new`.
        """
        entries = self._manifest().entries
        return [
            name
            for name in self.source.partitions()
            if (self._differs(entries[name]) if name in entries else self._is_new(name, ripe))
        ]

    def _is_new(self, name: str, ripe: Ripe) -> bool:
        table = self._read(name)
        return table.num_rows > 0 and ripe(table)

    def _differs(self, entry: PartitionEntry) -> bool:
        if self.source.fingerprint(entry.partition) == entry.source:
            return False
        return content_hash(self._read(entry.partition)) != entry.content

    def _again(self, refresh: Sequence[str], present: Sequence[str]) -> Sequence[str]:
        """Return the partitions that `refresh` names; "all" means all of them, unless a partition has this name."""
        if "all" in refresh and "all" not in present:
            return present
        for name in refresh:
            self._known(name, present)
        return refresh

    def _dvc_is_behind(self) -> bool:
        """Return whether an ingest may have been interrupted between writing the manifest and `dvc add`."""
        dvc_file = self.workspace.raw_dvc
        return not dvc_file.exists() or dvc_file.stat().st_mtime_ns < self.workspace.manifest.stat().st_mtime_ns

    def _manifest(self) -> Manifest:
        return Manifest.read(self.workspace.manifest, task=self.task.name)

    def _done(self, manifest: Manifest, **what: object) -> Ingested:
        if self.store == "git":
            kept.keep(self.workspace, list(manifest.entries))
        remove(self.workspace.incoming)
        self._verified.write()
        rows = sum(entry.rows for entry in manifest.entries.values())
        what["erased"] = self._left_out
        return Ingested(rows=rows, partitions=list(manifest.entries), **what)  # type: ignore[arg-type]

    def _known(self, name: str, names: Sequence[str]) -> str:
        if name not in names:
            remedy = f"name one of {_list(names)}." if names else "run `ringside ingest` first."
            raise UsageError(
                f"there is no partition {name!r}", where=f"the source of {self.task.name!r}", remedy=remedy
            )
        return name

    def _keep(self, manifest: Manifest, name: str, table: pa.Table) -> Manifest:
        """Write one partition, record it in the manifest, move it to `data/raw`."""
        aside = self.workspace.partition(self.workspace.incoming, name)
        write_table(aside, table)
        if self.store == "git":
            self._check_room(manifest, name, aside)
        entry = PartitionEntry(name, table.num_rows, content_hash(table), self.source.fingerprint(name))
        manifest = manifest.with_entries([entry])
        manifest.write(self.workspace.manifest)
        self._place(aside, entry)
        return manifest

    def _check_room(self, manifest: Manifest, name: str, aside: Path) -> None:
        try:
            kept.check_size(self.workspace, manifest.entries, name, aside.stat().st_size)
        except DataError:
            remove(aside)
            raise

    def _place(self, aside: Path, entry: PartitionEntry) -> None:
        """Move a partition with the content in the manifest to `data/raw`."""
        target = self.workspace.partition(self.workspace.raw, entry.partition)
        move(aside, target)
        self._verified.remember(target, entry.state)

    def _read(self, name: str) -> pa.Table:
        """Return the rows of the source, sorted by identity."""
        frame = self.source.read(name)
        where = f"task {self.task.name!r}, partition {name}"
        remedy = "fix `read` in source.py; none of these rows was ingested."
        if not hasattr(frame, "columns"):
            message = f"`read` returned {type(frame).__name__} instead of a data frame"
            raise SourceError(message, where=where, remedy=remedy)
        if repeated := sorted({str(column) for column in frame.columns[frame.columns.duplicated()]}):
            message = f"`read` returned the column {', '.join(repeated)} more than once"
            raise SourceError(message, where=where, remedy=remedy)
        if lacking := [column for column in self.task.columns if column not in frame.columns]:
            message = f"the result of `read` lacks the column {', '.join(lacking)}"
            raise SourceError(message, where=where, remedy=remedy)
        try:
            frame = frame.sort_values(list(self.task.identity), kind="stable", ignore_index=True)
            table = pa.Table.from_pandas(frame, preserve_index=False)
        except (pa.ArrowException, TypeError) as error:
            raise SourceError(
                f"a column has values of several types ({told(error)})", where=where, remedy=remedy
            ) from error
        stays = self._erased.left(table, self.task.identity)
        if erased := int((~stays).sum()):
            self._left_out[name] = erased
            table = table.filter(pa.array(stays))
        if table.num_rows or not erased:
            check_identities(table, self.task, where=where)
        return table

    def _compare(self, manifest: Manifest, names: Sequence[str], refresh: Sequence[str]) -> Manifest:
        """Read partitions with a new fingerprint again; raise if their rows have changed."""
        fingerprints = {name: self.source.fingerprint(name) for name in names if name not in refresh}
        suspects = [name for name, now in fingerprints.items() if now != manifest.entries[name].source]
        changed, same = [], []
        for name in self.track(suspects, "compare"):
            entry, now = manifest.entries[name], content_hash(self._read(name))
            if now != entry.content:
                changed.append(name)
            same.append(PartitionEntry(name, entry.rows, entry.content, fingerprints[name]))
        if changed:
            self._refuse_change(changed)
        if same:
            manifest = manifest.with_entries(same)
            manifest.write(self.workspace.manifest)
        return manifest

    def _refuse_change(self, names: Sequence[str]) -> None:
        options = " ".join(f"--refresh {name}" for name in names)
        raise SourceError(
            f"the source now returns other rows for {_list(names)} than the manifest records; they were not ingested",
            where=f"the source of {self.task.name!r}",
            remedy=f"if the change is intended, run `ringside ingest {options}`; the manifest's diff then shows it.",
        )

    def _restore(self, manifest: Manifest, *, use_source: bool = True) -> dict[str, str]:
        """Restore partitions missing from `data/raw`; return the place that each one came from."""
        lacking = self._lacking(manifest)
        came: dict[str, str] = {}
        origins = {"data/.incoming": self._from_aside, "data/store": self._from_git, "DVC": self._from_dvc}
        for origin, bring in origins.items():
            if lacking:
                bring(lacking)
                after = self._lacking(manifest)
                came |= {name: origin for name in lacking if name not in after}
                lacking = after
        if lacking and not use_source:
            self._refuse_absence(lacking)
        changed = []
        for name in self.track(lacking, "restore"):
            entry = manifest.entries[name]
            table = self._reread(name)
            if not _is(table, entry):
                changed.append(name)
                continue
            aside = self.workspace.partition(self.workspace.incoming, name)
            write_table(aside, table)
            self._place(aside, entry)
            came[name] = "the source"
        if changed:
            self._refuse_change(changed)
        return came

    def _refuse_absence(self, names: Sequence[str]) -> None:
        """Raise if the configured store lacks partitions; the source does not replace it."""
        again = "run `ringside ingest` on a machine that can read the source"
        if self.store == "git":
            message = f"the folder lacks {_list(names)}, or has other rows than data/manifest.json records"
            remedy = f"restore it with `git checkout data/store`, or {again}, and commit data/store."
            raise DataError(message, where="data/store", remedy=remedy)
        raise SourceError(
            f"the data cannot be read here: {_list(names)} is neither in a cache nor in the DVC remote",
            where="params.yaml, data.store",
            remedy=f"give `dvc pull` access to the remote (docs/remotes.md), or {again}, which pushes the data to it.",
            unreadable=True,
        )

    def _reread(self, name: str) -> pa.Table:
        try:
            return self._read(name)
        except SourceError as error:
            raise SourceError(
                f"the data cannot be read here: {name} is in no cache and no remote, and {error.found}",
                where=error.where,
                remedy="give this machine access to the source or to a DVC remote with the data (docs/data.md).",
                unreadable=error.unreadable or out_of_reach(error.__cause__),
            ) from error

    def _from_aside(self, names: Sequence[str]) -> None:
        """Finish the moves of an interrupted ingest."""
        manifest = self._manifest()
        for name in names:
            aside = self.workspace.partition(self.workspace.incoming, name)
            if _holds(aside, manifest.entries[name]):
                self._place(aside, manifest.entries[name])

    def _from_git(self, names: Sequence[str]) -> None:
        """Copy partitions stored in Git, whatever the current store: their content is compared with the manifest."""
        manifest = self._manifest()
        for name in names:
            file = self.workspace.partition(self.workspace.store, name)
            if _holds(file, manifest.entries[name]):
                aside = self.workspace.partition(self.workspace.incoming, name)
                write_bytes(aside, file.read_bytes())
                self._place(aside, manifest.entries[name])

    def _from_dvc(self, _names: Sequence[str]) -> None:
        dvc.checkout(self.workspace, self.workspace.raw)

    def _lacking(self, manifest: Manifest) -> list[str]:
        """Return the partitions that are missing from `data/raw`.

        Raises:
            DataError: a file differs from the manifest.
        """
        lacking = []
        for name, entry in manifest.entries.items():
            path = self.workspace.partition(self.workspace.raw, name)
            if not path.exists():
                lacking.append(name)
            elif self._verified.knows(path, entry.state):
                continue
            elif self._fits(path, entry):
                self._verified.remember(path, entry.state)
            else:
                remove(path)
                lacking.append(name)
        return lacking

    def _fits(self, path: Path, entry: PartitionEntry) -> bool:
        """Return whether a file equals the manifest; a differing file in DVC's cache belongs to another branch.

        Raises:
            DataError: the file differs from the manifest, and DVC's cache does not have it.
        """
        try:
            read_raw(path, entry)
        except DataError as error:
            if error.where == str(path) and dvc.is_cached(self.workspace, path):
                return False
            raise
        return True

    def _take_out_strangers(self, manifest: Manifest) -> list[str]:
        """Remove partitions of another branch from `data/raw`: files not in the manifest that DVC's cache has.

        Raises:
            DataError: a file is neither in the manifest nor in DVC's cache.
        """
        raw = self.workspace.raw
        others = strangers(raw, manifest.entries)
        # Temporary files of an interrupted run can be removed.
        left = [name for name in others if name.startswith(".") and name.endswith(".tmp")]
        kept = [name for name in others if name not in left and dvc.is_cached(self.workspace, raw / name)]
        for name in (*left, *kept):
            remove(raw / name)
        refuse_strangers([name for name in others if name not in (*left, *kept)])
        return kept


def _holds(file: Path, entry: PartitionEntry) -> bool:
    """Return whether a file exists, is complete, and has the content in the manifest."""
    try:
        return _is(read_table(file, remedy=""), entry)
    except RingsideError:
        return False


def _is(table: pa.Table, entry: PartitionEntry) -> bool:
    return (table.num_rows, content_hash(table)) == (entry.rows, entry.content)


def _list(names: Sequence[str], limit: int = 6) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
