"""Stage `validate`: separates the rows of a partition that are fit for training from the others, with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype
from pandera.errors import SchemaErrors

from ringside.common.task import Task
from ringside.errors import DataError, quoted

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

REASON = "quarantine_reason"
"""Column that is added to quarantined rows."""

# Dropping the rows that fail a check can only bring up a check that their values hid; twice is enough, more is a bug.
_PASSES = 4

_OF_TYPE = ("dtype(", "coerce_dtype(")
"""Prefixes of pandera's names for checks of a column's type."""


@dataclass(frozen=True)
class Validated:
    """Rows of one partition by result: `valid`, `quarantined` and the unlabelled rows add up to the input."""

    valid: pd.DataFrame
    """Rows with a label that pass the schema, in the types of the schema."""
    quarantined: pd.DataFrame
    """Rows with a label that fail the schema, unchanged, with the reason in an additional column."""
    unlabelled: int
    """Number of rows without a label; they stay in `data/raw` and are checked when the label arrives."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Number of rows per failed check, largest first; a row can fail several."""


def validate(frame: pd.DataFrame, schema: "DataFrameSchema", task: Task, *, where: str) -> Validated:
    """Check each row of one partition against the schema.

    Args:
        frame: the partition, `(n_rows, n_columns)`; not changed.
        schema: the task's schema.
        task: the task's definition.
        where: the partition's name or its file, for the error message.

    Raises:
        DataError: a column is missing, is of another type as a whole, or is not in the schema.
    """
    # Rows are identified by position from here on, whatever index the frame has.
    frame = frame.reset_index(drop=True)
    labelled = frame[frame[task.target].notna()] if task.target in frame else frame
    valid, found = check_rows(labelled, schema, where=where)
    per_row = found.groupby("index", sort=True)["reason"].agg(lambda texts: "; ".join(dict.fromkeys(texts)))
    quarantined = labelled.loc[per_row.index].assign(**{REASON: per_row})
    reasons = found.drop_duplicates()["reason"].value_counts()
    return Validated(
        valid=valid.reset_index(drop=True),
        quarantined=quarantined.reset_index(drop=True),
        unlabelled=len(frame) - len(labelled),
        reasons={str(reason): int(count) for reason, count in sorted(reasons.items(), key=lambda i: (-i[1], i[0]))},
    )


def check_rows(frame: pd.DataFrame, schema: "DataFrameSchema", *, where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Separate the rows that pass the schema from those that fail.

    Args:
        frame: the rows, with a unique index; not changed.
        schema: the schema that the rows must pass.
        where: the origin of the rows, for the error message.

    Returns:
        The rows that pass, in the types of the schema and under their index; and the failures of the others as columns
        `index` and `reason`, several where a row fails several checks.

    Raises:
        DataError: see `validate`.
    """
    failures: list[pd.DataFrame] = []
    rest = valid = frame
    for _ in range(_PASSES):
        try:
            valid = schema.validate(rest, lazy=True)
            failed = _altered(rest, valid, where)
        except SchemaErrors as errors:
            failed = _row_failures(errors, rest, where)
        if failed.empty:
            break
        failures.append(failed)
        rest = rest[~rest.index.isin(failed["index"])]
    else:
        remedy = "see whether a check of SCHEMA in schema.py changes its answer from call to call."
        raise DataError("the schema finds new failures in rows that it passed before", where=where, remedy=remedy)
    return valid, pd.concat(failures) if failures else pd.DataFrame({"index": [], "reason": []})


def check_quarantine(report: Sequence[Mapping[str, Any]], max_quarantined: float) -> None:
    """Raise if too many rows of a partition were quarantined.

    Args:
        report: per partition its name and the counts of `Validated`, as in `validation.json`.
        max_quarantined: the share of a partition's labelled rows that may be quarantined.

    Raises:
        DataError: a partition is above the limit; the error has a table of these partitions and their reasons.
    """
    lines = []
    for part in report:
        bad, labelled = part["quarantined"], part["valid"] + part["quarantined"]
        if bad > max_quarantined * labelled:
            lines.append(f"  {part['partition']}: {bad:,} of {labelled:,} rows ({bad / labelled:.2%})")
            lines += [f"    {count:>9,}  {reason}" for reason, count in list(part["reasons"].items())[:10]]
    if lines:
        raise DataError(
            f"more than {max_quarantined:.2%} of the rows fail the schema in\n" + "\n".join(lines),
            where="validate",
            remedy="look at data/quarantine; mend the source, or SCHEMA in schema.py, or validate.max_quarantined.",
        )


def _row_failures(errors: SchemaErrors, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the failures that belong to rows, as columns `index` and `reason`.

    Raises:
        DataError: a failure belongs to no row.
    """
    cases = errors.failure_cases.assign(check=lambda cases: cases["check"].astype(str))
    of_type = cases["check"].str.startswith(_OF_TYPE)
    # If a value has the wrong type, all other checks of its column fail because of that: the next pass repeats them.
    cases = cases[of_type | ~cases["column"].isin(set(cases.loc[of_type, "column"]))]
    rows = cases[cases["index"].notna()].drop_duplicates(["index", "column", "check"])
    rows = rows[~(rows["check"].str.startswith(_OF_TYPE) & rows.duplicated(["index", "column"]))]
    types = rows[rows["check"].str.startswith(_OF_TYPE)].drop_duplicates("column")
    wrong = [case for case in types.to_dict("records") if _all_fail(case["column"], rows, frame)]
    whole = cases[cases["index"].isna()].to_dict("records") + wrong
    if whole:
        raise DataError(
            "; ".join(_whole(case, frame) for case in whole),
            where=where,
            remedy=f"mend the source and run `ringside ingest --refresh {PurePath(where).stem}` (`all` for every "
            "partition), or mend SCHEMA in schema.py where the new form is meant; nothing was changed.",
        )
    wide = rows["schema_context"] == "DataFrameSchema"
    reasons = rows["check"].where(wide, rows["column"].astype(str) + ": " + rows["check"])
    return pd.DataFrame({"index": rows["index"].to_numpy(), "reason": reasons.to_numpy()})


def _all_fail(column: str, rows: pd.DataFrame, frame: pd.DataFrame) -> bool:
    """Return whether every value of `column` has the wrong type, so that the column is wrong and not single rows."""
    failed = rows.loc[(rows["column"] == column) & rows["check"].str.startswith(_OF_TYPE), "index"]
    return len(frame) > 1 and bool(frame.index[frame[column].notna()].isin(failed).all())


def _altered(before: pd.DataFrame, after: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return rows in which the schema's coercion silently changed a value, in the format of `_row_failures`.

    Raises:
        DataError: a column of texts became true and false, whatever the texts were.
    """
    lost = []
    for column in after.columns.intersection(before.columns):
        old, new = before[column], after[column]
        if is_bool_dtype(new) and not is_bool_dtype(old):
            changed = ~old.isin([True, False])
            if len(old) and changed.all():
                remedy = "answer true and false in source.py; nothing was changed."
                raise DataError(f"the column {column!r} has type {old.dtype}, not bool", where=where, remedy=remedy)
        elif is_integer_dtype(new) and is_numeric_dtype(old):
            # A fraction is truncated, and a number that is too large overflows to a negative one.
            changed = old != new
        else:
            continue
        lost += [(index, f"{column}: cannot be {new.dtype} without loss") for index in old.index[changed]]
    return pd.DataFrame(lost, columns=["index", "reason"])


def _whole(case: dict[str, object], frame: pd.DataFrame) -> str:
    """Return a description of one failure of a whole column."""
    check, found, column = str(case["check"]), case["failure_case"], case["column"]
    if check == "column_in_dataframe":
        return f"the column {found!r} is missing"
    if check == "column_in_schema":
        return f"the column {found!r} is not in the schema"
    if check.startswith(_OF_TYPE) and column in frame:
        expected = check.partition("(")[2].removesuffix(")").strip("'")
        return f"the column {column!r} has type {frame[column].dtype}, not {expected}"
    return f"{'the partition' if column is None else f'the column {column!r}'} fails {check} ({quoted(found)})"
