"""The socket: it joins and listens. Who it is and what it may hear is read from the database again at every event, never from the client."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO
from sqlalchemy.orm import Session

from ecabinet import news
from ecabinet.access import Actor
from ecabinet.database import reading
from ecabinet.forms import LARGEST
from ecabinet.gate import cookie_name
from ecabinet.news import News
from ecabinet.refusals import Forbidden, NotFound
from ecabinet.sign_in import sessions, uses

logger = logging.getLogger(__name__)

CHECK_EVERY = 1.0  # seconds between two looks for sockets whose session was revoked


@dataclass(frozen=True)
class Following:
    """What a page listens to: a stream, and those of its topics that the reader may know of."""

    stream: str
    topics: tuple[str, ...] = ()

    def rooms(self) -> list[str]:
        """Return the rooms to join; the client never names one."""
        return [self.stream, *(f"{self.stream}/{topic}" for topic in self.topics)]


NOTHING = Following("nothing")

# A page's answer to who may follow it. It raises `NotFound` or `Forbidden`; the actor is None for a device that is nobody, such as a hall screen.
Follow = Callable[[Session, Actor | None, Mapping[str, str], int], Following]
Admit = Callable[[Session, Mapping[str, str]], bool]


@dataclass
class Listener:
    """One connected socket."""

    cookies: Mapping[str, str]
    session_id: int | None
    person_id: int | None
    page: str | None = None
    page_id: int = 0
    rooms: tuple[str, ...] = ()


class Sockets:
    """The connected sockets of this process."""

    def __init__(self, socketio: SocketIO, pages: Mapping[str, Follow], admits: Admit) -> None:
        """`pages` says who may follow what; `admits` lets in devices without a session that are known otherwise."""
        self.socketio = socketio
        self.pages = pages
        self.admits = admits
        self.listeners: dict[str, Listener] = {}

    def register(self) -> None:
        """Listen to the four events a page sends."""
        self.socketio.on_event("connect", self.connect)
        self.socketio.on_event("disconnect", self.disconnect)
        self.socketio.on_event("join", self.join)
        self.socketio.on_event("activity", self.activity)

    def connect(self, _auth: object = None) -> bool:
        """Let a signed-in device in, or a known one that is nobody. It happens once: a page that sends an event of this name is let go."""
        if _sid() in self.listeners:
            self.socketio.server.disconnect(_sid())
            return False
        cookies = dict(request.cookies)
        signed = sessions.recognise(cookies.get(cookie_name()))
        if signed is None and not self._admitted(cookies):
            return False
        listener = Listener(
            cookies, signed.actor.session_id if signed else None, signed.actor.person_id if signed else None
        )
        self.listeners[_sid()] = listener
        if listener.person_id is not None:
            self.socketio.server.enter_room(_sid(), f"person:{listener.person_id}", namespace="/")
        return True

    def _admitted(self, cookies: Mapping[str, str]) -> bool:
        with reading() as session:
            return self.admits(session, cookies)

    def disconnect(self, *_reason: object) -> None:
        """Forget a socket. A page that sends an event of this name is really let go: who is forgotten must hear nothing more."""
        if self.socketio.server.manager.is_connected(_sid(), "/"):
            self.socketio.server.disconnect(_sid())
        self.listeners.pop(_sid(), None)

    def join(self, wanted: object = None, *_more: object) -> dict[str, Any]:
        """Follow a page and catch up: answer what was missed since the last number seen, or that the page should load afresh."""
        listener = self.listeners.get(_sid())
        page, page_id, since = _asked(wanted)
        if listener is None or page not in self.pages:
            return {"error": "NOT_FOUND"}
        listener.page, listener.page_id = page, page_id
        with reading() as session:
            following = self._following(session, listener)
            if following is None:
                return {"error": "NOT_FOUND"}
            self._enter(_sid(), listener, following)
            missed = news.missed(session, following.stream, since, following.topics)
            number = news.last_number(session, following.stream)
        return {"missed": [item.as_json() for item in missed or ()], "fresh": missed is None, "number": number}

    def activity(self, *_nothing: object) -> None:
        """Note that the person uses the device, so that the screen stays unlocked while they read."""
        listener = self.listeners.get(_sid())
        if listener is None or listener.session_id is None:
            return
        with reading() as session:
            signed = sessions.signed_in_on(session, listener.session_id)
        if signed is not None and not signed.is_locked:
            uses.note(listener.session_id)

    def send(self, item: News) -> None:
        """Send one piece of news to those who follow it; act on the kinds that change who may follow what."""
        owner, _, ident = item.stream.partition(":")
        if item.kind == "ended" and owner == "session":
            self._drop({int(ident)})
        elif item.kind == "access" and owner == "person":
            self._follow_again(lambda listener: listener.person_id == int(ident))
        elif item.kind == "presence":
            self._follow_again(lambda listener: listener.person_id is None and item.stream in listener.rooms)
        room = f"{item.stream}/{item.topic}" if item.topic else item.stream
        self.socketio.emit("news", item.as_json(), to=room)
        if item.kind == "agenda":  # new items: what comes of them is for those who may read them
            self._follow_again(lambda listener: item.stream in listener.rooms)

    def send_pulse(self, stream: str, topic: str | None, state: dict[str, Any]) -> None:
        """Send a passing figure, such as the number of ballots, that nobody catches up on."""
        self.socketio.emit(
            "news", {"stream": stream, "number": None, **state}, to=f"{stream}/{topic}" if topic else stream
        )

    def drop_revoked_for_ever(self) -> None:
        """Drop the sockets of sessions that were revoked or ended, in whichever process, and write which devices are used; never returns."""
        while True:
            self.socketio.sleep(CHECK_EVERY)
            try:
                self.drop_revoked()
                uses.write()
            except Exception:
                logger.exception("sessions could not be checked; trying again")

    def drop_revoked(self) -> None:
        """Drop the sockets of revoked and ended sessions, and silence those of locked screens."""
        connected = {listener.session_id for listener in self.listeners.values() if listener.session_id is not None}
        if connected:
            with reading() as session:
                living = sessions.living(session, sorted(connected))
                awake = sessions.awake(session, sorted(living))
            self._drop(connected - living)
            self._silence(living - awake)

    def _silence(self, session_ids: set[int]) -> None:
        """A locked screen hears nothing of the room; its page is led to where it is unlocked."""
        for sid, listener in list(self.listeners.items()):
            if listener.session_id in session_ids and listener.rooms not in ((), tuple(NOTHING.rooms())):
                self._enter(sid, listener, NOTHING)
                self.socketio.emit("locked", to=sid)

    def _drop(self, session_ids: set[int]) -> None:
        for sid, listener in list(self.listeners.items()):
            if listener.session_id in session_ids:
                self.socketio.emit("ended", to=sid)
                self.socketio.server.disconnect(sid)

    def _follow_again(self, concerns: Callable[[Listener], bool]) -> None:
        """What someone may hear has changed: their sockets leave the rooms they may no longer be in, and join those they now may."""
        for sid, listener in list(self.listeners.items()):
            if listener.page is not None and concerns(listener):
                with reading() as session:
                    following = self._following(session, listener)
                self._enter(sid, listener, following or NOTHING)
                self.socketio.sleep(0)  # a thousand of these must not hold up whoever casts meanwhile

    def _following(self, session: Session, listener: Listener) -> Following | None:
        signed = sessions.signed_in_on(session, listener.session_id) if listener.session_id is not None else None
        if listener.session_id is not None and (signed is None or signed.is_locked):
            return None
        try:
            return self.pages[listener.page or ""](
                session, signed.actor if signed else None, listener.cookies, listener.page_id
            )
        except (NotFound, Forbidden):
            return None

    def _enter(self, sid: str, listener: Listener, following: Following) -> None:
        if self.listeners.get(sid) is not listener:
            return  # gone while the database was asked
        server, wanted = self.socketio.server, following.rooms()  # also outside a request, when news moves someone
        for room in set(listener.rooms) - set(wanted):
            server.leave_room(sid, room, namespace="/")
        for room in set(wanted) - set(listener.rooms):
            server.enter_room(sid, room, namespace="/")
        listener.rooms = tuple(wanted)


def _asked(wanted: object) -> tuple[str, int, int]:
    """Read what a page asks to follow; nonsense, and numbers that no database holds, become a page that does not exist."""
    try:
        asked: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {}
        page, page_id, since = str(asked["page"]), int(asked["id"]), int(asked.get("since") or 0)
    except (KeyError, TypeError, ValueError, OverflowError):
        return "", 0, 0
    return (page, page_id, since) if 0 <= page_id <= LARGEST and 0 <= since <= LARGEST else ("", 0, 0)


def _sid() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]  # set by Flask-SocketIO
    return sid


def start(app: Flask, socketio: SocketIO, pages: Mapping[str, Follow], admits: Admit) -> Sockets:
    """Attach the socket to the application and return it."""
    sockets = Sockets(socketio, pages, admits)
    sockets.register()
    app.extensions["sockets"] = sockets
    return sockets
