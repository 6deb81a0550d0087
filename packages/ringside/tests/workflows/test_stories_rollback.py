"""Stories of rollback: from the button that somebody presses to what stands in production, and the merges after it."""

import json

import pytest

from hub import BOT
from hub.state import Issue
from merging import Moment
from returning import COMMAND, REASON, Back

# Together with the stories of publishing, which end where these begin.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories-merges")]


def issues(moment: Moment) -> list[Issue]:
    """All issues, pull requests left out."""
    return [issue for issue in moment.there.issues.values() if not issue.pull]


class TestReplaced:
    """A release of which somebody replaced a file."""

    def test_does_not_go_to_production(self, back):
        """The run is red and says in one line which file it is."""
        played = back.replaced.played

        assert played.check("Roll back").conclusion == "failure", played.log
        (said,) = back.replaced.said("error", "Roll back")
        assert "model@v1.0.0" in said
        assert "model.skops" in said
        assert "\n" not in said

    def test_changes_nothing(self, back):
        """No promotion freeze, no issue, no note, and nobody is told."""
        replaced = back.replaced

        assert (replaced.latest, replaced.freeze, issues(replaced), replaced.sent) == ("model@v1.1.0", "", [], [])
        assert "Rolled back" not in replaced.release("v1.1.0").body


class TestRollback:
    """One press of the button, with a reason and no more."""

    def test_brings_the_previous_version_back(self, back):
        """v1.0.0 is marked latest; the run's page says what went for what."""
        played = back.rolled.played

        assert played.check("Roll back").conclusion == "success", played.log
        assert back.rolled.latest == "model@v1.0.0"
        assert "[v1.0.0](https://github.com/acme/demo/releases/tag/model@v1.0.0) is in production, after [v1.1.0]" in (
            played.check("Roll back").summary
        )

    def test_takes_less_than_a_minute_and_no_data(self, back):
        """The harbour was not mounted on that machine; nothing of the model's was installed, read or run."""
        run = back.rolled.played.run("Rollback")
        words = [note["words"] for note in back.arena.notes if note["action"] == "uv" and note["job"] == "rollback"]

        assert run.play.seconds < 60
        assert words
        assert not [text for text in words if "model.txt" in text]
        assert list(run.job("Roll back").steps) == ["Check out the history and the versions", "Set up", "Roll back"]

    def test_is_noted_in_both_releases(self, back):
        """Who comes to the page of either reads what happened, and why."""
        assert f"**Rolled back** on {_day(back)}: [v1.0.0]" in back.rolled.release("v1.1.0").body
        assert f"**Back in production** since {_day(back)}, after [v1.1.0]" in back.rolled.release("v1.0.0").body
        assert back.rolled.release("v1.1.0").body.count(REASON) == 1
        assert back.rolled.release("v1.0.0").body.count(REASON) == 1

    def test_leaves_the_files_alone(self, back):
        """Not an asset of a release is another one than before."""
        files = [
            {one.tag: [(asset.name, asset.digest) for asset in one.assets] for one in moment.there.releases}
            for moment in (back.replaced, back.rolled, back.second)
        ]
        for tag, assets in files[1].items():
            assert files[2][tag] == assets
        assert files[0]["model@v1.1.0"] == files[1]["model@v1.1.0"]

    def test_opens_an_issue(self, back):
        """One, by the workflow; it has the reason, the run, and how the freeze is lifted."""
        (issue,) = issues(back.rolled)
        run = back.rolled.played.run("Rollback").id

        assert (issue.user, issue.state) == (BOT, "open")
        assert issue.title == "v1.1.0 was rolled back; v1.0.0 is in production"
        assert REASON in issue.body
        assert "with `lift_freeze`" in issue.body
        assert f"https://github.com/acme/demo/actions/runs/{run}" in issue.body

    def test_tells_other_workflows(self, back):
        """The event `model-changed` starts who listens, with both versions."""
        assert back.rolled.played.names == ["Rollback", "Serve"]
        assert "serving v1.0.0 after v1.1.0" in back.rolled.played.check("Load the model").log
        assert back.rolled.sent == [{"version": "v1.0.0", "before": "v1.1.0"}]

    def test_works_where_the_workflows_changed(self, back):
        """The stage tag on the old commit is refused to the token; a person gets the command, the rest is done."""
        tags = {name for name, *_ in back.rolled.tags} - {name for name, *_ in back.replaced.tags}

        assert back.arena.bare.ask("cat-file", "-e", "model@v1.0.0:.github/workflows/serve.yaml").returncode != 0
        assert COMMAND in back.rolled.played.check("Roll back").summary
        assert tags == set()

    def test_is_finished_by_that_command(self, back):
        """Typed by a person, it sets the tag, and GTO says what GitHub says."""
        assert back.typed == ("model@v1.1.0", "model@v1.0.0")

    def test_sets_the_promotion_freeze(self, back):
        """It is recorded with the version that was rejected and the reason."""
        freeze = json.loads(back.rolled.freeze)

        assert (freeze["rejected"], freeze["reason"]) == ("v1.1.0", REASON)
        assert "Promotion is frozen" in back.rolled.played.check("Roll back").summary


class TestMergeAfter:
    """The next merge, while the promotion freeze stands."""

    def test_is_published_and_not_put_in_production(self, back):
        """It is judged against v1.0.0 and has a whole release; GitHub's flag stays where the rollback put it."""
        accepted = back.accepted

        assert accepted.played.check("Release").conclusion == "success", accepted.played.log
        assert accepted.releases["model@v1.1.1"] == "release"
        assert accepted.latest == "model@v1.0.0"
        assert json.loads(accepted.file("v1.1.1", "release.json"))["champion"] == "v1.0.0"

    def test_says_so(self, back):
        """The run's page names the promotion freeze, its reason, and what lifts it; no consumer is told of anything."""
        summary = back.accepted.played.check("Release").summary

        assert "v1.1.1](https://github.com/acme/demo/releases/tag/model@v1.1.1) is published; [v1.0.0]" in summary
        assert f"v1.1.1 is not in production: promotion is frozen since v1.1.0 was rolled back ({REASON})" in summary
        assert "start this workflow by hand with `lift_freeze`" in summary
        assert back.accepted.sent == back.rolled.sent


class TestLift:
    """Publish by hand, with `lift_freeze`."""

    def test_brings_the_newest_version_to_production(self, back):
        """Nothing is rebuilt for it; consumers are told."""
        lifted = back.lifted

        assert lifted.played.check("Rebuild and judge").conclusion == "skipped", lifted.played.log
        assert (lifted.latest, lifted.freeze) == ("model@v1.1.1", "")
        assert lifted.sent[-1] == {"version": "v1.1.1", "before": "v1.0.0"}
        assert lifted.played.names == ["Publish", "Serve"]

    def test_closes_the_issue(self, back):
        """With a sentence; there is no second one."""
        (issue,) = issues(back.lifted)

        assert issue.state == "closed"
        assert "The promotion freeze is lifted" in issue.comments[-1].body


class TestNamed:
    """A version that is named."""

    def test_goes_to_production(self, back):
        """Though the previous one was another; there is a new issue and a new promotion freeze."""
        assert back.named.latest == "model@v1.1.0", back.named.played.log
        assert json.loads(back.named.freeze)["rejected"] == "v1.1.1"
        assert [(issue.title, issue.state) for issue in issues(back.named)] == [
            ("v1.1.0 was rolled back; v1.0.0 is in production", "closed"),
            ("v1.1.1 was rolled back; v1.1.0 is in production", "open"),
        ]


class TestSecond:
    """A second rollback."""

    def test_goes_further_back(self, back):
        """To v1.0.0, and not to v1.1.1, from which the first one went away."""
        assert back.second.latest == "model@v1.0.0", back.second.played.log
        assert json.loads(back.second.freeze)["rejected"] == "v1.1.0"

    def test_keeps_one_open_issue(self, back):
        """It says what stands now."""
        assert [issue.title for issue in issues(back.second) if issue.state == "open"] == [
            "v1.1.0 was rolled back; v1.0.0 is in production"
        ]


class TestNothing:
    """A repository with one version."""

    def test_has_nothing_to_go_back_to(self, released):
        """The run is red, says so in one line, and changes nothing."""
        moment = Moment.of(released, released.dispatch("rollback.yaml", reason=REASON))

        assert moment.played.check("Roll back").conclusion == "failure", moment.played.log
        (said,) = moment.said("error", "Roll back")
        assert "no version was in production before v1.0.0" in said
        assert (moment.latest, moment.freeze, issues(moment), moment.sent) == ("model@v1.0.0", "", [], [])


def _day(back: Back) -> str:
    return json.loads(back.rolled.freeze)["since"][:10]
