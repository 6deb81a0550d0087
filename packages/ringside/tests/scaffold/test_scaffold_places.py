"""What `--from` can be, what must not stand in it, and what of it lies in the repository."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from ringside.errors import UsageError
from ringside.init.addresses import (
    absolute,
    bare,
    has_password,
    is_database,
    is_far,
    packages,
    refuse_secret,
    same_database,
    sqlite_file,
)
from ringside.init.place import Place, ignored_by, strays
from ringside.store.workspace import Workspace


class TestAddresses:
    """What `--from` can be."""

    @pytest.mark.parametrize(
        ("text", "database", "far"),
        [
            ("postgresql://ada@host/shop", True, False),
            ("mysql+pymysql://host/shop", True, False),
            ("sqlite:///shop.db", True, False),
            ("s3://bucket/rows.csv", False, True),
            ("https://host/rows.csv", False, True),
            ("rows.csv", False, False),
            ("C:\\rows.csv", False, False),
        ],
    )
    def test_are_told_apart_by_their_scheme(self, text, database, far):
        """A database is asked, a far file is brought by DVC, and anything else is a path."""
        assert (is_database(text), is_far(text)) == (database, far)

    def test_of_one_database_are_the_same_whoever_asks(self):
        """The password belongs into the environment, so that both may be said."""
        assert same_database("postgresql://ada:secret@host/shop", "postgresql://host/shop")
        assert not same_database("postgresql://host/shop", "postgresql://host/other")

    @pytest.mark.parametrize("password", ["a/b", "a#b", "a?b", "a:b", "1%40", "[x"])
    def test_of_one_database_are_the_same_in_all_their_forms(self, password):
        """Some services write `postgres`, a driver, the usual port; a password may hold any sign."""
        url = f"postgres://ada:{password}@HOST/shop?sslmode=require"

        assert same_database(url, "postgresql+psycopg://host:5432/shop")
        assert not same_database(url, "postgresql://host:5433/shop")
        assert not same_database(url, "mysql://host/shop")

    def test_of_sqlite_mean_the_same_in_every_folder(self, tmp_path, monkeypatch):
        """A relative file is named from where the command was typed."""
        monkeypatch.chdir(tmp_path)

        assert absolute("sqlite:///shop.db") == f"sqlite:///{tmp_path}/shop.db"
        assert absolute("postgresql://host/shop") == "postgresql://host/shop"

    def test_say_which_packages_ask_them(self):
        """A driver for PostgreSQL; none for SQLite, which is Python's own."""
        assert packages("postgresql://host/shop") == ["sqlalchemy>=2.0.40", "psycopg[binary]>=3.2"]
        assert packages("postgres://host/shop") == packages("postgresql+psycopg://host/shop")
        assert packages("sqlite:///shop.db") == ["sqlalchemy>=2.0.40"]


class TestSecrets:
    """What DVC would write into a file of Git's."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://ada:pass-word@host/rows.csv",
            "ssh://ada:pass-word@host/rows.csv",
            "https://host/rows.csv?token=pass-word",
            "https://host/rows.csv?X-Amz-Signature=pass-word&X-Amz-Date=1",
            "https://host/rows.csv?sv=1&sig=pass-word",
            "https://host/rows.csv?api_key=pass-word",
        ],
    )
    def test_are_refused_without_a_word_of_them(self, url):
        """The message says where a secret belongs, and does not repeat it."""
        with pytest.raises(UsageError, match=r"dvc remote modify --local") as error:
            refuse_secret(url, "--from")

        assert "pass-word" not in str(error.value)

    @pytest.mark.parametrize(
        "url", ["s3://bucket/rows.csv", "ssh://ada@host/rows.csv", "https://host/rows.csv?raw=true&keyword=x", "/a/b@c"]
    )
    def test_are_not_seen_where_there_are_none(self, url):
        """A user's name and plain options are none."""
        refuse_secret(url, "--from")

    def test_of_a_database_are_found(self):
        """A user without a password has none."""
        assert has_password("postgresql://ada:x@host/shop")
        assert not has_password("postgresql://ada@host/shop")
        assert bare("https://ada:x@host/rows.csv?y=z") == "https://host/rows.csv"


@pytest.fixture
def repository(tmp_path):
    """A Git repository without a commit."""
    root = tmp_path / "copy"
    root.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    return root


class TestStrays:
    """The file that rows came from."""

    @pytest.mark.parametrize("name", ["rows.csv", "a b [1]*?.csv", "ends with a blank .csv ", "#x!.csv", "größe.csv"])
    def test_are_ignored_by_the_line_that_is_named(self, repository, monkeypatch, name):
        """The line means this file, and no other."""
        (repository / name).write_text("a\n")
        (repository / "a b 1xx.csv").write_text("a\n")
        monkeypatch.chdir(repository)

        (said,) = strays(repository, name, kept="data/source/churn.csv")
        assert f"{name} is in this repository" in said
        assert f"`{ignored_by(name)}`" in said
        (repository / ".gitignore").write_text(f"{ignored_by(name)}\n")
        assert list(strays(repository, name, kept="data/source/churn.csv")) == []
        assert list(strays(repository, "a b 1xx.csv", kept=None))

    def test_may_be_folders_and_databases(self, repository):
        """A folder of files, and the file of SQLite."""
        (repository / "months").mkdir()
        (repository / "months" / "1.csv").write_text("a\n")
        (repository / "shop.db").write_text("a\n")

        assert "`/months/`" in next(strays(repository, str(repository / "months"), kept="data/source/churn"))
        assert "`/shop.db`" in next(strays(repository, f"sqlite:///{repository}/shop.db", kept=None))

    def test_that_git_has_are_said_to_be_there(self, repository):
        """Ignoring is too late then."""
        (repository / "rows.csv").write_text("a\n")
        subprocess.run(["git", "add", "--all"], cwd=repository, check=True)

        (said,) = strays(repository, str(repository / "rows.csv"), kept="data/source/churn.csv")
        assert "Git tracks rows.csv" in said
        assert "git rm -r --cached" in said

    def test_are_none_elsewhere(self, repository, tmp_path):
        """What lies outside, what the task reads itself, and what no file here is."""
        (tmp_path / "rows.csv").write_text("a\n")
        (repository / "data" / "source").mkdir(parents=True)
        (repository / "data" / "source" / "churn.csv").write_text("a\n")

        for origin in (f"{tmp_path}/rows.csv", "s3://bucket/rows.csv", "postgresql://host/shop", "sqlite:///none.db"):
            assert list(strays(repository, origin, kept="data/source/churn.csv")) == []
        own = f"{repository}/data/source/churn.csv"
        assert list(strays(repository, own, kept="data/source/churn.csv")) == []
        assert sqlite_file("postgresql://host/shop") is None


class TestAPlace:
    """Where rows are put before anybody knows whether a task can be made of them."""

    def test_is_as_it_was_where_that_fails(self, repository):
        """New files go, changed ones have their old text, and the folder itself goes where it was not there."""
        place = Place(Workspace(repository), "churn", "source")
        (repository / ".dvc").mkdir()
        (repository / ".dvc" / "config").write_text("[core]\n")
        folder = repository / "data" / "source"

        @place.as_before()
        def put():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "churn.csv").write_text("a\n")
            (folder / ".gitignore").write_text("/churn.csv\n")
            (repository / ".dvc" / "config").write_text("other\n")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            put()
        assert not folder.exists()
        folder.mkdir()
        (folder / ".gitignore").write_text("/mine\n")
        (folder / "mine").write_text("a\n")
        with pytest.raises(KeyboardInterrupt):
            put()
        assert {path.name: path.read_text() for path in folder.iterdir()} == {".gitignore": "/mine\n", "mine": "a\n"}
        assert (repository / ".dvc" / "config").read_text() == "[core]\n"

    def test_has_no_room_in_git_for_what_is_too_large(self, repository):
        """Rows of a database, and packed files that partitions unpack, are measured before anything is written."""
        rows = pd.DataFrame({"x": np.random.default_rng(0).random(7_000_000)})
        with pytest.raises(UsageError, match=r"the rows have 5[0-9] MB, more than 50"):
            Place(Workspace(repository), "churn", "git").check_room(rows)
        Place(Workspace(repository), "churn", "git").check_room(rows.head(1_000_000))
        Place(Workspace(repository), "churn", "remote").check_room(rows)
