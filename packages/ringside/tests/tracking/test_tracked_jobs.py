"""The verbs that workflows type, where MLFLOW_TRACKING_URI is set: what a real server has then."""

import pytest

from mlflow_server import runs

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("mlflow")]


def logged(client, name: str):
    """The one run of an experiment."""
    (found,) = runs(client, name)
    assert found.info.status == "FINISHED"
    return found


class TestJobs:
    """Each job that judges, and each that changes what is in production."""

    def test_of_a_pull_request_logs_its_evaluation(self, harbour, address, client):
        """The challenger's parameters, metrics and verdict, once for a commit."""
        harbour.edit("max_iter: 60", "max_iter: 40")
        env = {"MLFLOW_TRACKING_URI": address, "MLFLOW_EXPERIMENT_NAME": "a pull request"}
        harbour.type("ci", "train", **env)
        harbour.type("ci", "train", **env)
        found = logged(client, "a pull request")

        assert found.data.params["train.max_iter"] == "40"
        assert found.data.tags["ringside.commit"] == harbour.ring.checkout.ok("git", "rev-parse", "HEAD").strip()
        assert found.data.tags["ringside.champion"] == "v1.0.0"

    def test_of_the_watch_logs_what_it_trained(self, harbour, address, client):
        """A month arrived: the retrained model is a run."""
        harbour.arrives()
        env = {"MLFLOW_TRACKING_URI": address, "MLFLOW_EXPERIMENT_NAME": "the watch"}
        harbour.type("ci", "watch", GITHUB_EVENT_NAME="workflow_dispatch", **env)

        assert logged(client, "the watch").data.tags["ringside.verdict"] == "pass"

    def test_of_a_watch_that_trained_nothing_logs_nothing(self, harbour, address, client):
        """Nothing new, no run."""
        env = {"MLFLOW_TRACKING_URI": address, "MLFLOW_EXPERIMENT_NAME": "a quiet week"}
        harbour.type("ci", "watch", GITHUB_EVENT_NAME="workflow_dispatch", **env)

        assert runs(client, "a quiet week") == []

    def test_that_publish_and_roll_back_move_the_version_in_production(self, harbour, address, client):
        """Versions are registered with the files of their releases, and the alias follows production."""
        name = "harbour-jobs"
        env = {"MLFLOW_TRACKING_URI": address, "RINGSIDE_MLFLOW_MODEL": name}
        harbour.edit("seed: 0", "seed: 1")
        harbour.merge()
        harbour.type("verdict", "--exit-zero")
        harbour.type("publish", "--accept-reason", "both are fine", **env)
        published = client.get_model_version_by_alias(name, "production").tags["ringside.version"]
        harbour.type("rollback", "--reason", "it is slower", **env)
        back = client.get_model_version_by_alias(name, "production").tags["ringside.version"]

        assert (published, back) == ("v1.0.1", "v1.0.0")
