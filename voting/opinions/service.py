"""Written opinions: a question sent to every member with its papers and a deadline in working days, and the reminders of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Because, Matter
from ecabinet import audit, clock, jobs, notices
from ecabinet.access import SYSTEM, Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body
from ecabinet.organisation.rules import WorkingDays
from ecabinet.refusals import NotFound, Refused
from voting import box, conduct, opening, preparing, service, standing
from voting.conduct import QuestionState, Reason
from voting.engine.rule import Form
from voting.models import Question, RollEntry

LAST_HOURS = timedelta(hours=4)
ONE_DAY = timedelta(days=1)


def period(body: Body, question: Question) -> tuple[int, int]:
    """Return the least and the most working days that the body and the rule of the question both allow."""
    named = opening.rule_of(question)
    least = max(body.written_days_least, named.least_working_days or 1)
    most = min(body.written_days_most, named.most_working_days or body.written_days_most)
    return least, max(least, most)


def circulate(session: Session, actor: Actor, question_id: int, days: int) -> Question:
    """Send a prepared question to every member who may answer: roll, rule and papers are frozen, the deadline is set. Needs a fresh second factor."""
    now = clock.now()
    question = _written(service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION))
    actor.must_have_stepped_up(now)
    service.locked(session, question)
    if question.state is not QuestionState.DRAFT:
        raise Refused(Reason.NOT_A_DRAFT)
    preparing.check_accepted(session.get_one(Matter, question.matter_id))
    body = organisation.body(session, question.body_id)
    conduct.check_days(days, *period(body, question))
    deadline = calendar.deadline_for(session, body, now, days)
    question.deadline_days, question.calendar_version = days, deadline.calendar_version
    roll = opening.freeze(session, question, on=clock.today(body.zone), now=now, closes_at=deadline.at)
    _let_read(session, actor, question, roll)
    audit.record(session, actor, Tag.OPINION_CIRCULATED, question, days=days)
    _tell(session, question, body, roll, Sentence.OPINION_CIRCULATED, key="circulated")
    _plan(session, question, body)
    return question


def extended(session: Session, question: Question) -> None:
    """Tell the members that there is more time, and move the reminders."""
    body = organisation.body(session, question.body_id)
    roll = box.roll(session, question.id)
    _tell(session, question, body, roll, Sentence.OPINION_EXTENDED, key=f"extended:{question.deadline_days}")
    _plan(session, question, body)


def remind(session: Session, question_id: int, which: str) -> None:
    """Remind those who have not answered, once for each reminder, as long as the question is open."""
    question = session.get(Question, question_id)
    if question is None or question.state is not QuestionState.OPEN:
        return
    body = organisation.body(session, question.body_id)
    answered = set(
        session.scalars(
            select(RollEntry.person_id).where(
                RollEntry.question_id == question_id,
                standing.has_ballot(RollEntry.question_id, RollEntry.membership_id),
            )
        )
    )
    silent = [line for line in box.roll(session, question_id) if line.person_id not in answered]
    # A deadline that was moved is reminded of anew.
    _tell(session, question, body, silent, Sentence.OPINION_REMINDER, key=f"{question.deadline_days}:{which}")
    audit.record(session, SYSTEM, Tag.OPINION_REMINDED, question, which=which, people=len(silent))


def reminders(deadline: datetime, zone: str, working: WorkingDays) -> dict[str, datetime]:
    """Return when to remind: at the closing hour of the working day before the deadline's, and four hours before the deadline."""
    local = deadline.astimezone(ZoneInfo(zone))
    day = local.date() - ONE_DAY
    while not working.is_working(day):
        day -= ONE_DAY
    day_before = datetime.combine(day, local.time(), ZoneInfo(zone))
    return {"day_before": clock.instant_of(day_before.replace(tzinfo=None), zone), "last_hours": deadline - LAST_HOURS}


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
                title=title,
                deadline=f"{clock.in_zone(deadline, body.zone):%H:%M %d/%m/%Y}",
            )


def _plan(session: Session, question: Question, body: Body) -> None:
    """Plan what the clock does: two reminders where there is still time for them, and the close."""
    deadline = question.closes_at
    if deadline is None:
        return
    working, _version = calendar.working_days(session, body.calendar_id)
    for which, at in reminders(deadline, body.zone, working).items():
        if at > clock.now():
            jobs.ask_for(
                session,
                "voting.remind",
                due_at=at,
                key=f"remind:{question.id}:{which}",
                question_id=question.id,
                which=which,
            )
    service.ask_to_close(session, question.id, deadline + conduct.GRACE[Form.WRITTEN])
