"""The command `verdict`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.context import Context, load_context
from ringside.cli.judging import Judging
from ringside.cli.terminal import result, say
from ringside.cli.tracking import track_evaluation
from ringside.common.files import write_bytes
from ringside.errors import RegistryError
from ringside.github.releases import open_registry
from ringside.registry.registry import Registry
from ringside.report.model import Report
from ringside.report.read import dump_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown
from ringside.report.render.terminal import to_terminal
from ringside.store.workspace import Workspace

PolicyFrom = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Judge by the policy of this commit, branch or tag instead of this checkout's."),
]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 for every verdict.")]
Json = Annotated[bool, typer.Option("--json", help="Print reports/report.json, for programs.")]
PullRequests = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="The number of pull requests judged on this test set, for the report."),
]

EXIT_CODES = {"pass": 0, "fail": 3, "inconclusive": 4}


def verdict(
    policy_from: PolicyFrom = None,
    remote: Remote = "origin",
    exit_zero: ExitZero = False,
    as_json: Json = False,
    pull_requests: PullRequests = None,
) -> None:
    """Judge the model of this checkout against the champion, and write the report.

    Exits with 0 for pass, 3 for fail and 4 for inconclusive.
    """
    context = load_context()
    report = Judging(context).report(registry_or_error(context, remote), policy_from, pull_requests)
    workspace = context.workspace
    for path, content in renderings(workspace, report).items():
        write_bytes(path, content)
    track_evaluation(workspace, report)
    if as_json:
        result(workspace.report.read_text(encoding="utf-8").rstrip("\n"))
    else:
        result("\n".join(to_terminal(report)))
        files = (workspace.relative(path) for path in (workspace.report_text, workspace.report_page, workspace.report))
        say(f"The whole report: {', '.join(files)}")
    if not exit_zero:
        sys.exit(EXIT_CODES[report.verdict])


def renderings(workspace: Workspace, report: Report) -> dict[Path, bytes]:
    """Return the files of a report, each with its content."""
    return {
        workspace.report: dump_report(report),
        workspace.report_text: to_markdown(report).encode(),
        workspace.report_page: to_html(report).encode(),
    }


def registry_or_error(context: Context, remote: str) -> Registry | RegistryError:
    """Return the registry, or the error of opening it, which the verdict reports."""
    try:
        return open_registry(context.workspace.root, remote)
    except RegistryError as error:
        return error
