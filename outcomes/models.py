"""The tables of decisions and archives."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from outcomes.rules import DecisionKind


class Declaration(Base):
    """The outcome as the chair declared it, kept apart from the one that the rule computed. The database refuses to change it."""

    __tablename__ = "declaration"
    __table_args__ = (UniqueConstraint("question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    remark: Mapped[str] = mapped_column(Text, default="")
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime]


class Decision(Base):
    """What was decided on a matter. The database refuses to change it; a correction is a new record that names the old."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("body_id", "year", "number"),
        UniqueConstraint("corrects_id"),
        Index(None, "matter_id"),
        Index(None, "meeting_id"),
        Index(None, "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    year: Mapped[int]
    number: Mapped[int]
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matter.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind, "kind"))
    title: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    finalised_by: Mapped[str] = mapped_column(
        String(200), default=""
    )  # adopted with changes: who, by when, checked by whom
    finalised_until: Mapped[date | None]
    checked_by: Mapped[str] = mapped_column(String(200), default="")
    until: Mapped[date | None]  # not adopted: resubmit by; deferred: deferred to
    present: Mapped[list[Any]]  # names of those present, where it was adopted without a vote
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    reason: Mapped[str] = mapped_column(Text, default="")  # of a correction
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class ArchiveState(StrEnum):
    """Where the writing of a bag stands."""

    WAITING = "waiting"
    WRITTEN = "written"


class Archive(Base):
    """The bag of one closed meeting or one written procedure."""

    __tablename__ = "archive"
    __table_args__ = (UniqueConstraint("meeting_id"), UniqueConstraint("question_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    state: Mapped[ArchiveState] = mapped_column(one_of(ArchiveState, "state"), default=ArchiveState.WAITING)
    folder: Mapped[str | None] = mapped_column(String(120))
    manifest_sha512: Mapped[str | None] = mapped_column(String(128))
    written_at: Mapped[datetime | None]
