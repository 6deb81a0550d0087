"""Send an order to MLflow in a separate process with a time limit."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECONDS = 60
"""Time limit of an order; each further megabyte of files adds a second."""
_QUICK = {
    # Without these, the client retries an unresponsive server for a quarter of an hour.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
}
_SERVERS = ("http://", "https://", "databricks")
"""Schemes of addresses for which the client suffices; folders and databases need MLflow itself."""
_OTHERS = ("GH_", "GITHUB_", "ACTIONS_")
"""Variables that MLflow's client does not need, such as GitHub tokens."""


@dataclass(frozen=True)
class Sent:
    """The result of an order."""

    answer: dict[str, Any]
    """Response of the process; empty if it failed."""
    failed: str | None = None
    """Reason in a few words, without secrets and without text from the server."""


def send(order: Mapping[str, object], environ: Mapping[str, str], *, seconds: float | None = None) -> Sent:
    """Run an order with MLflow's client; never raise for a failure of server or client.

    Args:
        order: the order, as `ringside.tracking.wire` reads it.
        environ: the variables, with MLflow's address and credentials; missing time limits are set.
        seconds: the time limit; None to derive it from the size of the files.
    """
    limit = SECONDS + _megabytes(order) if seconds is None else seconds
    # A workflow sets variables that the repository lacks to an empty text.
    kept = {name: value for name, value in environ.items() if value and not name.startswith(_OTHERS)}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringside.tracking.wire"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Output of libraries may contain an address with its password.
            stderr=subprocess.DEVNULL,
            env=_QUICK | kept,
            text=True,
            start_new_session=True,
        )
    except OSError as error:
        return Sent({}, type(error).__name__)
    try:
        said, _ = process.communicate(json.dumps(order), timeout=limit)
    except subprocess.TimeoutExpired:
        return Sent({}, f"it did not finish within {limit:.0f} s")
    finally:
        _end(process)
    sent = _read(said)
    if sent.failed not in (None, "it is not installed") and not kept.get("MLFLOW_TRACKING_URI", "").startswith(
        _SERVERS
    ):
        return Sent({}, "MLFLOW_TRACKING_URI is no server's address, as https://mlflow.example.org is")
    return sent


def shown(address: str) -> str:
    """Return an address for messages, without user, password, path and query."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "MLflow"
    if parts.scheme not in ("http", "https") or not host:
        return "MLflow"
    return f"MLflow at {parts.scheme}://{host}{f':{port}' if port else ''}"


def _read(said: str) -> Sent:
    try:
        answer = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        return Sent({}, "its client was interrupted")
    return Sent({}, str(answer["failed"])) if "failed" in answer else Sent(answer)


def _end(process: "subprocess.Popen[str]") -> None:
    """Kill the process with all processes that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _megabytes(order: Mapping[str, object]) -> float:
    total = 0
    versions = order.get("versions")
    for part in [order, *(versions if isinstance(versions, list) else [])]:
        files = part.get("files", {})
        total += sum(Path(path).stat().st_size for path in files.values() if Path(path).is_file())
    return total / 2**20
