"""Opening the next round of a written procedure, and what it asks about anew."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet.access import Actor, Permission
from ecabinet.refusals import NotFound
from voting import opening, preparing, service
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.opinions.rounds import rules


@dataclass(frozen=True)
class Changed:
    """A paper with another version than the round before had; `old_version` is None where it was not there then."""

    document_id: int
    title: str
    old_version: int | None
    old_number: int | None
    new_version: int
    new_number: int


def open_next(session: Session, actor: Actor, question_id: int, text: str) -> Question:
    """Prepare the round that follows a closed or annulled one, as a draft with the newest versions of the papers.

    It is approved and sent like any other. Nobody's answer is taken over into it: an answer is always the member's own act.
    """
    before = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    if before.form is not Form.WRITTEN:
        raise NotFound
    service.locked(session, before)
    following = next_of(session, before.id)
    rules.check_may_follow(
        state=before.state,
        is_declared=before.declared is not None,
        is_moved=before.moved_to_item_id is not None,
        next_round=following.round if following is not None else None,
    )
    rules.check_changed(len(changed_since(session, before)))
    preparing.check_accepted(reading.matter_for(session, actor, before.matter_id, Permission.PREPARE_QUESTION))
    question = Question(
        body_id=before.body_id,
        matter_id=before.matter_id,
        form=Form.WRITTEN,
        procedure=before.procedure,
        rule_name=before.rule_name,
        labels=list(before.labels),
        follows_id=before.id,
    )
    preparing.add(session, actor, question, text)
    steps.record(session, actor, before, StepKind.ROUND, "", round=question.round, next=question.id)
    return question


def next_of(session: Session, question_id: int) -> Question | None:
    """Return the round that follows a question; one that was withdrawn before it was sent follows nothing."""
    return session.scalar(
        select(Question)
        .where(Question.follows_id == question_id, Question.state != QuestionState.WITHDRAWN)
        .order_by(Question.id.desc())
        .limit(1)
    )


def check_not_followed(session: Session, question: Question) -> None:
    """Refuse to settle a round that another one follows."""
    following = next_of(session, question.id)
    rules.check_not_followed(following.round if following is not None else None)


def changed_since(session: Session, before: Question) -> list[Changed]:
    """Return the papers of the dossier that have another version now than this round had frozen."""
    return changed_between(before.papers, opening.papers_of(session, before.matter_id))


def changed_between(old: list[Any], new: list[Any]) -> list[Changed]:
    """Return which of the newer papers differ from the older ones, as both are frozen with questions."""
    known = {paper["document"]: paper for paper in old}
    return [
        Changed(
            document_id=paper["document"],
            title=paper["title"],
            old_version=known[paper["document"]]["version"] if paper["document"] in known else None,
            old_number=known[paper["document"]]["number"] if paper["document"] in known else None,
            new_version=paper["version"],
            new_number=paper["number"],
        )
        for paper in new
        if paper["document"] not in known or known[paper["document"]]["sha256"] != paper["sha256"]
    ]
