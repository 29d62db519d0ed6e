"""Where a submission may go from where it stands, and who may touch its papers. Pure: values in, a value or a refusal out."""

from collections.abc import Mapping
from enum import StrEnum

from ecabinet.refusals import N_, Refused


class Reason(StrEnum):
    """Why something about a dossier is refused."""

    NOT_YOUR_UNIT = N_("You can lodge a dossier only for an agency in which you hold a post.")
    ALREADY_SENT_IN = N_("This dossier is already with the secretariat. Wait until it is accepted or sent back.")
    NOT_SENT_IN = N_("This dossier is not waiting for the secretariat. Reload the page to see where it stands.")
    WITHDRAWN = N_("This dossier was withdrawn. Lodge a new one.")
    ACCEPTED = N_("This dossier was accepted. Ask the secretariat to change it.")
    PAPERS_ARE_BEING_CHECKED = N_(
        "The secretariat is checking this dossier. Papers can be changed when it is sent back; ask the secretariat."
    )
    ONLY_KEEPERS = N_("Only the agency in charge and the secretariat can change this dossier.")
    SECRET_BY_LAW = N_(
        "Papers marked secret by law may not enter this system, which is not cleared for them. "
        "Hand the paper over to the secretariat on paper."
    )
    HELD = N_("This paper belongs to a question that was put to the members. It cannot be removed.")
    MATTER_HELD = N_(
        "A paper of this dossier belongs to a question that was put to the members. It cannot be withdrawn."
    )
    NOT_CONFIRMED = N_(
        "Look at the pages of “%(title)s” and confirm them first: the file was changed when it was checked."
    )
    NO_FILE = N_("Choose the PDF file of the paper.")
    NOT_A_MEMBER = N_("Only a member of this body can declare a conflict of interest.")
    ONLY_SECRETARIAT_RECORDS = N_("You can declare a conflict of interest only for yourself. Ask the secretariat.")
    NO_CONFLICT_STANDS = N_("No conflict of interest stands here any more. Reload the page.")
    NOT_YOUR_OWN_CONFLICT = N_("A conflict of interest is ended by somebody other than the person concerned.")


class Secrecy(StrEnum):
    """Whether a paper is marked secret by law."""

    NONE = "none"
    SECRET = "secret"  # noqa: S105 - a degree of secrecy

    @property
    def is_secret(self) -> bool:
        """Whether the paper may not enter."""
        return self is Secrecy.SECRET


class MatterState(StrEnum):
    """Where the submission of a matter stands."""

    DRAFT = "draft"
    LODGED = "lodged"
    SENT_BACK = "sent_back"
    RESUBMITTED = "resubmitted"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Verb(StrEnum):
    """What moves a submission."""

    SEND_IN = "send_in"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"


_NEXT: Mapping[tuple[Verb, MatterState], MatterState] = {
    (Verb.SEND_IN, MatterState.DRAFT): MatterState.LODGED,
    (Verb.SEND_IN, MatterState.SENT_BACK): MatterState.RESUBMITTED,
    (Verb.ACCEPT, MatterState.LODGED): MatterState.ACCEPTED,
    (Verb.ACCEPT, MatterState.RESUBMITTED): MatterState.ACCEPTED,
    (Verb.SEND_BACK, MatterState.LODGED): MatterState.SENT_BACK,
    (Verb.SEND_BACK, MatterState.RESUBMITTED): MatterState.SENT_BACK,
    (Verb.WITHDRAW, MatterState.DRAFT): MatterState.WITHDRAWN,
    (Verb.WITHDRAW, MatterState.LODGED): MatterState.WITHDRAWN,
    (Verb.WITHDRAW, MatterState.SENT_BACK): MatterState.WITHDRAWN,
    (Verb.WITHDRAW, MatterState.RESUBMITTED): MatterState.WITHDRAWN,
}
WITH_LODGER = frozenset({MatterState.DRAFT, MatterState.SENT_BACK})
WITH_SECRETARIAT = frozenset({MatterState.LODGED, MatterState.RESUBMITTED})


def may(verb: Verb, state: MatterState) -> bool:
    """Say whether the verb moves a submission that stands here."""
    return (verb, state) in _NEXT


def after(verb: Verb, state: MatterState) -> MatterState:
    """Return the state the verb leads to; refuse with what the person can do instead."""
    if (verb, state) in _NEXT:
        return _NEXT[verb, state]
    if state is MatterState.WITHDRAWN:
        raise Refused(Reason.WITHDRAWN)
    if verb in (Verb.SEND_IN, Verb.WITHDRAW):
        raise Refused(Reason.ACCEPTED if state is MatterState.ACCEPTED else Reason.ALREADY_SENT_IN)
    raise Refused(Reason.NOT_SENT_IN)


def check_may_edit(*, state: MatterState, is_secretary: bool, is_lodger: bool) -> None:
    """Refuse unless this person may now change the dossier's words or papers.

    What the secretariat checks must not change under its eyes, and what it accepted is changed only by it.
    """
    if state is MatterState.WITHDRAWN:
        raise Refused(Reason.WITHDRAWN)
    if is_secretary:
        return
    if not is_lodger:
        raise Refused(Reason.ONLY_KEEPERS)
    if state in WITH_SECRETARIAT:
        raise Refused(Reason.PAPERS_ARE_BEING_CHECKED)
    if state is MatterState.ACCEPTED:
        raise Refused(Reason.ACCEPTED)


def may_edit(*, state: MatterState, is_secretary: bool, is_lodger: bool) -> bool:
    """Say whether `check_may_edit` lets this person through; for the buttons of a page."""
    try:
        check_may_edit(state=state, is_secretary=is_secretary, is_lodger=is_lodger)
    except Refused:
        return False
    return True


def check_may_record_conflict(*, for_oneself: bool, is_secretary: bool, is_member: bool) -> None:
    """Refuse unless the conflict is one's own or the secretariat records it, and concerns a member (working regulation)."""
    if not for_oneself and not is_secretary:
        raise Refused(Reason.ONLY_SECRETARIAT_RECORDS)
    if not is_member:
        raise Refused(Reason.NOT_A_MEMBER)


def check_may_end_conflict(*, for_oneself: bool, stands: bool) -> None:
    """Refuse to end what does not stand, and to end one's own."""
    if not stands:
        raise Refused(Reason.NO_CONFLICT_STANDS)
    if for_oneself:
        raise Refused(Reason.NOT_YOUR_OWN_CONFLICT)


def check_secrecy(*, is_secret: bool) -> None:
    """Refuse a paper marked secret by law: this installation is not cleared for them."""
    if is_secret:
        raise Refused(Reason.SECRET_BY_LAW)
