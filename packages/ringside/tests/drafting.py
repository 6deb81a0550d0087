"""What the tests of `init` share: data seen, and the task that follows from them."""

from pathlib import Path

import numpy as np
import pandas as pd

from ringside.init.infer.columns import typed
from ringside.init.infer.draft import Question, TaskDraft, Wishes
from ringside.init.infer.facts import decide
from ringside.init.infer.look import SourceSummary, look_at_file

EVIL = '"""\nimport os; os.abort()  # \'x\' \\ {name} %s \u2028'
"""A name that would run as code, were it anything else than a literal."""


def customers(rows: int = 600) -> pd.DataFrame:
    """Customers of 600 days, one row each: who leaves depends on how often he called."""
    chance = np.random.default_rng(0)
    calls = chance.poisson(3, rows)
    return pd.DataFrame(
        {
            "customer": np.arange(7000, 7000 + rows)[chance.permutation(rows)],
            "signup": pd.date_range("2025-01-01", periods=rows, freq="D").strftime("%Y-%m-%d"),
            "class": chance.choice(["gold", "silver", "bronze"], rows),
            "größe": chance.normal(170, 9, rows).round(1),
            "calls": calls,
            "country": "DE",
            "left": np.where(calls + chance.normal(0, 1, rows) > 3, "Yes", "No"),
        }
    )


def default(question: Question) -> str:
    """Nobody is there to answer."""
    return question.default


def seen(frame: pd.DataFrame, folder: Path) -> SourceSummary:
    """The data as a CSV file shows them."""
    path = folder / "data.csv"
    frame.to_csv(path, index=False)
    return look_at_file(path)


def drafted(frame: pd.DataFrame, target: str, **wishes: object) -> TaskDraft:
    """The task that follows from a frame that has its types already."""
    values, columns = typed(frame)
    data = SourceSummary(source="file", frame=values, columns=columns)
    return decide(data, Wishes(name="mine", target=target, **wishes), default)
