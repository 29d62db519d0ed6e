"""Tablets that send until they are answered, as the page does: the same ballot with the same mark, whatever happens in between."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

PATIENCE = 120.0  # seconds after which a ballot without an answer is given up: the trial has failed then
SECONDS_FOR_AN_ANSWER = 30.0
BETWEEN_TRIES = 0.05
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What a request was answered in the end, at which try, and when."""

    status: int
    body: bytes
    tries: int
    sent: float
    received: float

    @property
    def is_receipt(self) -> bool:
        """Whether a ballot was acknowledged."""
        return self.status == HTTPStatus.CREATED

    @property
    def took(self) -> float:
        """Seconds from the first try to the answer."""
        return self.received - self.sent

    def json(self) -> dict[str, Any]:
        """Return what it says."""
        said: dict[str, Any] = json.loads(self.body)
        return said


@dataclass(frozen=True)
class Tablet:
    """One member's device; each try is a connection of its own."""

    number: int
    port: int
    cookies: str
    form_token: str

    def mark(self, question_id: int) -> str:
        """Return the mark of this tablet's ballot, made before the first try."""
        return f"tablet-{self.number}-question-{question_id}"

    def ballot(self, question_id: int, choice: str) -> bytes:
        """Return the request that casts a ballot."""
        return self.post(
            f"/questions/{question_id}/ballots",
            json.dumps({"cast_id": self.mark(question_id), "choice": choice}),
            "application/json",
        )

    def form(self, path: str, values: Mapping[str, object]) -> bytes:
        """Return the request that sends a form."""
        return self.post(path, urlencode(values), "application/x-www-form-urlencoded")

    def post(self, path: str, content: str, kind: str) -> bytes:
        """Return a request that sends something."""
        body = content.encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookies}\r\nX-CSRFToken: {self.form_token}\r\n"
            f"Accept: application/json\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body


async def send(port: int, request: bytes, *, patience: float = PATIENCE) -> Answer:
    """Send until there is an answer that is neither an error of the server nor silence; raise `TimeoutError` when patience ends."""
    began, tries = time.monotonic(), 0
    while time.monotonic() - began < patience:
        tries += 1
        try:
            status, body = await asyncio.wait_for(once(port, request), SECONDS_FOR_AN_ANSWER)
            if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return Answer(status, body, tries, began, time.monotonic())
        except (OSError, EOFError, TimeoutError):
            pass
        await asyncio.sleep(BETWEEN_TRIES)
    raise TimeoutError(f"no answer after {tries} tries")


async def once(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request once and return status and body; raise `OSError` or `EOFError` where the connection breaks."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        return await read_answer(reader)
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head[9:12]), await reader.readexactly(length_in(head))


def length_in(head: bytes) -> int:
    """Return how many bytes follow a head."""
    name = b"content-length:"
    lower = head.lower()
    at = lower.find(name)
    return int(lower[at + len(name) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
