"""What one official asks for and another confirms: the waiting row, and the two names in the entry."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from voting import service
from voting.models import Question, Ruling
from voting.rulings import officials
from voting.rulings import rules as ruling_rules
from voting.rulings.rules import Reason, RulingKind

NEEDED = {RulingKind.ANNULMENT: Permission.ANNUL_QUESTION, RulingKind.CORRECTION: Permission.CONDUCT_QUESTION}


def ask(
    session: Session,
    actor: Actor,
    question: Question,
    kind: RulingKind,
    reason: str,
    circumstances: dict[str, object] | None = None,
) -> Ruling:
    """Keep what one official asks for; refuse a second one of its kind. The question's row is locked."""
    if waiting(session, question.id, kind) is not None:
        raise Refused(Reason.ASKED_BEFORE)
    ruling = Ruling(
        question_id=question.id,
        kind=kind,
        reason=reason,
        circumstances=circumstances,
        entered_by_id=officials.person_of(actor),
        entered_at=clock.now(),
    )
    session.add(ruling)
    officials.tell(session, question)
    return ruling


def confirm(
    session: Session, actor: Actor, question: Question, ruling_id: int, kind: RulingKind, now: datetime
) -> Ruling:
    """Note that a second official confirms; refuse the first one, and what waits no longer. The question's row is locked."""
    ruling = _ruling(session, question, ruling_id)
    if ruling.kind is not kind:
        raise NotFound
    ruling_rules.check_second(waits=ruling.is_waiting, first=ruling.entered_by_id, second=actor.person_id)
    ruling.confirmed_by_id, ruling.confirmed_at = actor.person_id, now
    return ruling


def discard(session: Session, actor: Actor, question_id: int, ruling_id: int) -> None:
    """Drop what waits for a second official, by any who could confirm it."""
    question = service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    now = clock.now()
    actor.must_have_stepped_up(now)
    service.locked(session, question)
    ruling = _ruling(session, question, ruling_id)
    actor.must(NEEDED[ruling.kind], question.body_id)
    if not ruling.is_waiting:
        raise Refused(Reason.NOT_WAITING)
    ruling.discarded_at = now
    audit.record(session, actor, Tag.RULING_DROPPED, question, kind=ruling.kind.value)
    officials.tell(session, question)


def waiting(session: Session, question_id: int, kind: RulingKind) -> Ruling | None:
    """Return what of this kind waits for a second official."""
    return session.scalar(
        select(Ruling).where(
            Ruling.question_id == question_id,
            Ruling.kind == kind,
            Ruling.confirmed_at.is_(None),
            Ruling.discarded_at.is_(None),
        )
    )


def as_entry(session: Session, ruling: Ruling) -> dict[str, object]:
    """Return what the entry says of a confirmed ruling: why, and by whom."""
    return {
        "reason": ruling.reason,
        "entered_by": officials.named(session, ruling.entered_by_id),
        "confirmed_by": officials.named(session, ruling.confirmed_by_id or 0),
    }


def _ruling(session: Session, question: Question, ruling_id: int) -> Ruling:
    ruling = session.get(Ruling, ruling_id, with_for_update=True, populate_existing=True)
    if ruling is None or ruling.question_id != question.id:
        raise NotFound
    return ruling
