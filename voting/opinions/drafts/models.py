"""The tables of drafts: every version stays, and none is an answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base


class AnswerDraft(Base):
    """One version of what a member's office proposes to answer. The database refuses to change or delete it."""

    __tablename__ = "answer_draft"
    __table_args__ = (UniqueConstraint("question_id", "membership_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    number: Mapped[int]
    choice: Mapped[str] = mapped_column(String(40), default="")  # nothing while it is undecided
    text: Mapped[str] = mapped_column(Text, default="")
    discuss: Mapped[bool] = mapped_column(default=False)
    reserved: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")  # to the member, never part of an answer
    is_ready: Mapped[bool] = mapped_column(default=False)  # the member was told
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class AnswerComment(Base):
    """What somebody of the office, or the member, says about the drafts of one answer. The database refuses to change or delete it."""

    __tablename__ = "answer_comment"
    __table_args__ = (Index(None, "question_id", "membership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
