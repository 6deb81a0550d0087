"""`ringside ci news` and `ringside ci publish`, typed as the workflow Publish types them."""

import subprocess
import sys

import pytest

from deliveries import PARAMS, Desk, Job, Saved, desk_on, push_by_hand
from hub import Hub
from ringside.cli.ci.publish import NOTES
from ringside.registry.rollback import rollback
from shelf import git

pytestmark = pytest.mark.long

BORN = {"created": True, "before": "0" * 40}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A repository on the double, live, nothing published."""
    folder = tmp_path_factory.mktemp("publish")
    with Hub(folder) as hub, pytest.MonkeyPatch.context() as patch:
        yield Saved(desk_on(hub, folder, patch), folder / "saved")


@pytest.fixture
def desk(saved) -> Desk:
    """The same, as if for the first time."""
    return saved.back()


@pytest.fixture
def job(desk, monkeypatch):
    """Types a job."""
    return lambda verb, **given: Job.typed(desk, verb, monkeypatch, **given)


class TestNews:
    """`ringside ci news`."""

    def test_of_an_empty_registry_is_news(self, job):
        """The first model is new."""
        assert job("news").outputs == {"new": "true"}

    def test_of_a_push_that_creates_a_copy_is_none(self, job, desk):
        """Nothing is asked and nothing published when the branch was made by this push."""
        desk.shelf.hub.calls.clear()
        done = job("news", payload=BORN)

        assert (done.outputs, desk.shelf.hub.calls) == ({"new": "false"}, [])
        assert "creates" not in done.outputs
        assert "copy of the repository" in done.summary

    def test_of_a_push_where_nothing_is_live_is_none(self, job, desk):
        """A sample publishes nothing by a push, and says how it can be."""
        desk.merge(text=PARAMS.replace("live: true", "live: false"))

        assert job("news").outputs == {"new": "false"}
        assert "live: false" in job("news").summary
        assert job("news", event="workflow_dispatch").outputs == {"new": "true"}

    def test_of_the_same_inputs_is_none(self, job, desk):
        """After a change that touches neither data, parameters nor code, the newest version is named."""
        desk.publish(1)
        desk.merge("README.md", "More words.\n")
        done = job("news")

        assert done.outputs == {"new": "false"}
        assert "Nothing new: [v1.0.0](https://github.com/acme/demo/releases/tag/model@v1.0.0)" in done.summary

    @pytest.mark.parametrize("name", ["src/shelved/model.py", "requirements/model.txt"])
    def test_of_other_code_is_news(self, job, desk, name):
        """The task's code and its packages are inputs."""
        desk.publish(1)
        desk.merge(name, "x = 1\n")

        assert job("news").outputs == {"new": "true"}

    def test_of_a_commit_that_was_overtaken_is_none(self, job, desk):
        """A run that is repeated publishes no older state as a newer version; one of a main that was put back does."""
        desk.publish(1)
        older = desk.seed(2)
        desk.publish(3)
        git(desk.root, "checkout", "--quiet", older)
        done = job("news")

        assert done.outputs == {"new": "false"}
        page = "https://github.com/acme/demo/releases/tag/model@v1.0.1"
        assert f"v1.0.1]({page}) was made of a later commit than {older[:7]}" in done.summary
        push_by_hand(desk.root, f"{older}:main")
        assert job("news").outputs == {"new": "true"}

    def test_tidies_and_finishes(self, job, desk):
        """A version that was published and not put in production by a killed publisher is, and consumers hear of it."""
        desk.publish(1)
        desk.seed(2)
        desk.shelf.hub.fail("PATCH", "/releases/[0-9]+$", skip=1, times=10, status=500)
        sums = desk.prepared()
        job("publish", code=1, RINGSIDE_SUMS=sums)
        desk.shelf.hub.faults.clear()
        done = job("news")

        assert done.outputs == {"new": "false"}
        assert desk.shelf.registry.production() == "v1.0.1"
        assert desk.shelf.sent() == [{"version": "v1.0.1", "before": "v1.0.0"}]

    def test_removes_what_a_killed_publisher_left(self, job, desk):
        """A draft and its tag are gone after it."""
        desk.seed(1)
        desk.shelf.hub.fail("PATCH", "/releases/[0-9]+$", times=10, status=500)
        job("publish", code=1, RINGSIDE_SUMS=desk.prepared())
        desk.shelf.hub.faults.clear()
        assert (desk.shelf.drafts, list(desk.shelf.refs)) == (["model@v1.0.0"], ["model@v1.0.0"])
        done = job("news")

        assert (desk.shelf.drafts, desk.shelf.refs) == ([], {})
        assert "removed the draft of model@v1.0.0" in done.summary

    def test_lifts_a_freeze_by_dispatch(self, job, desk):
        """The newest version, which waited, goes to production; the issue is closed."""
        desk.publish(1)
        desk.publish(2)
        job("rollback", event="workflow_dispatch", payload={"inputs": {"reason": "late", "version": ""}})
        desk.publish(3)
        assert desk.shelf.registry.production() == "v1.0.0"
        done = job("news", event="workflow_dispatch", payload={"inputs": {"lift_freeze": True}})

        assert done.outputs == {"new": "false"}
        assert (desk.shelf.registry.production(), desk.shelf.registry.releases.promotion_freeze()) == ("v1.0.2", None)
        assert desk.shelf.issues() == []
        assert "v1.0.2" in done.summary

    def test_never_lifts_a_freeze_by_a_push(self, job, desk):
        """Promotion is frozen until a person ends it."""
        desk.publish(1)
        desk.publish(2)
        rollback(desk.shelf.registry, None, "late")
        job("news", RINGSIDE_LIFT_HOLD="true")

        assert desk.shelf.registry.releases.promotion_freeze().reason == "late"

    def test_says_when_github_gives_no_answer(self, job, desk):
        """No answer is an error and no news."""
        desk.shelf.hub.fail("GET", "/releases", status=401, times=50)

        assert "401" in job("news", code=1).said.err


class TestPublish:
    """`ringside ci publish`."""

    def test_publishes_what_was_prepared(self, job, desk):
        """The release, its tag and production; the summary links to it; consumers are told."""
        desk.seed(1)
        done = job("publish", RINGSIDE_SUMS=desk.prepared())

        assert done.outputs == {"version": "v1.0.0"}
        assert "releases/tag/model@v1.0.0) is published" in done.summary
        assert (desk.shelf.registry.production(), desk.shelf.refs) == ("v1.0.0", {"model@v1.0.0": "tag"})
        assert desk.shelf.sent() == [{"version": "v1.0.0", "before": ""}]
        assert NOTES not in desk.shelf.registry.releases.files("model@v1.0.0")

    def test_twice_publishes_once(self, job, desk):
        """Run again, it finds the release."""
        desk.seed(1)
        sums = desk.prepared()
        job("publish", RINGSIDE_SUMS=sums)
        done = job("publish", RINGSIDE_SUMS=sums)

        assert "was published before" in done.summary
        assert len(desk.shelf.there.releases) == len(desk.shelf.sent()) == 1

    @pytest.mark.parametrize(
        ("method", "place", "skip"),
        [
            ("POST", "/releases$", 0),
            ("POST", "/assets[?]", 1),
            ("PATCH", "/releases/[0-9]+$", 0),
            ("PATCH", "/releases/[0-9]+$", 1),
        ],
        ids=["create", "upload", "publish", "latest"],
    )
    def test_again_after_an_outage_makes_one_release(self, job, desk, method, place, skip):
        """The job that broke in the middle is run again: one whole release, one tag, in production, told once."""
        desk.seed(1)
        sums = desk.prepared()
        desk.shelf.hub.fail(method, place, skip=skip, times=20, status=500)
        job("publish", code=1, RINGSIDE_SUMS=sums)
        desk.shelf.hub.faults.clear()
        job("publish", RINGSIDE_SUMS=sums, GITHUB_RUN_ATTEMPT="2")

        (release,) = desk.shelf.there.releases
        assert (release.draft, desk.shelf.refs) == (False, {"model@v1.0.0": "tag"})
        assert desk.shelf.registry.champion().metadata.version == "v1.0.0"
        assert desk.shelf.sent() == [{"version": "v1.0.0", "before": ""}] or skip == 1

    @pytest.mark.parametrize("name", ["model.skops", "SHA256SUMS", NOTES, "more.txt"])
    def test_refuses_what_another_job_changed(self, job, desk, name):
        """A file that was exchanged on the way, the notes and a new file included, publishes nothing."""
        desk.seed(1)
        sums = desk.prepared()
        (desk.root / "release" / name).write_text("something else")
        job("publish", code=1, RINGSIDE_SUMS=sums)

        assert (desk.shelf.there.releases, desk.shelf.refs) == ([], {})

    @pytest.mark.parametrize("sums", ["", "x", "0" * 64])
    def test_refuses_to_go_without_sums(self, job, desk, sums):
        """Without what the other job said of the files, nothing is published."""
        desk.seed(1)
        desk.prepared()

        assert "RINGSIDE_SUMS" in job("publish", code=2, RINGSIDE_SUMS=sums).said.err

    def test_refuses_a_commit_that_main_gave_up(self, job, desk):
        """What was taken back from main while the job waited is not published."""
        before = git(desk.root, "rev-parse", "HEAD")
        desk.seed(1)
        sums = desk.prepared()
        push_by_hand(desk.root, f"{before}:main")

        assert "does not contain" in job("publish", code=1, RINGSIDE_SUMS=sums).said.err
        assert desk.shelf.there.releases == []

    def test_takes_a_commit_that_main_went_beyond(self, job, desk):
        """A later merge does not stop what was judged; it comes next itself."""
        desk.seed(1)
        sums = desk.prepared()
        here = git(desk.root, "rev-parse", "HEAD")
        desk.merge("README.md", "More.\n")
        git(desk.root, "checkout", "--quiet", here)

        assert job("publish", RINGSIDE_SUMS=sums).outputs == {"version": "v1.0.0"}

    def test_refuses_after_another_champion_came(self, job, desk):
        """What was judged against a version that is no longer in production has to be judged again."""
        desk.publish(1)
        desk.publish(2)
        desk.seed(3)
        sums = desk.prepared()
        rollback(desk.shelf.registry, None, "late")

        assert "v1.0.0 is in production now" in job("publish", code=1, RINGSIDE_SUMS=sums).said.err

    def test_under_a_freeze_stays_out_of_production(self, job, desk):
        """The version is there, the summary says why it waits, and consumers hear nothing."""
        desk.publish(1)
        desk.publish(2)
        rollback(desk.shelf.registry, None, "late")
        desk.seed(3)
        done = job("publish", RINGSIDE_SUMS=desk.prepared())

        assert "promotion is frozen" in done.summary
        assert "start this workflow by hand with `lift_freeze`" in done.summary
        assert (desk.shelf.registry.production(), desk.shelf.sent()) == ("v1.0.0", [])

    def test_stays_green_where_consumers_cannot_be_told(self, job, desk):
        """The release is out; that nobody could be told is a warning."""
        desk.seed(1)
        desk.shelf.hub.fail("POST", "/dispatches$", status=403, times=5)

        assert "::warning::The event model-changed" in job("publish", RINGSIDE_SUMS=desk.prepared()).said.out

    @pytest.mark.parametrize("verb", ["needs_publish", "publish", "rollback"])
    def test_needs_no_packages_of_the_model(self, verb):
        """What the jobs import is what requirements/report.txt installs."""
        script = (
            f"import sys, ringside.cli.ci.{verb}, ringside.github.releases, "
            "ringside.registry.publish, ringside.registry.rollback, ringside.registry.candidate, "
            "ringside.registry.client, ringside.cli.ci.promotion_freeze, ringside.github.issues, "
            "ringside.registry.card\n"
            "heavy = {'pandas', 'numpy', 'pyarrow', 'sklearn', 'scipy', 'skops', 'dvc', 'pandera'}\n"
            "print(heavy & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "set()"
