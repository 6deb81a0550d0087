"""All of an update or nothing: what an interruption leaves behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from harness import PACKAGE
from ringside.errors import StoreError
from ringside.update import UpdateRequest, ready, update
from ringside.update import apply as update_apply
from ringside.update.trees import Git
from templates import Repo, own, template, used

pytestmark = pytest.mark.slow

TYPED = """
import sys
from pathlib import Path
from ringside.update import trees as update_git
from ringside.update import UpdateRequest, put, ready, update
run, stop = update_git.Git.run, sys.argv[3]
def halting(self, *words, **more):
    if stop in words:
        print("here", flush=True)
        sys.stdin.readline()
    return run(self, *words, **more)
update_git.Git.run = halting
git, _ = ready(Path(sys.argv[1]))
put(git, update(git, UpdateRequest(sys.argv[2])))
"""
"""An update that waits before it types one of Git's commands."""


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The template, which no test changes."""
    return template(tmp_path_factory.mktemp("template") / "it")


@pytest.fixture
def copy(tmp_path):
    """A copy that is somebody's own."""
    made = used(tmp_path / "copy")
    own(made)
    return made


def halted(copy: Repo, source: Repo, command: str) -> "subprocess.Popen[str]":
    """An update in a process of its own, which came to a command of Git's."""
    words = [sys.executable, "-c", TYPED, str(copy.root), str(source.root), command]
    pipe, env = subprocess.PIPE, {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
    process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env)
    assert process.stdout.readline() == "here\n"
    return process


class TestInterruption:
    """A process that ends in the middle."""

    @pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    @pytest.mark.parametrize("command", ["fetch", "fast-import", "merge-tree"])
    def test_before_the_first_file_changes_nothing(self, copy, source, sent, command):
        """Fetching and merging are done beside the checkout."""
        before = copy.files()
        process = halted(copy, source, command)
        process.send_signal(sent)
        process.communicate()

        assert process.returncode != 0
        assert (copy.files(), copy.status()) == (before, {})

    def test_by_ctrl_c_while_files_are_written_puts_them_back(self, copy, source):
        """Git ends what it writes, and all of it is taken back."""
        before = copy.files()
        process = halted(copy, source, "read-tree")
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.communicate("\n")

        assert process.returncode != 0
        assert (copy.files(), copy.status(), copy.git("for-each-ref", "refs/ringside/applying")) == (before, {}, "")

    def test_by_a_kill_is_mended_by_the_next_run(self, copy, source):
        """Half of the files were written, and one of them in half; the next run puts the checkout back first."""
        before = copy.files()
        process = halted(copy, source, "read-tree")
        process.kill()
        process.communicate()
        git = Git(copy.root)
        after = git.tree("refs/ringside/applying")
        for name in ("packages/ringside/src/ringside/core.py", "packages/ringside/src/ringside/added.py"):
            (copy.root / name).write_bytes(git.blobs([after[name].oid])[after[name].oid])
        (copy.root / "packages/ringside/src/ringside/old.py").unlink()
        _, mended = ready(copy.root)

        assert mended
        assert (copy.files(), copy.status()) == (before, {})

    def test_leaves_work_that_was_done_since_alone(self, copy, source):
        """After a kill somebody edited a file; nothing is put back over it."""
        process = halted(copy, source, "read-tree")
        process.kill()
        process.communicate()
        copy.write({"packages/ringside/src/ringside/core.py": "work\n"})

        with pytest.raises(StoreError, match=r"packages/ringside/src/ringside/core.py"):
            ready(copy.root)
        assert copy.read("packages/ringside/src/ringside/core.py") == "work\n"

    def test_leaves_staged_work_alone(self, copy, source):
        """After a kill before the first file is written, work that is only in Git's index is not taken back."""
        process = halted(copy, source, "read-tree")
        process.kill()
        process.communicate()
        copy.write({"src/churn/model.py": "DEPTH = 8\n"})
        copy.git("add", "src/churn/model.py")

        with pytest.raises(StoreError, match=r"src/churn/model\.py"):
            ready(copy.root)
        assert copy.read("src/churn/model.py") == "DEPTH = 8\n"

    def test_of_git_itself_is_told_by_its_lock(self, copy, source):
        """Where Git was killed too, its lock is for people to remove."""
        process = halted(copy, source, "read-tree")
        process.kill()
        process.communicate()
        (copy.root / ".git" / "index.lock").touch()

        with pytest.raises(StoreError) as caught:
            ready(copy.root)
        assert "index.lock" in caught.value.remedy

    def test_that_was_followed_by_a_commit_is_history(self, copy, source):
        """Who committed meanwhile has decided."""
        process = halted(copy, source, "read-tree")
        process.kill()
        process.communicate()
        copy.write({"README.md": "# More\n"})
        copy.commit("more")

        assert not ready(copy.root)[1]

    def test_by_an_error_of_gits_puts_the_files_back(self, copy, source, monkeypatch):
        """Where the index cannot be written after the files were, they go back."""
        copy.write({".github/workflows/checks.yaml": "jobs:\n  mine: {}\n"})
        copy.commit("torn")
        git, _ = ready(copy.root)
        before, found = copy.files(), update(git, UpdateRequest(str(source.root)))
        monkeypatch.setattr(update_apply, "_stages", lambda _: b"no index\0")

        assert found.plan.conflicts
        with pytest.raises(StoreError, match="update-index"):
            update_apply.apply(git, found.plan.tree, found.plan.conflicts)
        assert (copy.files(), copy.status()) == (before, {})
