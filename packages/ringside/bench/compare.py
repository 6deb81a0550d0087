"""How fast the comparison is: against SciPy's bootstrap, and on a million rows.

`bench/run.py` calls `against_bootstrap` and `million`; run by itself this prints both as JSON.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.stats import bootstrap
from sklearn import metrics as skm

from ringside.verdict import Policy, Scored, Tolerance, Truth, compare

PROJECT = Path(__file__).resolve().parents[3]
PREDICTIONS = PROJECT / "reports" / "predictions.parquet"
RESAMPLES, MEASURED, THRESHOLD = 2000, 20, 0.3


@dataclass(frozen=True)
class Speed:
    """The whole comparison against a bootstrap of three metrics."""

    rows: int
    comparison: float
    """Seconds for all metrics, their intervals and the slices, the median of five."""
    bootstrap: float
    """Seconds for 2,000 resamples of three metrics: those of 20 resamples times 100."""

    @property
    def ratio(self) -> float:
        """How many comparisons one bootstrap takes."""
        return self.bootstrap / self.comparison


@dataclass(frozen=True)
class Cost:
    """One comparison in a process of its own."""

    seconds: float
    """For the comparison alone, without imports and without making the rows."""
    mebibytes: float
    """The largest resident set of the whole process."""


def against_bootstrap(predictions: Path = PREDICTIONS) -> Speed:
    """Compare the sample's test month with a perturbed copy of its predictions, and bootstrap the same differences.

    SciPy resamples rows, not days, so its intervals would also be too narrow; only its time is of interest.

    Args:
        predictions: what the sample's `evaluate` wrote.
    """
    table = pq.read_table(predictions)
    y = np.asarray(table.column("y").to_pylist(), dtype=float)
    old = np.asarray(table.column("prediction").to_pylist(), dtype=float)
    new = _perturbed(old)
    days = np.asarray([str(day) for day in table.column("day").to_pylist()])
    slices = {name: np.asarray(table.column(name).to_pylist()) for name in ("origin", "part_of_day", "carrier")}
    seconds = statistics.median(_seconds(lambda: _compare(y, old, new, days, slices)) for _ in range(5))
    few = sum(_seconds(lambda metric=metric: _bootstrap(metric, y, old, new)) for metric in _METRICS)
    return Speed(len(y), seconds, few * RESAMPLES / MEASURED)


def million() -> Cost:
    """All metrics, intervals and slices of 1,000,000 rows in 365 groups."""
    command = [sys.executable, __file__, "million"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def _million() -> Cost:
    rng = np.random.default_rng(0)
    rows = 1_000_000
    days = rng.integers(0, 365, rows)
    logits = rng.normal(-1, 1, rows) + rng.normal(0, 0.3, 365)[days]
    y = (rng.uniform(size=rows) < 1 / (1 + np.exp(-logits))).astype(float)
    old = 1 / (1 + np.exp(-(logits + rng.normal(0, 0.5, rows))))
    slices = {"hub": np.array(["EWR", "JFK", "LGA"])[rng.integers(0, 3, rows)]}
    seconds = _seconds(lambda: _compare(y, old, _perturbed(old), days, slices))
    return Cost(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _perturbed(p: np.ndarray) -> np.ndarray:
    """Another model's predictions: the same with noise on their logits."""
    noise = np.random.default_rng(1).normal(0, 0.2, len(p))
    return 1 / (1 + np.exp(-(np.log(p / (1 - p)) + noise)))


def _compare(
    y: np.ndarray, old: np.ndarray, new: np.ndarray, groups: np.ndarray, slices: dict[str, np.ndarray]
) -> None:
    truth = Truth.of("binary", y, groups, ordered=True)
    policy = Policy(
        metric="log_loss",
        tolerance=Tolerance(0.01),
        guardrails={"roc_auc": Tolerance(0.01), "f1": Tolerance(0.01)},
        slices=Tolerance(0.02),
    )
    # Low enough for decisions in favour of a rare class.
    models = [Scored.of(truth, p, threshold=THRESHOLD) for p in (new, old)]
    compare(*models, policy, slices=slices)


_METRICS: tuple[Callable[[np.ndarray, np.ndarray], float], ...] = (
    skm.log_loss,
    skm.roc_auc_score,
    lambda y, p: skm.f1_score(y, p >= THRESHOLD),
)


def _bootstrap(metric: Callable[..., float], y: np.ndarray, old: np.ndarray, new: np.ndarray) -> None:
    def difference(y: np.ndarray, old: np.ndarray, new: np.ndarray) -> float:
        return metric(y, new) - metric(y, old)

    # Percentiles, the cheapest method: BCa would add a resample for each row.
    bootstrap(
        (y, old, new),
        difference,
        n_resamples=MEASURED,
        paired=True,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(0),
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print what was asked for, or both, as JSON."""
    if sys.argv[1:] == ["million"]:
        print(json.dumps(asdict(_million())))
        return
    speed = against_bootstrap()
    print(json.dumps({"bootstrap": asdict(speed) | {"ratio": speed.ratio}, "million": asdict(million())}, indent=2))


if __name__ == "__main__":
    main()
