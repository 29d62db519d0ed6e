"""Questions that are asked at the same moment and answered by one look into the database.

When a vote opens, every tablet in the room sends its ballot at once, and who each of them is has to be read afresh. Nothing is remembered
here: an answer is read after its question was asked, so that what was revoked before is out.
"""

from collections.abc import Callable, Collection, Mapping
from threading import Lock
from time import sleep
from typing import Generic, TypeVar

AT_MOST = 200  # questions in one look

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Question(Generic[Key, Value]):
    """One question on its way to an answer."""

    def __init__(self, key: Key) -> None:
        """There is no answer yet."""
        self.key = key
        self.is_answered = False
        self.answer: Value | None = None


class Together(Generic[Key, Value]):
    """Whoever gets the turn asks for all who wait; it works with greenlets and with threads alike."""

    def __init__(self, find: Callable[[Collection[Key]], Mapping[Key, Value]]) -> None:
        """`find` answers many questions at once; what it does not answer has no answer."""
        self._find = find
        self._turn = Lock()
        self._waiting: list[_Question[Key, Value]] = []

    def ask(self, key: Key) -> Value | None:
        """Return the answer, or None where there is none; an error of the look is raised to whoever had the turn."""
        mine = _Question[Key, Value](key)
        self._waiting.append(mine)
        try:
            with self._turn:
                while not mine.is_answered:
                    sleep(0)  # those who arrived at the same moment come this far
                    self._answer(self._waiting[:AT_MOST])
        finally:
            if not mine.is_answered:
                self._waiting.remove(mine)
        return mine.answer

    def _answer(self, group: list[_Question[Key, Value]]) -> None:
        found = self._find({each.key for each in group})
        for each in group:
            each.answer, each.is_answered = found.get(each.key), True
        self._waiting[:] = [each for each in self._waiting if not each.is_answered]
