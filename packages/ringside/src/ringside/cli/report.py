"""The command `report`: renders a report, or compares two released versions."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.context import load_context
from ringside.cli.terminal import result, say
from ringside.common.files import read_bytes, write_bytes
from ringside.errors import ReportError, UsageError
from ringside.github.releases import open_registry
from ringside.report.model import MAX_BYTES, Report
from ringside.report.read import dump_report, read_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown
from ringside.store.workspace import Workspace

File = Annotated[Path | None, typer.Argument(metavar="FILE", help="A report.json; by default reports/report.json.")]
Compare = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="OLD NEW", help="Compare two released versions on the test rows of this checkout."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The file to write: .md, .html or .json; by default, Markdown is printed.",
    ),
]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the versions.")]


def report(file: File = None, compare: Compare = None, output: Output = None, remote: Remote = "origin") -> None:
    """Render a report as Markdown, HTML or JSON, after a check of its schema."""
    if file is not None and compare is not None:
        remedy = "name either a file, or two versions with --compare."
        raise UsageError("both a file and two versions are named", where="ringside report", remedy=remedy)
    if output is not None and output.suffix not in _RENDERERS:
        problem = f"{output.suffix or 'no extension'} is not a format of reports"
        raise UsageError(problem, where=f"--output {output}", remedy="use the extension .md, .html or .json.")
    chosen = _side_by_side(*compare, remote) if compare is not None else _read(file or _default_file())
    content = _rendered(chosen, output.suffix if output else ".md")
    if output is None:
        result(content.decode().rstrip("\n"))
        return
    write_bytes(output, content)
    say(f"report: {len(content):,} bytes -> {output}")


_RENDERERS = (".md", ".html", ".json")


def _read(path: Path) -> Report:
    """Read a report from an untrusted file, of which at most `MAX_BYTES` are read."""
    content = read_bytes(path, remedy="run `ringside verdict`, which writes one.", most=MAX_BYTES + 1)
    try:
        return read_report(content)
    except ReportError as error:
        raise ReportError(error.found, where=str(path), remedy=error.remedy) from None


def _default_file() -> Path:

    return Workspace.find(Path.cwd()).report


def _rendered(report: Report, kind: str) -> bytes:
    if kind == ".json":
        return dump_report(report)
    if kind == ".html":
        return to_html(report).encode()

    return to_markdown(report).encode()


def _side_by_side(old: str, new: str, remote: str) -> Report:
    from ringside.cli.judging import Judging

    context = load_context()
    return Judging(context).side_by_side(old, new, open_registry(context.workspace.root, remote))
