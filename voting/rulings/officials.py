"""What the rulings on a box share: who rules, whose ballots stand, whom to tell."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import news
from ecabinet.access import Actor
from ecabinet.database import after_commit
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound
from meetings import service as meetings
from voting import opening, rooms, standing
from voting.box import LockedBox
from voting.models import BoxEntry, Question


def person_of(actor: Actor) -> int:
    """Return who the actor is; the clock rules on nothing."""
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def named(session: Session, person_id: int) -> dict[str, str]:
    """Return an official as an entry names them."""
    return {"id": str(person_id), "name": session.get_one(Person, person_id).name}


def address_of(question: Question) -> str:
    """Return the page of a question."""
    return f"/questions/{question.id}" if question.item_id is not None else f"/opinions/{question.id}"


def ballots_of(session: Session, question_id: int, membership_id: int) -> list[int]:
    """Return the numbers of the ballots of one member that were neither withdrawn nor recalled, in their order; the last one counts."""
    return list(
        session.scalars(
            select(BoxEntry.number)
            .where(
                BoxEntry.question_id == question_id,
                BoxEntry.membership_id == membership_id,
                standing.counts(),
            )
            .order_by(BoxEntry.number)
        )
    )


def tell(session: Session, question: Question) -> None:
    """Tell the pages of the officials that something waits for one of them, or waits no longer; never what."""
    meeting = opening.meeting_of(session, question)
    if meeting is not None:
        news.announce(
            session,
            meetings.stream_of(meeting.id),
            "ruling",
            topic=meetings.topic_of(question.item_id),
            question=question.id,
        )


def tell_count(session: Session, locked_box: LockedBox) -> None:
    """Move the count on every screen once this is committed."""
    after_commit(session, lambda: rooms.beat(locked_box))
