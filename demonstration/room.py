"""Simulated members who join the running meeting over HTTP and sockets, and vote when a question opens.

They are labelled as simulated in every list, use the same routes as a person's tablet, and stop with the demonstration.
"""

import argparse
import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from demonstration.ballots import REMARKS
from demonstration.people import SIMULATED
from demonstration.tablet import BROKEN, Tablet
from demonstration.views import key_of
from ecabinet.config import from_environment

LOOK_EVERY = 2.0  # seconds between two looks at the list of meetings, by one member for all
PAUSE = 2.0  # seconds before somebody whose connection broke tries again


class Room:
    """Members waiting for a meeting, each with a tablet."""

    def __init__(self, accounts: Sequence[str], key: Callable[[str], str], port: int, comment: str = "…") -> None:
        self.stop = threading.Event()
        self._opened = threading.Event()
        self._meeting: int | None = None
        self.tablets = [Tablet(account, key(account), port, self.stop, comment) for account in accounts]
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        """Let everyone wait for a meeting and attend it, each on their own."""
        first = self.tablets[0]
        usher = Tablet(first.account, first.key, first.port, self.stop)
        work: list[tuple[Callable[[Tablet], None], Tablet]] = [(self._look, usher)]
        work += [(self._sit, tablet) for tablet in self.tablets]
        self._threads = [threading.Thread(target=what, args=(tablet,), daemon=True) for what, tablet in work]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Send everyone home, and return when they have gone."""
        self.stop.set()
        self._opened.set()
        for thread in self._threads:
            thread.join()

    def _look(self, usher: Tablet) -> None:
        """Look whether a meeting is running, for all who wait."""
        while not self.stop.is_set():
            try:
                self._say(usher.running_meeting())
            except BROKEN:
                self._let_sign_in(usher)
            self.stop.wait(LOOK_EVERY)

    def _let_sign_in(self, usher: Tablet) -> None:
        try:
            usher.sign_in()
        except BROKEN:
            self._say(None)  # the server is away

    def _say(self, meeting: int | None) -> None:
        self._meeting = meeting
        if meeting is None and not self.stop.is_set():
            self._opened.clear()
        else:
            self._opened.set()

    def _sit(self, tablet: Tablet) -> None:
        """Attend whatever meeting is running; come back after every interruption."""
        while True:
            self._opened.wait()
            if self.stop.wait(random.uniform(0, PAUSE)):
                return
            if (meeting := self._meeting) is not None:
                with suppress(*BROKEN):
                    tablet.attend(meeting)
                self.stop.wait(PAUSE)


def main() -> None:
    """Seat every simulated member; runs until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    config = from_environment()
    comment = REMARKS[0][0 if config.language == "vi" else 1]
    room = Room(SIMULATED, lambda account: key_of(config, account), port, comment)
    room.open()
    room.stop.wait()


if __name__ == "__main__":
    main()
