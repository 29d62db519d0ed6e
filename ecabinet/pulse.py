"""Passing figures for a room, such as how many ballots are in: only the latest counts, and at most four are sent a second."""

from collections.abc import Callable
from threading import Event
from typing import Any

EVERY = 0.25

_latest: dict[tuple[str, str | None, str], dict[str, Any]] = {}
_waiting = Event()


def beat(stream: str, topic: str | None, kind: str, **state: object) -> None:
    """Say the latest figure; call it after the commit."""
    _latest[stream, topic, f"{kind}:{state.get('question', '')}"] = {"kind": kind, **state}
    _waiting.set()


def send_for_ever(send: Callable[[str, str | None, dict[str, Any]], None], sleep: Callable[[float], None]) -> None:
    """Send the latest figures, then rest a quarter of a second; never returns."""
    while True:
        _waiting.wait()
        _waiting.clear()
        send_once(send)
        sleep(EVERY)


def send_once(send: Callable[[str, str | None, dict[str, Any]], None]) -> None:
    """Send and forget every figure that waits."""
    for stream, topic, name in list(_latest):
        send(stream, topic, _latest.pop((stream, topic, name)))
