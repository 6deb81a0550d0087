"""Predictions on the reference rows against those that were stored when the version was published."""

import numpy as np
import pandas as pd

from ringside.errors import RegistryError

TOLERANCE = 1e-9
"""Relative to the larger of the stored value and 1e-3: another processor adds numbers in another order."""
_SMALL = 1e-3


def compare(stored: pd.DataFrame, now: pd.DataFrame, *, where: str, remedy: str) -> float:
    """The largest difference of two sets of predictions of the same rows, relative as `TOLERANCE` says.

    Raises:
        RegistryError: they have other columns or numbers of rows, or differ by more; state `files_damaged`.
    """
    if list(stored.columns) != list(now.columns) or len(stored) != len(now):
        found = "the model answers other columns or another number of rows than were stored"
        raise RegistryError(found, where=where, remedy=remedy, state="files_damaged")
    before, after = stored.to_numpy(dtype=float), now.to_numpy(dtype=float)
    differences = np.abs(after - before) / np.maximum(np.abs(before), _SMALL)
    largest = float(differences.max(initial=0.0))
    if not largest <= TOLERANCE:
        rows = int((~(differences <= TOLERANCE)).any(axis=1).sum())
        found = (
            f"{rows:,} of {len(before):,} stored predictions differ from what the model answers "
            f"(by {largest:.2g} at most, relative; {TOLERANCE:g} is allowed)"
        )
        raise RegistryError(found, where=where, remedy=remedy, state="files_damaged")
    return largest
