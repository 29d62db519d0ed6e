"""Who may cast for whom: what may be given, and what of it holds at the moment a question opens. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from ecabinet.refusals import N_, Refused


class Reason(StrEnum):
    """Why a proxy is not taken."""

    MEETING_OVER = N_("The meeting is over. Proxies are given before it ends.")
    TO_ONESELF = N_("Nobody can hold their own proxy. Name another member.")
    GIVEN_BEFORE = N_("“%(name)s” has given their proxy already. End it first.")
    HOLDER_GAVE_AWAY = N_("“%(name)s” has given their own proxy away and cannot hold another. Name another member.")
    GIVER_HOLDS_ONE = N_("“%(name)s” holds the proxy of another member. End that first.")
    EVIDENCE_MISSING = N_("Say where the member's own word for it is kept.")
    OVER_BEFORE = N_("This proxy was ended already. Reload the page.")


def check_may_give(
    member: int, holder: int, *, given: Mapping[int, int], names: Mapping[int, str], is_over: bool
) -> None:
    """Refuse a proxy that could never hold. `given`: who holds whose proxy in this meeting, by the member who gave it."""
    if is_over:
        raise Refused(Reason.MEETING_OVER)
    if member == holder:
        raise Refused(Reason.TO_ONESELF)
    if member in given:
        raise Refused(Reason.GIVEN_BEFORE, name=names[member])
    if holder in given:
        raise Refused(Reason.HOLDER_GAVE_AWAY, name=names[holder])
    if member in given.values():
        raise Refused(Reason.GIVER_HOLDS_ONE, name=names[member])


def check_evidence(evidence: str, *, is_own: bool) -> None:
    """Refuse a proxy that an official records for a member without saying what it rests on."""
    if not is_own and not evidence:
        raise Refused(Reason.EVIDENCE_MISSING)


def holding(
    given: Mapping[int, int], *, entitled: Collection[int], recused: Collection[int], present: Collection[int]
) -> dict[int, int]:
    """Return the proxies that hold when a question opens: holder by member.

    Nobody is represented who is there, recused or off the roll, or whose holder is recused, off the roll, or represented themself.
    """
    may_vote = set(entitled) - set(recused)
    away = {
        member: holder
        for member, holder in given.items()
        if member in may_vote - set(present) and holder in may_vote and holder != member
    }
    return {member: holder for member, holder in away.items() if holder not in away}
