"""What the pages of the organisation show: small values, ready for a template."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ecabinet import clock
from ecabinet.access import Role
from ecabinet.organisation.models import (
    Body,
    CalendarDay,
    Designation,
    Membership,
    Person,
    Position,
    Post,
    RoleAssignment,
    Unit,
)
from ecabinet.organisation.queries import holds_on


@dataclass(frozen=True)
class UnitRow:
    """A unit in the tree, at its depth."""

    id: int
    code: str
    name: str
    depth: int
    closed_on: date | None
    people: int


@dataclass(frozen=True)
class PersonRow:
    """A person in a list, with the titles of the posts held today."""

    id: int
    account: str
    name: str
    email: str | None
    titles: tuple[str, ...]
    left_on: date | None


@dataclass(frozen=True)
class PostRow:
    """A post with its unit and holder."""

    id: int
    person_id: int
    person: str
    title: str
    unit: str
    acting: bool
    starts_on: date
    ends_on: date | None
    is_over: bool


@dataclass(frozen=True)
class SeatRow:
    """A seat in a body, with the roles of the roll held through it."""

    id: int
    person_id: int
    person: str
    rank: int
    starts_on: date
    ends_on: date | None
    is_over: bool
    designations: tuple[Designation, ...]


@dataclass(frozen=True)
class RoleRow:
    """A role of a person in a body."""

    id: int
    person_id: int
    person: str
    role: Role
    unit: str | None
    office_of: str | None
    granted_by_id: int | None
    granted_by: str | None
    confirmed_by: str | None
    starts_on: date
    ends_on: date | None
    in_force: bool
    is_over: bool
    reason: str


def unit_tree(session: Session) -> list[UnitRow]:
    """Return every unit, each below the one it belongs to."""
    today = clock.today()
    units = session.scalars(select(Unit).order_by(Unit.closed_on.is_not(None), Unit.name, Unit.id)).all()
    holders: dict[int, set[int]] = {}
    for unit_id, person_id in session.execute(
        select(Position.unit_id, Post.person_id)
        .join(Post, Post.position_id == Position.id)
        .where(*holds_on(Post, today))
    ):
        holders.setdefault(unit_id, set()).add(person_id)
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    rows: list[UnitRow] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        rows.append(UnitRow(unit.id, unit.code, unit.name, depth, unit.closed_on, len(holders.get(unit.id, ()))))
        waiting += [(child, depth + 1) for child in reversed(below.get(unit.id, []))]
    return rows


def managed_people(session: Session, unit_ids: frozenset[int], *, everyone: bool) -> list[PersonRow]:
    """Return everyone, or those with a post today in these units only, by name; those who left at the end."""
    titles: dict[int, list[str]] = {}
    units: dict[int, set[int]] = {}
    for person_id, title, unit_id in session.execute(
        select(Post.person_id, Position.title, Position.unit_id)
        .join(Position, Position.id == Post.position_id)
        .where(*holds_on(Post, clock.today()))
        .order_by(Position.title)
    ):
        titles.setdefault(person_id, []).append(title)
        units.setdefault(person_id, set()).add(unit_id)
    people = session.scalars(select(Person).order_by(Person.left_on.is_not(None), Person.name, Person.id)).all()
    return [
        PersonRow(
            person.id, person.account, person.name, person.email, tuple(titles.get(person.id, ())), person.left_on
        )
        for person in people
        if everyone or (person.id in units and units[person.id] <= unit_ids)
    ]


def bodies_of_roles(session: Session, person_id: int) -> dict[int, int]:
    """Return the body of each role of a person."""
    found = select(RoleAssignment.id, RoleAssignment.body_id).where(RoleAssignment.person_id == person_id)
    return dict(session.execute(found).all())


def posts(session: Session, *, person_id: int | None = None, unit_id: int | None = None) -> list[PostRow]:
    """Return the posts of a person or in a unit: what holds first, then what is over."""
    today = clock.today()
    query = (
        select(Post, Person.name, Position.title, Unit.name)
        .join(Person, Person.id == Post.person_id)
        .join(Position, Position.id == Post.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .order_by(Post.starts_on.desc(), Post.id.desc())
    )
    query = query.where(Post.person_id == person_id) if person_id is not None else query
    query = query.where(Position.unit_id == unit_id) if unit_id is not None else query
    rows = [
        PostRow(
            post.id, post.person_id, person, title, unit, post.acting, post.starts_on, post.ends_on, _over(post, today)
        )
        for post, person, title, unit in session.execute(query)
    ]
    return sorted(rows, key=lambda row: row.is_over)


def seats(session: Session, body: Body) -> list[SeatRow]:
    """Return the seats of a body in their order of precedence, those that are over at the end."""
    today = clock.today(body.zone)
    held: dict[int, list[Designation]] = {}
    for designation in session.scalars(
        select(Designation)
        .join(Membership, Membership.id == Designation.membership_id)
        .where(Membership.body_id == body.id)
        .order_by(Designation.starts_on)
    ):
        if not _over(designation, today):
            held.setdefault(designation.membership_id, []).append(designation)
    found = session.execute(
        select(Membership, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body.id)
        .order_by(Membership.rank, Person.name, Membership.id)
    )
    rows = [
        SeatRow(
            seat.id,
            seat.person_id,
            person,
            seat.rank,
            seat.starts_on,
            seat.ends_on,
            _over(seat, today),
            tuple(held.get(seat.id, ())),
        )
        for seat, person in found
    ]
    return sorted(rows, key=lambda row: row.is_over)


def role_rows(session: Session, *, body_id: int | None = None, person_id: int | None = None) -> list[RoleRow]:
    """Return the roles in a body or of a person: what waits for confirmation first, what is over last."""
    granter, confirmer, member = aliased(Person), aliased(Person), aliased(Person)
    query = (
        select(RoleAssignment, Person.name, Unit.name, member.name, granter.name, confirmer.name)
        .join(Person, Person.id == RoleAssignment.person_id)
        .outerjoin(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(Membership, Membership.id == RoleAssignment.membership_id)
        .outerjoin(member, member.id == Membership.person_id)
        .outerjoin(granter, granter.id == RoleAssignment.granted_by_id)
        .outerjoin(confirmer, confirmer.id == RoleAssignment.confirmed_by_id)
        .order_by(Person.name, RoleAssignment.role, RoleAssignment.id)
    )
    query = query.where(RoleAssignment.body_id == body_id) if body_id is not None else query
    query = query.where(RoleAssignment.person_id == person_id) if person_id is not None else query
    today = clock.today()
    rows = [_role_row(today, *found) for found in session.execute(query)]
    return sorted(rows, key=lambda row: (row.is_over, row.in_force))


def _role_row(
    today: date,
    given: RoleAssignment,
    person: str,
    unit: str | None,
    member: str | None,
    granter: str | None,
    confirmer: str | None,
) -> RoleRow:
    ended_at_once = not given.in_force and given.ends_on is not None and given.ends_on <= today
    return RoleRow(
        id=given.id,
        person_id=given.person_id,
        person=person,
        role=given.role,
        unit=unit,
        office_of=member,
        granted_by_id=given.granted_by_id,
        granted_by=granter,
        confirmed_by=confirmer,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        in_force=given.in_force,
        is_over=_over(given, today) or ended_at_once,
        reason=given.reason,
    )


def days_by_year(days: list[CalendarDay]) -> dict[int, list[CalendarDay]]:
    """Return the days of a calendar year by year, the latest year first."""
    years: dict[int, list[CalendarDay]] = {}
    for day in days:
        years.setdefault(day.day.year, []).append(day)
    return dict(sorted(years.items(), reverse=True))


def _over(row: Post | Membership | Designation | RoleAssignment, today: date) -> bool:
    return row.ends_on is not None and row.ends_on < today
