"""The screen in the room. It is nobody: it is paired by a code that the secretary confirms, and sees what all present may see."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from meetings import rules, service
from meetings.models import HallScreen, Meeting
from meetings.rules import MeetingState, Reason

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without those that look alike: I, L, O, 0, 1
CODE_LENGTH = 6
CODE_LASTS = timedelta(minutes=10)
PAIRING_LASTS = timedelta(hours=12)
WAITING_FROM_ONE_ADDRESS = 10
WAITING_IN_ALL = 200
COOKIES = ("__Host-hall", "hall")  # over TLS only the first is given; a planted second one never beats it


def ask(session: Session, address: str) -> tuple[HallScreen, str]:
    """Give a new screen its code and the token it keeps; codes that nobody confirmed in time are forgotten."""
    now = clock.now()
    session.execute(
        delete(HallScreen).where(HallScreen.confirmed_at.is_(None), HallScreen.asked_at <= now - CODE_LASTS)
    )
    waiting = select(func.count()).select_from(HallScreen).where(HallScreen.confirmed_at.is_(None))
    from_here = session.scalar(waiting.where(HallScreen.address == address)) or 0
    if from_here >= WAITING_FROM_ONE_ADDRESS or (session.scalar(waiting) or 0) >= WAITING_IN_ALL:
        raise Refused(Reason.HALL_TOO_MANY)
    token = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    screen = HallScreen(code=code, token_hash=_hash(token), address=address, asked_at=now)
    session.add(screen)
    session.flush()
    return screen, token


def known_screen(session: Session, cookies: Mapping[str, str]) -> HallScreen | None:
    """Return the screen these cookies belong to, while its code or its pairing lasts."""
    token = next((cookies[name] for name in COOKIES if name in cookies), "")
    screen = session.scalar(select(HallScreen).where(HallScreen.token_hash == _hash(token)))
    if screen is None or screen.ended_at is not None:
        return None
    since, lasts = (
        (screen.asked_at, CODE_LASTS) if screen.confirmed_at is None else (screen.confirmed_at, PAIRING_LASTS)
    )
    return screen if clock.now() < since + lasts else None


def hall_for(session: Session, cookies: Mapping[str, str]) -> HallScreen | None:
    """Return the paired screen these cookies belong to; its meeting is not closed."""
    screen = known_screen(session, cookies)
    if screen is None or screen.meeting_id is None:
        return None
    meeting = session.get_one(Meeting, screen.meeting_id)
    return screen if meeting.state is not MeetingState.CLOSED else None


def pair(session: Session, actor: Actor, meeting_id: int, code: str) -> HallScreen:
    """Confirm that the screen which shows this code stands in the room of this meeting."""
    meeting = service.meeting_for(session, actor, meeting_id, Permission.CONFIRM_HALL)
    rules.check_not_closed(meeting.state)
    written = "".join(letter for letter in code.upper() if letter.isalnum())
    screen = session.scalar(
        select(HallScreen)
        .where(HallScreen.code == written, HallScreen.asked_at > clock.now() - CODE_LASTS)
        .with_for_update()
    )
    if screen is None:
        raise Refused(Reason.HALL_CODE_UNKNOWN)
    screen.code, screen.meeting_id = None, meeting.id
    screen.confirmed_by_id, screen.confirmed_at = actor.person_id, clock.now()
    audit.record(session, actor, Tag.HALL_PAIRED, screen, body_id=meeting.body_id, meeting=meeting.id)
    news.announce(session, waiting_stream(screen.id), "access")
    return screen


def end(session: Session, actor: Actor, screen_id: int) -> Meeting:
    """End a pairing; the screen shows a new code. Return its meeting."""
    screen = session.get(HallScreen, screen_id, with_for_update=True)
    if screen is None or screen.meeting_id is None:
        raise NotFound
    meeting = service.meeting_for(session, actor, screen.meeting_id, Permission.CONFIRM_HALL)
    _end(session, actor, meeting, [screen])
    return meeting


def end_all(session: Session, actor: Actor, meeting: Meeting) -> None:
    """End every pairing of a meeting."""
    _end(session, actor, meeting, paired(session, meeting.id))


def paired(session: Session, meeting_id: int) -> list[HallScreen]:
    """Return the screens that show a meeting now, in the order of their pairing."""
    return list(
        session.scalars(
            select(HallScreen)
            .where(
                HallScreen.meeting_id == meeting_id,
                HallScreen.ended_at.is_(None),
                HallScreen.confirmed_at > clock.now() - PAIRING_LASTS,
            )
            .order_by(HallScreen.confirmed_at, HallScreen.id)
        )
    )


def waiting_stream(screen_id: int) -> str:
    """Return the stream that a screen follows until it is paired."""
    return f"hall:{screen_id}"


def topic_of(screen_id: int) -> str:
    """Return the topic, in its meeting's stream, of what concerns one screen."""
    return f"hall:{screen_id}"


def _end(session: Session, actor: Actor, meeting: Meeting, screens: Iterable[HallScreen]) -> None:
    for screen in screens:
        screen.ended_at = clock.now()
        audit.record(session, actor, Tag.HALL_ENDED, screen, body_id=meeting.body_id, meeting=meeting.id)
        tell_screen(session, screen)


def tell_screen(session: Session, screen: HallScreen) -> None:
    """Tell a paired screen that what it may show has changed: it loads afresh and listens anew."""
    news.announce(session, service.stream_of(screen.meeting_id or 0), "access", topic=topic_of(screen.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
