"""`ringside plan`: the differences that a test set detects, before any training."""

import json

import pytest

from harness import Checkout


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The wine task, ingested, validated and split, and nothing trained; read it, never change it."""
    checkout = Checkout.of_project(tmp_path_factory.mktemp("plan") / "checkout")
    checkout.use_task("wine")
    for verb in ("ingest", "validate", "split"):
        checkout.ok("ringside", verb)
    return checkout


@pytest.fixture(scope="module")
def planned(split: Checkout) -> dict:
    """The answer for a tolerance, as JSON."""
    return json.loads(split.run("ringside", "plan", "--tolerance", "log_loss=0.05", "--json").stdout)


class TestPlan:
    """What it answers."""

    def test_needs_no_model(self, split, planned):
        """Validated and split rows are enough, and nothing is written."""
        assert not (split.root / "models" / "model.skops").exists()
        assert planned["pilot_rows"] > 0

    def test_says_what_the_window_shows_in_each_metric(self, planned):
        """The metric that decides is first; the tolerance that fits is not below what is shown."""
        leading = planned["metrics"][0]

        assert [metric["metric"] for metric in planned["metrics"]] == ["log_loss", "accuracy", "macro_f1"]
        assert 0 < leading["standard_error"] < leading["smallest"] <= leading["fits"]

    def test_says_what_a_tolerance_needs(self, planned):
        """The groups in all, how many of them are lacking, and the chance of an equal model."""
        (answer,) = planned["tolerances"]

        assert (answer["metric"], answer["tolerance"]) == ("log_loss", 0.05)
        assert answer["groups"] >= 10
        assert answer["equal_passes"] > 0.8

    def test_passes_over_a_tolerance_that_the_pilot_says_nothing_of(self, split):
        """Models that decide alike have no spread in what looks at decisions alone; that is told."""
        done = split.run("ringside", "plan", "--tolerance", "macro_f1=0.1")

        assert done.returncode == 0
        assert "macro_f1: a tolerance of 0.1 cannot be planned" in done.stderr

    def test_is_the_same_each_time(self, split, planned):
        """A plan is no matter of luck."""
        again = split.run("ringside", "plan", "--tolerance", "log_loss=0.05", "--json")

        assert json.loads(again.stdout) == planned

    def test_speaks_of_another_window(self, split):
        """With --groups the figures are those of a window that is not there yet, and a small one is called so."""
        done = split.run("ringside", "plan", "--groups", "5", "--uses", "1", "--confidence", "0.9")

        assert done.returncode == 0
        assert "planned for 5 groups" in done.stderr
        assert "confidence 0.9, 1 uses" in done.stderr
        assert "fewer than the 10 groups that policy.min_groups requires" in done.stderr

    def test_plans_for_the_policys_tolerance_where_none_is_given(self, split):
        """The second table is there without any option, on stdout."""
        done = split.run("ringside", "plan")

        assert "an equal model passes" in done.stdout
        assert "tolerance that fits" in done.stdout


class TestWrongUsage:
    """What it refuses."""

    @pytest.mark.parametrize("tolerance", ["log_loss", "roc_auc=0.1", "log_loss=-1", "log_loss=much"])
    def test_of_a_tolerance_is_two(self, split, tolerance):
        """No value, a metric of another kind, a loss below zero, no number: each is told with what would do."""
        assert "What to do" in split.fails("ringside", "plan", "--tolerance", tolerance, code=2)

    def test_before_the_split_says_what_to_run(self, split, tmp_path):
        """Without a split there is no window."""
        empty = split.copy(tmp_path / "empty")
        (empty.root / "reports" / "split.json").unlink()

        assert "dvc repro" in empty.fails("ringside", "plan")
