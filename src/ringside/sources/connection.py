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

from ringside.errors import RingsideError, SourceError, TaskError
from ringside.sources.places import resolved

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Executable

_ROWS = 10_000
"""Rows that are fetched at once."""
_CONNECT = 10
"""Seconds after which a server that does not answer is not there."""
_REACH = "see that the database can be reached from here with that URL, and run again; nothing was changed."
_DECLARE = (
    "add {} to the group `sample` of pyproject.toml, then run `make requirements` and `make run`; for `ringside init`, "
    "`make setup-database` is enough."
)


@dataclass
class Session:
    """An open connection within one transaction that only reads."""

    connection: "Connection"
    where: str
    """What errors call the database: no user, no password."""
    timeout: float
    late: bool = field(default=False, init=False)
    """Whether the time was over before the answer was whole."""

    @property
    def dialect(self) -> str:
        """As SQLAlchemy calls the kind of database."""
        return self.connection.dialect.name

    def names(self, asked: "Executable") -> list[str]:
        """The columns of an answer."""
        with self._in_time():
            return list(self.connection.execute(asked).keys())

    def one(self, asked: "Executable") -> Any:  # noqa: ANN401  # as the database types it
        """The one row of an answer."""
        with self._in_time():
            return self.connection.execute(asked).one()

    def all(self, asked: "Executable") -> list[Any]:
        """The rows of an answer that is short."""
        with self._in_time():
            return list(self.connection.execute(asked).all())

    def batches(self, asked: "Executable") -> Generator[list[Any]]:
        """The rows of a long answer, streamed."""
        with self._in_time():
            options = {"stream_results": True, "max_row_buffer": _ROWS}
            with closing(self.connection.execute(asked, execution_options=options)) as result:
                yield from map(list, result.partitions(_ROWS))

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Cut the connection where the answer is not whole in time: a server that hangs says nothing by itself."""
        alarm = threading.Timer(self.timeout, self._cut)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _cut(self) -> None:
        self.late = True
        raw: Any = self.connection.connection.dbapi_connection
        with suppress(Exception):  # what cannot be cut has a time limit of its own, or none
            if hasattr(raw, "interrupt"):
                raw.interrupt()
            else:
                with socket.socket(fileno=os.dup(raw.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)


@contextmanager
def connected(variable: str, timeout: float, *, text: str | None = None) -> Iterator[Session]:
    """A session with a database.

    Args:
        variable: the environment variable that holds its URL.
        timeout: seconds that one question may take.
        text: the URL, where it is not in the environment.

    Raises:
        SourceError: there is no such variable, the database does not let us in, or an answer breaks off; in these
            cases the data are unreadable here. Or the database refuses the query.
        TaskError: SQLAlchemy or the database's driver is not installed.
    """
    _need("sqlalchemy", "`sqlalchemy`")
    import sqlalchemy
    from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

    url = _url(variable, os.environ.get(variable, "") if text is None else text)
    where = _shown(url)
    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, **_options(url, where))
    except (NoSuchModuleError, ImportError) as error:
        found = f"the driver of {url.drivername} is not installed ({error})"
        raise TaskError(found, where=where, remedy=_DECLARE.format("it")) from error
    try:
        connection = engine.connect()
    except (SQLAlchemyError, OSError) as error:
        found = f"the database cannot be reached: {_said(error, url)}"
        raise SourceError(found, where=where, remedy=_REACH, unreadable=True) from error
    session = Session(connection, where, timeout)
    try:
        with connection:
            _read_only(connection, timeout)
            yield session
            # Nothing was written, and if a function of the query did, it is not kept.
            connection.rollback()
    except RingsideError:
        raise
    except (SQLAlchemyError, OSError) as error:
        if session.late or _is_timeout(error):
            found = f"the database did not answer within {timeout:g} seconds"
            remedy = "make the query faster (an index on the column of time), or raise `timeout` in source.py."
            raise SourceError(found, where=where, remedy=remedy, unreadable=True) from error
        if _is_broken(error, session.dialect):
            found = f"the connection broke off before the answer was whole: {_said(error, url)}"
            raise SourceError(found, where=where, remedy=_REACH, unreadable=True) from error
        what = "the database refuses the query" if isinstance(error, DBAPIError) else "the query cannot be asked"
        remedy = "if a table or a column changed, change `query` and `columns` in source.py; nothing was kept."
        raise SourceError(f"{what}: {_said(error, url)}", where=where, remedy=remedy) from None
    finally:
        engine.dispose()


def _url(variable: str, text: str) -> "URL":
    import sqlalchemy

    remedy = f"set {variable} to the database's URL, as in postgresql://user:password@host/name; it belongs in no file."
    if not text:
        found = "it is not set here, and holds the URL of the database"
        raise SourceError(found, where=variable, remedy=remedy, unreadable=True)
    try:
        url = sqlalchemy.make_url(text)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        # Not a word of it: the text has a password.
        raise SourceError("it is no URL of a database", where=variable, remedy=remedy) from None
    if url.drivername in ("postgres", "postgresql"):
        _need("psycopg", "`psycopg[binary]`")
        url = url.set(drivername="postgresql+psycopg")
    return url


def _need(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        found = f"a database is asked, and {module} is not installed"
        raise TaskError(found, where="source.py", remedy=_DECLARE.format(package))


def _shown(url: "URL") -> str:
    """A URL without user, password and options."""
    place = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return f"{url.get_backend_name()}://{place}/{url.database or ''}"


def _options(url: "URL", where: str) -> dict[str, Any]:
    """What `create_engine` is given for a kind of database."""
    options: dict[str, Any] = {"hide_parameters": True}
    kind = url.get_backend_name()
    if kind == "sqlite":
        return options | {"creator": _sqlite(url, where)}
    if kind == "postgresql":
        alive = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
        return options | {"connect_args": {"connect_timeout": _CONNECT, **alive}}
    if kind in ("mysql", "mariadb"):
        return options | {"connect_args": {"connect_timeout": _CONNECT}}
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
    text = " ".join(str(getattr(error, "orig", None) or error).split())[:400]
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
