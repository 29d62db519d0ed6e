"""When another round may be opened; without a database."""

from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.conduct import VOID, QuestionState


class Reason(StrEnum):
    """Why another round is refused."""

    STILL_OPEN = N_(
        "This round is still open. It ends at its deadline; to end it before, two officials annul it (Rulings). Then open the next round."
    )
    NOT_SENT = N_("This question was never sent, so there is no round to follow. Change the draft instead.")
    DECLARED = N_("The outcome of this round was declared. Prepare a new question instead.")
    MOVED = N_("A meeting decides this question now. It asks about the changed papers there.")
    FOLLOWED = N_("Round %(round)s follows this one already. Go on there.")
    NOTHING_CHANGED = N_(
        "No paper of this question has a newer version. Add the new version to the dossier and have it confirmed first."
    )
    FOLLOWED_NOT_DECLARED = N_("Round %(round)s follows this one, so nothing is declared here. Its outcome decides.")


def check_may_follow(*, state: QuestionState, is_declared: bool, is_moved: bool, next_round: int | None) -> None:
    """Refuse to follow a round that is not over, or that is settled in another way."""
    if state in (QuestionState.DRAFT, QuestionState.ARMED, QuestionState.WITHDRAWN):
        raise Refused(Reason.NOT_SENT)
    if state is QuestionState.OPEN:
        raise Refused(Reason.STILL_OPEN)
    assert state is QuestionState.CLOSED or state in VOID  # noqa: S101 - there is no other state
    if is_declared:
        raise Refused(Reason.DECLARED)
    if is_moved:
        raise Refused(Reason.MOVED)
    if next_round is not None:
        raise Refused(Reason.FOLLOWED, round=next_round)


def check_changed(changed: int) -> None:
    """Refuse a round about nothing new."""
    if not changed:
        raise Refused(Reason.NOTHING_CHANGED)


def check_not_followed(next_round: int | None) -> None:
    """Refuse to declare or move a round that another one follows."""
    if next_round is not None:
        raise Refused(Reason.FOLLOWED_NOT_DECLARED, round=next_round)
