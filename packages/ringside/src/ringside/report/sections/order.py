"""The head and the sections of a report, the same in every format."""

from collections.abc import Callable
from dataclasses import dataclass

from ringside.codes import Verdict
from ringside.report import words
from ringside.report.document import ReportSection, Table, Tone
from ringside.report.model import Report
from ringside.report.sections import changes, charts, context, results

ORDER: tuple[Callable[[Report], ReportSection | None], ...] = (
    changes.policy,
    results.metrics,
    results.slices,
    changes.params,
    changes.data,
    charts.curves,
    results.rules,
    context.models,
    context.cost,
    context.reproduce,
    results.not_applicable,
)
"""Order of the sections."""

IMPORTANCE = (
    "policy",
    "rules",
    "metrics",
    "reproduce",
    "slices",
    "data",
    "params",
    "models",
    "cost",
    "curves",
    "not_applicable",
)
"""Sections by importance, the first kept longest if the text is too long."""

TONES: dict[Verdict, Tone] = {"pass": "good", "inconclusive": "open", "fail": "bad"}


@dataclass(frozen=True)
class Head:
    """The part above the folded sections."""

    tone: Tone
    headline: str
    table: Table | None
    what_now: str
    notes: tuple[str, ...]


def head(report: Report) -> Head:
    """Return the head of a report: the verdict, a table, the next step and warnings."""
    return Head(
        tone=TONES[report.verdict],
        headline=words.headline(report),
        table=results.first_table(report),
        what_now=words.what_now(report),
        notes=tuple(results.notes(report)),
    )


def sections(report: Report) -> list[ReportSection]:
    """Return the sections of this report, in the order of the page."""
    return [section for make in ORDER if (section := make(report)) is not None]
