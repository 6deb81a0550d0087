"""The issue that is open during a promotion freeze."""

from ringside.cli.ci.workflow_inputs import github_releases, link
from ringside.errors import GitHubError
from ringside.github.issues import close_issue, keep_issue
from ringside.github.run import Run
from ringside.registry.card import text
from ringside.registry.registry import Registry
from ringside.registry.rollback import RolledBack

MARKER = "rollback"
_HOW = (
    "When the cause is fixed, lift the freeze: start the workflow Publish by hand (Actions, Publish, Run workflow) "
    "with `lift_freeze`. The newest version then goes to production. "
    "On your machine: `ringside rollback --lift-freeze`, then `ringside publish`."
)


def keep(run: Run, registry: Registry, done: RolledBack, reason: str) -> None:
    """Open or update the issue about the freeze and how to lift it; if issues fail, annotate the run."""
    if (releases := github_releases(registry)) is None or done.freeze is None:
        return
    lines = [
        f"{link(registry, done.after)} is in production again, after {link(registry, done.before)}: {text(reason)}.",
        "Promotion is frozen: later merges are judged and published, but not put in production.",
        _HOW,
        *([f"Started by {run.url}."] if run.in_actions else []),
    ]
    title = f"{done.before} was rolled back; {done.after} is in production"
    try:
        keep_issue(releases.github, MARKER, title, "\n\n".join(lines))
    except GitHubError as error:
        run.annotate("warning", f"The issue about the promotion freeze could not be written ({error.found}).")


def how_to_lift(registry: Registry) -> list[str]:
    """Return the instruction to lift a promotion freeze, for the summary of Publish; empty without a freeze."""
    if registry.releases.promotion_freeze() is None:
        return []
    return ["to lift the promotion freeze, start this workflow by hand with `lift_freeze`"]


def close(run: Run, registry: Registry, sentence: str) -> None:
    """Close the issue after the freeze is lifted."""
    if (releases := github_releases(registry)) is None:
        return
    try:
        close_issue(releases.github, MARKER, sentence)
    except GitHubError as error:
        run.annotate(
            "warning", f"The issue about the promotion freeze could not be closed ({error.found}); close it by hand."
        )
