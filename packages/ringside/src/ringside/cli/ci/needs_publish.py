"""The command `ci news`: finds by hashes, without the model's packages, whether there is anything to publish."""

from pathlib import Path

from ringside.cli.ci.promotion_freeze import close, how_to_lift
from ringside.cli.ci.workflow_inputs import is_input_true, link, notify_consumers, run_and_registry
from ringside.github.run import Run
from ringside.params import read_params
from ringside.registry.candidate import inputs_hash
from ringside.registry.publish import overtaken, produce, published_as, tidy
from ringside.registry.registry import Registry
from ringside.registry.rollback import lift_freeze
from ringside.store.workspace import Workspace

_NOTHING = "0" * 40


def news() -> None:
    """Report whether data, parameters or code differ from the newest version, and finish interrupted publications."""
    run, registry = run_and_registry()
    new, sentence = _needs_publish(run, registry)
    run.output("new", "true" if new else "false")
    run.summary(sentence)


def _needs_publish(run: Run, registry: Registry) -> tuple[bool, str]:

    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    if run.event_name == "push" and (reason := _reason_to_skip(run, live=params.live)):
        return False, reason
    notes = [f"- {note}" for note in (*tidy(registry), *_lifted(run, registry))]
    head = registry.repository.head()
    same = published_as(registry, inputs_hash(workspace, params), head)
    later = None if same else overtaken(registry, head)
    newest = same or later
    if newest is None:
        return True, "\n".join(
            ["The data, the parameters or the code are new: the model is rebuilt and judged.", *notes]
        )

    before = registry.production()
    notes += [f"- {note}" for note in (*produce(registry, newest), *how_to_lift(registry))]
    after = registry.production()
    if after is not None and after != before:
        notes.append(f"- {link(registry, after)} is in production now")
        notify_consumers(run, registry, {"version": after, "before": before or ""})
    sentence = f"Nothing new: {link(registry, newest.version)} has the same data, parameters and code."
    if later:
        sentence = f"Nothing is published: {link(registry, newest.version)} is from a later commit than {head[:7]}."
    return False, "\n".join([sentence, *notes])


def _reason_to_skip(run: Run, *, live: bool) -> str:
    """Return the reason why a push publishes nothing; empty if it may publish."""
    if run.at("created") is True and run.at("before") == _NOTHING:
        return "This push created the branch, as in a new repository: nothing is published."
    if not live:
        return (
            "Nothing is published: params.yaml has `live: false`, so merges publish nothing. "
            "Set `live: true`, or start this workflow by hand (Actions, Publish, Run workflow)."
        )
    return ""


def _lifted(run: Run, registry: Registry) -> list[str]:
    """Lift the promotion freeze if the run requests it; return notes for the summary."""
    if run.event_name == "push" or not is_input_true(run, "lift_freeze"):
        return []
    freeze = lift_freeze(registry)
    if freeze is None:
        return ["promotion was not frozen"]
    close(run, registry, "The promotion freeze is lifted: published versions go to production again.")
    return [f"the promotion freeze after the rollback of {freeze.rejected} is lifted"]
