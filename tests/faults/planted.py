"""Faults put into a server on purpose, so that it is seen which trial finds them. Only a process that a trial started ever has one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any

import pytest
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Select

from ecabinet import database
from voting import box, casting
from voting.box import LockedBox

LATE = 0.05  # seconds between the answer and the commit that should have come first


def plant(name: str) -> None:
    """Put the fault of this name into the running program, for as long as it runs; nothing where the name is empty."""
    if name:
        FAULTS[name](pytest.MonkeyPatch())


def acknowledge_before_commit(patch: pytest.MonkeyPatch) -> None:
    """The receipt goes out, and the commit follows."""

    @contextmanager
    def committed_later() -> Iterator[Session]:
        begun = database.transaction()
        yield begun.__enter__()
        threading.Thread(target=_commit_late, args=(begun,)).start()

    patch.setattr(casting, "transaction", committed_later)


def _commit_late(begun: Any) -> None:
    sleep(LATE)
    begun.__exit__(None, None, None)


def forget_cast_ids(patch: pytest.MonkeyPatch) -> None:
    """No ballot is known again, and the database has no mark to refuse it by."""
    enter = LockedBox.enter

    def without_mark(self: LockedBox, *arguments: Any, **named: Any) -> int:
        return enter(self, *arguments, **{**named, "cast_id": None})

    patch.setattr(LockedBox, "enter", without_mark)
    patch.setattr(LockedBox, "known_ballot", lambda _self, _cast_id: None)


def lock_no_rows(patch: pytest.MonkeyPatch) -> None:
    """`FOR UPDATE` is left out of every statement, and of reading a row by its key; SQLite's `BEGIN IMMEDIATE` stays."""
    patch.setattr(Select, "with_for_update", lambda self, **_options: self)
    _get_without_lock(patch)


def close_without_lock(patch: pytest.MonkeyPatch) -> None:
    """Closing reads box and question as they are and does not wait for the ballots on their way; casting still locks."""
    _get_without_lock(patch)
    lock = box.lock

    def perhaps(session: Any, question_id: int, **about: Any) -> LockedBox | None:
        reached: Any = session if about else Unlocking(session)
        return lock(reached, question_id, **about)

    patch.setattr(box, "lock", perhaps)


def _get_without_lock(patch: pytest.MonkeyPatch) -> None:
    get_one = Session.get_one

    def unlocked(self: Session, *arguments: Any, **named: Any) -> Any:
        return get_one(self, *arguments, **{key: value for key, value in named.items() if key != "with_for_update"})

    patch.setattr(Session, "get_one", unlocked)


class Unlocking:
    """A session that takes `FOR UPDATE` out of what it is asked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def execute(self, statement: Any) -> Any:
        """Execute a statement without it; SQLAlchemy has no public way to take it back."""
        statement._for_update_arg = None
        return self._session.execute(statement)


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "acknowledge before commit": acknowledge_before_commit,
    "forget cast ids": forget_cast_ids,
    "lock no rows": lock_no_rows,
    "close without lock": close_without_lock,
}
