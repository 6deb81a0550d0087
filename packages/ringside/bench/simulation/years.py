"""What becomes of many verdicts: a year of retrains, a window that is asked again and again, many slices at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

from ringside.verdict.comparison import compare
from ringside.verdict.metrics import METRICS
from ringside.verdict.outcomes import Pair, judge
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored
from simulation.worlds import Random, Rows, Setting, binary_rows

Floats = npt.NDArray[np.float64]

LOG_LOSS = METRICS["binary"][0]
MONTH = Setting("a month of equal days", rows=400)
TOLERANCE = 0.01
RETRAINS = 12
DAYS = 30
SUBMISSIONS = 10
LEAST_NOISE = 0.2
"""The row noise of the first champion, in log odds."""
DAY_NOISE = 0.05
"""The noise of every model by group."""
SLICES = 50


def losses(noise: Floats, rng: Random) -> Floats:
    """The true log loss of models with so much row noise, the same shape."""
    known, by_model, by_day, happens = rng.standard_normal((4, 400_000))
    log_odds = MONTH.intercept + 1.2 * known
    chance = expit(log_odds + 0.5 * happens)
    found = []
    for scale in noise:
        said = expit(log_odds + DAY_NOISE * by_day + scale * by_model)
        found.append(-(xlogy(chance, said) + xlogy(1 - chance, 1 - said)).mean())
    return np.array(found)


def noise_of(loss: Floats, rng: Random) -> Floats:
    """The row noise that makes a model's true log loss higher than the first champion's by `loss`, the same shape."""
    grid = np.linspace(LEAST_NOISE, 2, 60)
    above = losses(grid, rng)
    return np.interp(loss, above - above[0], grid)


@dataclass(frozen=True)
class Year:
    """What one year of retrains came to."""

    lost: float
    """The true loss of the last champion against the first, in tolerances."""
    published: float
    """The share of the retrains that became the champion."""


def year(policy: Policy, noise: Floats, rng: Random, *, anchored: bool) -> Year:
    """Twelve months, each with a window of its own and a challenger half a tolerance worse than the champion.

    Args:
        policy: of the verdicts.
        noise: the row noise of a model that lost so many half tolerances, `(n_retrains + 1,)`.
        rng: draws windows and models.
        anchored: whether the challenger must also be no worse than the last version that was judged better.
    """
    champion = anchor = 0
    published = 0
    for _ in range(RETRAINS):
        rows = binary_rows(MONTH, DAYS, rng)
        drawn = {lost: _model(rows, noise[lost], rng) for lost in sorted({champion, anchor, champion + 1})}
        rivals = [champion, anchor] if anchored else [champion]
        found = [
            judge(LOG_LOSS, Pair(drawn[champion + 1], drawn[rival], policy), policy.tolerance, uses=policy.uses).outcome
            for rival in rivals
        ]
        if all(outcome in ("better", "no_worse") for outcome in found):
            champion, published = champion + 1, published + 1
            anchor = champion if found[0] == "better" else anchor
    return Year(champion / 2, published / RETRAINS)


def _model(rows: Rows, noise: float, rng: Random) -> Scored:
    """A model with noise of its own, by row and by group."""
    by_row, by_group = rng.standard_normal(len(rows.known)), rng.standard_normal(rows.truth.n_groups)
    return rows.model(noise * by_row, DAY_NOISE * by_group)


def worn(noise: float, rng: Random, *, steered: bool, turn: float = np.pi / 4) -> bool:
    """Whether one of ten challengers on one window passes, though each truly loses exactly the tolerance.

    Args:
        noise: the row noise of a model that loses the tolerance against the champion.
        rng: draws the window and the models.
        steered: whether each challenger is a change to the one that looked best so far, else to nothing.
        turn: the angle of a change, in radians: a model's noise is turned by it towards new noise, so that the model is
            another and its true loss the same.
    """
    policy = Policy(metric="log_loss", tolerance=Tolerance(TOLERANCE), uses=SUBMISSIONS)
    rows = binary_rows(MONTH, DAYS, rng)
    rival = _model(rows, LEAST_NOISE, rng)
    size, best = len(rows.known) + DAYS, -np.inf
    kept = rng.standard_normal(size)
    for number in range(SUBMISSIONS):
        fresh = rng.standard_normal(size)
        own = np.cos(turn) * kept + np.sin(turn) * fresh if steered and number else fresh
        challenger = rows.model(noise * own[:-DAYS], DAY_NOISE * own[-DAYS:])
        result = judge(LOG_LOSS, Pair(challenger, rival, policy), policy.tolerance, uses=policy.uses)
        if result.outcome in ("better", "no_worse"):
            return True
        if (result.difference or 0.0) > best:
            kept, best = own, result.difference or 0.0
    return False


def alarms(noise: float, rng: Random) -> tuple[bool, bool]:
    """Whether any of fifty slices is called worse, with Holm's correction and without; each truly loses its tolerance.

    Args:
        noise: the row noise of a model that loses the tolerance against the champion.
        rng: draws the window and the models.
    """
    policy = Policy(metric="log_loss", tolerance=Tolerance(1), slices=Tolerance(TOLERANCE), slice_rows=1)
    rows = binary_rows(MONTH, DAYS, rng)
    names = rng.integers(SLICES, size=len(rows.known)).astype(str)
    challenger, rival = _model(rows, noise, rng), _model(rows, LEAST_NOISE, rng)
    found = [part.result for part in compare(challenger, rival, policy, slices={"part": names}).slices]
    alone = [result.p_worse is not None and result.p_worse <= policy.alpha for result in found]
    return any(result.outcome == "worse" for result in found), any(alone)
