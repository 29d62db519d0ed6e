"""The tables of meetings, agendas, delegation, attendance and the hall screen."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from meetings.rules import AgendaState, ItemState, MeetingState


class MeetingKind(StrEnum):
    """What sort of meeting it is."""

    REGULAR = "regular"
    THEMATIC = "thematic"
    EXTRAORDINARY = "extraordinary"


class Meeting(Base):
    """A sitting of a body. Its start is wall time and zone, so that a change of the zone's rules does not move it."""

    __tablename__ = "meeting"
    __table_args__ = (Index(None, "body_id", "starts_local"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    kind: Mapped[MeetingKind] = mapped_column(one_of(MeetingKind, "kind"))
    title: Mapped[str] = mapped_column(String(300))
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str] = mapped_column(String(60))
    minutes: Mapped[int] = mapped_column(default=180)
    place: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState, "state"), default=MeetingState.PLANNED)
    chair_membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))  # who presides at this meeting
    agenda_state: Mapped[AgendaState] = mapped_column(one_of(AgendaState, "agenda_state"), default=AgendaState.DRAFT)
    agenda_remark: Mapped[str] = mapped_column(Text, default="")  # the chair's, when returned
    revision: Mapped[int] = mapped_column(default=1)  # grows with every edit; an edit of an older one is refused
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who approved what stands now
    published_version: Mapped[int] = mapped_column(default=0)
    current_item_id: Mapped[int | None]
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ItemKind(StrEnum):
    """What an agenda item asks of the meeting."""

    DECISION = "decision"
    DISCUSSION = "discussion"
    INFORMATION = "information"
    REPORTED_DECISION = "reported_decision"


class AgendaItem(Base):
    """A matter's place in one meeting; one id through all versions of the agenda."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Index(None, "meeting_id", "position"),
        CheckConstraint("id <> parent_id", name="not_its_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matter.id"))
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind, "kind"))
    title: Mapped[str] = mapped_column(String(500))
    presenter: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int] = mapped_column(default=10)
    position: Mapped[int]  # among its siblings
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state"), default=ItemState.PLANNED)
    deferred_from_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    called_at: Mapped[datetime | None]  # when it was called first


class ItemHold(Base):
    """A reason why an item may not be edited, moved or withdrawn: a question is open on it, or it is decided."""

    __tablename__ = "item_hold"
    __table_args__ = (UniqueConstraint("item_id", "why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    why: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]


class ItemGuest(Base):
    """A guest who attends one item and sees only its papers."""

    __tablename__ = "item_guest"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class AgendaVersion(Base):
    """An agenda as published; it never changes."""

    __tablename__ = "agenda_version"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class VersionItem(Base):
    """An item as it stands in one published version, with the papers it had then."""

    __tablename__ = "agenda_version_item"
    __table_args__ = (UniqueConstraint("version_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agenda_version.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matter.id"))
    place: Mapped[int]  # the order in the whole list, from 1
    label: Mapped[str] = mapped_column(String(12))  # "3" or "3.1"
    depth: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind, "kind"))
    title: Mapped[str] = mapped_column(String(500))
    presenter: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    papers: Mapped[list[Any]]  # [{"document": id, "version": id}]


class AgendaImport(Base):
    """An agenda read from a file that waits for the secretary's confirmation; the next one takes its place."""

    __tablename__ = "agenda_import"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    rows: Mapped[list[Any]]  # what stood in each row, as texts: see imports.Row
    at: Mapped[datetime]


class AgendaSeen(Base):
    """The version of the agenda that a person has on screen; a newer one is offered, never forced."""

    __tablename__ = "agenda_seen"
    __table_args__ = (UniqueConstraint("person_id", "meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int]


class Capacity(StrEnum):
    """As what a person attends."""

    MEMBER = "member"
    DEPUTY = "deputy"
    GUEST = "guest"


class Presence(StrEnum):
    """From where a person attends."""

    IN_ROOM = "in_room"
    REMOTE = "remote"


class Attendance(Base):
    """One stay of one person at one meeting, from checking in until leaving."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index(None, "meeting_id", "person_id"),
        Index(
            "uq_attendance_one_stay_at_a_time",
            "meeting_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    membership_id: Mapped[int | None] = mapped_column(
        ForeignKey("membership.id")
    )  # whose seat: their own, or the one a deputy sits in for
    capacity: Mapped[Capacity] = mapped_column(one_of(Capacity, "capacity"))
    presence: Mapped[Presence] = mapped_column(one_of(Presence, "presence"))
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Delegation(Base):
    """A deputy attends in a member's place between two dates; it gives a seat, never a vote."""

    __tablename__ = "delegation"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="dates"), Index(None, "membership_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class HallScreen(Base):
    """A screen in the room, paired by a code that the secretary confirms; it is nobody and sees what all present may see."""

    __tablename__ = "hall_screen"
    __table_args__ = (UniqueConstraint("token_hash"), UniqueConstraint("code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(8))  # until confirmed
    token_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))  # from where it asked for its code
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
