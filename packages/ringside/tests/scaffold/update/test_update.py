"""`ringside update`: a repository with changes of every kind is updated to a newer version of the template."""

import json

import pytest

from ringside.errors import StoreError
from ringside.update import Update, UpdateRequest, address_on_record, put, ready, update, without_password
from templates import GONE, NEW, OLD, Repo, own, used

pytestmark = pytest.mark.slow

CORE = "packages/ringside/src/ringside/core.py"


def updated(copy: Repo, source: Repo, **asked: str) -> Update:
    """Update a repository; return what was worked out."""
    git, _ = ready(copy.root)
    found = update(git, UpdateRequest(str(source.root), **asked))
    put(git, found)
    return found


class TestPackage:
    """The folder packages/ringside."""

    def test_becomes_that_of_the_newest_release(self, copy, source):
        """The package equals that of 0.2.0, without what serves the template alone, and not a later commit's."""
        own(copy)
        found = updated(copy, source)
        here = {path for path in copy.files() if path.startswith("packages/")}

        assert found.version.name == "package-v0.2.0"
        assert here == {
            "packages/ringside/pyproject.toml",
            "packages/ringside/src/ringside/__init__.py",
            "packages/ringside/src/ringside/added.py",
            CORE,
        }
        assert {path: copy.read(path) for path in here} == {path: (OLD | NEW)[path] for path in here}

    def test_keeps_its_tests_before_init(self, copy, source):
        """A repository that still has the sample gets the package with its tests, benchmarks and documents."""
        updated(copy, source)
        theirs = {path for path in (OLD | NEW).keys() - {*GONE} if path.startswith("packages/")}

        assert {path for path in copy.files() if path.startswith("packages/")} == theirs
        assert copy.read("packages/ringside/tests/test_core.py") == NEW["packages/ringside/tests/test_core.py"]

    def test_has_no_folder_for_the_template_that_was_removed_before_init(self, copy, source):
        """Tests of the package that a user removed stay away, although the sample is still here."""
        copy.remove("packages/ringside/tests")
        copy.commit("no tests")
        found = updated(copy, source)

        assert not (copy.root / "packages/ringside/tests").exists()
        assert found.plan.edited == []

    def test_names_each_file_that_you_changed_added_or_removed(self, copy, source):
        """The update replaces all of them, so it names all of them, also those that the template did not change."""
        own(copy)
        names = [f"packages/ringside/src/ringside/{name}.py" for name in ("__init__", "core", "mine", "old")]
        copy.write(dict.fromkeys(names[:3], "MINE = 1\n"))
        copy.remove(names[3])
        copy.write({names[3].replace("old", "zoo"): "MINE = 2\n"})
        copy.commit("mine")
        found = updated(copy, source)

        assert found.plan.edited == [*names[:3], names[3].replace("old", "zoo")]
        assert copy.read(CORE) == NEW[CORE]
        assert not (copy.root / names[2]).exists()

    def test_takes_a_change_that_the_template_has_too(self, copy, source):
        """A fix that was copied from the template's new version is no change that could be lost."""
        own(copy)
        copy.write({CORE: NEW[CORE]})
        copy.commit("the same fix")

        assert updated(copy, source).plan.edited == []

    def test_has_files_of_any_name(self, copy, tmp_path):
        """Names with blanks, quotes, line ends and umlauts arrive as they are."""
        names = ["a b.py", '"q".py', "ü ✓.py", "a\nb.py", "-rf", "$(touch x)\\n.py"]
        names = [f"packages/ringside/src/ringside/{name}" for name in names]
        source = Repo.new(tmp_path / "source", OLD)
        source.write({name: name for name in names})
        source.commit("names")
        updated(copy, source)

        assert {name: copy.read(name) for name in names} == {name: name for name in names}


class TestMerged:
    """Workflows, Makefile, dvc.yaml and params.yaml."""

    def test_have_your_lines_beside_those_of_the_template(self, copy, source):
        """A workflow that both changed in different places has both changes."""
        own(copy)
        updated(copy, source)

        assert copy.read(".github/workflows/doctor.yaml") == "# Ours\nname: Doctor\non: push\npermissions: {}\n"

    def test_that_you_removed_stay_away(self, copy, source):
        """A removed workflow does not come back with the template's change; the template's own is not mentioned."""
        own(copy)
        found = updated(copy, source)

        assert not (copy.root / ".github/workflows/rollback.yaml").exists()
        assert not (copy.root / ".github/workflows/package.yaml").exists()
        assert found.plan.removed == [".github/workflows/rollback.yaml"]

    def test_that_are_new_in_a_folder_you_removed_stay_away(self, copy, tmp_path):
        """The folder is named once, not file by file."""
        source = Repo.new(tmp_path / "source", {**OLD, ".github/forms/a.yaml": "a", "examples/jobs/a.py": "a"})
        copy = used(tmp_path / "mine", {**OLD, ".github/forms/a.yaml": "a", "examples/jobs/a.py": "a"})
        source.write({".github/forms/b.yaml": "b", ".github/forms/a.yaml": "b", "examples/jobs/b.py": "b"})
        source.commit("more")
        copy.remove(".github/forms", "examples/jobs")
        copy.commit("ours")
        found = updated(copy, source)

        assert found.plan.removed == [".github/forms/", "examples/jobs/"]
        assert copy.status().keys() == {".ringside.json"}

    def test_that_the_template_removed_and_you_changed_stay(self, tmp_path):
        """Your work in a file that the template does not have anymore is kept and named."""
        files = {**OLD, ".github/old.yaml": "a\n", "docs/odd.md": "a\n"}
        source = Repo.new(tmp_path / "source", files)
        source.remove(".github/old.yaml", "docs/odd.md")
        source.commit("less")
        copy = used(tmp_path / "mine", files)
        copy.write({".github/old.yaml": "mine\n", "docs/odd.md": "mine\n"})
        copy.commit("mine")
        found = updated(copy, source)

        assert (copy.read(".github/old.yaml"), copy.read("docs/odd.md")) == ("mine\n", "mine\n")
        assert sorted(found.plan.left) == [".github/old.yaml", "docs/odd.md"]

    def test_name_your_task_in_dvc_yaml(self, copy, source):
        """The stages are the template's, with your task, without a conflict."""
        own(copy)
        updated(copy, source)

        assert copy.read("dvc.yaml") == NEW["dvc.yaml"].replace("flights", "churn")

    def test_keep_the_values_of_params_yaml(self, copy, source):
        """Each of your lines stays; a new key and a new section are added with their comments."""
        own(copy)
        before = copy.read("params.yaml")
        found = updated(copy, source)
        after = copy.read("params.yaml")

        assert found.plan.params.added == ["policy.cap", "serve"]
        assert [line for line in after.splitlines() if line in before.splitlines()] == [*before.splitlines(), ""]
        assert "  cap: 3                    # new, and\n                            # explained\n" in after
        assert after.endswith("\n# Where things go.\nserve:\n  port: 8000                # which\n")
        assert "brier" not in after


class TestDocuments:
    """Documents, examples and other files of the template that users rarely change."""

    def test_are_the_new_ones_if_you_did_not_change_them(self, copy, source):
        """A changed, a new and a removed file are the template's; what only the template needs stays away."""
        own(copy)
        updated(copy, source)
        names = ("docs/reference.md", "docs/new.md", "examples/service/app.py", "tests/test_task_contract.py")

        assert {name: copy.read(name) for name in names} == {name: NEW[name] for name in names}
        assert not (copy.root / "docs/old.md").exists()
        assert not (copy.root / "docs/alternatives.md").exists()

    def test_are_yours_once_you_changed_them(self, copy, source):
        """They stay byte for byte, and are named if the template changed them too."""
        own(copy)
        found = updated(copy, source)

        assert copy.read("docs/params.md") == "# Our parameters\n"
        assert copy.read(".github/CODEOWNERS") == "/params.yaml @acme/models\n"
        assert found.plan.kept == [".github/CODEOWNERS", "docs/params.md", "pyproject.toml"]


class TestYours:
    """All other files."""

    def test_stay_as_they_are(self, copy, source):
        """Task, tests, data, README, locks and added workflows: byte for byte."""
        own(copy)
        places = ("src/", "tests/churn/", "data/", "README.md", "requirements/", ".github/workflows/mine.yaml", ".git")
        mine = {name: content for name, content in copy.files().items() if name.startswith(places)}
        mine.pop(".github/workflows/checks.yaml")
        mine.pop(".github/workflows/doctor.yaml")
        updated(copy, source)

        assert len(mine) == 12
        assert {name: (copy.root / name).read_bytes() for name in mine} == mine

    def test_are_the_sample_too(self, copy, source):
        """The sample is a task as any other: an update does not change it, nor its data and its dvc.lock."""
        updated(copy, source)
        names = ("src/flights/model.py", "data/manifest.json", "dvc.lock", "README.md", "requirements/model.txt")

        assert {name: copy.read(name) for name in names} == {name: OLD[name] for name in names}


class TestLocks:
    """The locks against the requirements of the new package."""

    def test_that_are_too_old_are_named(self, copy, source):
        """The requirement stands beside the locked version."""
        own(copy)

        assert updated(copy, source).plan.unmet == ["typer>=0.30 (locked: 0.20.1)"]

    def test_that_are_new_enough_are_not(self, copy, source):
        """Locks that meet the bounds need no command."""
        own(copy)
        copy.write({"requirements/tools.txt": "typer==0.30.0\n"})
        copy.commit("newer")

        assert updated(copy, source).plan.unmet == []


class TestConflicts:
    """Lines that you and the template changed."""

    @pytest.fixture
    def torn(self, copy):
        """A repository that changed what the template changes."""
        own(copy)
        copy.write({".github/workflows/checks.yaml": OLD[".github/workflows/checks.yaml"].replace("15", "60")})
        copy.commit("ours")
        return copy

    def test_are_marked_as_in_any_merge(self, torn, source):
        """Both sides stand between marks, `git status` shows it, and `git checkout --ours` brings yours back."""
        found = updated(torn, source)
        text = torn.read(".github/workflows/checks.yaml")
        torn.git("checkout", "--ours", ".github/workflows/checks.yaml")

        assert list(found.plan.conflicts) == [".github/workflows/checks.yaml"]
        assert "<<<<<<<" in text
        assert "minutes: 60" in text
        assert "minutes: 20" in text
        assert torn.status()[".github/workflows/checks.yaml"] == "UU"
        assert torn.read(".github/workflows/checks.yaml") == OLD[".github/workflows/checks.yaml"].replace("15", "60")

    def test_leave_nothing_behind_when_taken_back(self, torn, source):
        """`git reset --hard` undoes an update with conflicts as well."""
        before = torn.files()
        updated(torn, source)
        torn.git("reset", "--quiet", "--hard")

        assert (torn.files(), torn.status()) == (before, {})


class TestIndex:
    """How an update waits for people."""

    def test_has_all_of_it_and_nothing_is_committed(self, copy, source):
        """People look at the index first, and `git reset --hard` takes all of it back."""
        own(copy)
        before, head = copy.files(), copy.git("rev-parse", "HEAD")
        updated(copy, source)
        letters = set(copy.status().values())
        copy.git("reset", "--quiet", "--hard")

        assert letters == {"A ", "D ", "M "}
        assert (copy.git("rev-parse", "HEAD"), copy.files()) == (head, before)


class TestRecord:
    """`.ringside.json`."""

    def test_names_address_version_and_commit(self, copy, source):
        """The next update begins there; nothing else is in the record."""
        own(copy)
        updated(copy, source)

        assert json.loads(copy.read(".ringside.json")) == {
            "template": str(source.root),
            "version": "0.2.0",
            "commit": source.git("rev-parse", "package-v0.2.0"),
        }
        assert address_on_record(copy.root) == str(source.root)

    def test_has_no_password(self, copy, source, monkeypatch, tmp_path):
        """The part before the @ of an address stays out of Git."""
        home = tmp_path / "home"
        home.mkdir()
        led = f'[url "{source.root}"]\n\tinsteadOf = https://me:s3cret@git.example.org/x\n'
        (home / ".gitconfig").write_text(led)
        monkeypatch.setenv("HOME", str(home))
        git, _ = ready(copy.root)
        put(git, update(git, UpdateRequest("https://me:s3cret@git.example.org/x")))

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

    def test_lets_a_second_update_begin_where_the_first_ended(self, copy, source):
        """The next update brings newer commits, and a further one has nothing to do."""
        own(copy)
        updated(copy, source)
        copy.commit("Update Ringside")
        second = updated(copy, source, version="main")
        copy.commit("Update Ringside again")
        git, _ = ready(copy.root)

        assert second.base.how == "as .ringside.json records"
        assert (second.areas, second.plan.edited) == (["packages/ringside: 1 changed"], [])
        assert not update(git, UpdateRequest(str(source.root), version="main")).is_needed
        # The newest release is older than this repository now.
        assert not update(git, UpdateRequest(str(source.root))).is_needed


class TestSummary:
    """What people read."""

    def test_has_the_new_entries_of_the_changelog(self, copy, source):
        """Entries that only moved from `Unreleased` to a version are not new."""
        own(copy)

        assert updated(copy, source).news == ["## 0.2.0", "### Changed", "- The core counts differently."]

    def test_counts_the_files_of_each_part(self, copy, source):
        """Each part of the repository with its changed, new and removed files."""
        own(copy)

        assert updated(copy, source).areas == [
            "packages/ringside: 3 changed, 1 new, 1 removed",
            ".github: 2 changed",
            "docs: 1 changed, 1 new, 1 removed",
            "examples: 1 changed",
            "other files: 3 changed",
        ]


class TestRefused:
    """When nothing is done."""

    @pytest.mark.parametrize("file", ["README.md", "src/churn/new.py"])
    def test_is_a_checkout_with_work_in_it(self, copy, file):
        """A changed or new file is named; it could not be told from the update's."""
        own(copy)
        copy.write({file: "work\n"})

        with pytest.raises(StoreError, match=r"README|src/churn/new.py") as caught:
            ready(copy.root)
        assert "commit your work" in caught.value.remedy

    def test_names_a_moved_file_by_both_paths(self, copy):
        """Each path is whole, although Git lists the old one without its two letters."""
        copy.git("mv", "docs/params.md", "docs/moved.md")

        with pytest.raises(StoreError, match=r": docs/moved\.md, docs/params\.md are not committed"):
            ready(copy.root)

    def test_is_a_folder_of_another_repository(self, copy):
        """A folder within a larger repository is not the repository's root."""
        with pytest.raises(StoreError, match="folder of another repository"):
            ready(copy.root / "src")

    def test_is_a_template_that_does_not_respond(self, copy, tmp_path):
        """A wrong address gives an error and leaves no trace."""
        git, _ = ready(copy.root)
        with pytest.raises(StoreError) as caught:
            update(git, UpdateRequest(str(tmp_path / "nothing")))

        assert "--from" in caught.value.remedy
        assert (copy.status(), copy.git("for-each-ref", "refs/ringside")) == ({}, "")

    def test_is_an_address_that_is_an_option(self, copy):
        """An address that begins with a dash starts no program."""
        git, _ = ready(copy.root)
        with pytest.raises(StoreError):
            update(git, UpdateRequest(f"--upload-pack=touch {copy.root}/owned"))

        assert not (copy.root / "owned").exists()

    @pytest.mark.parametrize("name", ["docs/ignored/notes.md", "docs/ignored"])
    def test_is_a_file_that_git_ignores_in_a_new_ones_place(self, copy, tmp_path, name):
        """A file that Git could not bring back is not overwritten, by a file or by the folder of one."""
        source = Repo.new(tmp_path / "source", OLD)
        source.write({"docs/ignored/notes.md": "theirs"})
        source.commit("new")
        copy.write({".gitignore": "ignored\n"})
        copy.commit("ours")
        copy.write({name: "mine"})
        git, _ = ready(copy.root)
        found = update(git, UpdateRequest(str(source.root)))

        with pytest.raises(StoreError, match=r"ignored/notes\.md"):
            put(git, found)
        assert copy.read(name) == "mine"
