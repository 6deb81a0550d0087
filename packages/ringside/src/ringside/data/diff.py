"""Compare the data of a rival with the data of a challenger, using only their profiles; no rows are read.

Each column is compared between the training partitions of the rival and the new data: the partitions that the
challenger has and the rival lacked, or had with other values. Without new data there is no drift, and no columns are
returned.

Each profile counts numbers in bins of its own training rows. The counts of a partition with the same values in both
are read from the challenger's profile, so that both sides use the same bins. All other counts are converted to the
challenger's bins: numbers by linear interpolation (`ringside.data.drift.rebin`), so that their stability is
approximate; categories exactly, and those without a count in one profile are pooled on both sides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ringside.data.drift import Counts, Effect, column_drift, pool, pooled_moments, rebin, recategorise
from ringside.errors import DataError
from ringside.pipeline.evaluate.profile import VERSION

Profile = Mapping[str, Any]
"""The content of a `profile.json`, of version 1 or 2."""
Bins = Mapping[str, Any]
"""The bins of one column in a profile."""


@dataclass(frozen=True)
class ColumnChange:
    """The drift of one column between the rival's training data and the new data."""

    column: str
    stability: float | None
    """Population stability index; this, `distance` and `effect` are defined in `ringside.data.drift.ColumnDrift`."""
    distance: float | None
    effect: Effect | None
    missing_before: float | None
    """Share of the rival's training rows without a value."""
    missing_after: float | None
    """Share of the new rows without a value."""


@dataclass(frozen=True)
class PartitionChange:
    """A partition that was added, was removed, or has other values."""

    partition: str
    change: Literal["added", "removed", "changed"]
    rows_before: int | None
    rows_after: int | None


@dataclass(frozen=True)
class DataDiff:
    """The differences between the data of the rival and of the challenger."""

    rows_before: int
    """Number of valid rows in all partitions of the rival's profile."""
    rows_after: int
    duplicates_before: int | None
    """Number of rows that equal another row of their partition except for the identity; None if not in the profile."""
    duplicates_after: int | None
    partitions: tuple[PartitionChange, ...] = ()
    """Changed partitions, sorted by name; empty if the data are the same."""
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()
    labels: tuple[tuple[str, float, float], ...] = ()
    """Each label with its share before and after; `mean` and `std` for a regression. Empty without new data."""
    columns: tuple[ColumnChange, ...] = ()
    """Drift of the columns, the strongest first. Empty without new data."""


def diff(rival: Profile, challenger: Profile, *, leave_out: Collection[str] = ()) -> DataDiff:
    """Return the differences between two profiles of one task.

    Args:
        rival: the profile written with the rival.
        challenger: the profile of the current data.
        leave_out: columns without a drift, as returned by `ringside.data.drift.new_by_design`.

    Raises:
        DataError: one of the two is no profile, or its version is not supported.
    """
    check_profile(rival, where="the rival's profile")
    check_profile(challenger, where="the challenger's profile")
    old, new = rival["partitions"], challenger["partitions"]
    exact = all("types" in part for part in [*old.values(), *new.values()])
    types_before, types_after = _types(rival, exact=exact), _types(challenger, exact=exact)
    shared = [column for column in types_after if column in types_before]
    fresh = [name for name in new if not _same(old.get(name), new[name])]
    learnt = [name for name, part in old.items() if "train" in part["sides"]]
    moved = _columns(rival, challenger, learnt, fresh, leave_out) if fresh and learnt else []
    return DataDiff(
        rows_before=_rows(old),
        rows_after=_rows(new),
        duplicates_before=_duplicates(old),
        duplicates_after=_duplicates(new),
        partitions=tuple(_partitions(old, new)),
        columns_added=tuple(column for column in types_after if column not in types_before),
        columns_removed=tuple(column for column in types_before if column not in types_after),
        columns_retyped=tuple(column for column in shared if types_before[column] != types_after[column]),
        labels=_labels([old[name] for name in learnt], [new[name] for name in fresh]),
        columns=tuple(sorted(moved, key=lambda change: (-(change.stability or 0.0), change.column))),
    )


def check_profile(profile: Any, *, where: str) -> None:  # noqa: ANN401  # untrusted JSON
    """Raise if this version of the package cannot read a profile.

    Raises:
        DataError: the content is no profile, or a profile of a later version.
    """
    whole = isinstance(profile, dict) and {"version", "bins", "partitions", "trained_on"} <= profile.keys()
    if not whole:
        raise DataError("the content is no profile", where=where, remedy="write it again with `dvc repro`.")
    if profile["version"] not in range(1, VERSION + 1):
        message = f"its version is {profile['version']!r}, and the package supports versions up to {VERSION}"
        raise DataError(message, where=where, remedy="run `ringside update`, or compare with another version.")


def _same(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return before is not None and bool(before["content"] == after["content"])


def _rows(partitions: Mapping[str, Any]) -> int:
    return sum(part["rows"] for part in partitions.values())


def _duplicates(partitions: Mapping[str, Any]) -> int | None:
    if any("duplicates" not in part for part in partitions.values()):
        return None
    return sum(int(part["duplicates"]) for part in partitions.values())


def _types(profile: Profile, *, exact: bool) -> dict[str, str]:
    """Return the type of each column; only `number` or `category` if a profile has version 1."""
    types = {column: "number" if "edges" in bins else "category" for column, bins in profile["bins"].items()}
    if exact:
        for part in profile["partitions"].values():
            types |= {column: kind for column, kind in part["types"].items() if column in types}
    return types


def _partitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[PartitionChange]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None:
            yield PartitionChange(name, "added", None, new[name]["rows"])
        elif after is None:
            yield PartitionChange(name, "removed", before["rows"], None)
        elif not _same(before, after):
            yield PartitionChange(name, "changed", before["rows"], after["rows"])


def _labels(before: Sequence[Any], after: Sequence[Any]) -> tuple[tuple[str, float, float], ...]:
    sides = [_balance(parts) for parts in (before, after)]
    if not all(sides):
        return ()
    names = sorted({*sides[0], *sides[1]})
    return tuple((name, sides[0].get(name, 0.0), sides[1].get(name, 0.0)) for name in names)


def _balance(parts: Sequence[Any]) -> dict[str, float]:
    """Return the share of each label, or mean and standard deviation of numbers; empty if there are no rows."""
    filled = [part for part in parts if part["labels"] and part["rows"]]
    if filled and isinstance(filled[0]["labels"].get("mean"), float):
        means, deviations = ([part["labels"][key] for part in filled] for key in ("mean", "std"))
        mean, deviation = pooled_moments([part["rows"] for part in filled], means, deviations)
        return {"mean": mean, "std": deviation}
    total: dict[str, int] = {}
    for part in filled:
        for label, rows in part["labels"].items():
            total[label] = total.get(label, 0) + rows
    return {label: rows / sum(total.values()) for label, rows in total.items()}


def _columns(
    rival: Profile, challenger: Profile, learnt: Sequence[str], fresh: Sequence[str], leave_out: Collection[str]
) -> list[ColumnChange]:
    old, new = rival["partitions"], challenger["partitions"]
    changes = []
    for column, bins in challenger["bins"].items():
        theirs = rival["bins"].get(column)
        counted = theirs is not None and column in new[fresh[0]]["columns"] and column in old[learnt[0]]["columns"]
        if theirs is None or not counted or column in leave_out:
            continue
        after = [new[name]["columns"][column] for name in fresh]
        kept = [new[name]["columns"][column] for name in learnt if name in new and _same(old[name], new[name])]
        gone = [old[name]["columns"][column] for name in learnt if name not in new or not _same(old[name], new[name])]
        changes.append(_change(column, (kept, gone, after), theirs, bins))
    return changes


def _change(
    column: str, sides: tuple[list[Counts], list[Counts], list[Counts]], theirs: Bins, ours: Bins
) -> ColumnChange:
    """Return the drift of one column; `sides` are the counts of shared, only the rival's, and new partitions."""
    kept, gone, after = sides
    missing = _missing([*kept, *gone]), _missing(after)
    aligned = _aligned(sides, theirs, ours)
    if aligned is None:
        return ColumnChange(column, None, None, None, *missing)
    drift = column_drift(column, pool(aligned[0]), pool(aligned[1]))
    return ColumnChange(column, drift.stability, drift.distance, drift.effect, *missing)


def _missing(parts: Sequence[Counts]) -> float | None:
    rows = sum(sum(part["counts"]) + part.get("other", 0) + part["missing"] for part in parts)
    return sum(part["missing"] for part in parts) / rows if rows else None


def _aligned(
    sides: tuple[list[Counts], list[Counts], list[Counts]], theirs: Bins, ours: Bins
) -> tuple[list[Counts], list[Counts]] | None:
    """Return the counts before and after in the same bins; None if they cannot be converted."""
    kept, gone, after = sides
    if not gone:
        return kept, after
    if ("edges" in theirs) != ("edges" in ours):
        return None
    if "edges" in ours:
        moved = [rebin(part, theirs["edges"], ours["edges"]) for part in gone]
        whole = [part for part in moved if part is not None]
        return ([*kept, *whole], after) if len(whole) == len(moved) else None
    # The rival has no count of a category without a bin, unless its bins cover all categories.
    complete = not any(part["other"] for part in gone)
    known = [value for value in ours["values"] if complete or value in theirs["values"]]
    before = [recategorise(part, theirs["values"], known) for part in gone]
    before += [recategorise(part, ours["values"], known) for part in kept]
    return before, [recategorise(part, ours["values"], known) for part in after]
