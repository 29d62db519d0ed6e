"""The table of who answered when, as it stood at the close."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of


class Standing(StrEnum):
    """Where a member stood with a written question at its close."""

    ANSWERED = "answered"  # before the deadline that was first set
    LATE = "late"  # after it: in the time that an extension gave, or in the grace
    SILENT = "silent"
    RECUSED = "recused"


class Turnout(Base):
    """Where one member stood with a written question when it closed; figures over many questions read this. The database refuses to change it."""

    __tablename__ = "opinion_turnout"
    __table_args__ = (UniqueConstraint("question_id", "membership_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    standing: Mapped[Standing] = mapped_column(one_of(Standing, "standing"))
    choice: Mapped[str | None] = mapped_column(String(40))  # as the member gave it; who gave none has none
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]  # the first answer of those that were not taken back
