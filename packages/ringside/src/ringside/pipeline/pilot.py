"""A few models of the task that learn from nearly the same rows: how much do two models differ here?

`ringside plan` asks this before any challenger is trained. All learn from one sample of the training rows, each without
another tenth of it. Two such models differ more than two seeds of one and about as much as a model and one with other
parameters; docs/policy.md has the figures of the sample task.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ringside.common.fingerprint import UInt64
from ringside.common.labels import check_kind
from ringside.common.task import Task, TrainParams
from ringside.pipeline.evaluate.evaluation import BASELINE, NAMES, PARTITION
from ringside.pipeline.evaluate.predict import PREDICTION, classes, predict
from ringside.pipeline.evaluate.scores import baseline, class_codes
from ringside.pipeline.train.stage import train

MOST_ROWS = 50_000
"""Rows of the sample, so that a pilot takes seconds however many there are."""
MODELS = 3
"""They make three pairs, of which the middle one is believed: a single pair can be near by luck."""
_TENTH = 10

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pilot:
    """What the models predict of the test rows."""

    rows: pd.DataFrame
    """As `ringside.pipeline.evaluate.Evaluation.predictions`: with the first model's and the baseline's predictions."""
    predictions: tuple[pd.DataFrame, ...]
    """Each model's predictions of these rows, in the same columns."""


def samples(rows: UInt64, *, most: int = MOST_ROWS) -> list[Mask]:
    """Which rows each model learns from; the same ones each time.

    Hashes stand for chance: the sample is the rows with the smallest ones, and each model lacks another tenth of these.

    Args:
        rows: a hash of each row's identity, `(n_rows,)`.
        most: rows of the sample.

    Returns:
        `MODELS` masks, `(n_rows,)` each.
    """
    chosen = np.argsort(rows, kind="stable")[:most]
    tenth = max(1, len(chosen) // _TENTH)
    masks = []
    for model in range(MODELS):
        mask = np.zeros(len(rows), dtype=bool)
        mask[np.delete(chosen, slice(model * tenth, (model + 1) * tenth))] = True
        masks.append(mask)
    return masks


def pilot(
    parts: Sequence[pd.DataFrame],
    test: pd.DataFrame,
    task: Task,
    params: TrainParams,
    build_model: Callable[[TrainParams], Any],
) -> Pilot:
    """Fit the task's model on each sample and let all predict the test rows.

    Args:
        parts: rows of the training side, `(n_rows, n_columns)` each.
        test: the test rows with the column `PARTITION` of `evaluate`; not changed.
        task: the facts of the task.
        params: the task's `train` section.
        build_model: the task's function.

    Raises:
        DataError: the labels are not of the task's kind, or a sample has one label alone.
        ModelError: the estimator cannot be fitted, or cannot predict a row.
    """
    check_kind(test[task.target], task, where="the test rows")
    features = test.drop(columns=[task.target, PARTITION])
    answers = [predict(train(part, task, params, build_model), features, task) for part in parts]
    # A rare class can be missing in one sample; that model gives it no chance.
    columns = list(dict.fromkeys(name for answer in answers for name in answer.columns))
    if task.kind == "multiclass":
        class_codes(test[task.target], classes(answers[0].reindex(columns=columns)))
    answers = [answer.reindex(columns=columns, fill_value=0.0) for answer in answers]
    learnt = pd.concat([part[task.target] for part in parts])
    naive = baseline(learnt, test.index, task, classes(answers[0]))
    naive = naive.rename(columns=lambda name: name.replace(PREDICTION, BASELINE, 1))
    kept = list(dict.fromkeys([*task.identity, *([task.group] if task.group else []), *task.slices, PARTITION]))
    known = test[kept].rename(columns=NAMES)
    return Pilot(pd.concat([known, test[task.target].rename("y"), answers[0], naive], axis=1), tuple(answers))
