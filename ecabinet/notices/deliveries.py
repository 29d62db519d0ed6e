"""The outbox: each message is claimed, handed over, marked, each in a transaction of its own. The row is the queue.

What was being handed over when a worker died is handed over again where that makes one message of it, and is `uncertain` where nobody can know.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from ecabinet import clock, jobs
from ecabinet.database import reading, transaction
from ecabinet.notices import rules, words
from ecabinet.notices.carriers import Carrier, Fate, Message, NotCarried, Trouble
from ecabinet.notices.models import Channel, Delivery, DeliveryState, Notice
from ecabinet.notices.sentences import Kind, kind_of

logger = logging.getLogger(__name__)

NAME = "notices.send"  # as the worker knows it
MOST_A_TURN = 50  # then other work gets its turn
Carriers = Mapping[Channel, Carrier]
IsMoot = Callable[[Session, Notice], bool]


@dataclass(frozen=True)
class _Claimed:
    """What one turn of the outbox took: the deliveries that go out as one message, and what it is made of."""

    parcel_id: int
    channel: Channel
    key: str
    recipient: str
    language: str
    collected: bool
    kinds: tuple[Kind, ...]

    def message(self, home: str) -> Message:
        """Return the message as it leaves the house."""
        if self.collected:
            return Message(self.key, self.recipient, *words.of_a_day(self.language, home, self.kinds))
        return Message(self.key, self.recipient, *words.of_one(self.language, home))


def never_moot(_session: Session, _notice: Notice) -> bool:
    """Say that every notice is still wanted."""
    return False


def send_due(carriers: Carriers, home: str, is_moot: IsMoot = never_moot) -> int:
    """Hand over what is due, at most so many and until a server puts one off; return how many were taken up.

    `home` is the address of the home page. `is_moot` says of a notice that its message is needed no more.
    """
    if not _is_any_to_do():
        return 0
    _take_up_abandoned(carriers)
    taken = 0
    while taken < MOST_A_TURN and (claimed := _claim(is_moot)) is not None:
        taken += 1
        if isinstance(claimed, _Claimed) and not _hand_over(carriers[claimed.channel], claimed, home):
            break
    return taken


def next_due(session: Session) -> datetime | None:
    """Return when the next message is due."""
    waiting = select(Delivery.due_at).where(Delivery.state == DeliveryState.WAITING)
    return session.scalar(waiting.order_by(Delivery.due_at).limit(1))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now)


def _is_abandoned(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.SENDING, Delivery.changed_at < now - jobs.STALE)


def _is_any_to_do() -> bool:
    """Look without a lock, so that an idle worker never stands in a writer's way."""
    now = clock.now()
    with reading() as session:
        return session.scalar(select(Delivery.id).where(or_(_is_due(now), _is_abandoned(now))).limit(1)) is not None


def _take_up_abandoned(carriers: Carriers) -> None:
    """A worker died while it handed these over: again where that is harmless, otherwise people decide."""
    now = clock.now()
    with transaction() as session:
        for delivery in session.scalars(_locked(select(Delivery).where(_is_abandoned(now)))):
            delivery.changed_at, delivery.trouble = now, Trouble.STOPPED.name
            if not carriers[delivery.channel].is_idempotent:
                delivery.state = DeliveryState.UNCERTAIN
            elif rules.pause_after(delivery.attempts) is None:
                delivery.state = DeliveryState.FAILED
            else:
                delivery.state, delivery.due_at = DeliveryState.WAITING, now
            logger.error("delivery %s was being handed over when the worker stopped", delivery.id)


def _claim(is_moot: IsMoot) -> _Claimed | bool | None:
    """Take the next message; True where what was due is needed no more, None where nothing is due."""
    now = clock.now()
    with transaction() as session:
        first = session.scalar(
            _locked(select(Delivery).where(_is_due(now)).order_by(Delivery.due_at, Delivery.id).limit(1))
        )
        if first is None:
            return None
        parcel = [(row, session.get_one(Notice, row.notice_id)) for row in _together(session, first, now)]
        wanted = _wanted(session, parcel, is_moot, now)
        if not wanted:
            return True
        head = wanted[0][0]
        for row, _notice in wanted:
            row.parcel_id = row.parcel_id or head.id
            row.state, row.attempts, row.changed_at = DeliveryState.SENDING, row.attempts + 1, now
        kinds = tuple(kind_of(notice.sentence) for _row, notice in wanted)
        lead = session.get_one(Delivery, head.parcel_id)
        return _Claimed(lead.id, head.channel, lead.key, head.recipient, head.language, head.collected, kinds)


def _together(session: Session, first: Delivery, now: datetime) -> Sequence[Delivery]:
    """What goes out as one message: what did so before, or what the person wants collected, or this one alone."""
    if first.parcel_id is not None:
        same = Delivery.parcel_id == first.parcel_id
    elif first.collected:
        same = and_(
            Delivery.person_id == first.person_id,
            Delivery.channel == first.channel,
            Delivery.collected.is_(True),
            Delivery.parcel_id.is_(None),
        )
    else:
        return [first]
    found = _locked(select(Delivery).where(same, _is_due(now)).order_by(Delivery.id))
    return session.scalars(found).all()


def _wanted(
    session: Session, parcel: list[tuple[Delivery, Notice]], is_moot: IsMoot, now: datetime
) -> list[tuple[Delivery, Notice]]:
    """Leave out what is needed no more; but a message that may have gone out before stays the message it was."""
    wanted = []
    for row, notice in parcel:
        if row.parcel_id is None and is_moot(session, notice):
            row.state, row.changed_at = DeliveryState.DROPPED, now
        else:
            wanted.append((row, notice))
    return wanted


def _hand_over(carrier: Carrier, claimed: _Claimed, home: str) -> bool:
    """Hand one message over and mark it; False where the server asks for patience."""
    try:
        carrier.carry(claimed.message(home))
    except NotCarried as reason:
        logger.warning("delivery %s: %s", claimed.parcel_id, reason.trouble, exc_info=reason.__cause__)
        _mark(claimed.parcel_id, reason.fate, reason.trouble)
        return reason.fate is not Fate.AGAIN
    except Exception:
        logger.exception("delivery %s could not be handed over", claimed.parcel_id)
        _mark(claimed.parcel_id, Fate.NEVER, Trouble.BROKEN.name)
        return True
    _mark(claimed.parcel_id, None, None)
    return True


def _mark(parcel_id: int, fate: Fate | None, trouble: str | None) -> None:
    """Mark what went out together; no fate: it was carried."""
    now = clock.now()
    with transaction() as session:
        sent = _locked(select(Delivery).where(Delivery.parcel_id == parcel_id).order_by(Delivery.id), skip=False)
        for row in session.scalars(sent):
            row.changed_at, row.trouble = now, trouble
            row.state = {
                None: DeliveryState.SENT,
                Fate.UNKNOWN: DeliveryState.UNCERTAIN,
                Fate.NEVER: DeliveryState.FAILED,
                Fate.AGAIN: DeliveryState.WAITING,
            }[fate]
            if fate is Fate.AGAIN:
                _put_off(row, now)


def _put_off(row: Delivery, now: datetime) -> None:
    pause = rules.pause_after(row.attempts)
    if pause is None:
        row.state = DeliveryState.FAILED
    else:
        row.due_at = now + pause


def _locked(query: Select[Delivery], *, skip: bool = True) -> Select[Delivery]:
    return query.with_for_update(skip_locked=skip)
