"""Writes the months of the toy task `harbour`: CSV files whose rows follow from the month's name alone."""

from pathlib import Path

import numpy as np
import pandas as pd

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
SHIPS = 40
"""A day."""
DAYS = 28


def month(name: str, *, storm: float = 0.0, turned: float = 0.0) -> pd.DataFrame:
    """The ships of a month.

    Args:
        name: as `2025-07`.
        storm: how much more wind there is, in standard deviations: a drift of a feature.
        turned: 0 to 1: the share of ships for which the sea's effect is turned round, so that an old model fails.
    """
    year, number = (int(part) for part in name.split("-"))
    rng = np.random.default_rng(1000 * year + number)
    rows = SHIPS * DAYS
    day = np.repeat(np.arange(DAYS), SHIPS)
    sea = rng.normal(0, 0.3, DAYS)[day]
    wind = np.clip(18 + 6 * (rng.normal(0, 1, rows) + storm) + 4 * sea, 0, 60)
    swell = np.clip(2 + 0.08 * wind + rng.gamma(2, 0.5, rows), 0, 20)
    pier = rng.choice(["north", "south", "west"], rows)
    hour = rng.uniform(0, 24, rows)
    effect = (
        0.16 * (wind - 18) + 0.5 * (swell - 4) + np.where(pier == "west", 0.6, 0.0) + 0.04 * np.abs(hour - 12) + sea
    )
    effect = np.where(rng.uniform(size=rows) < turned, -effect, effect)
    late = rng.uniform(size=rows) < 1 / (1 + np.exp(1.2 - effect))
    first = pd.Timestamp(f"{name}-01")
    return pd.DataFrame(
        {
            "call": 100_000 * (12 * year + number) + np.arange(rows),
            "day": (first + pd.to_timedelta(day, unit="D")).strftime("%Y-%m-%d"),
            "pier": pier,
            "wind": wind.round(2),
            "swell": swell.round(2),
            "tonnage": rng.lognormal(9, 0.6, rows).round(0) + 1,
            "hour": hour.round(2),
            "late": late,
        }
    )


def write_month(folder: Path, name: str, frame: pd.DataFrame | None = None, **how: float) -> Path:
    """Let a month arrive in a folder, as `month` makes it or as it is given; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    (month(name, **how) if frame is None else frame).to_csv(path, index=False, lineterminator="\n")
    return path


def write_months(folder: Path, names: tuple[str, ...] = MONTHS) -> Path:
    """Let several months arrive; the folder."""
    for name in names:
        write_month(folder, name)
    return folder


def files_of(path: str) -> str:
    """A source.py whose months are the files of a folder, as `init` writes one."""
    return f'''"""Calls of ships, a file each month."""

from ringside.task import Folder

COLUMNS = {{
    "call": "int64", "day": "datetime", "pier": "str", "wind": "float64", "swell": "float64",
    "tonnage": "float64", "hour": "float64", "late": "bool",
}}
SOURCE = Folder(path="{path}", columns=COLUMNS)
partitions, read, fingerprint = SOURCE.partitions, SOURCE.read, SOURCE.fingerprint
'''
