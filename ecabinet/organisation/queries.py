"""What other packages and pages ask about the organisation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Role
from ecabinet.organisation.models import Body, Designation, Membership, Person, Position, Post, RoleAssignment
from ecabinet.refusals import NotFound


@dataclass(frozen=True)
class Member:
    """A membership in force with its person and the roles of the roll that it holds."""

    membership_id: int
    person_id: int
    name: str
    rank: int
    roles: tuple[str, ...]


def body(session: Session, body_id: int) -> Body:
    """Return a body; raise `NotFound` where there is none."""
    found = session.get(Body, body_id)
    if found is None:
        raise NotFound
    return found


def bodies(session: Session, body_ids: frozenset[int] | None = None) -> list[Body]:
    """Return these bodies, or all, by name."""
    query = select(Body).order_by(Body.name, Body.id)
    return list(session.scalars(query if body_ids is None else query.where(Body.id.in_(body_ids))))


def holds_on(table: Any, on: date | BindParameter[date]) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - any table with a first and a last day
    """Return the conditions that a dated row holds on this day."""
    return (table.starts_on <= on, table.ends_on.is_(None) | (table.ends_on >= on))


def here_on(on: date) -> ColumnElement[bool]:
    """Return the condition that a person has not left by this day."""
    return Person.left_on.is_(None) | (Person.left_on > on)


def memberships_in_force(session: Session, body_id: int, on: date) -> list[Member]:
    """Return the members of a body on a day, in their order of precedence."""
    found = session.execute(
        select(Membership.id, Person.id, Person.name, Membership.rank)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body_id, *holds_on(Membership, on), here_on(on))
        .order_by(Membership.rank, Person.name, Membership.id)
    ).all()
    held = designations_in_force(session, body_id, on)
    return [
        Member(membership_id, person_id, name, rank, tuple(held.get(membership_id, ())))
        for membership_id, person_id, name, rank in found
    ]


def designations_in_force(session: Session, body_id: int, on: date) -> dict[int, list[str]]:
    """Return the roles of the roll held on a day, by membership."""
    held: dict[int, list[str]] = {}
    for membership_id, role in session.execute(
        select(Designation.membership_id, Designation.role)
        .join(Membership, Membership.id == Designation.membership_id)
        .where(Membership.body_id == body_id, *holds_on(Designation, on))
        .order_by(Designation.role)
    ):
        roles = held.setdefault(membership_id, [])
        if role not in roles:
            roles.append(role)
    return held


def people_of_unit(session: Session, unit_id: int, on: date) -> list[Person]:
    """Return those who hold a post in the unit on a day, by name, each once."""
    holders = (
        select(Post.person_id)
        .join(Position, Position.id == Post.position_id)
        .where(Position.unit_id == unit_id, *holds_on(Post, on))
    )
    return list(session.scalars(select(Person).where(Person.id.in_(holders)).order_by(Person.name, Person.id)))


def person_names(session: Session) -> dict[int, str]:
    """Return the name of every person, departed ones too, by id."""
    return dict(session.execute(select(Person.id, Person.name)).all())


def people_here(session: Session, on: date) -> list[Person]:
    """Return everyone who has not left by a day, by name."""
    return list(session.scalars(select(Person).where(here_on(on)).order_by(Person.name, Person.id)))


def people_with_role(session: Session, body_id: int, role: Role) -> set[int]:
    """Return who holds a role in a body today."""
    here = clock.today(body(session, body_id).zone)
    return set(
        session.scalars(
            select(RoleAssignment.person_id)
            .where(RoleAssignment.body_id == body_id, RoleAssignment.role == role, RoleAssignment.in_force.is_(True))
            .where(*holds_on(RoleAssignment, here))
        )
    )
