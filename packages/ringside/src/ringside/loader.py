"""Finds the task that params.yaml names and reads the parts that a stage needs, and no more."""

import functools
import importlib
import importlib.util
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from ringside.errors import RingsideError, SourceError, TaskError, told
from ringside.store.workspace import PARTITION_NAME
from ringside.task import Metric, Task, TrainParams

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import DataFrameSchema

CLASSIFIERS = ("binary", "multiclass")


class Source(Protocol):
    """What `source.py` of a task offers."""

    def partitions(self) -> list[str]:
        """The partitions that can be read now, in order."""
        ...

    def read(self, partition: str) -> "pd.DataFrame":
        """One partition, one row per identity."""
        ...

    def fingerprint(self, partition: str) -> str | None:
        """A text that changes when the answer of `read` could have changed; None where that cannot be told."""
        ...


class _SourceModule:
    """A `source.py` seen as a `Source`: whatever its functions raise becomes an error that names the place."""

    def __init__(self, task: Task, module: ModuleType) -> None:
        self._task = task
        self._module = module

    def partitions(self) -> list[str]:
        """The partitions, in order.

        Raises:
            TaskError: they are no list of names, or out of order, or doubled.
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
        """One partition as the source answers it now.

        Raises:
            SourceError: the source cannot be reached or cannot answer.
        """
        return cast("pd.DataFrame", self._call("read", partition))

    def fingerprint(self, partition: str) -> str | None:
        """The source's fingerprint of a partition, or None where `source.py` has no such function.

        Raises:
            SourceError: the source cannot be reached.
        """
        if not hasattr(self._module, "fingerprint"):
            return None
        return str(self._call("fingerprint", partition))

    @property
    def path(self) -> str | None:
        """The file or folder that the source is, from the root of the repository; None where it is anything else."""
        path = getattr(getattr(self._module.partitions, "__self__", None), "path", None)
        return path if isinstance(path, str) else None

    def _call(self, function: str, *args: str) -> Any:  # noqa: ANN401  # each caller states the type
        try:
            answer = getattr(self._module, function)(*args)
            # A generator fails only when it is asked, so it is asked here.
            return list(answer) if isinstance(answer, Iterator) else answer
        except RingsideError:
            # Of `ringside.sources`, which says by itself what, where and what to do.
            raise
        except Exception as error:
            call = f"{function}({', '.join(map(repr, args))})"
            raise SourceError(
                f"the source cannot be read: {type(error).__name__}: {told(error)}",
                where=f"task {self._task.name!r}, source.py, `{call}`",
                remedy="see that the source can be reached from here and run again; nothing was changed.",
            ) from error


class LateSource:
    """A task's source that is imported when it is first asked: what is in a cache needs no source."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @functools.cached_property
    def _source(self) -> "_SourceModule":
        return load_source(self._task)

    @property
    def path(self) -> str | None:
        """The file or folder that the source is; None where it is anything else."""
        return self._source.path

    def partitions(self) -> list[str]:
        """As `load_source` and its answer."""
        return self._source.partitions()

    def read(self, partition: str) -> "pd.DataFrame":
        """As `load_source` and its answer."""
        return self._source.read(partition)

    def fingerprint(self, partition: str) -> str | None:
        """As `load_source` and its answer."""
        return self._source.fingerprint(partition)


def load_task(root: Path, name: str) -> Task:
    """The `TASK` of the package `name` under `root/src`, or of an installed package of that name.

    Raises:
        TaskError: there is no such package, or its `TASK` is none, or a fact of it does not hold.
    """
    source = str(root / "src")
    if source not in sys.path:
        sys.path.insert(0, source)
    task = getattr(_module(name, None), "TASK", None)
    where = f"task {name!r}, __init__.py"
    if not isinstance(task, Task):
        raise TaskError("there is no `TASK`", where=where, remedy="state `TASK = Task(...)` with ringside.task.Task.")
    if task.name != name:
        remedy = f"set `name={name!r}`, or `task: {task.name}` in params.yaml."
        raise TaskError(f"its `name` is {task.name!r}", where=f"task {name!r}, field `name`", remedy=remedy)
    return task


def load_source(task: Task) -> _SourceModule:
    """The task's source.

    Raises:
        TaskError: `source.py` is missing, cannot be imported or lacks a function.
    """
    return _SourceModule(task, _module(task.name, "source", "partitions", "read"))


def load_schema(task: Task) -> "DataFrameSchema":
    """The task's pandera schema, in which every column that the facts name stands.

    Raises:
        TaskError: `schema.py` is missing or has no schema, or a fact names no column of it, or the identity or the
            group may be missing.
    """
    schema = _module(task.name, "schema", "SCHEMA").SCHEMA
    schema = schema.to_schema() if hasattr(schema, "to_schema") else schema
    if not hasattr(schema, "columns") or not hasattr(schema, "validate"):
        where = f"task {task.name!r}, schema.py, `SCHEMA`"
        raise TaskError("it is no pandera schema", where=where, remedy="make it a pandera.pandas.DataFrameSchema.")
    for column, field in task.columns.items():
        if column not in schema.columns:
            raise TaskError(
                f"{column!r} is no column of the schema ({', '.join(map(str, schema.columns))})",
                where=f"task {task.name!r}, field `{field}`",
                remedy=f"add {column!r} to SCHEMA in schema.py, or name a column that is there.",
            )
        if field in ("identity", "group") and getattr(schema.columns[column], "nullable", False):
            raise TaskError(
                f"{column!r} may be missing by the schema",
                where=f"task {task.name!r}, field `{field}`",
                remedy="let SCHEMA say nullable=False for it; rows without it then go to quarantine.",
            )
    return cast("DataFrameSchema", schema)


def load_model_builder(task: Task) -> Callable[[TrainParams], Any]:
    """The task's `build_model`; what it answers is checked when it is called.

    Raises:
        TaskError: `model.py` is missing, or `build_model` answers no estimator of the task's kind.
    """
    build_model = _module(task.name, "model", "build_model").build_model
    where = f"task {task.name!r}, model.py, `build_model`"

    def checked(params: TrainParams) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
        """What `build_model` answers, if it is an estimator of the task's kind."""
        try:
            estimator = build_model(params)
        except Exception as error:
            found = f"it raised {type(error).__name__}: {error}"
            raise TaskError(found, where=where, remedy="correct it, or the parameters that `train` states.") from error
        if isinstance(estimator, type) or not hasattr(estimator, "fit") or not hasattr(estimator, "predict"):
            found = f"it returned {type(estimator).__name__}, which is no estimator"
            raise TaskError(found, where=where, remedy="return an estimator of scikit-learn, usually a Pipeline.")
        if task.kind in CLASSIFIERS and not hasattr(estimator, "predict_proba"):
            found = f"{type(estimator).__name__} has no `predict_proba`, which kind {task.kind!r} needs"
            remedy = "choose a classifier with probabilities, or wrap it in sklearn.calibration.CalibratedClassifierCV."
            raise TaskError(found, where=where, remedy=remedy)
        return estimator

    return checked


def load_metrics(task: Task) -> tuple[Metric, ...]:
    """The measures of the task's own; none where it has no `metrics.py`.

    Raises:
        TaskError: `metrics.py` cannot be imported, or its `METRICS` is no sequence of `ringside.task.Metric`.
    """
    if importlib.util.find_spec(f"{task.name}.metrics") is None:
        return ()
    found = _module(task.name, "metrics", "METRICS").METRICS
    if isinstance(found, str) or not isinstance(found, Iterable) or not all(isinstance(m, Metric) for m in found):
        where = f"task {task.name!r}, metrics.py, `METRICS`"
        raise TaskError("it is no sequence of metrics", where=where, remedy="list objects of ringside.task.Metric.")
    return tuple(found)


def _module(package: str, module: str | None, *names: str) -> ModuleType:
    """`package.module`, which offers `names`."""
    path = package if module is None else f"{package}.{module}"
    where = f"task {package!r}, {module or '__init__'}.py"
    try:
        loaded = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name not in (path, package):
            found = f"it imports {error.name!r}, which is not installed"
            remedy = "declare the package in pyproject.toml, then run `make requirements` and `make run`."
            raise TaskError(found, where=where, remedy=remedy) from error
        found = f"there is no src/{path.replace('.', '/')}"
        remedy = "write it (ringside.task says what belongs there), or name another task in params.yaml."
        raise TaskError(found, where=where, remedy=remedy) from None
    except TaskError:
        raise
    except Exception as error:
        found = f"it cannot be imported: {type(error).__name__}: {error}"
        raise TaskError(found, where=where, remedy="correct the file; the message names the line.") from error
    for name in names:
        if not hasattr(loaded, name):
            raise TaskError(f"there is no `{name}`", where=where, remedy="ringside.task says what belongs there.")
    return loaded
