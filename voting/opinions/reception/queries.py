"""What the pages of the explanation-and-reception table show: the comments, their answers with every version, how far it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person, Unit
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions.reception import rules, service
from voting.opinions.reception.models import CommentAnswer, OpinionComment
from voting.opinions.reception.rules import Step


@dataclass(frozen=True)
class AnswerStep:
    """One version of an answer, or that it was sent back."""

    number: int
    step: Step
    words: str
    place: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Row:
    """One comment with its answer; `steps` has every version, the last one last."""

    id: int
    position: int
    name: str
    point: str
    text: str
    is_reserved: bool
    steps: tuple[AnswerStep, ...]

    @property
    def last(self) -> AnswerStep | None:
        """The step that stands."""
        return self.steps[-1] if self.steps else None

    @property
    def is_answered(self) -> bool:
        """Whether an answer stands."""
        return self.last is not None and self.last.step in rules.ANSWERS

    @property
    def number(self) -> int:
        """The number of the step that stands, 0 before the first."""
        return self.last.number if self.last is not None else 0


@dataclass(frozen=True)
class Table:
    """The whole table, as one reader may see it."""

    question_id: int
    title: str
    unit: str
    zone: str
    text: str
    round: int
    closed_at: datetime | None
    rows: tuple[Row, ...]
    may_answer: bool
    may_return: bool
    reads_question: bool
    before_id: int | None  # the question of the round before, with its own comments

    @property
    def answered(self) -> int:
        """How many comments have an answer that stands."""
        return sum(row.is_answered for row in self.rows)

    @property
    def waiting(self) -> int:
        """How many have none."""
        return len(self.rows) - self.answered

    @property
    def is_complete(self) -> bool:
        """Whether every comment is answered."""
        return not self.waiting

    @property
    def first_waiting(self) -> int | None:
        """The first comment without an answer that stands: its form is open."""
        return next((row.id for row in self.rows if not row.is_answered), None)

    def number(self, step: Step) -> int:
        """Count the comments on which this step stands."""
        return sum(row.last is not None and row.last.step is step for row in self.rows)


@dataclass(frozen=True)
class Line:
    """A table in the list of those the actor answers or follows."""

    question_id: int
    title: str
    unit: str
    zone: str
    closed_at: datetime | None
    comments: int
    answered: int
    is_mine: bool


def table(session: Session, actor: Actor, question_id: int) -> Table:
    """Return the table of a closed written question, for those who may see it."""
    question = service.table_for(session, actor, question_id, Permission.READ_COMMENTS)
    return of_question(session, actor, question)


def of_question(session: Session, actor: Actor, question: Question) -> Table:
    """Return the table of a question that the caller has found through the gate."""
    matter = session.get_one(Matter, question.matter_id)
    return Table(
        question_id=question.id,
        title=matter.title,
        unit=session.get_one(Unit, matter.unit_id).name,
        zone=organisation.body(session, question.body_id).zone,
        text=question.text,
        round=question.round,
        closed_at=question.closed_at,
        rows=rows_of(session, question.id),
        may_answer=service.in_charge(session, actor, question),
        may_return=actor.may(Permission.PREPARE_QUESTION, question.body_id),
        reads_question=actor.may(Permission.READ_QUESTION, question.body_id),
        before_id=question.follows_id,
    )


def rows_of(session: Session, question_id: int) -> tuple[Row, ...]:
    """Return the comments of a question with every step of their answers."""
    comments = session.scalars(
        select(OpinionComment).where(OpinionComment.question_id == question_id).order_by(OpinionComment.position)
    ).all()
    steps = _steps(session, [comment.id for comment in comments])
    return tuple(
        Row(
            id=comment.id,
            position=comment.position,
            name=comment.name,
            point=comment.point,
            text=comment.text,
            is_reserved=comment.is_reserved,
            steps=tuple(steps.get(comment.id, ())),
        )
        for comment in comments
    )


def tables(session: Session, actor: Actor, *, own: bool = False) -> list[Line]:
    """Return the tables that the actor answers or follows (with `own` those of their agency alone), those that wait first, then the newest."""
    matters = conditions.reads_matter(actor, clock.now())
    agencies = [Matter.unit_id.in_(actor.units)] if own else []
    found = session.execute(
        select(Question, Matter.title, Matter.unit_id, Unit.name)
        .join(Matter, Matter.id == Question.matter_id)
        .join(Unit, Unit.id == Matter.unit_id)
        .where(
            Question.form == Form.WRITTEN,
            Question.state == QuestionState.CLOSED,
            Question.body_id.in_(actor.bodies_where(Permission.ANSWER_COMMENTS)),
            select(OpinionComment.id).where(OpinionComment.question_id == Question.id).exists(),
            matters,
            *agencies,
        )
        .order_by(Question.closed_at.desc(), Question.id.desc())
    ).all()
    mine = [
        row for row in found if row.unit_id in actor.units or actor.may(Permission.READ_QUESTION, row.Question.body_id)
    ]
    counts = _counts(session, [row.Question.id for row in mine])
    zones = {body.id: body.zone for body in organisation.bodies(session)}
    lines = [
        Line(
            question_id=question.id,
            title=title,
            unit=unit,
            zone=zones[question.body_id],
            closed_at=question.closed_at,
            comments=counts[question.id][0],
            answered=counts[question.id][1],
            is_mine=unit_id in actor.units,
        )
        for question, title, unit_id, unit in mine
    ]
    return sorted(lines, key=lambda line: line.answered == line.comments)


def to_answer(session: Session, actor: Actor) -> list[Line]:
    """Return the tables that wait for an answer of the actor's own agency, for the home page."""
    if not actor.units or not actor.may(Permission.ANSWER_COMMENTS):
        return []
    return [line for line in tables(session, actor, own=True) if line.answered < line.comments]


def _counts(session: Session, question_ids: list[int]) -> Mapping[int, tuple[int, int]]:
    """How many comments each question has, and how many of them have an answer that stands."""
    newest = (
        select(CommentAnswer.comment_id, func.max(CommentAnswer.number).label("number"))
        .group_by(CommentAnswer.comment_id)
        .subquery()
    )
    found = session.execute(
        select(OpinionComment.question_id, CommentAnswer.step)
        .outerjoin(newest, newest.c.comment_id == OpinionComment.id)
        .outerjoin(
            CommentAnswer,
            (CommentAnswer.comment_id == OpinionComment.id) & (CommentAnswer.number == newest.c.number),
        )
        .where(OpinionComment.question_id.in_(question_ids))
    )
    counts: dict[int, tuple[int, int]] = {}
    for question_id, step in found:
        comments, answered = counts.get(question_id, (0, 0))
        counts[question_id] = comments + 1, answered + (step in rules.ANSWERS)
    return counts


def _steps(session: Session, comment_ids: Iterable[int]) -> dict[int, list[AnswerStep]]:
    found = session.execute(
        select(CommentAnswer, Person.name)
        .join(Person, Person.id == CommentAnswer.person_id)
        .where(CommentAnswer.comment_id.in_(list(comment_ids)))
        .order_by(CommentAnswer.comment_id, CommentAnswer.number)
    )
    steps: dict[int, list[AnswerStep]] = {}
    for step, name in found:
        steps.setdefault(step.comment_id, []).append(
            AnswerStep(step.number, step.step, step.words, step.place, name, step.at)
        )
    return steps
