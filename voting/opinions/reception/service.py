"""Answering the comments of a closed written question: the agency in charge answers, the secretariat may send an answer back."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions.reception import rules
from voting.opinions.reception.models import CommentAnswer, OpinionComment
from voting.opinions.reception.rules import Reason, Step


def table_for(session: Session, actor: Actor, question_id: int, permission: Permission) -> Question:
    """Return a closed written question whose table the actor may see: as a reader of its result, or for the agency in charge.

    Raise `NotFound` where it is neither, where a conflict of interest bars the actor, and before the close.
    """
    question = session.get(Question, question_id)
    if question is None or question.form is not Form.WRITTEN or question.state is not QuestionState.CLOSED:
        raise NotFound
    if not reading.may_read(session, actor, question.matter_id):
        raise NotFound
    if not actor.may(Permission.READ_QUESTION, question.body_id) and not in_charge(session, actor, question):
        raise NotFound
    actor.must(permission, question.body_id)
    return question


def in_charge(session: Session, actor: Actor, question: Question) -> bool:
    """Say whether the actor answers comments for the agency in charge of the question's dossier."""
    unit_id = session.get_one(Matter, question.matter_id).unit_id
    return unit_id in actor.units and actor.may(Permission.ANSWER_COMMENTS, question.body_id)


def answer(
    session: Session, actor: Actor, comment_id: int, step: Step, *, words: str, place: str, seen: int
) -> CommentAnswer:
    """Answer a comment for the agency in charge, or answer it anew; `seen` is the number of the last step the actor had before them. Every version stays."""
    comment, question = comment_for(session, actor, comment_id, Permission.ANSWER_COMMENTS)
    matter = session.get_one(Matter, question.matter_id)
    rules.check_may_answer(is_closed=question.state is QuestionState.CLOSED, unit_id=matter.unit_id, units=actor.units)
    rules.check_answer(step, words, place)
    _check_newest(session, comment, seen)
    kept = _step(session, actor, comment, step, words=words, place=place, number=seen + 1)
    audit.record(
        session, actor, Tag.COMMENT_ANSWERED, comment, body_id=question.body_id, number=kept.number, step=step.value
    )
    if not waiting_of(session, question.id):
        _tell_secretariat(session, question, matter, kept)
    return kept


def send_back(session: Session, actor: Actor, comment_id: int, reason: str, *, seen: int) -> CommentAnswer:
    """Send the answer to a comment back with a reason, as the secretariat; it waits for a new one."""
    comment, question = comment_for(session, actor, comment_id, Permission.PREPARE_QUESTION)
    _check_newest(session, comment, seen)
    last = last_of(session, comment.id)
    rules.check_may_return(last.step if last is not None else None)
    kept = _step(session, actor, comment, Step.SENT_BACK, words=reason, place="", number=seen + 1)
    audit.record(session, actor, Tag.COMMENT_SENT_BACK, comment, body_id=question.body_id, number=kept.number)
    if last is not None:
        matter = session.get_one(Matter, question.matter_id)
        notices.tell(
            session,
            last.person_id,
            notices.Sentence.COMMENT_SENT_BACK,
            key=f"reception:{question.id}:back:{kept.id}",
            address=f"/opinions/{question.id}/reception#comment-{comment.id}",
            title=matter.title,
        )
    return kept


def comment_for(
    session: Session, actor: Actor, comment_id: int, permission: Permission
) -> tuple[OpinionComment, Question]:
    """Return a comment and its question, found through the gate of its table."""
    comment = session.get(OpinionComment, comment_id)
    if comment is None:
        raise NotFound
    return comment, table_for(session, actor, comment.question_id, permission)


def last_of(session: Session, comment_id: int) -> CommentAnswer | None:
    """Return the last step of a comment's answer."""
    return session.scalar(
        select(CommentAnswer)
        .where(CommentAnswer.comment_id == comment_id)
        .order_by(CommentAnswer.number.desc())
        .limit(1)
    )


def waiting_of(session: Session, question_id: int) -> int:
    """Count the comments of a question that have no answer, or whose answer was sent back."""
    ids = session.scalars(select(OpinionComment.id).where(OpinionComment.question_id == question_id)).all()
    found = session.execute(
        select(CommentAnswer.comment_id, CommentAnswer.step)
        .where(CommentAnswer.comment_id.in_(ids))
        .order_by(CommentAnswer.number)
    )
    last = dict(found.all())
    return sum(last.get(ident) not in rules.ANSWERS for ident in ids)


def _check_newest(session: Session, comment: OpinionComment, seen: int) -> None:
    last = last_of(session, comment.id)
    if last is not None:
        name = session.get_one(Person, last.person_id).name
        rules.check_newest(seen=seen, newest=last.number, name=name)
    else:
        rules.check_newest(seen=seen, newest=0, name="")


def _step(
    session: Session, actor: Actor, comment: OpinionComment, step: Step, *, words: str, place: str, number: int
) -> CommentAnswer:
    """Add a step; the database lets one of two of the same number in."""
    kept = CommentAnswer(
        comment_id=comment.id,
        number=number,
        step=step,
        words=words,
        place=place,
        person_id=actor.person_id,
        at=clock.now(),
    )
    session.add(kept)
    try:
        session.flush()
    except IntegrityError:
        raise Refused(Reason.ANSWERED_AT_ONCE) from None
    return kept


def _tell_secretariat(session: Session, question: Question, matter: Matter, last: CommentAnswer) -> None:
    for person_id in sorted(organisation.people_with_role(session, question.body_id, Role.SECRETARY)):
        notices.tell(
            session,
            person_id,
            notices.Sentence.COMMENTS_ANSWERED,
            key=f"reception:{question.id}:complete:{last.id}",
            address=f"/opinions/{question.id}/reception",
            title=matter.title,
        )
