"""An order to MLflow, carried out in a process of its own that has so much time and no more."""

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
"""For an order, with a second for each further megabyte of its files."""
_QUICK = {
    # Without these the client asks a server that does not answer for a quarter of an hour.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
}
_SERVERS = ("http://", "https://", "databricks")
"""How an address begins that needs no more than the client; folders and databases need MLflow itself."""
_OTHERS = ("GH_", "GITHUB_", "ACTIONS_")
"""What a client of MLflow has no use for: tokens of GitHub among them."""


@dataclass(frozen=True)
class Sent:
    """What became of an order."""

    answer: dict[str, Any]
    """Empty where it failed."""
    failed: str | None = None
    """In a few words, without any secret and without any word of the server's."""


def send(order: Mapping[str, object], environ: Mapping[str, str], *, seconds: float | None = None) -> Sent:
    """Have MLflow's client carry out an order; never raises for what a server or a client does.

    Args:
        order: as `ringside.tracking.wire` takes it.
        environ: the variables, with MLflow's address and credentials; what limits time is set where it is not there.
        seconds: after which it is given up; by its files where None.
    """
    limit = SECONDS + _megabytes(order) if seconds is None else seconds
    # A workflow sets a variable that the repository lacks to nothing.
    kept = {name: value for name, value in environ.items() if value and not name.startswith(_OTHERS)}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringside.tracking.wire"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a library prints may hold an address with its password.
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
        return Sent({}, f"no end within {limit:.0f} s")
    finally:
        _end(process)
    sent = _read(said)
    if sent.failed not in (None, "it is not installed") and not kept.get("MLFLOW_TRACKING_URI", "").startswith(
        _SERVERS
    ):
        return Sent({}, "MLFLOW_TRACKING_URI is no server's address, as https://mlflow.example.org is")
    return sent


def shown(address: str) -> str:
    """An address for people: without user, password, path and query."""
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
        return Sent({}, "its client broke off")
    return Sent({}, str(answer["failed"])) if "failed" in answer else Sent(answer)


def _end(process: "subprocess.Popen[str]") -> None:
    """End the process with all that it started."""
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
