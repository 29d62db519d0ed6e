"""Declaring outcomes, recording and correcting decisions, closing questions and meetings."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import voting.service
from agenda_docs import reading
from agenda_docs.models import Matter
from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import NotFound, Refused
from meetings import service as meetings
from meetings import sitting
from meetings.models import AgendaItem, Meeting
from meetings.rules import ItemState, MeetingState
from outcomes import archiving, rules
from outcomes.models import Decision, Declaration
from outcomes.rules import DecisionKind, Details, Reason
from voting import box, choosing
from voting.conduct import VOID, Procedure, QuestionState
from voting.models import Question
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.opinions.rounds import service as rounds

# What a decision makes of its item; whatever is not put off or withdrawn is dealt with, also where nobody says so before the close.
BECOMES = {DecisionKind.DEFERRED: ItemState.DEFERRED, DecisionKind.WITHDRAWN: ItemState.WITHDRAWN}


def close_question(session: Session, actor: Actor, question_id: int) -> Question:
    """Close a question: the box takes its last entry and the rule decides."""
    return voting.service.close(session, actor, question_id)


def declare(  # noqa: PLR0913 - what the chair says with it
    session: Session,
    actor: Actor,
    question_id: int,
    kind: DecisionKind,
    details: Details,
    *,
    kind_shown: str,
    remark: str = "",
    chosen: str = "",
) -> Decision:
    """Declare the outcome of a closed question and record the decision; the computed outcome stays beside it, untouched.

    `chosen`: where members chose among options, the one that the chair declares as chosen, or `none`.
    """
    question = voting.service.question_for(session, actor, question_id, Permission.DECLARE_OUTCOME)
    actor.must_have_stepped_up(clock.now())
    voting.service.locked(session, question)  # nobody annuls or corrects it at the same moment
    known = session.scalar(select(Declaration.id).where(Declaration.question_id == question.id))
    is_closed = question.state is QuestionState.CLOSED
    rules.check_not_moved(moved_to(session, question))
    rounds.check_not_followed(session, question)
    rules.check_may_declare(
        is_closed=is_closed,
        is_void=question.state in VOID,
        is_declared=known is not None,
        kind=kind,
        kind_shown=kind_shown,
    )
    chosen = _chosen(question, kind, chosen)
    rules.check_details(kind, details, _today(session, question.body_id))
    declaration = Declaration(
        body_id=question.body_id,
        question_id=question.id,
        outcome=rules.declared_outcome(kind, question.outcome or "", chosen),
        remark=remark,
        declared_by_id=actor.person_id,
        declared_at=clock.now(),
    )
    session.add(declaration)
    voting.service.note_declared(question, declaration.outcome)
    audit.record(
        session, actor, Tag.OUTCOME_DECLARED, declaration, computed=question.outcome, declared=declaration.outcome
    )
    steps.record_if_written(
        session, actor, question, StepKind.DECLARED, remark, outcome=declaration.outcome, computed=question.outcome
    )
    item = session.get(AgendaItem, question.item_id) if question.item_id is not None else None
    matter = session.get_one(Matter, question.matter_id)
    decision = _new_decision(
        session, actor, question.body_id, kind, details, title=matter.title, item=item, matter_id=matter.id
    )
    decision.question_id = question.id
    if kind is DecisionKind.ADOPTED_WITHOUT_VOTE:
        decision.present = _names_present(session, question)
    _keep(session, actor, decision, item)
    if item is None:
        archiving.ask_for_procedure(session, question.id)
    return decision


def moved_to(session: Session, question: Question) -> str | None:
    """Name the meeting that decides instead, where a written question was put on its agenda."""
    if question.moved_to_item_id is None:
        return None
    item = session.get_one(AgendaItem, question.moved_to_item_id)
    return session.get_one(Meeting, item.meeting_id).title


def _chosen(question: Question, kind: DecisionKind, chosen: str) -> str:
    """Return what was chosen, where members chose among options; nothing elsewhere."""
    if question.procedure is not Procedure.CHOICE:
        return ""
    rules.check_chosen(kind, chosen, choosing.options_of(question.labels), choosing.NONE)
    return chosen


def record(
    session: Session, actor: Actor, item_id: int, kind: DecisionKind, details: Details, *, kind_shown: str
) -> Decision:
    """Record what became of an item without a vote: noted, reported, deferred or withdrawn."""
    item = meetings.item_for(session, actor, item_id, Permission.RECORD_DECISION)
    meeting = meetings.lock(session, session.get_one(Meeting, item.meeting_id))
    if meeting.state is not MeetingState.RUNNING:
        raise Refused(Reason.MEETING_CLOSED if meeting.state is MeetingState.CLOSED else Reason.ITEM_NOT_CALLED)
    rules.check_may_record(
        kind=kind,
        kind_shown=kind_shown,
        was_called=item.state is not ItemState.PLANNED or kind in (DecisionKind.DEFERRED, DecisionKind.WITHDRAWN),
        has_question=_was_put(session, item.id),
        is_decided=decision_of_item(session, item.id) is not None,
    )
    rules.check_details(kind, details, _today(session, meeting.body_id))
    decision = _new_decision(
        session, actor, meeting.body_id, kind, details, title=item.title, item=item, matter_id=item.matter_id
    )
    return _keep(session, actor, decision, item)


def correct(
    session: Session,
    actor: Actor,
    decision_id: int,
    kind: DecisionKind,
    details: Details,
    reason: str,
    *,
    kind_shown: str,
) -> Decision:
    """Correct a decision by a new record that names the old; the old one stays as it is."""
    wrong = decision_for(session, actor, decision_id, Permission.RECORD_DECISION)
    if wrong.question_id is not None:
        actor.must(
            Permission.DECLARE_OUTCOME, wrong.body_id
        )  # what was declared after a vote is the chair's to correct
    actor.must_have_stepped_up(clock.now())
    newer = session.scalar(select(Decision.number).where(Decision.corrects_id == wrong.id))
    if newer is not None:
        raise Refused(Reason.ALREADY_CORRECTED, number=newer)
    rules.check_may_correct(kind=kind, kind_shown=kind_shown, had_vote=wrong.question_id is not None)
    rules.check_complete(kind, details)
    item = session.get(AgendaItem, wrong.item_id) if wrong.item_id is not None else None
    decision = _new_decision(
        session, actor, wrong.body_id, kind, details, title=wrong.title, item=item, matter_id=wrong.matter_id
    )
    decision.meeting_id, decision.question_id, decision.present = wrong.meeting_id, wrong.question_id, wrong.present
    decision.corrects_id, decision.reason = wrong.id, reason
    return _keep(session, actor, decision, item, tag=Tag.DECISION_CORRECTED)


def close_meeting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Close a meeting once nothing of it is unfinished, and ask for its archive bag."""
    known = meetings.meeting_for(session, actor, meeting_id, Permission.CLOSE_MEETING)
    actor.must_have_stepped_up(clock.now())
    meeting = meetings.lock(session, known)
    rules.check_may_close_meeting(
        is_running=meeting.state is MeetingState.RUNNING,
        open_question=_question_text(session, meeting.id, is_open=True),
        undeclared_question=_question_text(session, meeting.id, is_open=False),
    )
    sitting.close(session, actor, meeting.id)
    archiving.ask_for_meeting(session, actor, meeting)
    return meeting


def decision_for(
    session: Session, actor: Actor, decision_id: int, permission: Permission = Permission.READ_DECISION
) -> Decision:
    """Return a decision; `NotFound` where the actor may not read its matter, `Forbidden` where the role is missing."""
    decision = session.get(Decision, decision_id)
    if decision is None or not actor.may(Permission.READ_DECISION, decision.body_id):
        raise NotFound
    if decision.matter_id is not None and not reading.may_read(session, actor, decision.matter_id):
        raise NotFound
    actor.must(permission, decision.body_id)
    return decision


def decision_of_item(session: Session, item_id: int) -> Decision | None:
    """Return the decision on an item that stands: the newest correction where there is one."""
    return session.scalar(select(Decision).where(Decision.item_id == item_id).order_by(Decision.id.desc()).limit(1))


def _new_decision(  # noqa: PLR0913 - what every decision says
    session: Session,
    actor: Actor,
    body_id: int,
    kind: DecisionKind,
    details: Details,
    *,
    title: str,
    item: AgendaItem | None,
    matter_id: int | None,
) -> Decision:
    year = _today(session, body_id).year
    return Decision(
        body_id=body_id,
        year=year,
        number=_next_number(session, body_id, year),
        matter_id=matter_id,
        meeting_id=item.meeting_id if item is not None else None,
        item_id=item.id if item is not None else None,
        kind=kind,
        title=title,
        text=details.text,
        finalised_by=details.finalised_by,
        finalised_until=details.finalised_until,
        checked_by=details.checked_by,
        until=details.until,
        present=[],
        recorded_by_id=actor.person_id,
        recorded_at=clock.now(),
    )


def _next_number(session: Session, body_id: int, year: int) -> int:
    """The body's next number of the year; two at once collide on the unique constraint, and the second is asked to try again."""
    last = session.scalar(select(func.max(Decision.number)).where(Decision.body_id == body_id, Decision.year == year))
    return (last or 0) + 1


def _keep(
    session: Session, actor: Actor, decision: Decision, item: AgendaItem | None, *, tag: Tag = Tag.DECISION_RECORDED
) -> Decision:
    """Write the decision, hold its item against editing, tell those who follow it."""
    session.add(decision)
    audit.record(session, actor, tag, decision, kind=decision.kind.value, number=decision.number)
    if item is not None:
        sitting.settle(session, item, BECOMES.get(decision.kind, ItemState.DONE))
        news.announce(
            session, meetings.stream_of(item.meeting_id), "decision", topic=meetings.topic_of(item.id), item=item.id
        )
    return decision


def _names_present(session: Session, question: Question) -> list[str]:
    """Return the names of the members who were there when the question closed."""
    stands = question.corrections[-1] if question.corrections else question.result or {}
    present = set(stands.get("present", ()))
    return [line.name for line in box.roll(session, question.id) if str(line.membership_id) in present]


def _was_put(session: Session, item_id: int) -> bool:
    put = (QuestionState.OPEN, QuestionState.CLOSED)
    return (
        session.scalar(select(Question.id).where(Question.item_id == item_id, Question.state.in_(put)).limit(1))
        is not None
    )


def _question_text(session: Session, meeting_id: int, *, is_open: bool) -> str | None:
    """Return the text of a question of the meeting that is still open, or closed and not declared."""
    query = (
        select(Question.text)
        .join(AgendaItem, AgendaItem.id == Question.item_id)
        .where(AgendaItem.meeting_id == meeting_id)
    )
    if is_open:
        return session.scalar(query.where(Question.state == QuestionState.OPEN).limit(1))
    declared = select(Declaration.question_id)
    return session.scalar(query.where(Question.state == QuestionState.CLOSED, Question.id.not_in(declared)).limit(1))


def _today(session: Session, body_id: int) -> date:
    return clock.today(organisation.body(session, body_id).zone)
