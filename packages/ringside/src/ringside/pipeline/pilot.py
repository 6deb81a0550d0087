"""A few models of the task, trained on nearly the same rows, that show how much two models differ on this data.

`ringside plan` uses them before any challenger is trained. All learn from one sample of the training rows, each without
a different tenth of it. Two such models differ more than two seeds of one model, and about as much as a model and
the same model with other parameters; docs/policy.md has the figures of the sample task.
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
"""Number of rows in the sample, so that a pilot takes seconds on any data set."""
MODELS = 3
"""Number of models. They make three pairs, of which the median is used: a single pair can be close by luck."""
_TENTH = 10

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pilot:
    """Predictions of the models on the test rows."""

    rows: pd.DataFrame
    """Rows as in `ringside.pipeline.evaluate.Evaluation.predictions`, predicted by the first model and the baseline."""
    predictions: tuple[pd.DataFrame, ...]
    """Predictions of each model for these rows, in the same columns."""


def samples(rows: UInt64, *, most: int = MOST_ROWS) -> list[Mask]:
    """Return masks of the rows that each model learns from; the same rows every time.

    Hashes replace randomness: the sample is the rows with the smallest hashes; each model lacks another tenth of it.

    Args:
        rows: a hash of each row's identity, `(n_rows,)`.
        most: the number of rows in the sample.

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
    """Fit the task's model on each sample and predict the test rows with all models.

    Args:
        parts: rows of the training side, `(n_rows, n_columns)` each.
        test: the test rows with the column `PARTITION` of `evaluate`; not changed.
        task: the task's definition.
        params: the task's `train` section.
        build_model: the task's `build_model`.

    Raises:
        DataError: the labels are not of the task's kind, or a sample has only one label.
        ModelError: the estimator cannot be fitted, or cannot predict a row.
    """
    check_kind(test[task.target], task, where="the test rows")
    features = test.drop(columns=[task.target, PARTITION])
    answers = [predict(train(part, task, params, build_model), features, task) for part in parts]
    # A rare class can be missing in one sample; that model gives it probability 0.
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
