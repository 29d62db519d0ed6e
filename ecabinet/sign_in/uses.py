"""The use of devices, so that a screen nobody uses locks itself: noted once a minute each, and written together.

When a vote opens, every tablet in the room asks at the same moment after minutes of listening. One transaction for each of those notes cost
as much as the ballots themselves; a note lost in a crash only locks a screen earlier.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import select, update

from ecabinet import clock
from ecabinet.database import Database, current, transaction
from ecabinet.sign_in.models import DeviceSession

NEVER = datetime.min.replace(tzinfo=UTC)
TOGETHER = timedelta(seconds=1)  # the notes of so long a time are written together


@dataclass
class _Uses:
    """What waits to be written to one database."""

    waiting: set[int] = field(default_factory=set)
    written_at: datetime = NEVER


_uses: WeakKeyDictionary[Database, _Uses] = WeakKeyDictionary()


def note(session_id: int) -> None:
    """Note that a device is used; the first after a second of quiet is written at once, with all that waits."""
    uses = _of_this_database()
    uses.waiting.add(session_id)
    if not uses.written_at <= clock.now() < uses.written_at + TOGETHER:
        write()


def write() -> None:
    """Write the notes that wait; called once a second beside the requests."""
    uses = _of_this_database()
    taken, uses.waiting = uses.waiting, set()
    if not taken:
        return
    uses.written_at = clock.now()
    try:
        _write(taken, uses.written_at)
    except Exception:
        uses.waiting |= taken
        raise


def _write(session_ids: Collection[int], at: datetime) -> None:
    """Pass over rows that another transaction holds: it is noting the same, or ending the session; and two that wait for each other's rows never end."""
    with transaction() as session:
        connection = session.connection()
        wanted = select(DeviceSession.id).where(DeviceSession.id.in_(session_ids)).order_by(DeviceSession.id)
        free = connection.scalars(wanted.with_for_update(skip_locked=True)).all()
        connection.execute(update(DeviceSession).where(DeviceSession.id.in_(free)).values(seen_at=at))


def _of_this_database() -> _Uses:
    return _uses.setdefault(current(), _Uses())
