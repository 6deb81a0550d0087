"""`ringside update`: a copy of an older template, with changes of every kind, is brought to a newer one."""

import json

import pytest

from ringside.errors import StoreError
from ringside.scaffold.machinery import is_as_recorded
from ringside.scaffold.update import Asked, Update, address_on_record, put, ready, update, without_password
from templates import NEW, OLD, Repo, own, used

pytestmark = pytest.mark.slow


def brought(copy: Repo, source: Repo, **asked: str) -> Update:
    """Update a copy; what was done."""
    git, _ = ready(copy.root)
    found = update(git, Asked(str(source.root), **asked))
    put(git, found)
    return found


class TestMachinery:
    """What is the template's."""

    def test_becomes_the_newest_release(self, copy, source):
        """Changed, new and removed files of the machinery are those of v0.2.0, and not of what came after it."""
        own(copy)
        found = brought(copy, source)

        assert found.version.name == "v0.2.0"
        for name in (
            "packages/ringside/src/ringside/core.py",
            "packages/ringside/src/ringside/added.py",
            "packages/ringside/tests/test_core.py",
        ):
            assert copy.read(name) == NEW[name]
        assert not (copy.root / "packages/ringside/src/ringside/old.py").exists()

    def test_waits_in_the_index_for_people_to_commit(self, copy, source):
        """Nothing is committed: what came is to be looked at first, and `git reset --hard` takes all of it back."""
        own(copy)
        before, head = copy.files(), copy.git("rev-parse", "HEAD")
        brought(copy, source)
        letters = set(copy.status().values())
        copy.git("reset", "--quiet", "--hard")

        assert letters == {"A ", "D ", "M "}
        assert (copy.git("rev-parse", "HEAD"), copy.files()) == (head, before)

    def test_keeps_lines_of_yours_beside_lines_of_the_templates(self, copy, source):
        """A workflow that both changed in different places has both changes."""
        own(copy)
        brought(copy, source)

        assert copy.read(".github/workflows/doctor.yaml") == "# Ours\nname: Doctor\non: push\npermissions: {}\n"

    def test_that_you_removed_stays_away(self, copy, source):
        """A workflow that a copy removed does not come back with the template's change of it; the update says so."""
        own(copy)
        found = brought(copy, source)

        assert not (copy.root / ".github/workflows/rollback.yaml").exists()
        assert ".github/workflows/rollback.yaml" in found.plan.removed

    def test_that_is_new_in_a_folder_you_removed_stays_away(self, copy, tmp_path):
        """New tests without those that were there would not even load; the folder is named once, not file by file."""
        source = Repo.new(tmp_path / "source", OLD)
        names = (
            "packages/ringside/tests/test_core.py",
            "packages/ringside/tests/new/test_more.py",
            "packages/ringside/src/ringside/b.py",
        )
        source.write(dict.fromkeys(names, "x"))
        source.commit("more")
        copy.remove("packages/ringside/tests")
        copy.commit("ours")
        found = brought(copy, source)

        assert found.plan.removed == ["packages/ringside/tests/"]
        assert copy.status().keys() == {".ringside.json", "packages/ringside/src/ringside/b.py"}

    def test_that_the_template_removed_and_you_changed_stays(self, copy, source):
        """Work of the copy's in a file that the template has no more is kept, and named."""
        own(copy)
        copy.write(
            {"packages/ringside/src/ringside/old.py": OLD["packages/ringside/src/ringside/old.py"] + "MINE = 1\n"}
        )
        copy.commit("mine")
        found = brought(copy, source)

        assert copy.read("packages/ringside/src/ringside/old.py").endswith("MINE = 1\n")
        assert found.plan.left == ["packages/ringside/src/ringside/old.py"]

    def test_follows_a_change_into_a_file_that_the_template_renamed(self, tmp_path):
        """A line of the copy's is in the file's new place."""
        text = "".join(f"LINE_{number} = {number}\n" for number in range(30))
        files = {**OLD, "packages/ringside/src/ringside/before.py": text}
        source = Repo.new(tmp_path / "source", files)
        source.git("mv", "packages/ringside/src/ringside/before.py", "packages/ringside/src/ringside/after.py")
        source.commit("renamed")
        mine = used(tmp_path / "mine", files)
        mine.write({"packages/ringside/src/ringside/before.py": text.replace("LINE_7 = 7", "LINE_7 = 70")})
        mine.commit("ours")
        brought(mine, source)

        assert not (mine.root / "packages/ringside/src/ringside/before.py").exists()
        assert "LINE_7 = 70" in mine.read("packages/ringside/src/ringside/after.py")

    def test_may_have_any_file_name(self, copy, tmp_path):
        """Names with blanks, quotes, line ends and umlauts arrive as they are."""
        names = ["docs/a b.md", 'docs/"q".md', "docs/ü ✓.md", "docs/a\nb.md", "docs/-rf", "docs/$(touch x)\\n.md"]
        source = Repo.new(tmp_path / "source", OLD)
        source.write({name: name for name in names})
        source.commit("names")
        brought(copy, source)

        assert {name: copy.read(name) for name in names} == {name: name for name in names}


class TestYours:
    """What is the copy's own."""

    def test_is_as_it_was(self, copy, source):
        """Task, tests, data, README, owners and added workflows: byte for byte."""
        own(copy)
        places = ("src/churn/", "tests/churn/", "data/manifest.json", "README.md", ".github/CODEOWNERS")
        mine = {n: b for n, b in copy.files().items() if n.startswith((*places, ".github/workflows/mine.yaml"))}
        found = brought(copy, source)

        assert len(mine) == 7
        assert {name: (copy.root / name).read_bytes() for name in mine} == mine
        assert found.plan.kept == [".github/CODEOWNERS", "README.md"]

    def test_has_no_sample_again(self, copy, source):
        """What `init` removed of the sample stays away, though the template changed it or added to it."""
        own(copy)
        found = brought(copy, source)

        assert not [name for name in copy.files() if "flights" in name or name == "dvc.lock" or "shapes" in name]
        assert found.plan.removed == [".github/workflows/rollback.yaml"]

    def test_is_the_name_in_dvc_yaml(self, copy, source):
        """Stages are the template's, with the copy's task, and nobody has to merge them."""
        own(copy)
        brought(copy, source)

        assert copy.read("dvc.yaml") == NEW["dvc.yaml"].replace("flights", "churn")

    def test_are_the_values_of_params_yaml(self, copy, source):
        """Each line stays; a key and a section that the machinery came to know are added with their comments."""
        own(copy)
        before = copy.read("params.yaml")
        found = brought(copy, source)
        after = copy.read("params.yaml")

        assert found.plan.params.added == ["policy.cap", "serve"]
        assert [line for line in after.splitlines() if line in before.splitlines()] == [*before.splitlines(), ""]
        assert "  cap: 3                    # new, and\n                            # explained\n" in after
        assert after.endswith("\n# Where things go.\nserve:\n  port: 8000                # which\n")
        assert "brier" not in after

    def test_is_the_sample_as_long_as_nobody_changed_it(self, copy, source):
        """A copy that still is the template has the sample's newest: code, parameters and data."""
        brought(copy, source)

        names = ("src/flights/model.py", "params.yaml", "data/manifest.json", "README.md")
        assert {name: copy.read(name) for name in names} == {name: NEW[name] for name in names}

    def test_is_the_sample_once_one_file_of_it_is_changed(self, copy, source):
        """Somebody who models in src/flights finds it as it was."""
        copy.write({"src/flights/__init__.py": '"""Mine."""\n'})
        copy.commit("mine")
        brought(copy, source)

        assert copy.read("src/flights/model.py") == OLD["src/flights/model.py"]
        assert copy.read("data/manifest.json") == OLD["data/manifest.json"]


class TestConflicts:
    """Lines that both changed."""

    @pytest.fixture
    def torn(self, copy):
        """A copy that changed what the template changes."""
        own(copy)
        checks = OLD[".github/workflows/checks.yaml"].replace("15", "60")
        copy.write({".github/workflows/checks.yaml": checks, "requirements/dev.txt": "ruff==1.0\nmine==1.0\n"})
        copy.commit("ours")
        return copy

    def test_are_marked_as_any_merge_of_gits(self, torn, source):
        """Both sides stand between marks, `git status` says so, and `git checkout --ours` brings the copy's back."""
        found = brought(torn, source)
        text = torn.read(".github/workflows/checks.yaml")
        torn.git("checkout", "--ours", ".github/workflows/checks.yaml")

        assert list(found.plan.conflicts) == [".github/workflows/checks.yaml"]
        assert "<<<<<<<" in text
        assert "minutes: 60" in text
        assert "minutes: 20" in text
        assert torn.status()[".github/workflows/checks.yaml"] == "UU"
        assert torn.read(".github/workflows/checks.yaml") == OLD[".github/workflows/checks.yaml"].replace("15", "60")

    def test_of_a_lock_are_the_templates_until_it_is_made_anew(self, torn, source):
        """A lock with marks could not be installed; the command that makes it is said instead."""
        found = brought(torn, source)

        assert torn.read("requirements/dev.txt") == "ruff==2.0\n"
        assert found.plan.locks == ["requirements/dev.txt"]

    def test_leave_nothing_behind_when_taken_back(self, torn, source):
        """`git reset --hard` undoes an update with conflicts as well."""
        before = torn.files()
        brought(torn, source)
        torn.git("reset", "--quiet", "--hard")

        assert (torn.files(), torn.status()) == (before, {})


class TestRecord:
    """`.ringside.json`."""

    def test_says_which_commit_this_is(self, copy, source):
        """Address, version and commit of the template, for the next update."""
        own(copy)
        brought(copy, source)
        recorded = json.loads(copy.read(".ringside.json"))

        assert recorded["commit"] == source.git("rev-parse", "v0.2.0")
        assert (recorded["version"], address_on_record(copy.root)) == ("0.2.0", str(source.root))

    def test_has_no_password(self, copy, source, monkeypatch, tmp_path):
        """What stands before the @ of an address stays out of Git."""
        home = tmp_path / "home"
        home.mkdir()
        led = f'[url "{source.root}"]\n\tinsteadOf = https://me:s3cret@git.example.org/x\n'
        (home / ".gitconfig").write_text(led)
        monkeypatch.setenv("HOME", str(home))
        git, _ = ready(copy.root)
        put(git, update(git, Asked("https://me:s3cret@git.example.org/x")))

        assert json.loads(copy.read(".ringside.json"))["template"] == "https://git.example.org/x"

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("https://me:s@cret@example.org/x", "https://example.org/x"),
            ("https://token@example.org/x", "https://example.org/x"),
            ("ssh://git:s3cret@example.org/x", "ssh://git@example.org/x"),
            ("git@example.org:acme/x@1", "git@example.org:acme/x@1"),
            ("/srv/a:b@c", "/srv/a:b@c"),
        ],
    )
    def test_has_of_an_address_what_leads_there(self, address, shown):
        """Neither password nor token; the user of ssh, and all of a path."""
        assert without_password(address) == shown

    def test_tells_a_machinery_of_the_templates_from_one_that_was_changed(self, copy, source):
        """After an update the machinery is as recorded; after an edit of it, it is not."""
        own(copy)
        copy.write({".github/workflows/doctor.yaml": OLD[".github/workflows/doctor.yaml"]})
        copy.write({".github/workflows/rollback.yaml": OLD[".github/workflows/rollback.yaml"]})
        copy.remove(".github/workflows/mine.yaml")
        copy.commit("as it came")
        brought(copy, source)
        same = is_as_recorded(copy.root)
        copy.write({"packages/ringside/src/ringside/core.py": "ONE = 0\n"})

        assert (same, is_as_recorded(copy.root)) == (True, False)

    def test_lets_a_second_update_begin_where_the_first_ended(self, copy, source):
        """The next one brings what came since, and one more has nothing to do; squashed or not."""
        own(copy)
        brought(copy, source)
        copy.commit("Update Ringside")
        second = brought(copy, source, version="main")
        copy.commit("Update Ringside again")
        git, _ = ready(copy.root)

        assert second.base.how == "as .ringside.json records"
        assert set(second.rooms) == {"machinery: 1 changed"}
        assert not update(git, Asked(str(source.root), version="main")).is_needed
        # The newest release is older than what this copy has now.
        assert not update(git, Asked(str(source.root))).is_needed


class TestSaid:
    """What people read."""

    def test_are_the_changelogs_new_entries(self, copy, source):
        """Entries that only moved from `Unreleased` to a version are no news."""
        own(copy)

        assert brought(copy, source).news == ["## 0.2.0", "### Changed", "- The core counts differently."]

    def test_are_the_files_by_room(self, copy, source):
        """Each room with what is changed, new and removed."""
        own(copy)

        assert brought(copy, source).rooms == [
            "workflows and GitHub's files: 2 changed",
            "machinery: 1 changed, 1 new, 1 removed",
            "the machinery's tests: 1 changed",
            "documents: 1 changed",
            "locks: 1 changed",
            "other files: 4 changed",
        ]


class TestRefused:
    """When nothing is done."""

    @pytest.mark.parametrize("file", ["README.md", "src/churn/new.py"])
    def test_is_a_checkout_with_work_in_it(self, copy, file):
        """A file that is changed, or new, is named; it could not be told from the update's."""
        own(copy)
        copy.write({file: "work\n"})

        with pytest.raises(StoreError, match=r"README|src/churn/new.py") as caught:
            ready(copy.root)
        assert "commit your work" in caught.value.remedy

    def test_is_a_folder_of_another_repository(self, copy):
        """A copy within a larger repository is not the repository's root."""
        with pytest.raises(StoreError, match="folder of another repository"):
            ready(copy.root / "src")

    def test_is_a_template_that_gives_no_answer(self, copy, tmp_path):
        """A wrong address says so and leaves no trace."""
        git, _ = ready(copy.root)
        with pytest.raises(StoreError) as caught:
            update(git, Asked(str(tmp_path / "nothing")))

        assert "--from" in caught.value.remedy
        assert (copy.status(), copy.git("for-each-ref", "refs/ringside")) == ({}, "")

    def test_is_an_address_that_is_an_option(self, copy):
        """An address that begins with a dash starts no program."""
        git, _ = ready(copy.root)
        with pytest.raises(StoreError):
            update(git, Asked(f"--upload-pack=touch {copy.root}/owned"))

        assert not (copy.root / "owned").exists()

    def test_is_a_file_that_git_ignores_in_a_new_ones_place(self, copy, tmp_path):
        """What Git could not bring back is not written over."""
        source = Repo.new(tmp_path / "source", OLD)
        source.write({"ignored/notes.txt": "theirs"})
        source.git("add", "--force", "ignored/notes.txt")
        source.commit("forced")
        copy.write({"ignored/notes.txt": "mine"})
        git, _ = ready(copy.root)
        found = update(git, Asked(str(source.root)))

        with pytest.raises(StoreError, match=r"ignored/notes\.txt"):
            put(git, found)
        assert copy.read("ignored/notes.txt") == "mine"
