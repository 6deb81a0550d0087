"""Released versions in a real MLflow server's model registry."""

import os
import uuid
from pathlib import Path

import pytest

from made import report
from ringside.cli.tracking import track_versions
from ringside.errors import UsageError
from ringside.registry.rollback import lift_freeze, rollback
from ringside.report.model import ModelRecord, ReproduceRecord
from ringside.tracking.registered_models import RECENT, registered_name
from ringside.tracking.runs import evaluation
from ringside.tracking.sending import send
from shelf import SHA, Shelf, git, with_remote

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("mlflow")]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A checkout that publishes to its registry."""
    return Shelf(with_remote(tmp_path / "shelf"))


@pytest.fixture
def name() -> str:
    """A registered model of this test alone."""
    return f"toy-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def mine(environ: dict[str, str], name: str) -> dict[str, str]:
    """The variables of somebody who uses that server and has a registered model and an experiment of this name."""
    return environ | {"RINGSIDE_MLFLOW_MODEL": name, "MLFLOW_EXPERIMENT_NAME": name}


def registered(client, name: str) -> dict[str, str]:
    """Each version of ours with MLflow's number of it, the oldest first."""
    found = client.search_model_versions(f"name='{name}'")
    return {one.tags["ringside.version"]: str(one.version) for one in sorted(found, key=lambda one: int(one.version))}


def in_production(client, name: str) -> str:
    """The version of ours that the alias names."""
    return str(client.get_model_version_by_alias(name, "production").tags["ringside.version"])


def evaluated(shelf, mine, name):
    """Publish a version and log its evaluation; the run."""
    metadata = shelf.publish().metadata
    made = ReproduceRecord(commit=metadata.commit, dirty=False, model_lock=SHA, data=SHA, python="3.11.7")
    challenger = ModelRecord(sha256=metadata.model, bytes=1, rows=1, first="a", last="b")
    order = evaluation(report(reproduce=made, challenger=challenger), {}, [], experiment=name).order()
    return send(order, mine).answer["run"]


class TestPublished:
    """A version that was published."""

    def test_is_registered_with_the_files_of_its_release(self, shelf, mine, name, client, capfd):
        """What MLflow has is what was published, byte by byte, and the alias names it."""
        shelf.publish()
        track_versions(shelf.registry, mine)
        found = client.get_model_version_by_alias(name, "production")
        folder = Path(client.download_artifacts(found.run_id, "release"))

        assert capfd.readouterr().err.count("v1.0.0 registered") == 1
        assert found.tags["ringside.version"] == "v1.0.0"
        assert found.tags["ringside.commit"] == git(shelf.root, "rev-parse", "HEAD")
        theirs = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert theirs == {path.name: path.read_bytes() for path in (shelf.releases / "model@v1.0.0").iterdir()}
        assert found.source.endswith("/release")

    def test_is_registered_once(self, shelf, mine, name, client):
        """Told twice, it is one version."""
        shelf.publish()
        track_versions(shelf.registry, mine)
        track_versions(shelf.registry, mine)

        assert registered(client, name) == {"v1.0.0": "1"}

    def test_belongs_to_the_run_that_evaluated_it(self, shelf, mine, name, client):
        """The run of the evaluation gets the files and the version."""
        run = evaluated(shelf, mine, name)
        track_versions(shelf.registry, mine)

        assert client.get_model_version_by_alias(name, "production").run_id == run
        assert client.get_run(run).data.tags["ringside.version"] == "v1.0.0"

    def test_leaves_the_time_that_its_evaluation_took(self, shelf, mine, name, client):
        """Registering days later is no part of a run's duration."""
        run = evaluated(shelf, mine, name)
        before = client.get_run(run).info
        track_versions(shelf.registry, mine)
        after = client.get_run(run).info

        assert (after.status, after.end_time) == ("FINISHED", before.end_time)

    def test_after_an_outage_is_caught_up_on(self, shelf, mine, name, client):
        """Versions that were published while MLflow was away come in their order, the newest few of them."""
        for _ in range(RECENT + 2):
            shelf.publish()
        track_versions(shelf.registry, mine)

        assert registered(client, name) == {f"v1.0.{n + 2}": str(n + 1) for n in range(RECENT)}
        assert in_production(client, name) == f"v1.0.{RECENT + 1}"

    def test_in_a_damaged_release_is_not_registered(self, shelf, mine, name, client, capfd):
        """Files that are not what was published are not handed on; nothing fails."""
        shelf.publish()
        (shelf.releases / "model@v1.0.0" / "model.skops").write_bytes(b"other")
        track_versions(shelf.registry, mine)

        assert "not up to date" in capfd.readouterr().err
        assert registered(client, name) == {}


class TestRollback:
    """A version that was rolled back."""

    def test_moves_the_alias(self, shelf, mine, name, client):
        """The alias follows what is in production, back and forth."""
        shelf.publish()
        shelf.publish()
        track_versions(shelf.registry, mine)
        before = in_production(client, name)
        rollback(shelf.registry, None, "it is wrong")
        track_versions(shelf.registry, mine)

        assert (before, in_production(client, name)) == ("v1.0.1", "v1.0.0")

    def test_leaves_the_alias_during_a_promotion_freeze(self, shelf, mine, name, client):
        """A version published during a promotion freeze is registered; it goes to production after the freeze."""
        shelf.publish()
        shelf.publish()
        rollback(shelf.registry, None, "it is wrong")
        held = shelf.publish().metadata
        track_versions(shelf.registry, mine)
        before = in_production(client, name)
        lift_freeze(shelf.registry)
        shelf.again(held)
        track_versions(shelf.registry, mine)

        assert list(registered(client, name)) == ["v1.0.0", "v1.0.1", "v1.0.2"]
        assert (before, in_production(client, name)) == ("v1.0.0", "v1.0.2")


class TestVerb:
    """`ringside track`."""

    def test_without_the_variable_says_that_nothing_is_done(self, checkout):
        """It ends with 0."""
        assert "nothing is sent to MLflow" in checkout.ok("ringside", "track", env={"MLFLOW_TRACKING_URI": ""})

    @pytest.fixture
    def lean(self, tmp_path: Path, checkout) -> str:
        """A path on which the packages of models cannot be imported, as in the job that runs this verb."""
        for package in ("numpy", "pandas", "pyarrow", "scipy", "sklearn", "skops"):
            place = tmp_path / "lean" / package / "__init__.py"
            place.parent.mkdir(parents=True)
            place.write_text(f"raise ModuleNotFoundError('none', name={package!r})\n")
        return os.pathsep.join([str(tmp_path / "lean"), str(checkout.root / "src")])

    def test_registers_what_is_published(self, checkout, shelf, mine, lean, client):
        """Typed in a checkout, it asks that checkout's registry; it needs no package of a model's."""
        name = mine["RINGSIDE_MLFLOW_MODEL"]
        shelf.publish()
        checkout.ok("git", "remote", "add", "origin", str(shelf.root.parent / "bare"))
        env = {key: mine[key] for key in mine.keys() - os.environ.keys()} | {"PYTHONPATH": lean}
        said = checkout.ok("ringside", "track", env=env)

        assert f"v1.0.0 registered as {name}" in said
        assert registered(client, name) == {"v1.0.0": "1"}


class TestName:
    """The registered model's name."""

    def test_is_the_artifacts_under_the_tasks(self):
        """Two repositories on one server do not meet."""
        assert registered_name("flights") == "flights-model"

    def test_may_be_another(self):
        """Unity Catalog wants three parts."""
        assert registered_name("flights", "main.models.flights") == "main.models.flights"

    @pytest.mark.parametrize("given", ["a/b", "a'b", "a:b", "x" * 300, "a\nb"])
    def test_that_mlflow_refuses_is_wrong_usage(self, given):
        """A quote in it would end the question in which it stands."""
        with pytest.raises(UsageError, match="not a valid name of a registered model"):
            registered_name("flights", given)
