"""A reader's own part in a question: the membership their ballot is for, the ballot of theirs that stands, and for whom they cast."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, String, cast, select
from sqlalchemy.orm import Session, aliased

from ecabinet.access import Actor
from voting import standing
from voting.ballots import code_of
from voting.entries import BALLOTS, EntryKind
from voting.models import BoxEntry, Question, RollEntry


@dataclass(frozen=True)
class Mine:
    """A ballot that stands."""

    number: int
    choice: str
    text: str
    code: str
    discuss: bool = False
    reserved: str = ""


class Became(StrEnum):
    """What became of an earlier answer of a member."""

    REPLACED = "replaced"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Earlier:
    """An answer of a member that counts no longer."""

    at: datetime
    ballot: Mine
    became: Became
    by_officials: bool


@dataclass(frozen=True)
class Represented:
    """A member for whom the reader casts, and the ballot of theirs that stands."""

    membership_id: int
    name: str
    mine: Mine | None


def member(session: Session, actor: Actor, question: Question) -> str:
    """Return the membership that a ballot of the actor is for, as the entries name it; before the opening the one in force."""
    seat = actor.memberships.get(question.body_id)
    if question.opened_at is not None:
        seat = session.scalar(
            select(RollEntry.membership_id).where(
                RollEntry.question_id == question.id, RollEntry.person_id == actor.person_id
            )
        )
    return str(seat) if seat is not None else ""


def represents(session: Session, actor: Actor, question: Question, member: str) -> tuple[Represented, ...]:
    """Return the members whose proxy this one holds, with the ballot that the actor cast for each; nobody before the opening, when that is frozen.

    What such a member cast themself is theirs to know while the question is open.
    """
    lines = session.scalars(
        select(RollEntry)
        .where(RollEntry.question_id == question.id, RollEntry.proxy == member, RollEntry.recused.is_(False))
        .order_by(RollEntry.rank, RollEntry.name, RollEntry.id)
    )
    return tuple(
        Represented(
            line.membership_id,
            line.name,
            _last(session, question.id, line.membership_id, BoxEntry.person_id == actor.person_id),
        )
        for line in lines
    )


def represented_by(session: Session, question: Question, member: str) -> str:
    """Name who casts for this member; nobody where it is they themself, and before the opening."""
    if not member or question.opened_at is None:
        return ""
    holder = aliased(RollEntry)
    found = session.scalar(
        select(holder.name)
        .join(RollEntry, RollEntry.question_id == holder.question_id)
        .where(
            RollEntry.question_id == question.id,
            RollEntry.membership_id == int(member),
            RollEntry.proxy == cast(holder.membership_id, String),
        )
    )
    return found or ""


def ballot_of(session: Session, question_id: int, member: str) -> Mine | None:
    """Return the ballot of a member that stands; None where there is none."""
    return _last(session, question_id, int(member)) if member else None


def earlier_of(session: Session, question_id: int, member: str) -> tuple[Earlier, ...]:
    """Return every answer of a member that counts no longer, the newest first: nothing that was in the box is lost."""
    if not member:
        return ()
    rows = session.execute(
        select(
            BoxEntry.kind,
            BoxEntry.body,
            BoxEntry.leaf,
            standing.is_withdrawn().label("withdrawn"),
            standing.is_recalled().label("recalled"),
        )
        .where(BoxEntry.question_id == question_id, BoxEntry.membership_id == int(member), BoxEntry.kind.in_(BALLOTS))
        .order_by(BoxEntry.number.desc())
    ).all()
    stands = next((row.leaf for row in rows if not row.withdrawn and not row.recalled), None)
    return tuple(
        Earlier(
            datetime.fromisoformat(json.loads(row.body)["at"]),
            _mine(row.body, row.leaf),
            _became(withdrawn=bool(row.withdrawn), recalled=bool(row.recalled)),
            by_officials=row.kind is EntryKind.PAPER,
        )
        for row in rows
        if row.leaf != stands
    )


def _became(*, withdrawn: bool, recalled: bool) -> Became:
    if withdrawn:
        return Became.WITHDRAWN
    return Became.RECALLED if recalled else Became.REPLACED


def _mine(body: bytes, leaf: str) -> Mine:
    ballot = json.loads(body)
    return Mine(
        ballot["number"], ballot["choice"], ballot["text"], code_of(leaf), ballot["discuss"], ballot["reserved"]
    )


def _last(session: Session, question_id: int, seat: int, *conditions: ColumnElement[bool]) -> Mine | None:
    """Return the last ballot of a seat that was neither withdrawn nor recalled, of those that meet the conditions."""
    found = session.execute(
        select(BoxEntry.body, BoxEntry.leaf)
        .where(BoxEntry.question_id == question_id, BoxEntry.membership_id == seat, standing.counts(), *conditions)
        .order_by(BoxEntry.number.desc())
        .limit(1)
    ).first()
    return _mine(found.body, found.leaf) if found is not None else None
