"""A server on loopback that takes the place of MLflow and fails, in one of several ways."""

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler


class Server(socketserver.ThreadingTCPServer):
    """What it was asked, and how it answers."""

    allow_reuse_address = True
    daemon_threads = True
    how = ""
    asked: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        self.server.asked.append(self.path)
        with contextlib.suppress(OSError):
            getattr(self, f"_{self.server.how}")()

    do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815  # the names that http.server calls

    def log_message(self, *_) -> None:
        """Nothing."""

    def _error(self) -> None:
        # A server that quotes what it was sent.
        said = f"no: {self.headers.get('Authorization')} s3cret".encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _busy(self) -> None:
        self.send_response(503)
        self.send_header("Retry-After", "3600")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hangs(self) -> None:
        time.sleep(60)

    def _cuts(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"experiment": {"exp')
        self.wfile.flush()
        self.connection.close()

    def _drips(self) -> None:
        # Each byte comes in time, and the whole never does.
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(600):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _empty(self) -> None:
        self._body(b"{}")

    def _page(self) -> None:
        self._body(b"<!doctype html><title>Log in</title>")

    def _refuses(self) -> None:
        said = b'{"error_code": "PERMISSION_DENIED", "message": "s3cret"}'
        self.send_response(403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _body(self, said: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)


@contextlib.contextmanager
def failing(how: str) -> Iterator[Server]:
    """A server that fails in the way that a method of the handler is called."""
    with Server(("127.0.0.1", 0), _Handler) as server:
        server.how, server.asked = how, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
