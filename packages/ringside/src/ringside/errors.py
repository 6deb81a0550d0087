"""What can go wrong, in one small tree.

    RingsideError            exit 1: something broke
    ├── UsageError           exit 2: the command line or params.yaml asks for the impossible
    ├── TaskError            a task breaks the interface of `ringside.task`
    ├── SourceError          a source cannot be reached, or answers something else than before
    ├── DataError            a partition, the manifest or the labels are not what they must be
    ├── ModelError           a model cannot be fitted, or a model file cannot be trusted
    ├── StoreError           a file cannot be written, or the repository is not in order
    ├── ReportError          a report is not ours, or not whole
    ├── RegistryError        the registry cannot be asked, or holds what it must not
    │   └── ReleaseExistsError   a version was published by somebody else in between
    └── GitHubError          GitHub gives no answer, or refuses

Every error says what was found, where, and what to do next; only the command line turns it into text for people.

What quotes a row (`quoted`, `told`) is left out where logs may be read by people who may not see the rows: within
`values_hidden`.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HIDDEN = "(not shown, since the data are not public)"
_STATE = {"hides": False}


@contextmanager
def values_hidden(*, hides: bool = True) -> Iterator[None]:
    """Within this, no message of this process quotes a value of a row; as before, where `hides` is false."""
    before = _STATE["hides"]
    _STATE["hides"] = hides or before
    try:
        yield
    finally:
        _STATE["hides"] = before


def hides_values() -> bool:
    """Whether this is within `values_hidden`."""
    return _STATE["hides"]


def quoted(value: object) -> str:
    """A value of a row as a message has it."""
    return HIDDEN if _STATE["hides"] else repr(value)


def told(error: object, most: int = 1000) -> str:
    """What a library said of rows, in one line: it may quote them.

    Args:
        error: what was raised.
        most: characters.
    """
    return shown(" ".join(str(error).split())[:most])


def shown(text: str) -> str:
    """A text that may quote a row."""
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
        """For processes that hand their errors on: the constructor takes the place and the remedy by name."""
        return functools.partial(type(self), where=self.where, remedy=self.remedy), (self.found,), self.__dict__

    def __str__(self) -> str:
        # A table of findings ends with its last line.
        stop = "" if "\n" in self.found else "."
        return f"{self.where}: {self.found}{stop}\n  What to do: {self.remedy}"


class UsageError(RingsideError):
    """The command line or params.yaml asks for something that cannot be."""

    exit_code = 2


class TaskError(RingsideError):
    """A task breaks the interface of `ringside.task`."""


class SourceError(RingsideError):
    """A source cannot be reached, or answers a partition differently than the manifest says.

    Args:
        found: as `RingsideError`, like `where` and `remedy`.
        where: what was asked.
        remedy: what to do next.
        unreadable: whether the data cannot be had from here (no network, no credentials), so that nothing can be said
            of them; an answer that is wrong, and code that fails, are not.
    """

    def __init__(self, found: str, *, where: str, remedy: str, unreadable: bool = False) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.unreadable = unreadable


class DataError(RingsideError):
    """A partition, the manifest or the labels are not what they must be."""


class ModelError(RingsideError):
    """A model cannot be fitted or used, or its file cannot be trusted."""


class StoreError(RingsideError):
    """A file cannot be read or written, or the repository is not in order."""


class ReportError(RingsideError):
    """A report is not ours, or not whole."""


class RegistryError(RingsideError):
    """The registry cannot be asked, or holds what it must not.

    Args:
        found: as `RingsideError`, like `where` and `remedy`.
        where: what was asked.
        remedy: what to do next.
        state: what the verdict calls it, one of `ringside.verdict.rules.RivalState`; None where it has no word for it.
    """

    def __init__(self, found: str, *, where: str, remedy: str, state: str | None = None) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.state = state


class ReleaseExistsError(RegistryError):
    """A version was published by somebody else in between."""


class GitHubError(RingsideError):
    """GitHub gives no answer, or refuses.

    Args:
        found: as `RingsideError`, like `where` and `remedy`.
        where: what was asked.
        remedy: what to do next.
        status: of the answer, as 404; None where there was none.
        final: whether asking again is of no use.
    """

    def __init__(self, found: str, *, where: str, remedy: str, status: int | None = None, final: bool = False) -> None:
        super().__init__(found, where=where, remedy=remedy)
        self.status = status
        self.final = final
