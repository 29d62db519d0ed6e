"""A small SMS gateway of the tests: it notes what it is sent, knows a message again by its key, and answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any


@dataclass
class Gateway:
    """What the gateway was sent: each request, and each message once."""

    url: str = ""
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)  # what to say next; then 202
    location: str = ""
    silent_until: threading.Event | None = None


class _Server(HTTPServer):
    def __init__(self, told: Gateway) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.told = told


class _Talk(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        told = self.server.told
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        told.requests.append((headers, sent))
        if told.silent_until is not None:
            told.silent_until.wait(20)
        code = told.answers.pop(0) if told.answers else 202
        if code == 202:
            told.messages[headers["idempotency-key"]] = sent
        self._answer(code, told.location)

    def _answer(self, code: int, location: str) -> None:
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing on the terminal."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Run the gateway beside the test."""
    told = Gateway()
    with _Server(told) as server:
        told.url = f"http://127.0.0.1:{server.server_port}/messages"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
