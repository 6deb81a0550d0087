"""Models on windows of days, and what a monitor may have found."""

import numpy as np

from ringside.report.watch import DriftNow, Estimate, MetricNow, Monitor
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rows import Scored, Truth

POLICY = Policy(metric="log_loss", tolerance=Tolerance(0.01), guardrails={"roc_auc": Tolerance(0.01)})


def window(  # noqa: PLR0913  # the facts of a world
    seed, *, groups=30, size=40, shift=0.0, noise=0.5, spread=0.5
) -> Scored:
    """Rows of days that share an effect, and the predictions of a model that does not know the day's.

    Args:
        seed: of everything.
        groups: days.
        size: rows of a day.
        shift: added to the truth's log-odds, which the model does not know: a loss.
        noise: of the model, by row.
        spread: of the days' effects.
    """
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(groups), size)
    signal = rng.normal(0, 1, day.size)
    truth = signal + shift + rng.normal(0, spread, groups)[day]
    y = rng.random(day.size) < 1 / (1 + np.exp(-truth))
    guess = 1 / (1 + np.exp(-(signal + rng.normal(0, noise, day.size))))
    return Scored.of(Truth.of("binary", y.astype(float), day), guess)


def found(*, lost=False, drifted=False, alarms=(), state="judged") -> Monitor:
    """What a monitor found."""
    here = Estimate(value=0.5, lower=0.4, upper=0.6)
    metric = MetricNow(metric="log_loss", better="lower", now=here, release=here, difference=-0.1, lost=lost)
    drift = [
        DriftNow(column=name, stability=0.1, by_chance=0.01, distance=1.0, effect="distance_d", moved=drifted)
        for name in ("wind", "rain")
    ]
    return Monitor(
        task="toy", kind="binary", state=state, confidence=0.95, effect="medium", share=0.1, metrics=[metric],
        drift=drift, alarms=list(alarms),
    )  # fmt: skip
