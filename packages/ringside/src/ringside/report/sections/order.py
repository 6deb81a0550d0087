"""A report as a page: its head and its sections, the same ones in every format."""

from collections.abc import Callable
from dataclasses import dataclass

from ringside.codes import Verdict
from ringside.report import words
from ringside.report.document import ReportSection, Table, Tone
from ringside.report.model import Report
from ringside.report.sections import changes as changed
from ringside.report.sections import charts as drawn
from ringside.report.sections import context as around
from ringside.report.sections import results as judged

ORDER: tuple[Callable[[Report], ReportSection | None], ...] = (
    changed.policy,
    judged.metrics,
    judged.slices,
    changed.params,
    changed.data,
    drawn.curves,
    judged.rules,
    around.models,
    around.cost,
    around.reproduce,
    judged.not_applicable,
)
"""Of the page."""

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
"""What is kept longest where there is no room for all, first to last."""

TONES: dict[Verdict, Tone] = {"pass": "good", "inconclusive": "open", "fail": "bad"}


@dataclass(frozen=True)
class Head:
    """What everybody reads."""

    tone: Tone
    headline: str
    table: Table | None
    what_now: str
    notes: tuple[str, ...]


def head(report: Report) -> Head:
    """The verdict in one sentence, the table, what now."""
    return Head(
        tone=TONES[report.verdict],
        headline=words.headline(report),
        table=judged.first_table(report),
        what_now=words.what_now(report),
        notes=tuple(judged.notes(report)),
    )


def sections(report: Report) -> list[ReportSection]:
    """The sections that this report has, in the order of the page."""
    return [section for make in ORDER if (section := make(report)) is not None]
