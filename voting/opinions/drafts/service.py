"""Drafting a member's answer: the office writes and comments, and tells the member when a draft is ready. Sending is the member's own act."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation.models import Person
from ecabinet.refusals import Forbidden, NotFound
from voting import service, standing
from voting.conduct import QuestionState, options_of
from voting.engine.rule import Form
from voting.models import Question, RollEntry
from voting.opinions.drafts import rules
from voting.opinions.drafts.models import AnswerComment, AnswerDraft
from voting.queries import rule_shown


@dataclass(frozen=True)
class Proposed:
    """What is proposed to a member as their answer, and a note to them."""

    choice: str = ""
    text: str = ""
    discuss: bool = False
    reserved: str = ""
    note: str = ""


def save(
    session: Session,
    actor: Actor,
    question_id: int,
    membership_id: int,
    proposed: Proposed,
    *,
    based_on: int,
    is_ready: bool,
) -> AnswerDraft:
    """Save a new version of a draft; `based_on` is the number of the one the writer had before them, 0 for none. A ready one is told to the member."""
    question, line = seat_for(session, actor, question_id, membership_id)
    if membership_id not in actor.offices:
        raise Forbidden(Permission.DRAFT_ANSWER)
    actor.must(Permission.DRAFT_ANSWER, question.body_id)
    service.locked(session, question)  # of two who save at once, the second sees the first one's
    rules.check_open(is_open=question.state is QuestionState.OPEN)
    newest = newest_of(session, question_id, membership_id)
    rules.check_newest(
        based_on=based_on,
        newest=newest.number if newest is not None else 0,
        by=session.get_one(Person, newest.person_id).name if newest is not None else "",
    )
    options = options_of(question.procedure, rule_shown(question).rule, question.labels)
    rules.check_draft(choice=proposed.choice, options=options, texts=(proposed.text, proposed.reserved, proposed.note))
    draft = AnswerDraft(
        question_id=question_id,
        membership_id=membership_id,
        number=based_on + 1,
        choice=proposed.choice,
        text=proposed.text,
        discuss=proposed.discuss,
        reserved=proposed.reserved,
        note=proposed.note,
        is_ready=is_ready,
        person_id=actor.person_id,
        at=clock.now(),
    )
    session.add(draft)
    audit.record(session, actor, Tag.ANSWER_DRAFTED, question, membership_id=membership_id, number=draft.number)
    if is_ready:
        _tell(session, question, line.person_id, Sentence.OPINION_DRAFT_READY, f"{membership_id}:draft:{draft.number}")
    return draft


def comment(session: Session, actor: Actor, question_id: int, membership_id: int, text: str) -> AnswerComment:
    """Say something about the drafts of one answer, as the member or somebody of their office; the others are told."""
    question, line = seat_for(session, actor, question_id, membership_id)
    rules.check_open(is_open=question.state is QuestionState.OPEN)
    rules.check_comment(text)
    made = AnswerComment(
        question_id=question_id, membership_id=membership_id, text=text, person_id=actor.person_id, at=clock.now()
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, Tag.ANSWER_COMMENTED, question, membership_id=membership_id)
    barred = reading.barred_people(session, question.matter_id)
    others = {line.person_id, *notices.office_of(session, membership_id)} - {actor.person_id} - barred
    for person_id in sorted(others):
        _tell(session, question, person_id, Sentence.OPINION_DRAFT_COMMENTED, f"{membership_id}:comment:{made.id}")
    return made


def tell_offices(session: Session, question: Question, roll: list[RollEntry]) -> None:
    """Tell the office of each member asked that an answer can be drafted; that of a recused member learns nothing."""
    barred = reading.barred_people(session, question.matter_id)
    for line in roll:
        if not line.recused:
            notices.tell_office(
                session,
                line.membership_id,
                Sentence.OPINION_TO_DRAFT,
                key=f"opinion:{question.id}:{line.membership_id}:to_draft",
                address=f"/opinions/{question.id}",
                but=barred,
                member=line.name,
                title=session.get_one(Matter, question.matter_id).title,
            )


def seat_for(session: Session, actor: Actor, question_id: int, membership_id: int) -> tuple[Question, RollEntry]:
    """Return a written question with the line of a member on its roll, for that member and their office only.

    Raise `NotFound` for everybody else, and where the member is recused: then nobody reads or drafts for them.
    """
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    line = session.scalar(
        select(RollEntry).where(RollEntry.question_id == question_id, RollEntry.membership_id == membership_id)
    )
    is_theirs = membership_id in actor.offices or membership_id == actor.memberships.get(question.body_id)
    if question.form is not Form.WRITTEN or line is None or line.recused or not is_theirs:
        raise NotFound
    if line.person_id in reading.barred_people(session, question.matter_id):
        raise NotFound  # a conflict of interest that was declared after the roll was frozen
    return question, line


def newest_of(session: Session, question_id: int, membership_id: int) -> AnswerDraft | None:
    """Return the newest version of a draft."""
    return session.scalar(
        select(AnswerDraft)
        .where(AnswerDraft.question_id == question_id, AnswerDraft.membership_id == membership_id)
        .order_by(AnswerDraft.number.desc())
        .limit(1)
    )


def has_answered(session: Session, question_id: int, membership_id: int) -> bool:
    """Say whether an answer of the member stands; what it says is not looked at."""
    answered = standing.has_ballot(RollEntry.question_id, RollEntry.membership_id)
    found = select(answered).where(RollEntry.question_id == question_id, RollEntry.membership_id == membership_id)
    return bool(session.scalar(found))


def _tell(session: Session, question: Question, person_id: int, sentence: Sentence, key: str) -> None:
    notices.tell(
        session,
        person_id,
        sentence,
        key=f"opinion:{question.id}:{key}",
        address=f"/opinions/{question.id}",
        body_id=question.body_id,
        title=session.get_one(Matter, question.matter_id).title,
    )
