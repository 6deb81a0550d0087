"""Evaluations in a real MLflow server."""

import contextlib

import pytest

from made import Made, report
from mlflow_server import runs
from ringside.report.model import ReproduceRecord
from ringside.tracking.runs import evaluation
from ringside.tracking.sending import send

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("mlflow")]


def order(commit: str, files, **changes: object) -> dict[str, object]:
    """An evaluation of a commit."""
    made = ReproduceRecord(commit=commit, dirty=False, model_lock="a" * 64, data="b" * 64, python="3.11.7")
    return evaluation(report(reproduce=made, **changes), {"train.seed": 7}, files).order()


class TestEvaluation:
    """One evaluation."""

    def test_is_a_finished_run_with_all_that_it_is(self, environ, client, model):
        """Parameters, metrics with intervals, tags and files are there."""
        sent = send(order("1" * 40, [model]), environ)
        found = client.get_run(sent.answer["run"])

        assert (sent.failed, found.info.status) == (None, "FINISHED")
        assert found.data.params == {"train.seed": "7"}
        assert (found.data.metrics["mae"], found.data.metrics["mae.lower"]) == (41.25, -0.5)
        assert found.data.tags["ringside.data"] == "b" * 64
        assert [item.path for item in client.list_artifacts(found.info.run_id)] == ["model.skops"]

    def test_is_logged_once(self, environ, client, model):
        """The same commit and inputs again are the same run."""
        first, again = (send(order("2" * 40, [model]), environ) for _ in range(2))

        assert (first.answer["new"], again.answer["new"]) == (True, False)
        assert first.answer["run"] == again.answer["run"]
        assert len(runs(client, asked=f"tags.`ringside.commit` = '{'2' * 40}'")) == 1

    def test_that_broke_off_is_made_whole(self, environ, client, model):
        """A run that was started and got no files is finished by the next try, and is no second one."""
        wanted = order("3" * 40, [model])
        left = client.create_run(_experiment(client), tags={"ringside.key": wanted["key"], **wanted["tags"]})
        sent = send(wanted, environ)

        assert sent.answer == {"run": left.info.run_id, "new": True}
        assert client.get_run(left.info.run_id).info.status == "FINISHED"

    def test_of_a_wide_task_is_taken(self, environ, client, model):
        """More parameters than MLflow takes in one call."""
        made = evaluation(report(), {f"train.p{n}": n for n in range(250)}, [model]).order()
        found = client.get_run(send(made, environ).answer["run"])

        assert len(found.data.params) == 250


class TestVerdict:
    """`ringside verdict`, where MLFLOW_TRACKING_URI is set."""

    def test_logs_the_evaluation_once(self, mine: Made, address, client):
        """The second verdict on the same checkout logs nothing; the report is the same with and without MLflow."""
        env = {"MLFLOW_TRACKING_URI": address, "MLFLOW_EXPERIMENT_NAME": "verdicts"}
        first, again = (mine.checkout.run("ringside", "verdict", "--exit-zero", env=env) for _ in range(2))
        found = runs(client, "verdicts")

        assert (first.returncode, again.returncode) == (0, 0)
        assert "this evaluation logged in MLflow at http://127.0.0.1" in first.stderr
        assert "was logged before" in again.stderr
        assert len(found) == 1
        assert {item.path for item in client.list_artifacts(found[0].info.run_id)} == {
            "metrics.json",
            "model.skops",
            "report.html",
            "report.json",
            "report.md",
        }
        assert found[0].data.params["train.n_estimators"] == "30"
        assert found[0].data.tags["ringside.commit"] == mine.checkout.ok("git", "rev-parse", "HEAD").strip()


def _experiment(client) -> str:
    from mlflow.exceptions import MlflowException

    with contextlib.suppress(MlflowException):
        client.create_experiment("diabetes")
    return client.get_experiment_by_name("diabetes").experiment_id
