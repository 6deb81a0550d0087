"""The interface between a task and the package: the only module of `ringside` that a task imports.

A task is a package under `src/` with four files, each read by the stages that need it and by no other, so that an
edit of the model never reads data again:

    __init__.py   `TASK = Task(...)`: the facts below, and the parameters that `build_model` takes
    source.py     `partitions() -> list[str]`, in order, and `read(partition) -> DataFrame`; and, where the source can
                  tell cheaply whether its answer could have changed, `fingerprint(partition) -> str`
    schema.py     `SCHEMA`, a pandera `DataFrameSchema` of the columns that `read` answers
    model.py      `build_model(params) -> estimator` of scikit-learn, which takes the validated columns as they are:
                  all feature work is inside its `Pipeline`, so that training and serving can never differ

and, if there is one,

    metrics.py    `METRICS`, a sequence of `Metric`: measures of the task's own, such as money lost by wrong decisions

Nothing is inherited and nothing is registered: `params.yaml` names the package, `ringside.loader` reads it. A source
that is a file, a folder or a query needs no code of its own: `File`, `Folder` and `Database` are offered here too.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ringside.common.task import Kind, Metric, Task, TrainParams
from ringside.errors import TaskError

if TYPE_CHECKING:
    from ringside.sources import Database, File, Folder

__all__ = ["Database", "Field", "File", "Folder", "Kind", "Metric", "Task", "TaskError", "TrainParams"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # of several types
    """The sources, imported when one is asked for: stages read none, and so depend on none of their code."""
    if name in ("Database", "File", "Folder"):
        import ringside.sources

        return getattr(ringside.sources, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
