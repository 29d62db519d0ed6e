"""The verbs of a question from the moment it is put: armed, opened, answered, closed. Its preparation is in `voting.preparing`."""

from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet import audit, clock, jobs, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from meetings import service as meetings
from meetings.models import AgendaItem
from meetings.rules import MeetingState
from voting import box, closing, conduct, opening
from voting.ballots import Ballot, Receipt
from voting.box import LockedBox
from voting.conduct import QuestionState, Reason
from voting.engine.rule import Choice, Form
from voting.models import Question

DRAFTS_FOR = (Permission.PREPARE_QUESTION, Permission.CONDUCT_QUESTION)
NOT_PUT = (QuestionState.DRAFT, QuestionState.WITHDRAWN)


def question_for(session: Session, actor: Actor, question_id: int, permission: Permission) -> Question:
    """Return a question for what the actor wants to do with it.

    Raise `NotFound` where the actor may not read its matter, or may not know of it yet; `Forbidden` where the permission is lacking.
    """
    question = session.get(Question, question_id)
    if question is None or not reading.may_read(session, actor, question.matter_id):
        raise NotFound
    if question.state in NOT_PUT and not any(actor.may(needed, question.body_id) for needed in DRAFTS_FOR):
        raise NotFound
    actor.must(permission, question.body_id)
    return question


def arm(session: Session, actor: Actor, question_id: int) -> Question:
    """Load a question on every tablet, so that opening it is one small push."""
    question = locked(session, question_for(session, actor, question_id, Permission.CONDUCT_QUESTION))
    conduct.check_may_arm(question.state, is_running=_is_running(session, question))
    question.state = QuestionState.ARMED
    audit.record(session, actor, Tag.QUESTION_ARMED, question)
    announce(session, question)
    return question


def open_question(session: Session, actor: Actor, question_id: int, *, closes_in: timedelta | None = None) -> Question:
    """Open an armed question: rule, roll and papers are frozen now. Needs a fresh second factor; one question a meeting at a time."""
    now = clock.now()
    question = question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    actor.must_have_stepped_up(now)
    meeting = opening.meeting_of(session, question)
    if meeting is None:
        raise NotFound
    meetings.lock(session, meeting)  # before the question, so that two of one meeting cannot open at once
    locked(session, question)
    conduct.check_may_open(
        question.state,
        is_running=meeting.state is MeetingState.RUNNING,
        another_open=_another_open(session, meeting.id),
    )
    closes_at = now + closes_in if closes_in is not None else None
    today = clock.today(meeting.zone)
    roll = opening.freeze(session, question, on=today, now=now, closes_at=closes_at)
    if closes_at is not None:
        ask_to_close(session, question.id, closes_at + conduct.GRACE[question.form])
    audit.record(session, actor, Tag.QUESTION_OPENED, question)
    announce(session, question, voted=0, of=sum(not line.recused for line in roll))
    return question


def cast(locked_box: LockedBox, actor: Actor, ballot: Ballot, now: datetime) -> Receipt:
    """Append the actor's ballot to the locked box and return its receipt; the same ballot again has the same receipt.

    `voting.casting` locks the box, commits for all who cast at the same moment, and only then answers.
    """
    frozen, line = locked_box.frozen, locked_box.lines.get(actor.person_id or 0)
    if line is None and not actor.may(Permission.READ_QUESTION, frozen.body_id):
        raise NotFound
    ballot = _as_kept(ballot, frozen.form)
    if (known := locked_box.receipt_of(ballot.cast_id)) is not None:
        return known.matching(actor.person_id, ballot)
    conduct.check_may_cast(
        is_open=locked_box.is_open,
        on_roll=line is not None,
        recused=line is not None and line.recused,
        now=now,
        last=conduct.last_moment(frozen.form, frozen.closes_at),
    )
    conduct.check_ballot(ballot.choice, ballot.text, frozen.options)
    assert line is not None  # noqa: S101 - who is not on the roll was refused above
    receipt = locked_box.append(line, ballot, actor.language, now)
    deed = audit.row_of(
        actor,
        Tag.BALLOT_CAST,
        (Question, frozen.question_id),
        body_id=frozen.body_id,
        at=now,
        number=receipt.number,
    )
    locked_box.deeds.append(deed)
    return receipt


def refuse_unopened(session: Session, actor: Actor, question_id: int) -> NoReturn:
    """Refuse a ballot on a question that has no box; who may not know of the question does not learn that there is one."""
    question_for(session, actor, question_id, Permission.READ_QUESTION)
    raise Refused(Reason.NOT_OPEN)


def keep(session: Session, locked_box: LockedBox) -> None:
    """Write what was cast, and the audit rows of it, in this transaction."""
    audit.record_many(session, locked_box.deeds)
    locked_box.deeds = []
    box.keep(session, locked_box)


def close(session: Session, actor: Actor, question_id: int) -> Question:
    """Close an open question: no ballot is taken after this commits, and the rule decides on those in the box.

    Needs a fresh second factor, but of the clock. Refuses a written question that its members may still answer. The caller records the decision.
    """
    question = question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    now = clock.now()
    actor.must_have_stepped_up(now)
    locked_box = box.lock(session, question.id)
    conduct.check_may_close(has_box=locked_box is not None, is_open=locked_box is not None and locked_box.is_open)
    assert locked_box is not None  # noqa: S101 - a question without a box was refused above
    count = closing.count(session, question, now)
    locked_box.seal(closing.last_entry(locked_box, count, now))
    box.keep(session, locked_box)
    question.state, question.closed_at = QuestionState.CLOSED, now
    question.outcome, question.result = count.result.outcome.value, count.as_json()
    audit.record(session, actor, Tag.QUESTION_CLOSED, question, outcome=question.outcome)
    announce(session, question, outcome=question.outcome, **closing.split(count.result.figures))
    if question.form is Form.WRITTEN:
        closing.notify(session, question, count.roll)
    return question


def withdraw(session: Session, actor: Actor, question_id: int) -> Question:
    """Take back a question that was not opened."""
    question = locked(session, question_for(session, actor, question_id, Permission.PREPARE_QUESTION))
    conduct.check_may_withdraw(question.state)
    question.state = QuestionState.WITHDRAWN
    audit.record(session, actor, Tag.QUESTION_WITHDRAWN, question)
    announce(session, question)
    return question


def note_declared(question: Question, outcome: str) -> None:
    """Keep what the chair declared beside the computed outcome; the record itself belongs to the outcomes."""
    question.declared = outcome


def announce(session: Session, question: Question, **figures: object) -> None:
    """Tell those who may read the item where its question stands; never its words. A written question has no room to tell."""
    meeting = opening.meeting_of(session, question)
    if meeting is None:
        return
    news.announce(
        session,
        meetings.stream_of(meeting.id),
        "question",
        topic=meetings.topic_of(question.item_id),
        question=question.id,
        item=question.item_id,
        state=question.state.value,
        closes_at=box.instant(question.closes_at) if question.closes_at is not None else None,
        **figures,
    )


def ask_to_close(session: Session, question_id: int, at: datetime) -> None:
    """Have the question closed by the clock; asking again moves the moment."""
    jobs.ask_for(session, "outcomes.close_written", due_at=at, key=f"close:{question_id}", question_id=question_id)


def _as_kept(ballot: Ballot, form: Form) -> Ballot:
    """In the room words belong to another opinion only; in writing any answer may carry a comment."""
    with_words = form is Form.WRITTEN or ballot.choice == Choice.OTHER
    return ballot if with_words else Ballot(ballot.cast_id, ballot.choice)


def locked(session: Session, question: Question) -> Question:
    """Lock the question's row and read it as it is now."""
    return session.get_one(Question, question.id, with_for_update=True, populate_existing=True)


def _is_running(session: Session, question: Question) -> bool:
    meeting = opening.meeting_of(session, question)
    return meeting is not None and meeting.state is MeetingState.RUNNING


def _another_open(session: Session, meeting_id: int) -> bool:
    found = select(Question.id).join(AgendaItem, AgendaItem.id == Question.item_id)
    return (
        session.scalar(found.where(AgendaItem.meeting_id == meeting_id, Question.state == QuestionState.OPEN).limit(1))
        is not None
    )
