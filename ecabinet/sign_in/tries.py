"""Slowing down: every try is noted before it is checked, and counts as failed until it is marked as good."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.sign_in import rules
from ecabinet.sign_in.models import SignInAttempt


@dataclass(frozen=True)
class Origin:
    """Where a try comes from. A device that this person signed in on before has its own count: strangers never keep a member out."""

    account: str
    address: str
    device_mark: str | None = None


def origin_of_session(actor: Actor, address: str) -> Origin:
    """Return the origin of a try within a session: it has its own count."""
    return Origin(f"#{actor.person_id}", address[:64], mark_of(f"session {actor.session_id}"))


def mark_of(device: str) -> str:
    """Return what is stored of a device's name."""
    return sha256(device.encode()).hexdigest()


def begin(session: Session, origin: Origin) -> int:
    """Note a try and return its id; raise `Refused` where the last failures were too many and too close."""
    now = clock.now()
    rules.check_pace(_seconds(session, origin, now))
    attempt = SignInAttempt(
        account=origin.account[:120],
        address=origin.address[:64],
        device_mark=origin.device_mark,
        at=now,
        succeeded=False,
    )
    session.add(attempt)
    session.flush()
    return attempt.id


def succeeded(session: Session, attempt_id: int) -> None:
    """Mark a try as good."""
    session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))


def _seconds(session: Session, origin: Origin, now: datetime) -> int:
    since = now - rules.WINDOW
    if origin.device_mark is not None:
        own = SignInAttempt.device_mark == origin.device_mark
        return _wait(session, now, rules.FREE_FOR_ACCOUNT, own, SignInAttempt.id > _last_good(session, own, since))
    stranger = SignInAttempt.device_mark.is_(None)
    return max(
        _wait(session, now, rules.FREE_FOR_ACCOUNT, stranger, SignInAttempt.account == origin.account),
        _wait(session, now, rules.FREE_FOR_ADDRESS, stranger, SignInAttempt.address == origin.address),
    )


def _wait(session: Session, now: datetime, free: int, *which: ColumnElement[bool]) -> int:
    failures, last = session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.at > now - rules.WINDOW, SignInAttempt.succeeded.is_(False), *which
        )
    ).one()
    return rules.seconds_to_wait(failures=failures, free=free, last=last, now=now)


def _last_good(session: Session, own: ColumnElement[bool], since: datetime) -> int:
    found = session.scalar(
        select(func.max(SignInAttempt.id)).where(own, SignInAttempt.at > since, SignInAttempt.succeeded.is_(True))
    )
    return found or 0
