"""The tablets of the members: each keeps one HTTP connection and one socket open, as the page in a browser does.

Requests are written as bytes prepared beforehand: a thousand tablets are a thousand machines, and what this one process spends on them
is taken from the server beside it.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from bench.server import HOST, Server, origin

AT_ONCE = 40  # tablets that come in at the same time
END_OF_HEAD = b"\r\n\r\n"
PING, PONG = "2", "3"
CLOSED = '"closed"'


@dataclass(frozen=True)
class Answer:
    """What a request was answered, and when."""

    status: int
    body: bytes
    sent: float
    received: float

    @property
    def took(self) -> float:
        """Seconds from the first byte out to the last byte in."""
        return self.received - self.sent


class Connection(asyncio.Protocol):
    """One kept HTTP connection; one request at a time."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._sent = 0.0
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes) -> "asyncio.Future[Answer]":
        """Send a request and return what will be its answer."""
        assert self._transport is not None
        assert not self._transport.is_closing(), "the server closed the connection"
        self._answer = asyncio.get_running_loop().create_future()
        self._sent = time.perf_counter()
        self._transport.write(request)
        return self._answer

    def data_received(self, received: bytes) -> None:
        """Collect the answer; done when it is as long as it says."""
        self._read += received
        end = self._read.find(END_OF_HEAD)
        if end < 0:
            return
        head = bytes(self._read[:end]).lower()
        start, length = end + len(END_OF_HEAD), _length(head)
        if len(self._read) >= start + length and self._answer is not None:
            status, body = int(head[9:12]), bytes(self._read[start : start + length])
            del self._read[: start + length]
            self._answer.set_result(Answer(status, body, self._sent, time.perf_counter()))

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits for an answer must not wait for ever."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    name = b"content-length:"
    at = head.find(name)
    return int(head[at + len(name) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


@dataclass
class Tablet:
    """One member's device."""

    number: int
    port: int
    cookies: str
    form_token: str
    http: Connection
    heard: Callable[[float, Mapping[str, object]], None] = lambda _at, _news: None
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _listening: "asyncio.Task[None] | None" = None

    def get(self, path: str) -> bytes:
        """Return the request for a page."""
        return f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookies}\r\n\r\n".encode()

    def post(self, path: str, values: Mapping[str, object], *, as_json: bool = False) -> bytes:
        """Return the request that sends a form, or JSON."""
        body = (json.dumps(values) if as_json else urlencode(values)).encode()
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookies}\r\nX-CSRFToken: {self.form_token}\r\n"
            f"Accept: application/json\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def ballot(self, question_id: int, choice: str) -> bytes:
        """Return the request that casts a ballot; its mark is this tablet's own."""
        mark = f"tablet-{self.number}-question-{question_id}"
        return self.post(f"/questions/{question_id}/ballots", {"cast_id": mark, "choice": choice}, as_json=True)

    async def listen(self, browser: aiohttp.ClientSession, meeting_id: int | None) -> None:
        """Open the socket, join the meeting (where there is one), and hear what is sent from then on."""
        headers = {"Cookie": self.cookies, "Origin": origin(self.port)}
        address = f"ws://{HOST}:{self.port}/socket.io/?EIO=4&transport=websocket"
        self._socket = await browser.ws_connect(address, headers=headers, autoping=False, compress=0)
        await self._socket.receive_str()
        await self._socket.send_str("40")
        await self._socket.receive_str()
        if meeting_id is not None:
            await self._join(self._socket, meeting_id)
        self._listening = asyncio.create_task(self._hear(self._socket))

    async def _join(self, socket: aiohttp.ClientWebSocketResponse, meeting_id: int) -> None:
        await socket.send_str("421" + json.dumps(["join", {"page": "meeting", "id": meeting_id, "since": 0}]))
        while not (packet := await socket.receive_str()).startswith("431"):
            pass
        assert "error" not in json.loads(packet[3:])[0], packet

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            arrived = time.time()
            packet = str(message.data)
            if packet == PING:
                await socket.send_str(PONG)
            elif CLOSED in packet:
                self.heard(arrived, json.loads(packet[2:])[1])

    async def put_away(self) -> None:
        """Hang up both."""
        self.http.close()
        if self._listening is not None:
            self._listening.cancel()
        if self._socket is not None:
            await self._socket.close()


@dataclass
class Screens:
    """When the news of a close reached each tablet, on the clock of the day."""

    expected: int
    question_id: int | None = None
    arrivals: list[float] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def wait_for(self, question_id: int) -> None:
        """Begin to wait for the close of a question."""
        self.question_id, self.arrivals = question_id, []
        self.complete.clear()

    def heard(self, at: float, news: Mapping[str, object]) -> None:
        """Note an arrival; the last one completes it."""
        if news.get("question") == self.question_id and "yes" in news:
            self.arrivals.append(at)
            if len(self.arrivals) == self.expected:
                self.complete.set()


def cookies_of(server: Server, tokens: Sequence[str]) -> list[tuple[str, str]]:
    """Return for each session's cookie all cookies of its browser, and the token that its pages carry for their forms."""
    app = Flask("bench", root_path="")
    app.config.update(SECRET_KEY=server.secret_key)
    made: list[tuple[str, str]] = []
    for token in tokens:
        with app.test_request_context():
            form_token = generate_csrf()
            kept = app.session_interface.get_signing_serializer(app).dumps(dict(session))  # type: ignore[attr-defined]
        made.append((f"__Host-ecabinet={token}; __Host-form={kept}", form_token))
    return made


async def sit_down(server: Server, tokens: Sequence[str]) -> list[Tablet]:
    """Open a kept HTTP connection for each of these sessions."""
    loop = asyncio.get_running_loop()
    tablets: list[Tablet] = []
    for number, (cookies, form_token) in enumerate(cookies_of(server, tokens)):
        _transport, connection = await loop.create_connection(Connection, HOST, server.port)
        tablets.append(Tablet(number, server.port, cookies, form_token, connection))
    return tablets


async def listen(browser: aiohttp.ClientSession, tablets: Sequence[Tablet], meeting_id: int | None) -> None:
    """Open the socket of each tablet, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(tablet: Tablet) -> None:
        async with gate:
            await tablet.listen(browser, meeting_id)

    await asyncio.gather(*(one(tablet) for tablet in tablets))


async def put_away(tablets: Sequence[Tablet]) -> None:
    """Close everything that these tablets have open."""
    await asyncio.gather(*(tablet.put_away() for tablet in tablets))
