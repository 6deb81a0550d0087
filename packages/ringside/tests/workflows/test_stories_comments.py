"""Stories of the one comment: GitHub on a bad day, pull requests that look alike, and who writes it.

All begin with a run of Train that is over and not yet reported. What it has to say is short, since params.yaml asks for
what cannot be: these stories train nothing.
"""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from arena import Arena, Played
from stages import as_it_is

REPOSITORY = "acme/demo"
STAND_IN = Path(__file__).resolve().parents[1] / "github" / "stand_in_cml.py"
BROKEN = {"params.yaml": ("max_iter: ", "max_iter: -")}
WORSE = {"params.yaml": ("max_iter: -", "max_iter: -1")}
SAYS = "params.yaml has an invalid value"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories_comments")]


@dataclass(frozen=True)
class Waiting:
    """A pull request whose run of Train has ended, with the workflow Report still to come."""

    arena: Arena
    number: int
    run: int

    def report(self) -> Played:
        """What follows from the end of that run; again, as somebody who presses "Re-run" does it."""
        (run,) = [run for run in self.arena.hub.of(REPOSITORY).runs if run.id == self.run]
        self.arena.hub.end_run(run, run.conclusion or "", repository=REPOSITORY)
        return self.arena.play()

    @property
    def comments(self) -> list[str]:
        """In the pull request."""
        return self.arena.comments(self.number)


def silent(arena: Arena) -> None:
    """Only Train runs."""
    arena.without("checks.yaml", "publish.yaml", "report.yaml")


def heard(arena: Arena) -> None:
    """From now on Report runs, and Train no more."""
    arena.hub.of(REPOSITORY).workflows.pop("report.yaml")
    arena.without("train.yaml")


@pytest.fixture(scope="module")
def _waiting(tmp_path_factory):
    with as_it_is(tmp_path_factory.mktemp("waiting")) as arena:
        silent(arena)
        arena.change("broken", BROKEN)
        number = arena.propose("broken")
        played = arena.play()
        assert played.check("Verdict").conclusion == "failure", played.log
        yield Waiting(arena, number, played.run("Train").id)


@pytest.fixture
def waiting(_waiting, tmp_path):
    """Once more, to do anything with."""
    with _waiting.arena.twin(tmp_path / "twin") as arena:
        heard(arena)
        yield Waiting(arena, _waiting.number, _waiting.run)


class TestApiDown:
    """GitHub answers badly while the comment is written."""

    def test_is_asked_again(self, waiting):
        """After two errors of the server the comment stands, once."""
        waiting.arena.hub.fail("POST", r"/comments$", times=2, status=500)
        played = waiting.report()

        assert played.run("Report").conclusion == "success", played.log
        assert [SAYS in text for text in waiting.comments] == [True]

    def test_that_cuts_a_line_makes_no_second_comment(self, waiting):
        """The first request wrote the comment, though its answer was lost: there is one."""
        waiting.arena.hub.fail("POST", r"/comments$", cut=True, after=True)
        played = waiting.report()

        assert played.run("Report").conclusion == "success", played.log
        assert [SAYS in text for text in waiting.comments] == [True]
        assert len(waiting.arena.hub.called("POST", r"/comments$")) == 1

    def test_for_good_fails_in_one_line_and_the_next_run_mends_it(self, waiting):
        """The job is red, the pull request's own check stands, nothing is written; run again, there is one comment."""
        hub = waiting.arena.hub
        hub.fail("POST", r"/comments$", times=99, status=502)
        down = waiting.report()
        said = [text for level, text in down.check("Comment").annotations if level == "error" and "cml" not in text]

        assert down.run("Report").conclusion == "failure", down.log
        assert len(said) == 1, said
        assert "502" in said[0]
        assert waiting.comments == []
        hub.faults.clear()

        assert waiting.report().run("Report").conclusion == "success"
        assert [SAYS in text for text in waiting.comments] == [True]


class TestStale:
    """A run that ends when its branch has moved on."""

    def test_says_nothing(self, waiting):
        """A notice says why; the comment is left to the newer commit's run."""
        waiting.arena.change("broken", {"params.yaml": ("max_iter: -", "max_iter: ")})
        played = waiting.report()

        assert played.run("Report").conclusion == "success", played.log
        assert waiting.comments == []
        assert "newer commit" in played.check("Comment").annotations[-1][1]

    def test_does_not_come_after_the_newer_one(self, waiting):
        """Where the newer run has reported already, the older one leaves its comment as it is."""
        arena = waiting.arena
        arena.hub.of(REPOSITORY).workflows.pop("train.yaml")
        newer = arena.change("broken", WORSE)
        arena.play()
        (before,) = waiting.comments
        waiting.report()

        assert newer[:7] in before
        assert waiting.comments == [before]

    def test_of_a_closed_pull_request_says_nothing(self, waiting):
        """Nobody reads it."""
        hub = waiting.arena.hub
        repository = hub.of(REPOSITORY)
        hub.close(repository, repository.issues[waiting.number], by="acme")
        waiting.report()

        assert waiting.comments == []


class TestLookAlike:
    """Two pull requests whose branches have one name or one tip."""

    def test_of_a_fork_with_the_same_branch(self, waiting):
        """Each has its own comment, of its own commit, though the branches are called alike."""
        arena = waiting.arena
        arena.hub.of(REPOSITORY).workflows.pop("train.yaml")
        arena.hub.repository("mallory/demo", fork_of=REPOSITORY)
        theirs = arena.change("broken", BROKEN, repository="mallory/demo", user="mallory")
        other = arena.propose("broken", fork="mallory/demo", user="mallory")
        arena.play()
        assert waiting.comments == []
        waiting.report()

        assert theirs[:7] in arena.comment(other)
        assert theirs[:7] not in arena.comment(waiting.number)

    def test_into_a_branch_with_another_policy(self, waiting):
        """Of one branch that is to be merged into two, the run for the other one is not shown as this one's.

        The other branch may have another policy, and other data.
        """
        arena = waiting.arena
        arena.hub.of(REPOSITORY).workflows.pop("train.yaml")
        arena.change("loose", {"params.yaml": ("tolerance: 0.01 ", "tolerance: 9.01 ")})
        arena.play()
        arena.propose("broken", base="loose")
        played = arena.play()

        assert played.names == ["Train", "Report"], played.log
        assert waiting.comments == []
        waiting.report()
        assert [SAYS in text for text in waiting.comments] == [True]


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A stand-in for `cml` on PATH, which writes as CML does; what it noted, afterwards."""
    folder = tmp_path / "cml"
    folder.mkdir()
    shutil.copyfile(STAND_IN, folder / "cml.py")
    (folder / "cml").write_text(f'#!/bin/sh\nexec {sys.executable} {folder}/cml.py "$@"\n')
    (folder / "cml").chmod(0o755)
    (folder / "mode").write_text("works")
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


class TestCml:
    """Where setup-cml could install CML, it writes the comment."""

    def test_writes_what_gh_would_write_and_gh_finds_it_again(self, waiting, stand_in):
        """One comment, whoever comes next; CML gets the documented options and a token that may comment."""
        played = waiting.report()
        noted = json.loads((stand_in / "noted").read_text())

        assert played.run("Report").conclusion == "success", played.log
        assert "was written by CML" in played.check("Comment").annotations[-1][1]
        assert "--publish=false" in noted["argv"]
        assert f"--target=pr/{waiting.number}" in noted["argv"]
        assert [SAYS in text for text in waiting.comments] == [True]

        (stand_in / "cml").unlink()
        waiting.arena.hub.of(REPOSITORY).workflows.pop("train.yaml")
        newer = waiting.arena.change("broken", WORSE)
        waiting.arena.play()
        assert newer[:7] in waiting.arena.comment(waiting.number)

    def test_that_fails_leaves_it_to_gh(self, waiting, stand_in):
        """The same Markdown stands there."""
        (stand_in / "mode").write_text("fails")
        played = waiting.report()

        assert "was written by gh" in played.check("Comment").annotations[-1][1], played.log
        assert [SAYS in text for text in waiting.comments] == [True]

    @pytest.mark.skipif(shutil.which("cml") is None, reason="there is no cml on PATH: CML's own part is not tried")
    def test_itself_writes_one_comment(self, waiting):
        """The real CML, twice: it writes the comment, and finds it again."""
        first = waiting.report()
        waiting.report()

        assert "was written by CML" in first.check("Comment").annotations[-1][1], first.log
        assert [SAYS in text for text in waiting.comments] == [True]
