"""Preparing a question: its matter, its rule, its wording. Nobody but those who prepare and conduct sees it yet."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.folding import fold
from agenda_docs.models import Matter
from agenda_docs.rules import MatterState
from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import NotFound, Refused
from meetings import service as meetings
from meetings.models import Meeting
from meetings.rules import ItemState, MeetingState
from voting import choosing, conduct, rule_shelf, service
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.rule import Form
from voting.models import Question, QuestionText
from voting.opinions import rules as written_rules
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.rule_shelf import QuestionKind

ITEM_OVER = (ItemState.DONE, ItemState.DEFERRED, ItemState.WITHDRAWN)


def prepare(  # noqa: PLR0913 - the fields of the form
    session: Session,
    actor: Actor,
    *,
    item_id: int,
    text: str,
    rule_name: str | None = None,
    kind: QuestionKind = QuestionKind.DECISION,
    procedure: Procedure = Procedure.VOTE,
    options: str = "",
) -> Question:
    """Prepare a question on an agenda item, by the body's rule for this kind of question where no other is named; nobody else sees it yet.

    `options`: the persons or options to choose among, one a line, where that is the procedure.
    """
    item = meetings.item_for(session, actor, item_id, Permission.PREPARE_QUESTION)
    meeting = session.get_one(Meeting, item.meeting_id)
    if item.matter_id is None:
        raise Refused(Reason.NO_MATTER)
    if item.state in ITEM_OVER or meeting.state is MeetingState.CLOSED:
        raise Refused(Reason.ITEM_OVER)
    matter = reading.matter_for(session, actor, item.matter_id, Permission.PREPARE_QUESTION)
    named = rule_name or rule_shelf.rule_for(organisation.body(session, meeting.body_id), kind)
    question = Question(
        body_id=meeting.body_id,
        matter_id=matter.id,
        item_id=item.id,
        form=Form.MEETING,
        procedure=procedure,
        rule_name=named,
        labels=choosing.labels_for(options, is_choice=procedure is Procedure.CHOICE),
    )
    return add(session, actor, question, text)


def prepare_written(
    session: Session,
    actor: Actor,
    *,
    matter_id: int,
    text: str,
    rule_name: str | None = None,
    procedure: Procedure = Procedure.VOTE,
    options: str = "",
) -> Question:
    """Prepare a question to be answered in writing, by the body's rule for that where no other is named.

    `options`: what members choose among, one a line, where that is the procedure.
    """
    matter = reading.matter_for(session, actor, matter_id, Permission.PREPARE_QUESTION)
    check_accepted(matter)
    named = rule_name or organisation.body(session, matter.body_id).written_rule
    question = Question(
        body_id=matter.body_id,
        matter_id=matter.id,
        form=Form.WRITTEN,
        procedure=procedure,
        rule_name=named,
        labels=choosing.labels_for(options, is_choice=procedure is Procedure.CHOICE),
    )
    return add(session, actor, question, text)


def copy_written(session: Session, actor: Actor, question_id: int) -> Question:
    """Prepare a new draft with the wording, the rule and the options of a written question, whatever became of that one."""
    earlier = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    if earlier.form is not Form.WRITTEN:
        raise Refused(written_rules.Reason.NOT_TO_COPY)
    return prepare_written(
        session,
        actor,
        matter_id=earlier.matter_id,
        text=earlier.text,
        rule_name=earlier.rule_name,
        procedure=earlier.procedure,
        options="\n".join(earlier.labels),
    )


def rewrite_written(
    session: Session,
    actor: Actor,
    question_id: int,
    *,
    text: str,
    rule_name: str | None,
    procedure: Procedure,
    options: str,
) -> Question:
    """Change the wording, the rule or the options of a written draft; what the chair approved is approved no more, unless nothing changed."""
    question = service.locked(session, service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION))
    if question.form is not Form.WRITTEN:
        raise NotFound
    conduct.check_may_amend(question.state)
    conduct.check_text(text)
    named = rule_name or organisation.body(session, question.body_id).written_rule
    labels = choosing.labels_for(options, is_choice=procedure is Procedure.CHOICE)
    before = (question.text, question.rule_name, question.procedure, list(question.labels))
    if (text, named, procedure, labels) == before:
        return question
    _check_rule(session, question, named, procedure)
    question.rule_name, question.procedure, question.labels = named, procedure, labels
    if text != question.text:
        _reword(session, actor, question, text)
    _changed(session, actor, question)
    return question


def check_accepted(matter: Matter) -> None:
    """Refuse to ask about a dossier that the secretariat has not accepted."""
    if matter.state is not MatterState.ACCEPTED:
        raise Refused(Reason.NOT_ACCEPTED)


def add(session: Session, actor: Actor, question: Question, text: str) -> Question:
    """Keep a new question with its first wording, in the next round of its matter."""
    conduct.check_text(text)
    _check_rule(session, question, question.rule_name, question.procedure)
    earlier = select(func.count()).select_from(Question).where(Question.matter_id == question.matter_id)
    question.round = 1 + (session.scalar(earlier) or 0)
    question.state, question.text, question.papers = QuestionState.DRAFT, text, []
    question.folded = fold(text)
    question.created_by_id, question.created_at = _person_of(actor), clock.now()
    session.add(question)
    session.flush()
    _keep_text(session, actor, question, text, 1)
    audit.record(session, actor, Tag.QUESTION_PREPARED, question)
    steps.record_if_written(session, actor, question, StepKind.PREPARED)
    return question


def _check_rule(session: Session, question: Question, rule_name: str, procedure: Procedure) -> None:
    """Refuse a rule that there is not, or that does not fit the way of asking."""
    today = clock.today(organisation.body(session, question.body_id).zone)
    rule = rule_shelf.rule_named(session, rule_name, today).rule
    conduct.check_may_prepare(form=question.form, procedure=procedure, rule=rule)


def amend(session: Session, actor: Actor, question_id: int, text: str) -> Question:
    """Change the wording of a question that has not been opened; every earlier wording is kept."""
    question = service.locked(session, service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION))
    conduct.check_may_amend(question.state)
    conduct.check_text(text)
    if text == question.text:
        return question
    _reword(session, actor, question, text)
    _changed(session, actor, question)
    if question.state is QuestionState.ARMED:
        service.announce(session, question)
    return question


def _reword(session: Session, actor: Actor, question: Question, text: str) -> None:
    """Put another wording in place of the one that stands, which is kept."""
    number = select(func.max(QuestionText.number)).where(QuestionText.question_id == question.id)
    question.text, question.folded = text, fold(text)
    _keep_text(session, actor, question, text, 1 + (session.scalar(number) or 0))


def _changed(session: Session, actor: Actor, question: Question) -> None:
    """Note that a question is not what it was; what the chair approved of it is approved no more."""
    audit.record(session, actor, Tag.QUESTION_AMENDED, question)
    steps.record_if_written(
        session, actor, question, StepKind.AMENDED, was=question.approval.value if question.approval else ""
    )
    question.approval = written_rules.after_change(question.approval)


def _keep_text(session: Session, actor: Actor, question: Question, text: str, number: int) -> None:
    session.add(
        QuestionText(question_id=question.id, number=number, text=text, person_id=_person_of(actor), at=clock.now())
    )


def _person_of(actor: Actor) -> int:
    """Return who the actor is; the clock is nobody and prepares nothing."""
    if actor.person_id is None:
        raise NotFound
    return actor.person_id
