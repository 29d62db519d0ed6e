"""A simulated member's tablet: it uses the routes and the socket that a person's tablet uses, and nothing else."""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from simple_websocket import Client
from simple_websocket.errors import SimpleWebsocketError

HOST = "127.0.0.1"
PATIENCE = 45.0  # seconds without a word, after which a connection is dead; the server says something every 20
USED_EVERY = 60.0  # seconds between two signs that somebody is there, without which a screen is locked
RECEIVE = 1.0
SLOWEST = 6.0  # seconds a member thinks before voting
ATTEMPTS, PAUSE = 5, 2.0  # how often a ballot is tried while the server is away, and the seconds between
WEIGHTS = {"yes": 16, "no": 2, "abstain": 1, "other": 1}
BROKEN = (OSError, http.client.HTTPException, SimpleWebsocketError)


class SignedOutError(OSError):
    """The server does not know this tablet any more, or wants to see again that it is the member's."""


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    text: str


@dataclass
class Tablet:
    """One simulated member with their device."""

    account: str
    key: str
    port: int
    stop: threading.Event
    comment: str = "…"  # what is written where the answer is another opinion
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""
    answered: set[int] = field(default_factory=set)

    def sign_in(self) -> None:
        """Use the member's link, and take a page's token for forms."""
        self.cookies.clear()
        self._request("GET", f"/demonstration/{self.account}/{self.key}", may_lead_elsewhere=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', self._request("GET", "/sign-in/devices").text)
        self.form_token = found.group(1) if found else ""

    def running_meeting(self) -> int | None:
        """Read from the list of meetings which one is running, as a person would."""
        found = re.search(r'data-running-meeting="(\d+)"', self._request("GET", "/meetings").text)
        return int(found.group(1)) if found else None

    def attend(self, meeting: int) -> None:
        """Check in to a meeting and follow it until it is closed, this ends, or the connection does."""
        if not self.form_token:
            self.sign_in()
        presence = random.Random(self.account).choice(("in_room", "in_room", "remote"))
        form = urlencode({"presence": presence})
        checked_in = self._send(f"/meetings/{meeting}/check-in", form, "application/x-www-form-urlencoded")
        if checked_in.status < HTTPStatus.BAD_REQUEST:
            with self._socket() as socket:
                self._follow(socket, meeting)

    @contextmanager
    def _socket(self) -> Iterator[Client]:
        socket = Client.connect(
            f"ws://{HOST}:{self.port}/socket.io/?EIO=4&transport=websocket",
            headers={"Cookie": self._cookie_line(), "Origin": f"http://localhost:{self.port}"},
            thread_class=partial(threading.Thread, daemon=True),
        )
        try:
            yield socket
        finally:
            socket.close()

    def _follow(self, socket: Client, meeting: int) -> None:
        # The server's first packet is not waited for: where it comes in one segment with the upgrade, the client holds it back.
        socket.send("40")
        heard = used = time.monotonic()
        while not self.stop.is_set() and time.monotonic() - heard < PATIENCE:
            packet = socket.receive(timeout=RECEIVE)
            if packet is not None:
                heard = time.monotonic()
                if not self._hear(socket, meeting, str(packet)):
                    return
            if time.monotonic() - used > USED_EVERY:
                used = time.monotonic()
                socket.send('42["activity"]')

    def _hear(self, socket: Client, meeting: int, packet: str) -> bool:
        """Act on one packet; say whether the meeting goes on."""
        if packet == "2":
            socket.send("3")
        elif packet.startswith("40"):
            socket.send("421" + json.dumps(["join", {"page": "meeting", "id": meeting, "since": 0}]))
        elif packet.startswith("431"):
            return self._catch_up(meeting, json.loads(packet[3:])[0])
        elif packet.startswith('42["news"'):
            return self._take([json.loads(packet[2:])[1]])
        return True

    def _catch_up(self, meeting: int, joined: Mapping[str, Any]) -> bool:
        """What was missed says which question is open; where that is too much, the page does."""
        if joined.get("fresh"):
            page = self._request("GET", f"/meetings/{meeting}").text
            for question in set(re.findall(r'data-question="(\d+)"', page)):
                self._vote_soon(int(question))
            return True
        return "error" not in joined and self._take(joined["missed"])

    def _take(self, news: list[dict[str, Any]]) -> bool:
        questions = {item["question"]: item["state"] for item in news if item["kind"] == "question"}
        for question, state in questions.items():
            if state == "open":
                self._vote_soon(question)
        states = [item["state"] for item in news if item["kind"] == "meeting"]
        return not states or states[-1] == "running"

    def _vote_soon(self, question: int) -> None:
        """Think for a moment, as people do, and vote; each question once."""
        if question not in self.answered:
            self.answered.add(question)
            thinking = threading.Timer(random.uniform(0.5, SLOWEST), self.vote, (question,))
            thinking.daemon = True
            thinking.start()

    def vote(self, question: int) -> None:
        """Vote on an open question; stay silent where the chair asks for objections, for nobody here has one."""
        for _ in range(ATTEMPTS):
            with suppress(*BROKEN):
                offered = self._offered(question)
                if "yes" in offered:
                    self._cast(question, offered)
                return
            if self.stop.wait(PAUSE):
                return
        self.answered.discard(question)  # asked again at the next joining

    def _offered(self, question: int) -> list[str]:
        """Read from the panel which answers are offered; none where the question is not open to this member."""
        panel = self._request("GET", f"/questions/{question}/panel").text
        return re.findall(r'name="choice" value="(\w+)"', panel) if 'data-state="open"' in panel else []

    def _cast(self, question: int, offered: list[str]) -> None:
        """Send the ballot: the same member answers the same question in the same way, so a repeated one is the same ballot."""
        whim = random.Random(f"{self.account} {question}")
        choice = whim.choices(offered, [WEIGHTS.get(each, 0) for each in offered])[0]
        text = self.comment if choice == "other" else ""
        ballot = {"cast_id": f"simulated-{self.account}-{question}", "choice": choice, "text": text}
        path = f"/questions/{question}/ballots"
        try:
            self._send(path, json.dumps(ballot), "application/json")
        except SignedOutError:  # the lease of the second factor has run out; the link is one
            self.sign_in()
            self._send(path, json.dumps(ballot), "application/json")

    def _send(self, path: str, body: str, kind: str) -> Answer:
        return self._request("POST", path, body, {"Content-Type": kind, "X-CSRFToken": self.form_token})

    def _request(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        may_lead_elsewhere: bool = False,
    ) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
        try:
            sent = {"Cookie": self._cookie_line(), "User-Agent": "simulated member", **(headers or {})}
            connection.request(method, path, body.encode() if body else None, sent)
            answer = connection.getresponse()
            self._keep_cookies(answer)
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        asks_to_sign_in = "/sign-in" in (answer.getheader("Location") or "") and not may_lead_elsewhere
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OSError(f"the server answered {answer.status}")
        if answer.status == HTTPStatus.UNAUTHORIZED or asks_to_sign_in:
            self.form_token = ""
            raise SignedOutError
        return Answer(answer.status, text)

    def _cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
