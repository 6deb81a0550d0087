"""Simulate how often the verdict is right: `make coverage`.

Draw test sets from distributions with known true differences, judge each with `ringside.verdict`, and write summaries
into docs/statistics.md and every cell into packages/ringside/docs/simulations.md. Seeds are fixed, so the same code
gives the same figures.
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
"""Default of the policy's `min_groups`; the summaries start here."""
NONE = 0.5
"""Share of test sets without an interval above which no coverage is shown."""

Cells = dict[Task, Cell]


def run(pool: Pool, windows: int) -> Cells:
    """Simulate every cell of the plan."""
    plan = [task for kind in SETTINGS for task in tasks(kind)]
    settings = [task for task in plan if task.groups == GROUPS[0]]
    known = dict(zip([(t.kind, t.position) for t in settings], pool.map(truths_of, settings, 1), strict=True))
    # The longest first.
    order = sorted(plan, key=lambda task: -task.groups)
    found = pool.starmap(cell, [(task, windows, known[task.kind, task.position]) for task in order], 1)
    by_task = dict(zip(order, found, strict=True))
    return {task: by_task[task] for task in plan}


def coverage(cells: Cells, kind: Kind, metrics: Sequence[str]) -> list[str]:
    """Return a row per cell: coverage, and the shares of intervals above and below the true difference."""
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
    """Return a row per setting: the lowest and the highest coverage with ten groups or more."""
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
    """Return a row per cell: rates of wrong outcomes if the challenger's true loss is the tolerance."""
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


def losses(seed: int) -> list[str]:
    """Simulate years of retrained models, with and without the anchor."""
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
        ["judged against", "mean loss", "largest", "models published, %", "years with a loss above one, %"], rows
    )


def submissions(seed: int) -> list[str]:
    """Simulate ten submissions to one test set, tuned on its reports or not."""
    rng = np.random.default_rng([SEED, seed])
    noise = float(years.noise_of(np.array([years.TOLERANCE]), rng)[0])
    rows = []
    for name, steered in (("each independent of the others", False), ("each a change to the best so far", True)):
        passed = np.mean([years.worn(noise, rng, steered=steered) for _ in range(WINDOWS)])
        rows.append([name, percent(float(passed), 1)])
    return table(["ten submissions to one test set, `uses: 10`", "at least one passes, %"], rows)


def slices(seed: int) -> list[str]:
    """Simulate fifty slices at once, with and without Holm's correction."""
    rng = np.random.default_rng([SEED, seed])
    noise = float(years.noise_of(np.array([years.TOLERANCE]), rng)[0])
    corrected, alone = np.mean([years.alarms(noise, rng) for _ in range(WINDOWS // 2)], axis=0)
    rows = [["with Holm's correction", percent(corrected, 1)], ["each by itself", percent(alone, 1)]]
    return table(["fifty slices, each loses its tolerance", "at least one is called worse, %"], rows)


def _call(job: tuple[Callable[[int], list[str]], int]) -> list[str]:
    return job[0](job[1])


def main() -> None:
    """Run every simulation and write its table."""
    with workers() as pool:
        cells = run(pool, WINDOWS)
        many = pool.map(_call, [(losses, 1), (submissions, 2), (slices, 3)], 1)
    for kind, parts in COLUMNS.items():
        for number, metrics in enumerate(parts, start=1):
            publish(f"summary {kind} {number}", summary(cells, kind, metrics))
            publish(f"coverage {kind} {number}", coverage(cells, kind, metrics))
        publish(f"errors {kind}", errors(cells, kind))
    for name, lines in zip(("losses", "submissions", "slices"), many, strict=True):
        publish(name, lines)
    half = 1.96 * np.sqrt(0.95 * 0.05 / WINDOWS)
    publish(
        "test sets",
        [f"{WINDOWS:,} test sets per cell; the simulation error of a coverage of 95 % is ±{percent(half, 1)} points."],
    )


if __name__ == "__main__":
    main()
