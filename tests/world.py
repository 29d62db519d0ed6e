"""The small world of the tests: a government of six with its office, four ministries, a committee of five."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

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
from tests.page_check import TEST_LANGUAGE

SINCE = date(2026, 1, 1)
ZONE = "Asia/Ho_Chi_Minh"

UNITS = {
    "CP": "Chính phủ",
    "VPCP": "Văn phòng Chính phủ",
    "BYT": "Bộ Y tế",
    "BTC": "Bộ Tài chính",
    "BTP": "Bộ Tư pháp",
    "BNV": "Bộ Nội vụ",
}

# The unit and the office of each person, by the key that tests use.
PEOPLE = {
    "prime_minister": ("CP", "Thủ tướng Chính phủ"),
    "deputy_prime_minister": ("CP", "Phó Thủ tướng Chính phủ"),
    "health_minister": ("BYT", "Bộ trưởng Bộ Y tế"),
    "finance_minister": ("BTC", "Bộ trưởng Bộ Tài chính"),
    "justice_minister": ("BTP", "Bộ trưởng Bộ Tư pháp"),
    "interior_minister": ("BNV", "Bộ trưởng Bộ Nội vụ"),
    "secretary": ("VPCP", "Thư ký phiên họp"),
    "second_secretary": ("VPCP", "Thư ký thứ hai"),
    "office_reader": ("BYT", "Thư ký Bộ trưởng Bộ Y tế"),
    "officer": ("BYT", "Chuyên viên Bộ Y tế"),
    "finance_officer": ("BTC", "Chuyên viên Bộ Tài chính"),
    "deputy_health_minister": ("BYT", "Thứ trưởng Bộ Y tế"),
    "guest": ("BNV", "Khách mời"),
    "auditor": ("VPCP", "Lưu trữ viên"),
    "administrator": ("VPCP", "Quản trị hệ thống"),
    "second_administrator": ("VPCP", "Quản trị hệ thống thứ hai"),
    "outsider": ("BNV", "Người ngoài"),
}

MEMBERS = (
    "prime_minister",
    "deputy_prime_minister",
    "health_minister",
    "finance_minister",
    "justice_minister",
    "interior_minister",
)
COMMITTEE = ("deputy_prime_minister", "health_minister", "finance_minister", "justice_minister", "interior_minister")

ROLES = {
    "prime_minister": (Role.CHAIR,),
    "secretary": (Role.SECRETARY,),
    "second_secretary": (Role.SECRETARY,),
    "office_reader": (Role.OFFICE_READER,),
    "officer": (Role.OFFICER,),
    "finance_officer": (Role.OFFICER,),
    "guest": (Role.GUEST,),
    "auditor": (Role.AUDITOR,),
    "administrator": (Role.ADMINISTRATOR,),
    "second_administrator": (Role.ADMINISTRATOR,),
}


@dataclass
class World:
    """The ids of everything the tests name."""

    body_id: int = 0
    committee_id: int = 0
    calendar_id: int = 0
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    memberships: dict[str, int] = field(default_factory=dict)
    committee: dict[str, int] = field(default_factory=dict)

    def unit(self, code: str) -> int:
        """Return a unit's id by its code."""
        return self.units[code]

    def person(self, key: str) -> int:
        """Return a person's id."""
        return self.people[key]

    def membership(self, key: str) -> int:
        """Return the id of a person's seat in the government."""
        return self.memberships[key]


def build(session: Session) -> World:
    """Put the world into an empty database."""
    world = World()
    _units(session, world)
    _calendar_and_bodies(session, world)
    _people(session, world)
    _seats(session, world)
    _roles(session, world)
    return world


def _units(session: Session, world: World) -> None:
    for code, name in UNITS.items():
        unit = Unit(code=code, name=name, parent_id=world.units.get("CP"))
        session.add(unit)
        session.flush()
        world.units[code] = unit.id


def _calendar_and_bodies(session: Session, world: World) -> None:
    calendar = WorkingCalendar(name="Lịch làm việc", covers_until=date(2027, 12, 31))
    session.add(calendar)
    session.flush()
    world.calendar_id = calendar.id
    session.add_all(
        CalendarDay(calendar_id=calendar.id, day=date(2027, 2, day), kind=DayKind.HOLIDAY, name="Tết Nguyên đán")
        for day in (5, 8, 9, 10)
    )
    for code, name in (("CP", "Chính phủ"), ("UB", "Ủy ban điều phối")):
        body = Body(
            code=code,
            name=name,
            unit_id=world.units["VPCP"],
            calendar_id=calendar.id,
            zone=ZONE,
            meeting_rule="viet_nam/meeting",
            written_rule="viet_nam/opinion_form",
        )
        session.add(body)
        session.flush()
        world.body_id, world.committee_id = (body.id, 0) if code == "CP" else (world.body_id, body.id)


def _people(session: Session, world: World) -> None:
    for key, (unit, name) in PEOPLE.items():
        person = Person(account=key, name=name, email=f"{key}@example.test", language=TEST_LANGUAGE)
        position = Position(unit_id=world.units[unit], title=name)
        session.add_all((person, position))
        session.flush()
        session.add(Post(person_id=person.id, position_id=position.id, starts_on=SINCE))
        world.people[key] = person.id


def _seats(session: Session, world: World) -> None:
    for body_id, keys, seats in (
        (world.body_id, MEMBERS, world.memberships),
        (world.committee_id, COMMITTEE, world.committee),
    ):
        for rank, key in enumerate(keys, start=1):
            seat = Membership(body_id=body_id, person_id=world.people[key], rank=rank, starts_on=SINCE)
            session.add(seat)
            session.flush()
            seats[key] = seat.id
            _assign(session, world, key, Role.MEMBER, body_id=body_id)
    session.add(Designation(membership_id=world.memberships["prime_minister"], role="prime_minister", starts_on=SINCE))


def _roles(session: Session, world: World) -> None:
    for key, roles in ROLES.items():
        for role in roles:
            office = world.memberships["health_minister"] if role is Role.OFFICE_READER else None
            _assign(session, world, key, role, body_id=world.body_id, membership_id=office)


def _assign(
    session: Session, world: World, key: str, role: Role, *, body_id: int, membership_id: int | None = None
) -> None:
    session.add(
        RoleAssignment(
            person_id=world.people[key],
            body_id=body_id,
            role=role,
            membership_id=membership_id,
            starts_on=SINCE,
            granted_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
