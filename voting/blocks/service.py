"""The verbs of a block vote: prepared, shown, opened, an item taken out, closed. Declaring what passed belongs to the outcomes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import N_, NotFound, Refused
from ecabinet.translation import translated
from meetings import queries as agendas
from meetings import service as meetings
from meetings.models import AgendaItem, ItemKind, Meeting
from meetings.queries import Line
from meetings.rules import MeetingState
from voting import conduct, opening, preparing, rule_shelf, service
from voting.blocks import leaving, rules
from voting.blocks.models import Block, BlockItem
from voting.blocks.rules import BlockState, Reason
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.positions import queries as positions
from voting.positions.queries import OnItem
from voting.rule_shelf import QuestionKind

TEXT = N_("Do you adopt the proposal “%(title)s”?")
PREPARED = (QuestionState.DRAFT, QuestionState.ARMED)


def block_for(session: Session, actor: Actor, block_id: int, permission: Permission) -> Block:
    """Return a block for what the actor wants to do with it.

    `NotFound` where they may not know of its meeting, or of a block that is not shown yet; `Forbidden` where the permission is lacking.
    """
    block = session.get(Block, block_id)
    if block is None:
        raise NotFound
    meetings.meeting_for(session, actor, block.meeting_id, Permission.READ_MEETING)
    is_hidden = block.state in (BlockState.PREPARED, BlockState.WITHDRAWN)
    if not actor.may(Permission.READ_QUESTION, block.body_id):
        raise NotFound
    if is_hidden and not actor.may(Permission.PREPARE_BLOCK, block.body_id):
        raise NotFound
    actor.must(permission, block.body_id)
    return block


def prepare(session: Session, actor: Actor, meeting_id: int, item_ids: Sequence[int]) -> Block:
    """Prepare a block of these uncontested items, a question on each by the body's rule for decisions; nobody else sees it yet."""
    known = meetings.meeting_for(session, actor, meeting_id, Permission.PREPARE_BLOCK)
    meeting = meetings.lock(session, known)  # so that no position and no other block comes in between
    rules.check_choice_of_items(len(set(item_ids)))
    has_block = leaving.live_block(session, meeting.id) is not None
    rules.check_may_prepare(is_over=meeting.state is MeetingState.CLOSED, has_block=has_block)
    lines = _lines_for(session, actor, meeting, set(item_ids))
    block = Block(
        body_id=meeting.body_id,
        meeting_id=meeting.id,
        state=BlockState.PREPARED,
        prepared_by_id=actor.person_id,
        prepared_at=clock.now(),
    )
    session.add(block)
    session.flush()
    for line in lines:
        question = _question(session, actor, block, line)
        session.add(BlockItem(block_id=block.id, item_id=line.item_id, question_id=question.id))
    audit.record(session, actor, Tag.BLOCK_PREPARED, block, items=[line.item_id for line in lines])
    leaving.announce(session, block)
    return block


def candidates(session: Session, actor: Actor, meeting: Meeting) -> list[OnItem]:
    """Return the items that may be put into a block: for decision, waiting, uncontested, without a question of their own."""
    page = positions.overview(session, actor, meeting.id)
    asked = _prepared_on(session, [item.line.item_id for item in page.items])
    return [item for item in page.items if _fits(item, asked)]


def arm(session: Session, actor: Actor, block_id: int) -> Block:
    """Show a block on every tablet, so that opening it is one small push."""
    block = leaving.lock(session, block_for(session, actor, block_id, Permission.CONDUCT_QUESTION))
    meeting = session.get_one(Meeting, block.meeting_id)
    rules.check_may_arm(block.state, is_running=meeting.state is MeetingState.RUNNING)
    for question in _questions(session, actor, block):
        conduct.check_may_arm(question.state, is_running=True)
        question.state = QuestionState.ARMED
        audit.record(session, actor, Tag.QUESTION_ARMED, question)
    block.state = BlockState.ARMED
    audit.record(session, actor, Tag.BLOCK_ARMED, block)
    leaving.announce(session, block)
    return block


def open_block(session: Session, actor: Actor, block_id: int) -> Block:
    """Open every question of a block in one transaction, each frozen for itself. Needs a fresh second factor; no other question may be open."""
    now = clock.now()
    known = block_for(session, actor, block_id, Permission.CONDUCT_QUESTION)
    actor.must_have_stepped_up(now)
    meeting = meetings.lock(session, session.get_one(Meeting, known.meeting_id))  # so that nothing else opens beside it
    block = leaving.lock(session, known)
    rules.check_may_open(
        block.state,
        is_running=meeting.state is MeetingState.RUNNING,
        another_open=service.another_open(session, meeting.id),
    )
    today = clock.today(meeting.zone)
    for question in _questions(session, actor, block):
        conduct.check_may_open(question.state, is_running=True, another_open=False)
        opening.freeze(session, question, on=today, now=now, closes_at=None)
        audit.record(session, actor, Tag.QUESTION_OPENED, question)
    block.state, block.opened_at = BlockState.OPEN, now
    audit.record(session, actor, Tag.BLOCK_OPENED, block)
    leaving.announce(session, block)
    return block


def object_to(session: Session, actor: Actor, block_id: int, item_id: int, reason: str = "") -> Block:
    """Take an item out of a block at once by a member's objection: it is debated and voted on its own.

    Before the opening its question is withdrawn; after it the vote on it ends and does not count, which needs a fresh second factor.
    """
    block = leaving.lock(session, block_for(session, actor, block_id, Permission.CAST_BALLOT))
    row, question = _row(session, block, item_id)
    is_readable = reading.may_read(session, actor, question.matter_id)
    seat = actor.memberships.get(block.body_id)
    rules.check_may_object(on_roll=seat is not None, recused=not is_readable, reason=reason)
    if block.state is BlockState.OPEN:
        service.take_out(session, actor, question.id, reason)
    else:
        leaving.take_back(session, actor, question)
    leaving.leave(session, actor, block, row, objected_by=seat, reason=reason)
    return block


def leave_out(session: Session, actor: Actor, block_id: int, item_id: int) -> Block:
    """Leave an item out of a block that was not opened, as an official; it may be put into another one."""
    block = leaving.lock(session, block_for(session, actor, block_id, Permission.PREPARE_BLOCK))
    rules.check_may_withdraw(block.state)
    row, question = _row(session, block, item_id)
    leaving.take_back(session, actor, question)
    leaving.leave(session, actor, block, row, objected_by=None, reason="")
    return block


def withdraw(session: Session, actor: Actor, block_id: int) -> Block:
    """Take back a block that was not opened; its questions are withdrawn."""
    block = leaving.lock(session, block_for(session, actor, block_id, Permission.PREPARE_BLOCK))
    rules.check_may_withdraw(block.state)
    for _row_of, question in leaving.remaining(session, block):
        leaving.take_back(session, actor, question)
    block.state = BlockState.WITHDRAWN
    audit.record(session, actor, Tag.BLOCK_WITHDRAWN, block)
    leaving.announce(session, block)
    return block


def begin_close(session: Session, actor: Actor, block_id: int) -> tuple[Block, list[Question]]:
    """Lock a block that is to be closed and return it with the questions that are open in it; `end` follows once each is closed."""
    known = block_for(session, actor, block_id, Permission.CONDUCT_QUESTION)
    actor.must_have_stepped_up(clock.now())
    block = leaving.lock(session, known)
    rules.check_may_close(block.state)
    asked = _questions(session, actor, block, lock=False)  # closing locks the box first, then its question
    return block, [question for question in asked if question.state is QuestionState.OPEN]


def end(session: Session, actor: Actor, block: Block) -> None:
    """Note that every question of a block is closed."""
    block.state, block.closed_at = BlockState.CLOSED, clock.now()
    audit.record(session, actor, Tag.BLOCK_CLOSED, block)
    leaving.announce(session, block)


def _lines_for(session: Session, actor: Actor, meeting: Meeting, wanted: set[int]) -> list[Line]:
    """The lines of these items in the order of the agenda; refuse the first that does not belong into a block."""
    lines = [line for line in agendas.agenda_of(session, actor, meeting) if line.item_id in wanted]
    if len(lines) < len(wanted):
        raise NotFound
    open_to = {item.line.item_id: item for item in positions.overview(session, actor, meeting.id).items}
    asked = _prepared_on(session, wanted)
    for line in lines:
        item = open_to.get(line.item_id)
        rules.check_may_take_in(
            title=line.title,
            is_for_decision=line.matter_id is not None and line.kind is ItemKind.DECISION,
            is_readable=item is not None,
            is_waiting=item is not None and not item.is_called,
            has_question=line.item_id in asked,
            is_contested=item is not None and item.counts.is_contested,
        )
    return lines


def _fits(item: OnItem, asked: set[int]) -> bool:
    is_free = not item.is_called and item.line.item_id not in asked
    return is_free and item.line.kind is ItemKind.DECISION and not item.counts.is_contested


def _prepared_on(session: Session, item_ids: Iterable[int]) -> set[int]:
    """The items on which a question is prepared already."""
    found = select(Question.item_id).where(Question.item_id.in_(list(item_ids)), Question.state.in_(PREPARED))
    return {item for item in session.scalars(found) if item is not None}


def _question(session: Session, actor: Actor, block: Block, line: Line) -> Question:
    body = organisation.body(session, block.body_id)
    question = Question(
        body_id=block.body_id,
        matter_id=line.matter_id,
        item_id=line.item_id,
        block_id=block.id,
        form=Form.MEETING,
        procedure=Procedure.VOTE,
        rule_name=rule_shelf.rule_for(body, QuestionKind.DECISION),
        labels=[],
    )
    return preparing.add(session, actor, question, translated(opening.SOURCE_LANGUAGE, TEXT) % {"title": line.title})


def _questions(session: Session, actor: Actor, block: Block, *, lock: bool = True) -> list[Question]:
    """The questions of the items that are in still; refuse where a conflict of interest keeps this official from one of them."""
    asked = [question for _row_of, question in leaving.remaining(session, block)]
    readable = reading.readable_among(session, actor, {question.matter_id for question in asked})
    for question in asked:
        if question.matter_id not in readable:
            raise Refused(Reason.BARRED, title=_title(session, question.item_id))
    return [service.locked(session, question) for question in asked] if lock else asked


def _row(session: Session, block: Block, item_id: int) -> tuple[BlockItem, Question]:
    """An item of a block that is in still."""
    row = session.scalar(select(BlockItem).where(BlockItem.block_id == block.id, BlockItem.item_id == item_id))
    if row is None:
        raise NotFound
    found = next((pair for pair in leaving.remaining(session, block) if pair[0].item_id == item_id), None)
    rules.check_may_take_out(block.state, title=_title(session, item_id), is_in=found is not None)
    assert found is not None  # noqa: S101 - refused above
    return found


def _title(session: Session, item_id: int | None) -> str:
    return session.get_one(AgendaItem, item_id).title
