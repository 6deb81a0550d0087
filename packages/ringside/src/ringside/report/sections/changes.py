"""Sections of the changes: policy, parameters, data."""

from ringside import messages
from ringside.report.document import Block, Cell, Mono, ReportSection, Strong, Table, Text
from ringside.report.model import ColumnChangeRecord, DataDiffRecord, ParamChangeRecord, Report
from ringside.report.number_format import count, exact, percent, plain

STABLE, SHIFTED = 0.1, 0.25
"""Limits of the population stability index: stable below the first, shifted from the second."""


def policy(report: Report) -> ReportSection | None:
    """Return how this checkout's policy differs from the one that judged; this section is never folded."""
    changes = report.policy.changes
    if not changes:
        return None
    lead = Text(
        (
            Strong("This change alters the policy."),
            " The policy of the base branch judged it. The new policy applies after the merge.",
        )
    )
    table = _changes_table("Changes of the policy", changes, ("judged by", "after the merge"))
    return ReportSection("policy", "Policy", (lead, table), count(len(changes), "change"), loud=True)


def params(report: Report) -> ReportSection | None:
    """Return the section of the keys of params.yaml that differ from the rival's."""
    if not report.params:
        return None
    table = _changes_table("Parameters that changed", report.params, ("before", "after"))
    return ReportSection("params", "Parameters", (table,), count(len(report.params), "change"))


def data(report: Report) -> ReportSection | None:
    """Return the section that compares the data of both models: rows, partitions, columns, labels, drift."""
    diff = report.data
    if diff is None:
        return None
    blocks: list[Block] = [_counts(diff)]
    blocks += _partitions(diff)
    blocks += _schema(diff)
    blocks += _labels(diff, shares=report.kind != "regression")
    blocks += _drift(diff)
    change = diff.rows_after - diff.rows_before
    note = "as many rows" if change == 0 else count(abs(change), "more row" if change > 0 else "fewer row")
    return ReportSection("data", "Data", tuple(blocks), note)


def _changes_table(caption: str, changes: list[ParamChangeRecord], header: tuple[str, str]) -> Table:
    rows = tuple((Mono(c.key), _value(c, c.before), _value(c, c.after)) for c in changes)
    return Table(caption, ("key", *header), rows, left=3)


def _value(change: ParamChangeRecord, value: str | float | bool | None) -> Cell:
    if not change.shown:
        return "(not shown)"
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return Mono("true" if value else "false")
    return Mono(value) if isinstance(value, str) else exact(value)


def _counts(diff: DataDiffRecord) -> Table:
    rows = [("rows", count(diff.rows_before), count(diff.rows_after))]
    if diff.duplicates_before is not None or diff.duplicates_after is not None:
        rows.append(("duplicates", count(diff.duplicates_before), count(diff.duplicates_after)))
    return Table("Rows in all partitions", ("", "before", "after"), tuple(rows))


def _partitions(diff: DataDiffRecord) -> list[Block]:
    if not diff.partitions:
        return [Text(("No partition was added, removed or changed.",))]
    rows = tuple(
        (Mono(p.partition), messages.PARTITIONS[p.change], count(p.rows_before), count(p.rows_after))
        for p in diff.partitions
    )
    return [Table("Partitions that changed", ("partition", "change", "rows before", "rows after"), rows, left=2)]


def _schema(diff: DataDiffRecord) -> list[Block]:
    kinds = (("added", diff.columns_added), ("removed", diff.columns_removed), ("other type", diff.columns_retyped))
    rows = tuple((Mono(name), kind) for kind, names in kinds for name in names)
    return [Table("Columns that changed", ("column", "change"), rows, left=2)] if rows else []


def _labels(diff: DataDiffRecord, *, shares: bool) -> list[Block]:
    if not diff.labels:
        return []
    shown = percent if shares else plain
    rows = tuple((Mono(name), shown(before), shown(after)) for name, before, after in diff.labels)
    return [Table("Labels, by share" if shares else "Labels", ("label", "before", "after"), rows)]


def _drift(diff: DataDiffRecord) -> list[Block]:
    if not diff.columns:
        return []
    header = ("column", "stability index", "effect size", "missing before", "missing after")
    rows = tuple(
        (Mono(c.column), _stability(c), _effect(c), percent(c.missing_before, 2), percent(c.missing_after, 2))
        for c in diff.columns
    )
    note = (
        "Population stability index: stable below 0.1, shifted from 0.25. "
        "Effect sizes: d is Cohen's d, V is Cramér's V; they do not grow with the number of rows."
    )
    return [Table("Columns, largest change first", header, rows), Text((note,))]


def _stability(column: ColumnChangeRecord) -> str:
    value = column.stability
    if value is None:
        return plain(value)
    word = "stable" if value < STABLE else "moved" if value < SHIFTED else "shifted"
    return f"{plain(value, 3)} {word}"


def _effect(column: ColumnChangeRecord) -> str:
    if column.distance is None or column.effect is None:
        return plain(column.distance)
    borders = messages.EFFECTS[column.effect]
    word = ("negligible", "small", "medium", "large")[sum(column.distance >= border for border in borders)]
    return f"{column.effect[-1].upper() if column.effect.endswith('v') else 'd'} {plain(column.distance, 3)} {word}"
