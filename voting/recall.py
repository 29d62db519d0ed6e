"""Recalling an answer in writing: none of the member's ballots before it counts, and until the end they may answer anew or not at all."""

from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.database import transaction
from ecabinet.refusals import NotFound
from voting import box, conduct, recusal, service
from voting.ballots import Ballot, Known, Line, Receipt
from voting.box import LockedBox
from voting.entries import EntryKind
from voting.models import Question
from voting.proof import receipts
from voting.rulings import officials


def recall(actor: Actor, question_id: int, cast_id: str, member: str | None = None) -> Receipt:
    """Recall what counts of the actor's answers, or of those of a member whose proxy they hold, and return the receipt once it is committed.

    The same mark again has the same receipt. Needs a fresh second factor.
    """
    actor.must_have_stepped_up(clock.now())
    conduct.check_cast_id(cast_id)
    with transaction() as session:
        locked_box = _locked(session, actor, question_id, cast_id)
        number = _recall(session, locked_box, actor, Ballot(cast_id, "", member=member), clock.now())
        return receipts.after_keeping(session, locked_box, [number])[number]


def _locked(session: Session, actor: Actor, question_id: int, cast_id: str) -> LockedBox:
    """Lock the box of a question that the actor may know of; refuse one that was not opened."""
    people = {actor.person_id} if actor.person_id is not None else set()
    locked_box = box.lock(session, question_id, people=people, cast_ids={cast_id})
    if locked_box is None:
        service.refuse_unopened(session, actor, question_id)
    if locked_box.seat_of(actor.person_id) is None and not actor.may(
        Permission.READ_QUESTION, locked_box.frozen.body_id
    ):
        raise NotFound
    return locked_box


def _recall(session: Session, locked_box: LockedBox, actor: Actor, asked: Ballot, now: datetime) -> int:
    """Enter the recall and return its number, the same again for the same mark."""
    own, line = locked_box.seat_of(actor.person_id), locked_box.line_for(actor.person_id, asked.member)
    known = locked_box.known_ballot(asked.cast_id)
    if known is not None:
        return _again(known, actor, line, asked)
    recused = recusal.is_recused(session, locked_box, own, line)
    conduct.check_franchise(on_roll=own is not None, holds_proxy=line is not None, recused=recused)
    assert own is not None and line is not None  # noqa: S101, PT018 - who is not on the roll was refused above
    frozen = locked_box.frozen
    last = conduct.last_moment(frozen.form, frozen.closes_at)
    conduct.check_may_cast(is_open=locked_box.is_open, now=now, last=last)
    allowed = frozen.named.change_of_ballot == service.UNTIL_CLOSE
    conduct.check_may_recall(form=frozen.form, has_voted=line.has_voted, allowed=allowed)
    fields = {"member": line.member, "by": own.member, "cast_id": asked.cast_id, "step_up": actor.stepped_up_by}
    number = locked_box.enter(EntryKind.RECALLED, fields, now, cast_id=asked.cast_id, person_id=actor.person_id)
    box.keep(session, locked_box)
    audit.record(session, actor, Tag.BALLOT_RECALLED, session.get_one(Question, frozen.question_id), number=number)
    officials.tell_count(session, locked_box)
    return number


def _again(known: Known, actor: Actor, line: Line | None, asked: Ballot) -> int:
    member = line.member if line is not None else asked.member
    return known.matching_recall(actor.person_id, Ballot(asked.cast_id, "", member=member))
