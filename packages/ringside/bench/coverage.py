"""How often the verdict is right where the truth is known: `make coverage`.

Draws test windows from worlds whose true differences are known, judges each with `ringside.verdict`, and writes
summaries into docs/statistics.md and every cell into packages/ringside/docs/simulations.md. Seeds stand in the code, so
the same code finds the same figures.
"""

from collections.abc import Callable, Iterable, Sequence
from multiprocessing.pool import Pool

import numpy as np

from ringside.codes import Kind
from ringside.verdict.policy import Policy, Tolerance
from simulation import years
from simulation.cells import ASKED, USES, Cell
from simulation.pages import percent, publish, table
from simulation.plan import GROUPS, SEED, SETTINGS, Task, cell, tasks, truths_of
from simulation.processes import workers

WINDOWS = 1000
YEARS = 1000
COLUMNS: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "binary": (
        ("log_loss", "brier", "roc_auc", "average_precision", "calibration"),
        ("precision", "recall", "f1", "precision_at_top", "lift_at_top"),
    ),
    "multiclass": (("log_loss", "accuracy", "macro_f1"),),
    "regression": (("mae", "rmse", "r2"),),
}
"""The metrics of each table."""
LEAST_GROUPS = 10
"""What the policy asks for unless a team asks for another number; the summaries begin there."""
NONE = 0.5
"""Where more of the windows than this have no interval, there is no coverage to speak of."""

Cells = dict[Task, Cell]


def run(pool: Pool, windows: int) -> Cells:
    """Every cell of the plan."""
    plan = [task for kind in SETTINGS for task in tasks(kind)]
    settings = [task for task in plan if task.groups == GROUPS[0]]
    known = dict(zip([(t.kind, t.position) for t in settings], pool.map(truths_of, settings, 1), strict=True))
    # The longest first.
    order = sorted(plan, key=lambda task: -task.groups)
    found = pool.starmap(cell, [(task, windows, known[task.kind, task.position]) for task in order], 1)
    by_task = dict(zip(order, found, strict=True))
    return {task: by_task[task] for task in plan}


def coverage(cells: Cells, kind: Kind, metrics: Sequence[str]) -> list[str]:
    """A row per cell: how many intervals hold the truth, how many lie above it, how many below."""
    rows = [
        [task.setting.name, str(task.groups), *(_covered(cells[task], metric) for metric in metrics)]
        for task in tasks(kind)
    ]
    return table(["groups are", "groups", *metrics], rows)


def _covered(found: Cell, metric: str) -> str:
    if found.missing(metric) > NONE:
        return "none"
    flatters, slights = found.tails(metric)
    return f"{percent(found.covered(metric), 1)} ({percent(flatters, 1)}, {percent(slights, 1)})"


def summary(cells: Cells, kind: Kind, metrics: Sequence[str]) -> list[str]:
    """A row per setting: the least and the most coverage from ten groups on."""
    rows = []
    for position, setting in enumerate(SETTINGS[kind]):
        those = [cells[task] for task in tasks(kind) if task.position == position and task.groups >= LEAST_GROUPS]
        rows.append([setting.name, *(_between(those, metric) for metric in metrics)])
    return table(["groups are", *metrics], rows)


def _between(those: Iterable[Cell], metric: str) -> str:
    known = [percent(found.covered(metric)) for found in those if found.missing(metric) <= NONE]
    if not known:
        return "none"
    least, most = min(known, key=int), max(known, key=int)
    return least if least == most else f"{least}-{most}"


def errors(cells: Cells, kind: Kind) -> list[str]:
    """A row per cell: what `judge` wrongly answers where the challenger truly loses the tolerance."""
    rows = []
    for task in (task for task in tasks(kind) if task.groups >= LEAST_GROUPS):
        found = cells[task]
        refused = [found.refused] if kind == "regression" else [found.refused, found.alike]
        shares = (percent(share, 1) for share in refused)
        rows.append([task.setting.name, str(task.groups), *shares, *(_errors(found, m) for m in ASKED[kind])])
    refusals = ["too few groups"] if kind == "regression" else ["too few groups", "too alike"]
    return table(["groups are", "groups", *refusals, *ASKED[kind]], rows)


def _errors(found: Cell, metric: str) -> str:
    if (outcomes := found.outcomes.get(metric)) is None:
        return "-"
    return ", ".join(percent(share, 1) for share in (*(outcomes.passed[uses] for uses in USES), outcomes.worse))


def creep(seed: int) -> list[str]:
    """Years of retrains with the anchor and without it."""
    rng = np.random.default_rng([SEED, seed])
    noise = years.noise_of(years.TOLERANCE / 2 * np.arange(years.RETRAINS + 1), rng)
    policy = Policy(metric="log_loss", tolerance=Tolerance(years.TOLERANCE), uses=5)
    rows = []
    for name, anchored in (("the champion alone", False), ("the champion and the anchor", True)):
        found = [years.year(policy, noise, rng, anchored=anchored) for _ in range(YEARS)]
        lost = np.array([one.lost for one in found])
        published = float(np.mean([one.published for one in found]))
        shares = percent(published), percent(float((lost > 1).mean()), 1)
        rows.append([name, f"{lost.mean():.2f}", f"{lost.max():.1f}", *shares])
    return table(
        ["judged against", "loss, mean", "most", "retrains published, %", "years that lose more than one, %"], rows
    )


def wear(seed: int) -> list[str]:
    """Ten submissions to one window, steered by its reports and not."""
    rng = np.random.default_rng([SEED, seed])
    noise = float(years.noise_of(np.array([years.TOLERANCE]), rng)[0])
    rows = []
    for name, steered in (("each made anew", False), ("each a change to the one that looked best", True)):
        passed = np.mean([years.worn(noise, rng, steered=steered) for _ in range(WINDOWS)])
        rows.append([name, percent(float(passed), 1)])
    return table(["ten submissions to one window, uses 10", "one of them passes, %"], rows)


def slices(seed: int) -> list[str]:
    """Fifty slices at once, with Holm's correction and without."""
    rng = np.random.default_rng([SEED, seed])
    noise = float(years.noise_of(np.array([years.TOLERANCE]), rng)[0])
    corrected, alone = np.mean([years.alarms(noise, rng) for _ in range(WINDOWS // 2)], axis=0)
    rows = [["with Holm's correction", percent(corrected, 1)], ["each by itself", percent(alone, 1)]]
    return table(["fifty slices, each loses its tolerance", "at least one is called worse, %"], rows)


def _call(job: tuple[Callable[[int], list[str]], int]) -> list[str]:
    return job[0](job[1])


def main() -> None:
    """Run everything and publish it."""
    with workers() as pool:
        cells = run(pool, WINDOWS)
        stories = pool.map(_call, [(creep, 1), (wear, 2), (slices, 3)], 1)
    for kind, parts in COLUMNS.items():
        for number, metrics in enumerate(parts, start=1):
            publish(f"summary {kind} {number}", summary(cells, kind, metrics))
            publish(f"coverage {kind} {number}", coverage(cells, kind, metrics))
        publish(f"errors {kind}", errors(cells, kind))
    for name, lines in zip(("creep", "wear", "slices"), stories, strict=True):
        publish(name, lines)
    half = 1.96 * np.sqrt(0.95 * 0.05 / WINDOWS)
    publish(
        "windows",
        [f"{WINDOWS:,} windows a cell; the simulation error of a coverage of 95 % is ±{percent(half, 1)} points."],
    )


if __name__ == "__main__":
    main()
