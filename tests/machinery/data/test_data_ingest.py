"""Ingest reads what is missing, restores what was lost, refuses what changed, and loses nothing."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data.toy import MONTHS, ROWS, ToySource, month, toy_task
from ringside.data.ingest import Ingest, Ingested
from ringside.data.manifest import Manifest
from ringside.errors import DataError, RingsideError, SourceError, UsageError
from ringside.store.tables import read_table, write_table
from ringside.store.workspace import Workspace
from store.repository import dvc, files, new_repository

pytestmark = pytest.mark.xdist_group("dvc")

JANUARY, FEBRUARY, MARCH = MONTHS
APRIL, MAY = "2024-04", "2024-05"


@pytest.fixture(scope="module")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A repository into which nothing was ingested."""
    return new_repository(tmp_path_factory.mktemp("empty") / "copy")


@pytest.fixture(scope="module")
def full_repository(
    empty_repository: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Ingested]:
    """A repository into which three months were ingested, and what the ingest answered."""
    workspace = _copy(empty_repository, tmp_path_factory.mktemp("full") / "copy")
    return workspace, Ingest(workspace, toy_task(), ToySource()).new()


@pytest.fixture
def empty(empty_repository: Workspace, tmp_path: Path) -> Workspace:
    """A repository of this test's own, into which nothing was ingested."""
    return _copy(empty_repository, tmp_path / "copy")


@pytest.fixture
def workspace(full_repository: tuple[Workspace, Ingested], tmp_path: Path) -> Workspace:
    """A repository of this test's own, into which three months were ingested."""
    return _copy(full_repository[0], tmp_path / "copy")


@pytest.fixture
def source() -> ToySource:
    """The source of the three months."""
    return ToySource()


def _copy(workspace: Workspace, root: Path) -> Workspace:
    shutil.copytree(workspace.root, root, symlinks=True)
    return Workspace(root)


def _new(workspace: Workspace, source: ToySource, **options: object) -> Ingested:
    return Ingest(workspace, toy_task(), source).new(**options)


def _frozen(workspace: Workspace, source: ToySource) -> Ingested:
    return Ingest(workspace, toy_task(), source).frozen()


def _raw(workspace: Workspace, name: str) -> Path:
    return workspace.partition(workspace.raw, name)


def _manifest(workspace: Workspace) -> Manifest:
    return Manifest.read(workspace.manifest, task="toy")


def _data(workspace: Workspace) -> dict[str, bytes]:
    """All that is beneath data/: what an error may not change."""
    return files(workspace.root / "data")


def _lose(workspace: Workspace, *, cache: bool = False) -> None:
    """Remove data/raw, as a fresh clone lacks it, and with `cache` DVC's cache too."""
    shutil.rmtree(workspace.raw)
    if cache:
        shutil.rmtree(workspace.root / ".dvc" / "cache")


def _edit(workspace: Workspace, name: str) -> None:
    """Change one value of a partition's file, as a person with a notebook would."""
    table = read_table(_raw(workspace, name), remedy="none")
    write_table(_raw(workspace, name), table.set_column(1, "size", pa.array([0.5] * table.num_rows)))


def _refused(error: type[RingsideError], workspace: Workspace, source: ToySource, **options: object) -> RingsideError:
    """What an ingest says that stops; everything beneath data/ is afterwards what it was."""
    before = _data(workspace)
    with pytest.raises(error) as caught:
        _new(workspace, source, **options)
    assert _data(workspace) == before
    return caught.value


class TestFirst:
    """The first ingest."""

    def test_reads_every_partition_in_order(self, full_repository):
        """All that the source has comes in, and the answer says how much."""
        _, done = full_repository

        assert done.read == done.partitions == MONTHS
        assert done.rows == len(MONTHS) * ROWS

    def test_writes_what_the_source_answered_in_order_of_the_identity(self, workspace):
        """Every row and every value is in data/raw, whatever order they came in."""
        expected = month(JANUARY).sort_values("id", ignore_index=True)

        pd.testing.assert_frame_equal(read_table(_raw(workspace, JANUARY), remedy="none").to_pandas(), expected)

    def test_says_in_the_manifest_what_there_is(self, workspace):
        """Each partition stands there with its rows and the source's fingerprint."""
        entries = _manifest(workspace).entries.values()

        assert [(entry.partition, entry.rows) for entry in entries] == [(name, ROWS) for name in MONTHS]
        assert [entry.source for entry in entries] == [f"{name}, edition 1" for name in MONTHS]

    def test_gives_the_data_to_dvc(self, workspace):
        """data/raw.dvc is written, and DVC finds nothing to say about it."""
        assert workspace.raw_dvc.exists()
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_leaves_nothing_on_its_way(self, workspace):
        """Nothing but data/raw, its record and the manifest is beneath data/."""
        assert sorted(_data(workspace)) == [
            ".gitignore", "manifest.json", "raw.dvc", *(f"raw/{name}.parquet" for name in MONTHS)
        ]  # fmt: skip

    def test_may_stop_early(self, empty, source):
        """`until` is the last partition that is read."""
        done = _new(empty, source, until=FEBRUARY)

        assert done.partitions == source.reads == [JANUARY, FEBRUARY]
        assert sorted(_manifest(empty).entries) == [JANUARY, FEBRUARY]


class TestNext:
    """An ingest where some partitions are there."""

    def test_reads_nothing_where_nothing_is_missing(self, workspace, source):
        """The source is not asked for a row, and no file changes."""
        before = _data(workspace)
        done = _new(workspace, source)

        assert source.reads == done.read == []
        assert done.partitions == MONTHS
        assert _data(workspace) == before

    def test_reads_only_what_is_missing(self, workspace, source):
        """A new month costs one month, and is in DVC as the others."""
        source.answers[APRIL] = month(APRIL)
        done = _new(workspace, source)

        assert source.reads == done.read == [APRIL]
        assert done.partitions == [*MONTHS, APRIL]
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_puts_a_late_partition_in_its_place(self, workspace, source):
        """A partition that the source offers late stands in the order of the names."""
        source.answers["2024-01b"] = month(APRIL)

        assert _new(workspace, source).partitions == [JANUARY, "2024-01b", FEBRUARY, MARCH]

    def test_reads_nothing_beyond_the_last_one_asked_for(self, workspace, source):
        """`until` leaves later partitions for another day, and takes none away that are there."""
        source.answers |= {APRIL: month(APRIL)}

        assert _new(workspace, source, until=FEBRUARY).partitions == MONTHS
        assert source.reads == []

    def test_keeps_what_the_source_no_longer_offers(self, workspace, source):
        """A source that forgets its oldest month takes nothing away."""
        before = _data(workspace)
        del source.answers[JANUARY]

        assert _new(workspace, source).partitions == MONTHS
        assert _data(workspace) == before

    def test_refuses_a_partition_that_there_is_not(self, workspace, source):
        """`until` names a partition of the source, and the error lists them."""
        error = _refused(UsageError, workspace, source, until="2024-13")

        assert "there is no partition '2024-13'" in error.found
        assert ", ".join(MONTHS) in error.remedy


class TestChangedSource:
    """The source says that its answer could have changed."""

    def test_is_an_error_where_the_answer_changed(self, workspace, source):
        """The partition is named, the remedy is the command that believes the source, and nothing changes."""
        source.edition = "2"
        source.change(FEBRUARY)
        error = _refused(SourceError, workspace, source)

        assert f"the source now answers {FEBRUARY} differently" in error.found
        assert f"`ringside ingest --refresh {FEBRUARY}`" in error.remedy

    def test_names_every_partition_that_changed(self, workspace, source):
        """Somebody who wants to believe the source learns all that this means at once."""
        source.edition = "2"
        for name in (MARCH, JANUARY):
            source.change(name)

        assert f"--refresh {JANUARY} --refresh {MARCH}`" in _refused(SourceError, workspace, source).remedy

    def test_is_an_error_before_anything_new_is_read(self, workspace, source):
        """A new month does not come in beside an old one that changed."""
        source.edition = "2"
        source.change(FEBRUARY)
        source.answers[APRIL] = month(APRIL)
        _refused(SourceError, workspace, source)

        assert source.reads == MONTHS

    def test_is_noted_where_the_answer_is_the_same(self, workspace, source):
        """The new fingerprint is in the manifest with the old content, and the next ingest reads nothing."""
        before = _manifest(workspace).entries
        source.edition = "2"
        _new(workspace, source)
        after = _manifest(workspace).entries

        assert [entry.source for entry in after.values()] == [f"{name}, edition 2" for name in MONTHS]
        assert [entry.content for entry in after.values()] == [entry.content for entry in before.values()]
        assert _reads_of_the_next(workspace, source) == []

    def test_is_no_change_where_only_the_order_of_rows_is_another(self, workspace, source):
        """A database answers in any order; that is the same answer."""
        source.edition = "2"
        source.answers = {name: frame.iloc[::-1] for name, frame in source.answers.items()}

        assert _new(workspace, source).partitions == MONTHS

    def test_is_believed_to_be_the_same_without_a_fingerprint(self, workspace, source):
        """A source that cannot tell is read again once, and then only when somebody asks."""
        source.edition = None
        _new(workspace, source)

        assert source.reads == MONTHS
        assert {entry.source for entry in _manifest(workspace).entries.values()} == {None}
        assert _reads_of_the_next(workspace, source) == []


def _reads_of_the_next(workspace: Workspace, source: ToySource) -> list[str]:
    source.reads.clear()
    _new(workspace, source)
    return source.reads


class TestRefresh:
    """`refresh` reads a partition again and believes the answer."""

    def test_takes_the_new_answer(self, workspace, source):
        """The manifest, data/raw and DVC have the new content of that partition alone."""
        before = _manifest(workspace).entries
        source.edition = "2"
        source.change(FEBRUARY)
        done = _new(workspace, source, refresh=[FEBRUARY])
        after = _manifest(workspace).entries

        assert done.refreshed == [FEBRUARY]
        assert [name for name in MONTHS if after[name].content != before[name].content] == [FEBRUARY]
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_finds_nothing_in_the_same_answer(self, workspace, source):
        """A partition that is what it was is not called changed."""
        before = _data(workspace)
        done = _new(workspace, source, refresh=[FEBRUARY])

        assert (source.reads, done.refreshed) == ([FEBRUARY], [])
        assert _data(workspace) == before

    def test_is_not_for_others(self, workspace, source):
        """Another partition that changed is an error still."""
        source.edition = "2"
        source.change(FEBRUARY)
        source.change(MARCH)

        assert MARCH in _refused(SourceError, workspace, source, refresh=[FEBRUARY]).found

    @pytest.mark.parametrize("name", ["2024-13", APRIL])
    def test_refuses_a_partition_that_was_never_read(self, workspace, source, name):
        """Only what the manifest names can be read again."""
        source.answers[APRIL] = month(APRIL)

        assert f"there is no partition '{name}'" in _refused(UsageError, workspace, source, refresh=[name]).found

    def test_needs_no_copy_of_what_it_replaces(self, workspace, source):
        """On a fresh clone without cache the old answer is nowhere, and nobody wants it."""
        _lose(workspace, cache=True)
        source.edition = "2"
        source.change(FEBRUARY)

        assert _new(workspace, source, refresh=[FEBRUARY]).refreshed == [FEBRUARY]

    def test_replaces_a_file_that_was_edited(self, workspace, source):
        """Who edited a file and let the source answer the same does what the error about the file says."""
        _edit(workspace, FEBRUARY)
        source.edition = "2"
        source.change(FEBRUARY)

        assert _new(workspace, source, refresh=[FEBRUARY]).refreshed == [FEBRUARY]


class TestFrozen:
    """`frozen` brings data/raw to what the manifest names, and nothing else."""

    def test_does_nothing_where_all_is_there(self, workspace, source):
        """Neither the source nor DVC is needed, and no file changes."""
        before = _data(workspace)
        done = _frozen(workspace, source)

        assert (done.partitions, done.rows, done.restored) == (MONTHS, len(MONTHS) * ROWS, {})
        assert source.reads == []
        assert _data(workspace) == before

    def test_reads_nothing_new(self, workspace, source):
        """A month that the source has and the manifest has not stays where it is."""
        source.answers[APRIL] = month(APRIL)

        assert _frozen(workspace, source).partitions == MONTHS
        assert source.reads == []

    def test_restores_from_the_cache(self, workspace, source):
        """What DVC's cache has is not read from the source."""
        before = _data(workspace)
        _lose(workspace)
        done = _frozen(workspace, source)

        assert done.restored == dict.fromkeys(MONTHS, "DVC")
        assert source.reads == []
        assert _data(workspace) == before

    def test_restores_from_the_remote(self, workspace, source, tmp_path):
        """Without a cache, as on another machine, the remote is asked before the source."""
        before = _data(workspace)
        dvc(workspace.root, "remote", "add", "--quiet", "--default", "there", str(tmp_path / "remote"))
        dvc(workspace.root, "push", "--quiet")
        _lose(workspace, cache=True)

        assert _frozen(workspace, source).restored == dict.fromkeys(MONTHS, "DVC")
        assert source.reads == []
        assert _data(workspace) == before

    def test_restores_from_the_source(self, workspace, source):
        """Where neither cache nor remote has them, each partition is read again, and is what it was."""
        before = _data(workspace)
        _lose(workspace, cache=True)

        assert _frozen(workspace, source).restored == dict.fromkeys(MONTHS, "the source")
        assert source.reads == MONTHS
        assert _data(workspace) == before

    def test_restores_only_what_is_lost(self, workspace, source):
        """One file that is missing is one file that is read."""
        shutil.rmtree(workspace.root / ".dvc" / "cache")
        _raw(workspace, FEBRUARY).unlink()

        assert _frozen(workspace, source).restored == {FEBRUARY: "the source"}
        assert source.reads == [FEBRUARY]

    def test_restores_what_a_kill_left_on_its_way(self, workspace, source):
        """A partition that the manifest names and that never got its name in data/raw is taken from where it is."""
        before = _data(workspace)
        _put_aside(workspace, MARCH)

        assert _frozen(workspace, source).restored == {MARCH: "data/.incoming"}
        assert source.reads == []
        assert _data(workspace) == before

    def test_does_not_take_from_there_what_the_manifest_does_not_name(self, workspace, source):
        """A file on its way that holds another content, or a half of it, is no help."""
        _put_aside(workspace, FEBRUARY)
        aside = workspace.partition(workspace.incoming, MARCH)
        _raw(workspace, MARCH).unlink()
        shutil.copyfile(_raw(workspace, JANUARY), aside)
        truncated = workspace.partition(workspace.incoming, FEBRUARY)
        truncated.write_bytes(truncated.read_bytes()[:100])

        assert _frozen(workspace, source).restored == {FEBRUARY: "DVC", MARCH: "DVC"}

    def test_refuses_an_answer_that_is_not_what_the_manifest_names(self, workspace, source):
        """A source that changed does not get into data/raw by way of a fresh clone; what is right does."""
        _lose(workspace, cache=True)
        source.change(FEBRUARY)
        with pytest.raises(SourceError, match=f"now answers {FEBRUARY} differently") as caught:
            _frozen(workspace, source)

        assert f"--refresh {FEBRUARY}`" in caught.value.remedy
        assert sorted(path.stem for path in workspace.raw.iterdir()) == [JANUARY, MARCH]

    def test_says_that_the_data_cannot_be_read_here(self, workspace, source):
        """Without cache, remote and source the error says so, and carries what the source said."""
        _lose(workspace, cache=True)
        source.out_of_reach = {JANUARY}
        with pytest.raises(SourceError) as caught:
            _frozen(workspace, source)

        assert f"the data cannot be read here: {JANUARY} is in no cache and no remote, and no connection" in str(
            caught.value.found
        )
        assert "reach the source, or a DVC remote" in caught.value.remedy

    def test_refuses_an_empty_manifest(self, empty, source):
        """A copy into which nothing was ingested has nothing to restore, and the error says how to begin."""
        with pytest.raises(DataError, match="it names no partition") as caught:
            _frozen(empty, source)

        assert caught.value.where == str(empty.manifest)
        assert "run `ringside ingest`" in caught.value.remedy

    def test_makes_the_record_again(self, workspace, source):
        """Where data/raw.dvc was lost, by a kill or a hand, the data get back to DVC."""
        before = _data(workspace)
        workspace.raw_dvc.unlink()
        _frozen(workspace, source)

        assert _data(workspace) == before


def _put_aside(workspace: Workspace, name: str) -> None:
    """Undo the last step of a partition's way into data/raw, as a kill just before it would."""
    workspace.incoming.mkdir(exist_ok=True)
    _raw(workspace, name).rename(workspace.partition(workspace.incoming, name))


@pytest.mark.parametrize("ingest", [_new, _frozen])
class TestSomethingElseInRaw:
    """data/raw holds what no ingest wrote; both kinds of ingest stop, and touch nothing."""

    def test_a_file_that_the_manifest_does_not_name_is_refused(self, workspace, source, ingest):
        """A stranger would be read by nobody or, worse, by somebody; the error says where data come in."""
        write_table(_raw(workspace, APRIL), pa.table({"id": [1]}))
        before = _data(workspace)
        with pytest.raises(DataError, match=rf"data/raw holds {APRIL}\.parquet") as caught:
            ingest(workspace, source)

        assert "move it out of data/raw" in caught.value.remedy
        assert _data(workspace) == before

    def test_a_file_that_was_edited_is_refused(self, workspace, source, ingest):
        """One value that changed is found, and the edited file is still there to be looked at."""
        _edit(workspace, FEBRUARY)
        before = _data(workspace)
        with pytest.raises(DataError, match=r"does not fit data/manifest\.json") as caught:
            ingest(workspace, source)

        assert caught.value.where == str(_raw(workspace, FEBRUARY))
        assert _data(workspace) == before

    def test_a_file_that_was_cut_off_is_refused(self, workspace, source, ingest):
        """Half a file is named."""
        _raw(workspace, FEBRUARY).write_bytes(_raw(workspace, FEBRUARY).read_bytes()[:200])
        with pytest.raises(DataError, match="truncated") as caught:
            ingest(workspace, source)

        assert caught.value.where == str(_raw(workspace, FEBRUARY))

    def test_what_a_kill_left_aside_is_removed(self, workspace, source, ingest):
        """A file that was never finished is nobody's, and goes."""
        before = _data(workspace)
        (workspace.raw / f".{MARCH}.parquet.tmp").write_bytes(b"half")
        ingest(workspace, source)

        assert _data(workspace) == before


class TestAnotherBranch:
    """data/raw is as another branch left it, whose bytes DVC has."""

    def test_had_one_month_more(self, workspace, source):
        """A month that this branch's manifest does not name goes, for DVC can bring it back."""
        kept = workspace.manifest.read_bytes(), workspace.raw_dvc.read_bytes()
        source.answers[APRIL] = month(APRIL)
        _new(workspace, source)
        workspace.manifest.write_bytes(kept[0])
        workspace.raw_dvc.write_bytes(kept[1])

        assert _frozen(workspace, source).removed == [f"{APRIL}.parquet"]
        assert not _raw(workspace, APRIL).exists()

    def test_had_another_answer_for_a_month(self, workspace, source):
        """A refreshed month is brought back as this branch's manifest names it, without asking the source."""
        before = _data(workspace)
        source.answers[MARCH] = source.answers[MARCH].assign(size=1.0)
        _new(workspace, source, refresh=[MARCH])
        for name in ("manifest.json", "raw.dvc"):
            (workspace.root / "data" / name).write_bytes(before[name])
        source.out_of_reach = set(MONTHS)
        _frozen(workspace, source)

        assert _data(workspace) == before


class TestInterrupted:
    """An ingest that does not come to its end."""

    def test_keeps_what_came_before_the_fault(self, empty, source):
        """The third of three partitions cannot be read: the first two are there, whole and in the manifest."""
        source.out_of_reach = {MARCH}
        with pytest.raises(SourceError, match="no connection"):
            _new(empty, source)

        assert list(_manifest(empty).entries) == [JANUARY, FEBRUARY]
        assert sorted(path.name for path in empty.raw.iterdir()) == [f"{JANUARY}.parquet", f"{FEBRUARY}.parquet"]

    def test_goes_on_where_it_stopped(self, empty, source, full_repository):
        """The next ingest reads the rest, and everything is as if nothing had happened."""
        source.out_of_reach = {MARCH}
        with pytest.raises(SourceError, match="no connection"):
            _new(empty, source)
        source.out_of_reach, source.reads = set(), []
        _new(empty, source)

        assert source.reads == [MARCH]
        assert _data(empty) == _data(full_repository[0])

    def test_gets_to_dvc_though_nothing_more_is_read(self, workspace, source):
        """A month that came in before the fault is given to DVC by the next ingest, even if that reads nothing."""
        source.answers |= {APRIL: month(APRIL), MAY: month(MAY)}
        source.out_of_reach = {MAY}
        with pytest.raises(SourceError, match="no connection"):
            _new(workspace, source)
        del source.answers[MAY]
        _new(workspace, source)
        _lose(workspace)

        assert _frozen(workspace, source).restored == dict.fromkeys([*MONTHS, APRIL], "DVC")

    def test_by_a_kill_before_the_last_step_is_finished(self, workspace, source):
        """A partition that never got its name in data/raw is not read again."""
        before = _data(workspace)
        _put_aside(workspace, MARCH)

        assert _new(workspace, source).restored == {MARCH: "data/.incoming"}
        assert source.reads == []
        assert _data(workspace) == before

    def test_by_a_kill_before_the_manifest_is_forgotten(self, workspace, source):
        """A partition that was written aside and never named was not ingested: it is read."""
        workspace.incoming.mkdir()
        shutil.copyfile(_raw(workspace, MARCH), workspace.partition(workspace.incoming, APRIL))
        source.answers[APRIL] = month(APRIL)

        assert _new(workspace, source).read == source.reads == [APRIL]
        assert not workspace.incoming.exists()


class TestAnswersThatAreRefused:
    """What `read` of a task answers is checked before anything of it is kept."""

    def _refused(self, workspace: Workspace, answer: object) -> RingsideError:
        source = ToySource({JANUARY: month(JANUARY), FEBRUARY: answer})
        with pytest.raises(RingsideError) as caught:
            _new(workspace, source)
        assert FEBRUARY in caught.value.where
        assert "source.py" in caught.value.remedy
        assert list(_manifest(workspace).entries) == [path.stem for path in workspace.raw.iterdir()] == [JANUARY]
        return caught.value

    def test_for_being_no_frame(self, empty):
        """A list of rows is no data frame."""
        assert "`read` answered _Rows, no data frame" in self._refused(empty, _Rows()).found

    def test_for_lacking_a_column(self, empty):
        """A column that the task names is missing."""
        assert "lacks the column late" in self._refused(empty, month(FEBRUARY).drop(columns="late")).found

    def test_for_having_no_rows(self, empty):
        """A partition is never empty."""
        assert "the partition has no rows" in self._refused(empty, month(FEBRUARY).iloc[:0]).found

    def test_for_repeating_an_identity(self, empty):
        """Each row comes once."""
        answer = pd.concat([month(FEBRUARY), month(FEBRUARY).head(2)])

        assert "2 rows repeat the identity of another row" in self._refused(empty, answer).found

    @pytest.mark.parametrize("column", ["id", "size"])
    def test_for_values_of_several_types(self, empty, column):
        """A column that is half text and half numbers fits no schema."""
        answer = month(FEBRUARY).astype({column: object})
        answer.loc[3, column] = "three"

        assert "a column has values of several types" in self._refused(empty, answer).found


class _Rows(list):
    """Rows, as a source without pandas would answer them."""

    def copy(self) -> "_Rows":
        """The same rows."""
        return self


class TestAnswersThatAreKept:
    """Types that a source may answer."""

    def test_fit_the_manifest_when_they_are_read_again(self, empty):
        """What was just ingested is what the manifest names, in whatever types pandas held it."""
        times = pd.Series(pd.date_range("2024-01-01", periods=ROWS))
        answer = month(JANUARY).assign(
            seconds=times.dt.as_unit("s"),
            dates=times.dt.date,
            categories=pd.Series(["red"] * ROWS, dtype="category"),
            integers=pd.Series([1, None] * (ROWS // 2), dtype="Int64"),
            lists=pd.Series([[1.5], None] * (ROWS // 2)),
        )
        source = ToySource({JANUARY: answer})
        _new(empty, source)
        empty.verified.unlink()

        assert _frozen(empty, source).restored == {}
