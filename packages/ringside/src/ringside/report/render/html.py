"""Renderer of a report as one HTML file: no request, no script, all sections open."""

from html import escape

from ringside.report.document import Block, Chart, Code, Dots, Mono, ReportSection, Run, Strong, Table, Text
from ringside.report.model import Report
from ringside.report.render import svg as charts
from ringside.report.sections.order import Head, head, sections

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Content security policy: no script and no request."""
CSS = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --band: #f6f8fa;
  --ours: #0550ae; --theirs: #953800; --good: #116329; --open: #7d4e00; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --ink: #e6edf3; --soft: #9ea7b3; --line: #3d444d; --band: #161b22;
    --ours: #79c0ff; --theirs: #ffa657; --good: #56d364; --open: #e3b341; --bad: #ff8182;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.35rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h2 small { color: var(--soft); font-weight: normal; font-size: .9rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p { margin: .6rem 0; max-width: 48rem; overflow-wrap: anywhere; }
.verdict { border-left: .4rem solid var(--tone); background: var(--band); padding: .9rem 1rem; }
.verdict p { margin: 0 0 .2rem; color: var(--soft); }
.good { --tone: var(--good); } .open { --tone: var(--open); } .bad { --tone: var(--bad); }
.loud { border: 2px solid var(--open); padding: 0 1rem 1rem; margin-top: 1.5rem; }
.loud h2 { margin-top: .8rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none; }
a { color: var(--ours); }
.scroll { overflow-x: auto; margin: .8rem 0; }
.scroll:focus-visible { outline: 2px solid var(--ours); }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--band); }
tbody th { font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
table code { white-space: nowrap; overflow-wrap: normal; }
pre { background: var(--band); padding: .8rem; overflow-x: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.2rem; }
figure { margin: 0; max-width: 34rem; }
figcaption { color: var(--soft); font-size: .9rem; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .soft { fill: var(--soft); }
svg .axis { stroke: var(--line); fill: none; }
svg .zero { stroke: var(--soft); stroke-dasharray: 2 3; fill: none; }
svg .ours { stroke: var(--ours); fill: none; stroke-width: 2; }
svg .theirs { stroke: var(--theirs); fill: none; stroke-width: 2; stroke-dasharray: 5 3; }
svg .ours-mark { fill: var(--ours); stroke: var(--ours); }
svg .theirs-mark { fill: var(--page); stroke: var(--theirs); stroke-width: 1.6; }
svg .bar { stroke: var(--ink); stroke-width: 1.6; }
svg .mark { fill: var(--ink); }
@media print { nav { display: none; } body { font-size: 11pt; } }
"""
"""Light and dark by the reader's own setting, one column on a phone.

Every colour of text and of marks has at least 4.5 to 1 against its background.
"""


def to_html(report: Report) -> str:
    """Render the page: all sections of the Markdown, and the charts that only HTML shows."""
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


def _contents(parts: list[ReportSection]) -> str:
    links = "".join(f'<li><a href="#{part.key}">{escape(part.title)}</a></li>' for part in parts)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'


def _section(section: ReportSection) -> str:
    note = f" <small>{escape(section.note)}</small>" if section.note else ""
    kind = ' class="loud"' if section.loud else ""
    title = f'<section id="{section.key}"{kind} aria-labelledby="{section.key}-h">'
    heading = f'<h2 id="{section.key}-h">{escape(section.title)}{note}</h2>'
    return "\n".join([title, heading, *_blocks(section), "</section>"])


def _blocks(section: ReportSection) -> list[str]:
    """Render each block; the charts of a section share a grid."""
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
