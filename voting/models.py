"""The tables of questions, rolls and the ballot box."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.entries import EntryKind


class Question(Base):
    """One question on one matter, in the room or in writing: the same roll, box, rule and result."""

    __tablename__ = "question"
    __table_args__ = (
        Index(None, "item_id"),
        Index(None, "body_id", "form", "state"),
        CheckConstraint("(form = 'meeting') = (item_id IS NOT NULL)", name="in_the_room_with_an_item"),
        CheckConstraint("state <> 'closed' OR outcome IS NOT NULL", name="closed_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    round: Mapped[int] = mapped_column(default=1)
    form: Mapped[Form] = mapped_column(one_of(Form, "form"))
    procedure: Mapped[Procedure] = mapped_column(one_of(Procedure, "procedure"), default=Procedure.VOTE)
    state: Mapped[QuestionState] = mapped_column(one_of(QuestionState, "state"), default=QuestionState.DRAFT)
    text: Mapped[str] = mapped_column(Text)  # as it stands now; every earlier wording is a QuestionText
    rule_name: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any] | None]  # frozen at opening
    papers: Mapped[list[Any]]  # frozen at opening: [{"document": id, "version": id, "title": …, "sha256": …}]
    seen: Mapped[str | None] = mapped_column(String(64))  # the hash of what is shown with the ballot
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    deadline_days: Mapped[int | None]  # working days, of a written question
    calendar_version: Mapped[int | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))  # as the rule computed it
    declared: Mapped[str | None] = mapped_column(String(20))  # as the chair declared it, told by the outcomes
    result: Mapped[dict[str, Any] | None]  # figures and reasons as the rule engine gave them, never recomputed in place


class QuestionText(Base):
    """One wording of a question."""

    __tablename__ = "question_text"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class RollEntry(Base):
    """One member entitled on one question, as frozen at its opening; presence alone is taken at the close."""

    __tablename__ = "roll_entry"
    __table_args__ = (UniqueConstraint("question_id", "person_id"), UniqueConstraint("question_id", "membership_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int]
    roles: Mapped[list[Any]]
    recused: Mapped[bool] = mapped_column(default=False)
    substituted: Mapped[bool] = mapped_column(default=False)


class Box(Base):
    """The head of a ballot box: the row that every command on it locks."""

    __tablename__ = "box"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    is_open: Mapped[bool]
    length: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))  # the leaf of the last entry
    voted: Mapped[int] = mapped_column(default=0)  # members with at least one ballot


class BoxEntry(Base):
    """One entry, its body as canonical JSON bytes. The database refuses to change or delete it."""

    __tablename__ = "box_entry"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        UniqueConstraint("question_id", "cast_id"),
        Index(None, "question_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(one_of(EntryKind, "kind"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[str] = mapped_column(String(64))
    cast_id: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
