"""The verbs of a question from the moment it is put: armed, opened, answered, closed. Its preparation is in `voting.preparing`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Because
from ecabinet import audit, clock, jobs, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from ecabinet.sign_in import passkeys
from meetings import service as meetings
from meetings.models import AgendaItem
from meetings.rules import MeetingState
from voting import box, closing, conduct, entries, opening, recusal, rooms
from voting.ballots import Ballot, Line
from voting.box import LockedBox, Proof
from voting.conduct import QuestionState, Reason
from voting.engine.rule import Form
from voting.entries import EntryKind
from voting.models import Question
from voting.opinions import at_close, steps
from voting.opinions.models import StepKind
from voting.proof import time_stamps

DRAFTS_FOR = (Permission.PREPARE_QUESTION, Permission.CONDUCT_QUESTION)
UNTIL_CLOSE = "until_close"
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
    conduct.check_alone(question.block_id)
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
    conduct.check_alone(question.block_id)
    conduct.check_may_open(
        question.state,
        is_running=meeting.state is MeetingState.RUNNING,
        another_open=another_open(session, meeting.id),
    )
    closes_at = now + closes_in if closes_in is not None else None
    today = clock.today(meeting.zone)
    roll = opening.freeze(session, question, on=today, now=now, closes_at=closes_at)
    if closes_at is not None:
        ask_to_close(session, question.id, closes_at + conduct.GRACE[question.form])
    audit.record(session, actor, Tag.QUESTION_OPENED, question)
    announce(session, question, voted=0, of=sum(not line.recused for line in roll))
    return question


def cast(session: Session, locked_box: LockedBox, actor: Actor, ballot: Ballot, now: datetime) -> int:
    """Append the actor's ballot to the locked box and return its number; the same ballot again has the same number.

    `voting.casting` locks the box, commits for all who cast at the same moment, and only then answers. The order is: locked, the mark
    not known, still open, appended. A ballot that is known is answered after the close too.
    """
    frozen = locked_box.frozen
    own, line = locked_box.seat_of(actor.person_id), locked_box.line_for(actor.person_id, ballot.member)
    if own is None and not actor.may(Permission.READ_QUESTION, frozen.body_id):
        raise NotFound
    ballot = _as_kept(ballot, frozen.form, line)
    if (known := locked_box.known_ballot(ballot.cast_id)) is not None:
        return known.matching(actor.person_id, ballot)
    recused = recusal.is_recused(session, locked_box, own, line)
    conduct.check_franchise(on_roll=own is not None, holds_proxy=line is not None, recused=recused)
    assert own is not None and line is not None  # noqa: S101, PT018 - who is not on the roll was refused above
    last = conduct.last_moment(frozen.form, frozen.closes_at)
    conduct.check_may_cast(is_open=locked_box.is_open, now=now, last=last)
    conduct.check_in_block(frozen.block_id, in_block=ballot.in_block)
    conduct.check_ballot(ballot.choice, ballot.text, frozen.options, discuss=ballot.discuss, reserved=ballot.reserved)
    conduct.check_seen(ballot.seen, locked_box.seen(actor.language))
    conduct.check_change(has_voted=line.has_voted, allowed=frozen.named.change_of_ballot == UNTIL_CLOSE)
    proof = _proof(session, locked_box, actor, ballot)
    number = locked_box.append(line, ballot, by=own, language=actor.language, proof=proof, at=now)
    deed = audit.row_of(
        actor, Tag.BALLOT_CAST, (Question, frozen.question_id), body_id=frozen.body_id, at=now, number=number
    )
    locked_box.deeds.append(deed)
    return number


def _proof(session: Session, locked_box: LockedBox, actor: Actor, ballot: Ballot) -> Proof:
    """How the voter proved to be there: a passkey that signed this very ballot, or else the factor shown within the lease."""
    if ballot.assertion is None:
        return Proof(actor.stepped_up_by)
    challenge = entries.challenge_of(
        cast_id=ballot.cast_id,
        choice=ballot.choice,
        text=ballot.text,
        discuss=ballot.discuss,
        reserved=ballot.reserved,
        member=ballot.member or "",
        question=str(locked_box.frozen.question_id),
        seen=locked_box.seen(actor.language),
    )
    assertion = passkeys.check_bound(session, actor, challenge, ballot.assertion)
    return Proof(f"passkey:{assertion['credential']}", assertion)


def refuse_unopened(session: Session, actor: Actor, question_id: int) -> NoReturn:
    """Refuse a ballot on a question that has no box; who may not know of the question does not learn that there is one."""
    question_for(session, actor, question_id, Permission.READ_QUESTION)
    raise Refused(Reason.NOT_OPEN)


def keep(session: Session, locked_box: LockedBox) -> None:
    """Write what was cast, and the audit rows of it, in this transaction."""
    if locked_box.deeds:
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
    locked(session, question)  # as it is now that nobody can move its end any more
    conduct.check_may_close(
        has_box=locked_box is not None,
        is_open=locked_box is not None and locked_box.is_open,
        is_void=question.state in conduct.VOID,
    )
    assert locked_box is not None  # noqa: S101 - a question without a box was refused above
    _check_due(actor, question, now)
    count = closing.count(session, question, now)
    locked_box.enter(EntryKind.CLOSED, closing.last_entry(locked_box, count), now)
    box.keep(session, locked_box)
    time_stamps.ask(session, question.id)
    question.state, question.closed_at = QuestionState.CLOSED, now
    question.outcome, question.result = count.result.outcome.value, count.as_json()
    audit.record(session, actor, Tag.QUESTION_CLOSED, question, outcome=question.outcome)
    announce(session, question, outcome=question.outcome, **closing.split(count.result))
    if question.form is Form.WRITTEN:
        _written_is_over(session, actor, question, count)
    return question


def _written_is_over(session: Session, actor: Actor, question: Question, count: closing.Count) -> None:
    """Leave the step of a written question's close, tell those who were asked, and keep what is worked on after it."""
    asked = sum(not line.recused for line in count.roll)
    steps.record(
        session,
        actor,
        question,
        StepKind.CLOSED,
        outcome=question.outcome,
        early=question.closes_at is not None and clock.now() < question.closes_at,
        asked=asked,
        answered=asked - len(count.missing),
    )
    closing.notify(session, question, count.roll)
    at_close.keep(session, question, count.roll)


def _check_due(actor: Actor, question: Question, now: datetime) -> None:
    """The clock closes at the end that stands now, not at one that was moved while it was on its way; in writing the rule says so too."""
    last = conduct.last_moment(question.form, question.closes_at)
    if actor.is_system and question.form is Form.MEETING and (last is None or now < last):
        raise Refused(Reason.STILL_RUNNING, until=question.closes_at)


def withdraw(session: Session, actor: Actor, question_id: int) -> Question:
    """Take back a question that was not opened."""
    question = locked(session, question_for(session, actor, question_id, Permission.PREPARE_QUESTION))
    conduct.check_alone(question.block_id)
    conduct.check_may_withdraw(question.state)
    question.state = QuestionState.WITHDRAWN
    audit.record(session, actor, Tag.QUESTION_WITHDRAWN, question)
    if question.form is Form.WRITTEN:
        steps.record(session, actor, question, StepKind.WITHDRAWN)
        reading.end_grants(session, actor, because=Because.OPINION, because_id=question.id)
    announce(session, question)
    return question


def take_out(session: Session, actor: Actor, question_id: int, reason: str) -> Question:
    """End the vote on a question of a block at once, because a member objects to its item: nothing of it counts. Needs a fresh second factor.

    Its box is ended by the entry that says so, its item goes back to the debate. A recused member has no part in the question.
    """
    now = clock.now()
    question = question_for(session, actor, question_id, Permission.CAST_BALLOT)
    actor.must_have_stepped_up(now)
    locked_box = box.lock(session, question.id, people={actor.person_id} if actor.person_id is not None else ())
    if locked_box is None:
        raise Refused(Reason.NOT_OPEN)
    locked(session, question)
    own = locked_box.seat_of(actor.person_id)
    conduct.check_franchise(on_roll=own is not None, holds_proxy=True, recused=own is not None and own.recused)
    assert own is not None  # noqa: S101 - who is not on the roll was refused above
    last = conduct.last_moment(question.form, question.closes_at)
    conduct.check_may_take_out(form=question.form, is_open=locked_box.is_open)
    conduct.check_may_cast(is_open=locked_box.is_open, now=now, last=last)
    locked_box.enter(EntryKind.TAKEN_OUT, {"by": own.member, "reason": reason}, now)
    box.keep(session, locked_box)
    question.state, question.closed_at = QuestionState.TAKEN_OUT, now
    audit.record(session, actor, Tag.QUESTION_TAKEN_OUT, question)
    announce(session, question)
    return question


def note_declared(question: Question, outcome: str) -> None:
    """Keep what the chair declared beside the computed outcome; the record itself belongs to the outcomes."""
    question.declared = outcome


def announce(session: Session, question: Question, **figures: object) -> None:
    """Tell those who may read the item where its question stands; never its words. Of a written one only those hear who see its overview."""
    meeting = opening.meeting_of(session, question)
    in_writing = (rooms.stream_of(question.matter_id), rooms.topic_of(question.id))
    stream, topic = (meetings.stream_of(meeting.id), meetings.topic_of(question.item_id)) if meeting else in_writing
    news.announce(
        session,
        stream,
        "question",
        topic=topic,
        question=question.id,
        item=question.item_id,
        state=question.state.value,
        closes_at=box.instant(question.closes_at) if question.closes_at is not None else None,
        **figures,
    )


def ask_to_close(session: Session, question_id: int, at: datetime) -> None:
    """Have the question closed by the clock; asking again moves the moment."""
    jobs.ask_for(session, "outcomes.close_written", due_at=at, key=f"close:{question_id}", question_id=question_id)


def _as_kept(ballot: Ballot, form: Form, line: Line | None) -> Ballot:
    """The ballot of whom it is, with the words that belong to it."""
    member = line.member if line is not None else ballot.member
    return replace(
        ballot,
        member=member,
        text=conduct.words_kept(form, ballot.choice, ballot.text),
        discuss=conduct.discuss_kept(form, discuss=ballot.discuss),
    )


def locked(session: Session, question: Question) -> Question:
    """Lock the question's row and read it as it is now."""
    return session.get_one(Question, question.id, with_for_update=True, populate_existing=True)


def _is_running(session: Session, question: Question) -> bool:
    meeting = opening.meeting_of(session, question)
    return meeting is not None and meeting.state is MeetingState.RUNNING


def another_open(session: Session, meeting_id: int) -> bool:
    """Say whether a question of the meeting is open."""
    found = select(Question.id).join(AgendaItem, AgendaItem.id == Question.item_id)
    return (
        session.scalar(found.where(AgendaItem.meeting_id == meeting_id, Question.state == QuestionState.OPEN).limit(1))
        is not None
    )
