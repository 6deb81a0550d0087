"""A connection to a database that only reads, ends in time, and says in words what went wrong."""

import importlib.util
import os
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ringside.errors import RingsideError, SourceError, TaskError, told
from ringside.sources.places import resolved

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, Executable

_ROWS = 10_000
"""Rows that are fetched at once."""
_CONNECT = 10
"""Seconds after which a server that does not answer is not there."""
_REACH = "see that the database can be reached from here with that URL, and run again; nothing was changed."
_DECLARE = "add {} to the group `sample` of pyproject.toml, then run `make requirements` and `make run`"
_AT_ONCE = "; for `ringside init`, {} is enough."
_DRIVERS = {
    "postgres": ("postgresql+psycopg", "psycopg", "`psycopg[binary]`"),
    "postgresql": ("postgresql+psycopg", "psycopg", "`psycopg[binary]`"),
    "mysql": ("mysql+pymysql", "pymysql", "`pymysql`"),
    "mariadb": ("mariadb+pymysql", "pymysql", "`pymysql`"),
}
"""Of a URL that names no driver: the one that is taken, its module and its package."""
_PULL_REQUESTS = ("pull_request", "pull_request_target", "merge_group")
"""Events of GitHub whose runs are of code that nobody merged."""


@dataclass
class Clock:
    """Cuts a connection whose answer is not whole in time: a server that hangs says nothing by itself."""

    seconds: float
    raw: Any = field(default=None, init=False)
    """The driver's connection, as soon as there is one."""
    late: bool = field(default=False, init=False)
    """Whether the time was over before the answer was whole."""

    @contextmanager
    def limit(self) -> Iterator[None]:
        """What is done in the block has these seconds."""
        alarm = threading.Timer(self.seconds, self._cut)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _cut(self) -> None:
        self.late = True
        with suppress(Exception):  # what cannot be cut has a time limit of its own, or none
            if hasattr(self.raw, "interrupt"):
                self.raw.interrupt()
            else:
                with socket.socket(fileno=os.dup(self.raw.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)


@dataclass
class Session:
    """An open connection within one transaction that only reads."""

    connection: "Connection"
    where: str
    """What errors call the database: no user, no password."""
    clock: Clock

    @property
    def dialect(self) -> str:
        """As SQLAlchemy calls the kind of database."""
        return self.connection.dialect.name

    def names(self, asked: "Executable") -> list[str]:
        """The columns of an answer."""
        with self.clock.limit():
            return list(self.connection.execute(asked).keys())

    def one(self, asked: "Executable") -> Any:  # noqa: ANN401  # as the database types it
        """The one row of an answer."""
        with self.clock.limit():
            return self.connection.execute(asked).one()

    def all(self, asked: "Executable") -> list[Any]:
        """The rows of an answer that is short."""
        with self.clock.limit():
            return list(self.connection.execute(asked).all())

    def batches(self, asked: "Executable") -> Generator[list[Any]]:
        """The rows of a long answer, streamed."""
        with self.clock.limit():
            options = {"stream_results": True, "max_row_buffer": _ROWS}
            with closing(self.connection.execute(asked, execution_options=options)) as result:
                yield from map(list, result.partitions(_ROWS))


@contextmanager
def connected(variable: str, timeout: float, *, text: str | None = None) -> Iterator[Session]:
    """A session with a database.

    Args:
        variable: the environment variable that holds its URL.
        timeout: seconds that one question may take, and the log-in.
        text: the URL, where it is not in the environment.

    Raises:
        SourceError: this is the run of a pull request, there is no such variable, the database does not let us in, or
            an answer breaks off; in these cases the data are unreadable here. Or the database refuses the query.
        TaskError: SQLAlchemy or the database's driver is not installed.
    """
    _refuse_pull_requests(variable)
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    url = parsed(variable, os.environ.get(variable, "") if text is None else text)
    where = _shown(url)
    clock = Clock(timeout)
    engine = _engine(url, where, clock)
    try:
        with clock.limit():
            connection = engine.connect()
    except (SQLAlchemyError, OSError) as error:
        said = f"it did not answer within {timeout:g} seconds" if clock.late else _said(error, url)
        found = f"the database cannot be reached: {said}"
        raise SourceError(found, where=where, remedy=_REACH, unreadable=True) from error
    try:
        with connection:
            with clock.limit():
                _read_only(connection, timeout)
            yield Session(connection, where, clock)
            # Nothing was written, and if a function of the query did, it is not kept.
            with clock.limit():
                connection.rollback()
    except RingsideError:
        raise
    except (SQLAlchemyError, OSError) as error:
        if clock.late or _is_timeout(error):
            found = f"the database did not answer within {timeout:g} seconds"
            remedy = "make the query faster (an index on the column of time), or raise `timeout` in source.py."
            raise SourceError(found, where=where, remedy=remedy, unreadable=True) from error
        if _is_broken(error, url.get_backend_name()):
            found = f"the connection broke off before the answer was whole: {_said(error, url)}"
            raise SourceError(found, where=where, remedy=_REACH, unreadable=True) from error
        what = "the database refuses the query" if isinstance(error, DBAPIError) else "the query cannot be asked"
        remedy = "if a table or a column changed, change `query` and `columns` in source.py; nothing was kept."
        raise SourceError(f"{what}: {_said(error, url)}", where=where, remedy=remedy) from None
    finally:
        engine.dispose()


def _refuse_pull_requests(variable: str) -> None:
    """Stop in the run of a pull request, even on a runner whose environment has the URL."""
    if os.environ.get("GITHUB_EVENT_NAME") in _PULL_REQUESTS:
        remedy = (
            "let Git or a DVC remote keep the rows (`data.store` in params.yaml, docs/data.md); then none is asked."
        )
        raise SourceError("a pull request's run asks no database", where=variable, remedy=remedy, unreadable=True)


def _engine(url: "URL", where: str, clock: Clock) -> "Engine":
    """What connects to the database; `clock` has the connection before a word is spoken over it.

    Raises:
        TaskError: the database's driver is not installed.
    """
    import sqlalchemy
    from sqlalchemy.exc import NoSuchModuleError

    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, **_options(url, where, clock.seconds))
    except (NoSuchModuleError, ImportError) as error:
        found = f"the driver of {url.drivername} is not installed ({error})"
        raise TaskError(found, where=where, remedy=_DECLARE.format("it") + ".") from error

    def remember(raw: object, _record: object) -> None:
        clock.raw = raw

    # First of all listeners: SQLAlchemy's own, and those of its dialects, ask the server already.
    sqlalchemy.event.listen(engine, "connect", remember, insert=True)
    return engine


def parsed(variable: str, text: str) -> "URL":
    """A database's URL.

    Args:
        variable: where it comes from, for errors.
        text: the URL.

    Raises:
        SourceError: there is none, or it is none; not a word of it is repeated, since it may have a password.
        TaskError: SQLAlchemy or the database's driver is not installed.
    """
    _need("sqlalchemy", "`sqlalchemy`", "`make setup-database`")
    import sqlalchemy

    remedy = f"set {variable} to the database's URL, as in postgresql://user:password@host/name; it belongs in no file."
    if not text:
        found = "it is not set here, and holds the URL of the database"
        raise SourceError(found, where=variable, remedy=remedy, unreadable=True)
    try:
        url = sqlalchemy.make_url(text)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise SourceError("it is no URL of a database", where=variable, remedy=remedy) from None
    if url.get_backend_name() != "sqlite" and "@" in f"{url.host}{url.database}":
        # What stands after the first @ would be shown as the host.
        found = "its user or password has a sign that ends it early"
        remedy = "write @ in them as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25."
        raise SourceError(found, where=variable, remedy=remedy)
    if url.drivername in _DRIVERS:
        driver, module, package = _DRIVERS[url.drivername]
        _need(module, package, "`make setup-database`" if module == "psycopg" else f"`pip install {module}`")
        url = url.set(drivername=driver)
    return url


def _need(module: str, package: str, at_once: str) -> None:
    if importlib.util.find_spec(module) is None:
        found = f"a database is asked, and {module} is not installed"
        raise TaskError(found, where="source.py", remedy=_DECLARE.format(package) + _AT_ONCE.format(at_once))


def _shown(url: "URL") -> str:
    """A URL without user, password and options."""
    place = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return f"{url.get_backend_name()}://{place}/{url.database or ''}"


def _options(url: "URL", where: str, timeout: float) -> dict[str, Any]:
    """What `create_engine` is given for a kind of database."""
    options: dict[str, Any] = {"hide_parameters": True}
    kind = url.get_backend_name()
    if kind == "sqlite":
        return options | {"creator": _sqlite(url, where)}
    if kind == "postgresql":
        alive = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
        return options | {"connect_args": {"connect_timeout": _CONNECT, **alive}}
    if kind in ("mysql", "mariadb"):
        return options | {"connect_args": {"connect_timeout": _CONNECT, "read_timeout": max(1, round(timeout))}}
    return options


def _sqlite(url: "URL", where: str) -> Any:  # noqa: ANN401  # a function that connects
    import sqlite3

    path = resolved(url.database or "")

    def connect() -> sqlite3.Connection:
        """The file, which is read and never made."""
        if not Path(path).is_file():
            remedy = "put it there, or correct the URL; a path counts from the root of the repository."
            raise SourceError("there is no such file", where=where, remedy=remedy, unreadable=True)
        uri = f"file:{quote(str(path))}?mode=ro"
        return sqlite3.connect(uri, uri=True, timeout=_CONNECT, check_same_thread=False)

    return connect


def _read_only(connection: "Connection", timeout: float) -> None:
    """Let this transaction read only, in UTC, and let the server too know how long."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(timeout * 1000)}")


def _said(error: BaseException, url: "URL") -> str:
    """What a driver said, in one line, without the password."""
    text = told(getattr(error, "orig", None) or error, 400)
    return text.replace(str(url.password), "***") if url.password else text


def _is_timeout(error: BaseException) -> bool:
    return type(getattr(error, "orig", None)).__name__ == "QueryCanceled"


def _is_broken(error: BaseException, dialect: str) -> bool:
    """Whether the connection is gone, or could not be used, rather than the query wrong."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if dialect == "sqlite":
        # SQLite calls a column that there is not an operational error too.
        return any(word in str(error.orig) for word in ("locked", "unable to open", "disk I/O"))
    return bool(error.connection_invalidated) or isinstance(error, OperationalError | InterfaceError)
