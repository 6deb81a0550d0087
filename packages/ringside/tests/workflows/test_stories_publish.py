"""Stories of publishing: from what was merged to what stands in the releases."""

import hashlib
import io
import json
import subprocess
import zipfile

import pytest

from acting import tool
from arena import Arena
from merging import LIE, SEED, Merges, Moment
from returning import ACCEPTED

REPOSITORY = "acme/demo"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories-merges")]


class TestJudged:
    """A pull request onto a branch with which it merges cleanly, into a dvc.lock that is false."""

    def test_is_judged_by_what_the_code_makes(self, merges):
        """The check is green; the lock is no more than a line of the report."""
        comment = merges.judged.there.issues[merges.number].comments[0].body

        assert merges.judged.played.check("Verdict").conclusion == "success", merges.judged.played.log
        assert "no worse than v1.0.0" in comment
        assert comment.count("dvc.lock does not match the code.") == 1

    def test_merged_into_a_lock_that_names_another_model(self, merges):
        """On main the lock has the code of one branch, the parameters of the other, and the model of none."""
        lock = merges.arena.bare.run("show", "main:dvc.lock")

        assert (lock.count(LIE), lock.count("max_iter: 80")) == (2, 1)
        model = hashlib.md5(merges.published.file("v1.1.0", "model.skops"), usedforsecurity=False).hexdigest()
        assert model in merges.published.file("v1.1.0", "dvc.lock").decode()
        assert LIE not in merges.published.file("v1.1.0", "dvc.lock").decode()


class TestCrash:
    """A run to which GitHub gave no answer in the moment of publishing."""

    def test_is_red_with_one_line(self, merges):
        """The job's page says what was asked and that it was not answered."""
        crashed = merges.crashed

        assert crashed.played.check("Rebuild and judge").conclusion == "success", crashed.played.log
        assert crashed.played.check("Release").conclusion == "failure"
        assert len(crashed.said("error", "Release")) == 1, crashed.played.log
        assert "502" in crashed.said("error", "Release")[0]

    def test_leaves_production_alone(self, merges):
        """What is left is a draft, which nobody but the repository's own people sees."""
        assert merges.crashed.releases == {"model@v1.0.0": "release", "model@v1.1.0": "draft"}

    def test_is_tidied_by_the_next_run(self, merges):
        """One whole release and one tag are left, on the newer commit, and no draft."""
        published = merges.published

        assert published.played.run("Publish").conclusion == "success", published.played.log
        assert [(one.tag, one.draft) for one in published.there.releases] == [
            ("model@v1.0.0", False),
            ("model@v1.1.0", False),
        ]
        assert "removed the draft of model@v1.1.0" in published.played.check("Anything new?").summary
        assert json.loads(published.file("v1.1.0", "release.json"))["commit"] == merges.tips[1]

    def test_may_be_repeated_when_it_was_overtaken(self, merges):
        """Who repeats the run afterwards brings no older state of main out as a newer version."""
        repeated = merges.repeated.played

        assert repeated.run("Publish").conclusion == "success", repeated.log
        assert repeated.check("Rebuild and judge").conclusion == "skipped", repeated.log
        assert "later commit" in repeated.check("Anything new?").summary
        assert merges.repeated.releases == merges.published.releases


class TestRelease:
    """What stands on the page of the release, and behind it."""

    def test_has_all_files_with_their_hashes(self, merges):
        """GitHub's digests, SHA256SUMS and the bytes agree; nothing is missing and nothing is more."""
        assets = {asset.name: asset for asset in merges.published.release("v1.1.0").assets}
        lines = merges.published.file("v1.1.0", "SHA256SUMS").decode().splitlines()
        sums = {name: digest for digest, name in (line.split("  ") for line in lines)}

        assert set(sums) == set(assets) - {"SHA256SUMS"}
        assert {"model.skops", "model.txt", "dvc.lock", "metrics.json", "profile.json", "report.html"} < set(sums)
        for name, digest in sums.items():
            assert hashlib.sha256(assets[name].content).hexdigest() == digest
            assert assets[name].digest == f"sha256:{digest}"

    def test_says_that_it_is_what_was_reviewed(self, merges):
        """The model has the bytes that the pull request's report showed, and its notes say so."""
        assert "very bytes of the pull request's report" in merges.published.release("v1.1.0").body

    def test_is_attested(self, merges):
        """The repository is public: each file has its provenance."""
        noted = [note for note in merges.arena.notes if note["action"] == "attest"][-1]
        assets = {asset.name: asset.digest for asset in merges.published.release("v1.1.0").assets}

        assert assets.items() <= {name: f"sha256:{digest}" for name, digest in noted["subjects"].items()}.items()

    def test_is_in_production_and_consumers_know(self, merges):
        """It is marked latest, and one event names it."""
        assert merges.published.latest == "model@v1.1.0"
        assert merges.again.sent == [{"version": "v1.1.0", "before": "v1.0.0"}]

    def test_has_a_tag_that_gto_reads(self, merges):
        """GTO shows both versions, the new one on the newer tip of main and in the stage `prod`."""
        desk = merges.arena.clone("gto")
        done = subprocess.run(
            [tool("gto"), "show", "model", "--repo", str(desk.root), "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
        shown = {version["version"]: version for version in json.loads(done.stdout)}

        assert merges.published.on("model@v1.1.0")[1] == "tag"
        assert sorted(shown) == ["v1.0.0", "v1.1.0"]
        assert shown["v1.1.0"]["commit_hexsha"] == merges.tips[1]
        assert [stage["stage"] for stage in shown["v1.1.0"]["stages"]] == ["prod"]


class TestRights:
    """Who may write, and what runs there."""

    def test_belong_to_jobs_that_run_no_code_of_the_model(self, merges):
        """What writes was sent by the tokens of `news` and `release` alone; the job that trains only read."""
        hub = merges.arena.hub
        writers = {json.dumps(hub.tokens[call.token].rights) for call in hub.calls if call.method != "GET"}
        news = {"contents": "write", "issues": "write"}
        release = {"attestations": "write", "contents": "write", "id-token": "write"}
        comment = {"actions": "read", "contents": "read", "pull-requests": "write"}

        assert {frozenset(json.loads(rights).items()) for rights in writers} == {
            frozenset(rights.items()) for rights in (news, release, comment)
        }

    def test_are_used_where_the_packages_of_the_model_are_not(self, merges):
        """Those jobs install what reads reports, and no stage runs there."""
        installed = {
            (note["job"], lock)
            for note in merges.arena.notes
            for lock in ("model.txt", "report.txt")
            if note["action"] == "uv" and f"requirements/{lock}" in note["words"]
        }

        assert {job for job, lock in installed if lock == "model.txt"} == {"train", "rebuild"}
        assert {("news", "report.txt"), ("release", "report.txt")} <= installed
        assert "Running stage" not in merges.published.played.check("Release").log


class TestAgain:
    """Publish, where nothing is new."""

    def test_ends_at_once(self, merges):
        """Nothing is rebuilt, and the releases are what they were."""
        again = merges.again.played

        assert again.run("Publish").conclusion == "success", again.log
        assert again.check("Rebuild and judge").conclusion == "skipped"
        assert "Nothing new: [v1.1.0]" in again.check("Anything new?").summary
        assert merges.again.releases == merges.published.releases


class TestNotLive:
    """A repository that is not live."""

    def test_publishes_by_hand_alone(self, released):
        """v1.0.0 came by a dispatch; a push of a new model publishes nothing and says how it could."""
        released.without("checks.yaml")
        released.change("main", {"params.yaml": SEED})
        played = released.play()

        assert played.check("Rebuild and judge").conclusion == "skipped", played.log
        assert "live: true" in played.check("Anything new?").summary
        there = released.hub.of(REPOSITORY)
        assert [(run.event, run.conclusion) for run in there.runs] == [
            ("workflow_dispatch", "success"),
            ("push", "success"),
        ]
        assert [one.tag for one in there.releases] == ["model@v1.0.0"]


class TestInconclusive:
    """A merged model that is neither better nor worse for sure."""

    def test_is_not_published(self, back):
        """The run is green, with a warning that says how a person can take it; nothing is released."""
        doubted = back.doubted

        assert doubted.played.run("Publish").conclusion == "success", doubted.played.log
        assert doubted.played.check("Release").conclusion == "skipped"
        (said,) = doubted.said("warning", "Rebuild and judge")
        assert "Inconclusive" in said
        assert "v1.0.0 stays" in said
        assert "accept_reason" in said
        assert (doubted.releases, doubted.latest) == (back.rolled.releases, "model@v1.0.0")

    def test_is_published_where_somebody_says_why(self, back):
        """The reason stands in release.json and in the notes; the release is whole."""
        facts = json.loads(back.accepted.file("v1.1.1", "release.json"))

        assert (facts["verdict"], facts["accepted"]) == ("inconclusive", ACCEPTED)
        assert ACCEPTED in back.accepted.release("v1.1.1").body
        assert back.accepted.on("model@v1.1.1")[1] == "tag"


def forge(merges: Merges, arena: Arena, number: int) -> None:
    """Let a run of Train have shown another model and a far better metric for a pull request."""
    pull = arena.hub.of(REPOSITORY).issues[number].pull
    kept = [artifact for artifact in merges.judged.there.artifacts if artifact.name == "report"][-1]
    with zipfile.ZipFile(io.BytesIO(kept.content)) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    files["status.json"]["commit"] = files["report.json"]["reproduce"]["commit"] = pull.merge_sha
    files["report.json"]["challenger"]["sha256"] = "0" * 64
    files["report.json"]["metrics"][0]["challenger"] -= 0.2
    run = arena.hub.start_run(
        ".github/workflows/train.yaml",
        name="Train",
        event="pull_request",
        sha=pull.head_sha,
        branch=pull.head_ref,
        actor="mallory",
    )
    arena.hub.artifact(run, "report", {name: json.dumps(content).encode() for name, content in files.items()})
    arena.hub.end_run(run, "success")
    arena.hub.take()


class TestForged:
    """A pull request whose author forged the figures that reviewers saw."""

    def test_publishes_nothing(self, merges, released):
        """The rebuilt model is another one, far from them: the run is red, says both figures; production stays."""
        released.without("checks.yaml")
        released.change("seed", {"params.yaml": SEED})
        number = released.propose("seed")
        released.hub.take()
        forge(merges, released, number)
        released.merge(number)
        released.hub.take()
        stopped = Moment.of(released, released.dispatch("publish.yaml"))

        assert stopped.played.check("Rebuild and judge").conclusion == "failure", stopped.played.log
        assert stopped.played.check("Release").conclusion == "skipped"
        (said,) = stopped.said("error", "Rebuild and judge")
        assert "The model is not what was reviewed: log loss is 0.51" in said
        assert "and 0.31" in said
        assert (stopped.releases, stopped.latest) == ({"model@v1.0.0": "release"}, "model@v1.0.0")
