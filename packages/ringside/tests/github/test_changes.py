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


# A file, and whether a change of it can change a model.
CASES = [
    ("params.yaml", True),
    ("dvc.yaml", True),
    ("dvc.lock", True),
    (".dvc/config", True),
    (".dvcignore", True),
    ("data/manifest.json", True),
    ("data/adopted.parquet", True),
    ("src/flights/model.py", True),
    ("src/churn/__init__.py", True),
    ("packages/ringside/src/ringside/cli/main.py", True),
    ("requirements/model.txt", True),
    ("requirements/tools.txt", True),
    ("requirements/dev.txt", False),
    ("requirements/report.txt", False),
    ("pyproject.toml", False),
    ("Makefile", False),
    (".github/workflows/train.yaml", False),
    (".github/CODEOWNERS", False),
    (".devcontainer/devcontainer.json", False),
    ("packages/ringside/tests/test_x.py", False),
    ("tests/conftest.py", False),
    ("tests/flights/test_model.py", False),
    ("packages/ringside/bench/run.py", False),
    ("docs/page.md", False),
    ("docs/schema.py", False),
    ("docs/report.schema.json", False),
    ("docs/images/a.png", False),
    ("README.md", False),
    ("params.yaml.bak", False),
    ("a/params.yaml", False),
    ("a/src/b.py", False),
    ("srcs/b.py", False),
    ("docs/src/x.py", False),
    ("SRC/x.py", False),
    # Names that people with bad intent choose, and some by accident.
    ("docs/a\nsrc/b", False),
    ("docs/::set-output name=model::false", False),
    ("-rf", False),
    ("$(touch owned)", False),
    ("src/a\nb.py", True),
    ("src/\u202etxt.exe", True),
    ("data/<img src=x>|`x`.md", True),
    ("src/ümläut ✓.py", True),
    (b"src/\xff\xfe.py", True),
    (b"docs/\xff\xfe.py", False),
]


class TestWhatMatters:
    """The table: one file that is touched, and what follows."""

    @pytest.mark.parametrize(("name", "model"), CASES, ids=[repr(case[0]) for case in CASES])
    def test_is_told_by_the_files_names(self, repo, name, model):
        """One file that is new or other says what has to be done, whatever its name is."""
        repo.write(name, "changed")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model == model

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

    def test_sees_all_commits_of_the_pull_request(self, repo):
        """What an early commit touched counts, though the last one touched a page."""
        repo.write("params.yaml", "changed")
        repo.commit()
        repo.write("docs/page.md", "changed")
        repo.commit()

        assert changes(repo.merged().root, PULL_REQUEST).model


def unknown(found: object) -> bool:
    """Return whether a model is trained because the base is not known."""
    return found.model and "this clone lacks the base" in found.because


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
        """Without parents the base is unknown, so a model is trained."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        repo.merged().git("branch", "merge")
        clone = tmp_path / "clone"
        repo.git("clone", "--quiet", "--depth=1", "--branch=merge", f"file://{repo.root}", str(clone))

        assert unknown(changes(clone, PULL_REQUEST))

    def test_is_not_the_pull_requests_own_commit(self, repo):
        """A checkout that is no merge has the pull request's own history before it, which hides what came earlier."""
        repo.write("params.yaml", "changed")
        repo.commit()
        repo.write("docs/page.md", "changed")
        repo.commit()

        assert unknown(changes(repo.root, PULL_REQUEST))

    def test_is_unknown_where_there_is_no_repository(self, tmp_path):
        """A folder that Git does not know is all new."""
        assert unknown(changes(tmp_path, PULL_REQUEST))

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

        assert unknown(changes(repo.root, run))
        assert not (repo.root / "owned").exists()

    @pytest.mark.parametrize("event", ["push", "workflow_dispatch", "schedule", ""])
    def test_of_another_event_is_not_asked_for(self, repo, event):
        """A run without a pull request trains a model."""
        assert changes(repo.root, Run("acme/demo", event_name=event)).model

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
        repo.write("src/evil\nmodel=false", "changed")
        repo.commit()
        repo.merged()
        output, summary, event = (tmp_path / name for name in ("output", "summary", "event"))
        event.write_text(json.dumps({"pull_request": {"title": "x"}}))
        places = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary, "GITHUB_EVENT_PATH": event}
        done = self.typed(
            repo, GITHUB_EVENT_NAME="pull_request", GITHUB_ACTIONS="true", **{k: str(v) for k, v in places.items()}
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert output.read_text() == "model=true\n"
        assert summary.read_text() == (
            "1 file differs from the base, some of which matter to the model (src/): it is trained and evaluated.\n"
        )

    def test_prints_for_a_person(self, repo):
        """Outside of Actions the same lines are printed."""
        repo.write("docs/page.md", "changed")
        repo.commit()
        done = self.typed(repo, "main")

        assert done.stdout.splitlines()[0] == "model=false"
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
