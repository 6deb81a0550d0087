"""A report as an MLflow run, without any server."""

import pytest

from made import SHA, report, result
from ringside.report.model import ModelRecord, ReproduceRecord, SliceRecord
from ringside.tracking.runs import MOST_METRICS, evaluation, key


def made_at(commit: str = "1" * 40, *, dirty: bool = False, data: str = SHA) -> ReproduceRecord:
    """Where a report was made."""
    return ReproduceRecord(commit=commit, dirty=dirty, model_lock=SHA, data=data, python="3.11.7")


class TestKey:
    """What an evaluation is known by again."""

    def test_is_equal_for_the_same_evaluation(self):
        """What a run cost, and how many verdicts the window has given, change nothing."""
        later = report().window.model_copy(update={"releases": 3, "pull_requests": 9})

        assert key(report(window=later, latency_ms=5.0)) == key(report())

    @pytest.mark.parametrize("lock", ["missing", "differs"])
    def test_is_equal_whatever_the_committed_lock_says(self, lock):
        """The committed dvc.lock is compared and decides nothing: the same model of the same code is one evaluation."""
        made = made_at()

        assert key(report(reproduce=made.model_copy(update={"lock": lock}))) == key(report(reproduce=made))

    @pytest.mark.parametrize(
        "changes",
        [
            {"reproduce": made_at("2" * 40)},
            {"reproduce": made_at(data="f" * 64)},
            {"reproduce": made_at(dirty=True)},
            {"challenger": ModelRecord(sha256="f" * 64, bytes=1, rows=1, first="a", last="b")},
            {"verdict": "fail"},
            {"champion": "unreachable"},
        ],
        ids=["commit", "data", "dirty", "model", "verdict", "champion"],
    )
    def test_is_another_for_another_evaluation(self, changes):
        """Code, data, model, rivals and answer make an evaluation."""
        assert key(report(**{"reproduce": made_at()} | changes)) != key(report(reproduce=made_at()))


class TestEvaluation:
    """What a run holds."""

    def test_has_each_metric_with_its_interval(self):
        """The challenger's, the rival's, their difference and its bounds."""
        found = evaluation(report(), {}, [])

        assert {name: value for name, value in found.metrics.items() if name.startswith("mae")} == {
            "mae": 41.25,
            "mae.rival": 42.5,
            "mae.difference": 1.25,
            "mae.lower": -0.5,
            "mae.upper": 3.0,
            "mae.tolerance": 1.0,
        }

    def test_leaves_out_what_was_not_measured(self):
        """A metric without a rival has no difference, and no figure is invented."""
        found = evaluation(report(metrics=[result(rival=None, difference=None, lower=None, upper=None)]), {}, [])

        assert {"mae", "mae.tolerance"} == {name for name in found.metrics if name.startswith("mae")}

    def test_says_where_it_comes_from(self):
        """Commit, data, model and verdict are tags, and MLflow's own tag of the commit is set."""
        tags = evaluation(report(reproduce=made_at()), {}, []).tags

        assert tags["ringside.commit"] == tags["mlflow.source.git.commit"] == "1" * 40
        assert tags["mlflow.source.name"] == "ringside"
        assert (tags["ringside.data"], tags["ringside.model"], tags["ringside.verdict"]) == (SHA, SHA, "pass")

    def test_of_a_checkout_without_a_commit_says_so(self):
        """No tag is empty, which a server may refuse."""
        found = evaluation(report(reproduce=made_at().model_copy(update={"commit": None, "dirty": True})), {}, [])

        assert found.name.startswith("no commit")
        assert "" not in found.tags.values()

    def test_has_no_more_metrics_than_a_server_takes(self):
        """Of 500 slices with six figures each the first are kept, and the deciding metric is among them."""
        slices = [SliceRecord(column="c", value=str(n), rows=1, result=result()) for n in range(500)]
        found = evaluation(report(slices=slices), {}, [])

        assert len(found.metrics) == MOST_METRICS
        assert found.metrics["mae"] == 41.25

    def test_keeps_the_files_that_there_are(self, model, tmp_path):
        """A file that a run did not write is left out."""
        assert evaluation(report(), {}, [model, tmp_path / "none"]).files == {"model.skops": str(model)}

    @pytest.mark.parametrize(("given", "expected"), [("", "diabetes"), ("ours", "ours")])
    def test_goes_to_the_experiment_of_the_task(self, given, expected):
        """Or to the one that a person named."""
        assert evaluation(report(), {}, [], experiment=given).experiment == expected

    def test_shortens_long_values(self):
        """A list of many values is a parameter that MLflow takes."""
        found = evaluation(report(), {"train.columns": ["x" * 20] * 100, "train.seed": 1}, [])

        assert len(found.params["train.columns"]) == 500
        assert found.params["train.seed"] == "1"
