"""A database as a source: what it answers, and what it says where it cannot."""

import gc
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from ringside.errors import SourceError, TaskError
from ringside.sources.database import look
from ringside.task import Database
from sources.databases import COLUMNS, MONTHS, QUERY, ROWS, Wire


def calls(**fields: object) -> Database:
    """The calls of ships by month."""
    given = {"query": QUERY, "columns": COLUMNS, "time": "when", "partition_by": "month"} | fields
    return Database(**given)


@pytest.fixture
def on_wire(pg_port: int, monkeypatch: pytest.MonkeyPatch):
    """Lets DATABASE_URL lead over a wire."""

    def lead(**faults: int) -> Wire:
        """A wire with faults."""
        wire = Wire(pg_port, **faults)
        monkeypatch.setenv("DATABASE_URL", f"postgresql://ship:tide@127.0.0.1:{wire.port}/postgres")
        return wire

    return lead


@pytest.mark.slow
@pytest.mark.usefixtures("url")
class TestAnswers:
    """What SQLite and PostgreSQL answer alike."""

    def test_are_divided_by_month(self):
        """There is a partition for each month of which there are rows."""
        assert calls().partitions() == MONTHS

    def test_have_the_types_that_source_py_names(self):
        """Names with spaces and quotes, missing values and fractions arrive as they are."""
        frame = calls().read("2024-02")

        assert [str(dtype) for dtype in frame.dtypes] == [
            "int64",
            "datetime64[us]",
            "str",
            "float64",
            "Int64",
            "boolean",
        ]
        assert len(frame) == ROWS / 4
        assert set(frame["when"].dt.month) == {2}
        assert frame.loc[frame["id"] == 9, "from 'port'"].isna().all()

    @pytest.mark.parametrize(
        "end",
        [";", " ; -- of all years; 'yes'", "; /* and\nnothing */ ;\n", " WHERE 'a;b' <> '; -- c'", " -- 5 % : 'x'"],
    )
    def test_are_the_same_however_the_query_ends(self, end):
        """A semicolon, comments after it, and texts that look like them."""
        asked = f'SELECT id, "when" FROM calls{end}'  # noqa: S608  # the test's own texts
        answer = calls(query=asked, columns={"id": "int64", "when": "datetime"}, partition_by=None).read("all")

        assert len(answer) == ROWS

    def test_are_whole_over_all_partitions(self):
        """No row is lost at a border between two partitions, and none comes twice."""
        for period in ("day", "week", "month"):
            source = calls(partition_by=period)

            assert sorted(n for name in source.partitions() for n in source.read(name)["id"]) == list(range(ROWS))

    @pytest.mark.parametrize("text", [":late", "a :b", "12:30:00", "100 %s", "%(x)s", "back\\:x"])
    def test_may_hold_what_drivers_take_for_parameters(self, text):
        """A colon, or a percent sign, in the query is what it is in the database's own terminal."""
        source = Database(query=f"SELECT 1 AS n, '{text}' AS word  -- :ends", columns={"n": "int64", "word": "str"})

        assert source.read("all")["word"].tolist() == [text]

    def test_name_rows_by_their_values_and_not_by_the_order_of_the_answer(self):
        """A database answers in any order; where rows have no name, the same row is the same in each."""
        query = "SELECT n FROM (SELECT 3 AS n UNION ALL SELECT 1 UNION ALL SELECT 2) AS three ORDER BY n {}"
        up, down = (
            Database(query=query.format(order), columns={"n": "int64"}, row_id="row").read("all")
            for order in ("ASC", "DESC")
        )

        assert dict(zip(up["row"], up["n"], strict=True)) == {"all/1": 1, "all/2": 2, "all/3": 3}
        assert up.equals(down)

    def test_are_divided_by_a_column(self):
        """The values of a column name the partitions."""
        source = calls(partition_by="late")

        assert source.partitions() == ["false", "true"]
        assert source.read("true")["late"].all()

    def test_are_one_partition_where_nothing_divides(self):
        """Without `partition_by` there is `all`."""
        source = calls(partition_by=None)

        assert [(name, len(source.read(name))) for name in source.partitions()] == [("all", ROWS)]

    def test_number_rows_that_have_no_identity(self):
        """The numbers follow the values, so that the order in which a database answers changes nothing."""
        ids = [calls(row_id="row", query=f"{QUERY}\nORDER BY {by}").read("2024-01") for by in (1, 4)]

        pd.testing.assert_frame_equal(*ids)
        assert list(ids[0]["row"][:2]) == ["2024-01/1", "2024-01/2"]

    def test_have_a_fingerprint_that_sees_one_changed_value(self, url):
        """A value that changes in one month changes the fingerprint of that month alone."""
        from sqlalchemy import create_engine, text

        before = {name: calls().fingerprint(name) for name in MONTHS}
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("UPDATE calls SET tons = tons + 1 WHERE id = 5"))
        after = {name: calls().fingerprint(name) for name in MONTHS}
        with engine.begin() as connection:
            connection.execute(text("UPDATE calls SET tons = tons - 1 WHERE id = 5"))
        engine.dispose()

        assert [name for name in MONTHS if before[name] != after[name]] == ["2024-02"]

    @pytest.mark.parametrize("change", ["late = NOT late", "tons = tons + 1", "berths = berths + 1"])
    def test_may_stand_in_the_table_as_texts(self, url, change):
        """Numbers, times and answers in columns of text are what source.py says, and a change of one is seen."""
        from sqlalchemy import create_engine, text

        texts = ", ".join(f'CAST("{name}" AS text) AS "{name}"' for name in ("when", "tons", "berths"))
        late = "CASE WHEN late THEN 'Yes' ELSE 'No' END AS late"
        asked = calls(query=f"SELECT id, \"from 'port'\", {texts}, {late} FROM calls")  # noqa: S608  # the test's own names

        assert asked.partitions() == MONTHS
        typed, plain = (source.read("2024-02").sort_values("id").reset_index(drop=True) for source in (asked, calls()))
        pd.testing.assert_frame_equal(typed, plain)
        before = {name: asked.fingerprint(name) for name in MONTHS}
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            connection.execute(text(f"UPDATE calls SET {change} WHERE id = 5"))  # noqa: S608  # the test's own words
            connection.commit()
            after = {name: asked.fingerprint(name) for name in MONTHS}
            back = change.translate(str.maketrans("+", "-"))
            connection.execute(text(f"UPDATE calls SET {back} WHERE id = 5"))  # noqa: S608  # the test's own words
            connection.commit()
        engine.dispose()
        assert [name for name in MONTHS if before[name] != after[name]] == ["2024-02"]

    def test_can_be_looked_at_before_types_are_known(self, url):
        """`init` sees names and values."""
        table = look(QUERY, url, most=10)

        assert table.column_names == list(COLUMNS)
        assert table.num_rows >= 10

    def test_leave_out_what_is_ignored(self):
        """A column that source.py ignores is not answered."""
        assert "tons" not in calls(columns=COLUMNS | {"tons": "ignore"}).read("2024-01")


@pytest.mark.usefixtures("url")
class TestMistakes:
    """What is wrong in the query or the table is no matter of reach."""

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"columns": COLUMNS | {"flag": "str"}}, "lacks the column 'flag'"),
            ({"columns": {name: kind for name, kind in COLUMNS.items() if name != "tons"}}, "has the column 'tons'"),
            ({"columns": COLUMNS | {"from 'port'": "int64"}}, "column \"from 'port'\", row"),
            ({"query": "SELECT * FROM boats"}, "refuses the query"),
            ({"query": QUERY + "\nWHERE"}, "refuses the query"),
            ({"query": QUERY + "\nWHERE id < 0", "partition_by": None}, "answers no rows"),
        ],
    )
    def test_are_named(self, fields, says):
        """A column that came, went or changed its type, and a query that cannot be, are errors that name it."""
        with pytest.raises(SourceError) as caught:
            calls(**fields).read("all" if fields.get("partition_by", 0) is None else "2024-01")

        assert says in str(caught.value)
        assert not caught.value.unreadable

    def test_of_rows_without_a_time_are_counted(self):
        """A row without a time belongs to no partition."""
        query = QUERY.replace('"when"', 'CASE WHEN id < 3 THEN NULL ELSE "when" END AS "when"', 1)
        with pytest.raises(SourceError, match="3 rows have no time in 'when'"):
            calls(query=query).partitions()

    def test_of_code_that_writes_are_refused(self, url):
        """The connection reads only, whatever the query calls."""
        with pytest.raises(SourceError, match=r"refuses|no URL"):
            look("DELETE FROM calls RETURNING *", url)
        assert len(calls(partition_by=None).read("all")) == ROWS


class TestReach:
    """A database that cannot be had from here."""

    def test_needs_the_variable(self, monkeypatch):
        """Without the secret the data are unreadable here, and the error names the variable."""
        monkeypatch.delenv("DATABASE_URL", raising=False)
        with pytest.raises(SourceError, match="DATABASE_URL: it is not set") as caught:
            calls().partitions()
        assert caught.value.unreadable

    def test_never_shows_the_password(self, monkeypatch):
        """Neither where nobody listens nor where the text is no URL."""
        unescaped = ("ship:a@tide@127.0.0.1:9/port", "ship:a@b/tide@127.0.0.1/port", "ship:a@b:tide@127.0.0.1/port")
        for text in (
            "postgresql://ship:tide@127.0.0.1:9/port",
            "post gres ship:tide@",
            *(f"postgresql://{u}" for u in unescaped),
        ):
            monkeypatch.setenv("DATABASE_URL", text)
            with pytest.raises(SourceError) as caught:
                calls().partitions()
            assert "tide" not in str(caught.value)

    @pytest.mark.slow
    def test_repeats_no_password_that_the_server_quotes(self, pg_port, monkeypatch):
        """What a database says is shown, with marks where the password would stand."""
        monkeypatch.setenv("DATABASE_URL", f"postgresql://ship:tide@127.0.0.1:{pg_port}/postgres")
        with pytest.raises(SourceError, match=r"refuses the query.*\*\*\*") as caught:
            Database(query="SELECT tide AS n", columns={"n": "int64"}).read("all")

        assert "tide" not in str(caught.value)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "value"), [("transaction_read_only", "on"), ("TimeZone", "UTC"), ("statement_timeout", "7s")]
    )
    def test_tells_postgresql_what_a_question_may(self, pg_port, monkeypatch, name, value):
        """It reads only, in UTC, and for so long; whatever functions a query calls."""
        monkeypatch.setenv("DATABASE_URL", f"postgresql://ship:tide@127.0.0.1:{pg_port}/postgres")
        source = Database(query=f"SELECT current_setting('{name}') AS value", columns={"value": "str"}, timeout=7)

        assert source.read("all")["value"].tolist() == [value]

    def test_is_refused(self, monkeypatch):
        """Where nobody listens the data are unreadable here."""
        monkeypatch.setenv("DATABASE_URL", "postgresql://ship:tide@127.0.0.1:9/port")
        with pytest.raises(SourceError, match="cannot be reached") as caught:
            calls().partitions()
        assert caught.value.unreadable

    def test_never_makes_a_file(self, monkeypatch, tmp_path):
        """A SQLite file that is not there stays so."""
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/no.db")
        with pytest.raises(SourceError, match="no such file") as caught:
            calls().partitions()
        assert caught.value.unreadable
        assert not Path(tmp_path / "no.db").exists()

    def test_is_locked(self, tmp_path, monkeypatch):
        """A SQLite file that another program holds for long is unreadable now."""
        from ringside.sources import connection
        from sources.databases import make_sqlite

        monkeypatch.setattr(connection, "_CONNECT", 0.1)
        monkeypatch.setenv("DATABASE_URL", make_sqlite(tmp_path / "calls.db"))
        with closing(sqlite3.connect(tmp_path / "calls.db")) as other, other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(SourceError, match="locked") as caught:
                calls().partitions()
        other.close()
        assert caught.value.unreadable

    def test_needs_the_driver(self, monkeypatch):
        """A driver that is not installed is a matter of pyproject.toml."""
        monkeypatch.setenv("DATABASE_URL", "oracle+cx_oracle://u:p@host/x")
        with pytest.raises(TaskError, match="is not installed"):
            calls().partitions()


@pytest.mark.slow
@pytest.mark.xdist_group("postgresql")
class TestKinds:
    """Values that PostgreSQL has and Arrow has not."""

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("'NaN'::numeric", "nan"),
            ("'Infinity'::numeric", "inf"),
            ("1e30::numeric", "1e+30"),
            ("7::numeric", "7"),
            ("'10.0.0.1/8'::inet", "10.0.0.1/8"),
            ("'00000000-0000-0000-0000-000000000001'::uuid", "00000000-0000-0000-0000-000000000001"),
        ],
    )
    def test_are_seen_as_numbers_and_texts(self, pg_port, value, expected):
        """Numbers that no whole number holds are fractions; addresses and identifiers are their texts."""
        found = look(f"SELECT {value} AS x", f"postgresql://ship@127.0.0.1:{pg_port}/postgres")

        assert [str(x) for x in found.column("x").to_pylist()] == [expected]


@pytest.mark.slow
@pytest.mark.usefixtures("url")
class TestPullRequests:
    """A run of code that nobody merged."""

    @pytest.mark.parametrize("event", ["pull_request", "merge_group"])
    def test_ask_no_database(self, monkeypatch, event):
        """Even where the URL is in the environment the data are unreadable, as if there were none."""
        monkeypatch.setenv("GITHUB_EVENT_NAME", event)
        for ask in (calls().partitions, lambda: calls().read(MONTHS[0]), lambda: calls().fingerprint(MONTHS[0])):
            with pytest.raises(SourceError, match="a pull request's run asks no database") as caught:
                ask()
            assert caught.value.unreadable

    def test_are_no_other_runs(self, monkeypatch):
        """The schedule asks."""
        monkeypatch.setenv("GITHUB_EVENT_NAME", "schedule")

        assert calls().partitions() == MONTHS


@pytest.mark.slow
@pytest.mark.xdist_group("postgresql")
class TestTrouble:
    """A server that is slow, silent, or goes away in the middle of an answer."""

    def test_of_a_cut_wire_is_an_error(self, on_wire):
        """An answer that breaks off is never taken for a short one."""
        query = QUERY.replace("FROM calls", "FROM calls, generate_series(1, 200) s")
        with on_wire(cut=40_000), pytest.raises(SourceError, match="broke off") as caught:
            calls(query=query, partition_by=None).read("all")
        assert caught.value.unreadable

    def test_of_a_silent_wire_ends_in_time(self, on_wire):
        """A connection on which nothing comes any more is given up after `timeout`."""
        query = QUERY.replace("FROM calls", "FROM calls, generate_series(1, 200) s")
        begun = time.monotonic()
        with on_wire(silent=40_000), pytest.raises(SourceError, match="within 1 seconds") as caught:
            calls(query=query, partition_by=None, timeout=1).read("all")
        assert caught.value.unreadable
        assert time.monotonic() - begun < 30

    @pytest.mark.parametrize("silent", [420, 700, 1000])
    def test_of_a_wire_that_falls_silent_after_the_log_in_ends_in_time(self, on_wire, silent):
        """As behind a pool that lets in and has no connection left: what is asked first has a limit too."""
        begun = time.monotonic()
        with on_wire(silent=silent), pytest.raises(SourceError, match="within 1 seconds") as caught:
            calls(timeout=1).partitions()
        assert caught.value.unreadable
        assert time.monotonic() - begun < 30

    # psycopg warns of a cursor that SQLAlchemy could not close in a transaction that failed.
    @pytest.mark.filterwarnings("ignore:.*ServerCursor:ResourceWarning")
    def test_of_a_slow_query_ends_in_time(self, on_wire):
        """So is a query that takes too long at the server."""
        slow = QUERY.replace("FROM calls", "FROM calls, pg_sleep(60)")
        with on_wire(), pytest.raises(SourceError, match=r"within 0\.5 seconds") as caught:
            calls(query=slow, partition_by=None, timeout=0.5).read("all")
        assert caught.value.unreadable
        del caught
        gc.collect()

    def test_of_a_slow_query_of_sqlite_ends_in_time(self, tmp_path, monkeypatch):
        """SQLite is interrupted."""
        from sources.databases import make_sqlite

        monkeypatch.setenv("DATABASE_URL", make_sqlite(tmp_path / "calls.db"))
        endless = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n) s"
        slow = QUERY.replace("FROM calls", f"FROM calls, {endless}")
        with pytest.raises(SourceError, match=r"within 0\.5 seconds") as caught:
            calls(query=slow, partition_by=None, timeout=0.5).read("all")
        assert caught.value.unreadable
