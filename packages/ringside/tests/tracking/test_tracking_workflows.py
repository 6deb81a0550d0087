"""Which jobs are given MLflow's address and secret."""

import re

import pytest
import yaml

from harness import PROJECT

WORKFLOWS = {path.name: path.read_text() for path in (PROJECT / ".github" / "workflows").glob("*.yaml")}
OWN = "pull_request.head.repo.id == github.event.repository.id) && secrets."


class TestSecrets:
    """The password and the token."""

    def test_are_given_to_no_pull_request_of_a_fork(self):
        """Where pull requests run, a secret is asked for only behind the question whose repository the branch is in."""
        asked = re.findall(r"\$\{\{(.*?secrets\..*?)\}\}", WORKFLOWS["train.yaml"])

        assert asked
        assert [text for text in asked if OWN not in text] == []

    @pytest.mark.parametrize("name", ["checks.yaml", "report.yaml", "doctor.yaml"])
    def test_are_given_to_nobody_who_has_nothing_to_tell(self, name):
        """These evaluate nothing and publish nothing."""
        assert "MLFLOW" not in WORKFLOWS[name]

    @pytest.mark.parametrize("name", sorted(WORKFLOWS))
    def test_are_given_to_no_job_that_may_write(self, name):
        """What MLflow's client brings along runs beside no right but to prove an identity."""
        for job in yaml.safe_load(WORKFLOWS[name])["jobs"].values():
            if "MLFLOW" in str(job):
                rights = {right for right, level in job["permissions"].items() if level == "write"}
                assert rights <= {"id-token"}
