"""The life of a written question, step by step: every verb that moves it leaves one row, in its own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.organisation.models import Person
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions.models import OpinionStep, StepKind

Value = str | int | bool | None


@dataclass(frozen=True)
class StepLine:
    """One step as the page shows it; `by` is empty where the clock took it."""

    id: int
    kind: StepKind
    at: datetime
    by: str
    remark: str
    values: Mapping[str, Value]


def record(
    session: Session, actor: Actor, question: Question, kind: StepKind, remark: str = "", **values: Value
) -> OpinionStep:
    """Leave a step of a written question, and return it with its id."""
    step = OpinionStep(
        question_id=question.id,
        kind=kind,
        at=clock.now(),
        person_id=actor.person_id,
        remark=remark,
        values=dict(values),
    )
    session.add(step)
    session.flush()
    return step


def record_if_written(
    session: Session, actor: Actor, question: Question, kind: StepKind, remark: str = "", **values: Value
) -> None:
    """Leave a step where the question is a written one; the verbs of both forms call this. A question in the room has its meeting's log."""
    if question.form is Form.WRITTEN:
        record(session, actor, question, kind, remark, **values)


def of_question(session: Session, question_id: int) -> list[StepLine]:
    """Return the steps of a question in the order they were taken."""
    found = session.execute(
        select(OpinionStep, Person.name)
        .outerjoin(Person, Person.id == OpinionStep.person_id)
        .where(OpinionStep.question_id == question_id)
        .order_by(OpinionStep.id)
    )
    return [StepLine(step.id, step.kind, step.at, name or "", step.remark, step.values) for step, name in found]
