"""`Repository` beside tags and remotes."""

import pytest

from harness import Checkout
from ringside.git import Repository


@pytest.fixture
def repository(tmp_path):
    """A repository in which a record and a folder were committed together."""
    checkout = Checkout(tmp_path)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "a.csv").write_text("1\n")
    (tmp_path / "record.json").write_text("{}")
    checkout.ok("git", "init", "--quiet", "--initial-branch=main")
    checkout.commit("first")
    return checkout


def differs(checkout):
    """Whether the folder is newer than the record."""
    return Repository(checkout.root).differs_since("record.json", "rows")


class TestDiffersSince:
    """A folder beside the file that records what was made of it."""

    def test_is_false_where_both_were_committed_together(self, repository):
        """Nothing was changed since."""
        assert not differs(repository)

    @pytest.mark.parametrize("committed", [True, False])
    @pytest.mark.parametrize("name", ["a.csv", "b.csv"])
    def test_is_true_where_a_file_changed_or_came(self, repository, name, committed):
        """In a later commit, or in no commit yet."""
        (repository.root / "rows" / name).write_text("2\n")
        if committed:
            repository.commit("second")

        assert differs(repository)

    def test_is_false_again_once_the_record_changed_too(self, repository):
        """Whoever writes the record has looked at the folder."""
        (repository.root / "rows" / "a.csv").write_text("2\n")
        (repository.root / "record.json").write_text('{"seen": 2}')
        repository.commit("second")

        assert not differs(repository)

    def test_is_true_where_no_commit_has_the_record(self, repository):
        """As before the first one that records anything."""
        repository.ok("git", "rm", "--quiet", "record.json")
        repository.ok("git", "commit", "--quiet", "--amend", "--message", "first")

        assert differs(repository)

    def test_is_false_outside_a_repository(self, tmp_path):
        """Nobody can tell, and nothing is said."""
        assert not Repository(tmp_path).differs_since("record.json", "rows")
