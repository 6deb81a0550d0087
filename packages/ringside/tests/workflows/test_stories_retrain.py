"""Stories of what happens when nobody opens a pull request: from the event to what people see."""

import contextlib
import copy
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from arena import Arena, Played
from harbour_months import month, write_month
from hub import BOT
from hub.state import Issue, Repository
from merging import LIVE

REPOSITORY = "acme/demo"
HOSTILE = {"partition": "../../etc", "force": True, "run": "$(touch pwned)", "body": "@acme <img src=x>"}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories-retrain")]


@dataclass(frozen=True)
class Moment:
    """What one event came to, and everything on GitHub right after it."""

    played: Played
    there: Repository
    branches: list[str]

    @classmethod
    def of(cls, arena: Arena, played: Played) -> "Moment":
        """After `played`."""
        branches = [name.removeprefix("refs/heads/") for name, *_ in arena.bare.refs("refs/heads/")]
        return cls(played, copy.deepcopy(arena.hub.of(REPOSITORY)), branches)

    @property
    def proposals(self) -> list[Issue]:
        """All pull requests, in order."""
        return self.there.pulls()

    @property
    def issues(self) -> list[Issue]:
        """All issues, in order."""
        return [issue for issue in self.there.issues.values() if not issue.pull]

    @property
    def trained(self) -> bool:
        """Whether the watch asked for a new model, be it one that the cache has."""
        return re.search(r"[Ss]tage 'train'", self.played.check("Watch and train").log) is not None

    @property
    def log(self) -> str:
        """For a test's message."""
        return self.played.log


def only(issues: list[Issue], log: str) -> Issue:
    """The one issue or pull request that there is."""
    assert len(issues) == 1, f"{[issue.title for issue in issues]}\n{log}"
    return issues[0]


@contextlib.contextmanager
def _harbour(released: Arena, folder: Path, edits: dict[str, tuple[str, str]], **facts: bool) -> Iterator[Arena]:
    """The released harbour once more, with months of its own, facts of the repository, and an edit of main."""
    with released.twin(folder / "hub") as arena:
        arena.machine["HARBOUR"] = str(shutil.copytree(released.machine["HARBOUR"], folder / "months"))
        arena.without("checks.yaml")
        for name, value in facts.items():
            setattr(arena.hub.of(REPOSITORY), name, value)
        for file, edit in edits.items():
            arena.change("main", {file: edit})
        # What that push starts is no part of these stories.
        arena.hub.take()
        yield arena


def _arrives(arena: Arena, name: str, **how: float) -> Path:
    return write_month(Path(arena.machine["HARBOUR"]), name, **how)


def _switch(arena: Arena, workflow: str, *, on: bool) -> None:
    arena.hub.of(REPOSITORY).workflows[workflow] = {"state": "active" if on else "disabled_manually"}


@dataclass(frozen=True)
class Month:
    """A month of storms arrives where all is live, is merged, and is published later than people meant to."""

    arena: Arena
    proposed: Moment
    judged: Moment
    unpublished: Moment
    """A week after the merge, which published nothing."""
    published: Moment
    after: Moment
    quiet: Moment
    """Another week later."""


@pytest.fixture(scope="module")
def april(_released, tmp_path_factory):
    """The whole story, played once."""
    folder = tmp_path_factory.mktemp("april")
    with _harbour(_released, folder, {"params.yaml": LIVE}, may_propose=True) as arena:
        _arrives(arena, "2025-04", storm=1.5)
        proposed = Moment.of(arena, arena.tick("retrain.yaml"))
        judged = Moment.of(arena, arena.approve())
        _switch(arena, "publish.yaml", on=False)
        arena.merge(proposed.proposals[0].number)
        arena.play()
        unpublished = Moment.of(arena, arena.tick("retrain.yaml"))
        _switch(arena, "publish.yaml", on=True)
        published = Moment.of(arena, arena.dispatch("publish.yaml"))
        after = Moment.of(arena, arena.tick("retrain.yaml"))
        quiet = Moment.of(arena, arena.tick("retrain.yaml"))
        yield Month(arena, proposed, judged, unpublished, published, after, quiet)


class TestNewMonth:
    """April arrives, and the hour of the schedule comes."""

    def test_is_proposed_in_one_pull_request(self, april):
        """One branch of the month's name; title and body have the verdict; workflows opened it, and no issue."""
        pull = only(april.proposed.proposals, april.proposed.log)

        assert april.proposed.played.names == ["Retrain"]
        assert (pull.user, pull.pull.head_ref, pull.state) == (BOT, "retrain/2025-04", "open")
        assert pull.title == "Retrain on 2025-04: the new model passes"
        assert "no worse than v1.0.0" in pull.body
        assert april.proposed.issues == []

    def test_says_first_what_to_press(self, april):
        """Before anything else the body says that a person has to let the checks run; none has run yet."""
        pull = only(april.proposed.proposals, april.proposed.log)
        first = pull.body.split("\n\n")[1]

        assert "Approve workflows to run" in first
        assert first.startswith("> [!IMPORTANT]")
        assert [check for check in april.proposed.there.checks if check.sha == pull.pull.head_sha] == []

    def test_changes_data_lock_and_metrics_alone(self, april):
        """Neither code nor parameters nor a workflow."""
        pull = april.proposed.proposals[0].pull
        changed = april.arena.bare.run("diff", "--name-only", pull.base_sha, pull.head_sha)

        assert set(changed.split()) == {"data/manifest.json", "data/raw.dvc", "dvc.lock", "reports/metrics.json"}

    def test_is_judged_when_somebody_approves(self, april):
        """Train and the comment, as for anybody's pull request; what the watch computed comes from the cache."""
        number = april.judged.proposals[0].number
        (comment,) = [said for said in april.judged.there.issues[number].comments if said.user == BOT]

        assert april.judged.played.names == ["Train", "Report"], april.judged.log
        assert april.judged.played.check("Verdict").conclusion == "success", april.judged.log
        assert "no worse than v1.0.0" in comment.body
        assert "Stage 'train' is cached" in april.judged.played.check("Train and judge").log

    def test_is_published_after_the_merge(self, april):
        """As a patch of the version before, and in production."""
        releases = {release.tag: release for release in april.published.there.releases}

        assert list(releases) == ["model@v1.0.0", "model@v1.0.1"], april.published.log
        assert april.published.there.latest == releases["model@v1.0.1"].id
        assert "Verdict: **pass** against v1.0.0" in releases["model@v1.0.1"].body

    def test_is_followed_by_nothing(self, april):
        """The next week nothing is trained or proposed, and nothing else changes; the summary says so."""
        titles = [[issue.state for issue in moment.there.issues.values()] for moment in (april.after, april.quiet)]

        assert april.quiet.played.check("Propose").conclusion == "skipped"
        said = "No model was trained: there are no new data, and no reason for a new model."
        assert said in april.quiet.played.check("Watch and train").summary
        assert titles[0] == titles[1] == ["closed", "closed"]
        assert [release.tag for release in april.quiet.there.releases] == ["model@v1.0.0", "model@v1.0.1"]

    def test_lets_only_the_job_that_proposes_write(self, april):
        """What ran the model's code asked GitHub for nothing but to read."""
        reading = [
            token
            for token in april.arena.hub.tokens.values()
            if token.is_app and "write" not in {level for name, level in token.rights.items() if name != "id-token"}
        ]
        asked = {call.method for call in april.arena.hub.calls if call.token in {token.text for token in reading}}

        assert asked == {"GET"}


class TestDriftWithoutNewData:
    """April was merged, but not published, and in it the wind was another one."""

    def test_trains_nothing_and_opens_an_issue(self, april):
        """The same data make the same model, so people are told instead; no second pull request."""
        issue = only(april.unpublished.issues, april.unpublished.log)

        assert [april.proposed.trained, april.unpublished.trained] == [True, False]
        assert len(april.unpublished.proposals) == 1
        assert (issue.user, issue.state) == (BOT, "open")
        assert issue.title == "The data drifted, and there is nothing new to learn from"
        assert "wind" in issue.body

    def test_is_over_when_the_champion_knows_them(self, april):
        """After the release the issue is closed with a word."""
        issue = only(april.after.issues, april.after.log)

        assert (issue.state, issue.reason) == ("closed", "completed")
        assert issue.comments[-1].body.startswith("Solved, by the last monitoring run")


@dataclass(frozen=True)
class Fallen:
    """Two months in which the sea's effect is turned round, then one as before; no proposal is merged."""

    arena: Arena
    first: Moment
    judged: Moment
    second: Moment
    over: Moment


@pytest.fixture(scope="module")
def fallen(_released, tmp_path_factory):
    """The whole story, played once."""
    folder = tmp_path_factory.mktemp("fallen")
    with _harbour(_released, folder, {"params.yaml": LIVE}, may_propose=True) as arena:
        _arrives(arena, "2025-04", turned=0.9)
        first = Moment.of(arena, arena.tick("retrain.yaml"))
        judged = Moment.of(arena, arena.approve())
        _arrives(arena, "2025-05", turned=0.9)
        second = Moment.of(arena, arena.send("data-arrived", **HOSTILE))
        # A training more would show nothing here.
        arena.change("main", {"params.yaml": (LIVE[1], f"{LIVE[1]}retrain: {{when: []}}\n")})
        arena.hub.take()
        _arrives(arena, "2025-06")
        over = Moment.of(arena, arena.tick("retrain.yaml"))
        yield Fallen(arena, first, judged, second, over)


class TestRefused:
    """The new month is such that the retrained model fails."""

    def test_is_proposed_with_its_verdict(self, fallen):
        """Title and body say that the model fails and that nobody has to merge it."""
        pull = only(fallen.first.proposals, fallen.first.log)

        assert pull.title == "Retrain on 2025-04: the new model fails"
        assert "The policy refuses the retrained model. Close this pull request" in pull.body
        assert "Fail" in pull.body

    def test_cannot_be_merged_green(self, fallen):
        """Approved, its required check is red with the sentence; production stays."""
        verdict = fallen.judged.played.check("Verdict")

        assert verdict.conclusion == "failure", fallen.judged.log
        assert verdict.annotations[0][1].startswith("Fail")
        assert [release.tag for release in fallen.judged.there.releases] == ["model@v1.0.0"]


class TestBelowFloor:
    """The champion is below the floor of the policy on the newest month."""

    def test_opens_an_issue(self, fallen):
        """One issue names the floor and the way back."""
        issue = only(fallen.first.issues, fallen.first.log)

        assert issue.title == "The champion is below its floor"
        assert "ROC AUC" in issue.body
        assert "actions/workflows/rollback.yaml" in issue.body

    def test_updates_it(self, fallen):
        """The next month changes the same issue."""
        before, now = only(fallen.first.issues, fallen.first.log), only(fallen.second.issues, fallen.second.log)

        assert (now.number, now.state, now.comments) == (before.number, "open", [])
        assert "2025-05" in now.body
        assert "2025-05" not in before.body

    def test_closes_it_when_it_is_over(self, fallen):
        """On a month as before the champion is fine again."""
        issue = only(fallen.over.issues, fallen.over.log)

        assert (issue.state, fallen.over.trained) == ("closed", False)
        assert "2025-06" in issue.comments[-1].body


class TestSecondMonth:
    """May arrives while April's pull request is open, and another system says so."""

    def test_takes_the_place_of_the_first(self, fallen):
        """Never two: April's is closed with a link to May's, and its branch is gone."""
        april, may = fallen.second.proposals

        assert (april.state, april.pull.merged, may.state) == ("closed", False, "open")
        assert f"/pull/{may.number}" in april.comments[-1].body
        assert [fallen.first.branches, fallen.second.branches] == [
            ["main", "retrain/2025-04"],
            ["main", "retrain/2025-05"],
        ]

    def test_has_both_months(self, fallen):
        """The newer proposal brings the older one's data too."""
        pull = fallen.second.proposals[-1]
        manifest = fallen.arena.bare.run("show", f"{pull.pull.head_sha}:data/manifest.json")

        assert ["2025-04" in manifest, "2025-05" in manifest] == [True, True]
        assert pull.pull.head_ref == "retrain/2025-05"

    def test_takes_no_word_of_the_event(self, fallen):
        """What came with it is nowhere on GitHub and on no machine."""
        shown = json.dumps([[issue.title, issue.body] for issue in fallen.second.there.issues.values()])

        assert fallen.second.played.run("Retrain").event == "repository_dispatch"
        assert not re.search(r"pwned|etc/|<img|@acme", shown)
        assert list(fallen.arena.folder.rglob("pwned")) == []


@dataclass(frozen=True)
class Sample:
    """A copy as it is born: not live, and workflows may not open pull requests."""

    arena: Arena
    bad: Moment
    mended: Moment
    opened: Moment
    """The run after a person opened the pull request."""
    ended: Moment
    """The run after the merge, when the source has no further month."""


@pytest.fixture(scope="module")
def sample(_released, tmp_path_factory):
    """A month that is not as it must be, the same one mended, and the end of the data."""
    with _harbour(_released, tmp_path_factory.mktemp("sample"), {}) as arena:
        for name in ("train.yaml", "publish.yaml"):
            _switch(arena, name, on=False)
        rows = month("2025-04")
        rows.loc[::10, "pier"] = "moon"
        write_month(Path(arena.machine["HARBOUR"]), "2025-04", rows)
        _arrives(arena, "2025-05")
        bad = Moment.of(arena, arena.dispatch("retrain.yaml"))
        _arrives(arena, "2025-04")
        Path(arena.machine["HARBOUR"], "2025-05.csv").unlink()
        mended = Moment.of(arena, arena.dispatch("retrain.yaml"))
        number = arena.propose("retrain/2025-04")
        opened = Moment.of(arena, arena.dispatch("retrain.yaml"))
        arena.merge(number)
        ended = Moment.of(arena, arena.dispatch("retrain.yaml"))
        yield Sample(arena, bad, mended, opened, ended)


class TestBadMonth:
    """A tenth of April's rows name a pier that there is not."""

    def test_is_left_out_and_told(self, sample):
        """One issue names the month and what is wrong; nothing is proposed, and May does not overtake it."""
        issue = only(list(sample.bad.there.issues.values()), sample.bad.log)

        assert issue.title == "New data are not as they must be"
        assert "2025-04: more of its rows fail the schema" in issue.body
        assert "2025-05" not in sample.bad.played.check("Watch and train").summary

    def test_changes_no_branch(self, sample):
        """The data are what they were, and nobody pushed."""
        assert [sample.bad.trained, sample.mended.trained] == [False, True]
        assert [sample.bad.branches, sample.mended.branches] == [["main"], ["main", "retrain/2025-04"]]

    def test_is_over_when_it_is_mended(self, sample):
        """The mended month comes in, and the issue is closed."""
        issue = next(one for one in sample.mended.issues if one.title.startswith("New data"))

        assert issue.state == "closed", sample.mended.log


class TestNoPullRequestsByWorkflows:
    """The setting of a new repository."""

    def test_has_an_issue_with_the_link(self, sample):
        """The branch is pushed, and an issue has the link that opens its pull request, and the report."""
        issue = sample.mended.issues[-1]

        assert sample.mended.proposals == []
        assert "https://github.com/acme/demo/compare/main...retrain/2025-04?quick_pull=1" in issue.body
        assert "no worse than v1.0.0" in issue.body
        assert issue.state == "open"

    def test_closes_it_when_the_pull_request_is_there(self, sample):
        """A person opened it; the next run closes the issue with the number, and brings title and body up to date."""
        issue, pull = sample.opened.issues[-1], only(sample.opened.proposals, sample.opened.log)

        assert issue.state == "closed", sample.opened.log
        assert f"#{pull.number}" in issue.comments[-1].body
        assert pull.title == "Retrain on 2025-04: the new model passes"


class TestNotLive:
    """The sample's way: by hand, one month each time."""

    def test_ends_with_a_sentence(self, sample):
        """After the last month a run says that there is no further one, and does nothing."""
        assert sample.ended.played.check("Propose").conclusion == "skipped", sample.ended.log
        assert "The source has no further partition." in sample.ended.played.check("Watch and train").summary

    def test_publishes_nothing(self, sample):
        """Neither the runs nor the merge made a version."""
        assert [release.tag for release in sample.ended.there.releases] == ["model@v1.0.0"]


WEAKER = {"max_iter: 60": "max_iter: 3", "tolerance: 0.02": "tolerance: 1.0"}


@pytest.fixture(scope="module")
def worse(_released, tmp_path_factory):
    """A weaker model was let through by a policy that tolerated it; then April arrives."""
    with _harbour(_released, tmp_path_factory.mktemp("worse"), {"params.yaml": LIVE}) as arena:
        text = arena.bare.run("show", "main:params.yaml")
        weaker = text
        for old, new in WEAKER.items():
            weaker = weaker.replace(old, new)
        arena.change("main", {"params.yaml": weaker})
        published = Moment.of(arena, arena.play())
        strict = weaker.replace("tolerance: 1.0", "tolerance: 0.02") + "\nretrain: {when: []}\n"
        arena.change("main", {"params.yaml": strict})
        arena.hub.take()
        _arrives(arena, "2025-04")
        yield published, Moment.of(arena, arena.tick("retrain.yaml"))


class TestWorseThanTheVersionBefore:
    """The newest version, on the first month that nobody could tune on."""

    def test_opens_an_issue_that_proposes_rollback(self, worse):
        """The issue names the version to go back to and links the workflow; no model is trained, as the policy says."""
        published, found = worse
        issue = only(list(found.there.issues.values()), found.log)

        assert [release.tag for release in published.there.releases] == ["model@v1.0.0", "model@v1.0.1"], published.log
        assert issue.title == "The champion is worse than the version before it"
        assert "actions/workflows/rollback.yaml" in issue.body
        assert "v1.0.0" in issue.body
        assert found.proposals == []
