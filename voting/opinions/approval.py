"""The chair's word before a written question is sent: proposed by the secretariat, approved as it stands or returned with a reason.

An approval is of the wording, the rule, the options and the papers as they were; once one of them changes it is none any more.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Because, Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused
from voting import entries, opening, preparing, service
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import rules, steps
from voting.opinions.models import OpinionStep, StepKind
from voting.opinions.rules import Approval, Reason

ANSWERS = (StepKind.PROPOSED, StepKind.RETURNED, StepKind.APPROVED)


@dataclass(frozen=True)
class Standing:
    """Where a draft stands with the chair now; `has_fallen` where what was proposed or approved has changed since."""

    is_needed: bool
    approval: Approval | None
    has_fallen: bool
    seen: str  # the hash of what stands there now
    by: str
    at: datetime | None
    remark: str
    may_propose: bool
    may_answer: bool

    @property
    def is_ready(self) -> bool:
        """Whether it may be sent to the members."""
        return not self.is_needed or self.approval is Approval.APPROVED


def fingerprint(session: Session, question: Question) -> str:
    """Return the hash of what the chair approves: wording, options, rule, and the papers as they stand now."""
    named = opening.rule_of(question)
    seen = opening.seen_now(session, question, named.rule, opening.SOURCE_LANGUAGE)
    return hashlib.sha256(entries.canonical({"rule": named.as_json(), "seen": seen})).hexdigest()


def standing(session: Session, actor: Actor, question: Question) -> Standing | None:
    """Return where a draft stands with the chair, and what this reader may do about it; None once it was sent."""
    if question.state is not QuestionState.DRAFT or question.form is not Form.WRITTEN:
        return None
    is_needed = is_needed_for(session, question)
    seen = fingerprint(session, question)
    stands = rules.standing(question.approval, is_same=question.approved_hash == seen)
    last = _last_answer(session, question.id)
    may_prepare = actor.may(Permission.PREPARE_QUESTION, question.body_id)
    is_open = stands in (None, Approval.RETURNED)
    return Standing(
        is_needed=is_needed,
        approval=stands,
        has_fallen=stands is None and last is not None and last[0].kind is not StepKind.RETURNED,
        seen=seen,
        by=last[1] if last is not None else "",
        at=last[0].at if last is not None else None,
        remark=last[0].remark if last is not None else "",
        may_propose=is_needed and may_prepare and is_open,
        may_answer=stands is Approval.PROPOSED and actor.may(Permission.APPROVE_CIRCULATION, question.body_id),
    )


def is_needed_for(session: Session, question: Question) -> bool:
    """Say whether the chair has to approve the questions of this body before they are sent."""
    return organisation.body(session, question.body_id).circulation_approved


def propose(session: Session, actor: Actor, question_id: int, remark: str = "") -> Question:
    """Ask the chair to approve a draft as it stands; the chair may read the dossier from now on."""
    question = _draft(session, actor, question_id, Permission.PREPARE_QUESTION)
    seen = fingerprint(session, question)
    stands = rules.standing(question.approval, is_same=question.approved_hash == seen)
    rules.check_may_propose(is_needed=is_needed_for(session, question), stands=stands)
    matter = session.get_one(Matter, question.matter_id)
    preparing.check_accepted(matter)
    chairs = sorted(_chairs(session, question))
    if not chairs:
        raise Refused(Reason.NOBODY_TO_APPROVE)
    for person in chairs:
        reading.grant(session, actor, matter.id, because=Because.OPINION, because_id=question.id, person_id=person)
    question.approval, question.approved_hash = Approval.PROPOSED, seen
    step = steps.record(session, actor, question, StepKind.PROPOSED, remark)
    audit.record(session, actor, Tag.OPINION_PROPOSED, question, proposed=seen)
    for person in chairs:
        _tell(session, question, person, Sentence.OPINION_PROPOSED, step)
    return question


def approve(session: Session, actor: Actor, question_id: int, *, seen: str) -> Question:
    """Approve for circulation what was proposed, by another person, and is on the chair's screen. Needs a fresh second factor."""
    question = _answering(session, actor, question_id, seen)
    actor.must_have_stepped_up(clock.now())
    last = _last_answer(session, question.id)  # the proposal, as the question waits for its answer
    rules.check_not_proposer(proposed_by=last[0].person_id if last is not None else None, approver=actor.person_id)
    question.approval = Approval.APPROVED
    step = steps.record(session, actor, question, StepKind.APPROVED)
    audit.record(session, actor, Tag.OPINION_APPROVED, question, approved=seen)
    _tell_secretariat(session, question, Sentence.OPINION_APPROVED, step)
    return question


def send_back(session: Session, actor: Actor, question_id: int, *, seen: str, reason: str) -> Question:
    """Return a draft to the secretariat with a reason."""
    question = _answering(session, actor, question_id, seen)
    rules.check_reason(reason)
    question.approval, question.approved_hash = Approval.RETURNED, None
    step = steps.record(session, actor, question, StepKind.RETURNED, reason)
    audit.record(session, actor, Tag.OPINION_RETURNED, question)
    _tell_secretariat(session, question, Sentence.OPINION_RETURNED, step)
    return question


def check(session: Session, question: Question) -> None:
    """Refuse to send a question that the chair has not approved as it stands, where the body wants that. The question's row is locked."""
    rules.check_may_circulate(
        is_needed=is_needed_for(session, question),
        approval=question.approval,
        is_same=question.approved_hash == fingerprint(session, question),
    )


def _draft(session: Session, actor: Actor, question_id: int, permission: Permission) -> Question:
    question = service.question_for(session, actor, question_id, permission)
    if question.form is not Form.WRITTEN:
        raise NotFound
    service.locked(session, question)
    rules.check_draft(question.state)
    return question


def _answering(session: Session, actor: Actor, question_id: int, seen: str) -> Question:
    question = _draft(session, actor, question_id, Permission.APPROVE_CIRCULATION)
    now = fingerprint(session, question)
    rules.check_may_answer(approval=question.approval, is_same=question.approved_hash == now, seen=seen, now=now)
    return question


def _chairs(session: Session, question: Question) -> set[int]:
    """Who may approve: those with the chair's role today who have no conflict of interest in the matter."""
    chairs = organisation.people_with_role(session, question.body_id, Role.CHAIR)
    return chairs - reading.barred_people(session, question.matter_id)


def _last_answer(session: Session, question_id: int) -> tuple[OpinionStep, str] | None:
    """Return the last step between the secretariat and the chair, and who took it."""
    found = session.execute(
        select(OpinionStep, Person.name)
        .outerjoin(Person, Person.id == OpinionStep.person_id)
        .where(OpinionStep.question_id == question_id, OpinionStep.kind.in_(ANSWERS))
        .order_by(OpinionStep.id.desc())
        .limit(1)
    ).first()
    return (found[0], found[1] or "") if found is not None else None


def _tell_secretariat(session: Session, question: Question, sentence: Sentence, step: OpinionStep) -> None:
    for person in sorted(organisation.people_with_role(session, question.body_id, Role.SECRETARY)):
        _tell(session, question, person, sentence, step)


def _tell(session: Session, question: Question, person: int, sentence: Sentence, step: OpinionStep) -> None:
    notices.tell(
        session,
        person,
        sentence,
        key=f"opinion:{question.id}:step:{step.id}",
        address=f"/opinions/{question.id}",
        title=session.get_one(Matter, question.matter_id).title,
    )
