"""Where the registry is, and whether it has a champion."""

import functools
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ringside import git as git_module
from ringside.errors import RegistryError
from ringside.git import local_path
from ringside.registry.registry import Registry
from ringside.registry.rollback import rollback
from shelf import Shelf, commit, digest, git, metadata, repository, with_remote

pytestmark = pytest.mark.slow


class Locked(BaseHTTPRequestHandler):
    """A web server that lets nobody in."""

    def do_GET(self) -> None:
        """Ask for a password."""
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="private"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Files(SimpleHTTPRequestHandler):
    """A web server that hands out a folder, as Git's simplest protocol wants it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A checkout with a bare repository as its remote."""
    return Shelf(with_remote(tmp_path))


class TestPlace:
    """`Registry.open`."""

    def test_is_the_remote(self, shelf):
        """A remote that is a bare repository keeps the releases in its folder `releases`."""
        assert shelf.releases == shelf.root.parent / "bare" / "releases"

    def test_is_the_repository_itself_without_a_remote(self, tmp_path):
        """A repository without any remote is its own registry."""
        root = repository(tmp_path / "alone")

        assert Shelf(root).releases == root / ".git" / "releases"

    def test_is_the_same_for_all_work_trees(self, tmp_path):
        """A second work tree of a repository has the registry of the first."""
        root = repository(tmp_path / "alone")
        git(root, "worktree", "add", "--quiet", str(tmp_path / "second"))

        assert Shelf(tmp_path / "second").releases == root / ".git" / "releases"

    def test_of_a_clone_is_where_it_came_from(self, tmp_path):
        """A clone of a folder with a work tree asks that folder's `.git`."""
        root = repository(tmp_path / "first")
        git(tmp_path, "clone", "--quiet", "first", "second")

        assert Shelf(tmp_path / "second").releases == root / ".git" / "releases"

    def test_is_never_guessed(self, shelf):
        """Where there are remotes and none of the name, these are listed and none is taken."""
        with pytest.raises(RegistryError, match="there are origin") as caught:
            Registry.open(shelf.root, "upstream")
        assert caught.value.state == "no_remote"

    @pytest.mark.parametrize(
        ("address", "path"),
        [
            ("/srv/a.git", "/srv/a.git"),
            ("../a.git", "/checkout/../a.git"),
            ("file:///srv/a.git", "/srv/a.git"),
            ("./a:b", "/checkout/a:b"),
            ("https://github.com/a/b.git", None),
            ("ssh://git@github.com/a/b.git", None),
            ("git@github.com:a/b.git", None),
            ("host:a", None),
        ],
    )
    def test_is_local_as_git_decides_it(self, address, path):
        """A colon before the first slash is a host's; the rest is a folder."""
        assert local_path(address, Path("/checkout")) == (path and Path(path))


class TestNoChampion:
    """The proof that there is no champion."""

    def test_is_an_empty_remote(self, shelf):
        """A remote that answers and has neither a version's tag nor a release has no champion."""
        git(shelf.root, "push", "--quiet", "origin", "HEAD:refs/tags/other@v1.0.0", "HEAD:refs/tags/v1.0.0")

        assert shelf.registry.champion().state == "no_champion"

    def test_is_not_a_tag_without_a_release(self, shelf):
        """A version's tag whose release is nowhere proves that there was one."""
        git(shelf.root, "push", "--quiet", "origin", "HEAD:refs/tags/model@v1.0.0")

        champion = shelf.registry.champion()
        assert champion.state == "tag_points_nowhere"
        assert "model@v1.0.0" in champion.where
        assert str(shelf.releases) in champion.where

    def test_is_not_a_tag_that_only_this_checkout_has(self, shelf):
        """The remote is asked, not the tags that are here."""
        git(shelf.root, "tag", "model@v1.0.0")

        assert shelf.registry.champion().state == "no_champion"

    def test_is_not_a_remote_that_is_gone(self, shelf):
        """A folder that is no longer there is unreachable and proves nothing."""
        registry = shelf.registry
        shutil.rmtree(shelf.root.parent / "bare")

        assert registry.champion().state == "unreachable"
        with pytest.raises(RegistryError) as caught:
            Registry.open(shelf.root)
        assert caught.value.state == "unreachable"

    def test_is_not_a_host_that_gives_no_answer(self, tmp_path, monkeypatch):
        """A host that takes the connection and says nothing is unreachable when the time is over."""
        monkeypatch.setattr(git_module, "SECONDS", 1)
        root = repository(tmp_path / "checkout")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            git(root, "remote", "add", "origin", f"git://127.0.0.1:{silent.getsockname()[1]}/a.git")
            champion = Registry.open(root).champion()

        assert champion.state == "unreachable"
        assert "no answer within 1 s" in champion.where

    def test_is_not_a_host_that_asks_for_a_password(self, tmp_path):
        """A host that wants a password ends in an error; nothing waits for a person."""
        root = repository(tmp_path / "checkout")
        with ThreadingHTTPServer(("127.0.0.1", 0), Locked) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            git(root, "remote", "add", "origin", f"http://127.0.0.1:{server.server_port}/a.git")
            champion = Registry.open(root).champion()
            server.shutdown()
            thread.join()

        assert champion.state == "unreachable"
        assert "Username" in champion.where

    @pytest.mark.parametrize(("tag", "state"), [("other@v1.0.0", "no_champion"), ("model@v1.0.0", "unreachable")])
    def test_is_a_host_without_a_tag_of_a_version(self, shelf, tag, state):
        """Every release has a tag, so a host without one has none; with one, its releases would have to be asked."""
        bare = shelf.root.parent / "bare"
        git(bare, "tag", tag)
        git(bare, "update-server-info")
        with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(bare))) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            git(shelf.root, "remote", "set-url", "origin", f"http://127.0.0.1:{server.server_port}/")
            champion = Registry.open(shelf.root).champion()
            server.shutdown()
            thread.join()

        assert champion.state == state

    def test_is_not_a_shallow_clone(self, tmp_path):
        """A clone that was cut off, without a remote, may lack tags."""
        root = repository(tmp_path / "whole")
        commit(root)
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "cut")
        git(tmp_path / "cut", "remote", "remove", "origin")

        assert Registry.open(tmp_path / "cut").champion().state == "shallow"

    def test_of_a_shallow_clone_is_proven_by_its_remote(self, shelf):
        """A clone that was cut off asks its remote, which is whole."""
        git(shelf.root.parent, "clone", "--quiet", "--depth=1", f"file://{shelf.root.parent / 'bare'}", "cut")

        assert Registry.open(shelf.root.parent / "cut").champion().state == "no_champion"


class TestChampion:
    """`champion`."""

    def test_is_what_is_in_production(self, shelf):
        """The champion is the version that was put in production last."""
        shelf.publish()
        second = shelf.publish().metadata

        assert shelf.registry.champion().metadata == second
        assert shelf.registry.champion().state == "found"

    @pytest.mark.parametrize("name", ["model.skops", "release.json", "SHA256SUMS"])
    def test_without_a_file_says_where_it_was_looked_for(self, shelf, name):
        """A release that lost a file is `files_missing`, with the file and its folder."""
        shelf.publish()
        (shelf.releases / "model@v1.0.0" / name).unlink()

        champion = shelf.registry.champion()
        assert champion.state == "files_missing"
        assert name in champion.where
        assert str(shelf.releases) in champion.where

    def test_whose_release_is_gone_says_where_it_was_looked_for(self, shelf):
        """A version in production without its folder is `files_missing`, and no other version takes its place."""
        shelf.publish()
        shelf.publish()
        shutil.rmtree(shelf.releases / "model@v1.0.1")

        champion = shelf.registry.champion()
        assert champion.state == "files_missing"
        assert str(shelf.releases / "model@v1.0.1") in champion.where

    def test_with_a_damaged_list_is_damaged(self, shelf):
        """A SHA256SUMS that is none is `files_damaged`."""
        shelf.publish()
        (shelf.releases / "model@v1.0.0" / "SHA256SUMS").write_text("nonsense\n")

        assert shelf.registry.champion().state == "files_damaged"

    def test_whose_tag_was_moved_points_nowhere(self, shelf):
        """A tag on another commit than the one that was published is found out."""
        shelf.publish()
        git(shelf.root, "push", "--quiet", "--force", "origin", f"{commit(shelf.root)}:refs/tags/model@v1.0.0")

        assert shelf.registry.champion().state == "tag_points_nowhere"

    def test_whose_commit_is_gone_points_nowhere(self, shelf):
        """A tag on a commit that the registry no longer has is found out."""
        made = shelf.publish().metadata
        (shelf.root.parent / "bare" / "objects" / made.commit[:2] / made.commit[2:]).unlink()

        assert shelf.registry.champion().state == "tag_points_nowhere"

    def test_whose_tag_object_is_gone_points_nowhere(self, shelf):
        """A tag that refers to nothing is found out."""
        shelf.publish()
        thing = git(shelf.root.parent / "bare", "rev-parse", "refs/tags/model@v1.0.0")
        (shelf.root.parent / "bare" / "objects" / thing[:2] / thing[2:]).unlink()

        assert shelf.registry.champion().state == "tag_points_nowhere"


class TestVersions:
    """What else is asked of a registry."""

    def test_are_in_order(self, shelf):
        """Versions come from the oldest to the newest, by number."""
        made = [shelf.publish().metadata for _ in range(11)]

        assert shelf.registry.versions() == made
        assert made[-1].version == "v1.0.10"

    def test_of_one_window_are_counted(self, shelf):
        """The versions that were judged on the same test rows wear the window out."""
        for window in (digest(1), digest(2), digest(1)):
            shelf.publish(window=window)

        assert shelf.registry.judged_on(digest(1)) == 2
        assert shelf.registry.judged_on(digest(3)) == 0


class TestAnchor:
    """`anchor`."""

    def test_of_nothing_is_none(self, shelf):
        """Without a version there is nothing to measure small losses against."""
        assert shelf.registry.anchor() is None

    def test_is_the_last_that_was_better(self, shelf):
        """Versions that were only no worse do not move the anchor."""
        outcomes = [None, "no_worse", "better", "no_worse", "no_worse"]
        made = [shelf.publish(deciding=outcome).metadata for outcome in outcomes]

        assert shelf.registry.anchor() == made[2]

    def test_is_the_first_where_none_was_better(self, shelf):
        """Until a version is better, all are measured against the first."""
        made = [shelf.publish(deciding=outcome).metadata for outcome in (None, "no_worse")]

        assert shelf.registry.anchor() == made[0]

    def test_is_no_version_that_was_rejected(self, shelf):
        """A version that looked better and was rolled back holds nobody up."""
        made = [shelf.publish(deciding=outcome).metadata for outcome in (None, "better")]
        rollback(shelf.registry, None, "it looked into the future")

        assert shelf.registry.anchor() == made[0]

    def test_can_be_pinned(self, shelf):
        """A pinned version is the anchor, and one that does not exist is an error."""
        made = [shelf.publish(deciding="better").metadata for _ in range(2)]

        assert shelf.registry.anchor("v1.0.0") == made[0]
        with pytest.raises(RegistryError, match="no such release"):
            shelf.registry.anchor("v7.0.0")

    def test_facts_are_kept_to_the_letter(self, shelf):
        """What is read back is what was published, but for version and time."""
        made = shelf.publish(metrics={"mae": 0.1 + 0.2}, accepted="we know why").metadata

        kept = made.model_dump(exclude={"version", "published", "commit", "inputs"})
        assert shelf.registry.versions()[0].model_dump(exclude={"version", "published", "commit", "inputs"}) == kept
        assert kept["metrics"] == metadata(metrics={"mae": 0.30000000000000004}).metrics
