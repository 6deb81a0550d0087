"""`ringside ci train`: data, pipeline and verdict of a pull request, by real DVC and real Git on a toy task."""

import json
import shutil

import pytest

from bouts import Ring, typed
from training import propose, train

pytestmark = pytest.mark.xdist_group("verdict")

SOURCE = "src/diabetes/source.py"
READ = "def read(partition: str) -> pd.DataFrame:\n"


@pytest.fixture
def proposal(ring: Ring) -> Ring:
    """A pull request that changes nothing but a page, checked out as its merge with the base."""
    (ring.root / "page.md").write_text("a page\n", encoding="utf-8")
    ring.checkout.commit("a page")
    propose(ring)
    return ring


def lose_data(ring: Ring) -> None:
    """As on a fresh runner: no data, no cache."""
    for place in ("data/raw", "data/valid", "data/quarantine", ".dvc/cache"):
        shutil.rmtree(ring.root / place, ignore_errors=True)


class TestAVerdict:
    """What a run leaves that judged."""

    def test_of_the_same_model_is_a_pass(self, proposal):
        """Outputs for the check, the status and the report for the comment, the whole report in the summary."""
        done = train(proposal, RINGSIDE_RUNNER="ubuntu-24.04-8-cores")

        assert done.code == 0
        assert done.outputs["verdict"] == "pass"
        assert done.outputs["blocks"] == "false"
        assert done.outputs["sentence"].startswith("Pass: the predictions are identical to those of v1.0.1")
        assert "Merge it" in done.outputs["sentence"]
        assert (done.status.state, done.status.lock) == ("judged", "same")
        assert done.status.commit == proposal.checkout.ok("git", "rev-parse", "HEAD").strip()
        assert done.report.verdict == "pass"
        assert done.summary == (proposal.root / "reports" / "report.md").read_text() + "\n"
        assert (proposal.root / "reports" / "report.html").exists()
        assert done.annotations == []

    def test_takes_what_dvc_has_of_each_stage(self, proposal):
        """Without dvc.lock the run-cache answers all of it, in a group of the log."""
        done = train(proposal)

        assert done.log.count("is cached - skipping run") == 4
        assert {stage.cached for stage in done.report.stages} == {True}
        assert done.log.count("::group::") == done.log.count("::endgroup::") == 3

    def test_says_what_ran(self, ring):
        """A parameter of the model that nobody has tried: what comes before it is in the cache, what follows runs."""
        ring.checkout.edit("params.yaml", "n_estimators: 60", "n_estimators: 61")
        ring.checkout.commit("one tree more")
        propose(ring)
        done = train(ring)

        assert {stage.stage: stage.cached for stage in done.report.stages} == {
            "validate": True,
            "split": True,
            "train": False,
            "evaluate": False,
        }
        assert done.status.lock == "differs"

    def test_states_what_it_cost(self, proposal):
        """The runner that the variable names has its price; its minutes are those that were started."""
        cost = train(proposal, RINGSIDE_RUNNER="ubuntu-24.04-8-cores").report.cost

        assert (cost.runner, cost.usd_per_minute, cost.free) == ("ubuntu-24.04-8-cores", 0.022, False)
        assert 0 < cost.seconds < 120
        assert cost.dollars == cost.minutes * 0.022
        assert cost.rival_dollars is not None

    def test_is_beside_what_the_champion_cost(self, losing):
        """A release carries what it cost, by the price of its own runner; the next verdict reads it there."""
        base = losing.checkout.ok("git", "rev-parse", "HEAD~1").strip()
        queue = {"event": "merge_group", "payload": {"merge_group": {"base_sha": base}}}
        made = train(losing, **queue, RINGSIDE_RUNNER="ubuntu-24.04-arm").report.cost
        losing.checkout.ok("git", "push", "--quiet", "origin", "HEAD:main")
        version = typed(losing.root, "publish", "--accept-reason", "a test of costs").out.strip()
        cost = train(losing, **queue).report.cost

        assert json.loads((losing.release(version) / "release.json").read_text())["cost"] == {
            "runner": "ubuntu-24.04-arm",
            "usd_per_minute": 0.005,
            "seconds": made.seconds,
        }
        assert (cost.rival_seconds, cost.rival_dollars) == (made.seconds, made.minutes * 0.005)

    def test_that_fails_ends_well(self, losing):
        """The check is another job's: here the exit code is 0, and the run's page has the error."""
        propose(losing)
        done = train(losing)

        assert (done.code, done.outputs["verdict"], done.outputs["blocks"]) == (0, "fail", "false")
        (annotation,) = done.annotations
        assert annotation.startswith("::error title=Ringside::Fail: ")
        assert "Nothing is published" in annotation

    def test_is_by_the_policy_of_the_base(self, losing):
        """A pull request that loosens the policy is judged by what it would change, and the report shows the change."""
        losing.policy("{tolerance: 1000.0}")
        losing.checkout.commit("loosen")
        propose(losing, "HEAD~2")
        done = train(losing)

        assert done.outputs["verdict"] == "fail"
        assert "policy.tolerance" in {change.key for change in done.report.policy.changes}

    def test_is_by_the_policy_that_a_person_names(self, losing):
        """At a terminal the checkout's policy judges, unless an option names another; nothing is annotated."""
        losing.policy("{tolerance: 1000.0, metric: mae}")
        losing.checkout.commit("loosen")

        assert "verdict=pass" in typed(losing.root, "ci", "train").out
        assert "verdict=fail" in typed(losing.root, "ci", "train", "--policy-from", "HEAD~1").out

    def test_may_block_where_it_is_inconclusive(self, proposal):
        """A remote that does not answer leaves the champion unknown; the base's policy says whether that blocks."""
        proposal.points_at(str(proposal.folder / "gone"))
        done = train(proposal)

        assert (done.code, done.outputs["verdict"], done.outputs["blocks"]) == (0, "inconclusive", "false")
        assert done.report.champion == "unreachable"
        assert done.annotations[0].startswith("::warning title=Ringside::Inconclusive: ")

        proposal.checkout.ok("git", "switch", "--quiet", "--detach", "HEAD~1")
        proposal.policy("{inconclusive: block}")
        proposal.checkout.commit("block")
        propose_again = ("git", "merge", "--quiet", "--no-ff", "--message", "m", "change")
        proposal.checkout.ok(*propose_again)
        done = train(proposal)

        assert (done.outputs["verdict"], done.outputs["blocks"]) == ("inconclusive", "true")
        assert done.annotations[0].startswith("::error title=Ringside::Inconclusive: ")

    def test_of_a_merge_queue_is_by_its_base(self, losing):
        """The commit that the event names is the base."""
        base = losing.checkout.ok("git", "rev-parse", "HEAD~1").strip()
        losing.policy("{tolerance: 1000.0}")
        losing.checkout.commit("loosen")
        done = train(losing, event="merge_group", payload={"merge_group": {"base_sha": base}})

        assert done.outputs["verdict"] == "fail"
        assert done.report.policy.origin == "ref"


class TestTheLock:
    """dvc.lock is no proof of anything: it is removed, and compared with what comes out."""

    def test_that_is_false_is_mended_by_nobody_and_said(self, losing):
        """A lock of two branches merged into one that names another model; the code's own model is judged."""
        propose(losing)
        base = losing.checkout.ok("git", "show", "HEAD^1:dvc.lock")
        (losing.root / "dvc.lock").write_text(base)
        losing.checkout.commit("a lock that lies")
        losing.checkout.ok("git", "branch", "--force", "change")
        losing.checkout.ok("git", "switch", "--quiet", "--detach", "HEAD^^1")
        losing.checkout.ok("git", "merge", "--quiet", "--no-ff", "--message", "m", "change")
        done = train(losing)

        assert (done.status.lock, done.report.reproduce.lock) == ("differs", "differs")
        assert done.outputs["verdict"] == "fail"
        assert "- dvc.lock does not match the code. Run make lock and commit dvc.lock." in done.summary

    def test_that_is_missing_is_said(self, proposal):
        """One line, and all else goes on."""
        (proposal.root / "dvc.lock").unlink()
        done = train(proposal)

        assert (done.code, done.status.lock) == (0, "absent")
        assert "There is no dvc.lock. Run make lock and commit dvc.lock." in done.summary


class TestDataThatCannotBeRead:
    """A fork or a Dependabot run without access: not judged, and nothing fails."""

    def test_are_not_judged(self, proposal):
        """Green, without a report, and the sentence says who can judge it."""
        lose_data(proposal)
        proposal.checkout.edit(SOURCE, READ, f'{READ}    raise ConnectionError("no route to host")\n')
        done = train(proposal)

        assert (done.code, done.outputs["verdict"], done.outputs["blocks"]) == (0, "not_judged", "false")
        status = done.status
        assert (status.state, status.step, status.reason) == ("not_judged", "data", "data_unreadable")
        assert not done.has_report
        assert "Not judged: the data cannot be read here." in done.outputs["sentence"]
        assert "If you have access, review the change" in done.outputs["sentence"]
        assert done.annotations[0].startswith("::notice ")
        assert "no route to host" in done.summary

    def test_are_not_quoted_where_everybody_reads_the_log(self, proposal):
        """In a public repository whose data are not public, an error is told by its place and kind alone."""
        lose_data(proposal)
        proposal.checkout.edit(SOURCE, READ, f'{READ}    raise ConnectionError("Jane Doe is no number")\n')
        done = train(proposal, payload={"repository": {"default_branch": "main", "visibility": "public"}})

        assert "ConnectionError: (not shown, since the data are not public)" in done.summary
        assert "Jane" not in done.summary + done.log

    def test_leave_nothing_of_an_earlier_run(self, proposal):
        """A report that lies there from before is not taken for this run's."""
        train(proposal)
        lose_data(proposal)
        proposal.checkout.edit(SOURCE, READ, f'{READ}    raise PermissionError("who are you")\n')

        assert not train(proposal).has_report


class TestABrokenRun:
    """Red, and what broke is named."""

    def test_names_a_source_that_answers_differently(self, proposal):
        """Another answer is no missing right: it is an error that names the partition."""
        lose_data(proposal)
        first = proposal.checkout.json("data/manifest.json")["partitions"][0]["content"]
        proposal.checkout.edit("data/manifest.json", first, "0" * len(first))
        done = train(proposal)

        assert (done.code, done.outputs["verdict"]) == (1, "broken")
        assert (done.status.step, done.status.reason) == ("data", "source_differs")
        assert "block-1" in done.summary
        assert done.annotations[0].startswith("::error ")

    def test_names_a_mistake_in_the_source(self, proposal):
        """Code that fails is nobody's missing right."""
        lose_data(proposal)
        proposal.checkout.edit(SOURCE, READ, f'{READ}    {{}}["x"]\n')
        done = train(proposal)

        assert (done.code, done.status.step, done.status.reason) == (1, "data", None)

    def test_names_the_stage(self, proposal):
        """DVC's error names it; the committed lock is put back, and no report is left."""
        proposal.checkout.edit("src/diabetes/model.py", "    return ", "    1 / 0\n    return ")
        lock = (proposal.root / "dvc.lock").read_bytes()
        done = train(proposal)

        assert (done.code, done.status.step, done.status.stage) == (1, "pipeline", "train")
        assert "the stage train failed" in done.outputs["sentence"]
        assert "ZeroDivisionError" in done.summary
        assert (proposal.root / "dvc.lock").read_bytes() == lock
        assert not done.has_report

    def test_names_params_yaml(self, proposal):
        """A key that there is not stops before anything runs."""
        params = proposal.root / "params.yaml"
        params.write_text(params.read_text() + "nonsense: 1\n")
        done = train(proposal)

        assert (done.code, done.status.step, done.status.reason) == (1, "data", "params_wrong")
        assert "nonsense" in done.summary

    def test_names_a_policy_that_cannot_be_read(self, proposal):
        """A base whose params.yaml is no policy lets nobody pass."""
        proposal.checkout.ok("git", "switch", "--quiet", "--detach", "HEAD~1")
        (proposal.root / "params.yaml").write_text("policy: [\n")
        proposal.checkout.commit("a mistake")
        mistake = proposal.checkout.ok("git", "rev-parse", "HEAD").strip()
        proposal.checkout.ok("git", "switch", "--quiet", "change")
        payload = {"merge_group": {"base_sha": mistake}}
        done = train(proposal, event="merge_group", payload=payload)

        assert (done.code, done.status.step, done.status.reason) == (1, "judge", "policy_unreadable")
        assert "dvc repro" not in done.log

    def test_names_a_checkout_without_the_base(self, proposal):
        """A shallow one has no commit but its own: before anything is trained, it says what to fetch."""
        folder = proposal.folder / "shallow"
        base = proposal.checkout.ok("git", "rev-parse", "HEAD^1").strip()
        proposal.checkout.ok(
            "git", "clone", "--quiet", "--depth=1", f"file://{proposal.root}", str(folder / "checkout")
        )
        done = train(Ring(folder), payload={"pull_request": {"base": {"sha": base}}})

        assert (done.code, done.status.step, done.status.reason) == (1, "judge", "shallow")
        assert "fetch-depth: 0" in done.outputs["sentence"]
        assert "dvc repro" not in done.log

    def test_quotes_what_was_said_as_code_alone(self, proposal):
        """What an error says is text of the pull request: no line of it leaves the block."""
        proposal.checkout.edit(
            "src/diabetes/model.py", "    return ", '    raise ValueError("```\\n<img src=x>\\n# big @me")\n    return '
        )
        quoted = train(proposal).summary.split("repeats it on your machine.\n", 1)[1]

        assert "# big @me" in quoted
        assert all(line.startswith("    ") or not line for line in quoted.splitlines())
