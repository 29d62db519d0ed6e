"""Notices to one person: in the application at once, by e-mail through an outbox. What leaves the house carries no title and no content."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ecabinet import clock, jobs, news
from ecabinet.database import Base, one_of
from ecabinet.organisation.models import Person
from ecabinet.refusals import N_


class Sentence(StrEnum):
    """What a notice says inside the application; `%(title)s` is filled from its values."""

    OPINION_CIRCULATED = N_("Your written opinion is asked for: %(title)s. Answer by %(deadline)s.")
    OPINION_REMINDER = N_("Your written opinion is still missing: %(title)s. Answer by %(deadline)s.")
    OPINION_CLOSED = N_("The written opinions on %(title)s are closed.")
    OPINION_EXTENDED = N_("There is more time for your written opinion on %(title)s: until %(deadline)s.")
    PAPER_BALLOT_ENTERED = N_(
        "Officials entered ballot no. %(number)s for you, given on paper or by telephone: %(title)s. If it was not given by you, tell the chair that number at once."
    )
    BALLOT_WITHDRAWN = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. It does not count; you may vote again while the question is open."
    )
    EARLIER_BALLOT_COUNTS = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. Your earlier ballot no. %(standing)s counts again; you may vote again while the question is open."
    )
    NEWER_BALLOT_STANDS = N_(
        "The chair withdrew your ballot no. %(number)s by a ruling: %(title)s. Your newer ballot no. %(standing)s still counts."
    )
    PROXY_GIVEN = N_("%(holder)s casts for %(member)s while that member is away: %(title)s.")
    PROXY_ENDED = N_("%(holder)s casts for %(member)s no more: %(title)s.")
    VOTE_ANNULLED = N_("The vote on %(title)s was annulled. It does not count.")
    RESULT_CORRECTED = N_("The result of the vote on %(title)s was corrected.")
    AGENDA_PROPOSED = N_("The agenda of %(title)s waits for your approval.")
    AGENDA_RETURNED = N_("The chair returned the agenda of %(title)s with a remark.")
    AGENDA_APPROVED = N_("The chair approved the agenda of %(title)s.")
    AGENDA_PUBLISHED = N_("The agenda of %(title)s was published.")
    MATTER_LODGED = N_("A dossier was lodged: %(title)s.")
    MATTER_ACCEPTED = N_("Your dossier was accepted: %(title)s.")
    MATTER_SENT_BACK = N_("Your dossier was sent back with a reason: %(title)s.")
    ROLE_TO_CONFIRM = N_("A role waits for your confirmation: %(title)s.")
    PHONE_TO_CONFIRM = N_("The reset of a lost phone waits for your confirmation: %(title)s.")
    PHONE_REPLACED = N_(
        "Your phone for signing in was replaced. If this was not you, tell the secretariat at once: %(title)s."
    )
    PASSKEY_ADDED = N_(
        "A passkey was added to your account: %(title)s. If this was not you, tell the secretariat at once."
    )
    PASSKEY_REMOVED = N_(
        "A passkey was removed from your account: %(title)s. If this was not you, tell the secretariat at once."
    )


class Notice(Base):
    """Something one person should know; the same key tells it once only."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "key"), Index(None, "person_id", "read_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(120))
    sentence: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class DeliveryState(StrEnum):
    """Where an e-mail stands; one that was being sent when the process died is never sent a second time by itself (`ecabinet.mail`)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Delivery(Base):
    """One e-mail about one notice."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("notice_id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    recipient: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState, "state"), default=DeliveryState.WAITING)
    changed_at: Mapped[datetime]


def tell(session: Session, person_id: int, sentence: Sentence, *, key: str, address: str, **values: str) -> None:
    """Leave a notice in this transaction, once for a key; with an e-mail where the person has an address. `address` is the page it leads to."""
    if session.scalar(select(Notice.id).where(Notice.person_id == person_id, Notice.key == key)) is not None:
        return
    notice = Notice(
        person_id=person_id, key=key, sentence=sentence.name, values=values, address=address, at=clock.now()
    )
    session.add(notice)
    session.flush()
    news.announce(session, f"person:{person_id}", "notice")
    person = session.get_one(Person, person_id)
    if person.email:
        session.add(
            Delivery(notice_id=notice.id, recipient=person.email, language=person.language, changed_at=clock.now())
        )
        jobs.ask_for(session, "notices.send", key="notices.send")


def unread_count(session: Session, person_id: int) -> int:
    """Return how many notices the person has not read."""
    return (
        session.scalar(
            select(func.count()).select_from(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
        )
        or 0
    )


def latest(session: Session, person_id: int, at_most: int = 50) -> list[Notice]:
    """Return the person's notices, newest first."""
    return list(
        session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc()).limit(at_most))
    )


def mark_read(session: Session, person_id: int) -> None:
    """Mark all notices of the person as read."""
    session.execute(
        update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None)).values(read_at=clock.now())
    )
