"""The wire: a proxy on loopback that answers for every host of GitHub, over TLS with a certificate of its own."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from http.client import responses
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any

from hub.routing import Reply

HOSTS = (
    "github.com",
    "*.github.com",
    "*.githubusercontent.com",
    "*.actions.githubusercontent.com",
    "*.blob.core.windows.net",
)

Answerer = Callable[[str, str, str, dict[str, str], bytes], "Answer"]


class Answer:
    """A reply, and what goes wrong on its way."""

    def __init__(self, reply: Reply, *, cut: bool = False, slow: float = 0) -> None:
        self.reply = reply
        self.cut = cut
        self.slow = slow


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for GitHub's hosts and its key, made anew, trusted by nobody but who is told to."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=github.com", "-addext", f"subjectAltName={names}", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return cert, key


class Server(ThreadingTCPServer):
    """Listens on a free port of loopback."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, answer: Answerer, cert: Path, key: Path, stranger: Callable[[str], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.answer = answer
        self.stranger = stranger
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.ended = threading.Event()

    @property
    def address(self) -> str:
        """Of the proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of the double."""
        del request, client_address


def _is_ours(host: str) -> bool:
    return any(host == name or (name.startswith("*") and host.endswith(name[1:])) for name in HOSTS)


class _Tunnel(BaseHTTPRequestHandler):
    """CONNECT, and behind it the requests themselves."""

    protocol_version = "HTTP/1.1"
    server: Server
    host = ""

    def log_message(self, *_: object) -> None:
        """Nothing: the hub keeps its calls."""

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0].lower()
        if not _is_ours(host):
            self.server.stranger(self.path)
            self.send_error(403, f"{host} is not GitHub")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # noqa: FBT003
        secure = self.server.context.wrap_socket(self.connection, server_side=True)
        self.connection = self.request = secure
        self.rfile = secure.makefile("rb", -1)
        self.wfile = secure.makefile("wb", 65536)
        self.host = host
        self.close_connection = False

    def finish(self) -> None:
        """Close the wire within the tunnel, too; the server knows of the outer one alone."""
        try:
            super().finish()
        except OSError:
            pass  # What was still to be written to a client that hung up.
        finally:
            if self.host:
                self.connection.close()

    def handle_expect_100(self) -> bool:
        """Let Git send on: what it waits for must not stay in the buffer."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def _any(self) -> None:
        content = self._content()
        if not self.host:
            self.server.stranger(self.path)
            self.send_error(403, "only through CONNECT")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer(self.command, self.host, self.path, headers, content)
        if answer.slow:
            self.server.ended.wait(answer.slow)
        self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _any  # noqa: N815  # names of the library

    def _content(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer) -> None:
        reply = answer.reply
        raw = isinstance(reply.body, bytes)
        body = reply.body if raw else b"" if reply.body is None else json.dumps(reply.body).encode()
        kind = "application/octet-stream" if raw else "application/json; charset=utf-8"
        headers = {"Content-Type": kind, "Date": self.date_time_string(), "Server": "github.com"} | reply.headers
        headers["Content-Length"] = str(len(body) + (64 if answer.cut else 0))
        lines = [
            f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        head = "\r\n".join([*lines, "", ""]).encode()
        if answer.cut:
            # Half of the answer, and then the line is dead; of an answer without a body not even its head.
            self.wfile.write(head + body[: len(body) // 2] if body else head[:20])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.wfile.write(head if self.command == "HEAD" else head + body)
        self.wfile.flush()


def serve(answer: Answerer, folder: Path, stranger: Callable[[str], None]) -> tuple[Server, Path]:
    """A server that runs in a thread of its own, and the certificate to trust."""
    cert, key = certificate(folder)
    server = Server(answer, cert, key, stranger)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server, cert


def stop(server: Server) -> None:
    """End it."""
    server.ended.set()
    server.shutdown()
    server.server_close()
    time.sleep(0)
