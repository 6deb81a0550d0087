"""Two files of predictions, brought to the same rows in the same order."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ringside.data.predictions import Ints, Predictions, listed
from ringside.errors import DataError

_SHOWN = 3


@dataclass(frozen=True)
class Paired:
    """Two files on the same rows, in the order of the new one."""

    old: Predictions
    new: Predictions
    only_old: int = 0
    """Rows of the old file that were left out."""
    only_new: int = 0


def pair(old: Predictions, new: Predictions, *, inner: bool = False) -> Paired:
    """Bring two files to the same rows.

    Args:
        old: the rival's.
        new: the challenger's.
        inner: leave out rows that only one file has.

    Raises:
        DataError: an identity is doubled, a row is in one file only, or labels, groups or classes differ.
    """
    old = _same_classes(old, new)
    found = _joined(old, new, inner=inner) if new.on else _aligned(old, new)
    _check_same(found, found.old.y != found.new.y, "label")
    if found.old.group and found.new.group:
        _check_same(found, found.old.group.texts != found.new.group.texts, "group")
    return found


def _joined(old: Predictions, new: Predictions, *, inner: bool) -> Paired:
    keys = _keys(old, new)
    for file, key in zip((old, new), keys, strict=True):
        _, first, counts = np.unique(key, return_index=True, return_counts=True)
        if (doubled := np.sort(first[counts > 1])).size:
            found = f"{doubled.size:,} identities stand more than once ({_examples(file, doubled)})"
            raise DataError(found, where=str(file.path), remedy="name more columns by --on, or remove the copies.")
    lone_old, lone_new = (np.flatnonzero(~np.isin(a, b)) for a, b in (keys, keys[::-1]))
    if not inner and (lone_old.size or lone_new.size):
        lone = [(old, lone_old), (new, lone_new)]
        found = " and ".join(f"{i.size:,} rows only in {f.path} ({_examples(f, i)})" for f, i in lone if i.size)
        remedy = "score the same rows by both models, or leave the others out by --inner."
        raise DataError(f"there are {found}", where="--on", remedy=remedy)
    kept = np.flatnonzero(np.isin(keys[1], keys[0]))
    order = np.argsort(keys[0])
    places = order[np.searchsorted(keys[0], keys[1][kept], sorter=order)]
    if not kept.size:
        remedy = "look whether --on names the right columns, and whether both files write them alike."
        raise DataError("the files have no row in common", where="--on", remedy=remedy)
    return Paired(old.take(places), new.take(kept), int(lone_old.size), int(lone_new.size))


def _aligned(old: Predictions, new: Predictions) -> Paired:
    if len(old) != len(new):
        found = f"{len(old):,} rows are in {old.path} and {len(new):,} in {new.path}"
        remedy = "name the columns that identify a row by --on; without them both files must have one order."
        raise DataError(found, where="the rows", remedy=remedy)
    return Paired(old, new)


def _keys(old: Predictions, new: Predictions) -> tuple[Ints, Ints]:
    """One number for each identity, equal in both files."""
    keys = np.zeros(len(old) + len(new), dtype=np.int64)
    for ours, theirs in zip(old.on, new.on, strict=True):
        names, codes = np.unique(np.asarray([*ours.names, *theirs.names], dtype=np.str_), return_inverse=True)
        both = np.concatenate([codes[ours.codes], codes[len(ours.names) :][theirs.codes]])
        # Made dense after each column, so that many columns cannot run over.
        keys = np.unique(keys * len(names) + both, return_inverse=True)[1].astype(np.int64)
    return keys[: len(old)], keys[len(old) :]


def _same_classes(old: Predictions, new: Predictions) -> Predictions:
    """The old file with its classes in the order of the new one."""
    if old.classes == new.classes:
        return old
    if differ := sorted(set(old.classes) ^ set(new.classes)):
        remedy = "give both files a column for each class; a class that a model does not know has probability 0."
        raise DataError(f"one file alone has the class {listed(differ)}", where="--prediction", remedy=remedy)
    order = np.asarray([old.classes.index(name) for name in new.classes], dtype=np.int64)
    back = np.argsort(order).astype(np.float64)
    return replace(old, values=old.values[:, order], y=back[old.y.astype(np.int64)], classes=new.classes)


def _check_same(found: Paired, differ: npt.NDArray[np.bool_], what: str) -> None:
    if not differ.any():
        return
    rows = np.flatnonzero(differ)
    text = f"{rows.size:,} of {len(found.new):,} rows have another {what} in {found.old.path} than in {found.new.path}"
    remedy = f"find out which {what} is right; both models must be judged by one."
    if not found.new.on:
        remedy = f"name the columns that identify a row by --on if the rows are in another order; else {remedy}"
    raise DataError(f"{text} ({_examples(found.new, rows)})", where="the rows", remedy=remedy)


def _examples(file: Predictions, rows: Ints) -> str:
    """The first rows as people find them."""
    if not file.on:
        return f"first: row {', '.join(f'{row:,}' for row in rows[:_SHOWN])}, counted from 0"
    shown = [" ".join(column.names[column.codes[row]] for column in file.on) for row in rows[:_SHOWN]]
    return f"first: {', '.join(shown)}"
