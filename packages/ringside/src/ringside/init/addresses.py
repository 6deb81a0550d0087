"""What `--from` can be: a file, a file that DVC brings, or a database; and what must not stand in it."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from ringside.errors import UsageError

_URL = re.compile(r"^([a-z][a-z0-9]*)(\+[a-z0-9]+)?://", re.IGNORECASE)
_FILES_AT = (
    "s3",
    "gs",
    "gcs",
    "azure",
    "abfs",
    "abfss",
    "adl",
    "ssh",
    "http",
    "https",
    "webdav",
    "webdavs",
    "hdfs",
    "oss",
)
"""URLs of files that DVC brings; any other is a database's."""

_DRIVERS = {"postgresql": ["psycopg[binary]>=3.2"], "mysql": ["pymysql>=1.1"], "mariadb": ["pymysql>=1.1"]}
_ALSO = {"postgres": "postgresql"}
"""Names that some services give a kind of database."""
_PORTS = {"postgresql": "5432", "mysql": "3306", "mariadb": "3306"}
_USER = re.compile(r"^([\w+]+://)([^:/@]*)(:[^@]*)?@")
"""A password may hold any sign but `@`, as SQLAlchemy reads it."""
_SECRET = re.compile(r"sig|token|secret|password|credential|(^|[-_])(api)?key$", re.IGNORECASE)


def is_database(text: str) -> bool:
    """Whether a source is a database's URL."""
    found = _URL.match(text)
    return bool(found) and found[1].lower() not in (*_FILES_AT, "file")  # type: ignore[index]


def is_far(text: str) -> bool:
    """Whether a source is the URL of a file that DVC brings."""
    found = _URL.match(text)
    return bool(found) and found[1].lower() in _FILES_AT  # type: ignore[index]


def absolute(url: str) -> str:
    """A database's URL that means the same in every folder: only SQLite's files are named from where one is."""
    scheme, _, path = url.partition(":///")
    if scheme.split("+")[0].lower() != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{scheme}:///{Path(path).expanduser().resolve()}"


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None where a URL is of another."""
    scheme, _, path = absolute(url).partition(":///")
    return Path(path) if scheme.split("+")[0].lower() == "sqlite" and path.startswith("/") else None


def has_password(url: str) -> bool:
    """Whether a URL has a password in it."""
    found = _USER.match(url)
    return bool(found and found[3] and found[3] != ":")


def same_database(one: str, other: str) -> bool:
    """Whether two URLs name one database, whoever asks it and with whatever password."""
    return _database(one) == _database(other)


def _database(url: str) -> tuple[str, str, str, str]:
    """Kind, host, port and name."""
    found = urlsplit(_USER.sub(r"\1", absolute(url)))
    kind = _kind(url)
    host, _, port = found.netloc.lower().partition(":")
    return kind, host, port or _PORTS.get(kind, ""), found.path


def packages(url: str) -> list[str]:
    """What a source needs to ask a database, beside Python itself."""
    return ["sqlalchemy>=2.0.40", *_DRIVERS.get(_kind(url), [])]


def _kind(url: str) -> str:
    kind = re.split(r"[+:]", url, maxsplit=1)[0].lower()
    return _ALSO.get(kind, kind)


def refuse_secret(url: str, where: str) -> None:
    """Stop where a secret would stand in a file of DVC's that Git tracks.

    Raises:
        UsageError: the URL has a password, or a signature.
    """
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True) if _SECRET.search(name)]
    if not names and not has_password(url):
        return
    what = f"a secret in it ({names[0]})" if names else "a password in it"
    remedy = (
        "leave it out, and give it to DVC where Git does not look: the cloud's own variables or log-in, or "
        "`dvc remote modify --local` (docs/remotes.md)."
    )
    raise UsageError(f"{bare(url)} has {what}, and DVC writes it into a file of Git's", where=where, remedy=remedy)


def bare(url: str) -> str:
    """A URL without what may be secret in it."""
    return re.sub(r"//[^/@]*@", "//", url.split("?", 1)[0])
