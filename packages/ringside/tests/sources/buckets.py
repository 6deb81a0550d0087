"""An S3 of this machine: moto's server on loopback, spoken to by the clients that speak to Amazon's."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60


@dataclass(frozen=True)
class Bucket:
    """A bucket."""

    endpoint: str
    name: str = "harbour"

    @property
    def environment(self) -> dict[str, str]:
        """What leads clients here, and to nobody else."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def put(self, key: str, content: bytes) -> None:
        """Write an object; moto believes whoever signs."""
        self._ask("PUT", f"/{self.name}/{key}", content)

    def _ask(self, method: str, path: str, content: bytes | None = None) -> bytes:
        credential = "AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/s3/aws4_request"
        signed = {"Authorization": credential, "Content-Type": "application/octet-stream"}
        request = urllib.request.Request(f"{self.endpoint}{path}", data=content, method=method, headers=signed)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310  # on loopback
            return bytes(answer.read())


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """A server with one bucket."""
    with (folder / "moto.log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            found = Bucket(_endpoint(folder / "moto.log"))
            found._ask("PUT", f"/{found.name}")
            yield found
        finally:
            server.kill()
            server.wait()


def _endpoint(log: Path) -> str:
    """Where the server says that it listens."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        text = log.read_text(encoding="utf-8", errors="replace")
        if "Running on http://" in text:
            return "http://" + text.split("Running on http://")[1].split()[0]
        time.sleep(0.05)
    raise TimeoutError(log.read_text(encoding="utf-8", errors="replace"))
