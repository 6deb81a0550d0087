"""A rollback, the merge after it and the end of the promotion freeze: what the stories of both look at."""

from dataclasses import dataclass

from arena import Arena
from merging import SEED, Moment

REASON = "late ships at the west pier"
SERVE = """name: Serve
on:
  repository_dispatch:
    types: [model-changed]
permissions: {}
jobs:
  serve:
    name: Load the model
    runs-on: ubuntu-24.04
    steps:
      - run: echo "serving $VERSION after $BEFORE"
        env:
          VERSION: ${{ github.event.client_payload.version }}
          BEFORE: ${{ github.event.client_payload.before }}
"""
"""A consumer, which came to the repository after v1.0.0."""
ACCEPTED = "the harbour needs it by Monday"
COMMAND = "gto assign model --version v1.0.0 --stage prod --force --push"


@dataclass(frozen=True)
class Back:
    """v1.1.0 is rolled back where nobody can read the data; a merge after it is accepted; the freeze is lifted."""

    arena: Arena
    replaced: Moment
    """A first try, while a file of v1.0.0 was another one than was published."""
    rolled: Moment
    typed: tuple[str, str]
    """What GTO says is in production before and after a person types the command that the run's page has."""
    doubted: Moment
    """The next merge, during the freeze: a model of which nothing can be said for sure."""
    accepted: Moment
    """That one is published all the same, for somebody says why."""
    lifted: Moment
    named: Moment
    """A rollback to v1.1.0 by its name."""
    second: Moment
    """One more, without a name."""


def play_back(arena: Arena) -> Back:
    """Play it in a repository with v1.0.0 and v1.1.0."""
    arena.change("main", {".github/workflows/serve.yaml": SERVE})
    # Branches that were merged are gone, or the old workflow files would still stand on one.
    for branch in ("cap", "more"):
        arena.bare.drop(f"refs/heads/{branch}")
    arena.hub.take()
    months = arena.machine.pop("HARBOUR")
    replaced = _replaced(arena)
    # What GitHub refuses to Git it may refuse to a call as well; people report both.
    arena.hub.fail("POST", r"/git/(tags|refs)$", times=9, status=403)
    rolled = Moment.of(arena, arena.dispatch("rollback.yaml", reason=REASON))
    arena.hub.faults.clear()
    typed = _typed(arena)
    arena.machine["HARBOUR"] = months
    _merge_doubt(arena)
    doubted = Moment.of(arena, arena.play())
    accepted = Moment.of(arena, arena.dispatch("publish.yaml", accept_reason=ACCEPTED))
    lifted = Moment.of(arena, arena.dispatch("publish.yaml", lift_freeze="true"))
    named = Moment.of(arena, arena.dispatch("rollback.yaml", version="1.1.0", reason="the other one was better"))
    second = Moment.of(arena, arena.dispatch("rollback.yaml", reason="that one neither"))
    return Back(arena, replaced, rolled, typed, doubted, accepted, lifted, named, second)


def _merge_doubt(arena: Arena) -> None:
    """Merge another seed, with a tolerance that this window cannot prove of any other model."""
    text = arena.bare.run("show", "main:params.yaml") + "\n"
    for old, new in (SEED, ("tolerance: 0.02", "tolerance: 0.0001")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    arena.change("doubt", {"params.yaml": text})
    number = arena.propose("doubt")
    # What Train says of it is no part of this story.
    arena.hub.take()
    arena.merge(number)


def _replaced(arena: Arena) -> Moment:
    """Roll back while somebody's own model stands in the release; the digest on GitHub's page is that one's."""
    (release,) = [one for one in arena.hub.of("acme/demo").releases if one.tag == "model@v1.0.0"]
    (mine,) = [one for one in arena.hub.of("acme/demo").releases if one.tag == "model@v1.1.0"]
    (asset,) = [asset for asset in release.assets if asset.name == "model.skops"]
    (other,) = [asset for asset in mine.assets if asset.name == "model.skops"]
    kept = asset.content, asset.digest
    asset.content, asset.digest = other.content, other.digest
    moment = Moment.of(arena, arena.dispatch("rollback.yaml", reason=REASON))
    asset.content, asset.digest = kept
    return moment


def _typed(arena: Arena) -> tuple[str, str]:
    """A person types the command."""
    desk = arena.clone("person")
    before = desk.type("gto", "show", "model#prod", "--ref")
    desk.type(*COMMAND.split())
    return before, desk.type("gto", "show", "model#prod", "--ref")
