"""Reads a partition from `data/raw` and checks it before anything is computed from it."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from ringside.common.fingerprint import content_hash, row_hashes
from ringside.common.manifest import PartitionEntry
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.errors import DataError, quoted


def read_raw(path: Path, entry: PartitionEntry) -> pa.Table:
    """Return one partition from its file in `data/raw`, compared with the manifest.

    Raises:
        DataError: the file is missing, damaged, or differs from the manifest.
    """
    remedy = (
        f"move the file away and run `ringside ingest --frozen` for what the manifest names; if the change is meant, "
        f"let the source answer it and run `ringside ingest --refresh {entry.partition}`."
    )
    table = read_table(path, remedy=remedy)
    if content_hash(table) != entry.content:
        found = (
            f"it does not fit data/manifest.json ({table.num_rows:,} rows here, {entry.rows:,} there, or other values)"
        )
        raise DataError(found, where=str(path), remedy=remedy)
    if table.num_rows != entry.rows:
        found = f"it gives {entry.partition} {entry.rows:,} rows, the values that it names are {table.num_rows:,}"
        raise DataError(found, where="data/manifest.json", remedy="restore it with `git checkout data/manifest.json`.")
    return table


def strangers(folder: Path, names: Collection[str]) -> list[str]:
    """Return the files in `folder` that do not belong to the partitions `names`."""
    ours = {f"{name}.parquet" for name in names}
    return sorted(path.name for path in folder.glob("*") if path.name not in ours) if folder.exists() else []


def refuse_strangers(files: Sequence[str]) -> None:
    """Raise if `data/raw` contains files missing from the manifest.

    Raises:
        DataError: there are such files.
    """
    if files:
        shown = ", ".join(files[:6]) + (f" and {len(files) - 6} more" if len(files) > 6 else "")  # noqa: PLR2004
        raise DataError(
            f"data/raw holds {shown}, which the manifest does not name",
            where="data/manifest.json",
            remedy="move it out of data/raw; new data come in by `ringside ingest`, through the task's source.",
        )


def check_identities(table: pa.Table, task: Task, *, where: str) -> None:
    """Check that there are rows and that each has a unique identity.

    Raises:
        DataError: the table is empty, or an identity is missing or duplicated.
    """
    keys = list(task.identity)
    remedy = "correct `read` in source.py, or add a column to `identity` of the task; nothing was changed."
    if table.num_rows == 0:
        raise DataError("the partition has no rows", where=where, remedy=remedy)
    for key in keys:
        if missing := table.column(key).null_count:
            raise DataError(
                f"{missing:,} rows have no {key!r}, which is part of the identity", where=where, remedy=remedy
            )
    hashes = row_hashes(table, keys)
    order = hashes.argsort()
    doubled = order[1:][hashes[order][1:] == hashes[order][:-1]]
    if doubled.size:
        example = ", ".join(f"{key}={quoted(table.column(key)[int(doubled.min())].as_py())}" for key in keys)
        found = f"{doubled.size:,} rows repeat the identity of another row (the first: {example})"
        raise DataError(found, where=where, remedy=remedy)
