"""The secrets that workflows are told, and which job is told one."""

import json

from test_yaml import FILES, YAML, of


class TestSecrets:
    """Who is told a secret of the repository."""

    def test_of_the_database_are_told_to_the_job_that_asks_it(self):
        """DATABASE_URL stands in one step of one job, and in no action."""
        told = [
            (file.path.rpartition("/")[2], job, step.get("run"))
            for file in FILES
            for job, step in file.steps
            if "DATABASE_URL" in json.dumps(step)
        ]

        assert told == [("retrain.yaml", "watch", "ringside ci watch")]
        assert sum(path.read_text().count("DATABASE_URL") for path in YAML) == 2

    def test_of_the_database_are_told_to_no_pull_request(self):
        """The workflow runs by schedule, by hand, and by an event of somebody who may write."""
        assert set(of("retrain.yaml").content[True]) == {"schedule", "workflow_dispatch", "repository_dispatch"}
