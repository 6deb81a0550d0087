"""Releases on GitHub and in a folder: one contract; and what only GitHub can do wrong."""

import base64
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import Hub, gh
from ringside.errors import RegistryError, ReleaseExistsError
from ringside.github.releases import repository_at
from ringside.registry.checksums import check_folder
from ringside.registry.models import Move, PromotionFreeze
from ringside.registry.publish import write_metadata
from ringside.registry.rollback import lift_freeze, rollback
from shelf import Shelf, commit, digest, fill, git, metadata, with_remote
from shelves import REPO, HubShelf, copy_of, on_hub

pytestmark = pytest.mark.long

DAY = datetime(2026, 1, 3, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path):
    """The double."""
    with Hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def shelf(hub, tmp_path, monkeypatch) -> HubShelf:
    """A registry on GitHub, nothing published."""
    return on_hub(hub, tmp_path, monkeypatch)


@pytest.fixture(params=["folder", "github"])
def any_shelf(request, tmp_path) -> Shelf:
    """A registry in a folder, or on GitHub."""
    if request.param == "folder":
        return Shelf(with_remote(tmp_path))
    return request.getfixturevalue("shelf")


def built(folder: Path, made) -> Path:
    """All files of a release."""
    folder.mkdir()
    write_metadata(made, folder)
    fill(made, folder)
    return folder


def with_rows(made, folder: Path) -> None:
    """The files of a release with reference rows."""
    (folder / "reference.parquet").write_bytes(b"rows")
    fill(made, folder)


def take_out(shelf: Shelf, tag: str, name: str) -> None:
    """Remove a file from a release, as a person does."""
    if isinstance(shelf, HubShelf):
        words = ["gh", "release", "delete-asset", tag, name, "--yes", "--repo", REPO]
        subprocess.run([gh(), *words[1:]], check=True, env=os.environ | {"GH_TOKEN": shelf.hub.token(user="acme")})
    else:
        (Path(shelf.registry.releases.where) / tag / name).unlink()


class TestContract:
    """What each place for releases does."""

    def test_of_an_empty_registry(self, any_shelf):
        """It answers, and has nothing: that is the proof that there is no champion."""
        registry, releases = any_shelf.registry, any_shelf.registry.releases

        assert (releases.tags(), releases.moves(), releases.promotion_freeze(), releases.clean()) == ([], [], None, [])
        assert (registry.champion().state, registry.production()) == ("no_champion", None)

    def test_of_publishing(self, any_shelf, tmp_path):
        """A version has its metadata, its files with their bytes, an annotated tag, and is in production."""
        done = any_shelf.publish()
        registry = any_shelf.registry
        releases = registry.releases
        (tmp_path / "got").mkdir()
        releases.fetch("model@v1.0.0", list(releases.files("model@v1.0.0")), tmp_path / "got")

        assert (done.metadata.version, done.new, done.production, done.notes) == ("v1.0.0", True, "v1.0.0", ())
        assert releases.metadata("model@v1.0.0") == done.metadata
        assert set(check_folder(tmp_path / "got")) == {"model.skops", "release.json"}
        assert releases.files("model@v1.0.0")["model.skops"] == len(b"the model of v1.0.0")
        assert registry.tags() == {"model@v1.0.0": done.metadata.commit, "model#prod#1": done.metadata.commit}
        assert registry.champion().metadata == done.metadata

    def test_of_publishing_twice(self, any_shelf):
        """The same inputs make one version."""
        made = any_shelf.publish().metadata
        again = any_shelf.again(made)

        assert (again.new, again.metadata, again.production) == (False, made, "v1.0.0")

    def test_of_a_taken_tag(self, any_shelf, tmp_path):
        """A second release of a tag is refused, and the first one stays."""
        any_shelf.publish()
        head = git(any_shelf.root, "rev-parse", "HEAD")
        folder = built(tmp_path / "other", metadata(version="v1.0.0", commit=head, inputs=digest(9)))

        with pytest.raises(ReleaseExistsError):
            any_shelf.registry.releases.publish("model@v1.0.0", head, folder, "other")
        assert any_shelf.registry.releases.metadata("model@v1.0.0").inputs != digest(9)

    @pytest.mark.parametrize("tag", ["../x", "latest", "model@1", "other@v1.0.0"])
    def test_of_what_is_no_tag(self, any_shelf, tag, tmp_path):
        """Another text than a version's tag is never asked for."""
        releases = any_shelf.registry.releases
        for ask in (
            lambda: releases.metadata(tag),
            lambda: releases.files(tag),
            lambda: releases.publish(tag, "0" * 40, built(tmp_path / "x", metadata()), "") and None,
        ):
            with pytest.raises(RegistryError, match="no tag of a version"):
                ask()

    def test_of_what_is_not_there(self, any_shelf, tmp_path):
        """A missing release and a missing file have a state that the verdict knows."""
        any_shelf.publish()
        releases = any_shelf.registry.releases
        for ask in (
            lambda: releases.metadata("model@v9.0.0"),
            lambda: releases.fetch("model@v1.0.0", ["none"], tmp_path),
            lambda: releases.mark_latest(Move(version="v9.0.0", at=DAY)),
        ):
            with pytest.raises(RegistryError) as caught:
                ask()
            if caught.value.where:
                assert caught.value.state == "files_missing"

    def test_of_damaged_files(self, any_shelf, tmp_path):
        """Files that are not those of SHA256SUMS make no release and no tag."""
        head = git(any_shelf.root, "rev-parse", "HEAD")
        folder = built(tmp_path / "x", metadata(version="v1.0.0", commit=head))
        (folder / "model.skops").write_bytes(b"other")

        with pytest.raises(RegistryError, match="other bytes"):
            any_shelf.registry.releases.publish("model@v1.0.0", head, folder, "")
        assert (any_shelf.registry.releases.tags(), any_shelf.registry.tags()) == ([], {})

    def test_of_moves_and_holds(self, any_shelf):
        """Moves are kept in order with their reasons; promotion is frozen until it is lifted."""
        any_shelf.publish()
        any_shelf.publish()
        freeze = PromotionFreeze(rejected="v1.0.1", reason="late: ä", since=DAY)
        any_shelf.registry.releases.set_freeze(freeze)
        any_shelf.registry.releases.mark_latest(Move(version="v1.0.0", at=DAY, reason="late: ä"))
        releases = any_shelf.registry.releases

        assert [move.version for move in releases.moves()] == ["v1.0.0", "v1.0.1", "v1.0.0"]
        assert (releases.moves()[-1].reason, releases.promotion_freeze()) == ("late: ä", freeze)
        releases.set_freeze(None)
        assert any_shelf.registry.releases.promotion_freeze() is None

    def test_of_rollback_and_the_promotion_freeze(self, any_shelf):
        """The previous version returns, and the next one waits until the promotion freeze is lifted."""
        any_shelf.publish()
        any_shelf.publish()
        done = rollback(any_shelf.registry, None, "late")
        waiting = any_shelf.publish()

        assert (done.before, done.after, done.notes) == ("v1.0.1", "v1.0.0", ())
        assert (waiting.metadata.version, waiting.production) == ("v1.0.2", "v1.0.0")
        lift_freeze(any_shelf.registry)
        assert any_shelf.again(waiting.metadata).production == "v1.0.2"

    def test_of_rows_that_were_erased_from_a_release(self, any_shelf, tmp_path):
        """The version can be rolled back to and is the champion; a release that is new must have them."""
        any_shelf.publish(fill=with_rows)
        any_shelf.publish(fill=with_rows)
        take_out(any_shelf, "model@v1.0.0", "reference.parquet")
        done = rollback(any_shelf.registry, None, "late")
        releases = any_shelf.registry.releases
        (tmp_path / "got").mkdir()
        releases.fetch("model@v1.0.0", list(releases.files("model@v1.0.0")), tmp_path / "got")

        assert (done.after, any_shelf.registry.champion().state) == ("v1.0.0", "found")
        assert "reference.parquet" in check_folder(tmp_path / "got")
        with pytest.raises(RegistryError, match=r"reference\.parquet is missing"):
            check_folder(tmp_path / "got", new=True)

    def test_of_another_file_that_was_taken_out(self, any_shelf):
        """A version without its model is none that could be put back, or judged against."""
        any_shelf.publish(fill=with_rows)
        any_shelf.publish(fill=with_rows)
        take_out(any_shelf, "model@v1.0.0", "model.skops")
        take_out(any_shelf, "model@v1.0.1", "model.skops")

        with pytest.raises(RegistryError, match=r"model\.skops is missing"):
            rollback(any_shelf.registry, None, "late")
        assert any_shelf.registry.champion().state == "files_missing"

    def test_of_version_numbers(self, any_shelf):
        """Code is a minor step, another schema a major one, and a number that a tag has is not given again."""
        any_shelf.publish()
        assert any_shelf.publish(code=digest(1)).metadata.version == "v1.1.0"
        git(any_shelf.root, "push", "--quiet", "origin", "HEAD:refs/tags/model@v1.4.0")
        assert any_shelf.publish(code=digest(1)).metadata.version == "v1.4.1"


class TestAddress:
    """`repository_at`."""

    @pytest.mark.parametrize(
        "address",
        [
            "https://github.com/acme/demo",
            "https://github.com/acme/demo.git",
            "https://x-access-token:secret@github.com/acme/demo/",
            "git@github.com:acme/demo.git",
            "ssh://git@github.com/acme/demo",
            "ssh://git@ssh.github.com:443/acme/demo.git",
        ],
    )
    def test_on_github(self, address):
        """Each way to write it is the same repository, and no password is kept."""
        assert repository_at(address) == "acme/demo"

    @pytest.mark.parametrize(
        "address",
        [
            "https://gitlab.com/acme/demo",
            "https://github.com.example.org/acme/demo",
            "https://example.org/github.com/acme/demo",
            "/srv/github.com/acme/demo",
            "https://github.com/acme",
            "git@github.example.org:acme/demo",
            "",
        ],
    )
    def test_elsewhere(self, address):
        """Another host is not taken for GitHub."""
        assert repository_at(address) is None


class TestOnGitHub:
    """What people find there."""

    def test_a_release_is_marked_and_tagged(self, shelf):
        """The tag is annotated, as GTO wants it; the release is published and the latest one; no draft is left."""
        shelf.publish()
        release = shelf.there.releases[0]

        assert shelf.refs == {"model@v1.0.0": "tag"}
        assert (release.draft, release.name, shelf.there.latest) == (False, "model@v1.0.0", release.id)
        assert release.body.startswith("# v1.0.0")

    def test_a_hundred_versions_are_few_questions(self, shelf):
        """Facts come with the list: as many versions as two pages hold, and none is downloaded."""
        shelf.publish()
        template = shelf.there.releases[0]
        for number in range(1, 105):
            more = copy_of(shelf, template, f"v1.0.{number}")
            shelf.there.releases.append(more)
        shelf.hub.calls.clear()
        versions = shelf.registry.versions()

        assert len(versions) == 105
        assert versions[-1].version == "v1.0.104"
        assert shelf.hub.called("GET", "page=2")
        assert not shelf.hub.called("GET", "/releases/assets/")

    def test_facts_in_notes_are_believed_by_their_digest_alone(self, shelf):
        """Notes that somebody edited say nothing of a version: its release.json does."""
        made = shelf.publish().metadata
        release = shelf.there.releases[0]
        forged = metadata(version="v1.0.0", metrics={"mae": 0.0}, commit=made.commit)
        start, _, _ = release.body.partition("<!--")
        content = base64.b64encode(forged.model_dump_json().encode()).decode()
        release.body = f"{start}<!-- ringside-release: {content} -->\n"

        assert shelf.registry.versions() == [made]

    def test_what_somebody_marked_latest_is_in_production(self, shelf):
        """Who clicks on GitHub has moved production; the next move keeps that in the record."""
        shelf.publish()
        shelf.publish()
        shelf.there.latest = shelf.there.releases[0].id

        assert shelf.registry.production() == "v1.0.0"
        assert shelf.publish().production == "v1.0.2"
        moves = shelf.registry.releases.moves()
        assert [move.version for move in moves] == ["v1.0.0", "v1.0.1", "v1.0.0", "v1.0.2"]
        assert moves[2].reason == "marked latest on GitHub"

    def test_another_release_that_is_latest_is_no_model(self, shelf):
        """A release of something else, as GitHub marks it by itself, moves nothing."""
        made = shelf.publish().metadata
        other = copy_of(shelf, shelf.there.releases[0], "v7.0.0")
        other.tag = "docs-7"
        shelf.there.releases.append(other)
        shelf.there.latest = other.id

        assert shelf.registry.champion().metadata == made

    def test_notes_are_added_once(self, shelf):
        """A paragraph stands once in the notes, and metadata are still read from them."""
        made = shelf.publish().metadata
        releases = shelf.registry.releases

        assert releases.note("model@v1.0.0", "**Rolled back**")
        assert not shelf.registry.releases.note("model@v1.0.0", "**Rolled back**")
        assert shelf.there.releases[0].body.count("Rolled back") == 1
        assert shelf.registry.versions() == [made]

    def test_a_shallow_checkout_publishes(self, shelf, tmp_path):
        """A checkout with one commit reads production, publishes and tags."""
        shelf.publish()
        commit(shelf.root)
        git(shelf.root, "push", "--quiet", "origin", "HEAD:main")
        bare = shelf.there.folder
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{bare}", "cut")
        git(tmp_path / "cut", "remote", "set-url", "origin", f"https://github.com/{REPO}")
        cut = HubShelf(tmp_path / "cut", shelf.hub)
        head = git(cut.root, "rev-parse", "HEAD")
        done = cut.again(metadata(commit=head, inputs=digest(1), champion="v1.0.0"))

        assert (done.metadata.version, done.production) == ("v1.0.1", "v1.0.1")
        assert shelf.refs == {"model@v1.0.0": "tag", "model@v1.0.1": "tag"}
