"""`ringside ci watch`: what a run brings in, decides, trains and hands on."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from harbour_months import month
from harbour_ring import NEXT, Harbour
from ringside.report.read import read_report
from ringside.report.watch import Watch, read_watch

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("watch")]


@pytest.fixture(scope="module")
def retrained(_quarter, tmp_path_factory) -> Harbour:
    """April arrived, and one run of the watch was made."""
    harbour = _quarter.copy(tmp_path_factory.mktemp("retrained") / "copy")
    harbour.arrives()
    # What a stranger's event says of itself is not looked at.
    watched(harbour, event={"client_payload": {"partition": "../../etc", "force": True}})
    return harbour


def watched(
    harbour: Harbour, *, name: str = "workflow_dispatch", event: object = None, code: int = 0, **environ: str
) -> dict:
    """Run the watch as a step of a workflow, away from GitHub; its outputs and its summary."""
    place = harbour.folder.parent
    files = {key: place / key.lower() for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    files["GITHUB_EVENT_PATH"].write_text(json.dumps(event or {}), encoding="utf-8")
    environ |= {"GITHUB_EVENT_NAME": name, **{key: str(path) for key, path in files.items()}}
    said = harbour.type("ci", "watch", code=code, **environ)
    rows = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
    summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    return dict(row.split("=", 1) for row in rows) | {"summary": summary, "said": said.out + said.err}


def proposal(harbour: Harbour) -> Watch:
    """The watch that was handed on."""
    return read_watch((harbour.root / "proposal" / "watch.json").read_bytes())


class TestNotLive:
    """The sample, as a copy has it."""

    @pytest.mark.parametrize("name", ["schedule", "repository_dispatch"])
    def test_does_nothing_by_itself(self, harbour, name):
        """A schedule and a stranger's event bring nothing in while params.yaml does not say live: true."""
        harbour.arrives()

        answer = watched(harbour, name=name)

        assert (answer["propose"], answer["alarms"], answer["sums"]) == ("false", "false", "")
        assert "live: false" in answer["summary"]
        assert harbour.ring.checkout.status() == ""


class TestOtherBranch:
    """Somebody started the workflow on a branch of theirs."""

    def test_is_refused(self, harbour):
        """A proposal is made of the default branch, so on another one nothing is done."""
        event = {"repository": {"default_branch": "main"}}

        said = watched(harbour, event=event, code=2, GITHUB_ACTIONS="true", GITHUB_REF="refs/heads/mine")["said"]

        assert "start the workflow on main" in said


class TestNothingNew:
    """The source has what is here, and the champion is fine."""

    def test_hands_nothing_on(self, harbour):
        """No proposal, no alarm, no file that Git would see; the summary says that the source has no further month."""
        answer = watched(harbour)

        assert (answer["propose"], answer["alarms"], answer["sums"]) == ("false", "false", "")
        assert "The source has no further partition." in answer["summary"]
        assert not (harbour.root / "proposal").exists()
        assert harbour.ring.checkout.status() == ""


class TestByHand:
    """`ringside ingest --next 1`, as a person types it."""

    def test_brings_one_month_and_says_when_there_is_none(self, harbour):
        """The first call brings April, the second says that nothing is left; neither is an error."""
        harbour.arrives()

        first, second = (harbour.type("ingest", "--next", "1").err for _ in range(2))

        assert "1 read: 2025-04" in first
        assert "every partition of the source is already ingested" in second

    def test_reads_nothing_new_where_the_manifest_is_frozen(self, harbour):
        """The two options contradict each other."""
        assert "--frozen reads nothing new" in harbour.type("ingest", "--next", "1", "--frozen", code=2).err


class TestNewMonth:
    """April arrived."""

    def test_is_trained_on_and_judged(self, retrained):
        """The proposal has the verdict on a model that learnt from March too and is tested on April."""
        report = read_report((retrained.root / "proposal" / "report.json").read_bytes())

        assert (report.challenger.last, report.window.first) == ("2025-03", NEXT)
        assert report.policy.origin == "checkout"
        assert (report.rival.version, report.verdict) == ("v1.0.0", proposal(retrained).verdict)

    def test_says_why(self, retrained):
        """The decision has its reason and the month; the commit is the one that was watched."""
        found = proposal(retrained)

        assert (found.decision.decided, found.decision.reasons, found.brought) == ("retrain", ["new_data"], [NEXT])
        assert found.commit == retrained.ring.checkout.ok("git", "rev-parse", "HEAD").strip()
        assert (found.monitor.state, found.monitor.partition, found.alarms) == ("judged", NEXT, [])

    def test_hands_on_no_other_file_than_the_pull_request_changes(self, retrained):
        """Data, lock and metrics go along, params.yaml and code never do, and each hash stands on the list."""
        folder = retrained.root / "proposal"
        names = {path.name for path in folder.iterdir()}

        assert names == {
            "SHA256SUMS", "dvc.lock", "manifest.json", "metrics.json", "raw.dvc", "report.json", "watch.json"
        }  # fmt: skip
        assert (folder / "manifest.json").read_bytes() == (retrained.root / "data" / "manifest.json").read_bytes()

    def test_states_what_was_handed_on(self, retrained):
        """The output `sums` is the hash of the list of hashes."""
        output = (retrained.folder.parent / "github_output").read_text(encoding="utf-8")
        digest = hashlib.sha256((retrained.root / "proposal" / "SHA256SUMS").read_bytes()).hexdigest()

        assert output.splitlines() == ["cache=true", "propose=true", "alarms=false", f"sums={digest}"]

    def test_hands_on_the_partitions_that_git_keeps(self, harbour):
        """Where data are kept in Git, the pull request is to bring them, and data/store has what data/raw has."""
        harbour.edit("data:\n", "data:\n  store: git\n")
        harbour.arrives()
        watched(harbour)
        stored = sorted((harbour.root / "proposal").glob("store-*.parquet"))

        assert [path.name for path in stored][-1] == f"store-{NEXT}.parquet"
        assert stored[-1].read_bytes() == (harbour.root / "data" / "raw" / f"{NEXT}.parquet").read_bytes()

    def test_comes_to_nothing_where_the_remote_is_to_keep_it(self, harbour):
        """Data that no other run could read are not proposed."""
        harbour.edit("data:\n", "data:\n  store: remote\n")
        harbour.arrives()

        assert "there is no DVC remote" in watched(harbour, code=1)["said"]
        assert not (harbour.root / "proposal").exists()

    def test_of_private_data_is_not_committed_where_everybody_reads(self, harbour):
        """In a public repository, data that are not public get into no commit and no cache."""
        harbour.edit("data:\n  public: true\n", "data: {store: git}\n")
        harbour.arrives()
        public = {"repository": {"visibility": "public"}}
        answer = watched(harbour, event=public, code=2)

        assert "everybody could read the rows" in answer["said"]
        assert answer["cache"] == "false"
        assert watched(harbour, event={"repository": {"visibility": "private"}})["cache"] == "true"

    def test_comes_one_at_a_time_where_nothing_is_live(self, harbour):
        """Of two months that arrived a run by hand takes the first, when the policy asks for no model at all."""
        harbour.edit("split:\n", "retrain: {when: []}\nsplit:\n")
        harbour.arrives("2025-04")
        harbour.arrives("2025-05")

        answer = watched(harbour)

        assert "2025-04 came in" in answer["summary"]
        assert "2025-05" not in answer["said"]

    def test_comes_with_all_others_where_the_task_is_live(self, harbour):
        """A schedule takes all that arrived."""
        harbour.edit("split:\n", "live: true\nretrain: {when: []}\nsplit:\n")
        harbour.arrives("2025-04")
        harbour.arrives("2025-05")

        answer = watched(harbour, name="schedule")

        assert "2025-04, 2025-05 came in; the policy (retrain.when) requires no new model" in answer["summary"]


class TestBadMonth:
    """A month arrived that is not as it must be."""

    def kept(self, harbour: Harbour, problem: str) -> dict:
        """The watch's answer; the data are what they were, and the proposal names the problem and the alarm."""
        raw = {path.name for path in (harbour.root / "data" / "raw").iterdir()}
        answer = watched(harbour)
        assert harbour.ring.checkout.status() in ("", "?? proposal/\n")
        assert {path.name for path in (harbour.root / "data" / "raw").iterdir()} == raw
        found = proposal(harbour)
        assert (found.data_problem, found.alarms, found.decision.decided) == (problem, ["data"], "nothing")
        return answer

    def write(self, harbour: Harbour, frame: pd.DataFrame) -> Path:
        """Let April be these rows."""
        path = harbour.folder / f"{NEXT}.csv"
        frame.to_csv(path, index=False)
        return path

    def test_with_too_many_rows_that_fail(self, harbour):
        """A tenth of the ships at a pier that there is not: nothing is taken, and an alarm says which month."""
        frame = month(NEXT)
        frame.loc[::10, "pier"] = "moon"
        self.write(harbour, frame)

        answer = self.kept(harbour, "too_many_quarantined")

        assert (answer["propose"], answer["alarms"]) == ("true", "true")
        assert proposal(harbour).data_partition == NEXT

    def test_without_a_column(self, harbour):
        """A schema that changed is an alarm, too."""
        self.write(harbour, month(NEXT).drop(columns="wind"))

        self.kept(harbour, "schema")

    def test_without_its_identity(self, harbour):
        """What the ingest refuses is an alarm."""
        self.write(harbour, month(NEXT).assign(call=7))

        self.kept(harbour, "refused")

    def test_behind_a_good_one_leaves_that(self, harbour):
        """With April in order and May not, April comes in and May is the alarm's."""
        harbour.edit("split:\n", "live: true\nretrain: {when: []}\nsplit:\n")
        harbour.arrives(NEXT)
        month("2025-05").drop(columns="wind").to_csv(harbour.folder / "2025-05.csv", index=False)

        watched(harbour)
        found = proposal(harbour)

        assert (found.brought, found.data_partition, found.alarms) == ([NEXT], "2025-05", ["data"])

    def test_that_cannot_be_read_breaks_the_run(self, harbour, monkeypatch):
        """A source out of reach is no bad month: the run fails, and hands no alarm on."""
        monkeypatch.setattr("harbour_ring.NAMED", ())

        said = harbour.type("ci", "watch", code=1).err

        assert "HARBOUR is not set" in said
        assert not (harbour.root / "proposal").exists()


class TestDriftWithoutNewData:
    """April was merged and not published, and it was a month of storms."""

    def test_trains_nothing_and_says_so(self, harbour):
        """The same data make the same model: an alarm for people, and no model."""
        harbour.arrives(storm=2.5)
        harbour.type("ingest")
        harbour.merge()

        answer = watched(harbour)
        found = proposal(harbour)

        assert found.decision.decided == "nothing_to_learn"
        assert "drift" in found.decision.reasons
        assert "drift" in found.alarms
        assert not (harbour.root / "proposal" / "report.json").exists()
        assert "the same data make the same model" in answer["summary"]


class TestFallenChampion:
    """April turned the sea's effect round."""

    def test_is_an_alarm_beside_a_model_that_is_refused_too(self, harbour):
        """The retrained model learnt from the old months alone, so it misses the floor and fails; both are said."""
        harbour.arrives(turned=0.9)

        watched(harbour)
        found = proposal(harbour)

        assert found.alarms == ["below_floor"]
        assert {"new_data", "performance"} <= set(found.decision.reasons)
        assert found.verdict == "fail"
