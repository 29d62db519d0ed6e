"""Who of a written question has still to answer: on the roll, not recused, not barred since, without a ballot that stands."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Bar
from ecabinet import clock
from voting import standing
from voting.models import Question, RollEntry


def lines(session: Session, question: Question) -> list[RollEntry]:
    """Return the lines of the roll whose members are asked and have not answered, in the order of precedence."""
    found = session.scalars(
        select(RollEntry)
        .where(
            RollEntry.question_id == question.id,
            RollEntry.recused.is_(False),
            ~standing.has_ballot(RollEntry.question_id, RollEntry.membership_id),
        )
        .order_by(RollEntry.rank, RollEntry.id)
    )
    kept_out = barred(session, question.matter_id)
    return [line for line in found if line.person_id not in kept_out]


def barred(session: Session, matter_id: int) -> set[int]:
    """Return who may not learn anything of a matter now, because of a conflict of interest."""
    return set(
        session.scalars(select(Bar.person_id).where(Bar.matter_id == matter_id, conditions.stands(Bar, clock.now())))
    )
