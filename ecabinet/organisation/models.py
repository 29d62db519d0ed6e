"""The tables of the organisation. What is dated is never overwritten: it ends, and a new row begins."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.access import Role
from ecabinet.database import Base, one_of


class Unit(Base):
    """An agency or a part of one; the units form a tree."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("code"), CheckConstraint("id <> parent_id", name="not_its_own_parent"))

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    closed_on: Mapped[date | None]


class Position(Base):
    """An office that someone can hold in a unit, such as minister or deputy minister."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("unit_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(200))


class Person(Base):
    """Someone who can sign in."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    signs_ballots: Mapped[bool] = mapped_column(default=False)  # each with a passkey, by their own wish
    phone: Mapped[str | None] = mapped_column(String(20))  # for SMS, as E.164 writes it
    digest: Mapped[bool] = mapped_column(default=False)  # one e-mail a day, by their own wish
    left_on: Mapped[date | None]


class Post(Base):
    """A person in a position for a time, acting or not."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    acting: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class WorkingCalendar(Base):
    """Which days an office works; its version grows with every change, so that a deadline can say which one it was counted by."""

    __tablename__ = "working_calendar"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)
    weekend: Mapped[str] = mapped_column(String(20), default="5,6")  # days of the week that are free, Monday is 0
    covers_until: Mapped[date]  # the last day for which holidays are known


class DayKind(StrEnum):
    """How a day differs from the week's pattern."""

    HOLIDAY = "holiday"
    WORKING = "working"


class CalendarDay(Base):
    """A holiday, or a weekend day worked to make up for one."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("working_calendar.id"))
    day: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(one_of(DayKind, "kind"))
    name: Mapped[str] = mapped_column(String(120))


class Body(Base):
    """A body that meets and decides: a government, a committee."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the office that serves it
    calendar_id: Mapped[int] = mapped_column(ForeignKey("working_calendar.id"))
    zone: Mapped[str] = mapped_column(String(60))
    office_closes: Mapped[time] = mapped_column(default=time(17, 0))
    meeting_rule: Mapped[str] = mapped_column(String(80))  # "<rulebook>/<rule>"
    written_rule: Mapped[str] = mapped_column(String(80))
    procedure_rule: Mapped[str | None] = mapped_column(String(80))  # where it is not the rule for meetings
    election_rule: Mapped[str | None] = mapped_column(String(80))
    written_days_least: Mapped[int] = mapped_column(default=2)
    written_days_most: Mapped[int] = mapped_column(default=5)
    step_up_minutes: Mapped[int] = mapped_column(default=15)
    reminders: Mapped[str] = mapped_column(
        String(120), default="3d 1d 4h overdue"
    )  # `ecabinet.notices.rules.schedule_of`
    quiet_from: Mapped[time] = mapped_column(default=time(21, 0))  # from then until then messages wait
    quiet_until: Mapped[time] = mapped_column(default=time(7, 0))
    escalates: Mapped[bool] = mapped_column(default=True)  # the last reminder goes to the member's office too
    circulation_approved: Mapped[bool] = mapped_column(default=True)  # the chair approves a written question first


class Membership(Base):
    """A seat in a body: what votes, once for a person however many posts they hold."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index(None, "body_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rank: Mapped[int] = mapped_column(default=100)  # the order of precedence in lists
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Designation(Base):
    """A role of the roll that a member holds for a time, such as `prime_minister`; frozen with each roll."""

    __tablename__ = "designation"
    __table_args__ = (Index(None, "membership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    role: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class RoleAssignment(Base):
    """A permission role of a person in a body for a time; one that reads papers holds only once a second person confirmed it."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        Index(None, "person_id"),
        CheckConstraint("granted_by_id IS NULL OR granted_by_id <> person_id", name="not_to_oneself"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> granted_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  # of a unit administrator
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))  # of an office reader: whose office
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    in_force: Mapped[bool] = mapped_column(default=True)  # false while a second person has to confirm
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    granted_at: Mapped[datetime]
