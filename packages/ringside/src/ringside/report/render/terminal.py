"""Renderer of a report as a few lines of plain text."""

from collections.abc import Callable

from ringside.report.model import Report, ResultRecord
from ringside.report.number_format import difference, places, plain
from ringside.report.sections.results import table_results
from ringside.report.words import (
    DIFFERENCE,
    challenger_name,
    headline,
    metric_name,
    outcome,
    outcome_word,
    rival_name,
    tolerance,
    what_now,
)

MOST_LINES = 20
WIDTH = 100


def to_terminal(report: Report) -> list[str]:
    """Return the verdict, the deciding metric, the guardrails and two more metrics, and the next step.

    Returns:
        At most `MOST_LINES` lines of at most `WIDTH` characters, without control characters.
    """
    first, last = _wrapped(headline(report))[:5], _wrapped(what_now(report))[:4]
    available = MOST_LINES - len(first) - len(last) - 4
    results = table_results(report, MOST_LINES)
    guards = sum(result.tolerance is not None for result in results)
    rows = results[: min(available, max(3, guards + 2))]
    return [*first, *(["", *_table(report, rows)] if rows else []), "", *last]


def _table(report: Report, results: list[ResultRecord]) -> list[str]:
    """Return the table, with reasons after the outcomes if they fit."""
    whole = _aligned(report, results, outcome)
    fits = all(len(line) <= WIDTH for line in whole)
    return whole if fits else [line[:WIDTH].rstrip() for line in _aligned(report, results, outcome_word)]


def _aligned(report: Report, results: list[ResultRecord], word: Callable[[ResultRecord], str]) -> list[str]:
    cells = [["metric", challenger_name(report), rival_name(report), DIFFERENCE, "tolerance", "outcome"]]
    cells += [[*_row(result), word(result)] for result in results]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    return [_line(row, widths) for row in cells]


def _row(result: ResultRecord) -> list[str]:
    decimals = places(result)
    return [
        metric_name(result.metric)[:24],
        plain(result.challenger, decimals),
        plain(result.rival, decimals),
        difference(result),
        tolerance(result).split(" ")[0] if result.tolerance is not None else "none",
    ]


def _line(row: list[str], widths: list[int]) -> str:
    first, *middle, last = row
    aligned = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *aligned, last])


def _wrapped(text: str) -> list[str]:
    """Wrap `text` at spaces in lines of at most `WIDTH`; longer words are cut."""
    lines = [""]
    for word in text.split(" "):
        whole = f"{lines[-1]} {word}".lstrip()
        if len(whole) <= WIDTH:
            lines[-1] = whole
        else:
            lines.append(word[:WIDTH])
    return [line for line in lines if line]
