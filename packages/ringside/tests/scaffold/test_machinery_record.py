"""Which tests run in a copy: `.ringside.json` and the machinery that is here."""

import os
import shutil
import subprocess
import sys

import pytest

from harness import PACKAGE, PROJECT
from ringside.github.changes import changes
from ringside.github.run import Run
from ringside.scaffold.machinery import RECORD, digest, digest_of, is_as_recorded, record
from templates import OLD, Repo, used

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path):
    """A copy with the project's real tests/conftest.py, one test of the task and one of the machinery, on record."""
    files = {**OLD, "tests/conftest.py": (PROJECT / "tests/conftest.py").read_text(encoding="utf-8")}
    made = used(tmp_path / "copy", files)
    made.write({"pytest.ini": "[pytest]\ntestpaths = tests\n"})
    made.write({RECORD: record(digest(made.root)).decode()})
    made.commit("ours")
    return made


class TestAsRecorded:
    """Whether the machinery is the template's."""

    def test_is_a_copy_that_changed_only_what_is_its_own(self, copy):
        """Task, parameters, dependencies, owners, documents: none of it is machinery."""
        copy.write(
            dict.fromkeys(("params.yaml", "pyproject.toml", "requirements/dev.txt", "dvc.yaml", "README.md"), "x")
        )
        copy.write(
            {".github/CODEOWNERS": "x", "docs/mine.md": "x", "src/flights/model.py": "x", "tests/test_mine.py": "x"}
        )

        assert is_as_recorded(copy.root)

    @pytest.mark.parametrize(
        "name",
        [
            "packages/ringside/src/ringside/core.py",
            "packages/ringside/src/ringside/new.py",
            "packages/ringside/tests/test_core.py",
            "Makefile",
        ],
    )
    def test_is_none_that_changed_the_machinery(self, copy, name):
        """One file that is other or new, committed or not, is enough."""
        copy.write({name: "x"})

        assert not is_as_recorded(copy.root)

    def test_is_none_that_removed_a_file_of_it(self, copy):
        """A missing workflow is a change."""
        (copy.root / ".github/workflows/rollback.yaml").unlink()

        assert not is_as_recorded(copy.root)

    def test_is_the_template_never(self, copy):
        """Without a record all tests run; so with one that says nothing, or that nobody can read."""
        for text in ("", "[]", "{}", '{"machinery": null}', "\x00"):
            copy.write({RECORD: text})
            assert not is_as_recorded(copy.root)
        copy.remove("--force", RECORD)
        assert not is_as_recorded(copy.root)

    def test_does_not_ask_which_version_of_an_action_runs(self):
        """Dependabot raises the pins of each copy by itself."""
        old = b"      - uses: actions/checkout@3d3c42e5 # v7.0.1\n        with: {}\n"
        new = b"      - uses: actions/checkout@aaaaaaaa # v8.0.0\n        with: {}\n"
        other = new.replace(b"actions/checkout", b"evil/checkout")
        one, two, three = (digest_of([(".github/workflows/a.yaml", text)]) for text in (old, new, other))

        assert one == two != three

    def test_of_the_project_has_none_on_record(self):
        """The template itself has no record, so that it runs everything."""
        assert not (PROJECT / RECORD).exists() or not is_as_recorded(PROJECT)


class TestPytest:
    """What `make test` runs."""

    def typed(self, copy: Repo, *words: str) -> str:
        """The tests that pytest finds."""
        env = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
        command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "-p", "no:xdist", *words]
        done = subprocess.run(command, cwd=copy.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test_leaves_the_machinerys_out_in_a_copy(self, copy):
        """The task's own run, and the first lines say what does not, and how it would."""
        said = self.typed(copy)

        assert "test_flies" in said
        assert "test_core" not in said
        assert "make test-machinery" in said

    def test_runs_the_machinerys_where_it_was_changed(self, copy):
        """An edit of the machinery brings its tests back."""
        copy.write({"packages/ringside/src/ringside/core.py": "ONE = 0\n"})

        assert "test_core" in self.typed(copy)

    def test_runs_the_machinerys_where_they_are_asked_for(self, copy):
        """`make test-machinery` is not refused."""
        assert "test_core" in self.typed(copy, "packages/ringside/tests")


class TestWorkflow:
    """What the workflow Checks runs, by `ringside.github.changes`."""

    def merged(self, copy: Repo) -> Repo:
        """The last commit as a pull request that is merged for its checks."""
        copy.git("branch", "change")
        copy.git("switch", "--quiet", "--detach", "HEAD^")
        copy.git("merge", "--quiet", "--no-ff", "--message", "m", "change")
        return copy

    def test_tests_no_machinery_that_an_update_brought(self, copy):
        """The template tested what the record names."""
        copy.write({"packages/ringside/src/ringside/core.py": "ONE = 2\n"})
        copy.write({RECORD: record(digest(copy.root)).decode()})
        copy.commit("Update Ringside")
        found = changes(self.merged(copy).root, Run("acme/demo", event_name="pull_request"))

        assert (found.model, found.machinery) == (True, False)

    def test_tests_a_machinery_that_a_copy_changed(self, copy):
        """A pull request that edits it without an update has it tested."""
        copy.write({"packages/ringside/src/ringside/core.py": "ONE = 2\n"})
        copy.commit("mine")

        assert changes(self.merged(copy).root, Run("acme/demo", event_name="pull_request")).machinery

    def test_tests_none_where_the_locks_alone_changed(self, copy):
        """A dependency of the task's own, or one of Dependabot's, is no change of the machinery."""
        copy.write({"requirements/dev.txt": "ruff==3.0\n"})
        copy.commit("Bump")

        assert not changes(self.merged(copy).root, Run("acme/demo", event_name="pull_request")).machinery


class TestPush:
    """What a push to main has tested."""

    def pushed(self, copy: Repo, before: str, *, is_template: bool = False) -> bool:
        """Whether the machinery is."""
        event = {"before": before, "repository": {"is_template": is_template}}
        return changes(copy.root, Run("acme/demo", event_name="push", event=event)).machinery

    def test_that_makes_a_copy_is_not_tested(self, tmp_path):
        """The first commit of "Use this template" is the template's own files."""
        assert not self.pushed(used(tmp_path / "it"), "0" * 40)

    def test_that_makes_the_template_is_tested(self, tmp_path):
        """The template is nobody's copy."""
        assert self.pushed(used(tmp_path / "it"), "0" * 40, is_template=True)

    def test_of_a_branch_with_history_is_tested(self, tmp_path):
        """A branch that is new and not the first commit may hold anything."""
        copy = used(tmp_path / "it")
        copy.write({"packages/ringside/src/ringside/core.py": "x"})
        copy.commit("mine")

        assert self.pushed(copy, "0" * 40)

    @pytest.mark.parametrize(
        ("name", "tested"), [("params.yaml", False), ("packages/ringside/src/ringside/core.py", True)]
    )
    def test_is_tested_where_it_touches_the_machinery(self, tmp_path, name, tested):
        """In a copy without a record the files since the last push decide."""
        copy = used(tmp_path / "it")
        before = copy.git("rev-parse", "HEAD")
        copy.write({name: "x"})
        copy.commit("mine")

        assert self.pushed(copy, before) == tested

    @pytest.mark.parametrize("before", ["1" * 40, "HEAD", None, "--output=x"])
    def test_is_tested_where_it_cannot_be_told(self, tmp_path, before):
        """What was there before is not here: everything is done."""
        copy = used(tmp_path / "it")
        copy.commit("empty")

        assert self.pushed(copy, before)


def test_the_module_says_so_without_any_package(copy):
    """`python3 -m ringside.scaffold.machinery` needs the standard library alone."""
    command = [sys.executable, "-S", "-m", "ringside.scaffold.machinery"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
    done = subprocess.run(command, cwd=copy.root, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "")
    assert "not needed" in done.stdout
    assert shutil.which("git")
