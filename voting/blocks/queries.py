"""What pages show of a block vote; while it is open how many have voted, and one's own ballots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import queries as papers
from agenda_docs import reading
from agenda_docs.queries import ShelfPaper
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from meetings.models import Meeting
from meetings.rules import MeetingState
from voting import conduct, mine, opening, results
from voting import queries as questions
from voting.blocks import casting, leaving, saving, service
from voting.blocks.models import Block, BlockItem
from voting.blocks.rules import BlockState
from voting.blocks.saving import PASSED, Saved
from voting.conduct import QuestionState
from voting.mine import Mine
from voting.models import Question, RollEntry
from voting.results import Shown


@dataclass(frozen=True)
class BlockLine:
    """One item of a block, as one reader may know it."""

    item_id: int
    label: str
    title: str
    minutes: int
    question_id: int
    state: QuestionState
    is_in: bool
    taken_out_by: str
    objected: bool
    reason: str
    is_readable: bool
    has_ballot: bool  # whether this reader has one on it, now or as soon as it opens
    seen: str
    papers: Sequence[ShelfPaper]
    mine: Mine | None
    result: Shown | None
    declared: str | None

    @property
    def is_to_declare(self) -> bool:
        """Whether it passed and the chair has not said so yet."""
        return self.result is not None and self.result.outcome.value == PASSED and self.declared is None


@dataclass(frozen=True)
class OnBehalf:
    """A member for whom the reader casts, with the ballots of theirs by question."""

    membership_id: int
    name: str
    mine: Mapping[int, Mine | None]


@dataclass(frozen=True)
class BlockPanel:
    """A block as its panel shows it to one reader."""

    id: int
    meeting_id: int
    state: BlockState
    lines: Sequence[BlockLine]
    voted: int
    of: int
    choices: Sequence[str]
    may_change: bool
    voter: int | None
    member: str
    represents: Sequence[OnBehalf]
    may_prepare: bool
    may_conduct: bool
    may_declare: bool
    opened_at: datetime | None
    closed_at: datetime | None
    saved: Saved | None

    @property
    def inside(self) -> list[BlockLine]:
        """The items that are in it still."""
        return [line for line in self.lines if line.is_in]

    @property
    def outside(self) -> list[BlockLine]:
        """The items that were taken out."""
        return [line for line in self.lines if not line.is_in]

    @property
    def with_ballot(self) -> list[BlockLine]:
        """The items on which this reader has a ballot."""
        return [line for line in self.inside if line.has_ballot]

    @property
    def may_vote(self) -> bool:
        """Whether this reader has a ballot in it, now or as soon as it opens."""
        return self.state in (BlockState.ARMED, BlockState.OPEN) and bool(self.with_ballot)

    @property
    def to_declare(self) -> list[BlockLine]:
        """The items that passed and wait for the chair's declaration."""
        return [line for line in self.lines if line.is_to_declare]

    @property
    def undecided(self) -> list[BlockLine]:
        """The items that did not pass: each is declared on its own."""
        return [line for line in self.inside if line.result is not None and line.result.outcome.value != PASSED]


def panel(session: Session, actor: Actor, block_id: int) -> BlockPanel:
    """Return a block as the actor may see it now."""
    block = service.block_for(session, actor, block_id, Permission.READ_QUESTION)
    rows = _rows(session, block)
    voted, of = casting.count(session, block) if block.opened_at is not None else (0, _members(session, block))
    member = next((mine.member(session, actor, question) for _row, question in rows), "")
    rule = questions.rule_shown(rows[0][1])
    lines = _lines(session, actor, block, rows)
    offered = conduct.options_of(rows[0][1].procedure, rule.rule)
    return BlockPanel(
        id=block.id,
        meeting_id=block.meeting_id,
        state=block.state,
        lines=lines,
        voted=voted,
        of=of,
        choices=[choice for choice in casting.OFFERED if choice in offered],
        may_change=rule.change_of_ballot != "never",
        voter=actor.person_id,
        member=member,
        represents=_represents(session, actor, [question for _row, question in rows], member),
        may_prepare=actor.may(Permission.PREPARE_BLOCK, block.body_id),
        may_conduct=actor.may(Permission.CONDUCT_QUESTION, block.body_id),
        may_declare=actor.may(Permission.DECLARE_OUTCOME, block.body_id),
        opened_at=block.opened_at,
        closed_at=block.closed_at,
        saved=saving.saved_by(session, block),
    )


def shown(session: Session, actor: Actor, meeting: Meeting) -> BlockPanel | None:
    """Return the block that belongs on every tablet of a meeting now: shown, open, or closed with something still to declare."""
    if meeting.state is not MeetingState.RUNNING or not actor.may(Permission.READ_QUESTION, meeting.body_id):
        return None
    states = (BlockState.ARMED, BlockState.OPEN, BlockState.CLOSED)
    newest = session.scalar(
        select(Block).where(Block.meeting_id == meeting.id, Block.state.in_(states)).order_by(Block.id.desc()).limit(1)
    )
    if newest is None:
        return None
    found = panel(session, actor, newest.id)
    return found if newest.state is not BlockState.CLOSED or found.to_declare else None


def blocks_of(session: Session, actor: Actor, meeting: Meeting) -> list[Block]:
    """Return the blocks of a meeting that this reader may know of, the newest first; the withdrawn are left out."""
    hidden = {BlockState.WITHDRAWN}
    if not actor.may(Permission.PREPARE_BLOCK, meeting.body_id):
        hidden.add(BlockState.PREPARED)
    if not actor.may(Permission.READ_QUESTION, meeting.body_id):
        return []
    found = select(Block).where(Block.meeting_id == meeting.id, Block.state.not_in(hidden))
    return list(session.scalars(found.order_by(Block.id.desc())))


def _rows(session: Session, block: Block) -> list[tuple[BlockItem, Question]]:
    rows = session.execute(
        select(BlockItem, Question)
        .join(Question, Question.id == BlockItem.question_id)
        .where(BlockItem.block_id == block.id)
        .order_by(BlockItem.id)
    )
    return [(row.BlockItem, row.Question) for row in rows]


def _lines(session: Session, actor: Actor, block: Block, rows: Sequence[tuple[BlockItem, Question]]) -> list[BlockLine]:
    meeting = session.get_one(Meeting, block.meeting_id)
    agenda = {
        line.item_id: line for line in saving.published(session, meeting, {row.item_id for row, _question in rows})
    }
    readable = reading.readable_among(session, actor, {question.matter_id for _row, question in rows})
    wanted = [int(paper["version"]) for line in agenda.values() for paper in line.papers]
    shelf = papers.papers_of_versions(session, actor, wanted)
    inside = {row.item_id for row, _question in leaving.remaining(session, block)}
    names = organisation.person_names(session) if any(row.taken_out_by_id for row, _question in rows) else {}
    ballots = _with_ballot(session, actor, [question for _row, question in rows])
    result = []
    for row, question in rows:
        line = agenda[row.item_id]
        has_ballot = question.id in ballots and question.matter_id in readable
        result.append(
            BlockLine(
                item_id=row.item_id,
                label=line.label,
                title=line.title,
                minutes=line.minutes,
                question_id=question.id,
                state=question.state,
                is_in=row.item_id in inside,
                taken_out_by=names.get(row.taken_out_by_id or 0, ""),
                objected=row.objected_by_id is not None,
                reason=row.reason if question.matter_id in readable else "",
                is_readable=question.matter_id in readable,
                has_ballot=has_ballot,
                seen=_seen(session, actor, question) if has_ballot else "",
                papers=[shelf[int(paper["version"])] for paper in line.papers if int(paper["version"]) in shelf],
                mine=mine.ballot_of(session, question.id, mine.member(session, actor, question)),
                result=results.figures_of(question) if question.matter_id in readable else None,
                declared=question.declared,
            )
        )
    return result


def _with_ballot(session: Session, actor: Actor, asked: Sequence[Question]) -> set[int]:
    """The questions on which the actor has a ballot: those on whose frozen roll they stand, before the opening all."""
    if not asked or not actor.may(Permission.CAST_BALLOT, asked[0].body_id):
        return set()
    on_roll = set(
        session.scalars(
            select(RollEntry.question_id).where(
                RollEntry.question_id.in_([question.id for question in asked]),
                RollEntry.person_id == actor.person_id,
                RollEntry.recused.is_(False),
            )
        )
    )
    unopened = {question.id for question in asked if question.opened_at is None}
    return on_roll | (unopened if asked[0].body_id in actor.memberships else set())


def _seen(session: Session, actor: Actor, question: Question) -> str:
    return opening.seen_now(session, question, questions.rule_shown(question).rule, actor.language)


def _members(session: Session, block: Block) -> int:
    meeting = session.get_one(Meeting, block.meeting_id)
    return len(organisation.memberships_in_force(session, block.body_id, meeting.starts_local.date()))


def _represents(session: Session, actor: Actor, asked: Sequence[Question], member: str) -> list[OnBehalf]:
    """Everybody for whom the reader casts on one of the questions at least."""
    found: dict[int, OnBehalf] = {}
    for question in asked:
        if question.opened_at is None or question.state in leaving.OVER:
            continue
        for one in mine.represents(session, actor, question, member):
            so_far = found.get(one.membership_id)
            ballots = {**(so_far.mine if so_far else {}), question.id: one.mine}
            found[one.membership_id] = OnBehalf(one.membership_id, one.name, ballots)
    return list(found.values())
