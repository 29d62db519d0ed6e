"""Bodies and their settings: rules, office hours, periods, how long a step-up counts."""

from dataclasses import asdict, dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.notices.rules import schedule_of
from ecabinet.organisation import rules, units
from ecabinet.organisation.models import Body, RoleAssignment, WorkingCalendar
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import Forbidden, NotFound, Refused


@dataclass(frozen=True)
class Settings:
    """Everything about a body that its administrator sets."""

    name: str
    unit_id: int
    calendar_id: int
    zone: str
    office_closes: time
    meeting_rule: str
    written_rule: str
    written_days_least: int
    written_days_most: int
    step_up_minutes: int
    procedure_rule: str | None = None
    election_rule: str | None = None
    circulation_approved: bool = True
    reminders: str = "3d 1d 4h overdue"
    quiet_from: time = time(21, 0)
    quiet_until: time = time(7, 0)
    escalates: bool = True


def body_for(session: Session, actor: Actor, body_id: int, permission: Permission) -> Body:
    """Return a body in which the actor has this permission."""
    body = session.get(Body, body_id)
    if body is None:
        raise NotFound
    actor.must(permission, body_id)
    return body


def change_settings(session: Session, actor: Actor, body_id: int, settings: Settings) -> None:
    """Change a body's settings; questions and deadlines that stand already keep what they were frozen with."""
    body = body_for(session, actor, body_id, Permission.MANAGE_UNITS)
    actor.must_have_stepped_up(clock.now())
    _check(session, settings)
    before = {name: str(getattr(body, name)) for name in asdict(settings)}
    _apply(body, settings)
    after = {name: str(value) for name, value in asdict(settings).items() if before[name] != str(value)}
    audit.record(
        session,
        actor,
        Tag.UNIT_CHANGED,
        body,
        body_id=body_id,
        before={name: before[name] for name in after},
        after=after,
    )


def add_body(session: Session, actor: Actor, code: str, settings: Settings) -> Body:
    """Found a body; its first administrator is the one who founds it, who cannot read its papers. The system founds one without."""
    if not actor.may(Permission.MANAGE_UNITS):
        raise Forbidden(Permission.MANAGE_UNITS)
    actor.must_have_stepped_up(clock.now())
    _check(session, settings)
    if session.scalar(select(Body.id).where(Body.code == code)) is not None:
        raise Refused(Reason.CODE_TAKEN, code=code)
    body = Body(code=code, **asdict(settings))
    session.add(body)
    session.flush()
    if actor.person_id is not None:
        session.add(
            RoleAssignment(
                person_id=actor.person_id,
                body_id=body.id,
                role=Role.ADMINISTRATOR,
                starts_on=clock.today(),
                granted_at=clock.now(),
            )
        )
    audit.record(session, actor, Tag.UNIT_CHANGED, body, body_id=body.id, added=True, code=code)
    return body


def _check(session: Session, settings: Settings) -> None:
    units.open_unit(session, settings.unit_id)
    if session.get(WorkingCalendar, settings.calendar_id) is None:
        raise Refused(Reason.NO_SUCH_CALENDAR)
    rules.check_zone(settings.zone)
    schedule_of(settings.reminders)
    for name in (settings.meeting_rule, settings.written_rule, settings.procedure_rule, settings.election_rule):
        if name is not None:
            rules.check_rule_name(name)
    if settings.written_days_most < settings.written_days_least:
        raise Refused(Reason.MOST_BELOW_LEAST)


def _apply(body: Body, settings: Settings) -> None:
    for name, value in asdict(settings).items():
        setattr(body, name, value)
