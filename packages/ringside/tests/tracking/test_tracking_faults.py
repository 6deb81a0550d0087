"""MLflow that is unreachable, slow, half-answering or failing: one line, and nothing else."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from failing_server import failing
from harness import TASKS
from made import Made, report
from mlflow_server import free_port, has_client
from ringside.cli.tracking import track_evaluation, track_versions
from ringside.report.read import dump_report
from ringside.store.workspace import Workspace
from ringside.tracking.runs import evaluation
from ringside.tracking.sending import send, shown
from shelf import Shelf, with_remote

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("mlflow")]
needs_client = pytest.mark.skipif(not has_client(), reason="MLflow's client is not installed")

FAULTS = {
    "error": "it responded with 500",
    "busy": "it responded with 503",
    "hangs": "no response in time",
    "cuts": "the connection broke off",
    "empty": "the response is not from MLflow",
    "page": "the response is not from MLflow",
    "refuses": "it responded with PERMISSION_DENIED",
}


def variables(address: str, **more: str) -> dict[str, str]:
    """The variables of somebody who uses that server."""
    return dict(os.environ) | {"MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_TIMEOUT": "2"} | more


def order(files=()) -> dict[str, object]:
    """An evaluation."""
    return evaluation(report(), {"train.seed": 1}, files).order()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout as far as tracking reads it."""
    (tmp_path / "reports").mkdir()
    shutil.copyfile(TASKS / "diabetes" / "params.yaml", tmp_path / "params.yaml")
    (tmp_path / "reports" / "report.json").write_bytes(dump_report(report()))
    return Workspace(tmp_path)


@needs_client
class TestServer:
    """What a failing server comes to."""

    @pytest.mark.parametrize(("how", "said"), FAULTS.items(), ids=FAULTS)
    def test_that_fails_is_told_in_a_few_words(self, how, said):
        """No word of the server's is in them, and it is not asked again and again."""
        with failing(how) as server:
            started = time.monotonic()
            sent = send(order(), variables(f"http://127.0.0.1:{server.server_address[1]}"))

        assert (sent.failed, sent.answer) == (said, {})
        assert len(server.asked) <= 3
        assert time.monotonic() - started < 50

    def test_that_drips_is_given_up(self):
        """An answer whose bytes come one by one never runs into a timeout of the client's; the limit ends it."""
        with failing("drips") as server:
            sent = send(order(), variables(f"http://127.0.0.1:{server.server_address[1]}"), seconds=12)

        assert sent.failed in ("it did not finish within 12 s", "no response in time")

    def test_that_is_not_there_is_told(self):
        """A port that nobody listens on."""
        assert send(order(), variables(f"http://127.0.0.1:{free_port()}")).failed == "no connection"

    @pytest.mark.parametrize("address", ["no://such", "garbage", "file:///tmp/mlruns", "sqlite:////tmp/mlflow.db"])
    def test_that_has_an_odd_address_is_told(self, address):
        """A folder, a database or nothing: the client alone cannot tell these, and the line says what it takes."""
        assert "no server's address" in (send(order(), variables(address)).failed or "")


class TestClient:
    """What a missing or broken client comes to."""

    def test_that_is_not_installed_is_told(self, tmp_path):
        """The words are those for which the command line knows a remedy."""
        (tmp_path / "mlflow").mkdir()
        (tmp_path / "mlflow" / "__init__.py").write_text("raise ModuleNotFoundError('no', name='mlflow')")
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])

        assert send(order(), variables("http://127.0.0.1:1", PYTHONPATH=path)).failed == "it is not installed"

    def test_is_given_no_token_of_github(self, tmp_path):
        """Its own credentials reach it; those of the job, which could write to the repository, do not."""
        (tmp_path / "mlflow").mkdir()
        seen = "import json, os, pathlib\npathlib.Path(os.environ['SEEN']).write_text(json.dumps(dict(os.environ)))\n"
        (tmp_path / "mlflow" / "__init__.py").write_text(f"{seen}os._exit(9)")
        tokens = {
            "GH_TOKEN": "a",
            "GITHUB_TOKEN": "b",
            "ACTIONS_RUNTIME_TOKEN": "c",
            "ACTIONS_ID_TOKEN_REQUEST_URL": "d",
        }
        more = {"PYTHONPATH": str(tmp_path), "SEEN": str(tmp_path / "seen"), "MLFLOW_TRACKING_USERNAME": "me"}
        send(order(), variables("http://127.0.0.1:1", **tokens, **more))
        given = json.loads((tmp_path / "seen").read_text())

        assert not tokens.keys() & given.keys()
        assert given["MLFLOW_TRACKING_USERNAME"] == "me"

    def test_that_dies_is_told(self, tmp_path):
        """A client that ends its process ends nothing else."""
        (tmp_path / "mlflow").mkdir()
        (tmp_path / "mlflow" / "__init__.py").write_text("import os; os._exit(9)")
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])

        assert send(order(), variables("http://127.0.0.1:1", PYTHONPATH=path)).failed == "its client was interrupted"


class TestLine:
    """What people see."""

    @needs_client
    def test_is_one_warning_without_any_secret(self, workspace, capfd):
        """Password and token stand in the address, in the variables and in the server's answer, and not in the log."""
        with failing("error") as server:
            address = f"http://mo:p4ssw0rd@127.0.0.1:{server.server_address[1]}/?token=t0ken"
            track_evaluation(workspace, report(), variables(address, MLFLOW_TRACKING_TOKEN="s3cret"))  # noqa: S106
        out, err = capfd.readouterr()

        port = server.server_address[1]
        assert out == ""
        where = f"MLflow at http://127.0.0.1:{port}"
        assert err == f"warning: this evaluation is not logged in {where}: it responded with 500\n"

    def test_is_an_annotation_in_a_workflow(self, workspace, capfd, monkeypatch):
        """The run's page shows it."""
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        (workspace.root / "params.yaml").unlink()
        track_evaluation(workspace, report(), variables("http://127.0.0.1:1"))

        assert capfd.readouterr().err.startswith("::warning title=MLflow::this evaluation is not logged")

    def test_is_none_where_there_is_no_mlflow(self, workspace, capfd):
        """Without the variable nothing is said and nothing is started."""
        track_evaluation(workspace, report(), {})

        assert capfd.readouterr() == ("", "")

    def test_says_how_to_catch_up_on_versions(self, tmp_path, capfd):
        """What was published is published; `ringside track` registers it later."""
        shelf = Shelf(with_remote(tmp_path))
        shelf.publish()
        capfd.readouterr()
        track_versions(shelf.registry, variables(f"http://127.0.0.1:{free_port()}"))

        assert "`ringside track` updates them later" in capfd.readouterr().err

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("https://u:p@ml.example.org/x?k=s", "MLflow at https://ml.example.org"),
            ("http://ml:5000", "MLflow at http://ml:5000"),
            ("sqlite:////home/me/runs.db", "MLflow"),
            ("databricks", "MLflow"),
            ("http://[", "MLflow"),
        ],
    )
    def test_names_the_host_alone(self, address, expected):
        """User, password, path and query are nobody's business."""
        assert shown(address) == expected


@needs_client
class TestVerdict:
    """`ringside verdict` beside a server that fails."""

    @pytest.mark.parametrize("how", ["error", "hangs"])
    def test_ends_as_it_does_without(self, mine: Made, how):
        """Exit code, stdout and report are the same, to the byte."""
        plain = mine.checkout.run("ringside", "verdict")
        written = mine.checkout.bytes("reports/report.json")
        with failing(how) as server:
            address = f"http://127.0.0.1:{server.server_address[1]}"
            env = {"MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_TIMEOUT": "2"}
            tracked = mine.checkout.run("ringside", "verdict", env=env)

        assert (tracked.returncode, tracked.stdout) == (plain.returncode, plain.stdout)
        assert mine.checkout.bytes("reports/report.json") == written
        assert [line for line in tracked.stderr.splitlines() if "MLflow" in line] == [
            f"warning: this evaluation is not logged in MLflow at {address}: {FAULTS[how]}"
        ]
