"""When advice may be asked for, given, extended and taken back, without a database."""

from datetime import datetime
from enum import StrEnum

from agenda_docs.rules import MatterState
from ecabinet.refusals import N_, Refused

LEAST_DAYS, MOST_DAYS = 1, 10  # working days
LONGEST_TEXT = 10_000
LONGEST_REQUEST = 2000


class AdviceKind(StrEnum):
    """What an agency says about a dossier."""

    POSITIVE = "positive"
    WITH_REMARKS = "with_remarks"
    NEGATIVE = "negative"


class RequestState(StrEnum):
    """Where a request for advice stands."""

    ASKED = "asked"
    GIVEN = "given"
    NOT_GIVEN = "not_given"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why something about advice is refused."""

    DAYS_OUT_OF_RANGE = N_("An agency has at least %(least)s and at most %(most)s working days for its advice.")
    MATTER_WITHDRAWN = N_("This dossier was withdrawn, so no advice on it is asked for any more.")
    ONLY_KEEPERS_ASK = N_("Only the agency in charge and the secretariat ask for advice on a dossier.")
    OWN_UNIT = N_("The agency in charge does not advise on its own dossier. Choose another agency.")
    ASKED_ALREADY = N_("This agency has been asked already. Give it more time there, or take that request back first.")
    NOBODY_THERE = N_(
        "Nobody in this agency can give advice here. Ask the administrator to give somebody there the role."
    )
    NOT_YOUR_UNIT = N_("Advice is given by people who hold a post in the agency that was asked.")
    TAKEN_BACK = N_("This request was taken back. No advice is needed any more.")
    TOO_LATE = N_(
        "The time for this advice ended at %(ended)s. It counts as not given. Keep your text and ask the secretariat for more time."
    )
    WORDS_MISSING = N_("Write your remarks or reasons, or choose “positive”.")
    NOT_LATER = N_("The new deadline must be later than the one that stands.")
    GIVEN_ALREADY = N_("This advice was given. It needs no more time and cannot be taken back.")


def check_may_ask(*, is_keeper: bool, state: MatterState, is_own_unit: bool, is_asked: bool, days: int) -> None:
    """Refuse to ask an agency about a dossier: who asks, about what, whom, and for how long."""
    if not is_keeper:
        raise Refused(Reason.ONLY_KEEPERS_ASK)
    if state is MatterState.WITHDRAWN:
        raise Refused(Reason.MATTER_WITHDRAWN)
    if is_own_unit:
        raise Refused(Reason.OWN_UNIT)
    if is_asked:
        raise Refused(Reason.ASKED_ALREADY)
    check_days(days)


def check_days(days: int) -> None:
    """Refuse a period that is too short to read in, or too long to wait for."""
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise Refused(Reason.DAYS_OUT_OF_RANGE, least=LEAST_DAYS, most=MOST_DAYS)


def check_may_give(*, is_of_unit: bool, state: RequestState, now: datetime, due_at: datetime) -> None:
    """Refuse advice of another agency, on a request that was taken back, or after its deadline, whether or not the clock has marked it."""
    if not is_of_unit:
        raise Refused(Reason.NOT_YOUR_UNIT)
    if state is RequestState.WITHDRAWN:
        raise Refused(Reason.TAKEN_BACK)
    if state is RequestState.NOT_GIVEN or now > due_at:
        raise Refused(Reason.TOO_LATE, ended=due_at)


def check_words(kind: AdviceKind, text: str) -> None:
    """Refuse remarks or a refusal without words."""
    if kind is not AdviceKind.POSITIVE and not text:
        raise Refused(Reason.WORDS_MISSING)


def check_may_extend(*, is_keeper: bool, state: RequestState, matter: MatterState) -> None:
    """Refuse more time for what was given or taken back; what is considered not given may be opened again."""
    if not is_keeper:
        raise Refused(Reason.ONLY_KEEPERS_ASK)
    if matter is MatterState.WITHDRAWN:
        raise Refused(Reason.MATTER_WITHDRAWN)
    if state is RequestState.GIVEN:
        raise Refused(Reason.GIVEN_ALREADY)
    if state is RequestState.WITHDRAWN:
        raise Refused(Reason.TAKEN_BACK)


def check_later(stands: datetime, proposed: datetime) -> None:
    """Refuse an extension that gives no more time."""
    if proposed <= stands:
        raise Refused(Reason.NOT_LATER)


def check_may_take_back(*, is_keeper: bool, state: RequestState) -> None:
    """Refuse to take back what was given, or what was taken back before."""
    if not is_keeper:
        raise Refused(Reason.ONLY_KEEPERS_ASK)
    if state is RequestState.GIVEN:
        raise Refused(Reason.GIVEN_ALREADY)
    if state is RequestState.WITHDRAWN:
        raise Refused(Reason.TAKEN_BACK)
