"""`ringside ci rollback`, typed as the workflow Rollback types it."""

import pytest

from deliveries import Desk, Job, Saved, desk_on
from hub import Hub
from shelf import git
from shelves import ask_as

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A repository on the double with v1.0.0, v1.0.1 and v1.0.2, the last in production."""
    folder = tmp_path_factory.mktemp("rollback")
    with Hub(folder) as hub, pytest.MonkeyPatch.context() as patch:
        desk = desk_on(hub, folder, patch)
        for number in (1, 2, 3):
            desk.publish(number)
        yield Saved(desk, folder / "saved")


@pytest.fixture
def desk(saved) -> Desk:
    """The same, as if for the first time."""
    return saved.back()


@pytest.fixture
def job(desk, monkeypatch):
    """Types the job with inputs."""

    def typed(code: int = 0, attempt: int = 1, **inputs) -> Job:
        """Type it."""
        given = {"payload": {"inputs": {"version": "", "reason": "late"} | inputs}, "GITHUB_RUN_ATTEMPT": str(attempt)}
        return Job.typed(desk, "rollback", monkeypatch, code=code, event="workflow_dispatch", **given)

    return typed


def production(desk: Desk) -> str:
    """What GitHub marks latest."""
    return next(release.tag for release in desk.shelf.there.releases if release.id == desk.shelf.there.latest)


class TestRollback:
    """`ringside ci rollback`."""

    def test_brings_the_previous_version_back(self, job, desk):
        """It is the latest one on GitHub, both releases say so, an issue stands, and consumers are told."""
        done = job()
        notes = {release.tag: release.body for release in desk.shelf.there.releases}
        (issue,) = desk.shelf.issues()

        assert production(desk) == "model@v1.0.1"
        assert "**Rolled back** on" in notes["model@v1.0.2"]
        assert "**Back in production** since" in notes["model@v1.0.1"]
        assert issue.title == "v1.0.2 was rolled back; v1.0.1 is in production"
        assert "lift_freeze" in issue.body
        assert "v1.0.1](https://github.com/acme/demo/releases/tag/model@v1.0.1) is in production" in done.summary
        assert desk.shelf.sent() == [{"version": "v1.0.1", "before": "v1.0.2"}]

    @pytest.mark.parametrize("version", ["v1.0.0", "1.0.0"])
    def test_to_a_version_that_is_named(self, job, desk, version):
        """With or without the v."""
        job(version=version)

        assert production(desk) == "model@v1.0.0"

    @pytest.mark.parametrize("version", ["v9.0.0", "latest", "1.0", "$(id)", "v1.0.2"])
    def test_to_what_cannot_be_changes_nothing(self, job, desk, version):
        """Another text, a missing version and the one in production are refused."""
        job(code=1 if version in ("v9.0.0", "v1.0.2") else 2, version=version)

        assert (production(desk), desk.shelf.issues(), desk.shelf.sent()) == ("model@v1.0.2", [], [])

    @pytest.mark.parametrize("reason", ["", "a\nb", "x" * 501], ids=["none", "two lines", "long"])
    def test_needs_a_reason(self, job, desk, reason):
        """One line says why."""
        job(code=2, reason=reason)

        assert production(desk) == "model@v1.0.2"

    def test_shows_a_reason_as_text(self, job, desk):
        """Markup, mentions and links in the reason are shown and not followed."""
        job(reason="@everyone <img src=x> [a](http://b) `x` --> **b**")
        texts = [desk.shelf.issues()[0].body, *(release.body for release in desk.shelf.there.releases)]

        for text in texts:
            assert "@everyone" not in text
            assert "<img" not in text
            assert "](http://b" not in text
        assert len(desk.shelf.registry.versions()) == 3

    def test_to_a_damaged_release_changes_nothing(self, job, desk):
        """A model whose bytes are not those that were published does not go to production; the run's page says so."""
        release = next(release for release in desk.shelf.there.releases if release.tag == "model@v1.0.1")
        asset = next(asset for asset in release.assets if asset.name == "model.skops")
        asset.content, asset.digest = b"x" * len(asset.content), None

        said = job(code=1).said
        assert "model.skops" in said.err
        assert [line for line in said.out.splitlines() if line.startswith("::error ") and "model.skops" in line]
        assert production(desk) == "model@v1.0.2"

    def test_tells_a_person_of_an_error_once(self, desk, monkeypatch):
        """Outside of Actions there is no page, and stderr has it."""
        payload = {"inputs": {"version": "v9.0.0", "reason": "late"}}
        facts = {"event": "workflow_dispatch", "payload": payload, "GITHUB_ACTIONS": "false"}
        said = Job.typed(desk, "rollback", monkeypatch, code=1, **facts).said

        assert "v9.0.0" in said.err
        assert "v9.0.0" not in said.out

    def test_needs_no_data_and_no_code(self, job, desk):
        """Nothing of the checkout but its remote is read."""
        git(desk.root, "rm", "--quiet", "-r", "data", "src", "requirements")

        job()
        assert production(desk) == "model@v1.0.1"

    def test_works_where_the_workflows_changed(self, job, desk):
        """The stage tag on an old commit is refused to this token; a person is told the command, the rest is done."""
        desk.merge(".github/workflows/train.yaml", "name: Other\n")
        desk.shelf.hub.fail("POST", "/git/(tags|refs)$", status=403, times=5)
        done = job()

        assert production(desk) == "model@v1.0.1"
        assert "run: gto assign model --version v1.0.1 --stage prod --force --push" in done.summary
        assert len(desk.shelf.issues()) == 1

    def test_sets_the_stage_tag_by_a_call_where_a_push_is_refused(self, job, desk):
        """GitHub's API may take what it refuses to Git."""
        desk.merge(".github/workflows/train.yaml", "name: Other\n")
        done = job()
        tags = desk.shelf.registry.tags()

        assert "gto assign" in done.summary or tags["model#prod#4"] == tags["model@v1.0.1"]

    def test_again_in_the_same_run_goes_no_further(self, job, desk):
        """A job that broke after the move and is run again ends what it began."""
        desk.shelf.hub.fail("POST", "/issues$", cut=True, times=5)
        job()
        desk.shelf.hub.faults.clear()
        job(attempt=2)

        assert production(desk) == "model@v1.0.1"
        assert len(desk.shelf.issues()) == 1

    def test_twice_goes_further_back_and_keeps_one_issue(self, job, desk):
        """A second rollback is one version further, and the issue says the newest."""
        job()
        job(reason="late again")

        assert production(desk) == "model@v1.0.0"
        assert [issue.title for issue in desk.shelf.issues()] == ["v1.0.1 was rolled back; v1.0.0 is in production"]

    def test_twice_never_leads_to_the_version_that_was_left(self, job, desk):
        """After v1.0.3 was left for one that is named, one more goes to what was before that one."""
        job()
        desk.publish(4)
        job(version="v1.0.3", reason="mended")
        job(version="v1.0.2", reason="not mended")
        job(reason="not good")

        assert production(desk) == "model@v1.0.1"

    def test_back_to_the_rejected_one_closes_the_issue(self, job, desk):
        """Who brings the rejected version back has ended the matter."""
        job()
        job(version="v1.0.2", reason="it was the network")

        assert (desk.shelf.issues(), desk.shelf.registry.releases.promotion_freeze()) == ([], None)

    def test_without_the_right_to_issues_is_done_all_the_same(self, job, desk, monkeypatch):
        """What cannot be written is a warning; production has moved."""
        ask_as(desk.shelf.hub, monkeypatch, {"contents": "write"})
        done = job()

        assert production(desk) == "model@v1.0.1"
        assert "::warning::The issue" in done.said.out

    def test_lifts_the_promotion_freeze(self, job, desk):
        """The freeze is over, and so is the issue."""
        job()
        done = job(lift_freeze="true", reason="")

        assert (desk.shelf.registry.releases.promotion_freeze(), desk.shelf.issues()) == (None, [])
        assert "Lifted the promotion freeze" in done.summary

    def test_before_the_next_merge_keeps_the_rejected_out(self, job, desk):
        """What is published after a rollback waits."""
        job()

        assert desk.publish(4) == "v1.0.3"
        assert production(desk) == "model@v1.0.1"
