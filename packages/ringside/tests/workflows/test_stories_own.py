"""The story of somebody's own data: `ringside init` on a file, the push, and from then on the workflows as they are."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from arena import REPOSITORY, Arena, Played
from drafting import customers
from harness import Checkout
from hub import BOT
from hub.state import Issue, Repository
from ringside.init.sample import is_of_sample
from settling import Typing, csv, later
from telling import Told, told

SOURCE = "data/source/churn.csv"
MACHINERY = ("packages/ringside/src/ringside/", ".github/")

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("stories-own")]


@dataclass(frozen=True)
class Moment:
    """What one event came to, and everything on GitHub right after it."""

    played: Played
    there: Repository

    @classmethod
    def of(cls, arena: Arena, played: Played) -> "Moment":
        """After `played`."""
        return cls(played, copy.deepcopy(arena.hub.of(REPOSITORY)))

    @property
    def versions(self) -> list[str]:
        """The releases, in order."""
        return [release.tag.removeprefix("model@") for release in self.there.releases]


@dataclass(frozen=True)
class Own:
    """A private copy of the template with customers in it, whose rows Git keeps; in the order in which it happened."""

    arena: Arena
    changed: list[str]
    """The files that the first commit of their own touched."""
    pushed: Moment
    tuned: Told
    merged: Moment
    newer: str
    """The comment's head in a pull request that puts a newer file in its place, and no more."""
    ingested: Told
    """The same pull request after `ringside ingest`."""
    week: Moment
    """The schedule's hour, after the newer file came to main without an ingest."""


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Iterator[Own]:
    """The whole story, played once."""
    folder = tmp_path_factory.mktemp("own")
    template = Checkout.of_project(folder / "template")
    with Arena.of(folder / "hub", template.root, visibility="private", may_propose=True) as arena:
        desk = arena.clone("desk")
        file = folder / "people.csv"
        file.write_bytes(csv(customers()))
        Typing(Checkout(desk.root)).init("--from", str(file), "--store", "git")
        desk.push("Our own customers", "main")
        pushed = Moment.of(arena, arena.play())
        changed = desk.git("diff", "--name-only", "HEAD^", "HEAD").splitlines()
        tuned = told(arena, {"params.yaml": ("  C: 0.3", "  C: 0.2")})
        arena.merge(tuned.number)
        merged = Moment.of(arena, arena.play())
        rows = csv(customers(), later()).decode()
        bare = told(arena, {SOURCE: rows}, "september")
        newer = bare.head
        desk = arena.clone("september")
        desk.branch("september")
        Typing(Checkout(desk.root)).ok("ringside", "ingest")
        desk.push("What ingest made of it", "september")
        ingested = Told(arena, bare.number, arena.play())
        arena.change("main", {SOURCE: rows})
        arena.play()
        yield Own(arena, changed, pushed, tuned, merged, newer, ingested, Moment.of(arena, arena.tick("retrain.yaml")))


class TestTheFirstPush:
    """What `ringside init` left, committed and pushed to main."""

    def test_changes_no_code_of_ringside_and_no_workflow_that_stays(self, own):
        """Of .github, what only the template needs is removed, and Dependabot's file loses its entry."""
        changed = {name for name in own.changed if name.startswith(MACHINERY) and not is_of_sample(name)}

        assert changed <= {".github/dependabot.yaml"}

    def test_is_checked_and_published_as_the_first_version(self, own):
        """The copy is live: the model is rebuilt from the commit, judged, and in production."""
        assert own.pushed.played.check("Checks").conclusion == "success", own.pushed.played.log
        assert own.pushed.versions == ["v1.0.0"], own.pushed.played.log

    def test_leaves_no_row_in_the_release(self, own):
        """The data are not public, so that no reference rows go along."""
        (release,) = own.pushed.there.releases

        assert [asset.name for asset in release.assets if "reference" in asset.name or asset.name.endswith("csv")] == []


class TestAPullRequest:
    """A parameter of the task's own model is changed."""

    def test_is_judged_against_the_first_version(self, own):
        """The check is green, and one comment says what the change does on the same rows."""
        assert own.tuned.check.conclusion == "success", own.tuned.log
        assert "against v1.0.0" in own.tuned.comment or "than v1.0.0" in own.tuned.comment
        assert "115 rows of 115 groups" in own.tuned.part("Models and rows")

    def test_is_published_when_it_is_merged(self, own):
        """As a patch, since parameters alone changed."""
        assert own.merged.versions == ["v1.0.0", "v1.0.1"], own.merged.played.log


class TestANewerFile:
    """A pull request that brings a newer file."""

    def test_is_told_what_lacks(self, own):
        """It is judged on the rows that the manifest names, and the comment's head says so with the command."""
        assert "neither learnt from nor judged on: run ringside ingest" in own.newer
        assert "New or changed: 2026-09." in own.newer

    def test_is_judged_on_its_rows_after_the_ingest(self, own):
        """September is the last month of the test window, and the note is gone."""
        assert own.ingested.check.conclusion == "success", own.ingested.log
        assert "2026-06 to 2026-09" in own.ingested.part("Models and rows")
        assert "ringside ingest" not in own.ingested.head

    def test_that_nobody_ingested_is_by_the_schedule(self, own):
        """The week after, one pull request has the month, its rows in Git, and a model that learnt from more."""
        (proposal,) = [issue for issue in own.week.there.pulls() if issue.user == BOT]
        files = own.arena.bare.run("diff", "--name-only", "main", _head(proposal)).split()

        assert proposal.title.startswith("Retrain on 2026-09"), own.week.played.log
        assert {"data/manifest.json", "data/raw.dvc", "data/store/2026-09.parquet", "dvc.lock"} <= set(files)


def _head(issue: Issue) -> str:
    assert issue.pull is not None
    return issue.pull.head_sha
