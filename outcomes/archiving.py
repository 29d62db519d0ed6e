"""Asking for the bag of what is over: a closed meeting, or a written procedure with the rounds before it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Because
from ecabinet import jobs
from ecabinet.access import Actor, Role
from ecabinet.organisation import queries as organisation
from meetings.models import AgendaItem, Meeting
from outcomes.models import Archive
from voting.models import Question


def ask_for_procedure(session: Session, question_id: int) -> None:
    """Ask for the bag of a written procedure that is over, and of the rounds before it: declared, moved or annulled. Each once."""
    question = session.get_one(Question, question_id)
    if session.scalar(select(Archive.id).where(Archive.question_id == question_id)) is None:
        _ask(session, Archive(body_id=question.body_id, question_id=question.id))
    if question.follows_id is not None:
        ask_for_procedure(session, question.follows_id)


def ask_for_meeting(session: Session, actor: Actor, meeting: Meeting) -> None:
    """Ask for the bag of a meeting that was closed; from now on the body's auditors may read what it had before it."""
    _let_auditors_read(session, actor, meeting)
    _ask(session, Archive(body_id=meeting.body_id, meeting_id=meeting.id))


def _let_auditors_read(session: Session, actor: Actor, meeting: Meeting) -> None:
    """From the close on, the body's auditors and archivists may read what the meeting had before it."""
    auditors = organisation.people_with_role(session, meeting.body_id, Role.AUDITOR)
    items = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).all()
    for matter_id in sorted({item.matter_id for item in items if item.matter_id is not None}):
        for person_id in auditors:
            reading.grant(session, actor, matter_id, because=Because.AUDIT, because_id=meeting.id, person_id=person_id)


def _ask(session: Session, archive: Archive) -> None:
    session.add(archive)
    session.flush()
    jobs.ask_for(session, "outcomes.write_archive", key=f"archive:{archive.id}", archive=archive.id)
