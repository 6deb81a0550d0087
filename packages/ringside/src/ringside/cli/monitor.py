"""The command `monitor`: the champion on the newest data."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ringside.cli.context import Context, load_context
from ringside.cli.policy import own_metrics, policy_of
from ringside.cli.terminal import result, say
from ringside.cli.verdict import registry_or_error
from ringside.common.manifest import Manifest
from ringside.monitoring.champion_data import Watched
from ringside.monitoring.new_partitions import Partitions
from ringside.report.watch import Monitor, dump_watch
from ringside.report.watch_text import to_markdown, to_terminal

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown, as workflows show it.")]

ALARM, UNKNOWN = 3, 4
_NOTHING_TO_DO = ("nothing_newer", "waiting")


def monitor(remote: Remote = "origin", as_json: Json = False, markdown: Markdown = False) -> None:
    """Judge the champion on the newest partition whose labels have arrived.

    Exits with 0 if there is nothing to do, 3 for an alarm and 4 if the data cannot decide.
    """
    monitored = watch_champion(load_context(), remote)
    if as_json:
        result(dump_watch(monitored).decode().rstrip("\n"))
    else:
        result(to_markdown(monitored).rstrip("\n") if markdown else "\n".join(to_terminal(monitored)))
    sys.exit(exit_code(monitored))


def exit_code(monitored: Monitor) -> int:
    """Return 0, `ALARM` or `UNKNOWN`."""
    if monitored.alarms:
        return ALARM
    if monitored.state in _NOTHING_TO_DO:
        return 0
    now = monitored.metrics[0].now if monitored.state == "judged" else None
    known = now is not None and now.lower is not None
    return 0 if known else UNKNOWN


def watch_champion(context: Context, remote: str) -> Monitor:
    """Judge the champion of a remote's registry on the data of this checkout.

    Raises:
        DataError: the data differ from the manifest.
        UsageError: the policy names something that does not exist.
    """
    registry = registry_or_error(context, remote)
    entries = Manifest.read(context.workspace.manifest, task=context.task.name).entries
    partitions = Partitions(context.workspace, context.task, entries, datetime.now(UTC))
    policy, own = policy_of(context.params, context.task), own_metrics(context.task)
    return Watched(
        context.workspace, context.task, policy, context.params.retrain, registry, partitions, own, say
    ).monitor()
