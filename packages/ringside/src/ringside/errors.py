"""The exceptions of Ringside and their exit codes.

    RingsideError            exit 1: an error
    ├── UsageError           exit 2: the command line or params.yaml asks for something impossible
    ├── TaskError            a task breaks the interface of `ringside.task`
    ├── SourceError          a source cannot be reached, or returns other data than before
    ├── DataError            a partition, the manifest or the labels are invalid
    ├── ModelError           a model cannot be fitted, or a model file cannot be trusted
    ├── StoreError           a file cannot be written, or the repository is in an invalid state
    ├── ReportError          a report is incomplete or was not written by Ringside
    ├── RegistryError        the registry cannot be read, or contains invalid data
    │   └── ReleaseExistsError   another process published the version first
    └── GitHubError          GitHub does not respond, or refuses the request

Every error contains what was found, where, and what to do next; only the command line formats it for people.

Messages within `values_hidden` leave out texts that quote a row (`quoted`, `told`), for logs that can be read by people
who may not see the rows.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HIDDEN = "(not shown, since the data are not public)"
_STATE = {"hides": False}


@contextmanager
def values_hidden(*, hides: bool = True) -> Iterator[None]:
    """Hide the values of rows in all messages of this process within the block; change nothing if `hides` is false."""
    before = _STATE["hides"]
    _STATE["hides"] = hides or before
    try:
        yield
    finally:
        _STATE["hides"] = before


def hides_values() -> bool:
    """Return whether this is within `values_hidden`."""
    return _STATE["hides"]


def quoted(value: object) -> str:
    """Return a value of a row as messages show it."""
    return HIDDEN if _STATE["hides"] else repr(value)


def told(error: object, most: int = 1000) -> str:
    """Return a library's message about rows in one line; it may quote them.

    Args:
        error: the exception.
        most: the largest number of characters.
    """
    return shown(" ".join(str(error).split())[:most])


def shown(text: str) -> str:
    """Return a text that may quote a row, as messages show it."""
    return HIDDEN if _STATE["hides"] else text


class RingsideError(Exception):
    """An error that a person can act on.

    Args:
        found: what was found, one sentence without a final full stop, or with a table on further lines.
        where: the file, key, task or partition that it was found in.
        remedy: what to do next, one sentence.
    """

    exit_code = 1

    def __init__(self, found: str, *, where: str, remedy: str) -> None:
        super().__init__(found)
        self.found = found
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling between processes: the constructor takes the place and the remedy by name."""
        return functools.partial(type(self), where=self.where, remedy=self.remedy), (self.found,), self.__dict__

    def __str__(self) -> str:
        # A table of findings ends with its last line.
        stop = "" if "\n" in self.found else "."
        return f"{self.where}: {self.found}{stop}\n  What to do: {self.remedy}"


class UsageError(RingsideError):
    """Error of a command line or a params.yaml that asks for something impossible."""

    exit_code = 2


class TaskError(RingsideError):
    """Error of a task that breaks the interface of `ringside.task`."""


class SourceError(RingsideError):
    """Error of a source that cannot be reached, or returns a partition that differs from the manifest.

    Args:
        found: see `RingsideError`; the same for `where` and `remedy`.
        where: the source.
        remedy: what to do next.
        unreadable: whether the data cannot be read from here (no network, no credentials), so that nothing is known
            about them; false for a wrong result and for code that fails.
    """

    def __init__(self, found: str, *, where: str, remedy: str, unreadable: bool = False) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.unreadable = unreadable


class DataError(RingsideError):
    """Error of a partition, a manifest or labels that are invalid."""


class ModelError(RingsideError):
    """Error of a model that cannot be fitted or used, or whose file cannot be trusted."""


class StoreError(RingsideError):
    """Error of a file that cannot be read or written, or of a repository in an invalid state."""


class ReportError(RingsideError):
    """Error of a report that is incomplete or was not written by Ringside."""


class RegistryError(RingsideError):
    """Error of a registry that cannot be read, or contains invalid data.

    Args:
        found: see `RingsideError`; the same for `where` and `remedy`.
        where: the registry or release.
        remedy: what to do next.
        state: the state in the verdict, one of `ringside.verdict.rules.RivalState`; None if there is none for it.
    """

    def __init__(self, found: str, *, where: str, remedy: str, state: str | None = None) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.state = state


class ReleaseExistsError(RegistryError):
    """Error of a version that another process published first."""


class GitHubError(RingsideError):
    """Error of a request to GitHub without a response, or that GitHub refuses.

    Args:
        found: see `RingsideError`; the same for `where` and `remedy`.
        where: the request.
        remedy: what to do next.
        status: the HTTP status, such as 404; None if there was no response.
        final: whether a retry is of no use.
    """

    def __init__(self, found: str, *, where: str, remedy: str, status: int | None = None, final: bool = False) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.status = status
        self.final = final
