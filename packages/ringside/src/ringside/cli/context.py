"""The checkout that a command works on: its folder, its parameters and its task."""

from dataclasses import dataclass
from pathlib import Path

from ringside.common.context import check_dvc_yaml
from ringside.common.loader import load_task
from ringside.common.task import Task
from ringside.params import Params, read_params, train_params
from ringside.store.workspace import Workspace


@dataclass(frozen=True)
class Context:
    """The repository, its parameters and its task, all checked."""

    workspace: Workspace
    params: Params
    task: Task


def load_context() -> Context:
    """Return the repository, its parameters and its task, all checked before any work.

    Raises:
        UsageError: params.yaml is invalid, or dvc.yaml names the files of another task.
        TaskError: the task cannot be imported, or one of its values is wrong.
        StoreError: the current folder is in no checkout.
    """
    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    train_params(params, task.train_params)
    check_dvc_yaml(workspace, task)
    return Context(workspace, params, task)
