"""A signed-in device: how its session begins, who it is at each request, how it ends."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.database import reading
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound
from ecabinet.sign_in import recognition
from ecabinet.sign_in.models import DeviceSession
from ecabinet.sign_in.recognition import IDLE, Signed
from ecabinet.together import Together

LIFE = timedelta(hours=12)
STEP_UP_LEASE = timedelta(minutes=15)
LINK = "link"  # a sign-in link of the demonstration
CHECK_IN = "check-in"


def hash_of(token: str) -> str:
    """Return what is stored of a cookie's value."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(
    session: Session,
    person: Person,
    *,
    device: str,
    address: str,
    stepped_up: bool,
    by: str = LINK,
    lease: timedelta = STEP_UP_LEASE,
) -> str:
    """Begin a session for this person on this device and return the new cookie's value; it is stored only as a hash. `by` says what they showed."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = DeviceSession(
        person_id=person.id,
        token_hash=hash_of(token),
        device=device[:200],
        address=address[:64],
        started_at=now,
        seen_at=now,
        ends_at=now + LIFE,
        stepped_up_until=now + lease if stepped_up else None,
        stepped_up_by=by if stepped_up else "",
    )
    session.add(row)
    session.flush()
    audit.record(session, Actor(person.id, person.name, person.language, row.id), Tag.SIGNED_IN, row)
    return token


def signed_in_by(session: Session, token: str | None) -> Signed | None:
    """Return who this cookie belongs to now; None when it is unknown, revoked, ended, or its person has left."""
    if not token:
        return None
    hashed = hash_of(token)
    return recognition.by_cookies(session, [hashed]).get(hashed)


def signed_in_on(session: Session, session_id: int) -> Signed | None:
    """Return who is signed in by this session now: for a socket, which outlives the cookie it was opened with."""
    return recognition.by_session(session, session_id)


def recognise(token: str | None) -> Signed | None:
    """Return the same as `signed_in_by`, read together for all who ask at this moment; to be called with no session of one's own open."""
    return _recognised.ask(hash_of(token)) if token else None


def _recognise(hashes: Collection[str]) -> dict[str, Signed]:
    with reading() as session:
        return recognition.by_cookies(session, hashes)


_recognised = Together(_recognise)


def seen(session: Session, session_id: int) -> None:
    """Note that the person is using the device."""
    session.execute(update(DeviceSession).where(DeviceSession.id == session_id).values(seen_at=clock.now()))


def step_up(session: Session, actor: Actor, *, by: str, minutes: int = 15) -> None:
    """Begin a new lease after a second factor was shown (or the person checked in, which says less than a factor that still counts)."""
    device = session.get_one(DeviceSession, actor.session_id)
    now = clock.now()
    until = now + timedelta(minutes=minutes)
    if by != CHECK_IN or device.stepped_up_until is None or device.stepped_up_until <= now:
        device.stepped_up_by = by
    device.stepped_up_until = max(until, device.stepped_up_until or until)  # a longer lease is never cut short
    audit.record(session, actor, Tag.STEPPED_UP, device)


def renew(session: Session, actor: Actor) -> str:
    """Exchange the cookie's value and return the new one; the old one serves what is under way and dies in moments."""
    token = secrets.token_urlsafe(32)
    device = session.get_one(DeviceSession, actor.session_id)
    device.previous_hash, device.renewed_at = device.token_hash, clock.now()
    device.token_hash = hash_of(token)
    return token


def devices_of(session: Session, person_id: int) -> list[DeviceSession]:
    """Return the person's living sessions, the latest used first."""
    return list(
        session.scalars(
            select(DeviceSession)
            .where(
                DeviceSession.person_id == person_id,
                DeviceSession.revoked_at.is_(None),
                DeviceSession.ends_at > clock.now(),
            )
            .order_by(DeviceSession.seen_at.desc())
        )
    )


def revoke(session: Session, actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions; its sockets are dropped with it. Raise `NotFound` for somebody else's."""
    device = session.get(DeviceSession, session_id)
    if device is None or device.person_id != actor.person_id:
        raise NotFound
    _end(session, device)
    audit.record(session, actor, Tag.SIGNED_OUT if session_id == actor.session_id else Tag.DEVICE_REVOKED, device)


def revoke_all(session: Session, person_id: int, *, but: int | None = None) -> None:
    """End every session of a person, or all but one: a lost phone, a changed password, a departure."""
    for device in devices_of(session, person_id):
        if device.id != but:
            _end(session, device)


def _end(session: Session, device: DeviceSession) -> None:
    device.revoked_at = clock.now()
    news.announce(session, f"session:{device.id}", "ended")


def awake(session: Session, session_ids: list[int]) -> set[int]:
    """Return those of these sessions whose screen is not locked."""
    unlocked = DeviceSession.seen_at > clock.now() - IDLE
    return set(session.scalars(select(DeviceSession.id).where(DeviceSession.id.in_(session_ids), unlocked)))


def living(session: Session, session_ids: list[int]) -> set[int]:
    """Return those of these sessions that are still good; the sockets of the others must go."""
    return set(
        session.scalars(
            select(DeviceSession.id).where(
                DeviceSession.id.in_(session_ids),
                DeviceSession.revoked_at.is_(None),
                DeviceSession.ends_at > clock.now(),
            )
        )
    )
