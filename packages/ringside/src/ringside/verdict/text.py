"""A comparison as plain lines for a terminal, without colour."""

from collections.abc import Iterable, Sequence

from ringside import messages
from ringside.verdict.comparison import Comparison, Slice
from ringside.verdict.outcomes import Result
from ringside.verdict.rules import Finding

MOST_SLICES = 20
"""Maximum number of slices shown; the others are counted."""


def lines(comparison: Comparison, *, rival: str = "rival", challenger: str = "challenger") -> list[str]:
    """Return the tables of metrics and slices, and a line for each caution.

    Args:
        comparison: The result of `ringside.verdict.compare`.
        rival: Name of the rival in the table.
        challenger: Name of the challenger in the table.

    Returns:
        The lines, without line ends.
    """
    header = ["metric", rival, challenger, "better by", "bounds", "tolerance", "outcome"]
    output = _table(header, [[result.metric, *_cells(result)] for result in comparison.metrics])
    output += [note for result in comparison.metrics for note in _notes(result)]
    if comparison.slices:
        parts = sorted(comparison.slices, key=_urgency)
        header = ["slice", "rows", *header[1:]]
        rows = [[f"{part.column}={part.value}", f"{part.rows:,}", *_cells(part.result)] for part in parts[:MOST_SLICES]]
        output += ["", f"{comparison.deciding.metric} by slice:", *_table(header, rows)]
        if len(parts) > MOST_SLICES:
            output.append(f"{len(parts) - MOST_SLICES:,} more slices; none is worse than the last of these")
    return output


def findings(rules: Iterable[Finding]) -> list[str]:
    """Return a line for each rule that applies."""
    return [
        f"{finding.rule.code} {finding.rule.name}: {messages.STATES[finding.state]}"
        + (f" ({messages.reason(finding.reason)})" if finding.reason else "")
        + (f": {', '.join(finding.subjects)}" if finding.subjects else "")
        for finding in rules
        if finding.state != "not_applicable"
    ]


def _cells(result: Result) -> list[str]:
    bounds = "-"
    if result.lower is not None and result.upper is not None:
        bounds = f"{result.lower:+.4g} to {result.upper:+.4g}"
    outcome, reason = messages.OUTCOMES.get(result.outcome or "", ""), messages.reason(result.reason)
    outcome = f"{outcome} ({reason})" if outcome and reason else outcome or reason or "-"
    difference = "-" if result.difference is None else f"{result.difference:+.4g}"
    return [_number(result.rival), _number(result.challenger), difference, bounds, _number(result.tolerance), outcome]


def _notes(result: Result) -> list[str]:
    notes = [f"{result.metric}: {messages.CAUTIONS[caution].sentence}" for caution in result.cautions]
    if result.outcome == "inconclusive" and result.smallest is not None:
        smallest = f"{result.smallest:.4g}"
        notes.append(
            f"{result.metric}: such a test set detects differences of {smallest} or more in four of five cases"
        )
    if result.more_groups:
        notes.append(
            f"{result.metric}: about {result.more_groups:,} more groups would decide it, if the estimate stays"
        )
    return notes


def _urgency(part: Slice) -> tuple[bool, float]:
    """Return the sort key: worse slices first, then by how far the challenger is behind."""
    difference = part.result.difference
    return part.result.outcome != "worse", float("inf") if difference is None else difference


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Align columns: the first and the last to the left, the others to the right."""
    cells = [header, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    output = []
    for first, *others, last in cells:
        between = (cell.rjust(width) for cell, width in zip(others, widths[1:-1], strict=True))
        output.append("  ".join([first.ljust(widths[0]), *between, last]).rstrip())
    return output
