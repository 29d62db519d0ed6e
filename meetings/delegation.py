"""Delegation: a dated record that a deputy attends in a member's place. It gives a seat, never a vote."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body, Membership, Person, Position, Post
from ecabinet.refusals import NotFound, Refused
from meetings import rules
from meetings.models import Delegation
from meetings.rules import Reason


@dataclass(frozen=True)
class SeatToFill:
    """A membership for which a delegation may be recorded."""

    id: int
    body_id: int
    body: str
    member: str


@dataclass(frozen=True)
class DelegationRow:
    """A delegation as a page shows it."""

    id: int
    member: str
    deputy: str
    starts_on: date
    ends_on: date
    reason: str
    is_over: bool
    is_managed: bool  # by the reader, who may end it


def deputies_on(session: Session, body_id: int, on: date) -> dict[int, int]:
    """Return who sits in for whom in a body on a day: deputy's person by membership."""
    rows = session.execute(
        select(Delegation.membership_id, Delegation.deputy_id)
        .join(Membership, Membership.id == Delegation.membership_id)
        .where(
            Membership.body_id == body_id,
            Delegation.starts_on <= on,
            Delegation.ends_on >= on,
            Delegation.ended_at.is_(None),
        )
    )
    return dict(rows.all())


def record(
    session: Session,
    actor: Actor,
    membership_id: int,
    deputy_id: int,
    *,
    starts_on: date,
    ends_on: date,
    reason: str = "",
) -> Delegation:
    """Record that a person of the member's own unit attends in the member's place on these days."""
    membership = _membership_for(session, actor, membership_id)
    rules.check_delegation_days(starts_on=starts_on, ends_on=ends_on, today=_today(session, membership))
    if deputy_id not in {person.id for person in possible_deputies(session, membership.id)}:
        raise Refused(Reason.DEPUTY_OF_ANOTHER_UNIT)
    _check_free(session, membership_id, deputy_id, starts_on, ends_on)
    delegation = Delegation(
        membership_id=membership_id,
        deputy_id=deputy_id,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        recorded_by_id=actor.person_id,
        recorded_at=clock.now(),
    )
    session.add(delegation)
    audit.record(session, actor, Tag.DELEGATION_RECORDED, delegation, body_id=membership.body_id, deputy=deputy_id)
    news.announce(session, f"person:{deputy_id}", "access")
    return delegation


def end(session: Session, actor: Actor, delegation_id: int) -> None:
    """End a delegation before its last day; by the member or the secretary."""
    delegation = session.get(Delegation, delegation_id, with_for_update=True)
    if delegation is None:
        raise NotFound
    membership = _membership_for(session, actor, delegation.membership_id)
    if delegation.ended_at is not None:
        raise Refused(Reason.DELEGATION_ENDED)
    delegation.ended_at = clock.now()
    audit.record(session, actor, Tag.DELEGATION_ENDED, delegation, body_id=membership.body_id)
    news.announce(session, f"person:{delegation.deputy_id}", "access")


def possible_deputies(session: Session, membership_id: int) -> list[Person]:
    """Return the people of the units in which the member holds a post, without the members of the body: never everybody."""
    membership = session.get_one(Membership, membership_id)
    today = _today(session, membership)
    units = session.scalars(
        select(Position.unit_id)
        .join(Post, Post.position_id == Position.id)
        .where(Post.person_id == membership.person_id, *organisation.holds_on(Post, today))
        .distinct()
    ).all()
    members = {member.person_id for member in organisation.memberships_in_force(session, membership.body_id, today)}
    people = {person.id: person for unit in units for person in organisation.people_of_unit(session, unit, today)}
    staying = [person for person in people.values() if person.left_on is None or person.left_on > today]
    return sorted((person for person in staying if person.id not in members), key=lambda person: person.name)


def memberships_for(session: Session, actor: Actor) -> list[SeatToFill]:
    """Return the memberships for which the actor may record a delegation: their own, or all of a body they prepare meetings for."""
    own = set(actor.memberships.values())
    bodies = actor.bodies_where(Permission.PREPARE_MEETING) & actor.bodies_where(Permission.DELEGATE)
    today = clock.today()
    rows = session.execute(
        select(Membership.id, Membership.body_id, Body.name, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .join(Body, Body.id == Membership.body_id)
        .where(
            Membership.id.in_(own) | Membership.body_id.in_(bodies),
            Membership.ends_on.is_(None) | (Membership.ends_on >= today),
        )
        .order_by(Membership.body_id, Membership.rank, Person.name)
    )
    return [SeatToFill(*row) for row in rows]


def rows_for(session: Session, actor: Actor) -> list[DelegationRow]:
    """Return the delegations that the actor may see: of the memberships they manage, and those in which they are the deputy."""
    names = organisation.person_names(session)
    managed = [seat.id for seat in memberships_for(session, actor)]
    found = session.execute(
        select(Delegation, Membership.person_id, Body.zone)
        .join(Membership, Membership.id == Delegation.membership_id)
        .join(Body, Body.id == Membership.body_id)
        .where(Delegation.membership_id.in_(managed) | (Delegation.deputy_id == actor.person_id))
        .order_by(Delegation.starts_on.desc(), Delegation.id.desc())
    )
    return [
        DelegationRow(
            id=row.id,
            member=names[member],
            deputy=names[row.deputy_id],
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            reason=row.reason,
            is_over=row.ended_at is not None or row.ends_on < clock.today(zone),
            is_managed=row.membership_id in managed,
        )
        for row, member, zone in found
    ]


def _membership_for(session: Session, actor: Actor, membership_id: int) -> Membership:
    """Return a membership whose delegations the actor manages, locked; `NotFound` for anybody else's."""
    if membership_id not in {seat.id for seat in memberships_for(session, actor)}:
        raise NotFound
    return session.get_one(Membership, membership_id, with_for_update=True)


def _today(session: Session, membership: Membership) -> date:
    return clock.today(organisation.body(session, membership.body_id).zone)


def _check_free(session: Session, membership_id: int, deputy_id: int, starts_on: date, ends_on: date) -> None:
    """Refuse days on which the seat has a deputy already, or the deputy another seat."""
    deputy = session.get_one(Person, deputy_id, with_for_update=True)
    overlapping = session.scalars(
        select(Delegation).where(
            Delegation.ended_at.is_(None),
            Delegation.starts_on <= ends_on,
            Delegation.ends_on >= starts_on,
            (Delegation.membership_id == membership_id) | (Delegation.deputy_id == deputy_id),
        )
    ).all()
    if any(row.membership_id == membership_id for row in overlapping):
        raise Refused(Reason.DELEGATED_ALREADY)
    if overlapping:
        raise Refused(Reason.DEPUTY_BUSY, name=deputy.name)
