"""The steps of a written question's life. Rows are added and never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of


class StepKind(StrEnum):
    """What happened to a written question."""

    PREPARED = "prepared"
    AMENDED = "amended"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    CIRCULATED = "circulated"
    EXTENDED = "extended"
    ROUND = "round"
    CLOSED = "closed"
    CLASSIFIED = "classified"
    DECLARED = "declared"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"


class OpinionStep(Base):
    """One step: what, when, by whom (nobody where the clock did it), why, and the figures that belong to it. The database refuses to change or delete it."""

    __tablename__ = "opinion_step"
    __table_args__ = (Index(None, "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind, "kind"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
