"""A block vote's end: every question in it closed, and what passed declared by the chair in one act, a decision for each item."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.refusals import N_, Refused
from ecabinet.translation import translated
from meetings.models import AgendaItem
from outcomes import service
from outcomes.models import Decision
from outcomes.rules import DecisionKind, Details
from voting.blocks import leaving
from voting.blocks import service as blocks
from voting.blocks.models import Block
from voting.blocks.rules import BlockState, Reason
from voting.conduct import QuestionState
from voting.models import Question
from voting.opening import SOURCE_LANGUAGE

WORDING = N_("The proposal “%(title)s” is adopted.")
PASSED = "pass"


def close(session: Session, actor: Actor, block_id: int) -> Block:
    """Close a block: each question in it takes its last entry and the rule decides on each. Needs a fresh second factor."""
    block, asked = blocks.begin_close(session, actor, block_id)
    for question in asked:
        service.close_question(session, actor, question.id)
    blocks.end(session, actor, block)
    return block


def declare(session: Session, actor: Actor, block_id: int, *, kind_shown: str, remark: str = "") -> list[Decision]:
    """Declare everything in a closed block that passed: a declaration and a decision for each item. Needs a fresh second factor.

    What did not pass stays to be declared on its own, as does an item from which a conflict of interest keeps the chair.
    """
    block = leaving.lock(session, blocks.block_for(session, actor, block_id, Permission.DECLARE_OUTCOME))
    actor.must_have_stepped_up(clock.now())
    if block.state is not BlockState.CLOSED:
        raise Refused(Reason.NOT_CLOSED)
    waiting = _passed(session, actor, block)
    if not waiting:
        raise Refused(Reason.NOTHING_TO_DECLARE)
    decisions = [
        service.declare(
            session,
            actor,
            question.id,
            DecisionKind.ADOPTED,
            Details(translated(SOURCE_LANGUAGE, WORDING) % {"title": _title(session, question)}),
            kind_shown=kind_shown,
            remark=remark,
        )
        for question in waiting
    ]
    leaving.announce(session, block)
    return decisions


def _passed(session: Session, actor: Actor, block: Block) -> list[Question]:
    found = session.scalars(
        select(Question)
        .where(
            Question.block_id == block.id,
            Question.state == QuestionState.CLOSED,
            Question.outcome == PASSED,
            Question.declared.is_(None),
        )
        .order_by(Question.id)
    ).all()
    readable = reading.readable_among(session, actor, {question.matter_id for question in found})
    return [question for question in found if question.matter_id in readable]


def _title(session: Session, question: Question) -> str:
    return session.get_one(AgendaItem, question.item_id).title
