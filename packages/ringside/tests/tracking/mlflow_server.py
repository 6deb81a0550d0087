"""A real MLflow server on loopback, in an environment of its own: its pins clash with those of models."""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringside.store.folders import locked

_INSTALL_SECONDS = 900
_START_SECONDS = 240


def has_client() -> bool:
    """Whether MLflow's client is installed here."""
    return importlib.util.find_spec("mlflow") is not None


def server_python() -> Path:
    """The Python of an environment with the server, of the client's version; made once beside this environment.

    It skips the test, with the reason, where the client is not installed or the server cannot be had.
    """
    if not has_client():
        pytest.skip("MLflow's client is not installed (make requirements, make test)")
    version = importlib.metadata.version("mlflow-skinny")
    home = Path(sys.prefix) / "ringside-mlflow" / version
    python = home / "bin" / "python"
    with locked(home.parent / f"{version}.lock", patience=_INSTALL_SECONDS):
        # The marker is written last, so that what a killed run left is made anew.
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            _install(home, python, version)
            (home / "complete").touch()
    return python


def _install(home: Path, python: Path, version: str) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("no uv, which makes the environment of the MLflow server")
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(home)]
    fill = [uv, "pip", "install", "--quiet", "--python", str(python), f"mlflow=={version}"]
    for command in (make, fill):
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
        if done.returncode != 0:
            pytest.skip(f"the MLflow server {version} cannot be had: {' '.join(done.stderr.split())[-300:]}")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server that keeps everything in `folder`."""
    python, port = server_python(), free_port()
    command = [str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    store = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--artifacts-destination", str(folder / "files")]
    # Its workers for jobs that nobody asks for take longer to start than it does.
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, *store], stdout=log, stderr=log, start_new_session=True, env=os.environ | quiet, cwd=folder
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, folder / "log")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"the MLflow server did not start: {log.read_text()[-2000:]}")


def runs(client, name: str = "diabetes", asked: str = "") -> list:
    """The runs of an experiment."""
    found = client.get_experiment_by_name(name)
    return [] if found is None else list(client.search_runs([found.experiment_id], asked))
