"""Who sessions belong to now: device, person and authority, read afresh for as many as ask at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.organisation.models import Person
from ecabinet.sign_in.authority import Authority, authority_of
from ecabinet.sign_in.models import DeviceSession

IDLE = timedelta(minutes=15)  # then the screen is locked
GRACE = timedelta(seconds=30)  # a renewed cookie's old value still serves what was under way

Device = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Signed:
    """Who a cookie belongs to, and whether their screen is locked."""

    actor: Actor
    is_locked: bool
    seen_at: datetime


# Asked at every request and socket event, so these are put together once: building them took longer than running them.
_PERSON_ON_DEVICE = (
    select(
        DeviceSession.id.label("session_id"),
        DeviceSession.token_hash,
        DeviceSession.previous_hash,
        DeviceSession.renewed_at,
        DeviceSession.seen_at,
        DeviceSession.stepped_up_until,
        DeviceSession.stepped_up_by,
        Person.id.label("person_id"),
        Person.name,
        Person.language,
        Person.left_on,
    )
    .join(Person, Person.id == DeviceSession.person_id)
    .where(DeviceSession.revoked_at.is_(None), DeviceSession.ends_at > bindparam("now"))
)
_HASHES: BindParameter[str] = bindparam("hashes", expanding=True)
_BY_COOKIE = _PERSON_ON_DEVICE.where(
    or_(
        DeviceSession.token_hash.in_(_HASHES),
        and_(DeviceSession.previous_hash.in_(_HASHES), DeviceSession.renewed_at > bindparam("renewed_after")),
    )
)
_BY_SESSION = _PERSON_ON_DEVICE.where(DeviceSession.id == bindparam("session_id"))


def by_cookies(session: Session, hashes: Collection[str]) -> dict[str, Signed]:
    """Return who these cookies, given as hashes, belong to now; those unknown, revoked, ended, or of a person who has left, are missing."""
    now = clock.now()
    devices = _devices(session, _BY_COOKIE, now, hashes=list(hashes), renewed_after=now - GRACE)
    signed = _signed(session, devices, now)
    by_hash = {good: signed[device.session_id] for device in devices for good in _good_hashes(device, now)}
    return {asked: by_hash[asked] for asked in hashes if asked in by_hash}


def _good_hashes(device: Device, now: datetime) -> Iterator[str]:
    """The row may have been found by the new cookie while somebody else showed the old one at the same moment: its grace counts all the same."""
    yield device.token_hash
    if device.previous_hash is not None and device.renewed_at > now - GRACE:
        yield device.previous_hash


def by_session(session: Session, session_id: int) -> Signed | None:
    """Return who is signed in by this session now."""
    now = clock.now()
    return _signed(session, _devices(session, _BY_SESSION, now, session_id=session_id), now).get(session_id)


def _devices(session: Session, which: Select[*tuple[Any, ...]], now: datetime, **values: object) -> list[Device]:
    today = clock.today()
    found = session.connection().execute(which, {"now": now, **values})
    return [device for device in found if device.left_on is None or device.left_on > today]


def _signed(session: Session, devices: Collection[Device], now: datetime) -> Mapping[int, Signed]:
    if not devices:
        return {}
    held = authority_of(session, {device.person_id for device in devices}, clock.today())
    return {
        device.session_id: Signed(
            actor=_actor(device, held[device.person_id]),
            is_locked=device.seen_at + IDLE <= now,
            seen_at=device.seen_at,
        )
        for device in devices
    }


def _actor(device: Device, held: Authority) -> Actor:
    return Actor(
        person_id=device.person_id,
        name=device.name,
        language=device.language,
        session_id=device.session_id,
        roles=held.roles,
        memberships=held.memberships,
        offices=held.offices,
        units=held.units,
        stepped_up_until=device.stepped_up_until,
        stepped_up_by=device.stepped_up_by,
    )
