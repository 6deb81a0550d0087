"""Everything serves all kinds of task: two toys run through the whole pipeline, by the same dvc.yaml."""

import pytest

from harness import Checkout

METRICS = {"diabetes": {"mae", "rmse", "r2"}, "wine": {"log_loss", "accuracy", "macro_f1"}}


@pytest.fixture(scope="module", params=METRICS)
def toy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose sample was replaced by a toy task, ingested and run."""
    checkout = Checkout.of_project(tmp_path_factory.mktemp(request.param) / "checkout")
    checkout.use_task(request.param)
    checkout.ok("ringside", "ingest")
    checkout.ok("dvc", "repro")
    checkout.commit("run")
    return checkout


@pytest.mark.xdist_group("toys")
class TestToyTask:
    """A toy task in the place of the sample."""

    def test_is_better_than_its_baseline_in_the_metrics_of_its_kind(self, toy):
        """The metrics are those of the kind, and the leading one beats a model without features."""
        found = toy.json("reports/metrics.json")
        task = "diabetes" if "mae" in found else "wine"

        assert METRICS[task] == set(found) - {"baseline", "rows"}
        leading = "mae" if task == "diabetes" else "log_loss"
        assert found[leading] < found["baseline"][leading]

    def test_leaves_nothing_to_do(self, toy):
        """A second `dvc repro` runs no stage, and `ringside metrics` shows a table."""
        assert "up to date" in toy.ok("dvc", "repro")
        assert "baseline" in toy.ok("ringside", "metrics")

    def test_has_curves_that_dvc_draws(self, toy):
        """`dvc plots show` makes its page though a kind lacks some of the curves."""
        toy.ok("dvc", "plots", "show")

        assert (toy.root / "dvc_plots" / "index.html").stat().st_size > 1000

    def test_counts_every_row(self, toy):
        """Valid, quarantined and unlabelled rows add up to what the source answered."""
        total = {"diabetes": 442, "wine": 178}
        rows = toy.json("reports/validation.json")

        parts = sum(row[kind] for row in rows for kind in ("valid", "quarantined", "unlabelled"))
        assert parts == sum(row["rows"] for row in rows)
        assert parts in total.values()
