"""Ingest restores what was lost, from where it can be had, and takes nothing for granted."""

import shutil

import pyarrow as pa
import pytest

from data.ingesting import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    data_files,
    edit_raw,
    ingest_frozen,
    ingest_new,
    lose_raw,
    put_aside,
    raw_file,
)
from data.toy import MONTHS, ROWS, month
from ringside.common.tables import write_table
from ringside.errors import DataError, SourceError
from store.repository import dvc

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dvc")]


class TestFrozen:
    """`frozen` brings data/raw to what the manifest names, and nothing else."""

    def test_does_nothing_where_all_is_there(self, workspace, source):
        """Neither the source nor DVC is needed, and no file changes."""
        before = data_files(workspace)
        done = ingest_frozen(workspace, source)

        assert (done.partitions, done.rows, done.restored) == (MONTHS, len(MONTHS) * ROWS, {})
        assert source.reads == []
        assert data_files(workspace) == before

    def test_reads_nothing_new(self, workspace, source):
        """A month that the source has and the manifest has not stays where it is."""
        source.answers[APRIL] = month(APRIL)

        assert ingest_frozen(workspace, source).partitions == MONTHS
        assert source.reads == []

    def test_restores_from_the_cache(self, workspace, source):
        """What DVC's cache has is not read from the source."""
        before = data_files(workspace)
        lose_raw(workspace)
        done = ingest_frozen(workspace, source)

        assert done.restored == dict.fromkeys(MONTHS, "DVC")
        assert source.reads == []
        assert data_files(workspace) == before

    def test_restores_from_the_remote(self, workspace, source, tmp_path):
        """Without a cache, as on another machine, the remote is asked before the source."""
        before = data_files(workspace)
        dvc(workspace.root, "remote", "add", "--quiet", "--default", "there", str(tmp_path / "remote"))
        dvc(workspace.root, "push", "--quiet")
        lose_raw(workspace, cache=True)

        assert ingest_frozen(workspace, source).restored == dict.fromkeys(MONTHS, "DVC")
        assert source.reads == []
        assert data_files(workspace) == before

    def test_restores_from_the_source(self, workspace, source):
        """Where neither cache nor remote has them, each partition is read again, and is what it was."""
        before = data_files(workspace)
        lose_raw(workspace, cache=True)

        assert ingest_frozen(workspace, source).restored == dict.fromkeys(MONTHS, "the source")
        assert source.reads == MONTHS
        assert data_files(workspace) == before

    def test_restores_only_what_is_lost(self, workspace, source):
        """One file that is missing is one file that is read."""
        shutil.rmtree(workspace.root / ".dvc" / "cache")
        raw_file(workspace, FEBRUARY).unlink()

        assert ingest_frozen(workspace, source).restored == {FEBRUARY: "the source"}
        assert source.reads == [FEBRUARY]

    def test_restores_what_a_kill_left_on_its_way(self, workspace, source):
        """A partition that the manifest names and that never got its name in data/raw is taken from where it is."""
        before = data_files(workspace)
        put_aside(workspace, MARCH)

        assert ingest_frozen(workspace, source).restored == {MARCH: "data/.incoming"}
        assert source.reads == []
        assert data_files(workspace) == before

    def test_does_not_take_from_there_what_the_manifest_does_not_name(self, workspace, source):
        """A file on its way that holds another content, or a half of it, is no help."""
        put_aside(workspace, FEBRUARY)
        aside = workspace.partition(workspace.incoming, MARCH)
        raw_file(workspace, MARCH).unlink()
        shutil.copyfile(raw_file(workspace, JANUARY), aside)
        truncated = workspace.partition(workspace.incoming, FEBRUARY)
        truncated.write_bytes(truncated.read_bytes()[:100])

        assert ingest_frozen(workspace, source).restored == {FEBRUARY: "DVC", MARCH: "DVC"}

    def test_refuses_an_answer_that_is_not_what_the_manifest_names(self, workspace, source):
        """A source that changed does not get into data/raw by way of a fresh clone; what is right does."""
        lose_raw(workspace, cache=True)
        source.change(FEBRUARY)
        with pytest.raises(SourceError, match=f"returns other rows for {FEBRUARY}") as caught:
            ingest_frozen(workspace, source)

        assert f"--refresh {FEBRUARY}`" in caught.value.remedy
        assert sorted(path.stem for path in workspace.raw.iterdir()) == [JANUARY, MARCH]

    def test_says_that_the_data_cannot_be_read_here(self, workspace, source):
        """Without cache, remote and source the error says so, and carries what the source said."""
        lose_raw(workspace, cache=True)
        source.out_of_reach = {JANUARY}
        with pytest.raises(SourceError) as caught:
            ingest_frozen(workspace, source)

        assert f"the data cannot be read here: {JANUARY} is in no cache and no remote, and no connection" in str(
            caught.value.found
        )
        assert "access to the source or to a DVC remote" in caught.value.remedy

    def test_refuses_an_empty_manifest(self, empty, source):
        """A copy into which nothing was ingested has nothing to restore, and the error says how to begin."""
        with pytest.raises(DataError, match="the manifest names no partition") as caught:
            ingest_frozen(empty, source)

        assert caught.value.where == str(empty.manifest)
        assert "run `ringside ingest`" in caught.value.remedy

    def test_makes_the_record_again(self, workspace, source):
        """Where data/raw.dvc was lost, by a kill or a hand, the data get back to DVC."""
        before = data_files(workspace)
        workspace.raw_dvc.unlink()
        ingest_frozen(workspace, source)

        assert data_files(workspace) == before


@pytest.mark.parametrize("ingest", [ingest_new, ingest_frozen])
class TestSomethingElseInRaw:
    """data/raw holds what no ingest wrote; both kinds of ingest stop, and touch nothing."""

    def test_a_file_that_the_manifest_does_not_name_is_refused(self, workspace, source, ingest):
        """A stranger would be read by nobody or, worse, by somebody; the error says where data come in."""
        write_table(raw_file(workspace, APRIL), pa.table({"id": [1]}))
        before = data_files(workspace)
        with pytest.raises(DataError, match=rf"data/raw holds {APRIL}\.parquet") as caught:
            ingest(workspace, source)

        assert "move it out of data/raw" in caught.value.remedy
        assert data_files(workspace) == before

    def test_a_file_that_was_edited_is_refused(self, workspace, source, ingest):
        """One value that changed is found, and the edited file is still there to be looked at."""
        edit_raw(workspace, FEBRUARY)
        before = data_files(workspace)
        with pytest.raises(DataError, match=r"does not fit data/manifest\.json") as caught:
            ingest(workspace, source)

        assert caught.value.where == str(raw_file(workspace, FEBRUARY))
        assert data_files(workspace) == before

    def test_a_file_that_was_cut_off_is_refused(self, workspace, source, ingest):
        """Half a file is named."""
        raw_file(workspace, FEBRUARY).write_bytes(raw_file(workspace, FEBRUARY).read_bytes()[:200])
        with pytest.raises(DataError, match="truncated") as caught:
            ingest(workspace, source)

        assert caught.value.where == str(raw_file(workspace, FEBRUARY))

    def test_what_a_kill_left_aside_is_removed(self, workspace, source, ingest):
        """A file that was never finished is nobody's, and goes."""
        before = data_files(workspace)
        (workspace.raw / f".{MARCH}.parquet.tmp").write_bytes(b"half")
        ingest(workspace, source)

        assert data_files(workspace) == before


class TestAnotherBranch:
    """data/raw is as another branch left it, whose bytes DVC has."""

    def test_had_one_month_more(self, workspace, source):
        """A month that this branch's manifest does not name goes, for DVC can bring it back."""
        kept = workspace.manifest.read_bytes(), workspace.raw_dvc.read_bytes()
        source.answers[APRIL] = month(APRIL)
        ingest_new(workspace, source)
        workspace.manifest.write_bytes(kept[0])
        workspace.raw_dvc.write_bytes(kept[1])

        assert ingest_frozen(workspace, source).removed == [f"{APRIL}.parquet"]
        assert not raw_file(workspace, APRIL).exists()

    def test_had_another_answer_for_a_month(self, workspace, source):
        """A refreshed month is brought back as this branch's manifest names it, without asking the source."""
        before = data_files(workspace)
        source.answers[MARCH] = source.answers[MARCH].assign(size=1.0)
        ingest_new(workspace, source, refresh=[MARCH])
        for name in ("manifest.json", "raw.dvc"):
            (workspace.root / "data" / name).write_bytes(before[name])
        source.out_of_reach = set(MONTHS)
        ingest_frozen(workspace, source)

        assert data_files(workspace) == before
