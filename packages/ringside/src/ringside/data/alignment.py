"""Align two files of predictions: the same rows in the same order."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ringside.data.predictions import Ints, Predictions, listed
from ringside.errors import DataError

_SHOWN = 3


@dataclass(frozen=True)
class Paired:
    """Two files with the same rows, in the order of the new one."""

    old: Predictions
    new: Predictions
    only_old: int = 0
    """Number of rows of the old file that were left out."""
    only_new: int = 0
    """Number of rows of the new file that were left out."""


def pair(old: Predictions, new: Predictions, *, inner: bool = False) -> Paired:
    """Return two files aligned to the same rows.

    Args:
        old: the rival's predictions.
        new: the challenger's predictions.
        inner: whether to leave out rows that only one file has.

    Raises:
        DataError: an identity is repeated, a row is in one file only, or labels, groups or classes differ.
    """
    old = _same_classes(old, new)
    paired = _joined(old, new, inner=inner) if new.on else _aligned(old, new)
    _check_same(paired, paired.old.y != paired.new.y, "label")
    if paired.old.group and paired.new.group:
        _check_same(paired, paired.old.group.texts != paired.new.group.texts, "group")
    return paired


def _joined(old: Predictions, new: Predictions, *, inner: bool) -> Paired:
    keys = _keys(old, new)
    for file, key in zip((old, new), keys, strict=True):
        _, first, counts = np.unique(key, return_index=True, return_counts=True)
        if (repeated := np.sort(first[counts > 1])).size:
            message = f"{repeated.size:,} identities occur more than once ({_examples(file, repeated)})"
            remedy = "name more columns by --on, or remove the duplicates."
            raise DataError(message, where=str(file.path), remedy=remedy)
    lone_old, lone_new = (np.flatnonzero(~np.isin(a, b)) for a, b in (keys, keys[::-1]))
    if not inner and (lone_old.size or lone_new.size):
        lone = [(old, lone_old), (new, lone_new)]
        rows = " and ".join(f"{i.size:,} rows only in {f.path} ({_examples(f, i)})" for f, i in lone if i.size)
        remedy = "score the same rows by both models, or leave out the others by --inner."
        raise DataError(f"there are {rows}", where="--on", remedy=remedy)
    kept = np.flatnonzero(np.isin(keys[1], keys[0]))
    order = np.argsort(keys[0])
    places = order[np.searchsorted(keys[0], keys[1][kept], sorter=order)]
    if not kept.size:
        remedy = "check that --on names the right columns and that both files write their values in the same format."
        raise DataError("the files have no row in common", where="--on", remedy=remedy)
    return Paired(old.take(places), new.take(kept), int(lone_old.size), int(lone_new.size))


def _aligned(old: Predictions, new: Predictions) -> Paired:
    if len(old) != len(new):
        message = f"{len(old):,} rows are in {old.path} and {len(new):,} in {new.path}"
        remedy = (
            "name the columns that identify a row by --on; without them both files need the same rows in one order."
        )
        raise DataError(message, where="the rows", remedy=remedy)
    return Paired(old, new)


def _keys(old: Predictions, new: Predictions) -> tuple[Ints, Ints]:
    """Return a number for each row; rows with the same identity have the same number in both files."""
    keys = np.zeros(len(old) + len(new), dtype=np.int64)
    for ours, theirs in zip(old.on, new.on, strict=True):
        names, codes = np.unique(np.asarray([*ours.names, *theirs.names], dtype=np.str_), return_inverse=True)
        both = np.concatenate([codes[ours.codes], codes[len(ours.names) :][theirs.codes]])
        # Renumbered after each column, so that many columns cannot overflow.
        keys = np.unique(keys * len(names) + both, return_inverse=True)[1].astype(np.int64)
    return keys[: len(old)], keys[len(old) :]


def _same_classes(old: Predictions, new: Predictions) -> Predictions:
    """Return the old file with its classes in the order of the new one."""
    if old.classes == new.classes:
        return old
    if differ := sorted(set(old.classes) ^ set(new.classes)):
        remedy = "add a column for each class to both files; a class unknown to a model has probability 0."
        raise DataError(f"only one file has the class {listed(differ)}", where="--prediction", remedy=remedy)
    order = np.asarray([old.classes.index(name) for name in new.classes], dtype=np.int64)
    back = np.argsort(order).astype(np.float64)
    return replace(old, values=old.values[:, order], y=back[old.y.astype(np.int64)], classes=new.classes)


def _check_same(paired: Paired, differ: npt.NDArray[np.bool_], what: str) -> None:
    if not differ.any():
        return
    rows = np.flatnonzero(differ)
    old, new = paired.old, paired.new
    message = f"{rows.size:,} of {len(new):,} rows have another {what} in {old.path} than in {new.path}"
    remedy = f"find out which {what} is right; both models must be judged by the same one."
    if not new.on:
        remedy = f"name the columns that identify a row by --on if the rows are in another order; else {remedy}"
    raise DataError(f"{message} ({_examples(new, rows)})", where="the rows", remedy=remedy)


def _examples(file: Predictions, rows: Ints) -> str:
    """Return a text that names the first rows by identity or position."""
    if not file.on:
        return f"first: row {', '.join(f'{row:,}' for row in rows[:_SHOWN])}, counted from 0"
    shown = [" ".join(column.names[column.codes[row]] for column in file.on) for row in rows[:_SHOWN]]
    return f"first: {', '.join(shown)}"
