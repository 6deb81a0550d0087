"""`ringside verdict` in checkouts with a registry: what is compared, what comes out, and what it ends with."""

import json
import shutil

import pandas as pd
import pytest

from bouts import Ring, rule, typed
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown

pytestmark = pytest.mark.xdist_group("verdict")


def patients(ring: Ring) -> set[int]:
    """Whom the test window of a checkout has."""
    return set(pd.read_parquet(ring.root / "reports" / "predictions.parquet")["patient"])


def adopted(ring: Ring, **columns) -> None:
    """Adopt the checkout's own predictions, but for some columns."""
    frame = pd.read_parquet(ring.root / "reports" / "predictions.parquet").assign(**columns)
    frame[["patient", "prediction"]].to_parquet(ring.folder / "mine.parquet")
    typed(ring.root, "adopt", str(ring.folder / "mine.parquet"))


class TestFirstModel:
    """A challenger where the registry proves that there is no champion."""

    def test_passes_and_says_so(self, first):
        """It is judged against the naive baseline alone."""
        report, said = first.judged(0)

        assert said.out.startswith("Pass: a first model")
        assert (report.verdict, report.champion, report.rival) == ("pass", "no_champion", None)
        assert rule(report, "RS006") == ("not_applicable", "no_champion")

    def test_has_adopted_predictions_as_its_rival(self, first, tmp_path):
        """The team's own predictions are compared like a champion's; these are the challenger's."""
        ring = first.copy(tmp_path / "ring")
        adopted(ring)
        report = ring.verdict()

        assert (report.rival.source, report.rival.version, report.champion) == ("adopted", None, "no_champion")
        assert rule(report, "RS006") == ("passed", "identical")

    def test_loses_to_better_adopted_predictions(self, first, tmp_path):
        """Nobody predicts better than who knows the labels."""
        ring = first.copy(tmp_path / "ring")
        known = pd.read_parquet(ring.root / "reports" / "predictions.parquet")
        adopted(ring, prediction=known["y"])

        assert rule(ring.verdict(code=3), "RS006") == ("failed", "worse")

    def test_is_compared_on_the_rows_that_were_adopted(self, first, tmp_path):
        """Rows without an adopted prediction are left out for both, and counted."""
        ring = first.copy(tmp_path / "ring")
        everyone = sorted(patients(ring))
        adopted(ring)
        path = ring.root / "data" / "adopted.parquet"
        pd.read_parquet(path).query(f"patient in {everyone[:150]}").to_parquet(path)
        report = ring.verdict()

        assert (report.window.rows, report.window.left_out) == (150, len(everyone) - 150)

    def test_can_be_judged_by_a_metric_of_its_own(self, first, tmp_path):
        """`metrics.py` offers a measure that the policy names, and it decides."""
        ring = first.copy(tmp_path / "ring")
        (ring.root / "src" / "diabetes" / "metrics.py").write_text(METRICS, encoding="utf-8")
        ring.policy("{metric: misses, floors: {misses: 0.9}}")
        ring.checkout.ok("ringside", "verdict")

        assert (ring.report.policy.metric, ring.report.baseline.metric) == ("misses", "misses")
        assert ring.report.floors[0].reached


METRICS = '''
"""How often the model is far off."""

import numpy as np

from ringside.task import Metric


def misses(y, prediction, weights):
    """The share of patients whose prediction is off by more than 40."""
    return float(np.average(abs(y - prediction) > 40, weights=weights))


METRICS = (Metric(name="misses", better="lower", function=misses),)
'''


class TestChampion:
    """A challenger against the version in production."""

    def test_that_is_the_same_model_passes_as_identical(self, strong):
        """A rebuild is no worse, whatever the tolerance."""
        report = strong.verdict()

        assert rule(report, "RS006") == ("passed", "identical")
        assert (report.rival.version, report.rival.own_environment) == ("v1.0.1", False)

    def test_that_is_better_fails_the_challenger(self, worse):
        """The verdict is fail, and the command ends with 3."""
        report, said = worse.judged(3)

        assert said.out.startswith("Fail: mean absolute error")
        assert (report.verdict, report.champion, report.against) == ("fail", "compared", "rival")
        assert rule(report, "RS006") == ("failed", "worse")

    def test_that_is_worse_gives_way(self, strong):
        """v1.0.1 was judged better than v1.0.0; its release keeps that."""
        release = json.loads((strong.release("v1.0.1") / "release.json").read_text())

        assert (release["deciding"], release["champion"], release["verdict"]) == ("better", "v1.0.0", "pass")

    def test_is_shown_with_what_differs(self, worse):
        """The report says which parameter of the champion's is another one, and that the data are equal."""
        report = worse.verdict("--exit-zero")

        assert [(change.key, change.before, change.after) for change in report.params] == [
            ("train.n_estimators", 60, 2)
        ]
        assert report.data.rows_before == report.data.rows_after == 442

    def test_is_judged_on_a_window_that_wears_out(self, worse):
        """The report counts the versions that were judged on these rows, and the pull requests that somebody told."""
        window = worse.verdict("--exit-zero", "--pull-requests", "7").window

        assert (window.releases, window.pull_requests) == (2, 7)

    def test_predicts_once(self, losing):
        """Its predictions are kept for the next verdict, which says the same without asking the model."""
        before, said = losing.judged(3)
        after, said_again = losing.judged(3)

        assert "the champion predicts the test rows" in said.err
        assert "the champion predicts the test rows" not in said_again.err
        assert after == before


class TestOutput:
    """What is written, and what the command ends with."""

    def test_ends_with_0_on_request(self, worse):
        """`--exit-zero` changes the exit code and not the verdict."""
        assert worse.verdict("--exit-zero").verdict == "fail"

    def test_is_the_file_on_request(self, worse):
        """`--json` prints reports/report.json, and no more."""
        printed = typed(worse.root, "verdict", "--json", code=3).out

        assert printed == (worse.root / "reports" / "report.json").read_text()

    def test_is_also_a_comment_and_a_page(self, worse):
        """report.md and report.html are the report, rendered."""
        report = worse.verdict(code=3)

        assert (worse.root / "reports" / "report.md").read_text() == to_markdown(report)
        assert (worse.root / "reports" / "report.html").read_text() == to_html(report)

    def test_is_the_same_twice(self, worse):
        """Equal checkouts and registries give equal bytes."""
        first = typed(worse.root, "verdict", "--json", "--exit-zero").out

        assert typed(worse.root, "verdict", "--json", "--exit-zero").out == first

    def test_is_nothing_for_git(self, worse):
        """A verdict changes no file that Git tracks, and adds none."""
        worse.verdict(code=3)

        assert worse.checkout.status() == ""

    def test_says_what_the_stages_cost(self, strong):
        """Each stage that ran here has its seconds and its memory, beside the champion's seconds."""
        stages = strong.verdict().stages

        assert [stage.stage for stage in stages] == ["validate", "split", "train", "evaluate"]
        assert all(stage.seconds and stage.peak_mib and stage.rival_seconds for stage in stages)


class TestAnchor:
    """The version that small losses are added up against."""

    def test_is_the_champion_where_that_was_judged_better(self, strong):
        """There is nothing to compare a second time."""
        report = strong.verdict()

        assert rule(report, "RS007") == ("not_applicable", "same_as_champion")
        assert (report.anchor.version, report.anchor.result) == ("v1.0.1", None)

    def test_is_the_last_version_that_was_judged_better(self, losing):
        """Where people published a loss, the same model again is identical to the champion and still fails."""
        losing.publish("--accept-reason", "the other one is too large")
        report = losing.verdict(code=3)

        assert (report.rival.version, rule(report, "RS006")) == ("v1.0.2", ("passed", "identical"))
        assert (report.anchor.version, rule(report, "RS007")) == ("v1.0.1", ("failed", "worse"))

    def test_is_the_one_that_the_policy_pins(self, ring):
        """`policy.anchor` names a version, whatever came later."""
        ring.policy("{anchor: v1.0.0}")
        anchor = ring.verdict().anchor

        assert (anchor.version, anchor.pinned, anchor.result.outcome) == ("v1.0.0", True, "better")

    def test_that_is_pinned_and_not_there_is_an_error(self, ring):
        """The message names the version."""
        ring.policy("{anchor: v9.9.9}")

        assert "v9.9.9" in typed(ring.root, "verdict", code=1).err


class TestSplitThatMoved:
    """A test window in which are rows that the champion was trained on."""

    def test_is_judged_without_those_rows(self, moved, strong):
        """Both models are compared on the patients that neither learnt from, and the others are counted."""
        report = moved.verdict("--exit-zero")

        assert report.window.rows == len(patients(moved) & patients(strong))
        assert report.window.left_out == report.rival.left_out == len(patients(moved) - patients(strong))

    def test_is_inconclusive_where_too_few_are_left(self, moved, tmp_path):
        """A champion that has seen most of the window is not judged on what is left."""
        ring = moved.copy(tmp_path / "ring")
        ring.policy("{min_groups: 200}")
        report, said = ring.judged(4)

        assert (report.champion, rule(report, "RS006")) == ("too_few_rows", ("undecided", "too_few_rows"))
        assert "test rows are left out; the others have too few groups" in said.err


class TestPolicy:
    """What the team asks."""

    @pytest.mark.parametrize(
        ("policy", "code", "state"),
        [
            ("{tolerance: 50, floors: {mae: 10}}", "RS004", ("failed", "below_floor")),
            ("{tolerance: 50, guardrails: {rmse: 0.1}}", "RS008", ("failed", "worse")),
            ("{tolerance: 50, slices: {tolerance: 0.1, min_rows: 20}}", "RS009", ("failed", "worse")),
        ],
    )
    def test_fails_a_model_whose_deciding_metric_is_fine(self, losing, policy, code, state):
        """A floor, a guardrail or a slice is enough, and no other rule fails."""
        losing.policy(policy)
        report = losing.verdict(code=3)

        assert rule(report, "RS006") == ("passed", "no_worse")
        failed = [found for found in report.rules if (found.severity, found.state) == ("decides", "failed")]
        assert [(found.code, (found.state, found.reason)) for found in failed] == [(code, state)]

    def test_can_accept_the_loss(self, losing):
        """With a tolerance that is large enough, a worse model passes."""
        losing.policy("{tolerance: 50}")

        assert losing.verdict().verdict == "pass"

    def test_needs_groups_for_an_interval(self, ring):
        """With fewer groups than it asks for, another model's verdict is inconclusive and says why."""
        ring.policy("{min_groups: 1000}")
        report = ring.verdict(code=4)

        assert rule(report, "RS005") == ("undecided", "too_few_groups")

    @pytest.mark.parametrize(
        ("policy", "found"),
        [
            ("{metric: roc_auc}", "`metric` names the metric 'roc_auc', which does not exist"),
            ("{guardrails: {f1: 0.1}}", "`guardrails` names the metric 'f1', which does not exist"),
            ("{floors: {auc: 1}}", "`floors` names the metric 'auc', which does not exist"),
        ],
    )
    def test_that_names_no_metric_is_wrong_usage(self, ring, policy, found):
        """The message names the key, and the metrics that there are."""
        ring.policy(policy)
        said = typed(ring.root, "verdict", code=2).err

        assert found in said
        assert "mae, rmse, r2" in said

    def test_that_names_no_slice_is_wrong_usage(self, ring):
        """The message names the key and the slice."""
        ring.policy("{slices: {columns: [planet]}}")
        said = typed(ring.root, "verdict", code=2).err

        assert "`slices.columns` names the slice 'planet', which does not exist" in said


class TestPolicyFromRef:
    """A pull request is judged by the policy of the branch that it wants to join."""

    @pytest.fixture
    def loosened(self, losing) -> Ring:
        """A checkout that commits a strict policy and has a loose one in its files."""
        losing.policy("{tolerance: 0.5, floors: {mae: 60}}")
        losing.checkout.commit("the policy")
        losing.checkout.edit("params.yaml", "{tolerance: 0.5, floors: {mae: 60}}", "{tolerance: 50}")
        return losing

    def test_is_not_the_one_in_the_files(self, loosened):
        """What the files allow, the branch does not."""
        assert loosened.verdict().policy.origin == "checkout"
        assert loosened.verdict("--policy-from", "main", code=3).policy.origin == "ref"

    def test_is_shown_with_what_the_files_change(self, loosened):
        """The report lists each key of the policy that differs, from the branch's value to the files' value."""
        changes = loosened.verdict("--policy-from", "HEAD", "--exit-zero").policy.changes

        assert [(change.key, change.before, change.after) for change in changes] == [
            ("policy.floors.mae", 60.0, None),
            ("policy.tolerance", 0.5, 50.0),
        ]

    @pytest.mark.parametrize("ref", ["nowhere", "", "-p", "HEAD:params.yaml", "0" * 40])
    def test_that_is_no_commit_here_is_wrong_usage(self, strong, ref):
        """Neither a branch that is not here, nor an empty word, nor an option of Git's, nor a path is a ref."""
        said = typed(strong.root, "verdict", f"--policy-from={ref}", code=2).err

        assert "it has no params.yaml, or is not in this clone" in said

    def test_whose_params_are_wrong_is_named(self, ring):
        """The message says whose params.yaml it is."""
        ring.policy("{tolerance: much}")
        ring.checkout.commit("a mistake")
        ring.checkout.edit("params.yaml", "tolerance: much", "tolerance: 1")

        assert "params.yaml of HEAD: `policy.tolerance` is 'much'" in (
            typed(ring.root, "verdict", "--policy-from", "HEAD", code=2).err
        )


class TestOtherCode:
    """A champion whose code is not this checkout's."""

    def test_predicts_in_an_environment_of_its_own(self, losing):
        """It is made once: with the predictions kept, the next verdict is the same without it."""
        losing.recode()
        before = losing.verdict(code=3)
        shutil.rmtree(losing.root / ".dvc" / "tmp" / "ringside-environments")

        assert before.rival.own_environment
        assert losing.verdict(code=3) == before
        assert not (losing.root / ".dvc" / "tmp" / "ringside-environments").exists()
