"""The working calendar in the database: read for a deadline, changed day by day; each change makes a new version."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import rules
from ecabinet.organisation.models import Body, CalendarDay, DayKind, WorkingCalendar
from ecabinet.organisation.rules import Reason, WorkingDays
from ecabinet.refusals import Forbidden, NotFound, Refused

Json = str | int | None


@dataclass(frozen=True)
class Deadline:
    """When a period of working days ends, and by which version of the calendar it was counted."""

    at: datetime
    calendar_version: int


def working_days(session: Session, calendar_id: int) -> tuple[WorkingDays, int]:
    """Return a calendar as plain values, and its version."""
    calendar = session.get_one(WorkingCalendar, calendar_id)
    days = session.execute(
        select(CalendarDay.day, CalendarDay.kind).where(CalendarDay.calendar_id == calendar_id)
    ).all()
    by_kind = {kind: frozenset(day for day, its_kind in days if its_kind is kind) for kind in DayKind}
    plain = WorkingDays(
        weekend=rules.weekend_of(calendar.weekend),
        covers_until=calendar.covers_until,
        holidays=by_kind[DayKind.HOLIDAY],
        make_up_days=by_kind[DayKind.WORKING],
    )
    return plain, calendar.version


def deadline_for(session: Session, body: Body, sent: datetime, days: int) -> Deadline:
    """Return when a period of working days of this body ends; raise `Refused` when its calendar is not known that far."""
    plain, version = working_days(session, body.calendar_id)
    return Deadline(rules.deadline(sent, days, body.office_closes, body.zone, plain), version)


@dataclass(frozen=True)
class EndsSoon:
    """A body whose longest period for written opinions could soon pass what its calendar knows."""

    body: str
    calendar_id: int
    calendar: str
    covers_until: date


def ending_soon(session: Session, body_ids: Collection[int]) -> list[EndsSoon]:
    """Return which of these bodies work by a calendar that has to be continued before it matters."""
    found = session.execute(
        select(Body, WorkingCalendar)
        .join(WorkingCalendar, WorkingCalendar.id == Body.calendar_id)
        .where(Body.id.in_(body_ids))
        .order_by(Body.name, Body.id)
    )
    return [
        EndsSoon(body.name, calendar.id, calendar.name, calendar.covers_until)
        for body, calendar in found
        if rules.ends_too_early(clock.today(body.zone), body.written_days_most, working_days(session, calendar.id)[0])
    ]


def bodies_of(session: Session, calendar_id: int) -> list[int]:
    """Return the bodies that work by a calendar."""
    return list(session.scalars(select(Body.id).where(Body.calendar_id == calendar_id)))


def calendar_for(session: Session, actor: Actor, calendar_id: int) -> WorkingCalendar:
    """Return a calendar that the actor may change: one that a body of theirs works by."""
    calendar = session.get(WorkingCalendar, calendar_id)
    if calendar is None:
        raise NotFound
    used_by = set(session.scalars(select(Body.id).where(Body.calendar_id == calendar_id)))
    if used_by and not used_by & actor.bodies_where(Permission.MANAGE_CALENDAR):
        raise Forbidden(Permission.MANAGE_CALENDAR)
    return calendar


def days_of(session: Session, calendar_id: int) -> list[CalendarDay]:
    """Return the holidays and make-up days of a calendar, by date."""
    return list(
        session.scalars(select(CalendarDay).where(CalendarDay.calendar_id == calendar_id).order_by(CalendarDay.day))
    )


def change_week(session: Session, actor: Actor, calendar_id: int, *, weekend: list[int], covers_until: date) -> None:
    """Change which days of the week are free, and until when the holidays are known."""
    calendar = _locked(session, actor, calendar_id)
    calendar.weekend, calendar.covers_until = rules.weekend_as_text(weekend), covers_until
    _changed(session, actor, calendar, weekend=calendar.weekend, covers_until=covers_until.isoformat())


def add_day(session: Session, actor: Actor, calendar_id: int, *, day: date, kind: DayKind, name: str) -> CalendarDay:
    """Enter a holiday or a make-up working day; refuse a day that is entered already."""
    calendar = _locked(session, actor, calendar_id)
    taken = select(CalendarDay.id).where(CalendarDay.calendar_id == calendar_id, CalendarDay.day == day)
    if session.scalar(taken) is not None:
        raise Refused(Reason.DAY_TAKEN, day=day)
    row = CalendarDay(calendar_id=calendar_id, day=day, kind=kind, name=name)
    session.add(row)
    _changed(session, actor, calendar, added=day.isoformat(), kind=kind.value, name=name)
    return row


def remove_day(session: Session, actor: Actor, calendar_id: int, day_id: int) -> None:
    """Take a day out of the calendar; the audit log keeps what it was, and deadlines already set stay as they are."""
    calendar = _locked(session, actor, calendar_id)
    row = session.get(CalendarDay, day_id)
    if row is None or row.calendar_id != calendar_id:
        raise NotFound
    session.delete(row)
    _changed(session, actor, calendar, removed=row.day.isoformat(), kind=row.kind.value, name=row.name)


def _locked(session: Session, actor: Actor, calendar_id: int) -> WorkingCalendar:
    """Two who change the calendar at once make two versions."""
    calendar = calendar_for(session, actor, calendar_id)
    session.refresh(calendar, with_for_update=True)
    return calendar


def _changed(session: Session, actor: Actor, calendar: WorkingCalendar, **details: Json) -> None:
    calendar.version += 1
    audit.record(session, actor, Tag.CALENDAR_CHANGED, calendar, body_id=None, version=calendar.version, **details)
