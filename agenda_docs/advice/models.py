"""The tables of advice: what was asked of whom, and every version of what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from agenda_docs.advice.rules import AdviceKind, RequestState
from ecabinet.database import Base, one_of


class AdviceRequest(Base):
    """One agency asked about one dossier, with a deadline of its own."""

    __tablename__ = "advice_request"
    __table_args__ = (
        Index(None, "unit_id", "state"),
        Index(
            "uq_advice_request_one_standing",
            "matter_id",
            "unit_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # the adviser
    what: Mapped[str] = mapped_column(Text, default="")  # what the agency is asked to look at
    state: Mapped[RequestState] = mapped_column(one_of(RequestState, "state"), default=RequestState.ASKED)
    days: Mapped[int]  # working days from asking, or from the last extension
    calendar_version: Mapped[int]
    due_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    extension_reason: Mapped[str] = mapped_column(Text, default="")  # of the last extension; the log has them all
    end_reason: Mapped[str] = mapped_column(Text, default="")  # why it was taken back


class Advice(Base):
    """One version of an agency's advice; the last stands. The database refuses to change or delete it."""

    __tablename__ = "advice"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("advice_request.id"))
    number: Mapped[int]
    kind: Mapped[AdviceKind] = mapped_column(one_of(AdviceKind, "kind"))
    text: Mapped[str] = mapped_column(Text, default="")
    papers: Mapped[list[Any]]  # what it was given on: [{"document": id, "number": n, "title": …, "sha256": …}]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
