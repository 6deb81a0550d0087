"""Ingest loses nothing when it is interrupted, and refuses answers that cannot be kept."""

import shutil

import pandas as pd
import pytest

from data.ingesting import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    MAY,
    data_files,
    ingest_frozen,
    ingest_new,
    lose_raw,
    put_aside,
    raw_file,
    read_manifest,
)
from data.toy import MONTHS, ROWS, ToySource, month
from ringside.errors import RingsideError, SourceError
from ringside.store.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dvc")]


class TestInterrupted:
    """An ingest that does not come to its end."""

    def test_keeps_what_came_before_the_fault(self, empty, source):
        """The third of three partitions cannot be read: the first two are there, whole and in the manifest."""
        source.out_of_reach = {MARCH}
        with pytest.raises(SourceError, match="no connection"):
            ingest_new(empty, source)

        assert list(read_manifest(empty).entries) == [JANUARY, FEBRUARY]
        assert sorted(path.name for path in empty.raw.iterdir()) == [f"{JANUARY}.parquet", f"{FEBRUARY}.parquet"]

    def test_goes_on_where_it_stopped(self, empty, source, full_repository):
        """The next ingest reads the rest, and everything is as if nothing had happened."""
        source.out_of_reach = {MARCH}
        with pytest.raises(SourceError, match="no connection"):
            ingest_new(empty, source)
        source.out_of_reach, source.reads = set(), []
        ingest_new(empty, source)

        assert source.reads == [MARCH]
        assert data_files(empty) == data_files(full_repository[0])

    def test_gets_to_dvc_though_nothing_more_is_read(self, workspace, source):
        """A month that came in before the fault is given to DVC by the next ingest, even if that reads nothing."""
        source.answers |= {APRIL: month(APRIL), MAY: month(MAY)}
        source.out_of_reach = {MAY}
        with pytest.raises(SourceError, match="no connection"):
            ingest_new(workspace, source)
        del source.answers[MAY]
        ingest_new(workspace, source)
        lose_raw(workspace)

        assert ingest_frozen(workspace, source).restored == dict.fromkeys([*MONTHS, APRIL], "DVC")

    def test_by_a_kill_before_the_last_step_is_finished(self, workspace, source):
        """A partition that never got its name in data/raw is not read again."""
        before = data_files(workspace)
        put_aside(workspace, MARCH)

        assert ingest_new(workspace, source).restored == {MARCH: "data/.incoming"}
        assert source.reads == []
        assert data_files(workspace) == before

    def test_by_a_kill_before_the_manifest_is_forgotten(self, workspace, source):
        """A partition that was written aside and never named was not ingested: it is read."""
        workspace.incoming.mkdir()
        shutil.copyfile(raw_file(workspace, MARCH), workspace.partition(workspace.incoming, APRIL))
        source.answers[APRIL] = month(APRIL)

        assert ingest_new(workspace, source).read == source.reads == [APRIL]
        assert not workspace.incoming.exists()


class TestAnswersThatAreRefused:
    """What `read` of a task answers is checked before anything of it is kept."""

    def _refused(self, workspace: Workspace, answer: object) -> RingsideError:
        source = ToySource({JANUARY: month(JANUARY), FEBRUARY: answer})
        with pytest.raises(RingsideError) as caught:
            ingest_new(workspace, source)
        assert FEBRUARY in caught.value.where
        assert "source.py" in caught.value.remedy
        assert list(read_manifest(workspace).entries) == [path.stem for path in workspace.raw.iterdir()] == [JANUARY]
        return caught.value

    def test_for_being_no_frame(self, empty):
        """A list of rows is no data frame."""
        assert "`read` returned _Rows instead of a data frame" in self._refused(empty, _Rows()).found

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
        ingest_new(empty, source)
        empty.verified.unlink()

        assert ingest_frozen(empty, source).restored == {}
