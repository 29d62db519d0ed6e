"""The report to the chair: what was asked and answered, how far the comments are dealt with, and what is proposed."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from voting import choosing, closing, service
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Choice
from voting.models import Question
from voting.opinions.collation import queries, rules
from voting.opinions.collation.queries import Collation
from voting.opinions.collation.rules import Given, Proposal
from voting.opinions.reception import queries as reception
from voting.opinions.reception.queries import Table
from voting.opinions.reception.rules import CHANGES_TEXT, Step
from voting.results import Shown
from voting.rulings import correction


@dataclass(frozen=True)
class Report:
    """The report on one closed written question."""

    collation: Collation
    table: Table
    proposal: Proposal
    may_declare: bool
    may_move: bool  # onto the agenda of a meeting


def report(session: Session, actor: Actor, question_id: int) -> Report:
    """Return the report on a closed written question, for the chair and those who prepare it; raise `NotFound` before the close."""
    question = service.question_for(session, actor, question_id, Permission.READ_REPORT)
    collation = queries.of_question(session, question)
    table = reception.of_question(session, actor, question)
    given = _given(collation, table, depends=_depends(session, question, collation))
    is_pending = _is_pending(session, question)
    return Report(
        collation,
        table,
        rules.proposal_of(given),
        may_declare=is_pending and actor.may(Permission.DECLARE_OUTCOME, question.body_id),
        may_move=is_pending and actor.may(Permission.CONDUCT_QUESTION, question.body_id),
    )


def _is_pending(session: Session, question: Question) -> bool:
    """Say whether it is still to be declared what became of the question: here, and neither in a meeting nor in another round."""
    followed = select(Question.id).where(Question.follows_id == question.id, Question.state != QuestionState.WITHDRAWN)
    is_here = question.declared is None and question.moved_to_item_id is None
    return is_here and session.scalar(followed.limit(1)) is None


def _given(collation: Collation, table: Table, *, depends: bool) -> Given:
    option, ballots = _most_chosen(collation.result)
    return Given(
        outcome=collation.result.outcome.value,
        discussing=tuple(line.name for line in collation.discussing),
        reserving=tuple(line.name for line in collation.lines if line.reserved),
        changing=sum(table.number(step) for step in CHANGES_TEXT),
        explained=table.number(Step.EXPLAINED),
        unanswered=table.waiting,
        unclassified=len(collation.unclassified),
        depends=depends,
        option=option,
        ballots=ballots,
    )


def _most_chosen(shown: Shown) -> tuple[str, int]:
    """Return the words of the option that had more ballots than every other, and how many; no words where none had."""
    if shown.procedure is not Procedure.CHOICE:
        return "", 0
    counts: dict[str, int] = dict(shown.figures["options"])
    most = max(counts.values(), default=0)
    leading = [option for option, count in counts.items() if count == most and most]
    return (choosing.named(shown.labels)[leading[0]] if len(leading) == 1 else ""), most


def _depends(session: Session, question: Question, collation: Collation) -> bool:
    """Say whether reading the other opinions that nobody classified all one way would give another outcome than all another way; nothing is kept."""
    open_to_reading = {str(line.membership_id) for line in collation.unclassified}
    if not open_to_reading or question.procedure is Procedure.CHOICE:
        return False
    recorded = correction.circumstances_of(session, question)
    readings: list[dict[str, Choice]] = [{}, *(dict.fromkeys(open_to_reading, way) for way in (Choice.YES, Choice.NO))]
    outcomes = {
        closing.count_under(
            session, question, replace(recorded, classified={**recorded.classified, **reading})
        ).result.outcome
        for reading in readings
    }
    return len(outcomes) > 1
