"""The verb `rollback`: an earlier version goes to production."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.terminal import result, say

if TYPE_CHECKING:
    from ringside.registry.registry import Registry


def rollback(
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version; without it, the one that was in production before."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the record.", metavar="TEXT")] = None,
    lift_freeze: Annotated[
        bool, typer.Option("--lift-freeze", help="Let the next version that is published go to production again.")
    ] = False,
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
) -> None:
    """Put an earlier version in production and freeze promotion until you lift the freeze."""
    from ringside.cli.tracking import track_versions
    from ringside.errors import UsageError
    from ringside.github.releases import open_registry
    from ringside.store.workspace import Workspace

    if lift_freeze and (to is not None or reason is not None):
        remedy = "lift the freeze first, or roll back without --lift-freeze."
        raise UsageError("--lift-freeze stands alone", where="--lift-freeze", remedy=remedy)
    if not lift_freeze and reason is None:
        raise UsageError("it is missing", where="--reason", remedy="say why in one line, for whoever asks later.")
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    if reason is None:
        _lift(registry)
    else:
        _roll(registry, to, reason)
    track_versions(registry)


def _lift(registry: "Registry") -> None:
    from ringside.registry.rollback import lift_freeze

    freeze = lift_freeze(registry)
    if freeze is None:
        say("rollback: there is no promotion freeze; the next version that is published goes to production")
        return
    say(f"rollback: lifted the promotion freeze of the rollback of {freeze.rejected} ({freeze.reason})")
    say("rollback: the next `ringside publish` puts its version in production")


def _roll(registry: "Registry", to: str | None, reason: str) -> None:
    from ringside.registry.rollback import checked_reason, rollback

    done = rollback(registry, to, checked_reason(reason, "--reason"))
    for note in done.notes:
        say(f"rollback: {note}")
    say(f"rollback: {done.after} is in production in {registry.where}, after {done.before}")
    if done.freeze is not None:
        say("rollback: promotion is frozen: later versions stay out of production until you run it with --lift-freeze")
    result(done.after)
