"""How often the bounds of one model on two windows are right: `make windows`, for docs/retraining.md (a minute).

Both windows are of one world, so the true difference is none. Seeds stand in the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ringside.monitoring.change import Known, change
from ringside.verdict.metrics import metrics_of
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth
from simulation.pages import percent, replaced, table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "retraining.md"
PAIRS = 2000
METRICS = ("log_loss", "brier", "roc_auc", "average_precision", "recall")
POLICY = Policy(metric="log_loss", tolerance=Tolerance(0.01))
ROWS = 60
"""Of a day, on average."""


@dataclass(frozen=True)
class World:
    """How the days of both windows are."""

    name: str
    days: tuple[int, int]
    """Of the newest partition, and of the release's window."""
    unequal: float = 0.0
    """The standard deviation of the logarithm of a day's rows."""
    memory: float = 0.0
    """The correlation of a day's effect with the day before's."""


WORLDS = (
    World("10 and 10 days", (10, 10)),
    World("10 and 30 days", (10, 30)),
    World("30 and 30 days", (30, 30)),
    World("30 and 90 days", (30, 90)),
    World("30 and 30 days of very unequal size", (30, 30), unequal=1.0),
    World("30 and 30 days, autocorrelation 0.5", (30, 30), memory=0.5),
)


def window(world: World, days: int, rng: np.random.Generator) -> Scored:
    """A model that knows the rows' signal and not the days'."""
    sizes = np.maximum(np.round(ROWS * np.exp(rng.normal(0, world.unequal, days))), 1).astype(int)
    effects = rng.normal(0, 0.5, days)
    for day in range(1, days):
        effects[day] = world.memory * effects[day - 1] + (1 - world.memory**2) ** 0.5 * effects[day]
    group = np.repeat(np.arange(days), sizes)
    signal = rng.normal(0, 1, group.size)
    y = rng.random(group.size) < 1 / (1 + np.exp(-(signal + effects[group])))
    guess = 1 / (1 + np.exp(-(signal + rng.normal(0, 0.5, group.size))))
    return Scored.of(Truth.of("binary", y.astype(float), group, ordered=True), guess)


def rows() -> Iterator[list[str]]:
    """One line for each world: the percent of pairs with the truth between the bounds, above and below them."""
    metrics = metrics_of("binary")
    for position, world in enumerate(WORLDS):
        rng = np.random.default_rng(20_131 + position)
        counts = np.zeros((len(METRICS), 3))
        for _ in range(PAIRS):
            pair = [window(world, days, rng) for days in world.days]
            for place, name in enumerate(METRICS):
                metric = metrics[name]
                found = change(*(Known.of(metric, scored, POLICY) for scored in pair), metric.sign)
                bound = found.bound(POLICY.confidence) if found else None
                if found is None or bound is None:
                    continue
                counts[place] += [1, found.difference + bound < 0, found.difference - bound > 0]
        yield [world.name, *(_cell(*counts[place]) for place in range(len(METRICS)))]


def _cell(known: float, above: float, below: float) -> str:
    inside = percent(1 - (above + below) / known, 1)
    return f"{inside} ({percent(above / known, 1)} / {percent(below / known, 1)})"


def main() -> None:
    """Write the table into the page."""
    lines = table(["windows", *METRICS], rows())
    print("\n".join(lines))
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), "windows", lines), encoding="utf-8")


if __name__ == "__main__":
    main()
