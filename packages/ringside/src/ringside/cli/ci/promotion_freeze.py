"""The issue that stands while a hold does."""

from ringside.cli.ci.workflow_inputs import link, on_github
from ringside.errors import GitHubError
from ringside.github.issues import close_issue, keep_issue
from ringside.github.run import Run
from ringside.registry.card import text
from ringside.registry.registry import Registry
from ringside.registry.rollback import RolledBack

MARKER = "rollback"
_HOW = (
    "When the cause is mended, lift the hold: start the workflow Publish by hand (Actions, Publish, Run workflow) with "
    "`lift_hold`. The newest version then goes to production. On a machine of yours: `ringside rollback --lift-hold`, "
    "then `ringside publish`."
)


def keep(run: Run, registry: Registry, done: RolledBack, reason: str) -> None:
    """Let one open issue say what stands and how to end it; where there are no issues, that is told."""
    if (releases := on_github(registry)) is None or done.hold is None:
        return
    lines = [
        f"{link(registry, done.after)} is in production again, after {link(registry, done.before)}: {text(reason)}.",
        "A hold stands: what is merged from now on is judged and published, and not put in production.",
        _HOW,
        *([f"Started by {run.url}."] if run.in_actions else []),
    ]
    title = f"{done.before} was rolled back; {done.after} is in production"
    try:
        keep_issue(releases.github, MARKER, title, "\n\n".join(lines))
    except GitHubError as error:
        run.annotate("warning", f"The issue that says how to lift the hold could not be written ({error.found}).")


def how_to_lift(registry: Registry) -> list[str]:
    """What to press, where a hold stands: for the summary of Publish, which is where that is done."""
    if registry.releases.hold() is None:
        return []
    return ["to lift the hold here, start this workflow by hand with `lift_hold`"]


def close(run: Run, registry: Registry, sentence: str) -> None:
    """Close the issue, for the hold is over."""
    if (releases := on_github(registry)) is None:
        return
    try:
        close_issue(releases.github, MARKER, sentence)
    except GitHubError as error:
        run.annotate("warning", f"The issue about the hold could not be closed ({error.found}); close it by hand.")
