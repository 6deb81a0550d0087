"""The verb `monitor`."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ringside.cli.context import Context, context
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import result, say
from ringside.cli.verdict import registry_or_why
from ringside.common.manifest import Manifest
from ringside.monitoring.champion_data import Watched
from ringside.monitoring.new_partitions import Partitions
from ringside.report.watch import Monitor, dump_watch
from ringside.report.watch_text import to_markdown, to_terminal

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, as workflows show it.")]

ALARM, UNKNOWN = 3, 4
_FINE = ("nothing_newer", "waiting")


def monitor(remote: Remote = "origin", as_json: Json = False, markdown: Markdown = False) -> None:
    """Judge the champion on the newest partition whose labels have arrived.

    Ends with 0 where nothing is to be done, 3 for an alarm and 4 where it cannot be told.
    """
    found = watch_champion(context(), remote)
    if as_json:
        result(dump_watch(found).decode().rstrip("\n"))
    else:
        result(to_markdown(found).rstrip("\n") if markdown else "\n".join(to_terminal(found)))
    sys.exit(exit_code(found))


def exit_code(found: Monitor) -> int:
    """0, `ALARM` or `UNKNOWN`."""
    if found.alarms:
        return ALARM
    if found.state in _FINE:
        return 0
    known = found.state == "judged" and found.metrics[0].now is not None and found.metrics[0].now.lower is not None
    return 0 if known else UNKNOWN


def watch_champion(here: Context, remote: str) -> Monitor:
    """How the champion of a remote's registry does on the data of this checkout.

    Raises:
        DataError: the data here are not what the manifest says.
        UsageError: the policy names what there is not.
    """
    registry = registry_or_why(here, remote)
    entries = Manifest.read(here.workspace.manifest, task=here.task.name).entries
    partitions = Partitions(here.workspace, here.task, entries, datetime.now(UTC))
    policy, own = policy_of(here.params, here.task), own_metrics(here.task)
    return Watched(here.workspace, here.task, policy, here.params.retrain, registry, partitions, own, say).monitor()
