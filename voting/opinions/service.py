"""Written opinions: a question sent to every member with its papers and a deadline in working days, and the reminders of it."""

from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Because, Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body
from ecabinet.refusals import NotFound, Refused
from voting import box, conduct, opening, preparing, service
from voting.conduct import QuestionState, Reason
from voting.engine.rule import Form
from voting.models import Question, RollEntry
from voting.opinions import approval, steps
from voting.opinions.drafts import service as drafts
from voting.opinions.models import StepKind
from voting.opinions.reminders import service as reminders


def period(body: Body, question: Question) -> tuple[int, int]:
    """Return the least and the most working days that the body and the rule of the question both allow."""
    named = opening.rule_of(question)
    least = max(body.written_days_least, named.least_working_days or 1)
    most = min(body.written_days_most, named.most_working_days or body.written_days_most)
    return least, max(least, most)


def circulate(session: Session, actor: Actor, question_id: int, days: int) -> Question:
    """Send a question that the chair has approved to every member who may answer: roll, rule and papers are frozen, the deadline is set.

    Needs a fresh second factor; the chair's approval is not needed where the body does without it.
    """
    now = clock.now()
    question = _written(service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION))
    actor.must_have_stepped_up(now)
    service.locked(session, question)
    if question.state is not QuestionState.DRAFT:
        raise Refused(Reason.NOT_A_DRAFT)
    preparing.check_accepted(session.get_one(Matter, question.matter_id))
    approval.check(session, question)
    body = organisation.body(session, question.body_id)
    conduct.check_days(days, *period(body, question))
    deadline = calendar.deadline_for(session, body, now, days)
    question.deadline_days, question.calendar_version = days, deadline.calendar_version
    roll = opening.freeze(session, question, on=clock.today(body.zone), now=now, closes_at=deadline.at)
    _let_read(session, actor, question, roll)
    drafts.tell_offices(session, question, roll)
    audit.record(session, actor, Tag.OPINION_CIRCULATED, question, days=days)
    steps.record(session, actor, question, StepKind.CIRCULATED, "", **_period(question), asked=_asked(roll))
    _tell(session, question, body, roll, Sentence.OPINION_CIRCULATED, key="circulated")
    _plan(session, question)
    return question


def extended(session: Session, actor: Actor, question: Question, reason: str) -> None:
    """Leave the step, tell the members that there is more time, and move the reminders."""
    steps.record(session, actor, question, StepKind.EXTENDED, reason, **_period(question))
    body = organisation.body(session, question.body_id)
    roll = box.roll(session, question.id)
    _tell(session, question, body, roll, Sentence.OPINION_EXTENDED, key=f"extended:{question.deadline_days}")
    reminders.plan(session, question)


def _period(question: Question) -> dict[str, str | int | None]:
    """Return what a step says of the time to answer: the end, its working days, the calendar by which they were counted."""
    return {
        "deadline": box.instant(question.closes_at) if question.closes_at is not None else None,
        "days": question.deadline_days,
        "calendar": question.calendar_version,
    }


def _asked(roll: list[RollEntry]) -> int:
    return sum(not line.recused for line in roll)


def _written(question: Question) -> Question:
    if question.form is not Form.WRITTEN:
        raise NotFound
    return question


def _let_read(session: Session, actor: Actor, question: Question, roll: list[RollEntry]) -> None:
    """Everyone on the roll reads the papers because of this question; a bar still beats it."""
    reading.grant_to_members(
        session,
        actor,
        question.matter_id,
        [line.membership_id for line in roll],
        because=Because.OPINION,
        because_id=question.id,
    )


def _tell(
    session: Session, question: Question, body: Body, roll: list[RollEntry], sentence: Sentence, *, key: str
) -> None:
    title = session.get_one(Matter, question.matter_id).title
    deadline = question.closes_at or question.created_at
    for line in roll:
        if not line.recused:
            notices.tell(
                session,
                line.person_id,
                sentence,
                key=f"opinion:{question.id}:{key}",
                address=f"/opinions/{question.id}",
                body_id=body.id,
                title=title,
                deadline=f"{clock.in_zone(deadline, body.zone):%H:%M %d/%m/%Y}",
            )


def _plan(session: Session, question: Question) -> None:
    """Plan what the clock does: the reminders for which there is still time, and the close."""
    if question.closes_at is not None:
        reminders.plan(session, question)
        service.ask_to_close(session, question.id, question.closes_at + conduct.GRACE[Form.WRITTEN])
