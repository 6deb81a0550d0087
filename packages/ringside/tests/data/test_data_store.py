"""Where partitions are kept for other machines: in Git, in the DVC remote, or nowhere."""

import shutil
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pytest

from data.ingesting import FEBRUARY, JANUARY, MARCH, copy_of, data_files, edit_raw, lose_raw, raw_file, read_manifest
from data.toy import MONTHS, ToySource, toy_task
from ringside.common.files import remove
from ringside.data import git_storage as kept
from ringside.data.ingest import Ingest
from ringside.data.tombstones import Erased
from ringside.errors import DataError, SourceError

pytestmark = pytest.mark.slow


@dataclass
class Forbidden(ToySource):
    """A source that nobody may ask."""

    def read(self, partition: str) -> pd.DataFrame:
        """Fail the test."""
        raise AssertionError(f"the source was asked for {partition}")


def by(store: str, workspace, source) -> Ingest:
    """An ingest where data are kept in `store`."""
    return Ingest(workspace, toy_task(), source, store=store)


def store_files(workspace) -> list[str]:
    """The files that Git keeps."""
    return sorted(path.stem for path in workspace.store.glob("*"))


class TestGit:
    """`data.store: git`."""

    def test_keeps_each_partition(self, empty, source):
        """The bytes in data/store are those of data/raw."""
        by("git", empty, source).new()

        assert store_files(empty) == MONTHS
        for name in MONTHS:
            assert empty.partition(empty.store, name).read_bytes() == raw_file(empty, name).read_bytes()

    def test_is_all_that_another_machine_needs(self, empty, source, tmp_path):
        """A clone without cache has the data back, and nobody asks the source."""
        by("git", empty, source).new()
        clone = copy_of(empty, tmp_path / "clone")
        lose_raw(clone, cache=True)
        done = by("git", clone, Forbidden()).frozen()

        assert done.restored == dict.fromkeys(MONTHS, "data/store")
        assert raw_file(clone, JANUARY).read_bytes() == raw_file(empty, JANUARY).read_bytes()

    def test_can_begin_with_data_that_are_here(self, workspace, source):
        """A repository that kept nothing in Git does so from its next ingest on."""
        by("git", workspace, source).new()

        assert store_files(workspace) == MONTHS

    def test_keeps_nothing_that_the_manifest_does_not_name(self, empty, source):
        """What another branch left is taken out."""
        by("git", empty, source).new(until=FEBRUARY)
        shutil.copyfile(empty.partition(empty.store, JANUARY), empty.partition(empty.store, "2023-12"))
        by("git", empty, source).new()

        assert store_files(empty) == MONTHS

    def test_follows_a_refresh(self, empty, source):
        """A partition that was read again is kept as it is now."""
        by("git", empty, source).new()
        source.change(MARCH)
        by("git", empty, source).new(refresh=[MARCH])

        assert empty.partition(empty.store, MARCH).read_bytes() == raw_file(empty, MARCH).read_bytes()

    def test_refuses_what_is_too_large(self, empty, source, monkeypatch):
        """The partition that has no room is not kept, those before it are, and the remedy is another store."""
        by("git", empty, source).new(until=FEBRUARY)
        before = data_files(empty)
        monkeypatch.setattr(kept, "MOST_BYTES", 2 * raw_file(empty, JANUARY).stat().st_size + 100)
        with pytest.raises(DataError, match=r"data\.store: remote"):
            by("git", empty, source).new()

        remove(empty.incoming)
        assert data_files(empty) == before

    def test_says_what_is_missing(self, empty, source):
        """A commit that lacks a file of data/store is told, and the source is not asked in its stead."""
        by("git", empty, source).new()
        lose_raw(empty, cache=True)
        empty.partition(empty.store, MARCH).unlink()
        with pytest.raises(DataError, match=r"lacks 2024-03.*\n.*git checkout data/store"):
            by("git", empty, Forbidden()).frozen()

    def test_believes_the_manifest_and_no_file(self, empty, source):
        """A file of data/store with other values is as good as none."""
        by("git", empty, source).new()
        edit_raw(empty, MARCH)
        shutil.copyfile(raw_file(empty, MARCH), empty.partition(empty.store, MARCH))
        lose_raw(empty, cache=True)
        with pytest.raises(DataError, match="lacks 2024-03"):
            by("git", empty, Forbidden()).frozen()


class TestRemote:
    """`data.store: remote`; packages/ringside/tests/sources has the remote itself."""

    def test_is_asked_and_never_the_source(self, workspace):
        """Where neither cache nor remote have the data they cannot be read here, and nothing changes."""
        lose_raw(workspace, cache=True)
        before = data_files(workspace)
        with pytest.raises(SourceError, match="neither in a cache nor in the DVC remote") as caught:
            by("remote", workspace, Forbidden()).frozen()

        assert caught.value.unreadable
        assert data_files(workspace) == before


class TestErased:
    """Rows that were erased and come again."""

    def test_stay_out(self, empty, source):
        """A source that still has them does not bring them back."""
        gone = Erased.read(empty.erased)
        ids = source.answers[FEBRUARY].head(3)["id"].tolist()
        gone.plus(gone.hashes(pa.table({"id": ids}), ["id"])).write(empty.erased)
        done = by("source", empty, source).new()

        assert done.erased == {FEBRUARY: 3}
        assert read_manifest(empty).entries[FEBRUARY].rows == 17
        assert not set(ids) & set(pd.read_parquet(raw_file(empty, FEBRUARY))["id"])

    def test_of_a_whole_partition_make_none(self, empty, source):
        """A partition of which all rows were erased is not one any more."""
        gone = Erased.read(empty.erased)
        gone.plus(gone.hashes(pa.table({"id": source.answers[MARCH]["id"].tolist()}), ["id"])).write(empty.erased)
        by("source", empty, source).new()

        assert list(read_manifest(empty).entries) == [JANUARY, FEBRUARY]

    def test_are_listed_by_no_name(self, empty):
        """The list holds salted hashes, and two repositories never hash alike."""
        table = pa.table({"name": ["Ada Lovelace"]})
        one, two = (Erased.read(empty.erased) for _ in range(2))
        one.plus(one.hashes(table, ["name"])).write(empty.erased)

        assert "Ada" not in empty.erased.read_text()
        assert one.hashes(table, ["name"]) != two.hashes(table, ["name"])
        assert Erased.read(empty.erased).hashes(table, ["name"]) == one.hashes(table, ["name"])

    @pytest.mark.parametrize("text", ["[]", "{}", '{"version": 1, "salt": "x", "rows": []}', "no"])
    def test_of_a_damaged_list_are_an_error(self, tmp_path, text):
        """A list that cannot be read stops everything: it could bring erased rows back."""
        (tmp_path / "erased.json").write_text(text)
        with pytest.raises(DataError, match=r"git checkout data/erased\.json"):
            Erased.read(tmp_path / "erased.json")
