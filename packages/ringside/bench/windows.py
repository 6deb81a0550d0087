"""Simulate how often the bounds of one model's change between two test sets are right: `make windows` (a minute).

Both test sets are drawn from one distribution, so the true change is zero. The table goes to docs/simulations.md of the
package. Seeds are fixed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ringside.monitoring.change import Known, change
from ringside.verdict.metrics import metrics_of
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth
from simulation.pages import percent, publish, table

PAIRS = 2000
METRICS = ("log_loss", "brier", "roc_auc", "average_precision", "recall")
POLICY = Policy(metric="log_loss", tolerance=Tolerance(0.01))
ROWS = 60
"""Mean rows of a day."""


@dataclass(frozen=True)
class World:
    """Distribution of the days of both test sets."""

    name: str
    days: tuple[int, int]
    """Days of the newest partition and of the release's test set."""
    unequal: float = 0.0
    """Standard deviation of the logarithm of a day's rows."""
    memory: float = 0.0
    """Correlation of a day's effect with that of the day before."""


WORLDS = (
    World("10 and 10 days", (10, 10)),
    World("10 and 30 days", (10, 30)),
    World("30 and 30 days", (30, 30)),
    World("30 and 90 days", (30, 90)),
    World("30 and 30 days of very unequal size", (30, 30), unequal=1.0),
    World("30 and 30 days, autocorrelation 0.5", (30, 30), memory=0.5),
)


def window(world: World, days: int, rng: np.random.Generator) -> Scored:
    """Return a model that knows the signal of the rows but not the effects of the days, on one test set."""
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
    """Yield a row per world: percent of pairs with zero between the bounds, above them and below them."""
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
    """Write the table into its page."""
    publish("changes", table(["test sets", *METRICS], rows()))


if __name__ == "__main__":
    main()
