"""What people's authority rests on today: roles, own memberships, the units of their posts. One question for all of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    and_,
    bindparam,
    cast,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from ecabinet.access import Role
from ecabinet.organisation.models import Membership, Position, Post, RoleAssignment
from ecabinet.organisation.queries import holds_on


@dataclass(frozen=True)
class Authority:
    """What a person holds on one day."""

    roles: dict[int, frozenset[Role]]  # by body
    memberships: dict[int, int]  # body -> own membership
    offices: frozenset[int]  # memberships whose office they read for
    units: frozenset[int]


def authority_of(session: Session, people: Collection[int], today: date) -> dict[int, Authority]:
    """Return what each of these people holds today."""
    found: dict[int, _Found] = {person_id: _Found() for person_id in people}
    for held in session.connection().execute(_HELD, {"people": list(people), "today": today}):
        found[held.person_id].take(held.role, held.body_id, held.membership_id, held.unit_id)
    return {person_id: each.authority() for person_id, each in found.items()}


@dataclass
class _Found:
    """What the rows of one person say so far."""

    roles: dict[int, set[Role]] = field(default_factory=dict)
    memberships: dict[int, int] = field(default_factory=dict)
    offices: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)

    def take(self, role: Role | None, body_id: int, membership_id: int | None, unit_id: int | None) -> None:
        """Read one row: a unit, a membership of one's own, or a role with the member it reads for."""
        if unit_id is not None:
            self.units.add(unit_id)
        elif role is not None:
            self.roles.setdefault(body_id, set()).add(role)
            self.offices |= {membership_id} if membership_id is not None else set()
        elif membership_id is not None:
            self.memberships[body_id] = membership_id

    def authority(self) -> Authority:
        """Return it as it is."""
        roles = {body_id: frozenset(given) for body_id, given in self.roles.items()}
        return Authority(roles, self.memberships, frozenset(self.offices), frozenset(self.units))


def _held() -> CompoundSelect[*tuple[Any, ...]]:
    """Ask for person, role, body, membership and unit: a role as a member's office ends with that membership."""
    people = bindparam("people", type_=Integer, expanding=True)
    today = bindparam("today", type_=Date)
    office = and_(Membership.id == RoleAssignment.membership_id, *holds_on(Membership, today))
    person, role, body = RoleAssignment.person_id, RoleAssignment.role, RoleAssignment.body_id
    no_role, nothing = cast(null(), RoleAssignment.role.type), cast(null(), Integer)
    roles = (
        select(person, role, body, RoleAssignment.membership_id, nothing.label("unit_id"))
        .outerjoin(Membership, office)
        .where(
            RoleAssignment.person_id.in_(people),
            RoleAssignment.in_force.is_(True),
            *holds_on(RoleAssignment, today),
            RoleAssignment.membership_id.is_(None) | Membership.id.is_not(None),
        )
    )
    seats = select(Membership.person_id, no_role, Membership.body_id, Membership.id, nothing).where(
        Membership.person_id.in_(people), *holds_on(Membership, today)
    )
    units = (
        select(Post.person_id, no_role, nothing, nothing, Position.unit_id)
        .join(Position, Position.id == Post.position_id)
        .where(Post.person_id.in_(people), *holds_on(Post, today))
    )
    return union_all(roles, seats, units)


_HELD = _held()  # asked at every request: putting it together took longer than running it
