"""The command `rollback`: puts an earlier version back in production."""

from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say
from ringside.cli.tracking import track_versions
from ringside.errors import UsageError
from ringside.github.releases import open_registry
from ringside.registry.registry import Registry
from ringside.registry.rollback import checked_reason
from ringside.registry.rollback import lift_freeze as lift
from ringside.registry.rollback import rollback as roll_back
from ringside.store.workspace import Workspace


def rollback(
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version; by default the one that was in production before."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="The reason, which the registry records.", metavar="TEXT")] = None,
    lift_freeze: Annotated[
        bool,
        typer.Option("--lift-freeze", help="Lift the promotion freeze: the next published version goes to production."),
    ] = False,
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
) -> None:
    """Put an earlier version in production, and freeze promotion until you lift the freeze."""
    if lift_freeze and (to is not None or reason is not None):
        remedy = "lift the freeze first, or roll back without lifting it."
        raise UsageError("--lift-freeze allows no other option", where="--lift-freeze", remedy=remedy)
    if not lift_freeze and reason is None:
        raise UsageError(
            "it is missing", where="--reason", remedy="give the reason in one line; the registry records it."
        )
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    if reason is None:
        _lift(registry)
    else:
        _roll(registry, to, reason)
    track_versions(registry)


def _lift(registry: Registry) -> None:
    freeze = lift(registry)
    if freeze is None:
        say("rollback: promotion is not frozen; the next published version goes to production")
        return
    say(f"rollback: lifted the promotion freeze after the rollback of {freeze.rejected} ({freeze.reason})")
    say("rollback: the next `ringside publish` puts its version in production")


def _roll(registry: Registry, to: str | None, reason: str) -> None:
    done = roll_back(registry, to, checked_reason(reason, "--reason"))
    for note in done.notes:
        say(f"rollback: {note}")
    say(f"rollback: {done.after} is in production in {registry.where}, after {done.before}")
    if done.freeze is not None:
        say(
            "rollback: promotion is frozen: later versions are published, but not put in production until --lift-freeze"
        )
    result(done.after)
