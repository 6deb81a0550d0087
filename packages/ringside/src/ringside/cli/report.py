"""The verb `report`: renders a report again, or puts two released versions side by side."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.context import context
from ringside.cli.terminal import result, say
from ringside.common.files import read_bytes, write_bytes
from ringside.errors import ReportError, UsageError
from ringside.github.releases import open_registry
from ringside.report.model import MAX_BYTES, Report
from ringside.report.read import dump_report, read_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown
from ringside.store.workspace import Workspace

File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="A report.json; reports/report.json where none is named.")
]
Compare = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="OLD NEW", help="Put two released versions side by side on this checkout's test rows."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write here: .md, .html or .json; without it, Markdown is printed."
    ),
]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the versions.")]


def report(file: File = None, compare: Compare = None, output: Output = None, remote: Remote = "origin") -> None:
    """Render a report as Markdown, a page or JSON; it is checked first, whoever made it."""
    if file is not None and compare is not None:
        remedy = "name a file, or two versions by --compare."
        raise UsageError("both a file and two versions are named", where="ringside report", remedy=remedy)
    if output is not None and output.suffix not in _RENDERERS:
        found = f"{output.suffix or 'no ending'} is no kind of report"
        raise UsageError(found, where=f"--output {output}", remedy="end the name with .md, .html or .json.")
    shown = _side_by_side(*compare, remote) if compare is not None else _read(file or _own())
    content = _rendered(shown, output.suffix if output else ".md")
    if output is None:
        result(content.decode().rstrip("\n"))
        return
    write_bytes(output, content)
    say(f"report: {len(content):,} bytes -> {output}")


_RENDERERS = (".md", ".html", ".json")


def _read(path: Path) -> Report:
    """The report in a file that anybody may have written, and that may be endless."""
    content = read_bytes(path, remedy="run `ringside verdict`, which writes one.", most=MAX_BYTES + 1)
    try:
        return read_report(content)
    except ReportError as error:
        raise ReportError(error.found, where=str(path), remedy=error.remedy) from None


def _own() -> Path:

    return Workspace.find(Path.cwd()).report


def _rendered(shown: Report, kind: str) -> bytes:
    if kind == ".json":
        return dump_report(shown)
    if kind == ".html":
        return to_html(shown).encode()

    return to_markdown(shown).encode()


def _side_by_side(old: str, new: str, remote: str) -> Report:
    from ringside.cli.judging import Judging

    here = context()
    return Judging(here).side_by_side(old, new, open_registry(here.workspace.root, remote))
