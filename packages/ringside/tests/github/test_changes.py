"""What a pull request touches, found in real repositories."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import PACKAGE
from ringside.github.changes import changes
from ringside.github.run import Run

pytestmark = pytest.mark.slow

FILES = {
    "params.yaml": "a",
    "src/flights/model.py": "a",
    "src/flights/old_name.py": "a long enough text to be found again\n" * 5,
    "packages/ringside/src/ringside/cli/main.py": "a",
    "requirements/model.txt": "a",
    "requirements/dev.txt": "a",
    "docs/page.md": "a",
    "docs/page_too.md": "a long enough text to be found again\n" * 5,
    "docs/schema.py": "a",
    "README.md": "a",
    "tests/flights/test_model.py": "a",
    "packages/ringside/tests/test_x.py": "a",
    ".github/workflows/train.yaml": "a",
    "data/manifest.json": "{}",
}

PULL_REQUEST = Run("acme/demo", event_name="pull_request")


class Repo:
    """A repository with a base branch and a pull request's branch that begins at it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        for name, content in FILES.items():
            self.write(name, content)
        self.commit()
        self.git("switch", "--quiet", "--create", "change")

    def git(self, *words: str | bytes, env: dict[str, str] | None = None) -> str:
        """Type a command of Git's, as somebody with a name."""
        who = {f"GIT_{role}_{what}": "t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", *words], cwd=self.root, check=True, capture_output=True, env={**os.environ, **who, **(env or {})}
        )
        return done.stdout.decode().strip()

    def write(self, name: str | bytes, content: str) -> None:
        """A file with any name."""
        place = os.path.join(os.fsencode(self.root), os.fsencode(name))  # noqa: PTH118  # bytes
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120  # bytes
        with open(place, "w", encoding="utf-8") as file:  # noqa: PTH123  # bytes
            file.write(content)

    def commit(self) -> str:
        """All of it, in one commit; its hash."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "m")
        return self.git("rev-parse", "HEAD")

    def merged(self) -> "Repo":
        """As GitHub checks a pull request out: its merge with the base, detached."""
        self.git("switch", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "m", "change")
        return self


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A fresh one."""
    return Repo(tmp_path)


# What is touched, whether it matters to the model, and whether to the machinery.
CASES = [
    ("params.yaml", True, False),
    ("dvc.yaml", True, True),
    ("dvc.lock", True, False),
    (".dvc/config", True, False),
    (".dvcignore", True, False),
    ("data/manifest.json", True, False),
    ("data/adopted.parquet", True, False),
    ("src/flights/model.py", True, False),
    ("src/churn/__init__.py", True, False),
    ("packages/ringside/src/ringside/cli/main.py", True, True),
    ("requirements/model.txt", True, True),
    ("requirements/tools.txt", True, True),
    ("requirements/dev.txt", False, True),
    ("requirements/report.txt", False, True),
    ("pyproject.toml", False, True),
    ("Makefile", False, True),
    (".github/workflows/train.yaml", False, True),
    (".github/CODEOWNERS", False, True),
    (".devcontainer/devcontainer.json", False, True),
    ("packages/ringside/tests/test_x.py", False, True),
    ("tests/conftest.py", False, True),
    ("tests/flights/test_model.py", False, False),
    ("packages/ringside/bench/run.py", False, True),
    ("docs/page.md", False, False),
    ("docs/schema.py", False, True),
    ("docs/report.schema.json", False, True),
    ("docs/images/a.png", False, False),
    ("README.md", False, False),
    ("params.yaml.bak", False, False),
    ("a/params.yaml", False, False),
    ("a/src/b.py", False, False),
    ("srcs/b.py", False, False),
    ("docs/src/x.py", False, False),
    ("SRC/x.py", False, False),
    # Names that people with bad intent choose, and some by accident.
    ("docs/a\nsrc/b", False, False),
    ("docs/::set-output name=model::false", False, False),
    ("-rf", False, False),
    ("$(touch owned)", False, False),
    ("src/a\nb.py", True, False),
    ("src/\u202etxt.exe", True, False),
    ("data/<img src=x>|`x`.md", True, False),
    ("src/ümläut ✓.py", True, False),
    (b"src/\xff\xfe.py", True, False),
    (b"docs/\xff\xfe.py", False, True),
]


class TestWhatMatters:
    """The table: one file that is touched, and what follows."""

    @pytest.mark.parametrize(("name", "model", "machinery"), CASES, ids=[repr(case[0]) for case in CASES])
    def test_is_told_by_the_files_names(self, repo, name, model, machinery):
        """One file that is new or other says what has to be done, whatever its name is."""
        repo.write(name, "changed")
        repo.commit()
        found = changes(repo.merged().root, PULL_REQUEST)

        assert (found.model, found.machinery) == (model, machinery)

    @pytest.mark.parametrize("name", ["src/flights/model.py", "data/manifest.json"])
    def test_is_so_for_what_is_removed(self, repo, name):
        """A file that is gone matters as one that changed."""
        (repo.root / name).unlink()
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model

    def test_counts_a_renamed_file_by_its_old_name(self, repo):
        """A module that moved out of src is missing there, though Git would show the new name alone."""
        repo.git("mv", "src/flights/old_name.py", "docs/new_name.md")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model

    def test_counts_a_renamed_file_by_its_new_name(self, repo):
        """A page that moved into src is new there."""
        repo.git("mv", "docs/page_too.md", "src/flights/table.md")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model

    def test_counts_a_mode(self, repo):
        """A file that became executable is another file."""
        (repo.root / "src/flights/model.py").chmod(0o755)
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model

    def test_counts_a_folder_that_became_a_link(self, repo):
        """All of src as a link to somewhere else is no file in src, and matters all the same."""
        repo.git("rm", "--quiet", "-r", "data")
        (repo.root / "data").symlink_to("docs")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model

    def test_counts_a_submodule(self, repo):
        """Another repository in place of the data is a change, whatever the repository's own settings hide."""
        repo.git("rm", "--quiet", "-r", "--cached", "data")
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},data")
        repo.git("commit", "--quiet", "--message", "m")
        repo.git("config", "diff.ignoreSubmodules", "all")
        repo.git("rm", "--quiet", "-r", "--cached", "--ignore-unmatch", "x")
        (repo.root / "data" / "manifest.json").unlink()
        repo.git("switch", "--quiet", "--detach", "main")
        repo.git("merge", "--quiet", "--no-ff", "--message", "m", "change")

        assert changes(repo.root, PULL_REQUEST).model

    def test_runs_no_program_that_the_change_names(self, repo):
        """Attributes and settings of a repository start nothing here."""
        repo.git("config", "diff.external", f"touch {repo.root / 'owned'}")
        repo.git("config", "diff.x.textconv", f"touch {repo.root / 'owned'}")
        repo.write(".gitattributes", "* diff=x\n")
        repo.commit()
        changes(repo.merged().root, PULL_REQUEST)

        assert not (repo.root / "owned").exists()

    def test_leaves_out_what_the_base_did_since(self, repo):
        """The base went on in src; the pull request, which touches a page, still touches a page."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        repo.git("switch", "--quiet", "main")
        repo.write("src/flights/model.py", "the base's")
        repo.commit()

        assert not changes(repo.merged().root, PULL_REQUEST).model

    @pytest.mark.parametrize("event", ["pull_request", "push"])
    def test_asks_for_no_test_that_a_copy_removed(self, repo, event):
        """Without tests/machinery there is nothing to run, and pytest would fail for want of the folder."""
        repo.git("rm", "--quiet", "-r", "packages/ringside/tests")
        repo.write(".github/workflows/train.yaml", "mine")
        repo.commit()

        assert not changes(repo.merged().root, Run("acme/demo", event_name=event)).machinery

    def test_sees_all_commits_of_the_pull_request(self, repo):
        """What an early commit touched counts, though the last one touched a page."""
        repo.write("params.yaml", "changed")
        repo.commit()
        repo.write("docs/page.md", "changed")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model


def both(found: object) -> bool:
    """Whether everything is to be done, and the sentence says that the base is not known."""
    return found.model and found.machinery and "cannot be told" in found.because


class TestTheBase:
    """Where the base is, and what is done where it is not."""

    def test_of_a_shallow_clone_is_here_with_two_commits(self, repo, tmp_path):
        """What a workflow fetches, the merge and its parents, is enough."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        repo.merged().git("branch", "merge")
        clone = tmp_path / "clone"
        source = f"file://{repo.root}"
        repo.git("clone", "--quiet", "--depth=2", "--branch=merge", source, str(clone))

        assert not changes(clone, PULL_REQUEST).model

    def test_of_a_shallow_clone_with_one_commit_is_missing(self, repo, tmp_path):
        """Without parents nothing can be told, so all of it is done."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        repo.merged().git("branch", "merge")
        clone = tmp_path / "clone"
        repo.git("clone", "--quiet", "--depth=1", "--branch=merge", f"file://{repo.root}", str(clone))

        assert both(changes(clone, PULL_REQUEST))

    def test_is_not_the_pull_requests_own_commit(self, repo):
        """A checkout that is no merge has the pull request's own history before it, which hides what came earlier."""
        repo.write("params.yaml", "changed")
        repo.commit()
        repo.write("docs/page.md", "changed")
        repo.commit()

        assert both(changes(repo.root, PULL_REQUEST))

    def test_is_unknown_where_there_is_no_repository(self, tmp_path):
        """A folder that Git does not know is all new."""
        (tmp_path / "packages/ringside/tests").mkdir(parents=True)

        assert both(changes(tmp_path, PULL_REQUEST))

    def test_of_a_merge_queue_is_stated_by_the_event(self, repo):
        """A queue's commit is compared with the commit that the event names."""
        base = repo.git("rev-parse", "main")
        repo.write("docs/page.md", "changed")
        repo.commit()
        run = Run("acme/demo", event_name="merge_group", event={"merge_group": {"base_sha": base}})

        assert not changes(repo.root, run).model

    @pytest.mark.parametrize("stated", ["0" * 40, "HEAD", "--output=owned", "main", None, 7])
    def test_of_a_merge_queue_must_be_a_commit_that_is_here(self, repo, stated):
        """Anything else is no base; nothing is guessed and nothing becomes an option of Git's."""
        repo.commit()
        run = Run("acme/demo", event_name="merge_group", event={"merge_group": {"base_sha": stated}})

        assert both(changes(repo.root, run))
        assert not (repo.root / "owned").exists()

    @pytest.mark.parametrize("event", ["push", "workflow_dispatch", "schedule", ""])
    def test_of_another_event_is_not_asked_for(self, repo, event):
        """What no pull request started does everything."""
        found = changes(repo.root, Run("acme/demo", event_name=event))

        assert (found.model, found.machinery) == (True, True)

    def test_may_be_named_by_a_person(self, repo):
        """At a terminal the base is an argument."""
        repo.write("docs/page.md", "changed")
        repo.commit()

        assert not changes(repo.root, Run(""), "main").model


class TestTheCommand:
    """`python3 -m ringside.github.changes`, as the workflow types it."""

    def typed(self, repo: Repo, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it with the standard library alone (`-S`: no installed package can be found)."""
        command = [sys.executable, "-S", "-m", "ringside.github.changes", *words]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
        env = {**kept, "PYTHONPATH": str(PACKAGE / "src"), **environ}
        return subprocess.run(command, cwd=repo.root, env=env, capture_output=True, text=True, check=False)

    def test_sets_the_outputs_and_says_why(self, repo, tmp_path):
        """Outputs and summary are files of the run; no name that the pull request chose is in them."""
        repo.write("src/evil\nmachinery=false", "changed")
        repo.commit()
        repo.merged()
        output, summary, event = (tmp_path / name for name in ("output", "summary", "event"))
        event.write_text(json.dumps({"pull_request": {"title": "x"}}))
        places = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary, "GITHUB_EVENT_PATH": event}
        done = self.typed(
            repo, GITHUB_EVENT_NAME="pull_request", GITHUB_ACTIONS="true", **{k: str(v) for k, v in places.items()}
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert output.read_text() == "model=true\nmachinery=false\n"
        assert summary.read_text() == (
            "1 file differs from the base, some of which matter to the model (src/): it is made and judged.\n"
        )

    def test_prints_for_a_person(self, repo):
        """Outside of Actions the same lines are printed."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        done = self.typed(repo, "main")

        assert done.stdout.splitlines()[:2] == ["model=false", "machinery=false"]
        assert "none of which matters to the model: nothing is trained" in done.stdout

    def test_refuses_what_is_no_base(self, repo):
        """An option or a second word ends with 2."""
        assert self.typed(repo, "--help").returncode == 2
        assert self.typed(repo, "main", "main").returncode == 2

    def test_takes_less_than_a_second(self, repo):
        """With 2,000 files touched, and a machine that does something else."""
        for number in range(2000):
            repo.write(f"docs/{number}.md", "x")
        repo.commit()
        repo.merged()
        began = time.perf_counter()
        self.typed(repo, GITHUB_EVENT_NAME="pull_request")

        assert time.perf_counter() - began < 5
