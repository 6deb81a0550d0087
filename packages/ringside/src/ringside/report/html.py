"""The report as one HTML file: nothing is fetched, nothing runs, all sections stand open."""

from html import escape

from ringside.report import charts
from ringside.report.blocks import Block, Chart, Code, Dots, Mono, Run, Section, Strong, Table, Text
from ringside.report.model import Report
from ringside.report.sections import Head, head, sections
from ringside.report.style import CSS

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser is told to refuse: scripts, and every request."""


def to_html(report: Report) -> str:
    """The whole page; every section that Markdown has, and the charts that it cannot draw."""
    parts = sections(report)
    content = head(report)
    body = "\n".join([_head(report, content), _contents(parts), *(_section(section) for section in parts)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(f'{report.task}: {content.headline}')}</title>\n<style>{CSS}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(report: Report, content: Head) -> str:
    title = f"<p>{escape(report.task)}</p><h1>{escape(content.headline)}</h1>"
    parts = [
        f'<header class="verdict {content.tone}">{title}</header>',
        f"<p><strong>What now:</strong> {escape(content.what_now)}</p>",
    ]
    if content.table is not None:
        parts.append(_table(content.table))
    if content.notes:
        parts.append("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in content.notes) + "</ul>")
    return "\n".join(parts)


def _contents(parts: list[Section]) -> str:
    links = "".join(f'<li><a href="#{part.key}">{escape(part.title)}</a></li>' for part in parts)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'


def _section(section: Section) -> str:
    note = f" <small>{escape(section.note)}</small>" if section.note else ""
    kind = ' class="loud"' if section.loud else ""
    title = f'<section id="{section.key}"{kind} aria-labelledby="{section.key}-h">'
    heading = f'<h2 id="{section.key}-h">{escape(section.title)}{note}</h2>'
    return "\n".join([title, heading, *_blocks(section), "</section>"])


def _blocks(section: Section) -> list[str]:
    """Each block; the charts of a section stand together in a grid."""
    drawn = [_chart(block, f"{section.key}-{i}") for i, block in enumerate(section.blocks)]
    figures = [figure for figure in drawn if figure]
    grid = [f'<div class="charts">{"".join(figures)}</div>'] if figures else []
    return [*grid, *(_block(block) for block in section.blocks if not isinstance(block, Chart | Dots))]


def _chart(block: Block, key: str) -> str:
    match block:
        case Chart(only="markdown"):
            return ""
        case Chart():
            drawing, title, says = charts.line_chart(block, key), block.title, block.says
        case Dots():
            drawing, title, says = charts.dot_chart(block, key), block.title, block.says
        case _:
            return ""
    heading = f'<h3 aria-hidden="true">{escape(title)}</h3>'
    return f'<figure>{heading}{drawing}<figcaption aria-hidden="true">{escape(says)}</figcaption></figure>'


def _block(block: Text | Table | Code) -> str:
    match block:
        case Text(runs):
            return f"<p>{''.join(_run(run) for run in runs)}</p>"
        case Table():
            return _table(block)
        case Code(lines):
            return f"<pre><code>{escape(chr(10).join(lines))}</code></pre>"


def _table(table: Table) -> str:
    header = "".join(_cell("th", _run(name), i, table, ' scope="col"') for i, name in enumerate(table.header))
    rows = "".join(f"<tr>{_row(row, table)}</tr>" for row in table.rows)
    label = escape(table.caption, quote=True)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table><caption>{label}</caption>'
        f"<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: tuple[Run, ...], table: Table) -> str:
    first = _cell("th", _run(row[0]), 0, table, ' scope="row"')
    return first + "".join(_cell("td", _run(cell), i, table) for i, cell in enumerate(row[1:], start=1))


def _cell(tag: str, content: str, column: int, table: Table, scope: str = "") -> str:
    if not content:
        return "<td></td>"
    number = "" if column < table.left else ' class="number"'
    return f"<{tag}{scope}{number}>{content}</{tag}>"


def _run(run: Run) -> str:
    match run:
        case Mono(text):
            return f"<code>{escape(text)}</code>"
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case str():
            return escape(run)
