"""Imports the task that params.yaml names, and only the parts of it that a stage needs."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from ringside.common.task import Task
from ringside.errors import TaskError


def load_task(root: Path, name: str) -> Task:
    """Return the `TASK` of the package `name` under `root/src`, or of an installed package of that name.

    Raises:
        TaskError: there is no such package, or its `TASK` is missing or invalid.
    """
    source = str(root / "src")
    if source not in sys.path:
        sys.path.insert(0, source)
    task = getattr(load_part(name, None), "TASK", None)
    where = f"task {name!r}, __init__.py"
    if not isinstance(task, Task):
        raise TaskError("there is no `TASK`", where=where, remedy="state `TASK = Task(...)` with ringside.task.Task.")
    if task.name != name:
        remedy = f"set `name={name!r}`, or `task: {task.name}` in params.yaml."
        raise TaskError(f"its `name` is {task.name!r}", where=f"task {name!r}, field `name`", remedy=remedy)
    return task


def load_part(package: str, module: str | None, *names: str) -> ModuleType:
    """Import `package.module`.

    Args:
        package: the task's package.
        module: the module of that package; None for the package itself.
        names: the names that the module must define.

    Raises:
        TaskError: the module is missing, cannot be imported or does not define a name.
    """
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
