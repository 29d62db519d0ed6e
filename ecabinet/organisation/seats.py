"""Seats in a body: memberships, and the roles of the roll that members hold."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.organisation import dates, people, roles, rules
from ecabinet.organisation.models import Designation, Membership, RoleAssignment
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import NotFound, Refused


def membership_for(session: Session, actor: Actor, membership_id: int) -> Membership:
    """Return a membership of a body in which the actor gives roles, who has just shown a second factor."""
    actor.must_have_stepped_up(clock.now())
    membership = session.get(Membership, membership_id)
    if membership is None:
        raise NotFound
    actor.must(Permission.GRANT_ROLES, membership.body_id)
    return membership


def add_member(
    session: Session,
    actor: Actor,
    body_id: int,
    *,
    person_id: int,
    rank: int,
    starts_on: date,
    ends_on: date | None,
) -> Membership:
    """Give a person a seat in a body; that they read its papers is for a second person to confirm, as with every such role."""
    actor.must(Permission.GRANT_ROLES, body_id)
    actor.must_have_stepped_up(clock.now())
    rules.check_dates(starts_on, ends_on)
    rules.check_may_grant(granter_id=actor.person_id, person_id=person_id)
    people.present_person(session, person_id)
    same = (Membership.body_id == body_id, Membership.person_id == person_id)
    if dates.overlap(session, Membership, (starts_on, ends_on), *same):
        raise Refused(Reason.IS_MEMBER_ALREADY)
    membership = Membership(body_id=body_id, person_id=person_id, rank=rank, starts_on=starts_on, ends_on=ends_on)
    session.add(membership)
    audit.record(session, actor, Tag.MEMBERSHIP_CHANGED, membership, person=person_id, starts_on=starts_on.isoformat())
    if not roles.holds(session, body_id, person_id, Role.MEMBER, (starts_on, ends_on)):
        grant = roles.Grant(person_id=person_id, role=Role.MEMBER, period=(starts_on, ends_on))
        roles.give(session, actor, body_id, grant)
    return membership


def end_membership(session: Session, actor: Actor, membership_id: int, last_day: date) -> None:
    """End a seat, and with it the roles that hang on it: on the roll, as a member, and those of the member's office."""
    membership = membership_for(session, actor, membership_id)
    dates.end(membership, last_day)
    for designation in session.scalars(
        select(Designation).where(Designation.membership_id == membership_id, dates.not_over(Designation, last_day))
    ):
        dates.cut(designation, last_day)
    for assignment in _roles_through(session, membership, last_day):
        dates.cut(assignment, last_day)
        audit.record(session, actor, Tag.ROLE_ENDED, assignment, ends_on=last_day.isoformat())
        news.announce(session, f"person:{assignment.person_id}", "access")
    audit.record(session, actor, Tag.MEMBERSHIP_CHANGED, membership, ends_on=last_day.isoformat())
    news.announce(session, f"person:{membership.person_id}", "access")


def designate(
    session: Session, actor: Actor, membership_id: int, *, role: str, starts_on: date, ends_on: date | None
) -> Designation:
    """Let a member hold a role of the roll, such as `prime_minister`, that nobody else in the body holds in that time."""
    membership = membership_for(session, actor, membership_id)
    rules.check_dates(starts_on, ends_on)
    rules.check_role_name(role)
    in_body = select(Membership.id).where(Membership.body_id == membership.body_id)
    same = (Designation.membership_id.in_(in_body), Designation.role == role)
    if dates.overlap(session, Designation, (starts_on, ends_on), *same):
        raise Refused(Reason.HOLDS_DESIGNATION_ALREADY)
    designation = Designation(membership_id=membership_id, role=role, starts_on=starts_on, ends_on=ends_on)
    session.add(designation)
    audit.record(session, actor, Tag.MEMBERSHIP_CHANGED, membership, designated=role, starts_on=starts_on.isoformat())
    return designation


def end_designation(session: Session, actor: Actor, designation_id: int, last_day: date) -> None:
    """End a role of the roll."""
    designation = session.get(Designation, designation_id)
    if designation is None:
        raise NotFound
    membership = membership_for(session, actor, designation.membership_id)
    dates.end(designation, last_day)
    audit.record(
        session, actor, Tag.MEMBERSHIP_CHANGED, membership, role=designation.role, ends_on=last_day.isoformat()
    )


def _roles_through(session: Session, membership: Membership, last_day: date) -> list[RoleAssignment]:
    as_member = (
        (RoleAssignment.body_id == membership.body_id)
        & (RoleAssignment.person_id == membership.person_id)
        & (RoleAssignment.role == Role.MEMBER)
    )
    of_office = RoleAssignment.membership_id == membership.id
    return list(
        session.scalars(select(RoleAssignment).where(as_member | of_office, dates.not_over(RoleAssignment, last_day)))
    )
