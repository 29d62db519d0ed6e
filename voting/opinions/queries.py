"""What the pages of written opinions ask: the papers beside the form, the secretary's overview, what is in preparation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Document, DocumentVersion, Matter
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import NotFound, Refused
from meetings.models import AgendaItem, Meeting
from meetings.rules import ItemState
from voting import conduct, opening, service
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import service as written


@dataclass(frozen=True)
class PaperLine:
    """A paper of a question that the actor may read."""

    version_id: int
    number: int
    title: str
    pages: int


@dataclass(frozen=True)
class Periods:
    """The working days that may be given, each with the deadline it would mean, and what stops the calendar from offering more."""

    offered: tuple[tuple[int, datetime], ...]
    stopped_by: Refused | None = None


@dataclass(frozen=True)
class MovedTo:
    """The meeting that decides instead of the written procedure."""

    meeting_id: int
    item_id: int
    title: str
    starts_local: datetime
    may_move_again: bool  # the item was withdrawn or deferred there


def papers(session: Session, actor: Actor, question: Question) -> list[PaperLine]:
    """Return the papers of a question that the actor may read: as frozen, or before the opening as they stand now."""
    kept = [paper["version"] for paper in question.papers] or _current(session, question)
    found = session.execute(
        select(DocumentVersion.id, DocumentVersion.number, Document.title, DocumentVersion.pages)
        .join(Document, Document.id == DocumentVersion.document_id)
        .join(Matter, Matter.id == Document.matter_id)
        .where(DocumentVersion.id.in_(kept), conditions.reads_document(actor, clock.now()))
        .order_by(Document.position, Document.id)
    )
    return [PaperLine(*row) for row in found]


def check_paper(session: Session, actor: Actor, question_id: int, version_id: int) -> None:
    """Raise `NotFound` unless this version is one of the question's papers that the actor may read."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    if version_id not in {paper.version_id for paper in papers(session, actor, question)}:
        raise NotFound


def askable(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the accepted matters about which the actor may prepare a written question."""
    found = session.execute(
        select(Matter.id, Matter.title)
        .where(
            Matter.state == MatterState.ACCEPTED,
            Matter.body_id.in_(actor.bodies_where(Permission.PREPARE_QUESTION)),
            conditions.reads_matter(actor, clock.now()),
        )
        .order_by(Matter.id.desc())
    )
    return list(found)


def periods(session: Session, question: Question) -> Periods:
    """Return what the deadline of a draft would be, were it sent now, for each number of working days that is allowed and known."""
    if question.state is not QuestionState.DRAFT:
        return Periods(())
    body = organisation.body(session, question.body_id)
    least, most = written.period(body, question)
    known: list[tuple[int, datetime]] = []
    try:
        for days in range(least, most + 1):
            known.append((days, calendar.deadline_for(session, body, clock.now(), days).at))  # noqa: PERF401 - what was known before a refusal stays
    except Refused as refusal:
        return Periods(tuple(known), refusal)
    return Periods(tuple(known))


def sees_life(actor: Actor, question: Question) -> bool:
    """Say whether the reader is shown the steps of a procedure: who prepares, conducts or declares it, and who audits it."""
    needed = (
        Permission.PREPARE_QUESTION,
        Permission.CONDUCT_QUESTION,
        Permission.DECLARE_OUTCOME,
        Permission.READ_ARCHIVE,
    )
    return any(actor.may(permission, question.body_id) for permission in needed)


def moved_to(session: Session, actor: Actor, question: Question) -> MovedTo | None:
    """Return the meeting on whose agenda a question was put; None where it was not."""
    if question.moved_to_item_id is None:
        return None
    item = session.get_one(AgendaItem, question.moved_to_item_id)
    meeting = session.get_one(Meeting, item.meeting_id)
    is_gone = item.state in (ItemState.WITHDRAWN, ItemState.DEFERRED)
    may = actor.may(Permission.CONDUCT_QUESTION, question.body_id)
    return MovedTo(meeting.id, item.id, meeting.title, meeting.starts_local, is_gone and may)


def draft_for(session: Session, actor: Actor, question_id: int) -> Question:
    """Return a written draft that the actor may change; refuse one that was sent."""
    question = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    if question.form is not Form.WRITTEN:
        raise NotFound
    conduct.check_may_amend(question.state)
    return question


def title_of(session: Session, question: Question) -> str:
    """Return the title of the dossier that a question is about."""
    return session.get_one(Matter, question.matter_id).title


def zone_of(session: Session, question: Question) -> str:
    """Return the zone in which a question's deadline is shown."""
    return organisation.body(session, question.body_id).zone


def _current(session: Session, question: Question) -> Sequence[int]:
    return [paper["version"] for paper in opening.papers_of(session, question.matter_id)]
