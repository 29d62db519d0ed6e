"""Planning the reminders of a written question, reminding, and telling those who gave no answer how their silence counted."""

from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import audit, clock, jobs, notices
from ecabinet.access import SYSTEM
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.notices.rules import schedule_of
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Silence
from voting.engine.rule_book import named_rule_from_json
from voting.models import Question, RollEntry
from voting.opinions.reminders import rules, silent

JOB = "voting.remind"
SILENCES = {
    Silence.NOT_A_YES: Sentence.OPINION_SILENT_NO_YES,
    Silence.CONSENT: Sentence.OPINION_SILENT_CONSENT,
    Silence.ABSENT: Sentence.OPINION_SILENT_ABSENT,
    Silence.OBJECTION_STOPS: Sentence.OPINION_SILENT_NO_OBJECTION,
}


def plan(session: Session, question: Question) -> None:
    """Plan the reminders that the body's schedule asks for and that are still to come; planned anew, they move with the deadline."""
    deadline = question.closes_at
    if deadline is None:
        return
    body = organisation.body(session, question.body_id)
    working, _version = calendar.working_days(session, body.calendar_id)
    for reminder in rules.planned(schedule_of(body.reminders), deadline, body.zone, working, clock.now()):
        jobs.ask_for(
            session,
            JOB,
            due_at=reminder.at,
            key=f"{key_of(question.id)}{reminder.which}",
            question_id=question.id,
            which=reminder.which,
            deadline=deadline.isoformat(),
            until=reminder.until.isoformat(),
            is_last=reminder.is_last,
        )


def key_of(question_id: int) -> str:
    """Return how the keys of a question's planned reminders begin."""
    return f"remind:{question_id}:"


def remind(session: Session, question_id: int, *, which: str, deadline: str, until: str, is_last: bool) -> None:
    """Remind those who have not answered, once for each reminder, as long as the question is open and this reminder's time is not over.

    One planned for an earlier deadline says nothing, nor does one that a stopped worker missed until the next took its place.
    """
    question = session.get(Question, question_id)
    if question is None or question.state is not QuestionState.OPEN or question.closes_at is None:
        return
    if question.closes_at != datetime.fromisoformat(deadline) or clock.now() >= datetime.fromisoformat(until):
        return
    body = organisation.body(session, question.body_id)
    lines = silent.lines(session, question)
    for line in lines:
        _remind(session, question, body, line, which=which, is_last=is_last)
    office = _escalate(session, question, body, lines, which) if is_last and body.escalates else 0
    audit.record(session, SYSTEM, Tag.OPINION_REMINDED, question, which=which, people=len(lines), office=office)


def told_overdue(session: Session, question: Question) -> set[int]:
    """Tell those who gave no answer until the deadline how their silence counted, and return whom; nobody before the deadline."""
    body = organisation.body(session, question.body_id)
    deadline = question.closes_at
    if deadline is None or clock.now() < deadline or not schedule_of(body.reminders).overdue:
        return set()
    is_choice = question.procedure is Procedure.CHOICE
    silence = named_rule_from_json(question.rule or {}).rule.silence
    sentence = Sentence.OPINION_SILENT_NO_CHOICE if is_choice else SILENCES[silence]
    title = _title(session, question)
    told = [line.person_id for line in silent.lines(session, question)]
    for person_id in told:
        notices.tell(
            session,
            person_id,
            sentence,
            key=f"opinion:{question.id}:overdue",
            address=_address(question),
            body_id=body.id,
            urgent=True,
            title=title,
        )
    return set(told)


def _remind(session: Session, question: Question, body: Body, line: RollEntry, *, which: str, is_last: bool) -> None:
    notices.tell(
        session,
        line.person_id,
        Sentence.OPINION_REMINDER,
        key=_key(question, which),
        address=_address(question),
        body_id=body.id,
        urgent=is_last,
        title=_title(session, question),
        deadline=_shown(question, body),
    )


def _escalate(session: Session, question: Question, body: Body, lines: list[RollEntry], which: str) -> int:
    """The offices of those who are silent hear of it too, but for readers whom a conflict of interest keeps out."""
    kept_out = silent.barred(session, question.matter_id)
    told = 0
    for line in lines:
        told += len(
            notices.tell_office(
                session,
                line.membership_id,
                Sentence.OPINION_REMINDER_TO_OFFICE,
                key=f"{_key(question, which)}:office:{line.membership_id}",
                address=_address(question),
                but=kept_out,
                urgent=True,
                member=line.name,
                title=_title(session, question),
                deadline=_shown(question, body),
            )
        )
    return told


def _key(question: Question, which: str) -> str:
    """A deadline that was moved is reminded of anew."""
    return f"opinion:{question.id}:reminder:{question.closes_at:%Y%m%d%H%M}:{which}"


def _address(question: Question) -> str:
    return f"/opinions/{question.id}"


def _title(session: Session, question: Question) -> str:
    return session.get_one(Matter, question.matter_id).title


def _shown(question: Question, body: Body) -> str:
    deadline = question.closes_at or question.created_at
    return f"{clock.in_zone(deadline, body.zone):%H:%M %d/%m/%Y}"
