"""When officials may rule on a box: on one ballot, on its end, on the whole vote, on a closed result. Values in, a refusal or nothing out."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.conduct import QuestionState
from voting.engine.rule import Choice

WORD = re.compile(r"\w+")
CLASSES = (Choice.YES, Choice.NO, Choice.OTHER)


class Channel(StrEnum):
    """How a ballot reached the officials who enter it."""

    PAPER = "paper"
    TELEPHONE = "telephone"


class RulingKind(StrEnum):
    """What needs two officials: taking a whole vote back, and saying that it was counted under wrong circumstances."""

    ANNULMENT = "annulment"
    CORRECTION = "correction"


class Reason(StrEnum):
    """Why officials may not rule in this way now."""

    ONLY_WHILE_OPEN = N_("This can be done only while voting on the question is open.")
    TIME_OVER = N_("The time for this question ended at %(ended)s. Nothing can be entered any more.")
    MEMBER_NOT_ON_ROLL = N_("This member is not on the roll of the question. Choose one of those on it.")
    MEMBER_RECUSED = N_("This member is recused because of a conflict of interest and has no ballot.")
    MEMBER_HAS_BALLOT = N_("A ballot of this member is in the box already, and this rule allows no change of it.")
    ANOTHER_OFFICIAL = N_("A different official has to confirm this. You cannot confirm what you entered yourself.")
    OWN_OPINION = N_("You cannot say how your own opinion counts. Another official has to.")
    NOT_WAITING = N_("This was confirmed or discarded already. Reload the page.")
    NOT_THE_SAME = N_(
        "What you entered differs from the first entry. Look at the paper or the record again; where the first entry is wrong, discard it and begin anew."
    )
    NO_SUCH_BALLOT = N_("There is no ballot no. %(number)s in this box. Ask the member for the number on the receipt.")
    WITHDRAWN_BEFORE = N_("Ballot no. %(number)s was withdrawn already.")
    RECALLED_BEFORE = N_("The member recalled ballot no. %(number)s, so it does not count any more.")
    TAKEN_OUT_BEFORE = N_("This question was taken out of its block, so its vote does not count any more.")
    NO_END = N_("This question has no scheduled end that could be moved. Close it when it is time.")
    END_PASSED = N_("The scheduled end, %(ended)s, has passed. It cannot be moved any more.")
    END_MOVED_MEANWHILE = N_(
        "The end has been moved meanwhile: it is %(ends)s now. Nothing was changed; reload the page where that is not enough."
    )
    MOVED = N_("This question is on the agenda of a meeting, which decides now. Its answers stay as they are.")
    NOT_LATER = N_("The end can only be moved to later. It is %(ends)s now.")
    NOTHING_TO_ANNUL = N_(
        "This question was never opened, so there is no vote to annul. Withdraw the question instead."
    )
    ANNULLED_BEFORE = N_("This vote was annulled already.")
    DECLARED = N_("The outcome has been declared. Correct the decision instead, on its page.")
    ASKED_BEFORE = N_("This waits for another official already. Confirm or discard that first.")
    NOT_CLOSED = N_("Close the question first. Only a closed result can be corrected.")
    NOTHING_CHANGED = N_("Nothing differs from what was recorded. Change who was present, or how an opinion counts.")
    NOTHING_DEPENDS = N_("How many chose what does not depend on who was present. There is nothing to correct.")
    WOULD_BE_OPEN = N_(
        "Read like this, nothing would have ended the time to answer early, and a closed question cannot go on. Have it annulled by two officials and copy it as a new draft."
    )
    CHANGED_MEANWHILE = N_("The result was corrected meanwhile. Discard this and begin anew.")


def check_open(*, is_open: bool, now: datetime, last: datetime | None) -> None:
    """Refuse to touch the ballots of a box that takes none any more, whether or not the close has run."""
    if not is_open:
        raise Refused(Reason.ONLY_WHILE_OPEN)
    if last is not None and now > last:
        raise Refused(Reason.TIME_OVER, ended=last)


def check_member(*, on_roll: bool, recused: bool) -> None:
    """Refuse a ballot for somebody who has none on this question."""
    if not on_roll:
        raise Refused(Reason.MEMBER_NOT_ON_ROLL)
    if recused:
        raise Refused(Reason.MEMBER_RECUSED)


def check_second(*, waits: bool, first: int, second: int | None) -> None:
    """Refuse a confirmation by the official who asked, or of what waits no longer."""
    if not waits:
        raise Refused(Reason.NOT_WAITING)
    if second is None or second == first:
        raise Refused(Reason.ANOTHER_OFFICIAL)


def check_same(first: tuple[int, str, bool], second: tuple[int, str, bool]) -> None:
    """Refuse where the two officials read another member, another choice or another request for a discussion on the same paper."""
    if first != second:
        raise Refused(Reason.NOT_THE_SAME)


def check_same_words(first: str, second: str) -> None:
    """Refuse where the two officials read other words; capitals, spaces and stops are no words."""
    if _words(first) != _words(second):
        raise Refused(Reason.NOT_THE_SAME)


def _words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", text).casefold())


def check_ballot_number(number: int, *, is_ballot: bool, is_withdrawn: bool, is_recalled: bool = False) -> None:
    """Refuse to withdraw what is no ballot, or one that was withdrawn or recalled."""
    if not is_ballot:
        raise Refused(Reason.NO_SUCH_BALLOT, number=number)
    if is_withdrawn:
        raise Refused(Reason.WITHDRAWN_BEFORE, number=number)
    if is_recalled:
        raise Refused(Reason.RECALLED_BEFORE, number=number)


def check_may_extend(*, is_open: bool, ends: datetime | None, now: datetime) -> datetime:
    """Return the scheduled end that may be moved; refuse where there is none, or it has passed."""
    if not is_open:
        raise Refused(Reason.ONLY_WHILE_OPEN)
    if ends is None:
        raise Refused(Reason.NO_END)
    if now >= ends:
        raise Refused(Reason.END_PASSED, ended=ends)
    return ends


def check_end_seen(seen: str | None, stands: str, ends: datetime) -> None:
    """Refuse to move an end that is not the one the official had on screen."""
    if seen is not None and seen != stands:
        raise Refused(Reason.END_MOVED_MEANWHILE, ends=ends)


def check_later(ends: datetime, until: datetime) -> None:
    """Refuse to move an end to earlier: members rely on it."""
    if until <= ends:
        raise Refused(Reason.NOT_LATER, ends=ends)


def check_not_moved(*, is_moved: bool) -> None:
    """Refuse to touch a written vote that was put on the agenda of a meeting with all its answers."""
    if is_moved:
        raise Refused(Reason.MOVED)


def check_may_annul(state: QuestionState, *, is_declared: bool) -> None:
    """Refuse to annul what was never opened, what is annulled or taken out, or what the chair has declared."""
    check_not_void(state)
    if state not in (QuestionState.OPEN, QuestionState.CLOSED):
        raise Refused(Reason.NOTHING_TO_ANNUL)
    if is_declared:
        raise Refused(Reason.DECLARED)


def check_may_correct(state: QuestionState, *, is_declared: bool) -> None:
    """Refuse to correct a result that is not there yet, does not count, or was declared."""
    check_not_void(state)
    if state is not QuestionState.CLOSED:
        raise Refused(Reason.NOT_CLOSED)
    if is_declared:
        raise Refused(Reason.DECLARED)


def check_not_void(state: QuestionState) -> None:
    """Refuse to rule on a vote that does not count."""
    if state is QuestionState.ANNULLED:
        raise Refused(Reason.ANNULLED_BEFORE)
    if state is QuestionState.TAKEN_OUT:
        raise Refused(Reason.TAKEN_OUT_BEFORE)


def check_classified(classified: Mapping[str, Choice], others: Collection[str]) -> dict[str, Choice]:
    """Return how each other opinion counts; what is said of a member without one, or as neither, says nothing."""
    return {
        member: choice
        for member, choice in sorted(classified.items())
        if member in others and choice in (Choice.YES, Choice.NO)
    }
