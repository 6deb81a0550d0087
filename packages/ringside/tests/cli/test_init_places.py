"""`ringside init` from where data really are: PostgreSQL, a bucket, a web server; each of this machine, and real."""

import functools
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from drafting import customers
from harness import Checkout
from settling import NOWHERE, Typing, csv, everything, later
from sources import databases
from sources.buckets import bucket

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("init_places")]

PASSWORD = secrets.token_hex(8)
"""Made anew, so that not even this file has it."""
TABLE = 'customer bigint, signup date, "class" text, "größe" double precision, calls integer, country text, "left" text'


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Checkout:
    """A fresh copy of the template; read it, never change it."""
    return Checkout.of_project(tmp_path_factory.mktemp("template") / "checkout")


@dataclass(frozen=True)
class Shop:
    """A database with a table of customers, and one without any."""

    port: int

    @property
    def bare(self) -> str:
        """Its URL without a password."""
        return f"postgresql://ship@127.0.0.1:{self.port}/postgres"

    @property
    def environment(self) -> dict[str, str]:
        """The URL with the password, as some services write it."""
        return {"DATABASE_URL": f"postgres://ship:{PASSWORD}@127.0.0.1:{self.port}/postgres"}

    def do(self, command: str, rows: pd.DataFrame | None = None) -> None:
        """Tell the database something."""
        import psycopg

        with psycopg.connect(self.bare) as connection, connection.cursor() as cursor:
            cursor.execute(command) if rows is None else cursor.executemany(
                command, rows.astype(object).to_numpy().tolist()
            )

    def add(self, rows: pd.DataFrame, table: str = "people") -> None:
        """Let customers come."""
        self.do(f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)  # noqa: S608  # the test's own name


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A PostgreSQL server with customers."""
    with databases.postgres() as port:
        made = Shop(port)
        for table, rows in {"people": customers(), "nobody": customers(0), "single": customers(1)}.items():
            made.do(f"CREATE TABLE {table} ({TABLE})")
            made.add(rows, table) if len(rows) else None
        yield made


@pytest.fixture(scope="module", params=["git", "remote"])
def asked(request, shop, template, tmp_path_factory) -> Typing:
    """A copy that asks the database, whose rows Git keeps, or a DVC remote; read it, never change it."""
    folder = tmp_path_factory.mktemp("postgresql")
    typing = Typing(template.copy(folder / "copy"), shop.environment)
    remote = [str(folder / "store")] if request.param == "remote" else []
    words = ["--from", shop.bare, "--query", "SELECT * FROM people;", "--time", "signup", "--partition-by", "month"]
    typing.init(*remote, *words, "--store", request.param)
    typing.checkout.commit("mine")
    return typing


class TestPostgreSQL:
    """A table, asked by a query; the password is in DATABASE_URL."""

    def test_makes_a_task_that_runs_without_it(self, asked, tmp_path):
        """A fresh clone that knows no database has the rows, a model and a verdict."""
        clone = asked.clone(tmp_path / "clone")
        clone.runs()

        assert len(clone.partitions()) == 20
        assert clone.checkout.run("ringside", "ingest").returncode == 1

    def test_leaves_the_password_in_no_file(self, asked):
        """Neither Git, nor DVC, nor a cache, nor a log has it, or the user's name beside the address."""
        holds = [name for name, content in everything(asked.checkout).items() if PASSWORD.encode() in content]
        tools = [path for path in (asked.checkout.root / ".dvc").rglob("*") if path.is_file()]

        assert holds == []
        assert [path for path in tools if PASSWORD.encode() in path.read_bytes()] == []
        assert asked.checkout.run("git", "log", "-p", "--all", f"-S{PASSWORD}").stdout == ""

    def test_brings_the_new_month_alone(self, asked, shop, tmp_path):
        """Rows that came into the table are a partition more, and the others stay what they were."""
        clone = asked.clone(tmp_path / "clone", **asked.environment)
        clone.ok("ringside", "ingest", "--frozen")
        before = clone.partitions()
        shop.add(later())
        try:
            said = clone.ok("ringside", "ingest")
        finally:
            shop.do("DELETE FROM people WHERE signup >= '2026-09-01'")

        assert "1 read: 2026-09" in said
        assert clone.partitions()[:-1] == before
        changed = set(clone.checkout.status().split()) - {"M", "??"}
        assert changed - {"data/store/2026-09.parquet"} == {"data/manifest.json", "data/raw.dvc"}

    def test_is_said_in_a_form_that_installs(self, asked):
        """pyproject.toml names what asks it, so that `make requirements` locks that."""
        assert 'source = ["sqlalchemy>=2.0.40", "psycopg[binary]>=3.2"]' in (
            asked.checkout.root / "pyproject.toml"
        ).read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("query", "target", "text"),
        [
            ("SELECT * FROM people", "gone", "there is no column 'gone'"),
            ("SELECT * FROM peple", "left", 'relation "peple" does not exist'),
            ("SELECT * FRM people", "left", "syntax error"),
            ("DELETE FROM people RETURNING *", "left", "the database refuses the query"),
            ("SELECT * FROM nobody", "left", "the data have no rows"),
            ("SELECT * FROM single", "left", "it has 1 value: there is nothing to learn"),
            ("SELECT * FROM single", "calls", "there is nothing to learn"),
        ],
    )
    def test_says_what_cannot_be_a_task(self, shop, template, query, target, text):
        """A wrong column, a wrong query, no rows: one message, and the copy is as it was."""
        typing = Typing(template, shop.environment)

        said = typing.refuses("--from", shop.bare, "--query", query, "--target", target)
        assert text in said
        assert PASSWORD not in said

    def test_that_is_down_changes_nothing(self, template):
        """The message has the address, and no password."""
        url = f"postgresql://ship:{PASSWORD}@{NOWHERE}/postgres"
        words = ["--from", f"postgresql://{NOWHERE}/postgres", "--query", "SELECT 1", "--target", "left"]

        said = Typing(template).refuses(*words, DATABASE_URL=url)
        assert "the database cannot be reached" in said
        assert PASSWORD not in said


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """A bucket with a file of customers."""
    with bucket(tmp_path_factory.mktemp("s3")) as found:
        found.put("churn.csv", csv(customers()))
        yield found


@pytest.fixture(scope="module")
def imported(s3, template, tmp_path_factory) -> Typing:
    """A copy whose file DVC imported, and whose rows the bucket keeps too; read it, never change it."""
    typing = Typing(template.copy(tmp_path_factory.mktemp("s3") / "copy"), s3.environment)
    typing.init(f"s3://{s3.name}/dvc", "--from", f"s3://{s3.name}/churn.csv", "--store", "remote")
    typing.checkout.commit("mine")
    return typing


class TestABucket:
    """A file in S3."""

    def test_is_tracked_by_dvc_and_seen_by_nobody_else(self, imported):
        """Git has the address and hashes, and no row; README.md says how the newer file comes."""
        tracked = imported.checkout.ok("git", "ls-files", "data").split()

        assert sorted(tracked) == [
            "data/.gitignore",
            "data/manifest.json",
            "data/raw.dvc",
            "data/source/.gitignore",
            "data/source/churn.csv.dvc",
        ]
        readme = (imported.checkout.root / "README.md").read_text(encoding="utf-8")
        assert "The rows come from <s3://harbour/churn.csv>: `dvc update data/source/churn.csv.dvc`" in readme

    def test_makes_a_task_that_runs_elsewhere(self, imported, tmp_path):
        """A fresh clone has the rows from the remote."""
        imported.clone(tmp_path / "clone", **imported.environment).runs()

    def test_brings_new_rows_by_dvc_update(self, imported, s3, tmp_path):
        """The object changed: `dvc update` brings it, and `ringside ingest` the month that is new in it."""
        clone = imported.clone(tmp_path / "clone", **imported.environment)
        clone.ok("ringside", "ingest", "--frozen")
        before = clone.partitions()
        s3.put("churn.csv", csv(customers(), later()))
        try:
            clone.ok("dvc", "update", "data/source/churn.csv.dvc")
            said = clone.ok("ringside", "ingest")
        finally:
            s3.put("churn.csv", csv(customers()))

        assert "1 read: 2026-09" in said
        assert clone.partitions()[:-1] == before

    def test_brings_new_rows_by_the_schedule(self, imported, s3, tmp_path):
        """The object changed: the watch lets DVC bring it, and proposes the month with DVC's record of the object."""
        clone = imported.clone(tmp_path / "clone", **imported.environment)
        record = clone.checkout.root / "data" / "source" / "churn.csv.dvc"
        before = record.read_bytes()
        s3.put("churn.csv", csv(customers(), later()))
        try:
            by_schedule = clone.environment | {"GITHUB_EVENT_NAME": "schedule"}
            said = clone.checkout.ok("ringside", "ci", "watch", env=by_schedule)
        finally:
            s3.put("churn.csv", csv(customers()))

        proposed = clone.checkout.root / "proposal" / "source-churn.csv.dvc"
        assert "data/source/churn.csv was updated" in said
        assert clone.partitions()[-1]["partition"] == "2026-09"
        assert proposed.read_bytes() == record.read_bytes() != before

    def test_says_by_the_schedule_that_it_is_down(self, imported, tmp_path):
        """Nothing is known of new data then, which is not the same as none, so the run is red."""
        clone = imported.clone(tmp_path / "clone", **imported.environment)
        clone.ok("ringside", "ingest", "--frozen")
        down = {"GITHUB_EVENT_NAME": "schedule", "AWS_ENDPOINT_URL": f"http://{NOWHERE}"}

        said = clone.checkout.run("ringside", "ci", "watch", env=clone.environment | down)

        assert said.returncode == 1
        assert "DVC cannot bring it as it is now" in said.stderr
        assert clone.checkout.status() == ""

    def test_is_left_alone_by_a_second_run(self, imported, s3, tmp_path):
        """In a clone, where the file itself lacks, nothing is written that Git would see."""
        clone = imported.clone(tmp_path / "clone", **imported.environment)
        clone.init("--from", f"s3://{s3.name}/churn.csv")

        assert clone.checkout.status() == ""

    def test_that_is_down_changes_nothing(self, template, s3):
        """Neither is a folder left, nor a record of DVC's."""
        words = ["--from", f"s3://{s3.name}/churn.csv", "--target", "left"]
        typing = Typing(template, s3.environment)

        assert "DVC cannot download" in typing.refuses(*words, AWS_ENDPOINT_URL=f"http://{NOWHERE}")

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (["--from", "s3://harbour/churn.csv", "--target", "gone"], "there is no column 'gone'"),
            (["--from", "s3://harbour/none.csv", "--target", "left"], "DVC cannot download"),
            (["--from", "s3://harbour/churn.csv", "--target", "left", "--time", "calls"], "its values are no times"),
            (
                ["--from", "s3://harbour/churn.csv", "--target", "left", "--store", "remote", "odd://x"],
                "DVC rejects the remote",
            ),
        ],
    )
    def test_says_what_cannot_be_a_task(self, template, s3, words, text):
        """What was imported to be looked at goes again."""
        assert text in Typing(template, s3.environment).refuses(*words)


class TestARemote:
    """A DVC remote that takes nothing yet."""

    def test_that_is_mended_lets_the_same_command_end(self, template, tmp_path):
        """The rows are here and sent nowhere; typed again, the command ends what it began."""
        (tmp_path / "people.csv").write_bytes(csv(customers()))
        (tmp_path / "store").write_text("no folder\n")
        typing = Typing(template.copy(tmp_path / "copy"))
        words = [str(tmp_path / "store" / "x"), "--from", str(tmp_path / "people.csv"), "--store", "remote"]
        said = typing.checkout.fails("ringside", "init", "churn", "--target", "left", "--yes", *words)
        (tmp_path / "store").unlink()
        typing.init(*words)
        typing.checkout.commit("mine")

        assert "then run this `ringside init` again" in said
        typing.clone(tmp_path / "clone").ok("ringside", "ingest", "--frozen")


class _Silent(SimpleHTTPRequestHandler):
    """Answers, and writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def web(tmp_path) -> Iterator[tuple[str, Path]]:
    """The address of a web server, and the folder that it shows."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "churn.csv").write_bytes(csv(customers()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


class TestTheWeb:
    """A file at an address."""

    def test_makes_a_task_whose_rows_are_in_git(self, template, web, tmp_path):
        """A clone runs where the server is gone; where it is there, `dvc update` brings what is new."""
        url, folder = web
        typing = Typing(template.copy(tmp_path / "copy"))
        typing.init("--from", f"{url}/churn.csv", "--store", "git")
        typing.checkout.commit("mine")

        clone = typing.clone(tmp_path / "clone")
        clone.runs()
        (folder / "churn.csv").write_bytes(csv(customers(), later()))
        clone.ok("dvc", "update", "data/source/churn.csv.dvc")
        assert "1 read: 2026-09" in clone.ok("ringside", "ingest")

    @pytest.mark.parametrize(
        ("address", "text"),
        [
            (f"http://{NOWHERE}/churn.csv", "check that the address is right and reachable from here"),
            ("http://ada:secret@127.0.0.1:9/churn.csv", "has a password in it"),
            ("http://127.0.0.1:9/churn.csv?X-Amz-Signature=abc", "has a secret in it"),
            ("http://127.0.0.1:9/churn", "no file of a kind"),
        ],
    )
    def test_is_refused_where_it_cannot_serve(self, template, address, text):
        """A server that is down, and a secret that DVC would write into a file of Git's."""
        said = Typing(template).refuses("--from", address, "--target", "left")

        assert text in said
        assert "secret@" not in said
        assert "abc" not in said
