"""How other opinions were read: what two officials said of each, why, and the notice to its author."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from agenda_docs.models import Matter
from ecabinet import notices
from ecabinet.organisation.models import Person
from voting import box
from voting.engine.rule import Choice
from voting.models import Question, Ruling
from voting.rulings import officials
from voting.rulings.rules import RulingKind

Readings = dict[str, "Reading"]  # by the member as entries name them


@dataclass(frozen=True)
class Reading:
    """How one other opinion counts: as yes, as no, or (other) as neither; why, by whom, since when."""

    counts_as: Choice
    reason: str
    by: tuple[str, str]
    at: datetime


def of_questions(session: Session, question_ids: Collection[int]) -> dict[int, Readings]:
    """Return how each other opinion of these questions was read, by question and member; the last ruling on it stands."""
    first, second = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Ruling, first.name, second.name)
        .join(first, first.id == Ruling.entered_by_id)
        .join(second, second.id == Ruling.confirmed_by_id)
        .where(
            Ruling.question_id.in_(question_ids),
            Ruling.kind == RulingKind.CORRECTION,
            Ruling.confirmed_at.is_not(None),
        )
        .order_by(Ruling.confirmed_at, Ruling.id)
    )
    found: dict[int, Readings] = {}
    for ruling, by, confirmed_by in rows:
        _rule(found.setdefault(ruling.question_id, {}), ruling, (by, confirmed_by))
    return found


def of_question(session: Session, question_id: int) -> Readings:
    """Return how each other opinion of a question was read."""
    return of_questions(session, [question_id]).get(question_id, {})


def read_in(said: Mapping[str, Any], before: Mapping[str, Choice]) -> set[str]:
    """Return the members whose opinion a ruling reads: what gets a reason, and what counts otherwise than before."""
    now = {member: Choice(choice) for member, choice in said["classified"].items()}
    changed = {member for member in {*before, *now} if before.get(member) != now.get(member)}
    return set(said.get("reasons", {})) | changed


def tell_authors(session: Session, question: Question, ruling: Ruling, before: Mapping[str, Choice]) -> bool:
    """Tell each author whose opinion this ruling read, or read otherwise than before; say whether there was any."""
    read = read_in(ruling.circumstances or {}, before)
    title = session.get_one(Matter, question.matter_id).title
    for line in box.roll(session, question.id):
        if str(line.membership_id) in read:
            notices.tell(
                session,
                line.person_id,
                notices.Sentence.OPINION_CLASSIFIED,
                key=f"question:{question.id}:classified:{ruling.id}",
                address=f"{officials.address_of(question)}#readings",
                body_id=question.body_id,
                title=title,
            )
    return bool(read)


def _rule(standing: Readings, ruling: Ruling, by: tuple[str, str]) -> None:
    """Let a ruling stand over those before it: what it says of a member, and that it says of one no more that they count."""
    said = ruling.circumstances or {}
    classified, reasons = said["classified"], said.get("reasons", {})
    at = ruling.confirmed_at or ruling.entered_at
    for member in {*standing, *classified}:
        counts_as = Choice(classified.get(member, Choice.OTHER))
        is_new = member in reasons or member not in standing or standing[member].counts_as is not counts_as
        if is_new:
            standing[member] = Reading(counts_as, reasons.get(member, ruling.reason), by, at)
