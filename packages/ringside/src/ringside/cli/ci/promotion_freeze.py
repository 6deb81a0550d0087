"""The issue that is open during a promotion freeze."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.github.run import Run
    from ringside.registry.registry import Registry
    from ringside.registry.rollback import RolledBack

MARKER = "rollback"
_HOW = (
    "When the cause is fixed, lift the promotion freeze: start the workflow Publish by hand (Actions, Publish, Run "
    "workflow) with `lift_freeze`. The newest version then goes to production. On your machine, run "
    "`ringside rollback --lift-freeze`, then `ringside publish`."
)


def keep(run: "Run", registry: "Registry", done: "RolledBack", reason: str) -> None:
    """Open or update the one issue that explains the freeze and how to end it; warn if that fails."""
    from ringside.cli.ci.workflow_inputs import link, on_github
    from ringside.errors import GitHubError
    from ringside.github.issues import keep_issue
    from ringside.registry.card import text

    if (releases := on_github(registry)) is None or done.freeze is None:
        return
    lines = [
        f"{link(registry, done.after)} is in production again, after {link(registry, done.before)}: {text(reason)}.",
        "Promotion is frozen: later versions are published but stay out of production until you lift the freeze.",
        _HOW,
        *([f"Started by {run.url}."] if run.in_actions else []),
    ]
    title = f"{done.before} was rolled back; {done.after} is in production"
    try:
        keep_issue(releases.github, MARKER, title, "\n\n".join(lines))
    except GitHubError as error:
        run.annotate("warning", f"The issue about the promotion freeze was not written ({error.found}).")


def how_to_lift(registry: "Registry") -> list[str]:
    """What to press, where promotion is frozen: for the summary of Publish, which is where that is done."""
    if registry.releases.promotion_freeze() is None:
        return []
    return ["to lift the promotion freeze, start this workflow by hand with `lift_freeze`"]


def close(run: "Run", registry: "Registry", sentence: str) -> None:
    """Close the issue after the promotion freeze has ended."""
    from ringside.cli.ci.workflow_inputs import on_github
    from ringside.errors import GitHubError
    from ringside.github.issues import close_issue

    if (releases := on_github(registry)) is None:
        return
    try:
        close_issue(releases.github, MARKER, sentence)
    except GitHubError as error:
        run.annotate(
            "warning", f"The issue about the promotion freeze was not closed ({error.found}); close it by hand."
        )
