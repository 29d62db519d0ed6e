"""What pages ask about questions. While one is open nobody is given more than how many ballots there are, and their own."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission
from meetings.models import AgendaItem
from voting import conduct, opening, results, service
from voting.ballots import code_of
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.engine.rule_book import NamedRule, named_rule_from_json
from voting.frozen import entitled_count
from voting.models import Box, BoxEntry, Question, RollEntry
from voting.results import Shown

OPENED = (QuestionState.OPEN, QuestionState.CLOSED)
result = results.result


@dataclass(frozen=True)
class Mine:
    """The actor's own ballot that stands."""

    number: int
    choice: str
    text: str
    code: str


@dataclass(frozen=True)
class Panel:
    """A question as its panel shows it to one reader."""

    id: int
    item_id: int | None
    meeting_id: int | None
    matter_id: int
    text: str
    form: Form
    procedure: Procedure
    state: QuestionState
    rule: NamedRule
    options: tuple[str, ...]
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


@dataclass(frozen=True)
class Asked:
    """A written question that was put to the actor."""

    id: int
    title: str
    text: str
    state: QuestionState
    closes_at: datetime | None
    outcome: str | None
    answered: bool


def panel(session: Session, actor: Actor, question_id: int) -> Panel:
    """Return a question as the actor may see it now."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    named = rule_shown(question)
    voted, of = _count(session, question)
    entitled, recused = _franchise(session, actor, question)
    meeting = opening.meeting_of(session, question)
    return Panel(
        id=question.id,
        item_id=question.item_id,
        meeting_id=meeting.id if meeting is not None else None,
        matter_id=question.matter_id,
        text=question.text,
        form=question.form,
        procedure=question.procedure,
        state=question.state,
        rule=named,
        options=conduct.options_of(question.procedure, named.rule),
        closes_at=question.closes_at,
        voted=voted,
        of=of,
        voter=actor.person_id,
        entitled=entitled and actor.may(Permission.CAST_BALLOT, question.body_id),
        recused=recused,
        mine=_mine(session, actor, question),
        may_prepare=actor.may(Permission.PREPARE_QUESTION, question.body_id),
        may_conduct=actor.may(Permission.CONDUCT_QUESTION, question.body_id),
        may_declare=actor.may(Permission.DECLARE_OUTCOME, question.body_id),
        result=results.figures_of(question),
        declared=question.declared,
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
    """Return the question that belongs on every tablet of a meeting now: the open one, else the one armed last; None for who may not read it."""
    found = session.execute(
        select(Question.id, Question.state)
        .join(AgendaItem, AgendaItem.id == Question.item_id)
        .join(Matter, Matter.id == Question.matter_id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            Question.state.in_((QuestionState.OPEN, QuestionState.ARMED)),
            conditions.reads_matter(actor, clock.now()),
        )
        .order_by(Question.id.desc())
    ).all()
    is_open = [row.id for row in found if row.state is QuestionState.OPEN]
    return next(iter([*is_open, *(row.id for row in found)]), None)


def inbox(session: Session, actor: Actor) -> list[Asked]:
    """Return the written questions put to the actor, the open ones first and of those the most urgent."""
    answered = exists().where(BoxEntry.question_id == Question.id, BoxEntry.person_id == actor.person_id)
    found = session.execute(
        select(Question, Matter.title, answered)
        .join(Matter, Matter.id == Question.matter_id)
        .join(RollEntry, RollEntry.question_id == Question.id)
        .where(
            Question.form == Form.WRITTEN,
            Question.state.in_(OPENED),
            RollEntry.person_id == actor.person_id,
            RollEntry.recused.is_(False),
            conditions.reads_matter(actor, clock.now()),
        )
        .order_by(Question.state == QuestionState.CLOSED, Question.closes_at, Question.id)
    )
    return [
        Asked(question.id, title, question.text, question.state, question.closes_at, question.outcome, bool(has))
        for question, title, has in found
    ]


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
        outcome=question.outcome,
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


def _mine(session: Session, actor: Actor, question: Question) -> Mine | None:
    found = session.execute(
        select(BoxEntry.number, BoxEntry.body, BoxEntry.leaf)
        .where(BoxEntry.question_id == question.id, BoxEntry.person_id == actor.person_id)
        .order_by(BoxEntry.number.desc())
        .limit(1)
    ).first()
    if found is None or actor.person_id is None:
        return None
    ballot: Mapping[str, str] = json.loads(found.body)
    return Mine(found.number, ballot["choice"], ballot["text"], code_of(found.leaf))
