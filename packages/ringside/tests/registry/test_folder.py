"""Releases in a folder."""

import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ringside.errors import RegistryError, ReleaseExistsError, StoreError
from ringside.registry.folder import FolderReleases
from ringside.registry.models import Move, PromotionFreeze
from ringside.registry.publish import write_metadata
from shelf import fill, metadata

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TAG = "model@v1.0.0"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The files of v1.0.0."""
    folder = tmp_path / "draft"
    folder.mkdir()
    made = metadata(version="v1.0.0")
    write_metadata(made, folder)
    fill(made, folder)
    return folder


@pytest.fixture
def releases(tmp_path: Path) -> FolderReleases:
    """A folder that does not exist yet."""
    return FolderReleases(tmp_path / "releases", patience=0.2)


@pytest.fixture
def filled(releases: FolderReleases, draft: Path) -> FolderReleases:
    """A folder with v1.0.0."""
    releases.publish(TAG, "0" * 40, draft, "# v1.0.0")
    return releases


def hold_lock(path: Path, ready, done) -> None:
    """Hold the lock of another process until told otherwise."""
    with FolderReleases(path).lock():
        ready.set()
        done.wait(30)


class TestReading:
    """What a folder answers."""

    def test_of_a_missing_folder_finds_nothing(self, releases):
        """Where nothing was published, there is no release, no move and no promotion freeze, and nothing is made."""
        assert (releases.tags(), releases.moves(), releases.promotion_freeze()) == ([], [], None)
        assert not Path(releases.where).exists()

    def test_finds_what_was_published(self, filled, draft):
        """A release has the metadata and the files that it was made of."""
        assert filled.tags() == [TAG]
        assert filled.metadata(TAG) == metadata(version="v1.0.0")
        assert filled.files(TAG) == {path.name: path.stat().st_size for path in sorted(draft.iterdir())}

    def test_copies_files(self, filled, draft, tmp_path):
        """What is fetched has the bytes of what was published."""
        filled.fetch(TAG, ["model.skops"], tmp_path)

        assert (tmp_path / "model.skops").read_bytes() == (draft / "model.skops").read_bytes()

    @pytest.mark.parametrize("name", ["nothing.txt", "../draft/model.skops", "/etc/passwd"])
    def test_copies_no_other_file(self, filled, tmp_path, name):
        """A name that is none of the release's own files is refused, paths included."""
        with pytest.raises(RegistryError, match="missing") as caught:
            filled.fetch(TAG, [name], tmp_path)
        assert caught.value.state == "files_missing"

    @pytest.mark.parametrize("tag", ["model@v9.9.9", "../draft", "model@../draft", "", "production.json"])
    def test_of_no_release_is_an_error(self, filled, tag):
        """A tag without a release, and a text that is no tag, are refused by every method."""
        for method in (filled.metadata, filled.files):
            with pytest.raises(RegistryError):
                method(tag)

    @pytest.mark.parametrize(
        "content", ["", "{}", "[1]", "nonsense", '{"format": 2}', "\u0000", '{"version": "v1.0.0", "format": 1}']
    )
    def test_of_damaged_facts_is_an_error(self, filled, content):
        """A release.json that is none of ours names the file and is `files_damaged`."""
        (Path(filled.where) / TAG / "release.json").write_text(content)

        with pytest.raises(RegistryError, match=r"release\.json") as caught:
            filled.metadata(TAG)
        assert caught.value.state == "files_damaged"

    def test_of_facts_of_another_version_is_an_error(self, filled):
        """A release.json that was copied from another release is found out."""
        write_metadata(metadata(version="v1.1.0"), Path(filled.where) / TAG)

        with pytest.raises(RegistryError, match=r"describes v1\.1\.0"):
            filled.metadata(TAG)

    def test_ignores_strangers(self, filled):
        """A folder that is named otherwise, and a file with the name of a release, are no releases."""
        (Path(filled.where) / "backup").mkdir()
        (Path(filled.where) / "model@v2.0.0").touch()

        assert filled.tags() == [TAG]


class TestPublishing:
    """`publish`."""

    def test_twice_is_refused(self, filled, draft):
        """A version is never written over."""
        with pytest.raises(ReleaseExistsError):
            filled.publish(TAG, "0" * 40, draft, "")
        assert list((Path(filled.where) / ".drafts").iterdir()) == []

    @pytest.mark.parametrize("change", ["missing", "unknown", "changed", "no list"])
    def test_of_files_that_are_not_on_the_list_is_refused(self, releases, draft, change):
        """A folder that is not what its SHA256SUMS says makes no release."""
        name = {"unknown": "more.txt", "no list": "SHA256SUMS"}.get(change, "model.skops")
        if change in ("missing", "no list"):
            (draft / name).unlink()
        else:
            (draft / name).write_text("other")

        with pytest.raises(RegistryError):
            releases.publish(TAG, "0" * 40, draft, "")
        assert releases.tags() == []

    def test_leaves_drafts_to_be_cleaned(self, filled):
        """What a killed publisher left in the drafts is removed, and no release is."""
        (Path(filled.where) / ".drafts" / "dead").mkdir()

        assert filled.clean() == [".drafts/dead"]
        assert filled.clean() == []
        assert filled.tags() == [TAG]


class TestProduction:
    """`mark_latest` and the promotion freeze."""

    def test_keeps_all_moves_in_order(self, filled):
        """Each move is kept with its time and its reason."""
        moves = [Move(version="v1.0.0", at=NOW), Move(version="v1.0.0", at=NOW, reason="again")]
        for move in moves:
            filled.mark_latest(move)

        assert filled.moves() == moves

    def test_takes_no_version_without_a_release(self, filled):
        """What is not there cannot be in production."""
        with pytest.raises(RegistryError, match="no such release"):
            filled.mark_latest(Move(version="v2.0.0", at=NOW))
        assert filled.moves() == []

    def test_keeps_a_freeze_until_it_is_lifted(self, filled):
        """A freeze is read as it was set, and is gone when it is lifted."""
        freeze = PromotionFreeze(rejected="v1.0.0", reason="it was late for everyone", since=NOW)
        filled.set_freeze(freeze)
        assert filled.promotion_freeze() == freeze

        filled.set_freeze(None)
        assert filled.promotion_freeze() is None

    @pytest.mark.parametrize(
        "content",
        ["{", '[{"version": 1}]', json.dumps({"moves": []}), '[{"version": "../x", "at": "2026-01-01T00:00:00Z"}]'],
    )
    def test_of_a_damaged_list_is_an_error(self, filled, content):
        """A production.json that is none of ours is never taken for an empty one."""
        (Path(filled.where) / "production.json").write_text(content)

        with pytest.raises(RegistryError, match=r"production\.json"):
            filled.moves()


class TestLock:
    """`lock`."""

    def test_keeps_another_process_out(self, releases):
        """While one process has it, another waits and then says that it waited."""
        context = multiprocessing.get_context("spawn")
        ready, done = context.Event(), context.Event()
        other = context.Process(target=hold_lock, args=(Path(releases.where), ready, done))
        other.start()
        try:
            assert ready.wait(60)
            with pytest.raises(StoreError, match="another process"), releases.lock():
                pass
        finally:
            done.set()
            other.join()

        with releases.lock():
            assert releases.clean() == []

    def test_may_be_taken_within_itself(self, releases):
        """Methods that lock can be called by who has the lock, and the lock ends with the outermost."""
        with releases.lock():
            releases.set_freeze(None)
            assert releases.clean() == []
        with FolderReleases(Path(releases.where), patience=0).lock():
            pass
