"""A read-only database connection with a time limit and readable errors."""

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
"""Number of rows per fetch."""
_CONNECT = 10
"""Seconds before a silent server counts as unreachable."""
_REACH = "see that the database can be reached from here with that URL, and run again; nothing was changed."
_DECLARE = "add {} to the group `sample` of pyproject.toml, then run `make requirements` and `make run`"
_AT_ONCE = "; for `ringside init`, {} is enough."
_DRIVERS = {
    "postgres": ("postgresql+psycopg", "psycopg", "`psycopg[binary]`"),
    "postgresql": ("postgresql+psycopg", "psycopg", "`psycopg[binary]`"),
    "mysql": ("mysql+pymysql", "pymysql", "`pymysql`"),
    "mariadb": ("mariadb+pymysql", "pymysql", "`pymysql`"),
}
"""Default driver of a URL that names none, with its module and its package."""
_PULL_REQUESTS = ("pull_request", "pull_request_target", "merge_group")
"""GitHub events whose runs execute code that is not merged."""


@dataclass
class Clock:
    """Timer that closes a connection whose result is incomplete in time: a server that hangs reports no error."""

    seconds: float
    raw: Any = field(default=None, init=False)
    """Connection of the driver, once there is one."""
    late: bool = field(default=False, init=False)
    """True if the time was over before the result was complete."""

    @contextmanager
    def limit(self) -> Iterator[None]:
        """Limit the time of the block to these seconds."""
        alarm = threading.Timer(self.seconds, self._cut)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _cut(self) -> None:
        self.late = True
        with suppress(Exception):  # a connection that cannot be closed has its own time limit, or none
            if hasattr(self.raw, "interrupt"):
                self.raw.interrupt()
            else:
                with socket.socket(fileno=os.dup(self.raw.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)


@dataclass
class Session:
    """Open connection within one read-only transaction."""

    connection: "Connection"
    where: str
    """Name of the database in errors: no user, no password."""
    clock: Clock

    @property
    def dialect(self) -> str:
        """Return SQLAlchemy's name of the kind of database."""
        return self.connection.dialect.name

    def names(self, asked: "Executable") -> list[str]:
        """Return the column names of a result."""
        with self.clock.limit():
            return list(self.connection.execute(asked).keys())

    def one(self, asked: "Executable") -> Any:  # noqa: ANN401  # as the database types it
        """Return the only row of a result."""
        with self.clock.limit():
            return self.connection.execute(asked).one()

    def all(self, asked: "Executable") -> list[Any]:
        """Return all rows of a short result."""
        with self.clock.limit():
            return list(self.connection.execute(asked).all())

    def batches(self, asked: "Executable") -> Generator[list[Any]]:
        """Yield the rows of a long result in batches."""
        with self.clock.limit():
            options = {"stream_results": True, "max_row_buffer": _ROWS}
            with closing(self.connection.execute(asked, execution_options=options)) as result:
                yield from map(list, result.partitions(_ROWS))


@contextmanager
def connected(variable: str, timeout: float, *, text: str | None = None) -> Iterator[Session]:
    """Open a session with a database.

    Args:
        variable: the environment variable with its URL.
        timeout: seconds that one query may take, and the log-in.
        text: the URL, if it is not in the environment.

    Raises:
        SourceError: this is the run of a pull request, the variable is not set, the database refuses the log-in, or
            a result breaks off; in these cases the data are unreadable here. Or the database refuses the query.
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
            # Nothing was written; if a function of the query did write, the change is rolled back.
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
    """Raise in the run of a pull request, even on a runner whose environment has the URL."""
    if os.environ.get("GITHUB_EVENT_NAME") in _PULL_REQUESTS:
        remedy = (
            "let Git or a DVC remote keep the rows (`data.store` in params.yaml, docs/data.md); then none is asked."
        )
        raise SourceError("a pull request's run asks no database", where=variable, remedy=remedy, unreadable=True)


def _engine(url: "URL", where: str, clock: Clock) -> "Engine":
    """Return the engine that connects to the database; `clock` gets the connection before its first use.

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
    """Return a database's URL.

    Args:
        variable: the environment variable that it comes from, for errors.
        text: the URL.

    Raises:
        SourceError: the URL is missing or invalid; no part of it is repeated, since it may contain a password.
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
        # Text after the first @ would be shown as the host.
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
    """Return a URL without user, password and options."""
    place = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return f"{url.get_backend_name()}://{place}/{url.database or ''}"


def _options(url: "URL", where: str, timeout: float) -> dict[str, Any]:
    """Return the arguments of `create_engine` for a kind of database."""
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
        """Open the file for reading; never create it."""
        if not Path(path).is_file():
            remedy = "put it there, or correct the URL; a path counts from the root of the repository."
            raise SourceError("there is no such file", where=where, remedy=remedy, unreadable=True)
        uri = f"file:{quote(str(path))}?mode=ro"
        return sqlite3.connect(uri, uri=True, timeout=_CONNECT, check_same_thread=False)

    return connect


def _read_only(connection: "Connection", timeout: float) -> None:
    """Make this transaction read-only, in UTC, and set its time limit on the server too."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(timeout * 1000)}")


def _said(error: BaseException, url: "URL") -> str:
    """Return a driver's message in one line, without the password."""
    text = told(getattr(error, "orig", None) or error, 400)
    return text.replace(str(url.password), "***") if url.password else text


def _is_timeout(error: BaseException) -> bool:
    return type(getattr(error, "orig", None)).__name__ == "QueryCanceled"


def _is_broken(error: BaseException, dialect: str) -> bool:
    """Return whether the connection is lost or unusable, in contrast to a wrong query."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

    if isinstance(error, OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if dialect == "sqlite":
        # SQLite reports a missing column as an operational error too.
        return any(word in str(error.orig) for word in ("locked", "unable to open", "disk I/O"))
    return bool(error.connection_invalidated) or isinstance(error, OperationalError | InterfaceError)
