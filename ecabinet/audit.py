"""What was done, by whom, in the same transaction as the deed. Rows are added and never changed."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import Base


class Tag(StrEnum):
    """Every deed that leaves a row."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    DEVICE_REVOKED = "device_revoked"
    STEPPED_UP = "stepped_up"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a tag
    PHONE_RESET_REQUESTED = "phone_reset_requested"
    PHONE_RESET_CONFIRMED = "phone_reset_confirmed"
    PHONE_REPLACED = "phone_replaced"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    UNIT_CHANGED = "unit_changed"
    PERSON_CHANGED = "person_changed"
    POST_CHANGED = "post_changed"
    MEMBERSHIP_CHANGED = "membership_changed"
    ROLE_GRANTED = "role_granted"
    ROLE_CONFIRMED = "role_confirmed"
    ROLE_ENDED = "role_ended"
    CALENDAR_CHANGED = "calendar_changed"
    MATTER_LODGED = "matter_lodged"
    MATTER_CHANGED = "matter_changed"
    MATTER_ACCEPTED = "matter_accepted"
    MATTER_SENT_BACK = "matter_sent_back"
    MATTER_WITHDRAWN = "matter_withdrawn"
    DOCUMENT_SUBMITTED = "document_submitted"
    DOCUMENT_REFUSED = "document_refused"
    DOCUMENT_REMOVED = "document_removed"
    DOCUMENT_OPENED = "document_opened"
    GRANT_GIVEN = "grant_given"
    GRANT_ENDED = "grant_ended"
    CONFLICT_DECLARED = "conflict_declared"
    CONFLICT_ENDED = "conflict_ended"
    ADVICE_ASKED = "advice_asked"
    ADVICE_GIVEN = "advice_given"
    ADVICE_EXTENDED = "advice_extended"
    ADVICE_TAKEN_BACK = "advice_taken_back"
    ADVICE_NOT_GIVEN = "advice_not_given"
    MEETING_CREATED = "meeting_created"
    MEETING_CHANGED = "meeting_changed"
    AGENDA_CHANGED = "agenda_changed"
    AGENDA_IMPORTED = "agenda_imported"
    AGENDA_PROPOSED = "agenda_proposed"
    AGENDA_APPROVED = "agenda_approved"
    AGENDA_RETURNED = "agenda_returned"
    AGENDA_PUBLISHED = "agenda_published"
    DELEGATION_RECORDED = "delegation_recorded"
    DELEGATION_ENDED = "delegation_ended"
    MEETING_STARTED = "meeting_started"
    MEETING_CLOSED = "meeting_closed"
    ITEM_CALLED = "item_called"
    ITEM_DONE = "item_done"
    CHECKED_IN = "checked_in"
    LEFT = "left"
    HALL_PAIRED = "hall_paired"
    HALL_ENDED = "hall_ended"
    QUESTION_PREPARED = "question_prepared"
    QUESTION_AMENDED = "question_amended"
    QUESTION_ARMED = "question_armed"
    QUESTION_OPENED = "question_opened"
    QUESTION_CLOSED = "question_closed"
    QUESTION_WITHDRAWN = "question_withdrawn"
    GAP_ACCEPTED = "gap_accepted"
    BALLOT_CAST = "ballot_cast"
    ANSWER_DRAFTED = "answer_drafted"
    ANSWER_COMMENTED = "answer_commented"
    BALLOT_RECALLED = "ballot_recalled"
    PAPER_BALLOT_ENTERED = "paper_ballot_entered"
    PAPER_BALLOT_CONFIRMED = "paper_ballot_confirmed"
    PAPER_BALLOT_DISCARDED = "paper_ballot_discarded"
    BALLOT_WITHDRAWN = "ballot_withdrawn"
    QUESTION_EXTENDED = "question_extended"
    ANNULMENT_ASKED = "annulment_asked"
    QUESTION_ANNULLED = "question_annulled"
    QUESTION_TAKEN_OUT = "question_taken_out"
    CORRECTION_ASKED = "correction_asked"
    RESULT_CORRECTED = "result_corrected"
    RULING_DROPPED = "ruling_dropped"
    RULEBOOK_WRITTEN = "rulebook_written"
    WEIGHTS_ENTERED = "weights_entered"
    PROXY_GIVEN = "proxy_given"
    PROXY_ENDED = "proxy_ended"
    OPINION_PROPOSED = "opinion_proposed"
    OPINION_APPROVED = "opinion_approved"
    OPINION_RETURNED = "opinion_returned"
    OPINION_CIRCULATED = "opinion_circulated"
    OPINION_MOVED = "opinion_moved"
    OPINION_REMINDED = "opinion_reminded"
    COLLATION_EXPORTED = "collation_exported"
    COMMENT_ANSWERED = "comment_answered"
    COMMENT_SENT_BACK = "comment_sent_back"
    STATISTICS_EXPORTED = "statistics_exported"
    POSITION_TAKEN = "position_taken"
    POSITION_WITHDRAWN = "position_withdrawn"
    BLOCK_PREPARED = "block_prepared"
    BLOCK_ARMED = "block_armed"
    BLOCK_OPENED = "block_opened"
    BLOCK_CLOSED = "block_closed"
    BLOCK_WITHDRAWN = "block_withdrawn"
    BLOCK_ITEM_TAKEN_OUT = "block_item_taken_out"
    OUTCOME_DECLARED = "outcome_declared"
    DECISION_RECORDED = "decision_recorded"
    DECISION_CORRECTED = "decision_corrected"
    DELIVERY_SENT_AGAIN = "delivery_sent_again"
    ARCHIVE_WRITTEN = "archive_written"
    ARCHIVE_HANDED_OUT = "archive_handed_out"


class AuditEntry(Base):
    """One deed. The database refuses to change or delete it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "body_id", "at"), Index(None, "subject_kind", "subject_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[int | None]
    tag: Mapped[str] = mapped_column(String(40))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    details: Mapped[dict[str, Any]]


def record(
    session: Session, actor: Actor, tag: Tag, subject: Base, *, body_id: int | None = None, **details: object
) -> None:
    """Write that the actor did this to the subject; `details` are plain JSON values and hold no content of papers or ballots."""
    session.flush()
    session.add(
        AuditEntry(
            at=clock.now(),
            person_id=actor.person_id,
            session_id=actor.session_id,
            tag=tag.value,
            body_id=body_id if body_id is not None else getattr(subject, "body_id", None),
            subject_kind=subject.__tablename__,
            subject_id=subject.id,  # type: ignore[attr-defined]  # every table that is audited has one
            details=details,
        )
    )


def row_of(
    actor: Actor, tag: Tag, subject: tuple[type[Base], int], *, body_id: int, at: datetime, **details: object
) -> dict[str, object]:
    """Return the row of one deed among many, for `record_many`; the subject is named by its table and id."""
    table, subject_id = subject
    return {
        "at": at,
        "person_id": actor.person_id,
        "session_id": actor.session_id,
        "tag": tag.value,
        "body_id": body_id,
        "subject_kind": table.__tablename__,
        "subject_id": subject_id,
        "details": details,
    }


def record_many(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Write many deeds in one statement: what `record` does, for a burst."""
    session.execute(insert(AuditEntry.__table__), rows)  # type: ignore[arg-type] # a mapped table is a table
