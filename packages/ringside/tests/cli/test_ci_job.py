"""What a verb of `ringside ci` knows of its job."""

import subprocess

import pytest

from ringside.cli.ci.job_context import policy_ref, runner_of
from ringside.errors import UsageError
from ringside.git import Repository
from ringside.github.run import Run

ACTIONS = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def repository(tmp_path) -> Repository:
    """A base with one commit, and a pull request's branch with two; nothing is merged."""
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("commit", "--quiet", "--allow-empty", "--message", "base"),
        ("switch", "--quiet", "--create", "change"),
        ("commit", "--quiet", "--allow-empty", "--message", "one"),
        ("commit", "--quiet", "--allow-empty", "--message", "two"),
    ):
        git(tmp_path, *words)
    return Repository(tmp_path)


def git(root, *words) -> str:
    """Type a command of Git's, as somebody with a name."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def run(event: str, payload: dict | None = None, **facts: str) -> Run:
    """A run of a workflow."""
    return Run("acme/demo", event_name=event, event=payload or {}, environ=ACTIONS, **facts)


class TestThePolicy:
    """Whose policy judges."""

    def test_of_a_pull_request_is_the_first_parent_of_its_merge(self, repository):
        """The base as it was merged, whatever the event says."""
        base = git(repository.path, "rev-parse", "main")
        git(repository.path, "switch", "--quiet", "--detach", "main")
        git(repository.path, "merge", "--quiet", "--no-ff", "--message", "m", "change")

        assert policy_ref(run("pull_request", {"pull_request": {"base": {"sha": "0" * 40}}}), repository) == base

    def test_of_a_checkout_that_is_no_merge_is_stated_by_the_event(self, repository):
        """The commit before the last is the pull request's own, and so is its policy."""
        stated = {"pull_request": {"base": {"sha": "a" * 40}}}

        assert policy_ref(run("pull_request", stated), repository) == "a" * 40

    @pytest.mark.parametrize("stated", ["HEAD", "main", "--all", "", None, 1, "A" * 40])
    def test_of_an_event_without_a_commit_cannot_be_told(self, repository, stated):
        """Nothing is guessed."""
        with pytest.raises(UsageError, match="is unknown"):
            policy_ref(run("merge_group", {"merge_group": {"base_sha": stated}}), repository)

    def test_of_a_branch_by_hand_is_the_default_branchs(self, repository):
        """The tip of the default branch, as it was fetched."""
        tip = git(repository.path, "rev-parse", "main")
        git(repository.path, "update-ref", "refs/remotes/origin/main", tip)
        by_hand = run("workflow_dispatch", {"repository": {"default_branch": "main"}}, ref="refs/heads/change")

        assert policy_ref(by_hand, repository) == tip

    def test_of_a_branch_by_hand_without_a_default_branch_cannot_be_told(self, repository):
        """A clone that has not fetched it, and no remote to ask."""
        by_hand = run("workflow_dispatch", {"repository": {"default_branch": "main"}}, ref="refs/heads/change")
        with pytest.raises(UsageError, match="is unknown"):
            policy_ref(by_hand, repository)

    def test_of_the_default_branch_is_its_own(self, repository):
        """There is nothing else to judge it by."""
        by_hand = run("workflow_dispatch", {"repository": {"default_branch": "main"}}, ref="refs/heads/main")

        assert policy_ref(by_hand, repository) is None

    def test_of_a_person_is_their_own(self, repository):
        """Outside of Actions the checkout's policy judges."""
        assert policy_ref(Run(""), repository) is None


class TestTheRunner:
    """The machine and its price."""

    def test_is_the_workflows_where_no_variable_names_one(self):
        """Empty variables are none."""
        found = runner_of(Run("a/b", environ={**ACTIONS, "RINGSIDE_RUNNER": "", "RINGSIDE_RUNNER_PRICE": ""}))

        assert (found.label, found.usd_per_minute, found.free) == ("ubuntu-24.04", 0.006, False)

    @pytest.mark.parametrize(("visibility", "free"), [("public", True), ("private", False), ("internal", False)])
    def test_is_free_in_a_public_repository(self, visibility, free):
        """As the event states it; what it does not state is not public."""
        event = {"repository": {"visibility": visibility}}

        assert runner_of(Run("a/b", event=event, environ=ACTIONS)).free == free

    def test_of_ones_own_has_the_price_that_its_owner_states(self):
        """None otherwise: a label of one's own may look like GitHub's."""
        own = {**ACTIONS, "RINGSIDE_RUNNER": "ubuntu-24.04", "RUNNER_ENVIRONMENT": "self-hosted"}

        assert runner_of(Run("a/b", environ=own)).usd_per_minute is None
        assert runner_of(Run("a/b", environ={**own, "RINGSIDE_RUNNER_PRICE": "0.5"})).usd_per_minute == 0.5

    def test_of_a_person_has_no_price(self):
        """Outside of Actions nothing is reckoned."""
        assert runner_of(Run("", environ={"RINGSIDE_RUNNER": "ubuntu-24.04"})) is None
