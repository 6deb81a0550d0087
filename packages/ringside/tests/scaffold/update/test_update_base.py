"""Which of the template's commits a copy is from."""

import socket

import pytest

from ringside.errors import StoreError, UsageError
from ringside.update.base import FETCHED, base, fetch, target
from ringside.update.trees import Git
from templates import NEW, OLD, Repo, own, template, used

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The template, which no test changes."""
    return template(tmp_path_factory.mktemp("template") / "it")


def fetched(copy: Repo, source: Repo) -> Git:
    """The copy with the template's history beside its own."""
    git = Git(copy.root)
    fetch(git, str(source.root))
    return git


@pytest.fixture(scope="module")
def git(tmp_path_factory, source):
    """A copy beside the template's history."""
    return fetched(used(tmp_path_factory.mktemp("copy") / "it"), source)


class TestBase:
    """Where a copy comes from."""

    def test_is_the_commit_with_the_files_of_a_copys_first_one(self, tmp_path, source):
        """What "Use this template" made has files without history; they are those of one commit."""
        copy = used(tmp_path / "copy")
        own(copy)
        found = base(fetched(copy, source), {}, None)

        assert found.commit == source.git("rev-parse", "package-v0.1.0")
        assert found.how == "your first commit has the same files"

    def test_is_what_a_forks_history_has_in_common(self, tmp_path, source):
        """A fork needs no search."""
        source.git("clone", "--quiet", "--branch=package-v0.1.0", str(source.root), str(tmp_path / "fork"))
        fork = Repo(tmp_path / "fork")
        fork.write({"README.md": "# Mine\n"})
        fork.commit("ours")

        assert base(fetched(fork, source), {}, None).commit == source.git("rev-parse", "package-v0.1.0")

    def test_is_what_the_last_update_wrote_down(self, tmp_path, source):
        """The record goes before what the first commit shows."""
        two = source.git("rev-parse", "package-v0.2.0")

        assert base(fetched(used(tmp_path / "copy"), source), {"commit": two}, None).commit == two

    @pytest.mark.parametrize("recorded", ["0" * 40, "HEAD", "--output=owned", 7, None])
    def test_is_looked_for_where_the_record_is_none_of_the_templates(self, tmp_path, source, recorded):
        """A hash that the template does not have, and what is no hash, is left aside."""
        copy = used(tmp_path / "copy")

        assert base(fetched(copy, source), {"commit": recorded}, None).commit == source.git(
            "rev-parse", "package-v0.1.0"
        )
        assert not (copy.root / "owned").exists()

    def test_is_the_likest_where_the_first_commit_has_work_in_it(self, tmp_path, source):
        """Files that were changed before the first commit leave the others to tell by."""
        copy = used(
            tmp_path / "copy", {**OLD, "README.md": "# Mine\n", ".github/workflows/doctor.yaml": "name: Mine\n"}
        )
        found = base(fetched(copy, source), {}, None)

        assert found.commit == source.git("rev-parse", "package-v0.1.0")
        assert found.how == "it has 12 of the 13 template files in your first commit"

    def test_is_told_by_documents_if_the_package_is_the_same(self, tmp_path):
        """Of commits with the same package, the base is the one with the same documents; later ones are new."""
        source = Repo.new(tmp_path / "source", OLD)
        one = source.git("rev-parse", "HEAD")
        source.write({"docs/reference.md": "# Another\n"})
        source.commit("a page")
        copy = used(tmp_path / "copy", {**OLD, "README.md": "# Mine\n"})

        assert base(fetched(copy, source), {}, None).commit == one

    def test_is_asked_for_where_nothing_is_alike(self, tmp_path, source):
        """Another project is no copy; a person may say otherwise."""
        git = fetched(used(tmp_path / "copy", {"README.md": "# Other\n", "Makefile": "x:\n"}), source)

        with pytest.raises(StoreError, match="cannot be found") as caught:
            base(git, {}, None)
        assert "--base COMMIT" in caught.value.remedy
        assert base(git, {}, "v0.1.0").commit == source.git("rev-parse", "package-v0.1.0")

    def test_that_is_given_must_be_the_templates(self, tmp_path, source):
        """The copy's own commits are no versions of the template."""
        copy = used(tmp_path / "copy", {**OLD, "README.md": "# Mine\n"})

        with pytest.raises(UsageError):
            base(fetched(copy, source), {}, copy.git("rev-parse", "HEAD"))

    def test_of_a_shallow_clone_needs_its_history(self, tmp_path, source):
        """The first commit of a clone of depth 1 is not the copy's first; the remedy brings the rest."""
        copy = used(tmp_path / "copy")
        own(copy)
        copy.git("clone", "--quiet", "--depth=1", f"file://{copy.root}", str(tmp_path / "clone"))

        with pytest.raises(StoreError) as caught:
            base(fetched(Repo(tmp_path / "clone"), source), {}, None)
        assert "git fetch --unshallow" in caught.value.remedy


class TestTarget:
    """What a copy is brought to."""

    def test_is_the_newest_release(self, git, source):
        """By the version's numbers, not by the order of letters or time."""
        assert target(git, None) == (source.git("rev-parse", "package-v0.2.0"), "package-v0.2.0")

    def test_is_no_commit_that_the_copy_alone_has(self, tmp_path, source):
        """A copy is not brought to a commit of its own, whose hash Git knows as well."""
        copy = used(tmp_path / "mine")
        own(copy)

        with pytest.raises(UsageError, match="no version"):
            target(fetched(copy, source), copy.git("rev-parse", "HEAD"))

    @pytest.mark.parametrize("name", ["package-v0.1.0", "v0.1.0", "0.1.0"])
    def test_may_be_a_release(self, git, source, name):
        """With its v or without."""
        assert target(git, name).commit == source.git("rev-parse", "package-v0.1.0")

    def test_may_be_a_branch_or_a_commit(self, git, source):
        """What is not released yet can be had as well."""
        head = source.git("rev-parse", "main")

        assert target(git, "main").commit == target(git, head[:8]).commit == head

    @pytest.mark.parametrize("name", ["v9.9.9", "HEAD", "--all", "../../heads/main", "0000000"])
    def test_must_be_the_templates(self, git, name):
        """Anything else is an error that lists the releases."""
        with pytest.raises(UsageError) as caught:
            target(git, name)

        assert "package-v0.1.0, package-v0.2.0" in caught.value.remedy

    def test_is_the_default_branch_where_nothing_is_released(self, tmp_path):
        """Its newest commit."""
        bare = Repo.new(tmp_path / "source", OLD)
        bare.write(NEW)
        head = bare.commit("two")

        assert target(fetched(used(tmp_path / "copy"), bare), None).commit == head


class TestFetch:
    """The template's history."""

    def test_of_a_server_that_says_nothing_is_given_up(self, tmp_path, monkeypatch):
        """The call is taken and never answered: an error, after a minute where nobody set another time."""
        monkeypatch.setenv("GIT_HTTP_LOW_SPEED_TIME", "1")
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(StoreError, match="too slow"):
            fetch(Git(used(tmp_path / "copy").root), f"http://127.0.0.1:{silent.getsockname()[1]}/template")

    def test_makes_no_tag_no_branch_and_no_remote(self, tmp_path, source):
        """A copy's own releases are tags; the template's do not come among them."""
        copy = used(tmp_path / "copy")
        before = copy.git("for-each-ref"), copy.git("remote")
        git = fetched(copy, source)
        names = git.line("for-each-ref", "--format=%(refname)", FETCHED).splitlines()
        git.forget()

        assert len(names) == 4
        assert (copy.git("for-each-ref"), copy.git("remote")) == before
