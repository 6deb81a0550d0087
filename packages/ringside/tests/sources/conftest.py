"""Databases that the tests of sources ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources import databases


@pytest.fixture(scope="session")
def pg_port() -> Iterator[int]:
    """The port of a PostgreSQL server with the calls of ships."""
    import psycopg

    with databases.postgres() as port:
        with psycopg.connect(f"postgresql://ship@127.0.0.1:{port}/postgres") as connection:
            connection.execute(databases.TABLE)
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO calls VALUES (%s, %s, %s, %s, %s, %s)", databases.rows())
        yield port


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database with the calls of ships, which DATABASE_URL holds: one of SQLite, one of PostgreSQL."""
    if request.param == "sqlite":
        found = databases.make_sqlite(tmp_path / "calls.db")
    else:
        found = f"postgresql://ship:tide@127.0.0.1:{request.getfixturevalue('pg_port')}/postgres"
    monkeypatch.setenv("DATABASE_URL", found)
    return found
