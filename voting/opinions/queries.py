"""What the pages of written opinions ask: the papers beside the form, the secretary's overview, what is in preparation."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Document, DocumentVersion, Matter, Reading
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Refused
from voting import box, opening, queries, service, standing
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.entries import BALLOTS
from voting.models import Box, BoxEntry, Question, RollEntry
from voting.opinions import service as written


@dataclass(frozen=True)
class PaperLine:
    """A paper of a question that the actor may read."""

    version_id: int
    number: int
    title: str
    pages: int


@dataclass(frozen=True)
class Member:
    """Where one member stands with a written question: never what they answered."""

    name: str
    opened: bool
    answered_at: datetime | None
    recused: bool


@dataclass(frozen=True)
class Overview:
    """Who was asked, who has opened a paper of it, who has answered, who is missing."""

    members: tuple[Member, ...]

    @property
    def asked(self) -> int:
        """How many were asked."""
        return sum(not member.recused for member in self.members)

    @property
    def opened(self) -> int:
        """How many of them have opened a paper."""
        return sum(member.opened and not member.recused for member in self.members)

    @property
    def answered(self) -> int:
        """How many of them have answered."""
        return sum(member.answered_at is not None for member in self.members)

    @property
    def missing(self) -> int:
        """How many of them have not."""
        return self.asked - self.answered


@dataclass(frozen=True)
class Sent:
    """A written question in the secretary's list."""

    id: int
    title: str
    text: str
    state: QuestionState
    closes_at: datetime | None
    outcome: str | None
    answered: int
    of: int


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


def overview(session: Session, actor: Actor, question_id: int) -> Overview:
    """Return who was asked and who has answered, for those who prepare questions; the split is not in it."""
    question = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    answered = _answered_at(session, question.id)
    opened = set(
        session.scalars(
            select(Reading.person_id).where(Reading.version_id.in_([paper["version"] for paper in question.papers]))
        )
    )
    return Overview(
        tuple(
            Member(line.name, line.person_id in opened, answered.get(line.membership_id), line.recused)
            for line in box.roll(session, question.id)
        )
    )


def sent(session: Session, actor: Actor) -> list[Sent]:
    """Return the written questions of the bodies in which the actor prepares them, the newest first."""
    found = session.execute(
        select(Question, Matter.title, Box.voted, func.count(RollEntry.id))
        .join(Matter, Matter.id == Question.matter_id)
        .outerjoin(Box, Box.question_id == Question.id)
        .outerjoin(RollEntry, (RollEntry.question_id == Question.id) & RollEntry.recused.is_(False))
        .where(
            Question.form == Form.WRITTEN,
            Question.state != QuestionState.WITHDRAWN,
            Question.body_id.in_(actor.bodies_where(Permission.PREPARE_QUESTION)),
            conditions.reads_matter(actor, clock.now()),
        )
        .group_by(Question.id, Matter.title, Box.voted)
        .order_by(Question.id.desc())
    )
    return [
        Sent(
            id=question.id,
            title=title,
            text=question.text,
            state=question.state,
            closes_at=question.closes_at,
            outcome=queries.outcome_of(question),
            answered=voted or 0,
            of=asked,
        )
        for question, title, voted, asked in found
    ]


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


def deadlines(session: Session, question: Question) -> list[tuple[int, datetime]]:
    """Return what the deadline would be, were it sent now, for each number of working days that is allowed and known."""
    body = organisation.body(session, question.body_id)
    least, most = written.period(body, question)
    known: list[tuple[int, datetime]] = []
    with suppress(Refused):  # the calendar may not be known that far; the page offers what is
        for days in range(least, most + 1):
            known.append((days, calendar.deadline_for(session, body, clock.now(), days).at))  # noqa: PERF401 - what was known before a refusal stays
    return known


def title_of(session: Session, question: Question) -> str:
    """Return the title of the dossier that a question is about."""
    return session.get_one(Matter, question.matter_id).title


def zone_of(session: Session, question: Question) -> str:
    """Return the zone in which a question's deadline is shown."""
    return organisation.body(session, question.body_id).zone


def _current(session: Session, question: Question) -> Sequence[int]:
    return [paper["version"] for paper in opening.papers_of(session, question.matter_id)]


def _answered_at(session: Session, question_id: int) -> dict[int | None, datetime]:
    """When each member answered last; nothing else of a ballot leaves this function."""
    found = session.execute(
        select(BoxEntry.membership_id, BoxEntry.body)
        .where(BoxEntry.question_id == question_id, BoxEntry.kind.in_(BALLOTS), ~standing.is_withdrawn())
        .order_by(BoxEntry.number)
    )
    return {membership: datetime.fromisoformat(json.loads(body)["at"]) for membership, body in found}
