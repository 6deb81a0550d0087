"""The verb `ci rollback`: an earlier version goes to production, without data and without the model's packages."""

from ringside.cli.ci.promotion_freeze import close, keep
from ringside.cli.ci.workflow_inputs import asked, here, is_asked, link, on_github, tell_consumers, version_asked
from ringside.errors import RegistryError, UsageError
from ringside.github.run import Run
from ringside.registry.card import text
from ringside.registry.publish import now
from ringside.registry.registry import Registry
from ringside.registry.rollback import RolledBack, checked_reason, lift_hold
from ringside.registry.rollback import rollback as back
from ringside.registry.version_numbers import tag_of


def rollback() -> None:
    """Put the version that was asked for (or the previous one) in production, hold the next ones, and say so."""
    run, registry = here()
    if is_asked(run, "lift_hold"):
        _lift(run, registry)
        return
    reason = asked(run, "reason")
    if not reason:
        remedy = "say why in one line: the release and the issue show it."
        raise UsageError("it is missing", where="reason", remedy=remedy)
    _roll(run, registry, checked_reason(reason, "reason"))


def _roll(run: Run, registry: Registry, reason: str) -> None:

    to = version_asked(run)
    done = _earlier(run, registry, to, reason) or back(registry, to, reason)
    lines = [f"{link(registry, done.after)} is in production, after {link(registry, done.before)}."]
    if done.hold is not None:
        lines.append("A hold stands: later versions are published and not put in production until it is lifted.")
    run.summary("\n\n".join([*lines, *(f"- {note}" for note in done.notes)]))
    _note(run, registry, done, reason)
    if done.hold is not None:
        keep(run, registry, done, reason)
    else:
        close(run, registry, f"{done.after} is in production again, so its hold is lifted.")
    tell_consumers(run, registry, {"version": done.after, "before": done.before})


def _earlier(run: Run, registry: Registry, to: str | None, reason: str) -> RolledBack | None:
    """What an earlier attempt of this run came to: without a name, doing it twice would lead one version too far."""
    if run.environ.get("GITHUB_RUN_ATTEMPT", "1") == "1":
        return None
    hold, moves = registry.releases.hold(), registry.releases.moves()
    if not moves[:-1] or moves[-1].reason != reason or to not in (None, moves[-1].version):
        return None
    # Without a hold, the version that it rejected was brought back.
    return RolledBack(moves[-2].version, moves[-1].version, hold, ())


def _note(run: Run, registry: Registry, done: RolledBack, reason: str) -> None:
    """Let both releases say what happened; where that cannot be written, production stays as it is."""
    if (releases := on_github(registry)) is None:
        return
    day = f"{(done.hold.since if done.hold else now()):%Y-%m-%d}"
    why = text(reason)
    notes = {
        done.before: f"**Rolled back** on {day}: {link(registry, done.after)} went to production instead. {why}",
        done.after: f"**Back in production** since {day}, after {link(registry, done.before)} was rolled back. {why}",
    }
    for version, note in notes.items():
        try:
            releases.note(tag_of(version), note)
        except RegistryError as error:
            run.annotate("warning", f"The release of {version} could not be given a note ({error.found}).")


def _lift(run: Run, registry: Registry) -> None:

    hold = lift_hold(registry)
    if hold is None:
        run.summary("No hold stands; the next version that is published goes to production.")
        return
    close(run, registry, "The hold was lifted: versions that are published go to production again.")
    why = f"The hold since {hold.rejected} was rolled back is lifted."
    run.summary(f"{why} The next run of Publish puts the newest version in production.")
