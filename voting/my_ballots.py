"""The ballots of one person, wherever they are: cast by them, for them, or by them for a member they represent. Nobody else's."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Matter
from ecabinet.access import Actor
from voting import standing
from voting.ballots import code_of
from voting.conduct import OPENED, VOID, QuestionState
from voting.entries import BALLOTS, EntryKind
from voting.models import BoxEntry, Question, RollEntry
from voting.my_ballot_lines import Channel, Found, MyBallot, MyQuestion, MyRecall, State
from voting.rulings import readings

__all__ = ["Channel", "Found", "MyBallot", "MyQuestion", "MyRecall", "State", "of_person"]

QUESTIONS_ON_A_PAGE = 20


def of_person(session: Session, actor: Actor, page: int = 1) -> Found:
    """Return the questions on whose rolls the actor stands, each with the ballots that are theirs to see."""
    mine = (RollEntry.person_id == actor.person_id, Question.state.in_(OPENED))
    roll = select(RollEntry, Question, Matter.title).join(Question, Question.id == RollEntry.question_id)
    count = session.scalar(
        select(func.count(RollEntry.id)).join(Question, Question.id == RollEntry.question_id).where(*mine)
    )
    pages = max(1, -(-(count or 0) // QUESTIONS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        roll.join(Matter, Matter.id == Question.matter_id)
        .where(*mine)
        .order_by(Question.id.desc())
        .limit(QUESTIONS_ON_A_PAGE)
        .offset((page - 1) * QUESTIONS_ON_A_PAGE)
    ).all()
    return Found(_questions(session, actor, [(line, question, title) for line, question, title in rows]), page, pages)


def _questions(
    session: Session, actor: Actor, rows: Sequence[tuple[RollEntry, Question, str]]
) -> tuple[MyQuestion, ...]:
    readable = reading.readable_among(session, actor, {question.matter_id for _line, question, _title in rows})
    closings = _closings(session, [question.id for _line, question, _title in rows])
    lines = [line for line, _question, _title in rows]
    entries, recalls = _entries(session, actor, lines), _recalls(session, actor, lines)
    names = _names(session, entries)
    read = readings.of_questions(session, [question.id for _line, question, _title in rows])
    last = _last_of_each(
        session, [question.id for _line, question, _title in rows if question.state is not QuestionState.OPEN]
    )
    return tuple(
        MyQuestion(
            id=question.id,
            text=question.text if question.matter_id in readable else None,
            title=title if question.matter_id in readable else None,
            form=question.form,
            procedure=question.procedure,
            labels=tuple(question.labels or ()),
            state=question.state,
            opened_at=question.opened_at,
            member=str(line.membership_id),
            recused=line.recused,
            closing=closings.get(question.id),
            ballots=_ballots(line, question, entries.get(question.id, []), names, last),
            recalls=tuple(recalls.get(question.id, ())),
            reading=read.get(question.id, {}).get(str(line.membership_id)) if question.matter_id in readable else None,
        )
        for line, question, title in rows
    )


@dataclass(frozen=True)
class _Entry:
    """A ballot's row as read."""

    body: Mapping[str, Any]
    leaf: str
    is_withdrawn: bool
    recalled_by: int | None

    @property
    def is_out(self) -> bool:
        """Whether it was withdrawn or recalled."""
        return self.is_withdrawn or self.recalled_by is not None

    @property
    def member(self) -> str:
        return str(self.body["member"])


def _entries(session: Session, actor: Actor, lines: Sequence[RollEntry]) -> dict[int, list[_Entry]]:
    """The ballots of the reader's own seats, and those that the reader cast for others; by question, in order."""
    if not lines:
        return {}
    found = session.execute(
        select(BoxEntry.question_id, BoxEntry.body, BoxEntry.leaf, standing.is_withdrawn(), standing.recalled_by())
        .where(BoxEntry.kind.in_(BALLOTS), or_(*(_is_theirs(actor, line) for line in lines)))
        .order_by(BoxEntry.question_id, BoxEntry.number)
    )
    entries: dict[int, list[_Entry]] = {}
    for question_id, body, leaf, is_withdrawn, recalled_by in found:
        entries.setdefault(question_id, []).append(_Entry(json.loads(body), leaf, bool(is_withdrawn), recalled_by))
    return entries


def _recalls(session: Session, actor: Actor, lines: Sequence[RollEntry]) -> dict[int, list[MyRecall]]:
    """The recalls of the reader's own answers, and those that the reader made for others; by question, in order."""
    if not lines:
        return {}
    found = session.execute(
        select(BoxEntry.question_id, BoxEntry.body, BoxEntry.leaf)
        .where(BoxEntry.kind == EntryKind.RECALLED, or_(*(_is_theirs(actor, line) for line in lines)))
        .order_by(BoxEntry.question_id, BoxEntry.number)
    )
    recalls: dict[int, list[MyRecall]] = {}
    for question_id, body, leaf in found:
        entry = json.loads(body)
        at = datetime.fromisoformat(entry["at"])
        recall = MyRecall(entry["number"], at, code_of(leaf), entry["member"], entry["by"])
        recalls.setdefault(question_id, []).append(recall)
    return recalls


def _is_theirs(actor: Actor, line: RollEntry) -> ColumnElement[bool]:
    return and_(
        BoxEntry.question_id == line.question_id,
        or_(BoxEntry.membership_id == line.membership_id, BoxEntry.person_id == actor.person_id),
    )


def _closings(session: Session, question_ids: Collection[int]) -> dict[int, int]:
    found = session.execute(
        select(BoxEntry.question_id, BoxEntry.number).where(
            BoxEntry.question_id.in_(question_ids), BoxEntry.kind == EntryKind.CLOSED
        )
    )
    return {question_id: number for question_id, number in found}  # noqa: C416 - rows are no pairs to the types


def _names(session: Session, entries: Mapping[int, Iterable[_Entry]]) -> dict[tuple[int, str], str]:
    """The names on the rolls of those who cast for others or were cast for."""
    wanted = {
        (question_id, seat)
        for question_id, found in entries.items()
        for entry in found
        for seat in (entry.member, entry.body.get("by"))
        if seat is not None and entry.member != entry.body.get("by")
    }
    found = session.execute(
        select(RollEntry.question_id, RollEntry.membership_id, RollEntry.name).where(
            RollEntry.question_id.in_({question_id for question_id, _seat in wanted}),
            RollEntry.membership_id.in_({int(seat) for _question_id, seat in wanted}),
        )
    )
    return {(question_id, str(membership_id)): name for question_id, membership_id, name in found}


def _last_of_each(session: Session, question_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The number of each member's last ballot that was neither withdrawn nor recalled, of questions that take no more."""
    found = session.execute(
        select(BoxEntry.question_id, BoxEntry.membership_id, func.max(BoxEntry.number))
        .where(BoxEntry.question_id.in_(question_ids), standing.counts())
        .group_by(BoxEntry.question_id, BoxEntry.membership_id)
    )
    return {(question_id, str(membership_id)): number for question_id, membership_id, number in found}


def _ballots(
    line: RollEntry,
    question: Question,
    entries: Sequence[_Entry],
    names: Mapping[tuple[int, str], str],
    last: Mapping[tuple[int, str], int],
) -> tuple[MyBallot, ...]:
    """While the question is open, only what the reader may see says which ballot is the last."""
    seen = {(question.id, each.member): int(each.body["number"]) for each in entries if not each.is_out}
    known = {**seen, **last}
    return tuple(_ballot(line, question, each, known.get((question.id, each.member)), names) for each in entries)


def _ballot(
    line: RollEntry, question: Question, entry: _Entry, last: int | None, names: Mapping[tuple[int, str], str]
) -> MyBallot:
    body, own = entry.body, str(line.membership_id)
    by = body.get("by")
    state = _state(question, entry, last)
    return MyBallot(
        number=body["number"],
        at=datetime.fromisoformat(body["at"]),
        code=code_of(entry.leaf),
        choice=body["choice"],
        member=entry.member,
        by=by,
        channel=Channel(body.get("channel", Channel.CAST)),
        state=state,
        replaced_by=last if state is State.REPLACED else None,
        cast_for=names.get((question.id, entry.member)) if entry.member != own else None,
        cast_by=names.get((question.id, str(by))) if by not in (None, own) else None,
        recalled_by=entry.recalled_by,
        discuss=body["discuss"],
        reserved=bool(body["reserved"]),
    )


def _state(question: Question, entry: _Entry, last: int | None) -> State:
    if question.state in VOID:
        return State(question.state.value)
    if entry.is_withdrawn:
        return State.WITHDRAWN
    if entry.recalled_by is not None:
        return State.RECALLED
    return State.COUNTS if entry.body["number"] == last else State.REPLACED
