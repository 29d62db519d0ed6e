"""What the report to the chair proposes, and why. Pure: figures in, a proposal with its reasons out; the chair decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ecabinet.refusals import N_

PASS, FAIL, COUNTED = "pass", "fail", "counted"


class Proposed(StrEnum):
    """What is proposed; the words are those of the report."""

    ADOPT = N_("Adopt")
    ADOPT_WITH_CHANGES = N_("Adopt with changes")
    NOT_ADOPT = N_("Do not adopt")
    DISCUSS = N_("Put it on the agenda of a meeting")


class Because(StrEnum):
    """One reason of a proposal, or what is still to be considered before it is followed."""

    ENOUGH = N_("The rule's majority is reached.")
    NOT_ENOUGH = N_("The rule's majority is not reached, and nobody asks for a discussion.")
    MOST_CHOSE = N_("More members chose “%(option)s” than any other option: %(ballots)s.")
    MOST_CHOSE_EQUALLY = N_("No option was chosen by more members than every other.")
    NOBODY_CHOSE = N_("No member chose an option.")
    ASKED_TO_DISCUSS = N_("Members who ask for a discussion in a meeting: %(count)s (%(names)s).")
    OBJECTION_STANDS = N_("An objection stands, and it stops this procedure.")
    SUSPENDED = N_("An objection suspends the matter until there is a second vote.")
    NO_QUORUM = N_("Too few members answered for a valid result.")
    TIE = N_("The votes are equal, and nobody's vote settles it.")
    CHANGES_TEXT = N_("Comments that the agency in charge accepted and that change the text: %(count)s.")
    NO_COMMENTS = N_("No comment asks for a change of the text.")
    EXPLAINED = N_("Comments that were explained without a change: %(count)s.")
    RESERVED = N_("Members who keep another opinion on record: %(count)s (%(names)s).")
    UNANSWERED = N_(
        "Comments that the agency in charge has not answered yet: %(count)s. Wait for them before the text is final."
    )
    UNCLASSIFIED = N_(
        "Other opinions that nobody has classified: %(count)s. The outcome is the same however they are read."
    )
    DEPENDS = N_(
        "Other opinions that nobody has classified: %(count)s. The outcome depends on how they are read; two officials classify them first."
    )


@dataclass(frozen=True)
class Said:
    """One sentence of the report; its values are filled in when it is shown."""

    because: Because
    values: Mapping[str, object]


@dataclass(frozen=True)
class Given:
    """What a proposal is made of."""

    outcome: str
    discussing: tuple[str, ...] = ()  # names
    reserving: tuple[str, ...] = ()
    changing: int = 0  # comments that were accepted, in part too
    explained: int = 0
    unanswered: int = 0
    unclassified: int = 0
    depends: bool = False  # whether reading those another way would change the outcome
    option: str = ""  # where members chose among options: the words of the one that had most, if one had
    ballots: int = 0  # how many chose it, or the most that any had


@dataclass(frozen=True)
class Proposal:
    """What is proposed, the reasons, and what is to be considered before."""

    proposed: Proposed
    reasons: tuple[Said, ...]
    cautions: tuple[Said, ...]


STOPS = {
    "objected": Because.OBJECTION_STANDS,
    "suspended": Because.SUSPENDED,
    "no_quorum": Because.NO_QUORUM,
    "tie": Because.TIE,
}


def proposal_of(given: Given) -> Proposal:
    """Return what to propose: a meeting where members ask for one, an objection stands or nothing was decided; else what the rule gave."""
    needs_meeting = _needs_meeting(given)
    if needs_meeting:
        return Proposal(Proposed.DISCUSS, tuple(needs_meeting), tuple(_cautions(given)))
    if given.outcome == FAIL:
        return Proposal(Proposed.NOT_ADOPT, (_said(Because.NOT_ENOUGH),), tuple(_cautions(given)))
    enough = _said(Because.ENOUGH)
    if given.outcome == COUNTED:
        enough = _said(Because.MOST_CHOSE, option=given.option, ballots=given.ballots)
    if given.changing:
        changes = _said(Because.CHANGES_TEXT, count=given.changing)
        return Proposal(Proposed.ADOPT_WITH_CHANGES, (enough, changes), tuple(_cautions(given)))
    unchanged = () if given.unanswered or given.explained else (_said(Because.NO_COMMENTS),)
    return Proposal(Proposed.ADOPT, (enough, *unchanged), tuple(_cautions(given)))


def _needs_meeting(given: Given) -> list[Said]:
    found = []
    if given.discussing:
        found.append(_said(Because.ASKED_TO_DISCUSS, count=len(given.discussing), names=", ".join(given.discussing)))
    if given.outcome in STOPS:
        found.append(_said(STOPS[given.outcome]))
    if given.outcome == COUNTED and not given.option:
        found.append(_said(Because.MOST_CHOSE_EQUALLY if given.ballots else Because.NOBODY_CHOSE))
    return found


def _cautions(given: Given) -> list[Said]:
    found = []
    if given.unclassified:
        found.append(_said(Because.DEPENDS if given.depends else Because.UNCLASSIFIED, count=given.unclassified))
    if given.unanswered:
        found.append(_said(Because.UNANSWERED, count=given.unanswered))
    if given.explained:
        found.append(_said(Because.EXPLAINED, count=given.explained))
    if given.reserving:
        found.append(_said(Because.RESERVED, count=len(given.reserving), names=", ".join(given.reserving)))
    return found


def _said(because: Because, **values: object) -> Said:
    return Said(because, values)
