"""Releases on GitHub where something goes wrong: lost answers, outages, kills, two publishers."""

import itertools
import shutil
from pathlib import Path

import pytest

from dying_there import killed
from hub import Hub
from ringside.errors import RegistryError
from ringside.github.draft_release import DraftRelease
from ringside.github.releases import GitHubReleases
from shelf import commit, digest, fill, git, metadata
from shelves import REPO, HubShelf, ask_as, on_hub, whole

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path):
    """The double."""
    with Hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def shelf(hub, tmp_path, monkeypatch) -> HubShelf:
    """A registry on GitHub, nothing published."""
    return on_hub(hub, tmp_path, monkeypatch)


WRITES = ["create", "upload", "publish", "latest"]
PLACES = {
    "create": ("POST", "/releases$"),
    "upload": ("POST", "/assets[?]name="),
    "publish": ("PATCH", "/releases/[0-9]+$"),
    "latest": ("PATCH", "/releases/[0-9]+$"),
}


@pytest.mark.long
class TestFaults:
    """GitHub that answers late, not at all, or with an error."""

    @pytest.mark.parametrize("after", [False, True], ids=["undone", "done"])
    @pytest.mark.parametrize("how", ["cut", "502"])
    @pytest.mark.parametrize("write", WRITES)
    def test_one_lost_answer_makes_one_release(self, shelf, write, how, after):
        """Whether the write was done or not, and however its answer was lost: one whole release, one tag."""
        fault = {"cut": True} if how == "cut" else {"status": 502}
        method, place = PLACES[write]
        shelf.hub.fail(method, place, skip=1 if write in ("upload", "latest") else 0, after=after, **fault)
        done = shelf.publish()

        assert (done.metadata.version, done.production) == ("v1.0.0", "v1.0.0")
        assert whole(shelf) == ["v1.0.0"]

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("other", [False, True], ids=["the same commit", "the next commit"])
    def test_an_outage_is_mended_by_the_next_run(self, shelf, write, other):
        """GitHub fails for good at one of the writes; the next run of this or another commit brings all to its end."""
        method, place = PLACES[write]
        shelf.hub.fail(method, place, skip=1 if write in ("upload", "latest") else 0, times=50, status=500)
        head = commit(shelf.root)
        first = metadata(commit=head, inputs=digest(1))
        with pytest.raises(RegistryError) as caught:
            shelf.again(first)
        assert caught.value.state == "unreachable"
        shelf.hub.faults.clear()
        again = metadata(commit=commit(shelf.root), inputs=digest(2)) if other else first
        if other and write == "latest":
            again = again.model_copy(update={"champion": "v1.0.0"})
        done = shelf.again(again)

        expected = ["v1.0.0", "v1.0.1"] if other and write == "latest" else ["v1.0.0"]
        assert whole(shelf) == expected
        assert done.production == expected[-1]

    def test_a_tag_that_cannot_be_pushed(self, shelf, monkeypatch):
        """Without the right to write, nothing is made; the error says what GitHub said."""
        ask_as(shelf.hub, monkeypatch, {"contents": "read"})

        with pytest.raises(RegistryError, match="403"):
            shelf.publish()
        assert (shelf.there.releases, shelf.refs) == ([], {})

    @pytest.mark.parametrize("status", [401, 403, 404, 500])
    def test_no_answer_is_unreachable(self, shelf, status):
        """An error of GitHub's is never taken for an empty registry."""
        shelf.publish()
        shelf.hub.fail("GET", "/releases", status=status, times=100)

        assert shelf.registry.champion().state == "unreachable"

    def test_no_token_is_unreachable(self, shelf, monkeypatch):
        """Nobody is logged in: that is said at once, and what to do."""
        shelf.publish()
        monkeypatch.delenv("GH_TOKEN")
        champion = shelf.registry.champion()

        assert champion.state == "unreachable"
        assert "no login" in champion.where

    def test_no_gh_is_unreachable(self, shelf, monkeypatch, tmp_path):
        """Without the program `gh`, the registry is not empty, it cannot be asked."""
        shelf.publish()
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "git").symlink_to(shutil.which("git"))
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        champion = shelf.registry.champion()

        assert champion.state == "unreachable"
        assert "gh is not installed" in champion.where

    def test_no_token_is_needed_to_see_that_nothing_was_published(self, shelf, monkeypatch):
        """Git alone proves that there is no champion: a release that is no draft has a tag, and there is none."""
        monkeypatch.delenv("GH_TOKEN")

        assert shelf.registry.champion().state == "no_champion"

    def test_a_damaged_asset_is_refused(self, shelf, tmp_path):
        """Bytes that are not those of GitHub's digest are not handed on."""
        shelf.publish()
        asset = next(a for a in shelf.there.releases[0].assets if a.name == "model.skops")
        asset.content = b"x" * len(asset.content)

        with pytest.raises(RegistryError, match="other bytes") as caught:
            shelf.registry.releases.fetch("model@v1.0.0", ["model.skops"], tmp_path)
        assert caught.value.state == "files_damaged"

    def test_a_file_keeps_its_bytes(self, shelf, tmp_path):
        """Line ends of any kind in a file come through as they are."""
        content = b"\r\n\r\n\n\r" + bytes(range(256)) * 30

        def odd(made, folder):
            """A model that looks like a head of HTTP's."""
            (folder / "odd.bin").write_bytes(content)
            fill(made, folder)

        shelf.publish(fill=odd)
        shelf.registry.releases.fetch("model@v1.0.0", ["odd.bin"], tmp_path)

        assert (tmp_path / "odd.bin").read_bytes() == content

    def test_a_version_tag_without_release_is_no_empty_registry(self, shelf):
        """GitHub lists no release, and a tag says that there was one."""
        git(shelf.root, "push", "--quiet", "origin", "HEAD:refs/tags/model@v1.0.0")

        assert shelf.registry.champion().state == "tag_points_nowhere"

    def test_a_draft_of_a_person_is_left_alone(self, shelf):
        """Only drafts with our mark are removed."""
        made = copy_of_draft(shelf)

        assert shelf.registry.releases.clean() == []
        assert shelf.there.releases == [made]


def copy_of_draft(shelf):
    """A draft that a person wrote."""
    releases = GitHubReleases(shelf.root, "origin", REPO)
    releases.github.post("releases", {"tag_name": "model@v9.0.0", "name": "mine", "body": "wait", "draft": True})
    return shelf.there.releases[0]


class TestTwoAtOnce:
    """Publishers that the concurrency group did not keep apart."""

    def amid(self, shelf, monkeypatch, owner, name) -> None:
        """Let somebody else publish the next commit just before a step of a publisher."""
        real = getattr(owner, name)
        other = HubShelf(Path(shutil.copytree(shelf.root, shelf.root.with_name("other"))), shelf.hub)

        def late(*arguments):
            """The step, after somebody else was faster."""
            monkeypatch.setattr(owner, name, real)
            other.publish()
            return real(*arguments)

        monkeypatch.setattr(owner, name, late)

    def test_who_comes_first_takes_the_others_draft_away(self, shelf, monkeypatch):
        """The second one tidies and publishes; the first one finds its draft gone, and leaves nothing."""
        self.amid(shelf, monkeypatch, DraftRelease, "fill")
        with pytest.raises(RegistryError, match="404"):
            shelf.publish()

        assert whole(shelf) == ["v1.0.0"]

    def test_one_tag_is_one_version(self, shelf, monkeypatch):
        """Two that took the same number: one has it, the other is refused; its draft goes with the next run."""
        monkeypatch.setattr(GitHubReleases, "clean", lambda _: [])
        self.amid(shelf, monkeypatch, GitHubReleases, "_push_tag")
        with pytest.raises(RegistryError, match="cannot be pushed"):
            shelf.publish()
        monkeypatch.undo()
        ask_as(shelf.hub, monkeypatch, {"contents": "write"})
        first = shelf.registry.versions()

        assert (len(first), shelf.drafts) == (1, ["model@v1.0.0"])
        assert shelf.registry.releases.clean() == ["the draft of model@v1.0.0"]
        assert whole(shelf) == ["v1.0.0"]
        assert shelf.registry.versions() == first


@pytest.mark.long
def test_a_kill_before_each_write_is_mended(hub, tmp_path, monkeypatch):
    """Wherever a publisher is killed, the next one leaves whole versions, each once, and the newest in production.

    Every second time it is one of the next commit.
    """
    for count in itertools.count(1):
        shutil.rmtree(hub.root / "git", ignore_errors=True)
        shelf = on_hub(hub, tmp_path / str(count), monkeypatch)
        head, other = commit(shelf.root), count % 2 == 0
        died = killed(shelf, metadata(commit=head, inputs=digest(1)), count)
        made = metadata(commit=commit(shelf.root) if other else head, inputs=digest(2 if other else 1))
        done = shelf.again(made.model_copy(update={"champion": shelf.registry.production()}))

        versions = whole(shelf)
        assert done.production == versions[-1]
        assert len(versions) <= 1 + other
        if not died:
            break
    assert count > 7
    assert len(versions) == 1 + other
