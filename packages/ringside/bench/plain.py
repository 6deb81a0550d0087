"""The same work without DVC: one Python process that calls the functions of ingest and of the four stages in order.

Run in a checkout; it writes what ingest and `dvc repro` write, but for DVC's own files. `bench/run.py` times it.
"""

import sys
from pathlib import Path
from typing import Self

from ringside.cli import stages
from ringside.data.ingest import Ingest
from ringside.loader import load_source, load_task
from ringside.params import read_params
from ringside.store import dvc
from ringside.store.workspace import Workspace


class _NoDvc:
    """Adds nothing."""

    def __init__(self, *_: object) -> None:
        """Take what `PendingAdd` takes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self) -> None:
        """Do nothing."""


def main(until: str) -> None:
    """Ingest up to `until` and run the stages."""
    dvc.PendingAdd = _NoDvc  # what is measured is everything but DVC
    workspace = Workspace.find(Path.cwd())
    task = load_task(workspace.root, read_params(workspace.params).task)
    Ingest(workspace, task, load_source(task)).new(until=until)
    for stage in (stages.validate, stages.split, stages.train, stages.evaluate):
        stage()


if __name__ == "__main__":
    main(sys.argv[1])
