"""The parts of a task that no stage reads (its source and its metrics), beside those that stages read."""

import functools
import importlib.util
import itertools
import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from ringside.common.loader import load_part, load_task
from ringside.common.task import Metric, Task
from ringside.common.workspace import PARTITION_NAME
from ringside.errors import RingsideError, SourceError, TaskError, told
from ringside.pipeline.train.model_builder import load_model_builder
from ringside.pipeline.validate.schema import load_schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LateSource", "Source", "load_metrics", "load_model_builder", "load_schema", "load_source", "load_task"]


class Source(Protocol):
    """Interface of a task's `source.py`."""

    def partitions(self) -> list[str]:
        """Return the partitions that can be read now, in order."""
        ...

    def read(self, partition: str) -> "pd.DataFrame":
        """Return one partition, one row per identity."""
        ...

    def fingerprint(self, partition: str) -> str | None:
        """Return a text that changes if the result of `read` may have changed; None if that is unknown."""
        ...


class _SourceModule:
    """A `source.py` module as a `Source`: any exception of its functions becomes an error that names the place."""

    def __init__(self, task: Task, module: ModuleType) -> None:
        self._task = task
        self._module = module

    def partitions(self) -> list[str]:
        """Return the partitions, in order.

        Raises:
            TaskError: the result is not a list of names, is not sorted, or contains duplicates.
            SourceError: the source cannot be reached.
        """
        where = f"task {self._task.name!r}, source.py, `partitions()`"
        remedy = "let it return each name once, in the order of the alphabet (2013-09 before 2013-10, 09 before 10)."
        answer = self._call("partitions")
        if isinstance(answer, str) or not isinstance(answer, Iterable):
            raise TaskError(f"it answered {answer!r}, which is no list of names", where=where, remedy=remedy)
        names = list(answer)
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(PARTITION_NAME, name):
                raise TaskError(f"{name!r} is no name for a partition", where=where, remedy=f"use {PARTITION_NAME}.")
        for before, after in itertools.pairwise(names):
            if after == before:
                raise TaskError(f"{after} stands more than once", where=where, remedy=remedy)
            if after < before:
                raise TaskError(f"out of order: {after} comes after {before}", where=where, remedy=remedy)
        return names

    def read(self, partition: str) -> "pd.DataFrame":
        """Return one partition as the source has it now.

        Raises:
            SourceError: the source cannot be reached or fails.
        """
        return cast("pd.DataFrame", self._call("read", partition))

    def fingerprint(self, partition: str) -> str | None:
        """Return the source's fingerprint of a partition, or None if `source.py` has no such function.

        Raises:
            SourceError: the source cannot be reached.
        """
        if not hasattr(self._module, "fingerprint"):
            return None
        return str(self._call("fingerprint", partition))

    @property
    def path(self) -> str | None:
        """Return the file or folder of the source, relative to the root of the repository; None for other sources."""
        path = getattr(getattr(self._module.partitions, "__self__", None), "path", None)
        return path if isinstance(path, str) else None

    def _call(self, function: str, *args: str) -> Any:  # noqa: ANN401  # each caller states the type
        try:
            answer = getattr(self._module, function)(*args)
            # A generator fails only during iteration, so it is consumed here.
            return list(answer) if isinstance(answer, Iterator) else answer
        except RingsideError:
            # An error of `ringside.sources` already has a message, a place and a remedy.
            raise
        except Exception as error:
            call = f"{function}({', '.join(map(repr, args))})"
            raise SourceError(
                f"the source cannot be read: {type(error).__name__}: {told(error)}",
                where=f"task {self._task.name!r}, source.py, `{call}`",
                remedy="see that the source can be reached from here and run again; nothing was changed.",
            ) from error


class LateSource:
    """A task's source that is imported on first use: data in a cache need no source."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @functools.cached_property
    def _source(self) -> "_SourceModule":
        return load_source(self._task)

    @property
    def path(self) -> str | None:
        """Return the file or folder of the source; None for other sources."""
        return self._source.path

    def partitions(self) -> list[str]:
        """Return the partitions; see `load_source`."""
        return self._source.partitions()

    def read(self, partition: str) -> "pd.DataFrame":
        """Return one partition; see `load_source`."""
        return self._source.read(partition)

    def fingerprint(self, partition: str) -> str | None:
        """Return the fingerprint of a partition; see `load_source`."""
        return self._source.fingerprint(partition)


def load_source(task: Task) -> _SourceModule:
    """Return the task's source.

    Raises:
        TaskError: `source.py` is missing, cannot be imported or does not define a function.
    """
    return _SourceModule(task, load_part(task.name, "source", "partitions", "read"))


def load_metrics(task: Task) -> tuple[Metric, ...]:
    """Return the task's own metrics; empty if it has no `metrics.py`.

    Raises:
        TaskError: `metrics.py` cannot be imported, or its `METRICS` is not a sequence of `ringside.task.Metric`.
    """
    if importlib.util.find_spec(f"{task.name}.metrics") is None:
        return ()
    found = load_part(task.name, "metrics", "METRICS").METRICS
    if isinstance(found, str) or not isinstance(found, Iterable) or not all(isinstance(m, Metric) for m in found):
        where = f"task {task.name!r}, metrics.py, `METRICS`"
        raise TaskError("it is no sequence of metrics", where=where, remedy="list objects of ringside.task.Metric.")
    return tuple(found)
