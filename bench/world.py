"""A body of any size in the middle of a meeting, put into the database in bulk, with every member signed in."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bench.agenda import LONG_AGO, ZONE, add, published_agenda, running_meeting
from ecabinet import clock
from ecabinet.access import Role
from ecabinet.database import transaction
from ecabinet.organisation.models import (
    Body,
    Designation,
    Membership,
    Person,
    Position,
    Post,
    RoleAssignment,
    Unit,
    WorkingCalendar,
)
from ecabinet.sign_in import sessions
from ecabinet.sign_in.models import DeviceSession
from meetings.models import (
    AgendaSeen,
    Attendance,
    Capacity,
    Presence,
)

SINCE = date(2026, 1, 1)
NOT_USED_FOR = timedelta(minutes=2)  # a member has listened for a while before they vote
LEASE = timedelta(hours=2)
TITLE = "Đề án cấp nước sạch"


@dataclass(frozen=True)
class Secrets:
    """What everybody signs in with; one hash serves all, checking it takes as long."""

    password_hash: str
    totp_secret: str


@dataclass(frozen=True)
class World:
    """What the tablets need to know: one running meeting, its first item, and the cookie of each person."""

    meeting_id: int
    item_id: int
    chair: str
    secretary: str
    members: tuple[str, ...]
    accounts: tuple[str, ...]


def build(members: int, titles: tuple[str, ...] = (TITLE,), shared: Secrets | None = None) -> World:
    """Fill a fresh database: a body of this many members, meeting on these items, each with a dossier that all may read."""
    with transaction() as session:
        body_id = _body(session)
        people = _people(session, members, shared)
        seats = _seats(session, body_id, people)
        secretary = _secretary(session, body_id)
        meeting_id = running_meeting(session, body_id, seats[0], secretary)
        item_ids = published_agenda(session, body_id, meeting_id, titles, seats, secretary)
        _attend(session, meeting_id, people, seats)
        tokens = [_signed_in(session, person) for person in (*people, secretary, people[0])]
    accounts = tuple(f"member{number}" for number in range(members))
    return World(meeting_id, item_ids[0], tokens[-1], tokens[-2], tuple(tokens[:-2]), accounts)


def let_time_pass() -> None:
    """Make everybody's last use of their device so old that their next request has to note it."""
    with transaction() as session:
        session.execute(update(DeviceSession).values(seen_at=clock.now() - NOT_USED_FOR))


def _body(session: Session) -> int:
    unit = add(session, Unit(code="VPCP", name="Văn phòng Chính phủ"))
    calendar = add(session, WorkingCalendar(name="Lịch làm việc", covers_until=date(2027, 12, 31)))
    body = Body(
        code="CP",
        name="Chính phủ",
        unit_id=unit,
        calendar_id=calendar,
        zone=ZONE,
        meeting_rule="viet_nam/meeting",
        written_rule="viet_nam/opinion_form",
    )
    return add(session, body)


def _people(session: Session, members: int, shared: Secrets | None) -> list[int]:
    people = [
        Person(
            account=f"member{number}",
            name=f"Thành viên {number}",
            language="vi",
            password_hash=shared.password_hash if shared else None,
            totp_secret=shared.totp_secret if shared else None,
        )
        for number in range(members)
    ]
    session.add_all(people)
    session.flush()
    return [person.id for person in people]


def _seats(session: Session, body_id: int, people: list[int]) -> list[int]:
    unit = add(session, Unit(code="BYT", name="Bộ Y tế"))
    position = add(session, Position(unit_id=unit, title="Bộ trưởng"))
    seats = [
        Membership(body_id=body_id, person_id=person, rank=rank, starts_on=SINCE)
        for rank, person in enumerate(people, start=1)
    ]
    session.add_all(seats)
    session.add_all(Post(person_id=person, position_id=position, starts_on=SINCE) for person in people)
    session.add_all(_role(person, body_id, Role.MEMBER) for person in people)
    session.add(_role(people[0], body_id, Role.CHAIR))
    session.flush()
    session.add(Designation(membership_id=seats[0].id, role="prime_minister", starts_on=SINCE))
    return [seat.id for seat in seats]


def _role(person_id: int, body_id: int, role: Role) -> RoleAssignment:
    return RoleAssignment(person_id=person_id, body_id=body_id, role=role, starts_on=SINCE, granted_at=LONG_AGO)


def _secretary(session: Session, body_id: int) -> int:
    person = add(session, Person(account="secretary", name="Thư ký phiên họp", language="vi"))
    unit_id = session.get_one(Body, body_id).unit_id
    position = add(session, Position(unit_id=unit_id, title="Thư ký phiên họp"))
    session.add_all(
        (Post(person_id=person, position_id=position, starts_on=SINCE), _role(person, body_id, Role.SECRETARY))
    )
    return person


def _attend(session: Session, meeting_id: int, people: list[int], seats: list[int]) -> None:
    now = clock.now()
    session.add_all(AgendaSeen(person_id=person, meeting_id=meeting_id, number=1) for person in people)
    session.add_all(
        Attendance(
            meeting_id=meeting_id,
            person_id=person,
            membership_id=seat,
            capacity=Capacity.MEMBER,
            presence=Presence.IN_ROOM,
            came_at=now,
            recorded_by_id=person,
        )
        for person, seat in zip(people, seats, strict=True)
    )


def _signed_in(session: Session, person_id: int) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        DeviceSession(
            person_id=person_id,
            token_hash=sessions.hash_of(token),
            device="benchmark",
            address="127.0.0.1",
            started_at=now,
            seen_at=now,
            ends_at=now + sessions.LIFE,
            stepped_up_until=now + LEASE,
        )
    )
    return token
