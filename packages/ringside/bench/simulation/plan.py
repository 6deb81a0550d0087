"""Which cells there are, and the seed of each: nothing else chooses what is published."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ringside.codes import Kind
from simulation.cells import Cell, simulate
from simulation.worlds import DRAW, RARE, Random, Setting, truths

SEED = 2013
GROUPS = 7, 10, 30, 90

_GROUPS_LIKE = (
    Setting("equal sizes"),
    Setting("log-normal sizes, 1", sigma=1),
    Setting("log-normal sizes, 1.5", sigma=1.5),
    Setting("heavy-tailed effects", heavy=True),
    Setting("size by outcome", sigma=0.7, informative=0.6),
    Setting("in time, independent", ordered=True),
    Setting("in time, correlated 0.3", ordered=True, autocorrelation=0.3),
    Setting("in time, correlated 0.5", ordered=True, autocorrelation=0.5),
)
SETTINGS: Mapping[Kind, tuple[Setting, ...]] = {
    "binary": (*_GROUPS_LIKE, Setting("rare positives", intercept=RARE)),
    "multiclass": _GROUPS_LIKE,
    "regression": (
        Setting("normal errors"),
        Setting("normal, log-normal sizes, 1", sigma=1),
        Setting("normal, in time, correlated 0.5", ordered=True, autocorrelation=0.5),
        Setting("Student's t errors", errors="t3"),
        Setting("log-normal errors", errors="log-normal"),
        Setting("Student's t blunders", blunders="t3"),
        Setting("log-normal blunders", blunders="log-normal"),
    ),
}


@dataclass(frozen=True)
class Task:
    """One cell to run."""

    kind: Kind
    position: int
    """Of the setting among those of its kind."""
    groups: int

    @property
    def setting(self) -> Setting:
        """What its groups are like."""
        return SETTINGS[self.kind][self.position]

    def seeded(self, groups: int) -> Random:
        """The generator of the cell, or with 0 that of the setting's truth."""
        return np.random.default_rng([SEED, list(SETTINGS).index(self.kind), self.position, groups])


def tasks(kind: Kind) -> list[Task]:
    """The cells of a kind, by setting and number of groups."""
    return [Task(kind, position, groups) for position in range(len(SETTINGS[kind])) for groups in GROUPS]


def truths_of(task: Task) -> dict[str, float]:
    """The true differences of the cell's setting, by metric."""
    return truths(task.kind, task.setting, task.seeded(0))


def cell(task: Task, windows: int, known: Mapping[str, float]) -> Cell:
    """Run a cell; `known` are the true differences by metric, and which metrics are looked at."""
    draw = functools.partial(DRAW[task.kind], task.setting, task.groups, task.seeded(task.groups))
    return simulate(task.kind, draw, windows, known)
