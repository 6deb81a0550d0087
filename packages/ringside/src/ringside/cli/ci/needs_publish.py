"""The verb `ci news`: whether there is anything to publish, told by hashes and without the model's packages."""

from pathlib import Path

from ringside.cli.ci.promotion_freeze import close, how_to_lift
from ringside.cli.ci.workflow_inputs import here, is_asked, link, tell_consumers
from ringside.github.run import Run
from ringside.params import read_params
from ringside.registry.candidate import inputs_hash
from ringside.registry.publish import overtaken, produce, published_as, tidy
from ringside.registry.registry import Registry
from ringside.registry.rollback import lift_hold
from ringside.store.workspace import Workspace

_NOTHING = "0" * 40


def news() -> None:
    """Say whether the data, the parameters or the code differ from the newest version's; mend what was left undone."""
    run, registry = here()
    new, sentence = _news(run, registry)
    run.output("new", "true" if new else "false")
    run.summary(sentence)


def _news(run: Run, registry: Registry) -> tuple[bool, str]:

    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    if run.event_name == "push" and (quiet := _quiet(run, live=params.live)):
        return False, quiet
    said = [f"- {note}" for note in (*tidy(registry), *_lifted(run, registry))]
    head = registry.repository.head()
    same = published_as(registry, inputs_hash(workspace, params), head)
    later = None if same else overtaken(registry, head)
    newest = same or later
    if newest is None:
        return True, "\n".join(
            ["The data, the parameters or the code are new: the model is rebuilt and judged.", *said]
        )

    before = registry.production()
    said += [f"- {note}" for note in (*produce(registry, newest), *how_to_lift(registry))]
    after = registry.production()
    if after is not None and after != before:
        said.append(f"- {link(registry, after)} is in production now")
        tell_consumers(run, registry, {"version": after, "before": before or ""})
    sentence = f"Nothing new: {link(registry, newest.version)} was made of the same data, parameters and code."
    if later:
        sentence = f"Nothing is published: {link(registry, newest.version)} was made of a later commit than {head[:7]}."
    return False, "\n".join([sentence, *said])


def _quiet(run: Run, *, live: bool) -> str:
    """Why a push publishes nothing, where it does not."""
    if run.at("created") is True and run.at("before") == _NOTHING:
        return "This push made the branch, as where a copy of the repository is created: nothing is published."
    if not live:
        return (
            "Nothing is published: params.yaml says `live: false`, so that merges publish nothing. "
            "Set `live: true`, or start this workflow by hand (Actions, Publish, Run workflow)."
        )
    return ""


def _lifted(run: Run, registry: Registry) -> list[str]:
    """What became of the hold, where somebody asked to lift it."""
    if run.event_name == "push" or not is_asked(run, "lift_hold"):
        return []
    hold = lift_hold(registry)
    if hold is None:
        return ["no hold stood"]
    close(run, registry, "The hold was lifted: versions that are published go to production again.")
    return [f"the hold since {hold.rejected} was rolled back is lifted"]
