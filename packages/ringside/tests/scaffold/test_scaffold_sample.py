"""How the sample goes: out of pyproject.toml, and out of the lock."""

import tomllib

import pytest
import yaml

from harness import PROJECT, Checkout
from ringside.errors import StoreError
from ringside.init.sample import (
    DISTRIBUTION,
    FILES,
    FOLDERS,
    RESULTS,
    TEMPLATE_ONLY,
    Sample,
    is_of_sample,
    renamed,
    without_package,
    without_package_entry,
)
from ringside.store.workspace import Workspace

pytestmark = pytest.mark.slow

DEPENDABOT = """version: 2
updates:
  # The root's.
  - package-ecosystem: pip
    directory: /

"""
ENTRY = """  # The package's own locks; ringside init removes this entry.
  # More about them.
  - package-ecosystem: pip
    directory: /packages/ringside
    groups:

      # With a comment.
      all:
        patterns:
          - "*"
"""
LAST = """
  # Actions.
  - package-ecosystem: github-actions
    directory: /
"""


@pytest.fixture
def text():
    """The template's pyproject.toml."""
    return (PROJECT / "pyproject.toml").read_text(encoding="utf-8")


class TestPyproject:
    """pyproject.toml of the task's own project."""

    def test_is_named_after_the_task(self, text):
        """Name, description and the group `source` change, and nothing else."""
        after = tomllib.loads(renamed(text, "my_churn", "who leaves", ["psycopg[binary]>=3.2"]))

        before = tomllib.loads(text)
        assert after["project"] == before["project"] | {"name": "my-churn", "description": "who leaves"}
        assert after["dependency-groups"] == before["dependency-groups"] | {"source": ["psycopg[binary]>=3.2"]}
        assert after["tool"] == before["tool"]

    def test_names_the_sample_nowhere(self, text):
        """No comment speaks of the sample or of its data."""
        after = renamed(text, "churn", "who leaves")

        assert "flights" not in after.lower()

    def test_is_the_same_after_a_second_run(self, text):
        """An `init` that was killed and typed again writes what one run writes."""
        once = renamed(text, "churn", "who leaves", ["psycopg[binary]>=3.2"])

        assert renamed(once, "churn", "who leaves", ["psycopg[binary]>=3.2"]) == once

    def test_keeps_what_you_changed_before(self, text):
        """Your own name, description and packages of the source stay."""
        mine = text.replace('name = "flights"', 'name = "acme"').replace("0.0.3", '0.0.3", "odd[x]>=1')
        after = tomllib.loads(renamed(mine, "churn", "who leaves", ["sqlalchemy>=2"]))

        assert after["project"]["name"] == "acme"
        assert after["project"]["description"] == tomllib.loads(text)["project"]["description"]
        assert after["dependency-groups"]["source"] == ["odd[x]>=1", "sqlalchemy>=2"]


class TestDependabot:
    """Dependabot's file without the entry of the package's own locks."""

    @pytest.mark.parametrize("after", ["", LAST])
    def test_keeps_every_other_byte(self, after):
        """The entry and its comment go, wherever they are in the list."""
        assert without_package_entry(DEPENDABOT + ENTRY + after) == DEPENDABOT + after

    def test_is_the_same_without_the_entry(self):
        """A file that never had it, or lost it, is not touched."""
        assert without_package_entry(DEPENDABOT + LAST) == DEPENDABOT + LAST

    def test_of_the_template_loses_one_entry_at_most(self):
        """The entry of the package is the one that goes; those of the root and of the actions stay."""
        before = (PROJECT / ".github" / "dependabot.yaml").read_text(encoding="utf-8")
        after = yaml.safe_load(without_package_entry(before))["updates"]

        places = [entry.get("directory") or entry["directories"] for entry in yaml.safe_load(before)["updates"]]
        left = [place for place in places if "packages" not in str(place)]
        assert [entry.get("directory") or entry["directories"] for entry in after] == left


class TestTheSample:
    """The sample and what else only the template needs."""

    def test_leaves_the_lock_of_tools_with_all_other_packages(self):
        """One package goes with its hashes; every other line stays."""
        text = (PROJECT / "requirements" / "tools.txt").read_text(encoding="utf-8")

        after = without_package(text, DISTRIBUTION)

        assert DISTRIBUTION not in after
        lost = [line for line in text.splitlines() if line not in set(after.splitlines())]
        assert lost
        assert all(DISTRIBUTION in line or line.startswith("    --hash") for line in lost)

    def test_is_all_there_to_be_removed(self):
        """Each folder and file of the lists is in the project, so that none is named in vain."""
        optional = {"data/adopted.parquet", ".github/workflows/package.yaml", "packages/ringside/CONTRIBUTING.md"}
        listed = {*FOLDERS, *FILES, *TEMPLATE_ONLY} - optional

        assert [name for name in sorted(listed) if not (PROJECT / name).exists()] == []

    @pytest.mark.parametrize(
        "path", ["docs/alternatives.md", "packages/ringside/tests/pages.py", "src/flights/model.py"]
    )
    def test_is_told_from_what_stays(self, path):
        """A file of a listed folder goes with it; one whose path only begins with the same letters stays."""
        assert is_of_sample(path)
        assert not is_of_sample(path.replace("/", "_/", 1))
        assert not is_of_sample("packages/ringside/development.mk.orig")

    def test_may_go_after_it_was_run(self, checkout: Checkout):
        """What `make run` and `ingest` write of it can be made again; what somebody wrote of it is not removed."""
        for name in ("dvc.lock", "reports/metrics.json", "data/manifest.json", "data/raw.dvc"):
            (checkout.root / name).write_text("of another processor\n", encoding="utf-8")
        Sample(Workspace(checkout.root)).refuse_lost_work()

        (checkout.root / "data" / "adopted.parquet").write_bytes(b"what a team predicted")

        with pytest.raises(StoreError, match=r"adopted\.parquet"):
            Sample(Workspace(checkout.root)).refuse_lost_work()

    def test_is_not_removed_with_a_file_that_git_ignores(self, checkout: Checkout):
        """Git could not bring back what it ignores; caches are made again."""
        folder = checkout.root / "src" / "flights"
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "model.pyc").touch()
        Sample(Workspace(checkout.root)).refuse_lost_work()
        with (checkout.root / ".gitignore").open("a") as ignored:
            ignored.write("*.secret\n")
        checkout.commit("ignore secrets")
        (folder / "db.secret").write_text("url")

        with pytest.raises(StoreError, match=r"db\.secret"):
            Sample(Workspace(checkout.root)).refuse_lost_work()

    def test_leaves_files_that_you_wrote_in_the_place_of_the_templates(self, checkout: Checkout):
        """A CONTRIBUTING.md and a script of your own stay; the template's go."""
        (checkout.root / "CONTRIBUTING.md").write_text("# How we work\n")
        (checkout.root / ".ci" / "deploy.sh").write_text("true\n")
        checkout.commit("ours")
        Sample(Workspace(checkout.root)).remove()

        assert (checkout.root / "CONTRIBUTING.md").read_text() == "# How we work\n"
        assert [path.name for path in (checkout.root / ".ci").iterdir()] == ["deploy.sh"]
        assert not (checkout.root / ".github/ISSUE_TEMPLATE/bug.yaml").exists()

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

        with pytest.raises(StoreError, match=r"uncommitted changes in data/adopted\.parquet would be lost"):
            Sample(Workspace(checkout.root)).refuse_lost_work()
