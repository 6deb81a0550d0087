"""A comparison as plain lines for a terminal: numbers and words, no colour."""

from collections.abc import Iterable, Sequence

from ringside.verdict.comparison import Comparison, Slice
from ringside.verdict.outcomes import Result
from ringside.verdict.rules import Finding

MOST_SLICES = 20
"""Slices that are shown; the rest is counted."""

_REASONS = {
    "identical": "identical predictions",
    "few_rows": "too few rows to judge",
    "no_baseline": "no baseline to take a share of",
    "too_few_groups": "too few groups for an interval",
    "dominating_groups": "a few groups hold most of the rows",
    "undefined": "not defined on these rows, or without one of the groups",
    "no_variance": "no variance between groups",
    "few_differing_decisions": "the decisions differ in fewer than 10 groups",
}
_CAUTIONS = {
    "real_loss": "a real loss, within or near the tolerance",
    "one_group": "one group carries more than half of the variance",
    "autocorrelated": "neighbouring groups are alike, so the interval is a wider one",
}


def lines(comparison: Comparison, *, rival: str = "rival", challenger: str = "challenger") -> list[str]:
    """The metrics, the slices where there are any, and a line for each caution and reason.

    Args:
        comparison: as `ringside.verdict.compare` answers it.
        rival: what to call the model that was judged against.
        challenger: what to call the model that was judged.
    """
    header = ["metric", rival, challenger, "better by", "bounds", "tolerance", "outcome"]
    found = _table(header, [[result.metric, *_cells(result)] for result in comparison.metrics])
    found += [note for result in comparison.metrics for note in _notes(result)]
    if comparison.slices:
        parts = sorted(comparison.slices, key=_urgency)
        header = ["slice", "rows", *header[1:]]
        rows = [[f"{part.column}={part.value}", f"{part.rows:,}", *_cells(part.result)] for part in parts[:MOST_SLICES]]
        found += ["", f"{comparison.deciding.metric} by slice:", *_table(header, rows)]
        if len(parts) > MOST_SLICES:
            found.append(f"and {len(parts) - MOST_SLICES:,} slices that are no worse than the last of these")
    return found


def findings(rules: Iterable[Finding]) -> list[str]:
    """A line for each rule that had something to look at."""
    return [
        f"{finding.rule.code} {finding.rule.name}: {_words(finding.state)}"
        + (f" ({_REASONS.get(finding.reason, _words(finding.reason))})" if finding.reason else "")
        + (f": {', '.join(finding.subjects)}" if finding.subjects else "")
        for finding in rules
        if finding.state != "not_applicable"
    ]


def _cells(result: Result) -> list[str]:
    bounds = "-"
    if result.lower is not None and result.upper is not None:
        bounds = f"{result.lower:+.4g} to {result.upper:+.4g}"
    outcome = _words(result.outcome or "-")
    if result.reason and result.outcome:
        outcome += f" ({_REASONS[result.reason]})"
    elif result.reason:
        outcome = _REASONS[result.reason]
    difference = "-" if result.difference is None else f"{result.difference:+.4g}"
    return [_number(result.rival), _number(result.challenger), difference, bounds, _number(result.tolerance), outcome]


def _notes(result: Result) -> list[str]:
    found = [f"{result.metric}: {_CAUTIONS[caution]}" for caution in result.cautions]
    if result.outcome == "inconclusive" and result.smallest is not None:
        found.append(f"{result.metric}: rows like these show {result.smallest:.4g} in four of five cases")
    if result.more_groups:
        found.append(f"{result.metric}: about {result.more_groups:,} more groups would settle it, as things stand")
    return found


def _urgency(part: Slice) -> tuple[bool, float]:
    """Slices that are worse first, then by how far the challenger is behind."""
    difference = part.result.difference
    return part.result.outcome != "worse", float("inf") if difference is None else difference


def _words(text: str) -> str:
    return text.replace("_", " ")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns aligned as text: the first and the last to the left, the others to the right."""
    cells = [header, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    found = []
    for first, *others, last in cells:
        between = (cell.rjust(width) for cell, width in zip(others, widths[1:-1], strict=True))
        found.append("  ".join([first.ljust(widths[0]), *between, last]).rstrip())
    return found
