"""A body of any size in the middle of a meeting, put into the database in bulk, with every member signed in."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from agenda_docs.models import Because, Document, DocumentKind, DocumentVersion, Grant, Matter, MatterState
from ecabinet import clock
from ecabinet.access import Role
from ecabinet.database import Base, transaction
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
    AgendaItem,
    AgendaSeen,
    AgendaState,
    AgendaVersion,
    Attendance,
    Capacity,
    ItemKind,
    ItemState,
    Meeting,
    MeetingKind,
    MeetingState,
    Presence,
    VersionItem,
)

SINCE = date(2026, 1, 1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"
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
        meeting_id = _meeting(session, body_id, seats[0], secretary)
        item_ids = _agenda(session, body_id, meeting_id, titles, seats, secretary)
        _attend(session, meeting_id, people, seats)
        tokens = [_signed_in(session, person) for person in (*people, secretary, people[0])]
    accounts = tuple(f"member{number}" for number in range(members))
    return World(meeting_id, item_ids[0], tokens[-1], tokens[-2], tuple(tokens[:-2]), accounts)


def let_time_pass() -> None:
    """Make everybody's last use of their device so old that their next request has to note it."""
    with transaction() as session:
        session.execute(update(DeviceSession).values(seen_at=clock.now() - NOT_USED_FOR))


def _add(session: Session, row: Base) -> int:
    session.add(row)
    session.flush()
    number: int = row.id  # type: ignore[attr-defined]  # each of these tables has one
    return number


def _body(session: Session) -> int:
    unit = _add(session, Unit(code="VPCP", name="Văn phòng Chính phủ"))
    calendar = _add(session, WorkingCalendar(name="Lịch làm việc", covers_until=date(2027, 12, 31)))
    body = Body(
        code="CP",
        name="Chính phủ",
        unit_id=unit,
        calendar_id=calendar,
        zone=ZONE,
        meeting_rule="viet_nam/meeting",
        written_rule="viet_nam/opinion_form",
    )
    return _add(session, body)


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
    unit = _add(session, Unit(code="BYT", name="Bộ Y tế"))
    position = _add(session, Position(unit_id=unit, title="Bộ trưởng"))
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
    person = _add(session, Person(account="secretary", name="Thư ký phiên họp", language="vi"))
    unit_id = session.get_one(Body, body_id).unit_id
    position = _add(session, Position(unit_id=unit_id, title="Thư ký phiên họp"))
    session.add_all(
        (Post(person_id=person, position_id=position, starts_on=SINCE), _role(person, body_id, Role.SECRETARY))
    )
    return person


def _meeting(session: Session, body_id: int, chair: int, secretary: int) -> int:
    meeting = Meeting(
        body_id=body_id,
        kind=MeetingKind.REGULAR,
        title="Phiên họp thường kỳ",
        starts_local=clock.in_zone(clock.now(), ZONE).replace(tzinfo=None),
        zone=ZONE,
        state=MeetingState.RUNNING,
        chair_membership_id=chair,
        agenda_state=AgendaState.PUBLISHED,
        published_version=1,
        created_by_id=secretary,
        started_at=clock.now(),
    )
    return _add(session, meeting)


def _agenda(
    session: Session, body_id: int, meeting_id: int, titles: tuple[str, ...], seats: list[int], secretary: int
) -> list[int]:
    chair_id = session.get_one(Membership, seats[0]).person_id
    version_id = _add(
        session,
        AgendaVersion(
            meeting_id=meeting_id, number=1, published_at=LONG_AGO, published_by_id=secretary, approved_by_id=chair_id
        ),
    )
    items: list[int] = []
    for place, title in enumerate(titles, start=1):
        matter_id, paper = _dossier(session, body_id, title, seats, secretary)
        items.append(_item(session, meeting_id, version_id, place, title, matter_id, paper))
    session.get_one(Meeting, meeting_id).current_item_id = items[0]
    return items


def _item(
    session: Session, meeting_id: int, version_id: int, place: int, title: str, matter_id: int, paper: dict[str, int]
) -> int:
    state = ItemState.CURRENT if place == 1 else ItemState.PLANNED
    common: dict[str, Any] = {"matter_id": matter_id, "kind": ItemKind.DECISION, "title": title}
    item_id = _add(session, AgendaItem(meeting_id=meeting_id, position=place, state=state, **common))
    published = VersionItem(
        version_id=version_id,
        item_id=item_id,
        place=place,
        label=str(place),
        depth=0,
        presenter="Bộ trưởng Bộ Y tế",
        minutes=10,
        papers=[paper],
        **common,
    )
    session.add(published)
    return item_id


def _dossier(
    session: Session, body_id: int, title: str, seats: list[int], secretary: int
) -> tuple[int, dict[str, int]]:
    """An accepted matter with one paper, which every member and the secretariat may read."""
    unit_id = session.get_one(Body, body_id).unit_id
    matter = Matter(
        body_id=body_id,
        unit_id=unit_id,
        title=title,
        state=MatterState.ACCEPTED,
        created_by_id=secretary,
        created_at=LONG_AGO,
    )
    matter_id = _add(session, matter)
    document = _add(session, Document(matter_id=matter_id, title="Tờ trình", kind=DocumentKind.SUBMISSION))
    version = _add(session, _paper(document, secretary))
    grant = {"matter_id": matter_id, "because_id": matter_id, "starts_at": LONG_AGO}
    session.execute(insert(Grant), [{**grant, "membership_id": seat, "because": Because.ITEM} for seat in seats])
    session.execute(insert(Grant), [{**grant, "unit_id": unit_id, "because": Because.SECRETARIAT}])
    return matter_id, {"document": document, "version": version}


def _paper(document_id: int, secretary: int) -> DocumentVersion:
    return DocumentVersion(
        document_id=document_id,
        number=1,
        file_name="to-trinh.pdf",
        original_sha256="0" * 64,
        served_sha256="1" * 64,
        first_page_sha256="2" * 64,
        size=1000,
        pages=18,
        verdict="accepted",
        reasons=[],
        signatures=[],
        uploaded_by_id=secretary,
        uploaded_at=LONG_AGO,
        confirmed_at=LONG_AGO,
    )


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
