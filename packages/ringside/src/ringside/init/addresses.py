"""The address in `--from`: a file, a URL that DVC downloads, or a database; none of them may contain a secret."""

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
"""URL schemes of files that DVC downloads; every other scheme is a database."""

_DRIVERS = {"postgresql": ["psycopg[binary]>=3.2"], "mysql": ["pymysql>=1.1"], "mariadb": ["pymysql>=1.1"]}
_ALSO = {"postgres": "postgresql"}
"""Other scheme names for the same kind of database."""
_PORTS = {"postgresql": "5432", "mysql": "3306", "mariadb": "3306"}
_USER = re.compile(r"^([\w+]+://)([^:/@]*)(:[^@]*)?@")
"""User and password of a URL; as in SQLAlchemy, a password may contain any character except `@`."""
_SECRET = re.compile(r"sig|token|secret|password|credential|(^|[-_])(api)?key$", re.IGNORECASE)


def is_database(text: str) -> bool:
    """Return whether an address is the URL of a database."""
    match = _URL.match(text)
    return bool(match) and match[1].lower() not in (*_FILES_AT, "file")  # type: ignore[index]


def is_far(text: str) -> bool:
    """Return whether an address is the URL of a file that DVC downloads."""
    match = _URL.match(text)
    return bool(match) and match[1].lower() in _FILES_AT  # type: ignore[index]


def absolute(url: str) -> str:
    """Return a database URL that is valid in every working directory: make the path of a SQLite file absolute."""
    scheme, _, path = url.partition(":///")
    if scheme.split("+")[0].lower() != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{scheme}:///{Path(path).expanduser().resolve()}"


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for any other database."""
    scheme, _, path = absolute(url).partition(":///")
    return Path(path) if scheme.split("+")[0].lower() == "sqlite" and path.startswith("/") else None


def has_password(url: str) -> bool:
    """Return whether a URL contains a password."""
    match = _USER.match(url)
    return bool(match and match[3] and match[3] != ":")


def same_database(one: str, other: str) -> bool:
    """Return whether two URLs name the same database; user and password are ignored."""
    return _database(one) == _database(other)


def _database(url: str) -> tuple[str, str, str, str]:
    """Return kind, host, port and name of a database."""
    parts = urlsplit(_USER.sub(r"\1", absolute(url)))
    kind = _kind(url)
    host, _, port = parts.netloc.lower().partition(":")
    return kind, host, port or _PORTS.get(kind, ""), parts.path


def packages(url: str) -> list[str]:
    """Return the Python packages that are needed to query a database."""
    return ["sqlalchemy>=2.0.40", *_DRIVERS.get(_kind(url), [])]


def _kind(url: str) -> str:
    kind = re.split(r"[+:]", url, maxsplit=1)[0].lower()
    return _ALSO.get(kind, kind)


def refuse_secret(url: str, where: str) -> None:
    """Raise if DVC would write a secret into a file that Git tracks.

    Raises:
        UsageError: the URL contains a password, a token or a signature.
    """
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True) if _SECRET.search(name)]
    if not names and not has_password(url):
        return
    what = f"a secret in it ({names[0]})" if names else "a password in it"
    remedy = (
        "remove it from the URL and pass it to DVC outside Git: by the cloud's environment variables or login, or by "
        "`dvc remote modify --local` (docs/remotes.md)."
    )
    raise UsageError(f"{bare(url)} has {what}, and DVC would write it into a tracked file", where=where, remedy=remedy)


def bare(url: str) -> str:
    """Return a URL without user, password and query, which may be secret."""
    return re.sub(r"//[^/@]*@", "//", url.split("?", 1)[0])
