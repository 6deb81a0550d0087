"""Databases of this machine for the tests, and a wire to one that is cut or falls silent."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

ROWS = 400
TABLE = """
CREATE TABLE calls (
  id bigint, "when" timestamp, "from 'port'" text, tons double precision, berths integer, late boolean
)
"""
QUERY = 'SELECT id, "when", "from \'port\'", tons, berths, late FROM calls -- of all years'
COLUMNS = {
    "id": "int64",
    "when": "datetime",
    "from 'port'": "str",
    "tons": "float64",
    "berths": "Int64",
    "late": "boolean",
}
MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]


def rows() -> list[tuple[object, ...]]:
    """Calls of ships in four months, with values that are missing."""
    return [
        (
            number,
            f"2024-{1 + number % 4:02d}-{1 + number % 28:02d} 1{number % 10}:30:00",
            None if number % 9 == 0 else f"port; {number % 3}",
            number / 7,
            None if number % 11 == 0 else number % 4,
            number % 5 == 0,
        )
        for number in range(ROWS)
    ]


def make_sqlite(path: Path) -> str:
    """A SQLite database with the calls; its URL."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?)", rows())
    connection.close()
    return f"sqlite:///{path}"


def binaries() -> Path | None:
    """The folder with PostgreSQL's programs, if there is one on this machine."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if all((place / name).exists() for name in ("initdb", "pg_ctl"))), None)


@contextmanager
def postgres() -> Iterator[int]:
    """A PostgreSQL server of its own in a temporary folder; its port. Skips where there is no PostgreSQL."""
    programs = binaries()
    if programs is None:
        pytest.skip("initdb and pg_ctl are not on this machine")
    # PostgreSQL refuses to be root.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ringside-pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def do(*command: str) -> None:
        """Run one of PostgreSQL's programs."""
        subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})

    data = folder / "data"
    ctl = (str(programs / "pg_ctl"), "-D", str(data), "-w")
    options = f"-F -p {port} -k {folder} -c listen_addresses=127.0.0.1"
    try:
        do(str(programs / "initdb"), "-D", str(data), "-U", "ship", "--auth=trust", "-E", "UTF8", "--no-sync")
        do(*ctl, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield port
        finally:
            do(*ctl, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Wire:
    """A wire to a server on this machine that can be cut, or fall silent, after so many bytes of its answers."""

    def __init__(self, port: int, *, cut: int | None = None, silent: int | None = None) -> None:
        self._to, self._cut, self._silent = port, cut, silent
        self._passed = 0
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [ours, theirs]
                for one, other, answers in ((ours, theirs, False), (theirs, ours, True)):
                    threading.Thread(target=self._pass, args=(one, other, answers), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while part := one.recv(4096):
                if answers:
                    self._passed += len(part)
                    if self._silent is not None and self._passed > self._silent:
                        continue
                    if self._cut is not None and self._passed > self._cut:
                        for end in (one, other):
                            end.shutdown(socket.SHUT_RDWR)
                        return
                other.sendall(part)
