"""When a written question may be sent to its members: what the chair approved still has to be what is sent. Values in, a refusal or nothing out."""

from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.conduct import QuestionState
from voting.conduct import Reason as QuestionReason


class Approval(StrEnum):
    """Where a draft stands with the chair; what was never proposed stands nowhere."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"


class Reason(StrEnum):
    """Why a written question is not proposed, approved, sent, extended or moved."""

    NOT_APPROVED = N_("The chair has not approved this question for circulation. Propose it to the chair first.")
    APPROVAL_FELL = N_(
        "What the chair approved has changed since: the wording, the rule, the options or a paper. Propose the question to the chair again."
    )
    NOT_NEEDED = N_("This body circulates its questions without the chair's approval. Choose the deadline and send it.")
    PROPOSED_BEFORE = N_("This question is already with the chair, or approved as it stands.")
    NOT_PROPOSED = N_("This question does not wait for your answer. Reload the page to see where it stands.")
    PROPOSED_IT = N_("Another person has to approve what you proposed.")
    CHANGED_MEANWHILE = N_(
        "The question or a paper of it has changed since it was proposed. Nothing was approved; the secretariat has to propose it again."
    )
    REASON_MISSING = N_("Write a reason that says what should change.")
    NOBODY_TO_APPROVE = N_(
        "Nobody can approve this question: the chair has a conflict of interest in it, or nobody holds the chair's role. Give the role to who acts for the chair."
    )
    NOT_TO_COPY = N_("Only a question that was put in writing can be copied. Prepare a new question instead.")


def after_change(approval: Approval | None) -> Approval | None:
    """Return where a draft stands once what was proposed or approved has changed: with nobody; what was returned stays returned."""
    return approval if approval is Approval.RETURNED else None


def standing(approval: Approval | None, *, is_same: bool) -> Approval | None:
    """Return where a draft really stands: a proposal or an approval of something else than stands there now is none."""
    return approval if is_same else after_change(approval)


def check_draft(state: QuestionState) -> None:
    """Refuse what was sent already."""
    if state is not QuestionState.DRAFT:
        raise Refused(QuestionReason.NOT_A_DRAFT)


def check_may_propose(*, is_needed: bool, stands: Approval | None) -> None:
    """Refuse to ask the chair for what nobody needs, or twice."""
    if not is_needed:
        raise Refused(Reason.NOT_NEEDED)
    if stands in (Approval.PROPOSED, Approval.APPROVED):
        raise Refused(Reason.PROPOSED_BEFORE)


def check_may_answer(*, approval: Approval | None, is_same: bool, seen: str, now: str) -> None:
    """Refuse the chair's answer unless the question waits for it, as it was proposed and as the chair has it on screen."""
    if approval is not Approval.PROPOSED:
        raise Refused(Reason.NOT_PROPOSED)
    if not is_same or seen != now:
        raise Refused(Reason.CHANGED_MEANWHILE)


def check_not_proposer(*, proposed_by: int | None, approver: int | None) -> None:
    """Refuse an approval by who proposed it: two people have to have looked at it."""
    if proposed_by is not None and proposed_by == approver:
        raise Refused(Reason.PROPOSED_IT)


def check_reason(reason: str) -> None:
    """Refuse to return a question without saying why."""
    if not reason.strip():
        raise Refused(Reason.REASON_MISSING)


def check_may_circulate(*, is_needed: bool, approval: Approval | None, is_same: bool) -> None:
    """Refuse to send what the chair has not approved as it stands."""
    if not is_needed:
        return
    if approval is not Approval.APPROVED:
        raise Refused(Reason.NOT_APPROVED)
    if not is_same:
        raise Refused(Reason.APPROVAL_FELL)
