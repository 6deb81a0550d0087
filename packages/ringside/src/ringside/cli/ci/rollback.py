"""The command `ci rollback`: puts an earlier version back in production, without data or the model's packages."""

from ringside.cli.ci.promotion_freeze import close, keep
from ringside.cli.ci.workflow_inputs import (
    github_releases,
    is_input_true,
    link,
    notify_consumers,
    read_input,
    requested_version,
    run_and_registry,
)
from ringside.errors import RegistryError, UsageError
from ringside.github.run import Run
from ringside.registry.card import text
from ringside.registry.publish import now
from ringside.registry.registry import Registry
from ringside.registry.rollback import RolledBack, checked_reason, lift_freeze
from ringside.registry.rollback import rollback as roll_back
from ringside.registry.version_numbers import tag_of


def rollback() -> None:
    """Put the requested version, or the previous one, in production, freeze promotion, and report it."""
    run, registry = run_and_registry()
    if is_input_true(run, "lift_freeze"):
        _lift(run, registry)
        return
    reason = read_input(run, "reason")
    if not reason:
        remedy = "give the reason in one line; the release and the issue show it."
        raise UsageError("it is missing", where="reason", remedy=remedy)
    _roll(run, registry, checked_reason(reason, "reason"))


def _roll(run: Run, registry: Registry, reason: str) -> None:
    to = requested_version(run)
    done = _earlier(run, registry, to, reason) or roll_back(registry, to, reason)
    lines = [f"{link(registry, done.after)} is in production, after {link(registry, done.before)}."]
    if done.freeze is not None:
        lines.append(
            "Promotion is frozen: later versions are published, but not put in production until the freeze is lifted."
        )
    run.summary("\n\n".join([*lines, *(f"- {note}" for note in done.notes)]))
    _note(run, registry, done, reason)
    if done.freeze is not None:
        keep(run, registry, done, reason)
    else:
        close(run, registry, f"{done.after} is in production again, so the promotion freeze is lifted.")
    notify_consumers(run, registry, {"version": done.after, "before": done.before})


def _earlier(run: Run, registry: Registry, to: str | None, reason: str) -> RolledBack | None:
    """Return the result of an earlier attempt of this run, since a second rollback would go one version too far."""
    if run.environ.get("GITHUB_RUN_ATTEMPT", "1") == "1":
        return None
    freeze, moves = registry.releases.promotion_freeze(), registry.releases.moves()
    if not moves[:-1] or moves[-1].reason != reason or to not in (None, moves[-1].version):
        return None
    # Without a freeze, the earlier attempt restored the rejected version.
    return RolledBack(moves[-2].version, moves[-1].version, freeze, ())


def _note(run: Run, registry: Registry, done: RolledBack, reason: str) -> None:
    """Write a note on both releases; production stays correct even if a note fails."""
    if (releases := github_releases(registry)) is None:
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
            run.annotate("warning", f"The release of {version} could not be annotated ({error.found}).")


def _lift(run: Run, registry: Registry) -> None:
    freeze = lift_freeze(registry)
    if freeze is None:
        run.summary("Promotion is not frozen; the next published version goes to production.")
        return
    close(run, registry, "The promotion freeze is lifted: published versions go to production again.")
    why = f"The promotion freeze after the rollback of {freeze.rejected} is lifted."
    run.summary(f"{why} The next run of Publish puts the newest version in production.")
