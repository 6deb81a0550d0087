"""What the doctor says of who can read the data."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from ringside.doctor.checks import Check, CheckContext
from ringside.doctor.repository_checks import QUESTIONS
from ringside.github.api import GitHub


class Elsewhere(GitHub):
    """A repository that is public, or private."""

    def __init__(self, visibility: str) -> None:
        super().__init__("acme/demo")
        self.visibility = visibility

    def get(self, path: str) -> Mapping[str, str]:
        """What GitHub says of it."""
        assert path == ""
        return {"visibility": self.visibility}


def asked(root: Path, visibility: str | None, *, store: str, public: bool, files: tuple[str, ...] = ()) -> Check:
    """What the doctor says of a checkout in which Git tracks files."""
    (root / "params.yaml").write_text(f"task: churn\ndata:\n  store: {store}\n  public: {str(public).lower()}\n")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a\n")
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    github = Elsewhere(visibility) if visibility else None
    privacy = next(question for question in QUESTIONS if question.name == "privacy")
    return privacy.answer(CheckContext(root, "https://github.com", github, "origin", {}))


class TestPrivacy:
    """Data that are not public."""

    @pytest.mark.parametrize(
        "files", [("data/source/churn.csv",), ("data/store/2026-01.parquet",), ("data/source/x/a b.csv",)]
    )
    def test_of_rows_in_a_public_repository_is_a_problem(self, tmp_path, files):
        """Whatever params.yaml says of the store: the file is named, and what to do."""
        found = asked(tmp_path, "public", store="source", public=False, files=files)

        assert found.state == "problem"
        assert files[0] in found.found
        assert "make the repository private" in found.remedy

    def test_of_rows_that_git_is_to_keep_is_a_problem_before_there_are_any(self, tmp_path):
        """`data.store: git` in a public repository."""
        assert asked(tmp_path, "public", store="git", public=False).state == "problem"

    def test_of_hashes_is_none(self, tmp_path):
        """DVC's records are no rows; what anyone reads all the same is listed."""
        found = asked(
            tmp_path,
            "public",
            store="remote",
            public=False,
            files=("data/source/churn.csv.dvc", "data/source/.gitignore"),
        )

        assert found.state == "on"
        assert "Git has no row, releases have no reference rows" in found.found
        assert "the manifest" in found.found

    @pytest.mark.parametrize("visibility", ["private", "internal", None])
    def test_says_what_would_be_read_were_the_repository_public(self, tmp_path, visibility):
        """Rows in Git are a choice where nobody else sees them."""
        found = asked(tmp_path, visibility, store="git", public=False, files=("data/source/churn.csv",))

        assert found.state == "on"
        assert "public, anyone would read every row that Git has" in found.found

    def test_of_data_that_are_public_is_nobodys_problem(self, tmp_path):
        """As the sample's."""
        found = asked(tmp_path, "public", store="git", public=True, files=("data/source/churn.csv",))

        assert found.state == "on"
        assert "data.public is true" in found.found
