"""The two bodies of the demonstration: a Government of 27 and a committee of five."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from demonstration import people
from demonstration.people import Name
from demonstration.roles import ROLES
from ecabinet import clock
from ecabinet.access import Role
from ecabinet.organisation.models import (
    Body,
    CalendarDay,
    DayKind,
    Designation,
    Membership,
    Person,
    Position,
    Post,
    RoleAssignment,
    Unit,
    WorkingCalendar,
)

ZONE = "Asia/Ho_Chi_Minh"


@dataclass
class Cast:
    """The ids of those who act in the demonstration, by code and account."""

    language: str
    since: date
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    memberships: dict[str, int] = field(default_factory=dict)  # in the Government
    committee_seats: dict[str, int] = field(default_factory=dict)
    government: int = 0
    committee: int = 0

    def said(self, name: Name) -> str:
        """Return a name in the language of the demonstration."""
        return name[0] if self.language == "vi" else name[1]


def fill(session: Session, language: str) -> Cast:
    """Put units, people, bodies, seats and roles into an empty database."""
    cast = Cast(language=language, since=clock.now().date() - timedelta(days=400))
    _units(session, cast)
    _bodies(session, cast)
    for office in people.MEMBERS:
        _person(session, cast, office.account, office.code, _shown(cast, office.account, office.title))
    for account, (code, name, _roles) in people.STAFF.items():
        _person(session, cast, account, code, cast.said(name))
    _seats(session, cast)
    _staff_roles(session, cast)
    return cast


def _shown(cast: Cast, account: str, title: Name) -> str:
    mark = f" {cast.said(people.SIMULATED_MARK)}" if account in people.SIMULATED else ""
    return cast.said(title) + mark


def _units(session: Session, cast: Cast) -> None:
    for office in people.MEMBERS:
        if office.code in cast.units:
            continue
        unit = Unit(code=office.code, name=cast.said(office.unit), parent_id=cast.units.get("CP"))
        session.add(unit)
        session.flush()
        cast.units[office.code] = unit.id


def _bodies(session: Session, cast: Cast) -> None:
    last = max(day for day, _kind, _name in people.HOLIDAYS)
    covers_until = date(max(int(last[:4]), clock.today(ZONE).year + 1), 12, 31)  # deadlines must be countable
    calendar = WorkingCalendar(
        name=cast.said(("Lịch làm việc nhà nước", "Public working calendar")), covers_until=covers_until
    )
    session.add(calendar)
    session.flush()
    for day, kind, name in people.HOLIDAYS:
        session.add(
            CalendarDay(calendar_id=calendar.id, day=date.fromisoformat(day), kind=DayKind(kind), name=cast.said(name))
        )
    cast.government = _body(session, cast, calendar.id, "CP", people.GOVERNMENT)
    cast.committee = _body(session, cast, calendar.id, "UBCĐS", people.COMMITTEE)


def _body(session: Session, cast: Cast, calendar_id: int, code: str, name: Name) -> int:
    body = Body(
        code=code,
        name=cast.said(name),
        unit_id=cast.units["VPCP"],
        calendar_id=calendar_id,
        zone=ZONE,
        meeting_rule="viet_nam/meeting",
        written_rule="viet_nam/opinion_form",
    )
    session.add(body)
    session.flush()
    return body.id


def _person(session: Session, cast: Cast, account: str, code: str, name: str) -> None:
    # Only those one can sign in as get e-mail: it goes into a folder, and hundreds of files would hide what to look at.
    email = f"{account}@ecabinet.example" if account in ROLES else None
    person = Person(account=account, name=name, email=email, language=cast.language)
    position = Position(unit_id=cast.units[code], title=name)
    session.add_all((person, position))
    session.flush()
    session.add(Post(person_id=person.id, position_id=position.id, starts_on=cast.since))
    cast.people[account] = person.id


def _seats(session: Session, cast: Cast) -> None:
    for rank, office in enumerate(people.MEMBERS, start=1):
        cast.memberships[office.account] = _seat(session, cast, cast.government, office.account, rank)
    for rank, account in enumerate(people.COMMITTEE_MEMBERS, start=1):
        cast.committee_seats[account] = _seat(session, cast, cast.committee, account, rank)
    for seats in (cast.memberships, cast.committee_seats):
        session.add(Designation(membership_id=seats["chair"], role="prime_minister", starts_on=cast.since))


def _seat(session: Session, cast: Cast, body_id: int, account: str, rank: int) -> int:
    seat = Membership(body_id=body_id, person_id=cast.people[account], rank=rank, starts_on=cast.since)
    session.add(seat)
    session.flush()
    _assign(session, cast, body_id, account, Role.MEMBER)
    return seat.id


def _staff_roles(session: Session, cast: Cast) -> None:
    _assign(session, cast, cast.government, "chair", Role.CHAIR)
    for account, (_code, _name, roles) in people.STAFF.items():
        for role in roles:
            office_of = cast.memberships["health"] if role is Role.OFFICE_READER else None
            _assign(session, cast, cast.government, account, role, office_of)
    for account, roles in people.COMMITTEE_STAFF.items():
        for role in roles:
            _assign(session, cast, cast.committee, account, role)


def _assign(
    session: Session, cast: Cast, body_id: int, account: str, role: Role, membership_id: int | None = None
) -> None:
    session.add(
        RoleAssignment(
            person_id=cast.people[account],
            body_id=body_id,
            role=role,
            membership_id=membership_id,
            starts_on=cast.since,
            granted_at=clock.now(),
        )
    )
