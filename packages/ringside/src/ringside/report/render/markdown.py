"""Renderer of a report as GitHub-flavoured Markdown, for a comment, a job summary and a release page.

The verdict is first, then the deciding metric and two more, then the next step; everything else is folded.
"""

import html
import re

from ringside.report.document import Block, Cell, Chart, Code, Dots, Mono, ReportSection, Run, Strong, Table, Text
from ringside.report.model import Report
from ringside.report.render import mermaid
from ringside.report.sections.order import IMPORTANCE, Head, head, sections

LIMIT = 60_000
"""Maximum length in characters; GitHub accepts 65,536 in a comment."""
SHORTEST = 12_000
"""Smallest accepted limit; the verdict, its table and a changed policy always fit."""

_ALERTS = {"good": "TIP", "open": "NOTE", "bad": "CAUTION"}
_STEPS = (100, 30, 10, 0)
"""Maximum rows of a section's tables, reduced until the text fits; 0 leaves the section out."""
_LOUD_ROWS = 10
_MARKUP = re.compile(r"([\\`*_\[\]|~$@#{}])")
# Names that GitHub would turn into links: a host, an issue, a commit.
_LINKS = re.compile(
    r"(?<![A-Za-z0-9_.-])(?=(?:www\.|GH-|[0-9a-f]{7,64}(?![A-Za-z0-9_.-])))[A-Za-z0-9_.-]+", re.IGNORECASE
)


def to_markdown(report: Report, *, limit: int = LIMIT) -> str:
    """Render the report in at most `limit` characters.

    If the text is too long, sections lose rows and are then left out, the last of `IMPORTANCE` first, with a note.

    Raises:
        ValueError: `limit` is less than `SHORTEST`.
    """
    if limit < SHORTEST:
        raise ValueError(f"limit is at least {SHORTEST:,}")
    top = _head(head(report), loud=report.policy.inconclusive == "block")
    parts = {section.key: section for section in sections(report)}
    rows: dict[str, int | None] = dict.fromkeys(parts)
    text = _page(top, parts, rows)
    for step in _STEPS:
        for key in reversed([key for key in IMPORTANCE if key in parts]):
            if len(text) <= limit:
                return text
            rows[key] = max(step, _LOUD_ROWS) if parts[key].loud else step
            text = _page(top, parts, rows)
    return text


def escape(text: str) -> str:
    """Escape text, so that Markdown and GitHub show it as plain text."""
    parts, end = [], 0
    for link in _LINKS.finditer(text):
        parts += [_plain(text[end : link.start()]), _code(link.group())]
        end = link.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    return html.escape(_MARKUP.sub(r"\\\1", text), quote=False)


def _page(top: str, parts: dict[str, ReportSection], rows: dict[str, int | None]) -> str:
    shown = [_section(section, rows[key]) for key, section in parts.items() if rows[key] != 0]
    gone = [section.title for key, section in parts.items() if rows[key] == 0]
    tail = [f"Left out for length (see report.html): {', '.join(gone)}."] if gone else []
    return "\n\n".join([top, *shown, *tail]) + "\n"


def _head(content: Head, *, loud: bool) -> str:
    alert = "WARNING" if loud and content.tone == "open" else _ALERTS[content.tone]
    parts = [f"> [!{alert}]\n> **{escape(content.headline)}**"]
    if content.table is not None:
        parts.append(_table(content.table, None))
    parts.append(f"**What now:** {escape(content.what_now)}")
    if content.notes:
        parts.append("\n".join(f"- {escape(note)}" for note in content.notes))
    return "\n\n".join(parts)


def _section(section: ReportSection, most: int | None) -> str:
    blocks = [text for block in section.blocks if (text := _block(block, most, section.title))]
    if section.loud:
        return "\n\n".join([f"### {escape(section.title)}", *blocks])
    # Markdown is not rendered within a line of HTML.
    note = f" ({html.escape(section.note)})" if section.note else ""
    summary = f"<details>\n<summary><b>{html.escape(section.title)}</b>{note}</summary>"
    return "\n\n".join([summary, *blocks, "</details>"])


def _block(block: Block, most: int | None, title: str) -> str:
    match block:
        case Text(runs):
            return "".join(_run(run) for run in runs)
        case Table():
            caption = "" if block.caption == title else f"**{escape(block.caption)}**\n\n"
            return caption + _table(block, most)
        case Code(lines):
            return "\n".join(["```console", *lines, "```"])
        case Chart():
            return _chart(block)
        case Dots():
            return ""


def _chart(chart: Chart) -> str:
    if chart.only == "html" or not mermaid.drawable(chart):
        return ""
    key = f" Lines: {escape(mermaid.legend(chart))}." if len(chart.series) > 1 else ""
    return f"```mermaid\n{mermaid.to_mermaid(chart)}\n```\n\n{escape(chart.says)}{key}"


def _table(table: Table, most: int | None) -> str:
    header = "| " + " | ".join(escape(name) or " " for name in table.header) + " |"
    rule = "|" + "|".join("---" if i < table.left else "--:" for i in range(len(table.header))) + "|"
    rows = ["| " + " | ".join(_run(cell) for cell in row) + " |" for row in table.rows[:most]]
    left_out = len(table.rows) - len(rows)
    tail = [f"\n{left_out:,} more rows are in report.html."] if left_out else []
    return "\n".join([header, rule, *rows, *tail])


def _run(run: Run | Cell) -> str:
    match run:
        case Mono(text):
            return _code(text)
        case Strong(text):
            return f"**{escape(text)}**"
        case str():
            return escape(run)


def _code(text: str) -> str:
    """Return a name as code; other text is escaped."""
    return f"`{text}`" if re.fullmatch(r"[A-Za-z0-9_.=/-]+", text) else _plain(text)
