"""Which run and which pull request it is, by GitHub's own fields."""

import pytest

from ringside.errors import GitHubError
from ringside.github.api import GitHub
from ringside.github.artifact import uploaded
from ringside.github.pulls import Pull, is_commit_of, is_into, pull_of, reviewed_run, train_run
from scene import FORK, REPO, Scene, wired

pytestmark = pytest.mark.slow


@pytest.fixture
def github(world, monkeypatch):
    """The repository, without the process of `gh`."""
    world.hub.faults.clear()
    wired(monkeypatch, world, world.token())
    return GitHub(REPO)


class TestRun:
    """A run, from the payload."""

    def test_is_what_github_says_of_it(self, world, github):
        """The fields that are needed, and no others."""
        scene = Scene(world, "run", fork=True)

        run = train_run(github, scene.run()["workflow_run"])

        assert (run.id, run.attempt, run.conclusion) == (scene.made.id, 1, "success")
        assert (run.head_sha, run.head_branch, run.head_repository) == (scene.head, "run", FORK)

    def test_is_the_same_from_the_api(self, world, github):
        """A run that is asked for reads as the payload does."""
        scene = Scene(world, "asked")
        told = train_run(github, scene.run()["workflow_run"])

        assert train_run(github, github.get(f"actions/runs/{scene.made.id}")) == told


class TestPull:
    """The pull request of a run."""

    def test_is_found_though_github_lists_none_for_a_fork(self, world, github):
        """The payload's own list is empty for forks, and is never looked at."""
        scene = Scene(world, "unlisted", fork=True)
        payload = scene.run()
        assert payload["workflow_run"]["pull_requests"] == []

        assert pull_of(github, train_run(github, payload["workflow_run"]), "main") == Pull(scene.number, locked=False)

    def test_is_not_what_the_payload_lists(self, world, github):
        """A list that names another pull request changes nothing."""
        scene = Scene(world, "listed")
        payload = scene.run()["workflow_run"] | {"pull_requests": [{"number": 1}]}

        found = pull_of(github, train_run(github, payload), "main")

        assert found == Pull(scene.number, locked=False)


class TestCommit:
    """The commit that a report names."""

    def test_is_the_tip_or_its_merge_into_the_base(self, world, github):
        """Of a merge, the second parent is what was merged; the base is the first."""
        scene = Scene(world, "merge", fork=True)
        run = train_run(github, scene.run()["workflow_run"])

        found = {name: is_commit_of(github, run, sha) for name, sha in _commits(scene).items()}

        assert found == {"tip": True, "merge": True, "base": False, "nothing": False, "no commit": False}

    def test_tells_what_the_run_was_a_merge_into(self, world, github):
        """A merge into another branch is none into the default one, however alike they are; the tip says nothing."""
        world.hub.bare(REPO).set("refs/heads/aside", world.branch("aside"))
        ours = Scene(world, "two")
        other = world.hub.of(REPO).issues[world.hub.pull_request("two", "aside", repository=REPO)].pull.merge_sha
        run = train_run(github, ours.run()["workflow_run"])

        found = [is_into(github, run, sha, "main") for sha in (ours.merge, other, ours.head)]

        assert found == [True, False, True]

    def test_stays_one_into_the_branch_that_has_moved_on(self, world, github):
        """A base that main has passed is of main still."""
        scene = Scene(world, "behind")
        run = train_run(github, scene.run()["workflow_run"])
        bare = world.hub.bare(REPO)
        bare.set("refs/heads/ahead", world.branch("ahead"))

        assert is_into(github, run, scene.merge, "ahead")


def _commits(scene):
    return {
        "tip": scene.head,
        "merge": scene.merge,
        "base": scene.world.main,
        "nothing": "0" * 40,
        "no commit": "refs/heads/main",
    }


class TestReviewed:
    """What people looked at before they merged."""

    @pytest.mark.parametrize("fork", [False, True], ids=["branch", "fork"])
    @pytest.mark.parametrize("squash", [False, True], ids=["merged", "squashed"])
    def test_is_the_newest_successful_run_of_the_merged_commit(self, world, github, fork, squash):
        """Neither a later failure nor an earlier success counts, and its report can be read."""
        scene = Scene(world, f"reviewed-{fork}-{squash}", fork=fork)
        scene.run(scene.judged(worse=True))
        scene.run(scene.judged())
        newest = scene.made.id
        scene.run(scene.judged(worse=True), conclusion="failure")
        merged = world.hub.merge(scene.number, repository=REPO, squash=squash)

        run = reviewed_run(github, merged, "main")

        assert run is not None
        assert run.id == newest
        assert uploaded(github, run).report.verdict == "pass"

    def test_is_none_for_a_commit_that_came_by_no_pull_request(self, world, github):
        """A push to main was reviewed by nobody."""
        assert reviewed_run(github, world.main, "main") is None

    def test_is_none_where_its_runs_are_gone(self, world, github):
        """GitHub keeps runs for a while only."""
        scene = Scene(world, "gone")
        merged = world.hub.merge(scene.number, repository=REPO)

        assert reviewed_run(github, merged, "main") is None

    def test_is_never_a_run_of_another_workflow_or_branch(self, world, github):
        """Somebody else's branch with the same tip, or another file called Train, has no say."""
        scene = Scene(world, "mine")
        scene.run(scene.judged(), path=".github/workflows/evil.yaml")
        scene.branch = "another"
        scene.run(scene.judged())
        merged = world.hub.merge(scene.number, repository=REPO)

        assert reviewed_run(github, merged, "main") is None

    def test_needs_the_right_to_read(self, world, monkeypatch):
        """A token that may not is an error, not the news that nobody reviewed."""
        wired(monkeypatch, world, world.token(**{"pull-requests": "none"}))

        with pytest.raises(GitHubError):
            reviewed_run(GitHub(REPO), world.main, "main")
