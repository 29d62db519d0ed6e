"""How an item leaves a block, whoever has it leave: its question ends, the others go on; a block without items is over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor
from ecabinet.audit import Tag
from meetings import service as meetings
from voting.blocks.models import Block, BlockItem
from voting.blocks.rules import LIVE, NOT_OPENED, BlockState
from voting.conduct import QuestionState
from voting.models import Question

OVER = (QuestionState.WITHDRAWN, QuestionState.TAKEN_OUT, QuestionState.ANNULLED)


def live_block(session: Session, meeting_id: int) -> Block | None:
    """Return the block of a meeting that is prepared, shown or open."""
    return session.scalar(select(Block).where(Block.meeting_id == meeting_id, Block.state.in_(LIVE)))


def lock(session: Session, block: Block) -> Block:
    """Lock a block, so that its commands happen one after the other, and read it as it is now."""
    return session.get_one(Block, block.id, with_for_update=True, populate_existing=True)


def remaining(session: Session, block: Block) -> list[tuple[BlockItem, Question]]:
    """Return the items that are in a block still, by the number of their questions: every command locks them in this order."""
    rows = session.execute(
        select(BlockItem, Question)
        .join(Question, Question.id == BlockItem.question_id)
        .where(BlockItem.block_id == block.id, BlockItem.taken_out_at.is_(None), Question.state.not_in(OVER))
        .order_by(Question.id)
    )
    return [(row.BlockItem, row.Question) for row in rows]


def leave(
    session: Session,
    actor: Actor,
    block: Block,
    row: BlockItem,
    *,
    objected_by: int | None,
    reason: str,
    is_named: bool = True,
) -> None:
    """Note that an item is out of a locked block whose question was ended; with the last one the block is over.

    `is_named`: whether every reader of the block is to see whose deed it was.
    """
    row.taken_out_at, row.taken_out_by_id = clock.now(), actor.person_id if is_named else None
    row.objected_by_id, row.reason = objected_by, reason
    session.flush()
    audit.record(session, actor, Tag.BLOCK_ITEM_TAKEN_OUT, block, item=row.item_id, objected=objected_by is not None)
    if not remaining(session, block):
        if block.state is BlockState.OPEN:
            block.closed_at = clock.now()
        block.state = BlockState.CLOSED if block.state is BlockState.OPEN else BlockState.WITHDRAWN
    announce(session, block)


def take_back(session: Session, actor: Actor, question: Question) -> None:
    """Withdraw the question of an item in a block that was not opened."""
    kept = session.get_one(Question, question.id, with_for_update=True, populate_existing=True)
    kept.state = QuestionState.WITHDRAWN
    audit.record(session, actor, Tag.QUESTION_WITHDRAWN, kept)


def leave_contested(session: Session, actor: Actor, meeting_id: int, item_id: int) -> None:
    """Take an item out of a block that was not opened, because a member now objects to it or wishes to speak; nothing where it is in none.

    A position is for chair and secretary: the block keeps neither the member's name nor their words.
    """
    block = live_block(session, meeting_id)
    if block is None or block.state not in NOT_OPENED:
        return
    lock(session, block)
    for row, question in remaining(session, block):
        if row.item_id == item_id and block.state in NOT_OPENED:
            take_back(session, actor, question)
            leave(session, actor, block, row, objected_by=None, reason="", is_named=False)


def announce(session: Session, block: Block) -> None:
    """Tell those who hear of votes where a block stands."""
    news.announce(
        session,
        meetings.stream_of(block.meeting_id),
        "block",
        topic=meetings.VOTES,
        block=block.id,
        state=block.state.value,
    )
