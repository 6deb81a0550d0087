"""Stories of pull requests: from the pushed commit to what people see."""

import json
import re
from dataclasses import dataclass

import pytest

from arena import Arena, Played
from stages import as_it_is

REPOSITORY = "acme/demo"

slow = [pytest.mark.slow, pytest.mark.xdist_group("stories")]


class TestDocsOnly:
    """A pull request that touches a page of the docs."""

    def test_trains_nothing_and_passes(self, plain):
        """The required checks are green, the training job is skipped, and no comment is written."""
        plain.change("typo", {"README.md": "# Ringside\n"})
        number = plain.propose("typo")
        played = plain.play()

        assert played.names == ["Checks", "Train", "Report"], played.log
        assert played.check("Train and judge").conclusion == "skipped"
        assert played.check("Verdict").conclusion == played.check("Checks").conclusion == "success"
        assert "Nothing here touches the model" in played.check("Verdict").summary
        assert plain.comments(number) == []

    def test_installs_nothing_to_find_that_out(self, plain):
        """Neither the job that looks nor the one that sums up sets anything up."""
        plain.without("checks.yaml")
        plain.change("typo", {"README.md": "# Ringside\n"})
        plain.propose("typo")
        plain.play()

        assert {note["job"] for note in plain.notes if note["action"] == "uv"} == {"comment"}

    def test_is_red_where_a_linter_is(self, plain):
        """A check that fails is named by the required one."""
        plain.failing.add("lint-task")
        plain.without("train.yaml")
        plain.change("typo", {"README.md": "# Ringside\n"})
        plain.propose("typo")
        played = plain.play()

        assert played.check("Style and types").conclusion == "failure"
        assert played.check("Checks").conclusion == "failure"
        assert "lint" in played.check("Checks").annotations[0][1]


@dataclass(frozen=True)
class Seeded:
    """What two pushes to one pull request came to, each of which changes the seed alone."""

    arena: Arena
    first: Played
    comment: str
    """After the first push."""
    second: Played
    comment_again: str


@pytest.fixture(scope="module")
def seeded(_released, tmp_path_factory):
    """Both pushes, played once for all that there is to see."""
    with _released.twin(tmp_path_factory.mktemp("seeded")) as arena:
        arena.without("checks.yaml")
        arena.change("seed", {"params.yaml": ("  seed: 0", "  seed: 1")})
        number = arena.propose("seed")
        first, comment = arena.play(), arena.comment(number)
        arena.change("seed", {"params.yaml": ("  seed: 1", "  seed: 2")})
        yield Seeded(arena, first, comment, arena.play(), arena.comment(number))


class TestNewSeed:
    """A pull request that changes nothing that should matter."""

    pytestmark = slow

    def test_passes_and_says_so(self, seeded):
        """The required check is green; the comment and the job's summary have the verdict."""
        assert seeded.first.names == ["Train", "Report"], seeded.first.log
        assert seeded.first.check("Verdict").conclusion == "success", seeded.first.log
        assert "no worse than v1.0.0" in seeded.comment
        assert "no worse than v1.0.0" in seeded.first.check("Train and judge").summary

    def test_has_one_comment_that_the_next_push_updates(self, seeded):
        """After the second push the only comment speaks of its commit."""
        commits = [played.run("Train").sha[:7] for played in (seeded.first, seeded.second)]

        assert [commit in seeded.comment for commit in commits] == [True, False]
        assert [commit in seeded.comment_again for commit in commits] == [False, True]

    def test_finds_what_main_computed(self, seeded):
        """The stages before the training come from the cache that publishing left, and the run keeps nothing there."""
        log = seeded.first.check("Train and judge").log

        assert "Stage 'validate' is cached" in log, log
        assert "Running stage 'train'" in log
        assert [note for note in seeded.arena.notes if note["action"] == "cache_save"] == []

    def test_reads_and_no_more(self, seeded):
        """The token of no job that runs the pull request's code may write, and only the comment's job does."""
        rights = {tuple(sorted(token.rights.items())) for token in seeded.arena.hub.tokens.values() if token.rights}
        writing = {level for found in rights for level in found if level[1] == "write"}
        sent = {(call.method, call.path.rpartition("/")[2]) for call in seeded.arena.hub.calls if call.method != "GET"}

        assert writing == {("id-token", "write"), ("pull-requests", "write")}
        assert {method for method, _ in sent} == {"POST", "PATCH"}
        assert all(re.fullmatch(r"comments|\d+", place) for _, place in sent), sent


class TestRegression:
    """A pull request whose model is worse."""

    pytestmark = slow

    def test_fails_and_says_why(self, released):
        """The required check is red with the sentence, and so is the comment's; production stays."""
        released.without("checks.yaml")
        released.change("weak", {"params.yaml": ("max_iter: 60", "max_iter: 1")})
        number = released.propose("weak")
        played = released.play()

        assert played.check("Train and judge").conclusion == "success", played.log
        assert played.check("Verdict").conclusion == "failure"
        level, sentence = played.check("Verdict").annotations[0]
        assert (level, sentence.partition(":")[0]) == ("error", "Fail")
        assert "Fail" in released.comment(number)
        assert [release.tag for release in released.hub.of(REPOSITORY).releases] == ["model@v1.0.0"]


BRANCH = "x';touch${IFS}pwned;'"
TITLE = "$(touch pwned) <img src=x onerror=alert(1)> @acme ::set-output name=verdict::pass"
# What the runner would do for it: comment, tag, forge the results.
FORGED = {"format": 1, "state": "judged", "sentence": "Pass! [click](https://evil.example)", "commit": "0" * 40}
SCRIPT = """\
import json, os, pathlib, subprocess
api = ["gh", "api", "--method", "POST"]
subprocess.run([*api, "repos/acme/demo/issues/1/comments", "-f", "body=pwned"])
subprocess.run([*api, "repos/acme/demo/releases", "-f", "tag_name=model@v9.9.9"])
subprocess.run(["git", "push", "origin", "HEAD:refs/heads/main", "--force"])
pathlib.Path("reports").mkdir(exist_ok=True)
pathlib.Path("reports/status.json").write_text(json.dumps(FORGED))
pathlib.Path("reports/report.json").write_text("{" * 100_000)
with open(os.environ["GITHUB_OUTPUT"], "a") as file:
    file.write("verdict=pass\\nblocks=false\\nsentence=Pass <img src=x> @acme [x](https://evil.example)\\n")
"""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """The pull request of the fork, played; its number; and the refs before."""
    with as_it_is(tmp_path_factory.mktemp("attacked")) as arena:
        arena.without("checks.yaml")
        before = arena.bare.refs("refs/")
        arena.hub.repository("mallory/demo", fork_of=REPOSITORY)
        workflow = ".github/workflows/train.yaml"
        text = arena.bare.run("show", f"main:{workflow}")
        text = text.replace("run: ringside ci train", "run: python3 attack.py").replace(": read #", ": write #")
        script = SCRIPT.replace("FORGED", repr(FORGED))
        edits = {workflow: text, "attack.py": script, "params.yaml": "task: x\n"}
        arena.change(BRANCH, edits, repository="mallory/demo", user="mallory")
        number = arena.propose(BRANCH, fork="mallory/demo", title=TITLE)
        yield arena, arena.play(), number, before


class TestHostileFork:
    """A pull request of a stranger who tries everything at once."""

    def test_changes_nothing(self, attacked):
        """No branch, tag, release or comment is different, though its own code ran."""
        arena, played, number, before = attacked

        assert "Train and judge" in played.run("Train").play.jobs
        assert played.check("Train and judge").steps["Bring the data, run the pipeline, judge"] == "success", played.log
        assert [ref for ref in arena.bare.refs("refs/") if not ref[0].startswith("refs/pull/")] == before
        assert arena.hub.of(REPOSITORY).releases == []
        assert arena.comments(number) == []
        tried = arena.hub.called("POST", r"/(comments|releases)$")
        assert [call.status for call in tried] == [403, 403]

    def test_is_refused_in_one_line(self, attacked):
        """The job that would comment says that the results are not what Train leaves, in one line."""
        _, played, _, _ = attacked
        said = [text for _, text in played.check("Comment").annotations if "cml" not in text]

        assert len(said) == 1, played.log
        assert "evil" not in json.dumps(said)

    def test_puts_no_text_of_its_own_into_the_required_check(self, attacked):
        """What its job claims is shown without markup, mention or link."""
        _, played, _, _ = attacked
        shown = played.check("Verdict").summary + json.dumps(played.check("Verdict").annotations)

        assert not any(bad in shown for bad in ("<img", "@acme", "https://", "](")), shown

    def test_leaves_nothing_on_the_machine(self, attacked):
        """No name that it chose was run by a shell."""
        arena, _, _, _ = attacked

        assert list(arena.folder.rglob("pwned")) == []


class TestBirth:
    """The push by which a copy comes to be."""

    def test_publishes_nothing_and_is_green(self, plain):
        """Publish looks, sees that it is the first push, and ends; nothing is built."""
        plain.without("checks.yaml")
        played = plain.born()

        assert played.names == ["Publish"], played.log
        assert played.run("Publish").conclusion == "success", played.log
        assert played.check("Rebuild and judge").conclusion == "skipped"
        assert plain.hub.of(REPOSITORY).releases == []

    @pytest.mark.parametrize("workflow", ["retrain.yaml"])
    def test_leaves_schedules_asleep(self, plain, workflow):
        """Until `live: true`, the weekly run does nothing and says how to switch it on."""
        played = plain.tick(workflow)

        assert played.run("Retrain").conclusion == "success", played.log
        assert played.check("Propose").conclusion == "skipped"
        assert "live" in played.check("Watch and train").summary
