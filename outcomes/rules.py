"""What may become of a matter, decided without a database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ecabinet.refusals import N_, Refused


class DecisionKind(StrEnum):
    """What became of a matter."""

    ADOPTED = "adopted"
    ADOPTED_WITHOUT_VOTE = "adopted_without_vote"
    ADOPTED_WITH_CHANGES = "adopted_with_changes"
    NOT_ADOPTED = "not_adopted"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"
    REPORTED = "reported"


class Reason(StrEnum):
    """Why a decision, a declaration or a close is refused."""

    NOT_CLOSED = N_("Close the question first; its outcome is declared after that.")
    VOID = N_(
        "The vote on this question was annulled or taken out of its block, so there is no outcome to declare. Put the question anew."
    )
    NOT_CHOSEN = N_("Say which option was chosen, or that none was.")
    CHOSEN_MEANS_ADOPTED = N_(
        "Where an option was chosen, choose “adopted”; where none was, “not adopted” or “deferred”."
    )
    ALREADY_DECLARED = N_(
        "The outcome of this question has been declared. A mistake is corrected by a new record on the decision's page."
    )
    MOVED = N_(
        "This question is on the agenda of “%(meeting)s”, with every answer attached. That meeting decides; nothing is declared here."
    )
    NOT_WRITTEN = N_("Only what was asked in writing can be put on an agenda from here.")
    MEETING_NOT_PLANNED = N_("Choose a meeting of this body that has not begun.")
    MOVE_REASON_MISSING = N_("Write why a meeting is to decide.")
    NEEDS_A_VOTE = N_(
        "“%(kind)s” follows a closed question. Put the question first, or choose what was decided without one."
    )
    NOT_AFTER_A_VOTE = N_("A question was put on this item; declare its outcome instead.")
    FINALISER_MISSING = N_("Say who finalises the text, and by when.")
    DATE_MISSING = N_("Say by when: the day to resubmit, or the day it is deferred to.")
    DATE_PAST = N_("The day %(day)s has passed. Choose a later one.")
    ALREADY_DECIDED = N_("This item is decided. A mistake is corrected by a new record on the decision's page.")
    ALREADY_CORRECTED = N_("This decision has already been corrected. Correct the newer record, decision %(number)s.")
    QUESTION_OPEN = N_("A question is still open: “%(text)s”. Close it before closing the meeting.")
    NOT_DECLARED = N_(
        "The outcome of “%(text)s” has not been declared. The chair declares it before the meeting is closed."
    )
    NOT_RUNNING = N_("Only a running meeting can be closed.")
    MEETING_CLOSED = N_("The meeting is closed. What was decided is corrected by a new record on the decision's page.")
    ITEM_NOT_CALLED = N_("Call this item first; it is decided when the meeting has come to it.")


PASSED = frozenset({DecisionKind.ADOPTED, DecisionKind.ADOPTED_WITHOUT_VOTE, DecisionKind.ADOPTED_WITH_CHANGES})
AFTER_A_VOTE = PASSED | {DecisionKind.NOT_ADOPTED, DecisionKind.DEFERRED}  # without a quorum a matter is put off
WITHOUT_A_VOTE = frozenset(DecisionKind) - PASSED - {DecisionKind.NOT_ADOPTED}
DATED = frozenset({DecisionKind.NOT_ADOPTED, DecisionKind.DEFERRED})


@dataclass(frozen=True)
class Details:
    """What a decision says beside its kind."""

    text: str
    finalised_by: str = ""
    finalised_until: date | None = None
    checked_by: str = ""
    until: date | None = None


def declared_outcome(kind: DecisionKind, computed: str, chosen: str = "") -> str:
    """Return the outcome that declaring this kind states: `pass`, `fail`, or, where the matter is put off, why it could not pass.

    Where members chose among options it is the option that the chair declares as chosen, or `none`.
    """
    if chosen:
        return chosen
    if kind in PASSED:
        return "pass"
    return computed if kind is DecisionKind.DEFERRED and computed != "pass" else "fail"


def check_details(kind: DecisionKind, details: Details, today: date) -> None:
    """Raise `Refused` unless the kind has what it needs, and no day of it has passed."""
    check_complete(kind, details)
    for day in (details.finalised_until, details.until):
        if day is not None and day < today:
            raise Refused(Reason.DATE_PAST, day=day)


def check_complete(kind: DecisionKind, details: Details) -> None:
    """Raise `Refused` unless the kind has what it needs: who finalises changes and by when, the day of a deferral.

    It is all that a correction has to keep to: the day of the decision it corrects may have passed.
    """
    if kind is DecisionKind.ADOPTED_WITH_CHANGES and (not details.finalised_by or details.finalised_until is None):
        raise Refused(Reason.FINALISER_MISSING)
    if kind in DATED and details.until is None:
        raise Refused(Reason.DATE_MISSING)


def check_chosen(kind: DecisionKind, chosen: str, offered: Collection[str], none: str) -> None:
    """Raise `Refused` unless the declaration says which of the offered options was chosen, or none, and its kind says the same."""
    if chosen not in (*offered, none):
        raise Refused(Reason.NOT_CHOSEN)
    if (kind in PASSED) is (chosen == none):
        raise Refused(Reason.CHOSEN_MEANS_ADOPTED)


def check_not_moved(meeting: str | None) -> None:
    """Raise `Refused` where a meeting decides instead of the written procedure."""
    if meeting is not None:
        raise Refused(Reason.MOVED, meeting=meeting)


def check_may_move(*, is_written: bool, is_closed: bool, is_void: bool, is_declared: bool) -> None:
    """Raise `Refused` unless this question may be put on the agenda of a meeting: written, closed, and its outcome not declared."""
    if not is_written:
        raise Refused(Reason.NOT_WRITTEN)
    if is_void:
        raise Refused(Reason.VOID)
    if not is_closed:
        raise Refused(Reason.NOT_CLOSED)
    if is_declared:
        raise Refused(Reason.ALREADY_DECLARED)


def check_move_reason(reason: str) -> None:
    """Raise `Refused` where nobody says why a meeting is to decide."""
    if not reason.strip():
        raise Refused(Reason.MOVE_REASON_MISSING)


def check_may_declare(
    *, is_closed: bool, is_void: bool, is_declared: bool, kind: DecisionKind, kind_shown: str
) -> None:
    """Raise `Refused` unless the outcome of this question may be declared as this kind now."""
    if is_void:
        raise Refused(Reason.VOID)
    if not is_closed:
        raise Refused(Reason.NOT_CLOSED)
    if is_declared:
        raise Refused(Reason.ALREADY_DECLARED)
    if kind not in AFTER_A_VOTE:
        raise Refused(Reason.NEEDS_A_VOTE, kind=kind_shown)


def check_may_record(
    *, kind: DecisionKind, kind_shown: str, was_called: bool, has_question: bool, is_decided: bool
) -> None:
    """Raise `Refused` unless this item may be decided as this kind without a vote now."""
    if is_decided:
        raise Refused(Reason.ALREADY_DECIDED)
    if has_question:
        raise Refused(Reason.NOT_AFTER_A_VOTE)
    if kind not in WITHOUT_A_VOTE:
        raise Refused(Reason.NEEDS_A_VOTE, kind=kind_shown)
    if not was_called:
        raise Refused(Reason.ITEM_NOT_CALLED)


def check_may_correct(*, kind: DecisionKind, kind_shown: str, had_vote: bool) -> None:
    """Raise `Refused` where a correction would make a decision without a vote of one that had a vote, or the other way round."""
    if had_vote and kind not in AFTER_A_VOTE:
        raise Refused(Reason.NOT_AFTER_A_VOTE)
    if not had_vote and kind not in WITHOUT_A_VOTE:
        raise Refused(Reason.NEEDS_A_VOTE, kind=kind_shown)


def check_may_close_meeting(*, is_running: bool, open_question: str | None, undeclared_question: str | None) -> None:
    """Raise `Refused` while something of the meeting is unfinished; the texts name it."""
    if not is_running:
        raise Refused(Reason.NOT_RUNNING)
    if open_question is not None:
        raise Refused(Reason.QUESTION_OPEN, text=open_question)
    if undeclared_question is not None:
        raise Refused(Reason.NOT_DECLARED, text=undeclared_question)
