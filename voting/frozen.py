"""What was frozen when a box was opened, read back: the question, its answers, its papers, its rule, its roll."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetings.models import AgendaItem
from voting import choosing, conduct, entries
from voting.conduct import Procedure
from voting.engine.rule import Form, Rule
from voting.engine.rule_book import NamedRule, named_rule_from_json
from voting.engine.vote import RollMember
from voting.models import Question, RollEntry


@dataclass(frozen=True)
class Frozen:
    """What was frozen when the box was opened, as far as a ballot depends on it; the end alone may have been moved since."""

    question_id: int
    body_id: int
    matter_id: int
    item_id: int | None
    meeting_id: int | None
    block_id: int | None
    form: Form
    procedure: Procedure
    text: str
    options: tuple[str, ...]
    labels: Mapping[str, str]
    papers: tuple[entries.Paper, ...]
    named: NamedRule
    closes_at: datetime | None

    @property
    def rule(self) -> Rule:
        """The rule without its name."""
        return self.named.rule

    def seen(self, language: str) -> str:
        """Return the hash of what a member had before them when choosing in this language."""
        return entries.seen_of(
            text=self.text, options=self.options, labels=self.labels, language=language, papers=self.papers
        )


def frozen_of(session: Session, question_id: int) -> Frozen:
    """Return what was frozen with an opened question."""
    row = session.execute(
        select(
            Question.body_id,
            Question.matter_id,
            Question.item_id,
            AgendaItem.meeting_id,
            Question.block_id,
            Question.form,
            Question.procedure,
            Question.text,
            Question.labels,
            Question.papers,
            Question.rule,
            Question.closes_at,
        )
        .outerjoin(AgendaItem, AgendaItem.id == Question.item_id)
        .where(Question.id == question_id)
    ).one()
    named = named_rule_from_json(row.rule)
    return Frozen(
        question_id=question_id,
        body_id=row.body_id,
        matter_id=row.matter_id,
        item_id=row.item_id,
        meeting_id=row.meeting_id,
        block_id=row.block_id,
        form=row.form,
        procedure=row.procedure,
        text=row.text,
        options=conduct.options_of(row.procedure, named.rule, row.labels),
        labels=labels_of(row.procedure, row.labels),
        papers=tuple(paper_of(kept) for kept in row.papers),
        named=named,
        closes_at=row.closes_at,
    )


def labels_of(procedure: Procedure, labels: list[Any]) -> dict[str, str]:
    """Return the words of each option where members choose among options; nothing elsewhere, where the answers are the program's own."""
    return choosing.named(labels) if procedure is Procedure.CHOICE else {}


def paper_of(kept: dict[str, Any]) -> entries.Paper:
    """Return a frozen paper as an entry names it."""
    return entries.Paper(str(kept["document"]), int(kept["number"]), str(kept["sha256"]))


def entitled_count(session: Session, question_id: int) -> int:
    """Return how many members of the roll may vote."""
    counted = select(func.count()).where(RollEntry.question_id == question_id, RollEntry.recused.is_(False))
    return session.scalar(counted.select_from(RollEntry)) or 0


def roll_member(entry: RollEntry) -> RollMember:
    """Return a line of the roll as the rule engine reads it."""
    return RollMember(
        str(entry.membership_id),
        entry.name,
        tuple(entry.roles),
        recused=entry.recused,
        substituted=entry.substituted,
        weights=entry.weights or {},  # nothing is there before the roll is kept
        proxy=entry.proxy,
        veto=bool(entry.veto),
    )
