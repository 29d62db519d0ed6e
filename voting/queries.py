"""What pages ask about questions. While one is open nobody is given more than how many ballots there are, and their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.sign_in import passkeys
from ecabinet.sign_in.passkeys import Held
from meetings.models import AgendaItem
from voting import conduct, mine, opening, results, service
from voting.conduct import OPENED, VOID, Procedure, QuestionState
from voting.engine.rule import Form
from voting.engine.rule_book import NamedRule, named_rule_from_json
from voting.frozen import entitled_count
from voting.mine import Earlier, Mine, Represented
from voting.models import Box, Question, RollEntry
from voting.results import Annulment, Shown, TakenOut

result = results.result


@dataclass(frozen=True)
class Panel:
    """A question as its panel shows it to one reader."""

    id: int
    item_id: int | None
    meeting_id: int | None
    matter_id: int
    block_id: int | None
    text: str
    form: Form
    procedure: Procedure
    state: QuestionState
    rule: NamedRule
    options: tuple[str, ...]
    labels: tuple[str, ...]
    closes_at: datetime | None
    voted: int
    of: int
    voter: int | None
    entitled: bool
    recused: bool
    mine: Mine | None
    may_prepare: bool
    may_conduct: bool
    may_declare: bool
    result: Shown | None
    declared: str | None
    annulment: Annulment | None
    passkeys: Held  # which may sign the reader's ballot
    seen: str = ""  # the hash of what this panel shows, in the reader's language
    member: str = ""  # the membership that the reader's own ballot is for
    represents: tuple[Represented, ...] = ()
    represented_by: str = ""  # who casts for the reader
    earlier: tuple[Earlier, ...] = ()  # the reader's own answers in writing that count no longer
    taken_out: TakenOut | None = None

    @property
    def may_vote(self) -> bool:
        """Whether this reader has a ballot here, now or as soon as it opens."""
        return self.entitled and self.state in (QuestionState.ARMED, QuestionState.OPEN)


@dataclass(frozen=True)
class QuestionLine:
    """A question in a list."""

    id: int
    item_id: int | None
    matter_id: int
    round: int
    text: str
    form: Form
    procedure: Procedure
    state: QuestionState
    outcome: str | None
    closed_at: datetime | None

    @property
    def is_put(self) -> bool:
        """Whether others than those who prepare it may know of it."""
        return self.state not in service.NOT_PUT

    @property
    def counts(self) -> bool:
        """Whether it was put and what came of it was neither annulled nor taken out of its block."""
        return self.is_put and self.state not in VOID


def panel(session: Session, actor: Actor, question_id: int) -> Panel:
    """Return a question as the actor may see it now."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    named = rule_shown(question)
    voted, of = _count(session, question)
    entitled, recused = _franchise(session, actor, question)
    meeting = opening.meeting_of(session, question)
    member = mine.member(session, actor, question)
    return Panel(
        id=question.id,
        item_id=question.item_id,
        meeting_id=meeting.id if meeting is not None else None,
        matter_id=question.matter_id,
        block_id=question.block_id,
        text=question.text,
        form=question.form,
        procedure=question.procedure,
        state=question.state,
        rule=named,
        options=conduct.options_of(question.procedure, named.rule, question.labels),
        labels=tuple(question.labels),
        closes_at=question.closes_at,
        voted=voted,
        of=of,
        voter=actor.person_id,
        entitled=entitled and actor.may(Permission.CAST_BALLOT, question.body_id),
        recused=recused,
        mine=mine.ballot_of(session, question.id, member),
        may_prepare=actor.may(Permission.PREPARE_QUESTION, question.body_id),
        may_conduct=actor.may(Permission.CONDUCT_QUESTION, question.body_id),
        may_declare=actor.may(Permission.DECLARE_OUTCOME, question.body_id),
        result=results.figures_of(question),
        declared=question.declared,
        annulment=results.annulment_of(session, question),
        passkeys=passkeys.held_by(session, actor.person_id) if entitled else Held(),
        seen=opening.seen_now(session, question, named.rule, actor.language) if entitled else "",
        member=member,
        represents=mine.represents(session, actor, question, member) if entitled else (),
        represented_by=mine.represented_by(session, question, member) if entitled else "",
        earlier=mine.earlier_of(session, question.id, member) if question.form is Form.WRITTEN else (),
        taken_out=results.taken_out_of(session, question),
    )


def rule_shown(question: Question) -> NamedRule:
    """Return the rule of a question: the frozen one once it was opened."""
    return named_rule_from_json(question.rule) if question.rule is not None else opening.rule_of(question)


def questions_of_item(session: Session, item_ids: Collection[int]) -> dict[int, list[QuestionLine]]:
    """Return the questions of each item in the order they were prepared; the withdrawn are left out."""
    found = session.scalars(
        select(Question)
        .where(Question.item_id.in_(list(item_ids)), Question.state != QuestionState.WITHDRAWN)
        .order_by(Question.id)
    )
    by_item: dict[int, list[QuestionLine]] = {}
    for question in found:
        by_item.setdefault(question.item_id or 0, []).append(_line(question))
    return by_item


def live_question(session: Session, actor: Actor, meeting_id: int) -> int | None:
    """Return the question that belongs on every tablet of a meeting now: the open one, else the one armed last; None for who may not read it. A block is not one question."""
    found = session.execute(
        select(Question.id, Question.state, Question.matter_id)
        .join(AgendaItem, AgendaItem.id == Question.item_id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            Question.state.in_((QuestionState.OPEN, QuestionState.ARMED)),
            Question.block_id.is_(None),
        )
        .order_by(Question.id.desc())
    ).all()
    readable = reading.readable_among(session, actor, {row.matter_id for row in found}) if found else set()
    mine = [row for row in found if row.matter_id in readable]
    is_open = [row.id for row in mine if row.state is QuestionState.OPEN]
    return next(iter([*is_open, *(row.id for row in mine)]), None)


def outcome_of(question: Question) -> str | None:
    """Return the outcome of a vote that counts; an annulled one has none."""
    return question.outcome if question.state is QuestionState.CLOSED else None


def _line(question: Question) -> QuestionLine:
    return QuestionLine(
        id=question.id,
        item_id=question.item_id,
        matter_id=question.matter_id,
        round=question.round,
        text=question.text,
        form=question.form,
        procedure=question.procedure,
        state=question.state,
        outcome=outcome_of(question),
        closed_at=question.closed_at,
    )


def _count(session: Session, question: Question) -> tuple[int, int]:
    """How many ballots, of how many who may vote; before the opening as the roll would be today."""
    if question.state not in OPENED:
        roll = opening.roll_of(session, question, clock.today())
        return 0, sum(not line.recused for line in roll)
    voted = session.scalar(select(Box.voted).where(Box.question_id == question.id)) or 0
    return voted, entitled_count(session, question.id)


def _franchise(session: Session, actor: Actor, question: Question) -> tuple[bool, bool]:
    """Whether the actor is entitled, and whether recused; before the opening a member is entitled."""
    if question.state not in OPENED:
        return question.body_id in actor.memberships, False
    recused = session.scalar(
        select(RollEntry.recused).where(RollEntry.question_id == question.id, RollEntry.person_id == actor.person_id)
    )
    return recused is False, recused is True
