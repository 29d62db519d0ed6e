"""Which messages about a written question are needed no more, and what its page of reminders shows."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet.access import Actor, Permission
from ecabinet.jobs import Job, JobState
from ecabinet.notices import Notice, Sentence
from ecabinet.notices import queries as deliveries
from ecabinet.notices.queries import Row
from ecabinet.organisation import queries as organisation
from voting import service
from voting.conduct import QuestionState
from voting.models import Question, RollEntry
from voting.opinions.reminders import silent
from voting.opinions.reminders.service import key_of

# What only asks for an answer, and says nothing to one who has given it.
ASKING = {Sentence.OPINION_CIRCULATED.name, Sentence.OPINION_REMINDER.name, Sentence.OPINION_EXTENDED.name}
KEY = re.compile(r"opinion:(?P<question>\d+):.*?(?::office:(?P<membership>\d+))?")
# What those who are asked, or their offices, are told of a question; the rest is between the secretariat and the chair.
TO_THOSE_ASKED = ("OPINION_CIRCULATED", "OPINION_EXTENDED", "OPINION_REMINDER", "OPINION_SILENT", "OPINION_CLOSED")
ASKING_THE_OFFICE = Sentence.OPINION_REMINDER_TO_OFFICE.name


@dataclass(frozen=True)
class Coming:
    """A reminder that is still to come."""

    which: str
    at: datetime


@dataclass(frozen=True)
class Reminders:
    """What is planned for a question, and what became of the messages about it."""

    title: str
    zone: str
    schedule: str
    closes_at: datetime | None
    coming: list[Coming]
    sent: list[Row]


def is_moot(session: Session, notice: Notice) -> bool:
    """Say that a message waited so long that nobody needs it: what it asks for was answered, or the question is over."""
    about = KEY.fullmatch(notice.key)
    if about is None or notice.sentence not in (*ASKING, ASKING_THE_OFFICE):
        return False
    awaited = _still_silent(session, int(about["question"]))
    if about["membership"] is not None:
        return not any(line.membership_id == int(about["membership"]) for line in awaited)
    return not any(line.person_id == notice.person_id for line in awaited)


def of_question(session: Session, actor: Actor, question_id: int) -> Reminders:
    """Return the reminders of a written question, for those who look after its deliveries."""
    question = service.question_for(session, actor, question_id, Permission.READ_DELIVERIES)
    body = organisation.body(session, question.body_id)
    return Reminders(
        title=session.get_one(Matter, question.matter_id).title,
        zone=body.zone,
        schedule=body.reminders,
        closes_at=question.closes_at,
        coming=_coming(session, question),
        sent=[
            row
            for row in deliveries.about(session, actor, f"opinion:{question.id}:")
            if row.sentence.startswith(TO_THOSE_ASKED)
        ],
    )


def _still_silent(session: Session, question_id: int) -> list[RollEntry]:
    question = session.get(Question, question_id)
    if question is None or question.state is not QuestionState.OPEN:
        return []
    return silent.lines(session, question)


def _coming(session: Session, question: Question) -> list[Coming]:
    if question.state is not QuestionState.OPEN:
        return []
    waiting = select(Job).where(Job.key.startswith(key_of(question.id), autoescape=True), Job.state == JobState.WAITING)
    return [
        Coming(str(job.values["which"]), job.due_at)
        for job in session.scalars(waiting.order_by(Job.due_at))
        if question.closes_at is not None and job.values["deadline"] == question.closes_at.isoformat()
    ]
