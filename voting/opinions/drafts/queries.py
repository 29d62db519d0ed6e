"""What the member and their office see of drafts; nobody else sees that there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions, reading
from agenda_docs.models import Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Person
from voting import conduct, standing
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.models import Question, RollEntry
from voting.opinions.drafts import service
from voting.opinions.drafts.models import AnswerComment, AnswerDraft
from voting.queries import rule_shown


@dataclass(frozen=True)
class Draft:
    """One version of a draft."""

    number: int
    choice: str
    text: str
    discuss: bool
    reserved: str
    note: str
    is_ready: bool
    by: str
    at: datetime


@dataclass(frozen=True)
class Comment:
    """What somebody said about the drafts."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Drafts:
    """The drafts of one member's answer to one question, the newest first."""

    question_id: int
    membership_id: int
    member: str
    is_own: bool  # the reader is the member, and may take a draft over
    may_draft: bool
    is_open: bool
    has_answered: bool
    procedure: Procedure
    labels: Sequence[str]
    options: tuple[str, ...]
    versions: tuple[Draft, ...]
    comments: tuple[Comment, ...]

    @property
    def newest(self) -> Draft | None:
        """The newest version."""
        return self.versions[0] if self.versions else None


@dataclass(frozen=True)
class ToDraft:
    """A written question on which the reader's office may draft an answer."""

    question_id: int
    member: str
    title: str
    closes_at: datetime | None
    drafted: int
    is_ready: bool
    answered: bool


def of_question(session: Session, actor: Actor, question: Question) -> list[Drafts]:
    """Return the drafts that concern the reader: of their own answer, and of those members whose office they are."""
    if question.form is not Form.WRITTEN or question.state not in conduct.OPENED:
        return []
    own = actor.memberships.get(question.body_id)
    barred = reading.barred_people(session, question.matter_id)  # since the roll was frozen, too
    wanted = actor.offices | ({own} if own is not None else set())
    lines = session.scalars(
        select(RollEntry)
        .where(
            RollEntry.question_id == question.id,
            RollEntry.membership_id.in_(wanted),
            RollEntry.recused.is_(False),
            RollEntry.person_id.not_in(barred),
        )
        .order_by(RollEntry.rank, RollEntry.id)
    )
    return [_drafts(session, actor, question, line, is_own=line.membership_id == own) for line in lines]


def to_draft(session: Session, actor: Actor) -> list[ToDraft]:
    """Return the open written questions put to the members whose office the reader is, the most urgent first."""
    if not actor.offices or not actor.may(Permission.DRAFT_ANSWER):
        return []
    newest = (
        select(AnswerDraft.question_id, AnswerDraft.membership_id, func.max(AnswerDraft.number).label("number"))
        .group_by(AnswerDraft.question_id, AnswerDraft.membership_id)
        .subquery()
    )
    rows = session.execute(
        select(
            RollEntry,
            Matter.title,
            Question.closes_at,
            newest.c.number,
            AnswerDraft.is_ready,
            standing.has_ballot(RollEntry.question_id, RollEntry.membership_id),
        )
        .join(Question, Question.id == RollEntry.question_id)
        .join(Matter, Matter.id == Question.matter_id)
        .outerjoin(
            newest,
            (newest.c.question_id == RollEntry.question_id) & (newest.c.membership_id == RollEntry.membership_id),
        )
        .outerjoin(
            AnswerDraft,
            (AnswerDraft.question_id == newest.c.question_id)
            & (AnswerDraft.membership_id == newest.c.membership_id)
            & (AnswerDraft.number == newest.c.number),
        )
        .where(
            Question.form == Form.WRITTEN,
            Question.state == QuestionState.OPEN,
            RollEntry.membership_id.in_(actor.offices),
            RollEntry.recused.is_(False),
            conditions.reads_matter(actor, clock.now()),
        )
        .order_by(Question.closes_at, Question.id)
    ).all()
    return [
        ToDraft(line.question_id, line.name, title, closes_at, number or 0, bool(is_ready), bool(answered))
        for line, title, closes_at, number, is_ready, answered in rows
    ]


def _drafts(session: Session, actor: Actor, question: Question, line: RollEntry, *, is_own: bool) -> Drafts:
    return Drafts(
        question_id=question.id,
        membership_id=line.membership_id,
        member=line.name,
        is_own=is_own,
        may_draft=line.membership_id in actor.offices and actor.may(Permission.DRAFT_ANSWER, question.body_id),
        is_open=question.state is QuestionState.OPEN,
        has_answered=service.has_answered(session, question.id, line.membership_id),
        procedure=question.procedure,
        labels=question.labels,
        options=conduct.options_of(question.procedure, rule_shown(question).rule, question.labels),
        versions=_versions(session, question.id, line.membership_id),
        comments=_comments(session, question.id, line.membership_id),
    )


def _versions(session: Session, question_id: int, membership_id: int) -> tuple[Draft, ...]:
    rows = session.execute(
        select(AnswerDraft, Person.name)
        .join(Person, Person.id == AnswerDraft.person_id)
        .where(AnswerDraft.question_id == question_id, AnswerDraft.membership_id == membership_id)
        .order_by(AnswerDraft.number.desc())
    )
    return tuple(
        Draft(each.number, each.choice, each.text, each.discuss, each.reserved, each.note, each.is_ready, by, each.at)
        for each, by in rows
    )


def _comments(session: Session, question_id: int, membership_id: int) -> tuple[Comment, ...]:
    rows = session.execute(
        select(AnswerComment.text, Person.name, AnswerComment.at)
        .join(Person, Person.id == AnswerComment.person_id)
        .where(AnswerComment.question_id == question_id, AnswerComment.membership_id == membership_id)
        .order_by(AnswerComment.id)
    )
    return tuple(Comment(text, by, at) for text, by, at in rows)
