"""Judge the sample's model against itself with other seeds: `make reseeds`.

For each month from July to December, train the model on the months before with each of eight seeds, and judge each seed
against every other on that month. The table goes to docs/statistics.md. Two seeds give two different models, so the
true difference is unknown; `make coverage` has the error rates.
"""

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from flights import TASK, source
from flights.model import build_model
from flights.schema import SCHEMA

from ringside.params import read_params, train_params
from ringside.pipeline.evaluate.predict import predict, prediction_values
from ringside.pipeline.train.stage import train
from ringside.pipeline.validate.rows import validate
from ringside.verdict.comparison import compare
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth
from ringside.verdict.rules import Evidence, judge_rules, verdict
from simulation.pages import percent, publish, table
from simulation.processes import workers

SEEDS = range(8)
MONTHS = [f"2013-{month:02d}" for month in range(7, 13)]
PARAMS = Path(__file__).resolve().parents[3] / "params.yaml"
POLICY = Policy(
    metric="log_loss", tolerance=Tolerance(0.01), guardrails={"roc_auc": Tolerance(0.01)}, uses=5, min_groups=10
)

Predictions = dict[int, npt.NDArray[np.float64]]


def predictions(month: str, seeds: Sequence[int], *, first: int = 1, share: float = 1) -> tuple[Truth, Predictions]:
    """Return the labels of a month and the predictions of each seed.

    Args:
        month: as `2013-07`.
        seeds: of the model.
        first: the first month of training; the last is the one before `month`.
        share: of the training rows, drawn at random.
    """
    before = [_valid(f"2013-{number:02d}") for number in range(first, int(month[-2:]))]
    rows = pd.concat(before, ignore_index=True).sample(frac=share, random_state=0).sort_index()
    tested = _valid(month)
    params = train_params(read_params(PARAMS), TASK.train_params)
    found = {}
    for seed in seeds:
        model = train(rows, TASK, params.model_copy(update={"seed": seed}), build_model)
        found[seed] = prediction_values(predict(model, tested.drop(columns=TASK.target), TASK))
    days = tested[TASK.group].to_numpy()
    return Truth.of("binary", tested[TASK.target].to_numpy(dtype=float), days, ordered=True), found


def verdicts(truth: Truth, found: Predictions) -> list[str]:
    """Return the verdicts of each seed as challenger against every other seed as champion."""
    scored = {seed: Scored.of(truth, values) for seed, values in found.items()}
    return [
        verdict(judge_rules(Evidence(champion="compared", comparison=compare(scored[a], scored[b], POLICY))))
        for a, b in itertools.permutations(scored, 2)
    ]


def lines(by_month: Iterable[tuple[str, list[str]]]) -> list[str]:
    """Return the table: a row per month and one for all."""
    months = list(by_month)
    months.append(("all", [word for _, words in months for word in words]))
    rows = []
    for name, words in months:
        counts = Counter(words)
        shares = (percent(counts[word] / len(words), 1) for word in ("pass", "fail", "inconclusive"))
        rows.append([name, str(len(words)), *shares])
    return table(["month", "pairs", "pass, %", "fail, %", "inconclusive, %"], rows)


@functools.cache
def _valid(month: str) -> pd.DataFrame:
    return validate(source.read(month), SCHEMA, TASK, where=month).valid


def _month(month: str) -> tuple[str, list[str]]:
    return month, verdicts(*predictions(month, SEEDS))


def main() -> None:
    """Train, judge and write the table."""
    with workers() as pool:
        # The last months take longest, so they go first.
        found = pool.map(_month, MONTHS[::-1], chunksize=1)
    publish("reseeds", lines(found[::-1]))


if __name__ == "__main__":
    main()
