"""`ringside ingest --commit`: a snapshot by hand, in one command."""

from pathlib import Path

import pytest

from harbour_months import files_of, month
from harness import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forget")]

SOURCE = files_of("months")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A task whose rows a DVC remote keeps, and of which a month came."""
    made = Checkout.of_project(tmp_path / "copy")
    made.use_task("harbour")
    (made.root / "src" / "harbour" / "source.py").write_text(SOURCE)
    made.edit("params.yaml", "data:\n", "data:\n  store: remote\n")
    pipeline = made.root / "dvc.yaml"
    pipeline.write_text(pipeline.read_text().replace("src/flights/", "src/harbour/"))
    made.ok("dvc", "remote", "add", "--default", "store", str(tmp_path / "store"))
    (made.root / ".git" / "info" / "exclude").write_text("/months\n")
    (made.root / "months").mkdir()
    month("2025-01").to_csv(made.root / "months" / "2025-01.csv", index=False)
    made.commit("the task")
    return made


class TestASnapshot:
    """What came is sent, then committed."""

    def test_is_sent_and_committed_and_nothing_else_is(self, checkout, tmp_path):
        """A clone has the rows; somebody's own change is left where it was, staged or not."""
        (checkout.root / "README.md").write_text("mine\n")
        (checkout.root / "SECURITY.md").write_text("mine\n")
        checkout.ok("git", "add", "README.md")
        said = checkout.ok("ringside", "ingest", "--commit")
        clone = checkout.clone(tmp_path / "clone")
        clone.ok("ringside", "ingest", "--frozen")

        assert "pushed to the DVC remote" in said
        assert checkout.ok("git", "log", "-1", "--format=%s").strip() == "Data: 2025-01"
        names = checkout.ok("git", "show", "--name-only", "--format=", "HEAD").split()
        assert sorted(names) == ["data/manifest.json", "data/raw.dvc"]
        assert checkout.status() == "M  README.md\n M SECURITY.md\n"

    def test_is_committed_once(self, checkout):
        """Where nothing is new, no commit is made, and nothing is said of one."""
        checkout.ok("ringside", "ingest", "--commit")
        before = checkout.ok("git", "rev-parse", "HEAD")
        said = checkout.ok("ringside", "ingest", "--commit")

        assert checkout.ok("git", "rev-parse", "HEAD") == before
        assert "commit" not in said

    def test_that_was_not_asked_for_is_the_next_step(self, checkout):
        """Without the option the command says what is to be done."""
        before = checkout.ok("git", "rev-parse", "HEAD")
        said = checkout.ok("ringside", "ingest")

        assert "or `ringside ingest --commit` to commit the data only" in said
        assert checkout.ok("git", "rev-parse", "HEAD") == before
        assert "Data: " not in checkout.ok("git", "log", "-1", "--format=%s")

    def test_that_cannot_be_sent_is_not_committed(self, checkout, tmp_path):
        """Nobody else could read what the manifest would name."""
        (tmp_path / "store").write_text("no folder\n")
        said = checkout.fails("ringside", "ingest", "--commit")

        assert "the push to the DVC remote failed" in said
        assert checkout.ok("git", "log", "-1", "--format=%s").strip() == "the task"
