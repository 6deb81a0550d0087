"""Brings partitions from the task's source into `data/raw`, and says in the manifest what there is.

The order of steps makes a kill harmless: a partition is written aside, then named in the manifest, then moved into
`data/raw`. What the manifest does not name was not ingested; what it names and `data/raw` lacks is found again aside,
in Git or DVC's cache or remote, or in the source, and compared with the manifest before it is used.
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
"""Iterates over partitions and shows how far it is."""
Ripe = Callable[[pa.Table], bool]
"""Whether a partition, as the source answers it, is to be taken now."""


@dataclass
class Ingested:
    """What an ingest did."""

    rows: int
    """In `data/raw` now."""
    partitions: list[str]
    """In `data/raw` now, in order."""
    read: list[str] = field(default_factory=list)
    """New from the source."""
    refreshed: list[str] = field(default_factory=list)
    """Read again because `--refresh` said so, and different from before."""
    removed: list[str] = field(default_factory=list)
    """Files of another branch's partitions, which DVC can bring back."""
    restored: dict[str, str] = field(default_factory=dict)
    """Brought back as the manifest names them, each with where from."""
    waiting: list[str] = field(default_factory=list)
    """Not taken, since its labels have not arrived."""
    erased: dict[str, int] = field(default_factory=dict)
    """How many rows of a partition were left out, because they were erased before."""
    left: int = 0
    """Partitions that the source has and `data/raw` has not; 0 too where nobody asked the source."""


@dataclass(frozen=True)
class Ingest:
    """The ingest of one task into one workspace."""

    workspace: Workspace
    task: Task
    source: Source
    track: Track = lambda items, _label: items
    add: dvc.PendingAdd | None = None
    """A `dvc add` of `data/raw` that was started before; one is started when it is needed otherwise."""
    store: Store = "source"
    """Where partitions are kept for other machines."""

    @functools.cached_property
    def _verified(self) -> VerifiedFiles:
        return VerifiedFiles.read(self.workspace.verified)

    @functools.cached_property
    def _erased(self) -> Erased:
        return Erased.read(self.workspace.erased)

    @functools.cached_property
    def _left_out(self) -> dict[str, int]:
        """Rows that were erased before and came again, by partition."""
        return {}

    def frozen(self) -> Ingested:
        """Bring `data/raw` to what the manifest names, and nothing else.

        Raises:
            DataError: there is no manifest, or `data/raw` holds something else than the manifest says, or Git was to
                keep a partition and has it not.
            SourceError: a partition is missing, and where data are to be had from (the source, the remote) cannot be
                read, or answers something else.
        """
        manifest = self._manifest()
        if not manifest.entries:
            raise DataError(
                "it names no partition",
                where=str(self.workspace.manifest),
                remedy="run `ringside ingest` to read the source, or `git checkout data/manifest.json`.",
            )
        removed = self._take_out_strangers(manifest)
        restored = self._restore(manifest, ask_source=self.store == "source")
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
        """Read what the source has and the manifest has not.

        Args:
            until: the last partition to read; None for all that the source offers.
            refresh: partitions to read again and to believe; "all" for each that the manifest names.
            limit: no more than so many new ones are taken; None for all.
            ripe: the first partition of which it is false ends the taking; None takes each.

        Raises:
            UsageError: `until` or `refresh` name a partition that there is not.
            SourceError: the source cannot be read, or answers a partition differently than before.
            DataError: a partition is empty, or its identities are doubled or missing.
        """
        manifest = self._manifest()
        offered = self.source.partitions()
        wanted = offered if until is None else [name for name in offered if name <= self._known(until, offered)]
        present = [name for name in offered if name in manifest.entries]
        refresh = self._again(refresh, present)
        removed = self._take_out_strangers(manifest)
        # What is read again anyway need not be there, nor be what it was.
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
                    # All its rows were erased.
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
        """The partitions that the source has otherwise than the manifest, or that it has and the manifest has not.

        Nothing is written.

        Args:
            ripe: whether one that is new would be taken.

        Raises:
            SourceError, DataError: as `new`.
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
        """The partitions that `refresh` means; one whose name is "all" is itself."""
        if "all" in refresh and "all" not in present:
            return present
        for name in refresh:
            self._known(name, present)
        return refresh

    def _dvc_is_behind(self) -> bool:
        """Whether a kill could have come between the manifest and `dvc add`."""
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
        """Write one partition, name it in the manifest, put it in its place."""
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
        """Give a partition that has the manifest's content its name in `data/raw`."""
        target = self.workspace.partition(self.workspace.raw, entry.partition)
        move(aside, target)
        self._verified.remember(target, entry.state)

    def _read(self, name: str) -> pa.Table:
        """What the source answers now, in order of the identity."""
        frame = self.source.read(name)
        where = f"task {self.task.name!r}, partition {name}"
        remedy = "correct `read` in source.py; nothing was ingested from this answer."
        if not hasattr(frame, "columns"):
            raise SourceError(f"`read` answered {type(frame).__name__}, no data frame", where=where, remedy=remedy)
        if doubled := sorted({str(column) for column in frame.columns[frame.columns.duplicated()]}):
            found = f"the answer has the column {', '.join(doubled)} more than once"
            raise SourceError(found, where=where, remedy=remedy)
        if lacking := [column for column in self.task.columns if column not in frame.columns]:
            raise SourceError(f"the answer lacks the column {', '.join(lacking)}", where=where, remedy=remedy)
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
        """Read again what the source says could have changed, and stop where it did."""
        found = {name: self.source.fingerprint(name) for name in names if name not in refresh}
        suspects = [name for name, fingerprint in found.items() if fingerprint != manifest.entries[name].source]
        changed, same = [], []
        for name in self.track(suspects, "compare"):
            entry, now = manifest.entries[name], content_hash(self._read(name))
            if now != entry.content:
                changed.append(name)
            same.append(PartitionEntry(name, entry.rows, entry.content, found[name]))
        if changed:
            self._refuse_change(changed)
        if same:
            manifest = manifest.with_entries(same)
            manifest.write(self.workspace.manifest)
        return manifest

    def _refuse_change(self, names: Sequence[str]) -> None:
        options = " ".join(f"--refresh {name}" for name in names)
        raise SourceError(
            f"the source now answers {_list(names)} differently than the manifest says; nothing of it was kept",
            where=f"the source of {self.task.name!r}",
            remedy=f"if the change is meant, `ringside ingest {options}`; the manifest's diff then shows it.",
        )

    def _restore(self, manifest: Manifest, *, ask_source: bool = True) -> dict[str, str]:
        """Bring back what the manifest names and `data/raw` lacks; where each partition came from."""
        lacking = self._lacking(manifest)
        came: dict[str, str] = {}
        origins = {"data/.incoming": self._from_aside, "data/store": self._from_git, "DVC": self._from_dvc}
        for origin, bring in origins.items():
            if lacking:
                bring(lacking)
                after = self._lacking(manifest)
                came |= {name: origin for name in lacking if name not in after}
                lacking = after
        if lacking and not ask_source:
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
        """Stop where the place that is to have the data has them not; the source is not asked in its stead."""
        whole = "run `ringside ingest` where the source can be read"
        if self.store == "git":
            found = f"it has not {_list(names)} as data/manifest.json names them"
            remedy = f"restore it with `git checkout data/store`, or {whole}, and commit data/store."
            raise DataError(found, where="data/store", remedy=remedy)
        raise SourceError(
            f"the data cannot be read here: {_list(names)} is in no cache and not to be had from the DVC remote",
            where="params.yaml, data.store",
            remedy=f"let `dvc pull` reach the remote from here (docs/remotes.md), or {whole}: that sends them there.",
            unreadable=True,
        )

    def _reread(self, name: str) -> pa.Table:
        try:
            return self._read(name)
        except SourceError as error:
            raise SourceError(
                f"the data cannot be read here: {name} is in no cache and no remote, and {error.found}",
                where=error.where,
                remedy="reach the source, or a DVC remote that has the data, from here (docs/data.md), and run again.",
                unreadable=error.unreadable or out_of_reach(error.__cause__),
            ) from error

    def _from_aside(self, names: Sequence[str]) -> None:
        """Finish the moves that a kill cut off."""
        manifest = self._manifest()
        for name in names:
            aside = self.workspace.partition(self.workspace.incoming, name)
            if _holds(aside, manifest.entries[name]):
                self._place(aside, manifest.entries[name])

    def _from_git(self, names: Sequence[str]) -> None:
        """Copy what Git brought, whatever params.yaml says now: it is here, and compared."""
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
        """The partitions that are not in `data/raw`.

        Raises:
            DataError: one is there and is not what the manifest says.
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
        """Whether a file is what the manifest says; what is not, but can be had back from DVC, is of another branch.

        Raises:
            DataError: the file is not what the manifest says, and nothing else has its bytes.
        """
        try:
            read_raw(path, entry)
        except DataError as error:
            if error.where == str(path) and dvc.is_cached(self.workspace, path):
                return False
            raise
        return True

    def _take_out_strangers(self, manifest: Manifest) -> list[str]:
        """Take partitions of another branch out of `data/raw`; those are strangers that DVC's cache has.

        Raises:
            DataError: there is a stranger that nothing else has.
        """
        raw = self.workspace.raw
        others = strangers(raw, manifest.entries)
        # What was written aside when a kill came is nobody's.
        left = [name for name in others if name.startswith(".") and name.endswith(".tmp")]
        kept = [name for name in others if name not in left and dvc.is_cached(self.workspace, raw / name)]
        for name in (*left, *kept):
            remove(raw / name)
        refuse_strangers([name for name in others if name not in (*left, *kept)])
        return kept


def _holds(file: Path, entry: PartitionEntry) -> bool:
    """Whether a file is there, whole, and has what the manifest names."""
    try:
        return _is(read_table(file, remedy=""), entry)
    except RingsideError:
        return False


def _is(table: pa.Table, entry: PartitionEntry) -> bool:
    return (table.num_rows, content_hash(table)) == (entry.rows, entry.content)


def _list(names: Sequence[str], limit: int = 6) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
