"""Annulment: two officials take a whole vote back, with a reason, before its outcome is declared. The box keeps all that is in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import audit, clock, jobs, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import Refused
from voting import box, service
from voting.conduct import QuestionState
from voting.entries import EntryKind
from voting.models import Question, Ruling
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.rulings import officials, two_officials
from voting.rulings import rules as ruling_rules
from voting.rulings.rules import Reason, RulingKind


def ask(session: Session, actor: Actor, question_id: int, reason: str) -> Ruling:
    """Ask to annul a vote that was opened and not declared; another official confirms it. Needs a fresh second factor."""
    now = clock.now()
    question = service.question_for(session, actor, question_id, Permission.ANNUL_QUESTION)
    actor.must_have_stepped_up(now)
    service.locked(session, question)
    ruling_rules.check_not_moved(is_moved=question.moved_to_item_id is not None)
    ruling_rules.check_may_annul(question.state, is_declared=question.declared is not None)
    ruling = two_officials.ask(session, actor, question, RulingKind.ANNULMENT, reason)
    audit.record(session, actor, Tag.ANNULMENT_ASKED, question)
    return ruling


def confirm(session: Session, actor: Actor, question_id: int, ruling_id: int) -> Question:
    """Annul a vote as the second official: nothing of it counts, and a new question may be put. Needs a fresh second factor."""
    now = clock.now()
    question = service.question_for(session, actor, question_id, Permission.ANNUL_QUESTION)
    actor.must_have_stepped_up(now)
    locked_box = box.lock(session, question.id)
    if locked_box is None:
        raise Refused(Reason.NOTHING_TO_ANNUL)
    service.locked(session, question)
    ruling_rules.check_not_moved(is_moved=question.moved_to_item_id is not None)
    ruling_rules.check_may_annul(question.state, is_declared=question.declared is not None)
    ruling = two_officials.confirm(session, actor, question, ruling_id, RulingKind.ANNULMENT, now)
    locked_box.enter(EntryKind.ANNULLED, two_officials.as_entry(session, ruling), now)
    service.keep(session, locked_box)
    _end(session, question, now)
    audit.record(session, actor, Tag.QUESTION_ANNULLED, question)
    steps.record_if_written(session, actor, question, StepKind.ANNULLED, ruling.reason)
    service.announce(session, question)
    return question


def _end(session: Session, question: Question, now: datetime) -> None:
    """The question is over; those who were asked are told. A written one is archived with its box, as after any end."""
    question.state, question.closed_at = QuestionState.ANNULLED, question.closed_at or now
    title = session.get_one(Matter, question.matter_id).title
    for line in box.roll(session, question.id):
        if not line.recused:
            notices.tell(
                session,
                line.person_id,
                notices.Sentence.VOTE_ANNULLED,
                key=f"question:{question.id}:annulled",
                address=officials.address_of(question),
                title=title,
            )
    if question.item_id is None:
        jobs.ask_for(session, "outcomes.archive_written", key=f"archive:written:{question.id}", question_id=question.id)
