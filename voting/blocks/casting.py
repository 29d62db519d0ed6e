"""One vote for a whole block: a ballot by name in the box of every item, committed together and answered each for itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ecabinet import pulse
from ecabinet.access import Actor, Permission
from ecabinet.database import reading
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import service as meetings
from voting import casting, standing
from voting.ballots import Ballot, Receipt
from voting.blocks import leaving, rules, service
from voting.blocks.models import Block
from voting.blocks.rules import BlockState, Reason
from voting.engine.rule import Choice
from voting.models import Question, RollEntry

OFFERED = (Choice.YES.value, Choice.ABSTAIN.value)


@dataclass(frozen=True)
class BlockBallot:
    """What a member sends: the mark made on the tablet before the first try, one answer for all items, and what the page showed of each.

    `member`: the membership whose ballots they are, the sender's own where nothing is said.
    """

    mark: str
    choice: str
    member: str | None = None
    seen: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Answer:
    """What became of the ballot on one item: its receipt, or why it was refused."""

    question_id: int
    item_id: int | None
    receipt: Receipt | None
    refusal: Refused | None


def cast(actor: Actor, block_id: int, sent: BlockBallot) -> list[Answer]:
    """Cast a member's ballots on every item of a block on which they have one; the same sent again is answered the same.

    Items on which the member is recused have none. Raise the refusal where no ballot at all was taken.
    """
    rules.check_ballot(sent.mark, sent.choice, OFFERED)
    with reading() as session:
        asked = _asked(session, actor, block_id, sent)
    given = casting.cast_each(actor, [(question_id, _ballot(sent, question_id)) for question_id, _item in asked])
    answers = [_answer(waiting, item_id) for waiting, (_question, item_id) in zip(given, asked, strict=True)]
    if all(answer.receipt is None for answer in answers):
        raise answers[0].refusal or NotFound
    with reading() as session:
        beat(session, session.get_one(Block, block_id))
    return answers


def count(session: Session, block: Block) -> tuple[int, int]:
    """Return how many members have voted in a block, and how many may: those with a ballot on one of its items at least."""
    asked = [question.id for _row, question in leaving.remaining(session, block)]
    may = select(func.count(RollEntry.membership_id.distinct())).where(
        RollEntry.question_id.in_(asked), RollEntry.recused.is_(False)
    )
    has = may.where(standing.has_ballot(RollEntry.question_id, RollEntry.membership_id))
    return session.scalar(has) or 0, session.scalar(may) or 0


def beat(session: Session, block: Block) -> None:
    """Move the one count of a block on every screen that hears of votes."""
    voted, of = count(session, block)
    stream = meetings.stream_of(block.meeting_id)
    pulse.beat(stream, meetings.VOTES, "count", question=f"block-{block.id}", voted=voted, of=of)


def _asked(session: Session, actor: Actor, block_id: int, sent: BlockBallot) -> list[tuple[int, int | None]]:
    """The questions of an opened block on which this ballot counts, with their items.

    Those taken out since are among them, so that a ballot sent again is answered as it was the first time.
    """
    block = service.block_for(session, actor, block_id, Permission.CAST_BALLOT)
    if block.opened_at is None:
        raise Refused(Reason.NOT_OPEN)
    own = _line(RollEntry.person_id == actor.person_id)
    whose = own if sent.member is None else _line(RollEntry.membership_id == _number(sent.member))
    rows = session.execute(
        select(Question.id, Question.item_id)
        .where(Question.block_id == block.id, Question.opened_at.is_not(None), own, whose)
        .order_by(Question.id)
    ).all()
    if not rows:
        raise Refused(Reason.OVER if block.state is not BlockState.OPEN else Reason.NOTHING_LEFT)
    return [(row.id, row.item_id) for row in rows]


def _line(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(RollEntry.id)
        .where(RollEntry.question_id == Question.id, RollEntry.recused.is_(False), condition)
        .exists()
    )


def _number(member: str) -> int:
    return int(member) if member.isascii() and member.isdigit() and len(member) < 10 else 0


def _ballot(sent: BlockBallot, question_id: int) -> Ballot:
    return Ballot(
        cast_id=rules.cast_id_of(sent.mark, question_id),
        choice=sent.choice,
        member=sent.member,
        seen=(sent.seen or {}).get(str(question_id), ""),
        in_block=True,
    )


def _answer(waiting: casting.Waiting, item_id: int | None) -> Answer:
    """A refusal belongs to its item; an error of ours is raised, so that the tablet sends the whole again."""
    try:
        return Answer(waiting.question_id, item_id, waiting.receipt(), None)
    except Refused as refusal:
        return Answer(waiting.question_id, item_id, None, refusal)
    except (NotFound, Forbidden):
        return Answer(waiting.question_id, item_id, None, None)
