"""Publishing: once, whole, in order, whoever is killed and whoever comes at the same time."""

import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

import dying
from ringside.errors import ModelError, RegistryError, StoreError
from ringside.registry.checksums import check_folder
from ringside.registry.publish import Candidate, default_branch_note, publish
from ringside.registry.rollback import rollback
from shelf import Shelf, commit, digest, fill, git, metadata, no_identity, notes, repository, with_remote


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A checkout with a bare repository as its remote."""
    return Shelf(with_remote(tmp_path))


def publish_one(root: Path, number: int, accepted: str | None, answers) -> None:
    """Publish in a process of its own, without waiting for another's verdict."""
    made = metadata(commit=git(root, "rev-parse", f"HEAD~{number}"), inputs=digest(number), accepted=accepted)
    candidate = Candidate(made, lambda: None, fill, notes)
    try:
        done = publish(Shelf(root).registry, candidate, root / ".git" / f"draft-{number}")
        answers.put(done.metadata.version)
    except RegistryError as error:
        answers.put(str(error))


@pytest.mark.slow
class TestPublish:
    """`publish`."""

    def test_makes_a_release_a_tag_and_a_champion(self, shelf):
        """The version has all its files, its tag is on its commit, and it is in production."""
        done = shelf.publish()

        assert (done.metadata.version, done.new, done.production, done.notes) == ("v1.0.0", True, "v1.0.0", ())
        assert git(shelf.root, "ls-remote", "origin", "model@v1.0.0^{}").split()[0] == done.metadata.commit
        assert set(check_folder(shelf.releases / "model@v1.0.0")) == {"model.skops", "release.json"}
        assert (shelf.releases / "notes" / "model@v1.0.0.md").read_text() == "# v1.0.0\n"

    def test_works_without_a_remote(self, tmp_path):
        """A repository alone is a full registry."""
        shelf = Shelf(repository(tmp_path / "alone"))
        versions = [shelf.publish().metadata.version for _ in range(2)]

        assert versions == ["v1.0.0", "v1.0.1"]
        assert shelf.registry.champion().state == "found"

    def test_twice_makes_one_version(self, shelf):
        """The same metadata once more change no file and make no tag."""
        made = shelf.publish().metadata
        before = shelf.tree(), shelf.registry.tags()
        again = shelf.again(made)

        assert (again.new, again.metadata) == (False, made)
        assert (shelf.tree(), shelf.registry.tags()) == before

    @pytest.mark.parametrize("same", ["inputs", "commit"])
    def test_of_the_same_state_is_the_same_version(self, shelf, same):
        """Equal inputs on another commit, or the same commit, are what was published already."""
        made = shelf.publish().metadata
        other = {"commit": commit(shelf.root), "inputs": digest(5)} | {same: getattr(made, same)}

        assert not shelf.again(metadata(**other)).new

    def test_of_an_earlier_state_is_a_new_version(self, shelf):
        """Who goes back to the inputs of an older version and publishes, gets a new one."""
        first = shelf.publish().metadata
        shelf.publish()

        assert shelf.publish(inputs=first.inputs).metadata.version == "v1.0.2"

    def test_judged_against_another_champion_is_refused(self, shelf):
        """A verdict against a version that is no longer in production publishes nothing."""
        shelf.publish()
        shelf.publish()

        with pytest.raises(RegistryError, match=r"evaluated against v1\.0\.0, but v1\.0\.1 is in production now"):
            shelf.publish(champion="v1.0.0")
        with pytest.raises(RegistryError, match="evaluated without a champion"):
            shelf.publish(champion=None)

    def test_that_people_accepted_is_not(self, shelf):
        """Who gives a reason publishes whatever the model was judged against, and the reason is kept."""
        shelf.publish()
        made = shelf.publish(champion=None, verdict="inconclusive", accepted="the source changed").metadata

        assert shelf.registry.versions()[-1].accepted == "the source changed"
        assert made.version == "v1.0.1"

    def test_that_is_refused_leaves_nothing(self, shelf):
        """A candidate that is not approved makes neither release nor tag."""

        def refuse() -> None:
            """Approve of nothing."""
            raise ModelError("no", where="here", remedy="none.")

        with pytest.raises(ModelError):
            publish(shelf.registry, Candidate(metadata(), refuse, fill, notes), shelf.root / "draft")
        assert (shelf.tree(), shelf.registry.tags()) == ([], {})

    def test_that_cannot_be_built_leaves_nothing(self, shelf):
        """An error while the files are made leaves no release and no draft."""

        def half(_, folder: Path) -> None:
            """Write some files and break."""
            (folder / "model.skops").touch()
            raise StoreError("the disk is full", where="here", remedy="none.")

        with pytest.raises(StoreError):
            shelf.publish(fill=half)
        assert (shelf.tree(), shelf.registry.tags()) == ([], {})
        assert not (shelf.root / ".git" / "draft").exists()

    def test_finishes_what_could_not_be_tagged(self, shelf):
        """A remote that refuses tags keeps the release; when it takes them again, the next run ends the work."""
        hook = shelf.root.parent / "bare" / "hooks" / "pre-receive"
        hook.parent.mkdir()
        hook.write_text("#!/bin/sh\necho closed for the night >&2\nexit 1\n")
        hook.chmod(0o755)
        with pytest.raises(RegistryError, match="closed for the night"):
            shelf.publish()
        hook.unlink()
        made = shelf.registry.versions()[0]
        done = shelf.again(made)

        assert (done.new, done.production) == (False, "v1.0.0")
        assert shelf.registry.tags()["model@v1.0.0"] == made.commit

    def test_goes_past_a_tag_of_somebody_else(self, shelf):
        """A version's tag that a person made keeps its number."""
        git(shelf.root, "push", "--quiet", "origin", "HEAD:refs/tags/model@v3.1.0")

        assert shelf.publish().metadata.version == "v4.0.0"

    def test_under_a_freeze_stays_out_of_production(self, shelf):
        """After a rollback a new version is published and told, and production stays."""
        shelf.publish()
        shelf.publish()
        rollback(shelf.registry, None, "late for everyone")
        done = shelf.publish()

        assert (done.metadata.version, done.production) == ("v1.0.2", "v1.0.0")
        assert "late for everyone" in done.notes[0]

    def test_of_a_branch_that_was_not_pushed_is_told(self, shelf):
        """A commit that the registry's default branch does not freeze is no error, and is told."""
        assert default_branch_note(shelf.registry, git(shelf.root, "rev-parse", "HEAD")) is None
        assert "does not contain" in default_branch_note(shelf.registry, commit(shelf.root))

    def test_needs_no_name_of_the_account(self, shelf):
        """Where Git knows no name, as on a build machine, tags are set all the same."""
        for key in ("user.name", "user.email"):
            git(shelf.root, "config", "--unset", key)
        make = "shelf.Shelf(pathlib.Path(sys.argv[1])).again(shelf.metadata(commit=sys.argv[2]))"
        script = f"import sys, pathlib, shelf; {make}"
        head = git(shelf.root, "rev-parse", "HEAD")
        folder = Path(__file__).parent
        subprocess.run([sys.executable, "-c", script, shelf.root, head], cwd=folder, env=no_identity(), check=True)

        assert shelf.registry.tags()["model@v1.0.0"] == head


@pytest.fixture(scope="module")
def ends(tmp_path_factory) -> list[dict]:
    """What the registry holds after a kill before each deed and the next publisher."""
    folder = tmp_path_factory.mktemp("kills")
    shelf = Shelf(with_remote(folder / "base"))
    # Copies of the folder have a remote beside them, too.
    git(shelf.root, "remote", "set-url", "origin", "../bare")
    shelf.publish()
    commit(shelf.root)
    done = subprocess.run([sys.executable, dying.__file__, folder], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long
class TestKills:
    """A publisher that was killed, before any deed of its own, and the next one."""

    def test_come_before_every_deed(self, ends):
        """Each publisher but the last was killed, and there are many deeds to be killed before."""
        assert len(ends) > 20
        assert [end["died"] for end in ends] == [True] * (len(ends) - 1) + [False]

    def test_always_leave_a_champion(self, ends):
        """Whenever the kill came, the registry has a whole champion before anybody mends anything."""
        assert {end["before"] for end in ends} == {"found"}

    def test_never_leave_two_versions_or_a_half(self, ends):
        """After the next run each state was published once, is tagged and whole, and no draft is left."""
        for end in ends:
            assert end["tags"] == [f"model@{version}" for version in end["versions"]]
            assert end["left"] == []
            assert end["inputs"] in ([[2], [1, 2]] if end["other"] else [[1]])

    def test_are_brought_to_their_end(self, ends):
        """The newest version is in production and whole."""
        for end in ends:
            assert end["champion"] == "found"
            assert end["production"] == end["versions"][-1]


@pytest.mark.slow
class TestTwoAtOnce:
    """Two publishers at the same time."""

    @pytest.mark.parametrize("accepted", [None, "both are fine"])
    def test_give_two_versions_in_order_or_one_refusal(self, tmp_path, accepted):
        """Of two that were judged without a champion one is refused; where people accepted, there are two versions."""
        root = with_remote(tmp_path)
        commit(root)
        context = multiprocessing.get_context("spawn")
        answers = context.SimpleQueue()
        both = [context.Process(target=publish_one, args=(root, number, accepted, answers)) for number in (0, 1)]
        for process in both:
            process.start()
        for process in both:
            process.join()

        said = {answers.get() for _ in both}
        assert "v1.0.0" in said
        refused = [answer for answer in said if "v1.0.0 is in production now" in answer]
        expected = ["v1.0.0"] if accepted is None else ["v1.0.0", "v1.0.1"]
        assert len(refused) == 2 - len(expected)
        assert [made.version for made in Shelf(root).registry.versions()] == expected
