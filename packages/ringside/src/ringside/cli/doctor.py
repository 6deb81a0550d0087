"""The command `doctor`: which features are on, which are off, and how to switch them."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say, seconds
from ringside.doctor import run_checks as doctors
from ringside.doctor.checks import Check
from ringside.github.api import lend_token
from ringside.github.run import Run
from ringside.store.workspace import Workspace

_BROKEN = 3


def doctor(
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show which features of the workflows are on and off, what each adds, and how to switch it.

    Exits with 3 if two things that must agree do not, such as a release and its tag.
    """
    lend_token()
    run = Run.here()
    checks = doctors.look(doctors.sight(run, Workspace.find(Path.cwd()).root, remote))
    if as_json:
        result(json.dumps([dataclasses.asdict(check) for check in checks], indent=2))
    else:
        for check in doctors.in_order(checks):
            result(_lines(check))
    if run.in_actions:
        run.summary(doctors.markdown(checks))
        for check in checks:
            if check.state == "problem":
                run.annotate("warning", f"{check.found}. {check.remedy}", title=check.name)
    say(f"doctor: {doctors.sentence(checks)}, {seconds()}")
    if doctors.is_broken(checks):
        raise typer.Exit(_BROKEN)


def _lines(check: Check) -> str:
    lines = [f"{check.state:<8} {check.name}: {check.found}"]
    if check.state != "on":
        lines.append(f"{'':<8} adds: {check.gain}")
    if check.remedy:
        lines.append(f"{'':<8} do:   {check.remedy}")
    return "\n".join(lines)
