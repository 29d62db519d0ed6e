"""What was frozen when a box was opened, read back: the question, its answers, its papers, its rule, its roll."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetings.models import AgendaItem
from voting import conduct, entries
from voting.conduct import Procedure
from voting.engine.rule import Form, Rule
from voting.engine.rule_book import named_rule_from_json
from voting.engine.vote import RollMember
from voting.models import Question, RollEntry


@dataclass(frozen=True)
class Frozen:
    """What was frozen when the box was opened, as far as a ballot depends on it."""

    question_id: int
    body_id: int
    matter_id: int
    item_id: int | None
    meeting_id: int | None
    form: Form
    text: str
    options: tuple[str, ...]
    papers: tuple[entries.Paper, ...]
    rule: Rule
    closes_at: datetime | None

    def seen(self, language: str) -> str:
        """Return the hash of what a member had before them when choosing in this language."""
        return entries.seen_of(text=self.text, options=self.options, language=language, papers=self.papers)


def frozen_of(session: Session, question_id: int) -> Frozen:
    """Return what was frozen with an opened question."""
    row = session.execute(
        select(
            Question.body_id,
            Question.matter_id,
            Question.item_id,
            AgendaItem.meeting_id,
            Question.form,
            Question.procedure,
            Question.text,
            Question.papers,
            Question.rule,
            Question.closes_at,
        )
        .outerjoin(AgendaItem, AgendaItem.id == Question.item_id)
        .where(Question.id == question_id)
    ).one()
    rule = named_rule_from_json(row.rule).rule
    return Frozen(
        question_id=question_id,
        body_id=row.body_id,
        matter_id=row.matter_id,
        item_id=row.item_id,
        meeting_id=row.meeting_id,
        form=row.form,
        text=row.text,
        options=conduct.options_of(Procedure(row.procedure), rule),
        papers=tuple(paper_of(kept) for kept in row.papers),
        rule=rule,
        closes_at=row.closes_at,
    )


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
        str(entry.membership_id), entry.name, tuple(entry.roles), recused=entry.recused, substituted=entry.substituted
    )
