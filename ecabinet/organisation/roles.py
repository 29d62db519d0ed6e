"""Permission roles in a body. One that reads papers holds only when a second person has confirmed it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news, notices
from ecabinet.access import PERMISSIONS, READING_ROLES, Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import dates, people, rules, units
from ecabinet.organisation.models import Membership, RoleAssignment
from ecabinet.organisation.queries import holds_on
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import NotFound, Refused

Period = tuple[date, date | None]
CONFIRMERS = tuple(role for role, permissions in PERMISSIONS.items() if Permission.CONFIRM_ROLE in permissions)


@dataclass(frozen=True)
class Grant:
    """A role that is to be given: to whom, which, for what time, and where the role needs it a unit or a member."""

    person_id: int
    role: Role
    period: Period
    reason: str = ""
    unit_id: int | None = None
    membership_id: int | None = None


def give(session: Session, actor: Actor, body_id: int, grant: Grant) -> RoleAssignment:
    """Give a person a role in a body for a time; nobody gives one to themselves."""
    actor.must(Permission.GRANT_ROLES, body_id)
    actor.must_have_stepped_up(clock.now())
    rules.check_dates(*grant.period)
    rules.check_may_grant(granter_id=actor.person_id, person_id=grant.person_id)
    person = people.present_person(session, grant.person_id)
    if holds(session, body_id, person.id, grant.role, grant.period):
        raise Refused(Reason.HOLDS_ROLE_ALREADY)
    assignment = RoleAssignment(
        person_id=person.id,
        body_id=body_id,
        role=grant.role,
        unit_id=_unit_of(session, grant),
        membership_id=_office_of(session, body_id, grant),
        granted_by_id=actor.person_id,
        in_force=grant.role not in READING_ROLES,
        starts_on=grant.period[0],
        ends_on=grant.period[1],
        reason=grant.reason,
        granted_at=clock.now(),
    )
    session.add(assignment)
    audit.record(
        session, actor, Tag.ROLE_GRANTED, assignment, person=person.id, role=grant.role.value, reason=grant.reason
    )
    if not assignment.in_force:
        _ask_to_confirm(session, assignment, person.name)
    news.announce(session, f"person:{person.id}", "access")
    return assignment


def confirm(session: Session, actor: Actor, assignment_id: int) -> None:
    """Confirm as a second person a role that reads papers; from then on it holds."""
    assignment = _assignment_for(session, actor, assignment_id, Permission.CONFIRM_ROLE)
    rules.check_may_confirm(
        in_force=assignment.in_force,
        has_ended=assignment.ends_on is not None and assignment.ends_on <= clock.today(),  # at once, on its first day
        confirmer_id=actor.person_id,
        granter_id=assignment.granted_by_id,
        person_id=assignment.person_id,
    )
    assignment.in_force, assignment.confirmed_by_id = True, actor.person_id
    audit.record(session, actor, Tag.ROLE_CONFIRMED, assignment, person=assignment.person_id)
    news.announce(session, f"person:{assignment.person_id}", "access")


def end(session: Session, actor: Actor, assignment_id: int, last_day: date | None) -> None:
    """End a role on a day, or at once; a body keeps one administrator."""
    assignment = _assignment_for(session, actor, assignment_id, Permission.GRANT_ROLES)
    rules.check_may_end(assignment.ends_on, last_day or clock.today(), clock.today())
    _check_not_last_administrator(session, assignment)
    if last_day is None:
        dates.cut(assignment, clock.today() - timedelta(days=1))
        assignment.in_force = False
    else:
        dates.end(assignment, last_day)
    ends_on = assignment.ends_on.isoformat() if assignment.ends_on else None
    audit.record(session, actor, Tag.ROLE_ENDED, assignment, person=assignment.person_id, ends_on=ends_on)
    news.announce(session, f"person:{assignment.person_id}", "access")


def holds(session: Session, body_id: int, person_id: int, role: Role, period: Period) -> bool:
    """Say whether the person has this role in the body on a day of the period, waiting for confirmation or not."""
    today = clock.today()
    given = (
        RoleAssignment.body_id == body_id,
        RoleAssignment.person_id == person_id,
        RoleAssignment.role == role,
        dates.not_over(RoleAssignment, today - timedelta(days=1)),
    )
    # One that was ended on its first day holds no more, although that day is its last.
    ended = RoleAssignment.in_force.is_(False) & (RoleAssignment.ends_on == RoleAssignment.starts_on)
    return dates.overlap(session, RoleAssignment, period, *given, ~ended)


def _assignment_for(session: Session, actor: Actor, assignment_id: int, permission: Permission) -> RoleAssignment:
    assignment = session.get(RoleAssignment, assignment_id, with_for_update=True)
    if assignment is None:
        raise NotFound
    actor.must(permission, assignment.body_id)
    actor.must_have_stepped_up(clock.now())
    return assignment


def _unit_of(session: Session, grant: Grant) -> int | None:
    if grant.role is not Role.UNIT_ADMINISTRATOR:
        return None
    if grant.unit_id is None:
        raise Refused(Reason.ROLE_NEEDS_UNIT)
    return units.open_unit(session, grant.unit_id).id


def _office_of(session: Session, body_id: int, grant: Grant) -> int | None:
    if grant.role is not Role.OFFICE_READER:
        return None
    if grant.membership_id is None:
        raise Refused(Reason.ROLE_NEEDS_MEMBER)
    membership = session.get(Membership, grant.membership_id)
    if membership is None or membership.body_id != body_id:
        raise Refused(Reason.NO_SUCH_MEMBER)
    return membership.id


def _ask_to_confirm(session: Session, assignment: RoleAssignment, title: str) -> None:
    officials = session.scalars(
        select(RoleAssignment.person_id).where(
            RoleAssignment.body_id == assignment.body_id,
            RoleAssignment.role.in_(CONFIRMERS),
            RoleAssignment.in_force.is_(True),
            *holds_on(RoleAssignment, clock.today()),
        )
    )
    for official in sorted(set(officials) - {assignment.granted_by_id, assignment.person_id}):
        notices.tell(
            session,
            official,
            Sentence.ROLE_TO_CONFIRM,
            key=f"role:{assignment.id}",
            address=f"/organisation/bodies/{assignment.body_id}/roles",
            title=title,
        )


def _check_not_last_administrator(session: Session, assignment: RoleAssignment) -> None:
    if assignment.role is not Role.ADMINISTRATOR:
        return
    others = select(RoleAssignment.id).where(
        RoleAssignment.body_id == assignment.body_id,
        RoleAssignment.role == Role.ADMINISTRATOR,
        RoleAssignment.id != assignment.id,
        RoleAssignment.in_force.is_(True),
        *holds_on(RoleAssignment, clock.today()),
    )
    if session.scalar(others.limit(1)) is None:
        raise Refused(Reason.LAST_ADMINISTRATOR)
