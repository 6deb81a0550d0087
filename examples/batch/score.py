"""Scores the new rows of a database table with the champion: `python examples/batch/score.py`, in a checkout.

Each row gets one score of each version: run again, or by two jobs at once, nothing is scored or written twice, and a
version that goes to production scores all rows once. docs/model.md says how to run it every night.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import ringside
import sqlalchemy as sa
from ringside.errors import DataError, RingsideError
from sqlalchemy.dialects import postgresql, sqlite

PART = 50_000
"""Rows that are read, scored and written together; a job that is killed goes on behind the last part."""
INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def main(arguments: Sequence[str]) -> int:
    """Score what has no score of the champion; the exit code."""
    asked = _asked(arguments)
    # A workflow sets a secret that the repository lacks to nothing.
    if not os.environ.get("DATABASE_URL"):
        print("score: DATABASE_URL is not set; set it to the address of the database", file=sys.stderr)
        return 2
    try:
        engine = _engine(os.environ["DATABASE_URL"])
    except DataError as error:
        print(f"score: {error}", file=sys.stderr)
        return 2
    try:
        model = ringside.load(asked.version)
        count = sum(score(engine, model, asked))
    except RingsideError as error:
        print(f"score: {error}", file=sys.stderr)
        return 1
    except sa.exc.SQLAlchemyError as error:
        # Its own text may show values of rows, or the address.
        print(f"score: the database failed ({type(error).__name__})", file=sys.stderr)
        return 1
    finally:
        engine.dispose()
    print(f"score: {count:,} rows scored by {model.version}")
    return 0


def score(engine: sa.Engine, model: ringside.Model, asked: argparse.Namespace) -> Iterator[int]:
    """Score part after part; the count of each.

    Raises:
        DataError: a row is not what the model takes; nothing of its part is written.
        RegistryError: the model cannot predict.
    """
    rows = _columns_of(engine, asked.rows, asked.key, "name the table or view with --rows, and its key with --key.")
    keys = [rows.c[name] for name in asked.key]
    names = _prediction_names(model, rows, engine, asked)
    if names is None:
        return
    scores = _scores_table(asked.scores, keys, names, engine)
    done = sa.exists().where(scores.c.version == model.version, *(scores.c[key.name] == key for key in keys))
    wanted = sa.select(*_needed(rows, keys, model)).where(~done).order_by(*keys).limit(PART)
    while True:
        with engine.begin() as connection:
            frame = pd.read_sql(wanted, connection)
            if frame.empty:
                return
            _write(connection, scores, _scored(model, frame, asked.key))
        yield len(frame)


def _engine(address: str) -> sa.Engine:
    """The database; `postgresql://` means the driver that requirements.txt has.

    Raises:
        DataError: it is no address of PostgreSQL or SQLite, or its driver lacks.
    """
    remedy = "set it as in postgresql://scorer@db.example.org/shop or sqlite:////data/shop.db."
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        # The address may have a password, and what is wrong with it may be that.
        raise DataError("it is no address of a database", where="DATABASE_URL", remedy=remedy) from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in INSERT:
        found = f"{url.get_backend_name()} is not among the databases that this job writes to"
        raise DataError(found, where="DATABASE_URL", remedy=remedy)
    try:
        return sa.create_engine(url)
    except ImportError:
        remedy = "install it beside requirements.txt, or write the address without a driver."
        raise DataError(f"the driver {url.drivername} is not installed", where="DATABASE_URL", remedy=remedy) from None


def _columns_of(engine: sa.Engine, name: str, needed: Sequence[str], remedy: str) -> sa.Table:
    """A table or view as it is.

    Raises:
        DataError: there is none of this name, or it lacks a column.
    """
    try:
        table = sa.Table(name, sa.MetaData(), autoload_with=engine)
    except sa.exc.NoSuchTableError:
        raise DataError("there is no such table or view", where=name, remedy=remedy) from None
    if missing := [column for column in needed if column not in table.c]:
        raise DataError(f"it has no column {', '.join(map(repr, missing))}", where=name, remedy=remedy)
    return table


def _scored(model: ringside.Model, frame: pd.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """What is written for rows.

    Raises:
        DataError: a row has no key, or is not what the model takes.
    """
    if frame[list(keys)].isna().to_numpy().any():
        remedy = "leave such rows out (a view can), or name other columns with --key."
        raise DataError("a row has no key, so that nobody could tell its score", where=", ".join(keys), remedy=remedy)
    features = model.rows(frame[[name for name in frame if name in model.metadata.columns]])
    found = model.predict(features, check=True)
    made = frame[list(keys)].join(found)
    # A database knows no value of NumPy's.
    records = made.astype(object).to_dict("records")
    return [{**row, "version": model.version, "scored_at": datetime.now(UTC)} for row in records]


def _write(connection: sa.Connection, scores: sa.Table, records: list[dict[str, Any]]) -> None:
    """Rows that another job scored in between are left as they are."""
    insert = INSERT[connection.dialect.name](scores).on_conflict_do_nothing()
    connection.execute(insert, records)


def _needed(rows: sa.Table, keys: Sequence[sa.Column], model: ringside.Model) -> list[sa.Column]:
    """The key and what the model takes; a column that the table lacks is said by the model."""
    found = dict.fromkeys([*(key.name for key in keys), *(name for name in model.metadata.columns if name in rows.c)])
    return [rows.c[name] for name in found]


def _prediction_names(
    model: ringside.Model, rows: sa.Table, engine: sa.Engine, asked: argparse.Namespace
) -> list[str] | None:
    """What the model answers, by one row; None where there is none."""
    keys = [rows.c[name] for name in asked.key]
    with engine.connect() as connection:
        first = pd.read_sql(sa.select(*_needed(rows, keys, model)).limit(1), connection)
    if first.empty:
        return None
    answer = _scored(model, first, asked.key)[0]
    return [name for name in answer if name not in (*asked.key, "version", "scored_at")]


def _scores_table(name: str, keys: Sequence[sa.Column], names: Sequence[str], engine: sa.Engine) -> sa.Table:
    """The table of the scores, made where there is none.

    Raises:
        DataError: there is one of this name that was made for something else.
    """
    table = sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(key.name, key.type, primary_key=True, autoincrement=False) for key in keys),
        sa.Column("version", sa.String(32), primary_key=True),
        *(sa.Column(prediction, sa.Double, nullable=False) for prediction in names),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
    )
    table.create(engine, checkfirst=True)
    _columns_of(engine, name, table.c.keys(), "name another table with --scores; it is made where there is none.")
    return table


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", required=True, help="the table or view with the rows to score")
    parser.add_argument("--key", required=True, type=lambda text: text.split(","), help="its key: COLUMN[,COLUMN]")
    parser.add_argument("--scores", default="scores", help="the table that gets the scores")
    parser.add_argument("--version", default="champion", help="champion, or as in v1.2.0")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
