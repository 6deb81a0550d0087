"""The verb `ci rollback`: an earlier version goes to production, without data and without the model's packages."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.github.run import Run
    from ringside.registry.registry import Registry
    from ringside.registry.rollback import RolledBack


def rollback() -> None:
    """Put the version that was asked for (or the previous one) in production and freeze promotion."""
    from ringside.cli.ci.workflow_inputs import asked, here, is_asked
    from ringside.errors import UsageError
    from ringside.registry.rollback import checked_reason

    run, registry = here()
    if is_asked(run, "lift_freeze"):
        _lift(run, registry)
        return
    reason = asked(run, "reason")
    if not reason:
        remedy = "say why in one line: the release and the issue show it."
        raise UsageError("it is missing", where="reason", remedy=remedy)
    _roll(run, registry, checked_reason(reason, "reason"))


def _roll(run: "Run", registry: "Registry", reason: str) -> None:
    from ringside.cli.ci.promotion_freeze import close, keep
    from ringside.cli.ci.workflow_inputs import link, tell_consumers, version_asked
    from ringside.registry.rollback import rollback as back

    to = version_asked(run)
    done = _earlier(run, registry, to, reason) or back(registry, to, reason)
    lines = [f"{link(registry, done.after)} is in production, after {link(registry, done.before)}."]
    if done.freeze is not None:
        lines.append(
            "Promotion is frozen: later versions are published but stay out of production until you lift the freeze."
        )
    run.summary("\n\n".join([*lines, *(f"- {note}" for note in done.notes)]))
    _note(run, registry, done, reason)
    if done.freeze is not None:
        keep(run, registry, done, reason)
    else:
        close(run, registry, f"{done.after} is in production again, so its promotion freeze is lifted.")
    tell_consumers(run, registry, {"version": done.after, "before": done.before})


def _earlier(run: "Run", registry: "Registry", to: str | None, reason: str) -> "RolledBack | None":
    """What an earlier attempt of this run came to: without a name, doing it twice would lead one version too far."""
    from ringside.registry.rollback import RolledBack

    if run.environ.get("GITHUB_RUN_ATTEMPT", "1") == "1":
        return None
    freeze, moves = registry.releases.promotion_freeze(), registry.releases.moves()
    if not moves[:-1] or moves[-1].reason != reason or to not in (None, moves[-1].version):
        return None
    # Without a promotion freeze, the rejected version was put back in production.
    return RolledBack(moves[-2].version, moves[-1].version, freeze, ())


def _note(run: "Run", registry: "Registry", done: "RolledBack", reason: str) -> None:
    """Let both releases say what happened; where that cannot be written, production stays as it is."""
    from ringside.cli.ci.workflow_inputs import link, on_github
    from ringside.errors import RegistryError
    from ringside.registry.card import text
    from ringside.registry.publish import now
    from ringside.registry.version_numbers import tag_of

    if (releases := on_github(registry)) is None:
        return
    day = f"{(done.freeze.since if done.freeze else now()):%Y-%m-%d}"
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


def _lift(run: "Run", registry: "Registry") -> None:
    from ringside.cli.ci.promotion_freeze import close
    from ringside.registry.rollback import lift_freeze

    freeze = lift_freeze(registry)
    if freeze is None:
        run.summary("There is no promotion freeze; the next version that is published goes to production.")
        return
    close(run, registry, "The promotion freeze was lifted: the next version that is published goes to production.")
    why = f"Lifted the promotion freeze of the rollback of {freeze.rejected}."
    run.summary(f"{why} The next run of Publish puts the newest version in production.")
